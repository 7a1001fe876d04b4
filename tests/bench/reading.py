"""Reading and marking workbooks: the reader pool with all its checks, against the bare parser and against pandas.

Both sides read the same files from warm processes and keep nothing; what starting a reader takes is a line of its own.
"""

import importlib.util
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from python_calamine import CalamineWorkbook

from nianbao.intake.answer.job import AnswerLine, Job, Mark, dump_job
from nianbao.intake.worker.pool import ReaderPool
from nianbao.intake.worker.request import MarkRequest, ReadRequest
from nianbao.terms.finding import Severity
from nianbao.terms.workbook_words import ANSWER_SHEET
from tests.bench.measures import Effort, Measure, effort

PARSER = "bare calamine"
PER_CORE = "files/s per core"
SLOW_FILES = 100
MARKS = 20


def measure_reading(project: Path, workbooks: Sequence[Path], reads: int, repetitions: int) -> Iterator[Measure]:
    """Files a second of processor time, that of the pool's parent and workers together; and what this gives at once."""
    paths = [workbooks[number % len(workbooks)] for number in range(reads)]
    cores = min(os.cpu_count() or 1, 8)
    with ReaderPool(project, cores) as pool:
        start = effort(lambda: _read(pool, paths[:cores]))
        own, parser = _in_turns(partial(_read, pool, paths), partial(_each, _parse, paths), repetitions)
        rate, at_once = reads / own.processor, reads / own.wall
        yield Measure("reading, all checks on", rate, PER_CORE, parser.processor / own.processor, PARSER, "≥ 0.25")
        yield Measure(f"reading, {cores} workers at once", at_once, "files/s", parser.wall / own.wall, PARSER)
        yield Measure(f"{PARSER}, one process", reads / parser.processor, PER_CORE)
        yield Measure("starting a reader", start.processor / cores, "s of a core")
        if importlib.util.find_spec("pandas"):
            yield from _measure_pandas(pool, paths, repetitions)
    with tempfile.TemporaryDirectory(prefix="nianbao-bench-") as folder:
        requests = _requests(paths[: reads // 4], Path(folder))
        marked = Effort.median([effort(lambda: _mark(project, cores, requests)) for _ in range(repetitions)])
    yield Measure(f"marking {MARKS} cells of a workbook", len(requests) / marked.processor, PER_CORE)


def _measure_pandas(pool: ReaderPool, paths: Sequence[Path], repetitions: int) -> Iterator[Measure]:
    """As people call it, and with the same parser as ours; it is slow, so of the files only every so many are read."""
    some = paths[:: max(len(paths) // SLOW_FILES, 1)]
    calls = {"pandas.read_excel": _frames, "pandas.read_excel(engine='calamine')": _frames_by_calamine}
    for call, frames in calls.items():
        frames(some[0])  # the import is not counted
        own, others = _in_turns(partial(_read, pool, some), partial(_each, frames, some), repetitions)
        share = others.processor / own.processor
        yield Measure("reading, all checks on", len(some) / own.processor, PER_CORE, share, call, "≥ 3")
        yield Measure(call, len(some) / others.processor, PER_CORE)


def _in_turns(own: Callable[[], object], others: Callable[[], object], repetitions: int) -> tuple[Effort, Effort]:
    """The median of each, measured in turns, so that a busy machine is unfair to neither."""
    taken = [(effort(own), effort(others)) for _ in range(repetitions)]
    return Effort.median([each for each, _ in taken]), Effort.median([each for _, each in taken])


def _each(work: Callable[[Path], object], paths: Sequence[Path]) -> None:
    """Nothing is kept: memory that grows takes time too."""
    for path in paths:
        work(path)


def _read(pool: ReaderPool, paths: Sequence[Path]) -> None:
    for _ in pool.read(ReadRequest(path, path.name) for path in paths):
        pass


def _mark(project: Path, workers: int, requests: Sequence[MarkRequest]) -> None:
    with ReaderPool(project, workers) as pool:
        if not all(is_marked for _, is_marked in pool.mark(requests)):
            raise RuntimeError("a workbook could not be marked")


def _requests(paths: Sequence[Path], folder: Path) -> list[MarkRequest]:
    """Each workbook with marks on the cells of its last visible sheet, each with a line on the sheet 审核结果."""
    requests = []
    for number, path in enumerate(paths):
        sheet = CalamineWorkbook.from_path(path).sheet_names[-2]
        cells = [f"D{row}" for row in range(8, 8 + MARKS)]
        marks = tuple(Mark(sheet, cell, Severity.REJECT, f"【审核意见】{cell}，请核对后改正。") for cell in cells)
        lines = tuple(
            AnswerLine(Severity.REJECT, "须改正", sheet, sheet, cell, "1", "2", "请核对后改正。", "", "")
            for cell in cells
        )
        job = folder / f"{number}.json"
        job.write_text(dump_job(Job(path.name, ANSWER_SHEET, "部分接收", (), lines, marks)), encoding="utf-8")
        requests.append(MarkRequest(path, job, folder / f"{number}.xlsx"))
    return requests


def is_workbook(path: Path) -> bool:
    """Whether the bare parser opens the file: some that units send are no workbooks at all."""
    try:
        _parse(path)
    except Exception:
        return False
    return True


def _parse(path: Path) -> list[object]:
    workbook = CalamineWorkbook.from_path(path)
    return [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]


def _frames(path: Path) -> object:
    import pandas  # not one of ours: measured where it happens to be

    return pandas.read_excel(path, sheet_name=None)


def _frames_by_calamine(path: Path) -> object:
    import pandas

    return pandas.read_excel(path, engine="calamine", sheet_name=None)
