"""A run that is killed, whenever that is, leaves nothing that the next run cannot put right by itself."""

import itertools
import multiprocessing
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.runs.collect import Collected, collect
from nianbao.runs.workspace import open_workspace
from nianbao.sample.planned import Planned
from nianbao.settings import Home
from tests.homes import ROOT, clock_at, digest, post, scratch_files, send

UNITS = ("QH630200", "QH632300", "QHD01", "QHD02", "QHD03", "QHD04", "QHD05")
PERIODS = ("2021Q1", "2021Q2", "2021Q3", "2021Q4")
NIGHT = "2022-01-16T01:00"
KILLS = 24
AT_LEAST = KILLS // 2
"""How many runs must really have been killed: a moment can be missed, on a fast machine and on a slow one."""
SECONDS = 32


def run(home: Path) -> Collected:
    """One collect run of that night, whatever clock the process was started with."""
    with clock_at(NIGHT), open_workspace(ROOT, Home(home), "collect") as workspace:
        return collect(workspace)


@pytest.fixture(scope="module")
def sent(project: Project) -> list[Planned]:
    """A few units' workbooks of a year, in the order in which they were sent."""
    planned = post(project, UNITS, PERIODS)
    assert len(planned) >= KILLS
    return planned[:KILLS]


@pytest.fixture(scope="module")
def undisturbed(project: Project, sent: list[Planned], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home in which one run took in everything in peace."""
    home = Home(tmp_path_factory.mktemp("undisturbed"))
    send(project, home.inbox, sent)
    with clock_at(NIGHT):
        run(home.path)
    return home


def answers(home: Home) -> dict[str, bytes]:
    """What is in the outbox."""
    return {
        path.relative_to(home.outbox).as_posix(): path.read_bytes() for path in home.outbox.rglob("*") if path.is_file()
    }


def size(path: Path) -> int:
    """How large a file is, nothing when it is not there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def names(folder: Path, pattern: str) -> int:
    """How many files of a pattern are in a folder."""
    return len(list(folder.glob(pattern)))


Look = Callable[[Home], int]
MOMENTS: dict[str, Look] = {
    "a file is copied": lambda home: names(home.archive, "bytes/.receiving-*"),
    "a file is kept": lambda home: names(home.archive, "bytes/??/*"),
    "a table of a run is written": lambda home: names(home.archive, "record/cells/*/*"),
    "a run is recorded": lambda home: names(home.archive, "record/*/R*"),
    "the warehouse is written": lambda home: size(home.path / "warehouse.duckdb.wal"),
    "rows are loaded": lambda home: size(home.path / "warehouse.duckdb.wal") // 20_000,
    "an answer is written": lambda home: names(home.outbox, "*/.*"),
    "an answer is there": lambda home: names(home.outbox, "*/*"),
}
"""What can be seen of a run from outside: it is killed as soon as one of these grows."""


def kill_at(process: BaseProcess, home: Home, moment: str, longest: float) -> bool:
    """Kill a run at a moment, or when it has taken too long; whether it was killed."""
    look, until = MOMENTS.get(moment), time.monotonic() + longest
    before = look(home) if look else 0
    process.start()
    while process.is_alive() and time.monotonic() < until and (look is None or look(home) <= before):
        time.sleep(0 if look else 0.01)
    process.kill()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def seconds_in_peace(context: ForkServerContext, home: Path) -> float:
    """How long a run with nothing to do takes here: a run is killed within that time, or it may have ended."""
    Home(home).inbox.mkdir()
    for _ in range(2):  # the first loads what is loaded late, and makes the warehouse
        began = time.monotonic()
        process = context.Process(target=run, args=(home,))
        process.start()
        process.join()
    return time.monotonic() - began


def test_a_killed_run_is_made_good(
    project: Project, sent: list[Planned], undisturbed: Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file more, a run, and SIGKILL at some moment, over and over: the run after that is as if none had been."""
    home = Home(tmp_path_factory.mktemp("killed"))
    context = multiprocessing.get_context("forkserver")
    # The programs are imported once, so that a run is killed while it works and not while it is loaded.
    context.set_forkserver_preload([__name__, "tests.journeys.preloaded"])
    dice, killed, until = random.Random(2021), 0, time.monotonic() + SECONDS
    moments = itertools.chain.from_iterable(zip(itertools.cycle(MOMENTS), itertools.repeat("whenever"), strict=False))
    with clock_at(NIGHT):
        in_peace = seconds_in_peace(context, tmp_path_factory.mktemp("idle"))
        for planned, moment in zip(sent, moments, strict=False):
            send(project, home.inbox, [planned])
            home.looks.unlink(missing_ok=True)  # it was there before, as in the home that is undisturbed
            longest = dice.uniform(0.02, in_peace) if moment == "whenever" else 6
            process = context.Process(target=run, args=(home.path,))
            killed += kill_at(process, home, moment, longest if time.monotonic() < until else 0.5)
        run(home.path)
        assert run(home.path).receipts == []  # nothing is owed any more
    assert killed >= AT_LEAST
    assert digest(home) == digest(undisturbed)
    assert answers(home) == answers(undisturbed)
    assert scratch_files(home) == []
