"""extend: more time for a unit, a level or everybody, written into the project's list and recorded."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

from nianbao.catalog import load_project
from nianbao.catalog.deadlines import EXTENSIONS, append_extension
from nianbao.errors import DeclarationError, UsageError
from nianbao.language import _
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import open_workspace, require_home
from nianbao.settings import Home
from nianbao.terms.deadline import Extension


def extend(project_path: Path, home: Home, extension: Extension) -> Extension:
    """Grant an extension: a line of reference/extensions.csv, and a run of the record that says who did it and why.

    A whole unit name or short name stands for its code.

    Raises:
        UsageError: the unit, the form or the period is not known, or the last day is over; nothing was written.
    """
    require_home(home)
    project = load_project(project_path)
    path = project_path / "reference" / EXTENSIONS
    codes = {name: unit.code for unit in project.units.values() for name in (unit.zh, unit.short_zh)}
    extension = replace(extension, unit_code=codes.get(extension.unit_code, extension.unit_code))
    if extension.accepted_until < extension.granted_on:
        raise UsageError(
            _("{accepted_until} is over").format(accepted_until=extension.accepted_until),
            next_step=_("grant it until a day to come"),
        )
    before = path.read_bytes()
    append_extension(path, extension)
    try:
        load_project(project_path)
        with open_workspace(project_path, home, "extend") as workspace:
            doing = Doing("extend", actor=extension.granted_by, because=extension.because, summary={"extensions": 1})
            record_run(workspace, doing, {"extension": [asdict(extension)]})
    except DeclarationError as error:
        path.write_bytes(before)
        raise UsageError(
            error.what, next_step=_("name a unit, level or *, a form or *, and a period such as 2021Q4")
        ) from error
    except BaseException:
        path.write_bytes(before)
        raise
    return extension
