"""extend, contact, unit: rows of the project's own lists, written by a command that records who did it and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from nianbao.catalog import Project, load_project
from nianbao.catalog.contacts import CONTACT_COLUMNS, CONTACTS
from nianbao.catalog.deadlines import EXTENSION_COLUMNS, EXTENSIONS
from nianbao.catalog.declared import read_csv
from nianbao.catalog.edit_list import RowEdit, edited
from nianbao.catalog.roster import SUCCESSION_COLUMNS, SUCCESSIONS, UNIT_COLUMNS, UNITS
from nianbao.errors import DeclarationError, UsageError
from nianbao.language import _
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import open_workspace, require_home
from nianbao.settings import Home
from nianbao.terms.deadline import Extension
from nianbao.terms.unit import Unit

_ONE_DAY = dt.timedelta(days=1)


def extend(project_path: Path, home: Home, extension: Extension) -> Extension:
    """Grant an extension: a line of reference/extensions.csv, and a run of the record that says who did it and why.

    A whole unit name or short name stands for its code.

    Raises:
        UsageError: the unit, the form or the period is not known, or the last day is over; nothing was written.
    """
    project = load_project(project_path)
    codes = {name: unit.code for unit in project.units.values() for name in (unit.zh, unit.short_zh)}
    extension = replace(extension, unit_code=codes.get(extension.unit_code, extension.unit_code))
    if extension.accepted_until < extension.granted_on:
        raise UsageError(
            _("{accepted_until} is over").format(accepted_until=extension.accepted_until),
            next_step=_("grant it until a day to come"),
        )
    row = {name: str(getattr(extension, name)) for name in EXTENSION_COLUMNS}
    edit = RowEdit(project_path / "reference" / EXTENSIONS, EXTENSION_COLUMNS, row)
    doing = Doing("extend", actor=extension.granted_by, because=extension.because, summary={"extensions": 1})
    step = _("name a unit, level or *, a form or *, and a period such as 2021Q4")
    _amend(project_path, home, [edit], doing, step, {"extension": [asdict(extension)]})
    return extension


def set_contact(
    project_path: Path, home: Home, unit: Unit, said: Mapping[str, str], by: str, because: str
) -> list[str]:
    """Write what is said of how a unit is reached, and leave the rest of its row; returns which columns changed.

    The record says whose contact was changed by whom, never what it is.

    Raises:
        UsageError: it is no office, phone or address; nothing was written.
    """
    path = project_path / "reference" / CONTACTS
    known = dict[str, tuple[int, dict[str, str]]]()
    if path.exists():
        known = {row["unit_code"]: (line, row) for line, row in read_csv(path, CONTACT_COLUMNS)}
    line, row = known.get(unit.code, (None, dict.fromkeys(CONTACT_COLUMNS, "") | {"unit_code": unit.code}))
    changed = [name for name, value in said.items() if row[name] != value]
    if changed:
        edit = RowEdit(path, CONTACT_COLUMNS, {**row, **said}, line, is_new=line is None)
        doing = Doing(
            "contact",
            actor=by,
            because=because,
            summary={"unit": f"{unit.code} {unit.zh}", "changed": "、".join(changed)},
        )
        _amend(project_path, home, [edit], doing, _("nothing was written: name what is missing, or write it otherwise"))
    return changed


def add_unit(project_path: Path, home: Home, row: Mapping[str, str], by: str, because: str) -> None:
    """Write a unit that begins to exist as the last row of the roster.

    Raises:
        UsageError: doctor would refuse it; nothing was written.
    """
    path = project_path / "reference" / UNITS
    if row["unit_code"] in load_project(project_path).units:
        raise UsageError(
            _("unit {code} is in the roster already").format(code=row["unit_code"]),
            next_step=_("nianbao unit change {code} --from DAY").format(code=row["unit_code"]),
        )
    _amend_roster(project_path, home, [RowEdit(path, UNIT_COLUMNS, {**row, "source": because})], row, by, because)


def change_unit(
    project_path: Path, home: Home, unit: Unit, day: dt.date, said: Mapping[str, str], by: str, because: str
) -> None:
    """Let a unit be called otherwise, or stand elsewhere, from a day on: its present row ends the day before.

    Where the present row begins on that day it is corrected.

    Raises:
        UsageError: doctor would refuse it; nothing was written.
    """
    path = project_path / "reference" / UNITS
    line, row = _last_row(path, unit)
    later = {**row, "name_status": "confirmed", "source": because, **said}
    if unit.valid_from == day:
        edits = [RowEdit(path, UNIT_COLUMNS, later, line, is_new=False)]
    else:
        ended = row | {"valid_to": (day - _ONE_DAY).isoformat()}
        edits = [
            RowEdit(path, UNIT_COLUMNS, later | {"valid_from": day.isoformat()}, line),
            RowEdit(path, UNIT_COLUMNS, ended, line, is_new=False),
        ]
    _amend_roster(project_path, home, edits, row, by, because)


def end_unit(
    project_path: Path, home: Home, unit: Unit, last: dt.date, successor: Unit | None, by: str, because: str
) -> None:
    """Let a unit exist until a day, and be wholly succeeded on the next one where somebody succeeds it.

    Raises:
        UsageError: doctor would refuse it, as what the unit reported for later would be lost; nothing was written.
    """
    path = project_path / "reference" / UNITS
    line, row = _last_row(path, unit)
    edits = [RowEdit(path, UNIT_COLUMNS, row | {"valid_to": last.isoformat()}, line, is_new=False)]
    if successor:
        said = (unit.code, successor.code, (last + _ONE_DAY).isoformat(), "1", because)
        succeeded = dict(zip(SUCCESSION_COLUMNS, said, strict=True))
        edits.append(RowEdit(path.with_name(SUCCESSIONS), SUCCESSION_COLUMNS, succeeded))
    _amend_roster(project_path, home, edits, row, by, because)


def _last_row(path: Path, unit: Unit) -> tuple[int, dict[str, str]]:
    """The row of the version of a unit that is last known, with its line."""
    own = ((line, row) for line, row in read_csv(path, UNIT_COLUMNS) if row["unit_code"] == unit.code)
    return max(own, key=lambda found: found[1]["valid_from"])


def _amend_roster(
    project_path: Path, home: Home, edits: Sequence[RowEdit], row: Mapping[str, str], by: str, because: str
) -> None:
    doing = Doing("unit", actor=by, because=because, summary={"unit": f"{row['unit_code']} {row['zh']}"})
    _amend(project_path, home, edits, doing, _("nothing was written: say otherwise what is named, or name another day"))


def _amend(
    project_path: Path,
    home: Home,
    edits: Sequence[RowEdit],
    doing: Doing,
    next_step: str,
    rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> None:
    """Write rows, hold the project to what doctor holds it to, and record the run; or leave everything as it was.

    Raises:
        UsageError: the project could not be read with these rows.
    """
    require_home(home)
    load_project(project_path)
    with edited(edits):
        try:
            _read(load_project(project_path))
            with open_workspace(project_path, home, doing.kind) as workspace:
                record_run(workspace, doing, rows or {})
        except DeclarationError as error:
            raise UsageError(error.what, next_step=next_step) from error


def _read(project: Project) -> None:
    """Read what a project reads late."""
    _contacts, _rules, _publications = project.contacts, project.rules, project.publications
