"""Which forms a unit owes at the end of a period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nianbao.catalog.project import Project
from nianbao.terms.form import Form, Part
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit, UnitType


class DueForm(NamedTuple):
    """One form, the form's own period that closes with the workbook's, and the parts asked in it."""

    form: Form
    period: Period
    parts: tuple[Part, ...]


def due_forms(project: Project, unit: Unit, period: Period) -> list[DueForm]:
    """The forms in a unit's workbook for a period, in the order of their codes."""
    return list(_due(project, unit, period))


def _due(project: Project, unit: Unit, period: Period) -> Iterator[DueForm]:
    for _, form in sorted(project.forms.items()):
        for own in form.periods_closing_with(period):
            parts = form.parts_of(unit, own)
            if any(part.rows == "counties" for part in parts) and not counties_of(project, unit, own):
                # A part with a row per county says nothing to a unit that has none.
                parts = tuple(part for part in parts if part.rows != "counties")
            if parts:
                yield DueForm(form, own, parts)


def counties_of(project: Project, unit: Unit, period: Period) -> list[Unit]:
    """The counties under a unit at the end of a period."""
    return [
        county
        for county in project.units.values()
        if county.place_parent == unit.code and county.type is UnitType.COUNTY and county.is_valid_on(period.end)
    ]
