"""A home is made on purpose, is read while a run writes and by who may not write; what is damaged is told as that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.errors import BusyError
from nianbao.settings import Home
from nianbao.warehouse.lock import writer_lock
from tests.homes import ROOT, call, clock_at, digest

HOLD = """
import sys
from pathlib import Path
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
with open_workspace(Path(sys.argv[1]), Home(Path(sys.argv[2])), "nightly") as workspace:
    workspace.connection.execute("UPDATE ledger.submission SET note = 'half'")
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def held(year_copy: Home) -> Iterator[Home]:
    """A home in which a run is writing."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", HOLD, str(ROOT), str(year_copy.path)]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield year_copy
        process.kill()


@pytest.mark.parametrize("command", ["nightly", "collect", "build", "publish"])
def test_O2_a_mistyped_home_is_no_new_one(command: str, tmp_path: Path) -> None:
    """O2: nothing is made, the way to make one is said, and it ends with 64."""
    home = Home(tmp_path / "typo")
    result = call(command, home=home)
    assert result.returncode == 64
    assert f"nianbao init --home {home.path}" in result.stderr
    assert not home.path.exists()


def test_O2_an_empty_folder_is_no_home(tmp_path: Path) -> None:
    """O2: a mistyped path may well exist; nothing is put into it until `init` makes a home of it, which then works."""
    home = Home(tmp_path / "typo")
    home.path.mkdir()
    result = call("nightly", home=home)
    assert (result.returncode, list(home.path.iterdir())) == (64, [])
    assert f"nianbao init --home {home.path}" in result.stderr
    assert call("init", home=home).returncode == 0
    assert call("nightly", home=home).returncode == 0


def test_O2_a_home_is_made_once(tmp_path: Path) -> None:
    """Doctor asks for it, `init` makes it and says so, a second time it is left alone, and a night goes through."""
    home = Home(tmp_path / "home")
    assert "nianbao init" in call("doctor", home=home).stdout
    assert not home.path.exists()
    assert "is made" in call("init", home=home).stdout
    assert "was there already" in call("init", home=home).stdout
    night = call("nightly", home=home)
    assert (night.returncode, night.stdout.splitlines()[0]) == (0, "nothing new")


@pytest.mark.parametrize(
    "question",
    [("status", "--year", "2021"), ("figures", "--year", "2021"), ("explain", "warmth_funds", "--year", "2021")],
)
def test_O7_questions_are_answered_while_a_run_writes(question: tuple[str, ...], held: Home, year_home: Home) -> None:
    """O7: from the state that the last run left, and that is said."""
    answer = call(*question, home=held)
    assert answer.returncode == 0, answer.stderr
    assert "a run is writing" in answer.stderr
    assert answer.stdout.replace(str(held.path), "") == call(*question, home=year_home).stdout.replace(
        str(year_home.path), ""
    )


def test_O7_a_second_run_does_not_wait(held: Home) -> None:
    """Only questions are answered meanwhile; another run is busy."""
    assert call("nightly", home=held).returncode == 75


def test_O28_reading_needs_no_right_to_write(year_copy: Home) -> None:
    """O28: questions and doctor write nothing into a home."""
    before = {path: path.stat().st_mtime_ns for path in sorted(year_copy.path.rglob("*"))}
    for question in (
        ("status",),
        ("figures", "--year", "2021"),
        ("explain", "warmth_funds", "--year", "2021"),
        ("doctor",),
    ):
        answer = call(*question, home=year_copy)
        assert answer.returncode == 0, answer.stderr
    assert {path: path.stat().st_mtime_ns for path in sorted(year_copy.path.rglob("*"))} == before


@pytest.mark.parametrize("damage", ["text", "cut", "head"])
def test_T38_a_damaged_warehouse_is_told_as_damaged(
    damage: str, year_copy: Home, project: Project, clock: Callable[[str], None]
) -> None:
    """T38: with the way to rebuild it, which works, and never as held by another run."""
    clock("2022-03-01T10:00")
    before = digest(year_copy)
    content = year_copy.warehouse.read_bytes()
    year_copy.warehouse.write_bytes(
        {"text": b"the word lock", "cut": content[:5000], "head": b"\0" * 4096 + content[4096:]}[damage]
    )
    for command in (("status",), ("nightly",)):
        result = call(*command, home=year_copy)
        assert result.returncode == 74, result.stderr
        assert "damaged" in result.stderr
        assert "nianbao rebuild" in result.stderr
        assert "held by" not in result.stderr
    rebuilt = call("rebuild", home=year_copy)
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert digest(year_copy)["raw.cell"] == before["raw.cell"]
    assert json.loads(call("status", "--json", home=year_copy).stdout)["forms"]


def test_O9_who_finds_a_run_writing_is_told_which_and_since_when(tmp_path: Path) -> None:
    """O9: the message has the process, what it does and when it began."""
    with (
        clock_at("2022-01-16T01:00"),
        writer_lock(tmp_path, "nightly"),
        pytest.raises(BusyError) as told,
        writer_lock(tmp_path, "collect"),
    ):
        pass
    assert f"process {os.getpid()} (nightly) since 2022-01-16 01:00" in str(told.value)


def test_O9_where_says_what_may_be_deleted_and_what_brings_it_back(year_copy: Home, tmp_path: Path) -> None:
    """O9: every place of a home is named with its path; what may be deleted comes back by the command that it names."""
    before = {each["name"]: each for each in json.loads(call("where", "--json", home=year_copy).stdout)}
    assert call("where", "archive", home=year_copy).stdout == f"{year_copy.archive}\n"
    assert call("where", "nowhere", home=year_copy).returncode == 2
    answers = {path: path.read_bytes() for path in year_copy.outbox.rglob("*.html")}
    commands = {each["name"]: each["keeping"].partition("nianbao ")[2] for each in before.values()}
    assert commands.pop("archive") == "backup FILE"
    again = {name: command for name, command in commands.items() if command}
    assert again.keys() == {"outbox", "warehouse", "releases", "status"}
    with clock_at("2022-02-01T10:00"):
        for name, command in again.items():
            path = Path(before[name]["path"])
            path.rename(tmp_path / path.name)
            assert call(*command.split(), home=year_copy).returncode == 0
            assert path.exists(), name
    after = {each["name"]: each["bytes"] for each in json.loads(call("where", "--json", home=year_copy).stdout)}
    assert answers.items() <= {path: path.read_bytes() for path in year_copy.outbox.rglob("*.html")}.items()
    assert after["outbox"] >= before["outbox"]["bytes"] > 0 and after["archive"] >= before["archive"]["bytes"]
    assert digest(year_copy)
    assert not Path(before["scratch"]["path"]).exists() and before["scratch"]["bytes"] is None
