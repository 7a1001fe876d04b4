"""Cells on their way from the readers to staging: as columns, against one line of JSON a file and rows of Python."""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from nianbao.catalog import Project, load_project
from nianbao.intake.columns import FileRead, to_columns
from nianbao.intake.judge.identify import identify
from nianbao.intake.judge.night import gather
from nianbao.intake.judge.rounds import Known, Rounds
from nianbao.intake.read.vocabulary import load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.intake.worker.wire import dump_file, load_file, take_answer
from nianbao.terms.delivery import Delivery
from nianbao.terms.submission import Reading
from nianbao.warehouse.connect import Connection, insert_rows, open_memory
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import CELL, create_schema
from nianbao.warehouse.stage import fill_stage
from tests.bench.measures import Measure, seconds

RECEIVED = dt.datetime(2022, 1, 16, 1)
LONGER = 50
"""How many times the rows of each sheet are repeated: cells, not files, are to be what costs."""


def measure_columns(path: Path, workbooks: Sequence[Path], repetitions: int) -> Iterator[Measure]:
    """Take what was read of some workbooks to staging, both ways."""
    project, vocabulary = load_project(path), load_vocabulary(path)
    readings = [_longer(read_workbook(each.read_bytes(), vocabulary, each.name)) for each in workbooks]
    answers = [dump_file(to_columns(reading)) for reading in readings]
    lines = [json.dumps([list(map(str, cell)) for sheet in each.frames for cell in sheet.cells]) for each in readings]
    connection = open_memory()
    create_schema(connection, project)
    load_reference(connection, project, RECEIVED.date())
    ours = seconds(lambda: _stage(connection, project, [load_file(*_answer(each)) for each in answers]), repetitions)
    by_hand = seconds(lambda: _stage_rows(connection, lines), repetitions)
    cells = sum(len(sheet.cells) for reading in readings for sheet in reading.frames)
    yield Measure(
        f"from the readers to staging: {cells:,} cells as columns", ours, "s", ours / by_hand, "JSON and rows"
    )
    yield Measure("the same cells as JSON and rows of Python", by_hand, "s")
    yield Measure("cells a second, as columns", cells / ours, "")


def _longer(reading: Reading) -> Reading:
    frames = (
        dataclasses.replace(
            sheet,
            cells=tuple(cell._replace(row_no=cell.row_no + more) for more in range(LONGER) for cell in sheet.cells),
        )
        for sheet in reading.frames
    )
    return dataclasses.replace(reading, frames=tuple(frames))


def _answer(content: bytes) -> tuple[bytes, bytes]:
    answer = take_answer(bytearray(content))
    assert answer is not None
    return answer


def _stage(connection: Connection, project: Project, files: Sequence[FileRead]) -> None:
    deliveries = [
        Delivery(f"D{place:06d}", f"{place}.xlsx", "0" * 64, 1, 0, RECEIVED, RECEIVED) for place, _ in enumerate(files)
    ]
    identified = [identify(delivery, read, project) for delivery, read in zip(deliveries, files, strict=True)]
    night = gather(Rounds(identified, Known({}, {}), project).next_round(), project.rules)
    asked = [(each.submission.submission_id, part) for each in night.sent for part in each.parts]
    fill_stage(connection, project, night.submissions, night.cells, asked)


def _stage_rows(connection: Connection, lines: Sequence[str]) -> None:
    rows = [
        dict(
            zip(CELL.columns, ("", "", part, row_no, field, "", cell, text, value, None, fault, shown, ""), strict=True)
        )
        for line in lines
        for part, row_no, field, cell, text, value, fault, shown in json.loads(line)
    ]
    connection.execute("DELETE FROM stage.cell")
    insert_rows(connection, "stage.cell", rows, CELL.bare_columns)
