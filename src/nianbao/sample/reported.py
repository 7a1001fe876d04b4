"""A sample that is a list: reported.csv, one line for each workbook that a unit sends, with its numbers."""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from nianbao.catalog import Project
from nianbao.clock import ZONE
from nianbao.errors import DeclarationError
from nianbao.intake.blank import write_workbook
from nianbao.terms.filled import Filled
from nianbao.terms.period import Period
from nianbao.terms.submission import Value
from nianbao.terms.workbook_words import FIRST

REPORTED = "reported.csv"


@dataclass(frozen=True)
class SentWorkbook:
    """One line of reported.csv: a workbook with the numbers of one form."""

    sent_on: dt.date
    unit_code: str
    form: str
    period: Period
    status: str
    values: dict[str, Value]

    def is_sent_between(self, after: dt.date | None, until: dt.date | None) -> bool:
        """Whether it is sent after one day and up to another, each None where it does not matter."""
        return (after is None or self.sent_on > after) and (until is None or self.sent_on <= until)


def read_reported(path: Path) -> tuple[SentWorkbook, ...]:
    """Every workbook of a sample.

    Raises:
        DeclarationError: a line has no day, or a period that is none.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        try:
            return tuple(_read(row) for row in reader)
        except (KeyError, ValueError) as error:
            raise DeclarationError(path, reader.line_num, str(error)) from error


def _read(row: dict[str, str]) -> SentWorkbook:
    sent_on, unit, form = dt.date.fromisoformat(row.pop("sent_on")), row.pop("unit_code"), row.pop("form")
    period, status = Period.parse(row.pop("period")), row.pop("status")
    values: dict[str, Value] = {name: _value(text) for name, text in row.items() if text}
    return SentWorkbook(sent_on, unit, form, period, status, values)


def _value(text: str) -> Value:
    try:
        return Decimal(text) if "." in text else int(text)
    except (InvalidOperation, ValueError):
        return text


def write_reported(project: Project, sent: Iterable[SentWorkbook], inbox: Path) -> Iterator[tuple[Path, SentWorkbook]]:
    """Write workbooks as blanks of the declarations in force that were filled in, each with the day it was sent.

    Units that do not exist in the period send nothing.
    """
    for each in sent:
        unit = project.roster.unit_in(each.unit_code, each.period)
        if unit is None:
            continue
        note = "" if each.status == FIRST else f"（{each.status}）"
        path = inbox / each.unit_code / f"{unit.zh}-{each.period}{note}.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        cover = {"status": each.status, "filled_on": each.sent_on.isoformat()}
        filled = Filled({each.form: {"main": [each.values]}}, cover=cover, only=True)
        write_workbook(path, project, unit, each.period, filled)
        stamp = dt.datetime.combine(each.sent_on, dt.time(10), ZONE).timestamp()
        os.utime(path, (stamp, stamp))
        yield path, each
