"""What looks from outside, for nights that cannot tell of themselves: Prefect and systemd (O1)."""

import configparser
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from nianbao.cli import main
from tests.homes import ROOT
from tests.prefect_server import prefect_server

UNITS = sorted((ROOT / "deploy").glob("*.service"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a Prefect server that runs all its services."""
    with prefect_server(tmp_path_factory.mktemp("prefect")) as environment:
        yield environment


@pytest.fixture(scope="module")
def watched(server: dict[str, str]) -> dict[str, Any]:
    """What the automations came to on that server."""
    command = [sys.executable, "-m", "tests.notices.under_prefect"]
    done = subprocess.run(command, cwd=ROOT, env=server, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def test_O1_a_nightly_that_fails_on_the_server_is_told(watched: dict[str, Any]) -> None:
    """The server itself starts `notify` with the event and the name of the run, whatever became of the process."""
    (told,) = watched["told"]
    assert told["event"] == "night_failed"
    assert told["text"].endswith(" ended as Failed")


def test_O1_the_automations_are_set_up_by_one_command(watched: dict[str, Any]) -> None:
    """Again, be it in another language, it makes no others; without the timetable it says what to do first."""
    assert (watched["before"], watched["codes"]) == (69, [0, 0])
    assert watched["names"] == [
        ["年报：夜间运行失败", "年报：没有正常完成的夜间运行"],
        ["nianbao: a night failed", "nianbao: no good night"],
    ]


def test_O1_the_scripts_talk_to_the_server_that_prefect_was_told_of(tmp_path: Path) -> None:
    """After `prefect config set`, as docs/schedulers.md has it, the automations go to that server and to no other."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    environment = kept | {"HOME": str(tmp_path)}
    told = "PREFECT_API_URL=http://127.0.0.1:4200/api"
    asked = "import flows; from prefect.settings import PREFECT_API_URL; print(PREFECT_API_URL.value())"
    said = [
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
        for command in (["-c", asked], ["-m", "prefect", "config", "set", told], ["-c", asked])
    ]
    assert said[0].stdout.strip() == "None"
    assert said[-1].stdout.strip() == told.partition("=")[2]


@pytest.mark.parametrize("path", UNITS, ids=[path.name for path in UNITS])
def test_O1_the_units_of_systemd_start_what_exists(path: Path) -> None:
    """Their commands and options are ours, and what is started on failure is there."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(path, "utf-8")
    program, name, *arguments = shlex.split(unit["Service"]["ExecStart"])
    assert program.endswith("/bin/nianbao")
    command = main.get_command(click.Context(main), name)
    assert command is not None
    command.make_context(name, [*arguments, "--project", str(ROOT)])
    on_failure = unit["Unit"].get("OnFailure")
    assert on_failure is None or (path.parent / on_failure).is_file()


def test_O1_the_night_names_what_is_started_when_it_fails() -> None:
    """Only so is it told that it was killed."""
    assert "OnFailure=nianbao-failed.service" in (ROOT / "deploy" / "nianbao.service").read_text("utf-8")


@pytest.mark.parametrize(
    ("ended", "is_told"),
    [("killed:9", True), ("exited:64", True), ("exited:78", False), ("exited:75", False), (":", True)],
)
def test_O1_what_the_night_told_itself_is_not_told_again(ended: str, is_told: bool) -> None:
    """The unit goes on only where the night could not tell: killed, or not even begun; not where it was busy."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read(ROOT / "deploy" / "nianbao-failed.service", "utf-8")
    condition = [word.replace("$$", "$") for word in shlex.split(unit["Service"]["ExecCondition"])]
    code, _, status = ended.partition(":")
    done = subprocess.run(condition, env={"MONITOR_EXIT_CODE": code, "MONITOR_EXIT_STATUS": status}, check=False)
    assert (done.returncode == 0) is is_told
