"""Reads events.toml: how workbooks are usually sent, and what goes otherwise in an ordinary year."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from nianbao.errors import DeclarationError
from nianbao.terms.filled import Filled
from nianbao.terms.submission import Value
from nianbao.terms.unit import Unit


@dataclass(frozen=True)
class Sending:
    """The habits of the units: when they send, under which names, and what they write on the cover."""

    earlier: tuple[str, ...]
    first_day: int
    last_day: int
    opens: int
    closes: int
    closed: tuple[dt.date, ...]
    worked: tuple[dt.date, ...]
    file_names: tuple[str, ...]
    usual_names: int
    cover: dict[str, str]

    def is_worked(self, day: dt.date) -> bool:
        """Whether offices are open on a day."""
        return day in self.worked or (day.weekday() < 5 and day not in self.closed)


@dataclass(frozen=True)
class Change:
    """One cell that a clerk fills in otherwise: another text or number (`put`), so much more (`add`), or not at all."""

    form: str
    part: str
    field: str
    row: int = 0
    put: Value | None = None
    add: int | None = None


@dataclass(frozen=True)
class SentFile:
    """A workbook sent on a day of its own."""

    unit: str
    period: str
    on: dt.date
    story: str


@dataclass(frozen=True)
class LeftOut:
    """A sheet that a unit does not send."""

    unit: str
    form: str
    period: str


@dataclass(frozen=True)
class Explained:
    """What units write as 说明 on a form, one of `notes` with its `{period}`, and the unusual answers that need it."""

    whom: tuple[str, ...]
    periods: tuple[str, ...]
    form: str
    notes: tuple[str, ...]
    changes: tuple[Change, ...] = ()

    def concerns(self, unit: Unit, period_code: str) -> bool:
        """Whether a unit writes it on its form of a period."""
        return period_code in self.periods and bool({unit.code, unit.level.code} & set(self.whom))


@dataclass(frozen=True)
class Resent:
    """A workbook that goes out with `changes` and without some notes, and once more as it should be.

    The second time it holds only `forms`, or everything when none is named.
    """

    unit: str
    period: str
    again_on: dt.date
    again_name: str
    story: str
    again_story: str
    on: dt.date | None = None
    forms: tuple[str, ...] = ()
    without_note: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Duplicate:
    """A workbook that is sent a second time under another name."""

    unit: str
    period: str
    on: dt.date
    name: str
    story: str


@dataclass(frozen=True)
class Stray:
    """A file that is no workbook, whatever its name says."""

    unit: str
    period: str
    on: dt.date
    name: str
    text: str
    story: str


@dataclass(frozen=True)
class Events:
    """All of events.toml."""

    sending: Sending
    sent: tuple[SentFile, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    explained: tuple[Explained, ...] = ()
    resent: tuple[Resent, ...] = ()
    duplicate: tuple[Duplicate, ...] = ()
    stray: tuple[Stray, ...] = ()


_TABLES = {
    "sent": SentFile,
    "left_out": LeftOut,
    "explained": Explained,
    "resent": Resent,
    "duplicate": Duplicate,
    "stray": Stray,
}


def read_events(path: Path) -> Events:
    """Read events.toml.

    Raises:
        DeclarationError: a table lacks a key or has one too many.
    """
    tables = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    try:
        sending = Sending(**_frozen(tables.pop("sending")))
        return Events(
            sending, **{name: tuple(_TABLES[name](**_frozen(row)) for row in rows) for name, rows in tables.items()}
        )
    except (KeyError, TypeError) as error:
        raise DeclarationError(path, 1, str(error)) from error


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    if "changes" in row:
        row["changes"] = [Change(**change) for change in row["changes"]]
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def changed(filled: Filled, changes: tuple[Change, ...]) -> Filled:
    """The same workbook with some cells filled in otherwise."""
    forms = {form: {part: [*rows] for part, rows in parts.items()} for form, parts in filled.forms.items()}
    for change in changes:
        rows = forms[change.form][change.part]
        row = rows[change.row]
        before = row[change.field]
        if change.add is not None and isinstance(before, int | Decimal):
            rows[change.row] = {**row, change.field: before + change.add}
        elif change.put is not None:
            rows[change.row] = {**row, change.field: change.put}
        else:
            rows[change.row] = {name: value for name, value in row.items() if name != change.field}
    return replace(filled, forms=forms)
