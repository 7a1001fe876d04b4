"""What every test may use: the project, a sample year to look at or to change, the time; programs where they are."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from nianbao.catalog import Project, load_project
from nianbao.clock import OVERRIDE
from nianbao.settings import Home
from tests.homes import ROOT, live_a_year

os.environ["PATH"] += os.pathsep + "/usr/sbin"  # where Debian puts servers
PROGRAMS = {
    "browser": ("chromium", "chromium-browser", "google-chrome"),
    "dovecot": ("dovecot",),
    "java": ("java",),
    "libreoffice": ("soffice", "libreoffice"),
    "openssh": ("ssh-keygen",),
    "rscript": ("Rscript",),
}

# The same examples every time, however slow the machine: a test that fails once fails again.
hypothesis.settings.register_profile("nianbao", derandomize=True, deadline=None)
hypothesis.settings.load_profile("nianbao")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that look through a program which this machine does not have."""
    missing = {marker for marker, names in PROGRAMS.items() if not any(map(shutil.which, names))}
    for item in items:
        for marker in missing & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.skip(reason=f"no {marker} on this machine"))


@pytest.fixture(scope="session")
def project() -> Project:
    """The project of this repository."""
    return load_project(ROOT)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the time for nianbao until the end of the test: clock("2022-01-16T01:00")."""
    return lambda moment: monkeypatch.setenv(OVERRIDE, moment)


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """A project like ours whose lists may be changed."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("federation.toml", "forms", "expectations", "sql", "indicators", "reports", "samples"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "reference", folder / "reference")
    return folder


@pytest.fixture(scope="session")
def year_home(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample year, taken in over two nights and issued as r1; only to be looked at. Made once for all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home, done = Home(shared / "year"), shared / "year.done"
    with (shared / "year.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(home.path, ignore_errors=True)
            live_a_year(project, home)
            done.touch()
    return home


@pytest.fixture
def year_copy(year_home: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of the sample year that a test may change."""
    yield (home := copy_of(year_home, tmp_path / "home"))
    shutil.rmtree(home.path)


@pytest.fixture(scope="module")
def changed_year(year_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A copy of the sample year that the tests of one module change together."""
    yield (home := copy_of(year_home, tmp_path_factory.mktemp("changed") / "home"))
    shutil.rmtree(home.path)


def copy_of(home: Home, target: Path) -> Home:
    """The same home elsewhere, with the times of its files."""
    shutil.copytree(home.path, target, symlinks=True)
    return Home(target)
