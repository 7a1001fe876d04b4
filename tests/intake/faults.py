"""The faults of docs and fields: what each file is, what is expected of it, and the run that takes all of them in."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook

from nianbao.catalog import Project, load_project
from nianbao.intake.blank.workbook import write_workbook
from nianbao.record import Archive
from nianbao.runs.collect import collect
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.terms.delivery import Outcome
from nianbao.terms.filled import Filled, Row
from nianbao.terms.finding import Severity
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.warehouse.connect import rows_of
from tests.homes import arrive, clock_at
from tests.workbooks import sheet_of

ACCEPTED, PARTLY, REJECTED, QUARANTINED = Outcome.ACCEPTED, Outcome.PARTLY, Outcome.REJECTED, Outcome.QUARANTINED
TODAY = "2026-01-16T01:00"
PERIODS = ("2021Q4", "2023Q4", "2025Q4")
WITNESSES = ("QH630100", "QH630200")
"""Their good workbooks arrive first and last in every run; nothing of the others may touch them."""

FIXES_STANDARDS = "QHB03"
"""The office that alone is asked for the standards of GH05, which need not be answered."""

GH05: Row = {
    "warmth_funds": Decimal("250000"),
    "warmth_persons": 500,
    "disaster_funds": Decimal("0"),
    "relief_living": Decimal("30000"),
    "relief_medical": Decimal("20000.5"),
    "relief_study": Decimal("10000"),
    "relief_total": Decimal("60000.5"),
    "relief_total_prev": Decimal("58000"),
    "relief_persons": 41,
}


@dataclass(frozen=True)
class Desk:
    """Where a clerk of one unit makes up a file for one period."""

    project: Project
    unit: Unit
    period: Period
    scratch: Path

    def workbook(self, forms: Mapping[str, Mapping[str, list[Row]]] | None = None, **cover: str) -> bytes:
        """The workbook of the template with these forms, or with GH05 alone."""
        filled = {code: dict(parts) for code, parts in (forms or {"GH05": {"main": [GH05]}}).items()}
        write_workbook(self.scratch, self.project, self.unit, self.period, Filled(filled, {}, dict(cover), only=True))
        return self.scratch.read_bytes()

    def edited(self, change: Callable[[Workbook], Any], content: bytes | None = None) -> bytes:
        """A workbook changed in another program."""
        workbook = openpyxl.load_workbook(io.BytesIO(content or self.workbook()))
        change(workbook)
        target = io.BytesIO()
        workbook.save(target)
        return target.getvalue()

    def answering(self, text: object, asked: str = "warmth_persons") -> bytes:
        """A workbook in which one answer of GH05 was typed over."""
        return self.edited(lambda book: put(book, asked, text))

    def rows(self, answers: Mapping[str, object] | None = None) -> list[list[object]]:
        """The cover and GH05 as the rows of one table: what a .csv holds, and a sheet made by hand."""
        form = self.project.forms["GH05"]
        cover = {
            "填报单位代码": self.unit.code,
            "报告期": self.period.code,
            "统计口径": "本期",
            "金额单位": "元",
            "报表版本": form.edition_in(self.period),
        }
        rows: list[list[object]] = [[label, text] for label, text in cover.items()]
        rows += [[], ["指标名称", "代码", "数值"]]
        values = {**GH05, **(answers or {})}
        for asked in (each for each in form.part("main").fields if each.is_asked_in(self.period)):
            rows.append([asked.zh, f"GH05-{asked.line:02d}", values.get(asked.code, "")])
        return rows

    def text(self, answers: Mapping[str, object] | None = None, delimiter: str = ",") -> str:
        """The same as delimited text."""
        return "".join(delimiter.join(map(str, row)) + "\n" for row in self.rows(answers))


Make = Callable[[Desk], bytes]


@dataclass(frozen=True)
class Case:
    """One file: the number of its fault, how it is made and named, and what must come of it.

    `codes` are found in it and no other of them sends it back; `reads` are values that are in the warehouse afterwards,
    by part and field, or by field of the first part.
    """

    number: int
    make: Make
    outcome: Outcome
    codes: tuple[str, ...] = ()
    variant: str = ""
    ending: str = ".xlsx"
    reads: Mapping[str, object] = field(default_factory=dict)
    kind: str | None = None
    name: str = ""

    @property
    def id(self) -> str:
        """`case-27` or `case-61-nan`."""
        return f"case-{self.number}" + (f"-{self.variant}" if self.variant else "")


@dataclass(frozen=True)
class Answered:
    """What became of one file."""

    outcome: Outcome
    unit_code: str | None
    findings: list[dict[str, Any]]
    cells: dict[tuple[str, str], list[str]]
    is_kept: bool

    def codes(self, *severities: Severity) -> set[str]:
        """The codes of the findings, if wanted of some severities only."""
        return {row["code"] for row in self.findings if not severities or Severity(row["severity"]) in severities}


def put(book: Workbook, asked: str, value: object, form: str = "GH05") -> None:
    """Type an answer over, in the cell right of its code."""
    cell = code_cell(book, asked, form)
    cell.offset(0, 1).value = value


def code_cell(book: Workbook, asked: str, form: str = "GH05") -> Any:
    """The cell that holds the code of a field of GH05."""
    line = list(GH05).index(asked) + 1
    (cell,) = (each for row in sheet_of(book, form).iter_rows() for each in row if each.value == f"{form}-{line:02d}")
    return cell


def units(project: Project, period: Period) -> Iterator[Unit]:
    """The units that owe GH05, each once; the witnesses and who fixes the standards are left out."""
    for unit in project.units.values():
        if unit.code not in (*WITNESSES, FIXES_STANDARDS) and unit.is_counted and unit.is_valid_on(period.end):
            yield unit


def take_in(project: Project, home: Home, cases: Sequence[Case]) -> dict[str, Answered]:
    """Send a file per case, with a good workbook before and after them, and collect once; answers by id of the case."""
    project = _without_neighbours(project, home.path.with_name(f"{home.path.name}-project"))
    free = [(unit, period) for period in map(Period.parse, PERIODS) for unit in units(project, period)]
    free.sort(key=lambda each: each[0].level.code == "prefecture")  # few, and some cases ask for one
    sent: dict[str, str] = {}
    for case in cases:
        unit, period = next(each for each in free if case.kind in (None, each[0].level.code))
        free.remove((unit, period))
        content = case.make(Desk(project, unit, period, home.path / "scratch.xlsx"))
        source = f"{case.id}/{case.name.format(unit=unit.code, period=period.code) or case.id}{case.ending}"
        sent[case.id] = source
        _send(home.inbox / source, content, period.end + dt.timedelta(days=8))
    for number, code in enumerate(WITNESSES):
        for text in PERIODS:
            period = Period.parse(text)
            desk = Desk(project, project.units[code], period, home.path / "scratch.xlsx")
            _send(
                home.inbox / f"witness-{number}" / f"{text}.xlsx",
                desk.workbook(),
                period.end + dt.timedelta(days=7 + number),
            )
    with clock_at(TODAY), open_workspace(project.path, home, "collect") as workspace:
        collect(workspace)
        answers = {case_id: _answered(workspace.connection, home, source) for case_id, source in sent.items()}
        witnesses = rows_of(
            workspace.connection, "SELECT file_name, outcome FROM ledger.delivery WHERE source LIKE 'witness-%'"
        )
        kept = _cells(workspace.connection, "d.source LIKE 'witness-%'")
    assert {row["outcome"] for row in witnesses} == {ACCEPTED.value}
    assert len(witnesses) == len(WITNESSES) * len(PERIODS)
    assert {key: set(texts) for key, texts in kept.items()} == {
        ("main", name): {f"{value:f}" if isinstance(value, Decimal) else str(value)} for name, value in GH05.items()
    }
    return answers


def _without_neighbours(project: Project, folder: Path) -> Project:
    """The project without the rule that holds the rows of units against each other: the cases share their records."""
    folder.mkdir()
    for name in ("federation.toml", "forms", "expectations", "indicators", "reports", "reference"):
        (folder / name).symlink_to(project.path / name)
    shutil.copytree(project.path / "sql", folder / "sql")
    (folder / "sql" / "check" / "C00_10_row_reported_twice.sql").unlink()
    return load_project(folder)


def _send(path: Path, content: bytes, day: dt.date) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    arrive(path, dt.datetime.combine(day, dt.time(9)))


def _answered(connection: Any, home: Home, source: str) -> Answered:
    deliveries = rows_of(connection, f"SELECT * FROM ledger.delivery WHERE source = '{source}'")
    assert len(deliveries) == 1, f"{source} has {len(deliveries)} outcomes"
    delivery = deliveries[0]
    findings = rows_of(connection, f"SELECT * FROM ledger.finding WHERE delivery_id = '{delivery['delivery_id']}'")
    cells = _cells(connection, f"d.source = '{source}'")
    kept = Archive(home.archive).path_of(delivery["sha256"])
    return Answered(Outcome(delivery["outcome"]), delivery["unit_code"], findings, cells, kept.exists())


def _cells(connection: Any, condition: str) -> dict[tuple[str, str], list[str]]:
    rows = rows_of(
        connection,
        "SELECT c.part, c.field, coalesce(c.read_as, c.text) AS said FROM raw.cell AS c "
        "INNER JOIN ledger.submission AS s ON c.submission_id = s.submission_id "
        f"INNER JOIN ledger.delivery AS d ON s.delivery_id = d.delivery_id WHERE {condition} ORDER BY c.row_no",
    )
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row["part"], row["field"]), []).append(row["said"])
    return found


def judge(case: Case, answer: Answered) -> None:
    """Hold an answer to what its case expects."""
    told = [(row["code"], row["cell"], row["sentence"]) for row in answer.findings if row["code"] != "FORM_MISSING"]
    assert answer.outcome is case.outcome, told
    assert answer.is_kept
    assert set(case.codes) <= answer.codes(), told
    if case.outcome in (REJECTED, QUARANTINED, PARTLY):
        assert answer.codes(Severity.REJECT, Severity.EXPLAIN) <= set(case.codes), told
    for name, value in case.reads.items():
        part, _, asked = name.rpartition(".")
        said = answer.cells.get((part or "main", asked), [])
        assert said == [str(each) for each in (value if isinstance(value, list) else [value])], name


def numbered(cases: Sequence[Case]) -> list[Case]:
    """The cases, each under an id of its own."""
    ids = [case.id for case in cases]
    assert len(ids) == len(set(ids)), [each for each, same in itertools.groupby(sorted(ids)) if len(list(same)) > 1]
    return list(cases)
