"""Reads when forms are due: the calendar of the federation, and the extensions that were granted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from nianbao.catalog.declared import read_csv
from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.deadline import EVERY, Calendar, Extension
from nianbao.terms.form import Form
from nianbao.terms.period import Period
from nianbao.terms.roster import Roster

EXTENSIONS, CALENDAR = "extensions.csv", "calendar.csv"
EXTENSION_COLUMNS = "unit_code,form_code,period,granted_on,accepted_until,because,granted_by".split(",")
CALENDAR_COLUMNS = "day,kind,zh,source".split(",")
_KINDS = ("holiday", "workday")


def read_calendar(path: Path) -> Calendar:
    """The calendar 日历: holidays, and weekends that are worked, each with the notice that says so.

    Without the file every day is like every other.

    Raises:
        DeclarationError: a malformed day, one that stands twice, an unknown kind.
    """
    if not path.exists():
        return Calendar()
    days: dict[str, set[dt.date]] = {kind: set() for kind in _KINDS}
    for line, row in read_csv(path, CALENDAR_COLUMNS):
        if row["kind"] not in _KINDS:
            raise DeclarationError(
                path, line, _("kind = {kind!r} is none of: {KINDS}").format(kind=row["kind"], KINDS=", ".join(_KINDS))
            )
        day = _day(path, line, row["day"])
        if any(day in known for known in days.values()):
            raise DeclarationError(path, line, _("{day} stands twice").format(day=day))
        days[row["kind"]].add(day)
    return Calendar(frozenset(days["holiday"]), frozenset(days["workday"]), knows_weekends=True)


def read_extensions(path: Path, roster: Roster, forms: Mapping[str, Form]) -> tuple[Extension, ...]:
    """The extensions 延期 in their order, held to the roster and the forms.

    Raises:
        DeclarationError: an unknown unit, level, form or period, a malformed day, days in the wrong order, no reason,
            nobody who granted it.
    """
    return tuple(_extension(path, line, row, roster, forms) for line, row in read_csv(path, EXTENSION_COLUMNS))


def _extension(path: Path, line: int, row: dict[str, str], roster: Roster, forms: Mapping[str, Form]) -> Extension:
    whose = row["unit_code"]
    if whose not in (EVERY, *roster.levels, *roster.latest):
        raise DeclarationError(
            path,
            line,
            _("unit {whose} is not in the roster; a level or {EVERY} stands for all of it").format(
                whose=whose, EVERY=EVERY
            ),
        )
    if row["form_code"] not in (*forms, EVERY):
        raise DeclarationError(
            path,
            line,
            _("form {form_code} is not declared; {EVERY} stands for every form").format(
                form_code=row["form_code"], EVERY=EVERY
            ),
        )
    try:
        Period.parse(row["period"])
    except ValueError as error:
        raise DeclarationError(path, line, str(error)) from error
    granted, until = (_day(path, line, row[name]) for name in ("granted_on", "accepted_until"))
    if granted > until:
        raise DeclarationError(
            path, line, _("granted on {granted}, after its last day {until}").format(granted=granted, until=until)
        )
    for name, what in (("because", _("why it was granted")), ("granted_by", _("who granted it, as a role"))):
        if not row[name]:
            raise DeclarationError(path, line, _("{name} is empty: say {what}").format(name=name, what=what))
    return Extension(**row | {"granted_on": granted, "accepted_until": until})  # type: ignore[arg-type]


def _day(path: Path, line: int, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise DeclarationError(path, line, str(error)) from error
