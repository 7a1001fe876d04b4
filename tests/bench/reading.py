"""Reading and marking workbooks: the reader pool with all its checks, against the bare parser and against pandas."""

import importlib.util
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from python_calamine import CalamineWorkbook

from nianbao.intake.answer.job import Job, Line, Mark, dump_job
from nianbao.intake.reader_pool import ReaderPool
from nianbao.intake.reader_process import MarkRequest, ReadRequest
from nianbao.terms.finding import Severity
from nianbao.terms.layout import ANSWER_SHEET
from tests.bench.measures import Effort, Measure, effort

PARSER = "bare calamine"
PER_CORE = "files/s per core"
PANDAS_FILES = 100
MARKS = 20


def measure_reading(project: Path, workbooks: Sequence[Path], reads: int, repetitions: int) -> Iterator[Measure]:
    """Files a second of processor time, that of the pool's parent and workers together; and what this gives at once."""
    paths = [workbooks[number % len(workbooks)] for number in range(reads)]
    cores = min(os.cpu_count() or 1, 8)
    pooled, bare = [], []
    for _ in range(repetitions):  # in turns, so that a busy machine is unfair to neither
        bare.append(effort(lambda: [_parse(path) for path in paths]))
        pooled.append(effort(lambda: _read(project, cores, paths)))
    own, parser = Effort.median(pooled), Effort.median(bare)
    rate, at_once = reads / own.processor, reads / own.wall
    yield Measure("reading, all checks on", rate, PER_CORE, parser.processor / own.processor, PARSER, "≥ 0.5")
    yield Measure(f"reading, {cores} workers at once", at_once, "files/s", parser.wall / own.wall, PARSER)
    yield Measure(f"{PARSER}, one process", reads / parser.processor, PER_CORE)
    if importlib.util.find_spec("pandas"):
        frames = _rate_of_pandas(paths[:PANDAS_FILES], repetitions)
        yield Measure("reading, all checks on", rate, PER_CORE, rate / frames, "pandas", "≥ 3")
        yield Measure("pandas.read_excel(engine='calamine')", frames, PER_CORE)
    with tempfile.TemporaryDirectory(prefix="nianbao-bench-") as folder:
        requests = _requests(paths[: reads // 4], Path(folder))
        marked = Effort.median([effort(lambda: _mark(project, cores, requests)) for _ in range(repetitions)])
    yield Measure(f"marking {MARKS} cells of a workbook", len(requests) / marked.processor, PER_CORE)


def _read(project: Path, workers: int, paths: Sequence[Path]) -> None:
    with ReaderPool(project, workers) as pool:
        for _ in pool.read(ReadRequest(path, path.name) for path in paths):
            pass


def _rate_of_pandas(paths: Sequence[Path], repetitions: int) -> float:
    _frames(paths[0])  # the import is not counted
    taken = Effort.median([effort(lambda: [_frames(path) for path in paths]) for _ in range(repetitions)])
    return len(paths) / taken.processor


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
            Line(Severity.REJECT, "须改正", sheet, sheet, cell, "1", "2", "请核对后改正。", "", "") for cell in cells
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

    return pandas.read_excel(path, engine="calamine", sheet_name=None)
