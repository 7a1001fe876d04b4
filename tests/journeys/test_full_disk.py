"""A disk that is full, or a place that is none, ends a run with a word; room is made, and the next run goes on."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.clock import OVERRIDE
from nianbao.settings import Home
from tests.homes import ROOT, call, clock_at, digest, draft, post, scratch_files, send, take_in_and_build

NIGHT = "2022-01-16T01:00"
LIMITS = {"while it begins": 10_000, "while it loads": 300_000, "while it publishes": 1_500_000}


def start(home: Home, largest_file: int = -1) -> subprocess.Popen[str]:
    """A night in a process of its own that can write no larger files than this."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), OVERRIDE: NIGHT}
    limit = resource.RLIM_INFINITY if largest_file < 0 else largest_file
    return subprocess.Popen(
        [sys.executable, "-m", "nianbao", "nightly", "--home", str(home.path)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip


def test_a_full_disk_ends_a_night_with_a_word(project: Project, tmp_path: Path) -> None:
    """Wherever it strikes: the code says disk, the message what to do, and nothing half done is in the way."""
    home, undisturbed = Home(tmp_path / "home"), Home(tmp_path / "undisturbed")
    for each in (home, undisturbed):
        send(project, each.inbox, post(project, ["QH630100"], ["2021Q1", "2021Q2"], ["GH01", "GH05"]))
    for moment, limit in LIMITS.items():
        with start(home, limit) as night:
            _, said = night.communicate(timeout=120)
        assert night.returncode == 74, (moment, said)
        assert said.startswith("nianbao: ") and "Traceback" not in said
        assert "make room" in said or moment == "while it begins"
        assert not (draft(home, "work_report")).exists()
    with start(home) as night:
        _, said = night.communicate(timeout=120)
    assert (night.returncode, said) == (0, "")
    with clock_at(NIGHT):
        take_in_and_build(project, undisturbed)
    assert digest(home) == digest(undisturbed)
    assert scratch_files(home) == []
    assert (draft(home, "work_report") / "manifest.json").exists()


@pytest.mark.parametrize("command", ["nightly", "publish", "status"])
def test_a_home_that_is_a_file_is_told(command: str, tmp_path: Path) -> None:
    """No traceback for a slip of the hand."""
    home = Home(tmp_path / "home")
    home.path.write_text("", "utf-8")
    result = call(command, home=home)
    assert result.returncode in (2, 74)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_night_can_be_stopped(project: Project, tmp_path: Path, number: signal.Signals, code: int) -> None:
    """At once, without a traceback; what it had not finished the next night does."""
    home = Home(tmp_path)
    send(project, home.inbox, post(project, ["QH630100"], ["2021Q1"], ["GH05"]))
    with start(home) as night:
        until = time.monotonic() + 60
        while not any(home.archive.rglob("R000001.json")) and time.monotonic() < until:
            time.sleep(0.01)
        night.send_signal(number)
        stopped = time.monotonic()
        _, said = night.communicate(timeout=60)
    assert time.monotonic() - stopped < 10
    assert night.returncode == code, said
    assert "Traceback" not in said
    with clock_at(NIGHT):
        assert take_in_and_build(project, home).deliveries == 1
