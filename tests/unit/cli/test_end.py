"""How the program ends: at once, with its exit code, and with all that it said."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

_FULL = Path("/dev/full")
_BEGUN = """
import atexit, sys
from nianbao.__main__ import run
atexit.register(print, "taken apart")
sys.stdout.write("said before; ")
run()
"""


def started(*arguments: str, stdout: IO[str] | int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """A command in a process that has something to say still, and would tell when Python takes it apart."""
    command = [sys.executable, "-c", _BEGUN, *arguments]
    environment = os.environ | {"PYTHONUNBUFFERED": ""}
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, env=environment, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--help",), 0, "nightly"),
        (("no-such-command",), 2, "no-such-command"),
        (("collect", "--home", "no-such"), 64, "no-such"),
    ],
)
def test_all_that_was_said_is_out_and_the_code_is_that_of_the_command(
    arguments: tuple[str, ...], code: int, said: str
) -> None:
    """Also what no line has ended yet, on either stream, after a fault of ours or none."""
    ended = started(*arguments)
    assert (ended.returncode, said in ended.stdout + ended.stderr) == (code, True), ended
    assert ended.stdout.startswith("said before; ") and "taken apart" not in ended.stdout


@pytest.mark.skipif(not _FULL.exists(), reason="no device that is always full")
def test_what_nobody_takes_is_told_as_python_tells_it() -> None:
    """A command whose words are lost has failed, whatever its own code."""
    with _FULL.open("w") as full:
        ended = started("no-such-command", stdout=full)
    assert ended.returncode == 120, ended
