"""The reading processes: a file that kills or stops one costs that file, and nothing else."""

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import nianbao
from nianbao.catalog import Project
from nianbao.intake.columns import FileRead
from nianbao.intake.worker import pool as pool_module
from nianbao.intake.worker.pool import ReaderPool
from nianbao.intake.worker.request import ReadRequest
from tests.homes import post, send
from tests.workbooks import entry_of, repacked

GOOD = "good"


@pytest.fixture(scope="module")
def workbook(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with one form."""
    return send(project, tmp_path_factory.mktemp("inbox"), post(project, ["QH630100"], ["2021Q1"], ["GH05"]))[0]


@pytest.fixture(scope="module")
def killer(workbook: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with more elements on a sheet than a process has memory for; a note that says nothing fills the file."""
    noise = random.Random(1).randbytes(200_000).hex().encode()
    crowd = b'<c s="1"/>' * 5_000_000

    def add(text: bytes) -> bytes:
        return text.replace(b"</sheetData>", b"<row>" + crowd + b"</row><!--" + noise + b"--></sheetData>")

    path = tmp_path_factory.mktemp("killer") / "killer.xlsx"
    path.write_bytes(repacked(workbook, {entry_of(workbook, "GH05"): add}))
    assert path.stat().st_size < 1_000_000
    return path


@pytest.fixture
def pool(project: Project) -> Iterator[ReaderPool]:
    """Two reading processes."""
    with ReaderPool(project.path, workers=2) as pool:
        yield pool


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """What a process waits for when it reads it, for ever."""
    path = tmp_path / "pipe.xlsx"
    os.mkfifo(path)
    return path


def read(pool: ReaderPool, *paths: Path) -> list[str]:
    """What becomes of files, in their order: good, or the code of the fault."""
    found = {position: told(reading) for position, reading in pool.read(ReadRequest(path, path.name) for path in paths)}
    assert sorted(found) == list(range(len(paths)))
    return [found[position] for position in sorted(found)]


def told(read: FileRead) -> str:
    """What was read in a word."""
    return read.faults[0].code if read.faults else GOOD if read.sheets else "nothing"


def children() -> set[int]:
    """The processes that this one has started and that still run."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = status.read_text("utf-8").partition(" (")
            state, parent = rest.rpartition(") ")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == os.getpid() and state != "Z":
            found.add(int(pid))
    return found


def test_every_file_is_read_by_some_process(pool: ReaderPool, workbook: Path) -> None:
    """More files than processes: each is answered once, under its own position."""
    before = children()
    assert read(pool, *[workbook] * 9) == [GOOD] * 9
    assert len(children() - before) <= 2


def test_no_files_need_no_process(project: Project) -> None:
    """Nothing is started for nothing."""
    before = children()
    with ReaderPool(project.path) as pool:
        assert read(pool) == []
        assert children() == before


def test_a_few_files_share_one_process(project: Project, workbook: Path) -> None:
    """Starting another takes longer than reading them."""
    before = children()
    with ReaderPool(project.path) as pool:
        assert read(pool, *[workbook] * 5) == [GOOD] * 5
        assert len(children() - before) == 1


def test_a_process_runs_the_program_that_started_it(pool: ReaderPool, workbook: Path) -> None:
    """Where another copy of the program is installed, files are not read by that."""
    before = children()
    read(pool, workbook)
    (process,) = children() - before
    environment = Path(f"/proc/{process}/environ").read_text().split("\0")
    assert f"PYTHONPATH={Path(nianbao.__file__).parents[1]}" in environment


def test_a_pool_at_rest_keeps_one_process_and_reads_on(pool: ReaderPool, workbook: Path) -> None:
    """While others need the memory there is one process, which answers what it is asked meanwhile."""
    before = children()
    read(pool, *[workbook] * 4)
    assert len(children() - before) == 2
    pool.rest()
    assert len(children() - before) == 1
    assert read(pool, workbook) == [GOOD]


def test_a_file_that_kills_its_process_costs_one_file(pool: ReaderPool, workbook: Path, killer: Path) -> None:
    """Those before it and behind it, also those that were waiting at the same process, are read."""
    files = [workbook, killer, workbook, killer, killer, workbook, workbook]
    assert read(pool, *files) == [GOOD if path is workbook else "PARSER_CRASH" for path in files]
    assert read(pool, workbook) == [GOOD]


def test_a_file_that_is_gone_costs_one_file(pool: ReaderPool, workbook: Path, tmp_path: Path) -> None:
    """Whatever goes wrong in a process is a fault of the file it was about."""
    assert read(pool, workbook, tmp_path / "gone.xlsx", workbook) == [GOOD, "PARSER_CRASH", GOOD]


def test_a_file_that_takes_too_long_costs_one_file(
    pool: ReaderPool, workbook: Path, pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process is ended, and the files that waited behind it are read by another."""
    monkeypatch.setattr(pool_module, "SECONDS_PER_FILE", 2.0)
    read(pool, workbook, workbook)
    started = time.monotonic()
    assert read(pool, pipe, workbook, workbook, workbook, workbook) == ["TIMEOUT", GOOD, GOOD, GOOD, GOOD]
    assert time.monotonic() - started < 30


def test_a_process_that_is_killed_costs_one_file(pool: ReaderPool, workbook: Path, pipe: Path) -> None:
    """By the kernel for want of memory, or by hand."""
    read(pool, workbook, workbook)
    before = children()
    stopper = threading.Thread(target=kill_the_reader_of, args=(pipe, before))
    stopper.start()
    found = read(pool, pipe, workbook, workbook, workbook)
    stopper.join()
    assert found == ["PARSER_CRASH", GOOD, GOOD, GOOD]


def kill_the_reader_of(pipe: Path, processes: set[int]) -> None:
    """Wait until a process reads a pipe, and kill it."""
    with pipe.open("wb"):
        until = time.monotonic() + 10
        while time.monotonic() < until:  # the reader's open returns a moment after ours
            for pid in processes:
                if holds(pid, pipe):
                    os.kill(pid, signal.SIGKILL)
                    time.sleep(0.2)  # it is dead before the pipe is closed, which would look like the end of a file
                    return


def holds(pid: int, path: Path) -> bool:
    """Whether a process has a file open; what it closes while we look is not ours to mind."""
    found = False
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found = found or os.readlink(link) == str(path)
    return found


def fail_while_reading(project: Project, workbook: Path) -> None:
    """A run that ends with an error in the midst of its files."""
    with ReaderPool(project.path, workers=2) as pool:
        next(pool.read([ReadRequest(workbook, workbook.name)] * 3))
        raise RuntimeError("the run has failed")


def test_nobody_is_left_behind(project: Project, workbook: Path, killer: Path, pipe: Path) -> None:
    """However the reading ends, no process outlives the pool: read to the end, given up, or failed."""
    before = children()
    with ReaderPool(project.path, workers=2) as pool:
        read(pool, workbook, killer, workbook)
        reading = pool.read(ReadRequest(path, path.name) for path in (workbook, pipe, workbook))
        next(reading)
        reading.close()  # type: ignore[attr-defined]
        assert read(pool, workbook) == [GOOD]
    with pytest.raises(RuntimeError):
        fail_while_reading(project, workbook)
    deadline = time.monotonic() + 5
    while children() - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert children() <= before
