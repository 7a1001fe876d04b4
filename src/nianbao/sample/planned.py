"""What the units of a sample send, as it is written down: deliveries.csv with the rows of forms/, or reported.csv."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from nianbao.catalog import Project
from nianbao.catalog.declared import read_csv, read_rows
from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.filled import Filled, Row
from nianbao.terms.form import FieldType, Part
from nianbao.terms.period import Period
from nianbao.terms.submission import Value
from nianbao.terms.unit import Unit
from nianbao.terms.workbook_words import FIRST

DELIVERIES, REPORTED = "deliveries.csv", "reported.csv"
ON_TIME = "on time"

_COLUMNS = "delivery,unit_code,period,sent_at,file,story,forms,status,filled_on,filler,reviewer,text".split(",")
_COVER = ("status", "filled_on", "filler", "reviewer")
_TEN = dt.time(10)
_READ: dict[FieldType, Callable[[str], Value]] = {
    FieldType.INT: int,
    FieldType.MONEY: Decimal,
    FieldType.DECIMAL: Decimal,
    FieldType.DATE: dt.date.fromisoformat,
    FieldType.BOOL: lambda text: text == "true",
}
_Rows = Mapping[str, Mapping[tuple[str, str], list[Row]]]
"""The rows of each delivery by form and part."""


@dataclass(frozen=True)
class Planned:
    """A file to be sent: a workbook, or the text of one that is none; `file` is its path in the inbox."""

    unit: Unit
    period: Period
    sent_at: dt.datetime
    file: str
    content: Filled | str
    story: str = ""

    @property
    def file_name(self) -> str:
        """Its name alone."""
        return Path(self.file).name


def read_planned(project: Project, folder: Path) -> list[Planned]:
    """Every file of a sample, in the order in which it is written down.

    Raises:
        DeclarationError: a row has no day, or names a unit, form or field that is not declared.
    """
    path = folder / DELIVERIES
    if not path.exists():
        return list(_read_reported(project, folder / REPORTED))
    rows: dict[str, dict[tuple[str, str], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for each in sorted((folder / "forms").glob("*.csv")):
        _read_part(project, each, rows)
    notes: dict[str, dict[str, str]] = defaultdict(dict)
    for _line, row in read_csv(folder / "notes.csv", ("delivery", "form_code", "note")):
        notes[row["delivery"]][row["form_code"]] = row["note"]
    planned = []
    for line, row in read_csv(path, _COLUMNS):
        try:
            planned.append(_delivery(project, row, rows, notes[row["delivery"]]))
        except (KeyError, ValueError) as error:
            raise DeclarationError(path, line, str(error)) from error
    return planned


def plan_workbook(
    project: Project, sent_on: dt.date, unit_code: str, form_code: str, period: Period, status: str, values: Row
) -> Planned | None:
    """A workbook with the numbers of one form; None of a unit that does not exist in the period."""
    unit = project.roster.unit_in(unit_code, period)
    if unit is None:
        return None
    note = "" if status == FIRST else f"（{status}）"
    cover = {"status": status, "filled_on": sent_on.isoformat()}
    content = Filled({form_code: {"main": [values]}}, cover=cover, only=True)
    return Planned(
        unit, period, dt.datetime.combine(sent_on, _TEN), f"{unit_code}/{unit.zh}-{period}{note}.xlsx", content
    )


def _delivery(project: Project, row: Mapping[str, str], rows: _Rows, notes: dict[str, str]) -> Planned:
    unit, period = project.units[row["unit_code"]], Period.parse(row["period"])
    content: Filled | str = row["text"]
    if not content:
        own, sent = rows.get(row["delivery"], {}), row["forms"].split()
        forms = {
            form.code: {part.code: own.get((form.code, part.code), []) for part in parts}
            for form, _own_period, parts in project.due_forms(unit, period)
            if form.code in sent
        }
        content = Filled(forms, notes, {name: row[name] for name in _COVER}, only=True)
    return Planned(unit, period, dt.datetime.fromisoformat(row["sent_at"]), row["file"], content, row["story"])


def _read_part(project: Project, path: Path, rows: Mapping[str, Mapping[tuple[str, str], list[Row]]]) -> None:
    """Give each delivery its rows of a part, from forms/<form>.<part>.csv."""
    form_code, part_code = path.stem.split(".")
    part = project.forms[form_code].part(part_code)
    for line, row in _rows_of(path):
        delivery = row.pop("delivery")
        if unknown := row.keys() - {field.code for field in part.fields}:
            raise DeclarationError(
                path, line, _("{part} has no field {field}").format(part=part.zh, field=min(unknown))
            )
        rows[delivery][form_code, part_code].append(_row(part, row))


def _read_reported(project: Project, path: Path) -> Iterator[Planned]:
    """A sample that is a list: a line for each workbook, with the numbers of one form."""
    for line, row in _rows_of(path):
        try:
            sent_on, unit, form = dt.date.fromisoformat(row.pop("sent_on")), row.pop("unit_code"), row.pop("form")
            period, status = Period.parse(row.pop("period")), row.pop("status")
            values = _row(project.forms[form].part("main"), row)
        except (KeyError, ValueError) as error:
            raise DeclarationError(path, line, str(error)) from error
        if planned := plan_workbook(project, sent_on, unit, form, period, status, values):
            yield planned


def _rows_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    rows = read_rows(path)
    header = next(rows)[1]
    return ((line, dict(zip(header, row, strict=True))) for line, row in rows)


def _row(part: Part, texts: Mapping[str, str]) -> Row:
    """What is typed into a row; a text where a number is asked stays one, as a careless clerk would leave it."""
    kinds = {field.code: field.type for field in part.fields}
    row: Row = {}
    for name, text in texts.items():
        try:
            row |= {name: _READ[kinds[name]](text)} if text else {}
        except (KeyError, ValueError, ArithmeticError):
            row[name] = text
    return row
