"""Servers to fetch from, projects with sources of their own, and no long waits between tries."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nianbao.intake.fetch.sources import patience
from tests.homes import ROOT
from tests.intake.sources.servers import OddServer, SftpServer, s3_server, webdav_server


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "WAITS", (0.01, 0.01))


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[SftpServer]:
    """An SFTP server over a folder of its own, with the folder `upload` in it."""
    folder = tmp_path / "sftp"
    (folder / "upload").mkdir(parents=True)
    with contextlib.closing(SftpServer(folder)) as server:
        yield server


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 store."""
    with s3_server() as url:
        yield url


@pytest.fixture
def webdav(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a WebDAV collection, and the folder behind it."""
    folder = tmp_path / "webdav"
    folder.mkdir()
    with webdav_server(folder) as url:
        yield url, folder


@pytest.fixture
def odd() -> Iterator[OddServer]:
    """An HTTP server that misbehaves."""
    with contextlib.closing(OddServer()) as server:
        yield server


@pytest.fixture
def project_with(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a project like ours that declares other sources."""

    def make(sources: str) -> Path:
        folder = tmp_path / "project"
        if not folder.exists():
            folder.mkdir()
            for name in ("federation.toml", "forms", "expectations", "sql", "indicators", "reports"):
                (folder / name).symlink_to(ROOT / name)
            shutil.copytree(ROOT / "reference", folder / "reference")
        (folder / "reference" / "sources.toml").write_text(sources, encoding="utf-8")
        return folder

    return make
