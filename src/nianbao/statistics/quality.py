"""How well units report: what is counted of each form that was due, and the places that follow from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from nianbao.catalog import Project
from nianbao.terms.delivery import Decision
from nianbao.terms.finding import Severity
from nianbao.terms.period import Period
from nianbao.terms.quality import FormQuality, Measure, QualityRule, SetAside, Share, UnitQuality
from nianbao.terms.status import Status
from nianbao.terms.workbook_words import SUPPLEMENT
from nianbao.warehouse.connect import Connection, literal, rows_of

# A submission that we failed over tells nothing about its unit; that it came in time does.
_FORMS = f"""
    WITH explained AS (
        SELECT DISTINCT submission_id FROM ledger.finding WHERE severity = {literal(Severity.EXPLAIN)}
    ),

    counting AS (
        SELECT submission_id FROM ledger.state
        WHERE counts AND declared_status IS DISTINCT FROM {literal(SUPPLEMENT)}
    )

    SELECT r.unit_code, r.form_code, r.period, r.status, r.due_on, r.arrived_on,
        list(s.submission_id ORDER BY s.number) FILTER (s.submission_id IS NOT NULL) AS submissions,
        count(CASE WHEN s.state <> {literal(Decision.KEPT)} THEN 1 END) AS judged,
        arg_min(s.counts, s.number) FILTER (s.state <> {literal(Decision.KEPT)}) AS is_right_at_first,
        count(c.submission_id) AS counting,
        coalesce(bool_or(e.submission_id IS NOT NULL AND s.state <> {literal(Decision.KEPT)}), FALSE) AS is_asked,
        coalesce(bool_or(s.is_last AND s.state = {literal(Decision.AWAITING_EXPLANATION)}), FALSE) AS is_open,
        coalesce(bool_or(s.state = {literal(Decision.KEPT)} AND s.arrived_on <= r.due_on), FALSE) AS is_kept_in_time
    FROM core.reporting AS r
    LEFT JOIN ledger.state AS s
        ON r.unit_code = s.unit_code AND r.form_code = s.form_code AND r.period = s.period
    LEFT JOIN explained AS e ON s.submission_id = e.submission_id
    LEFT JOIN counting AS c ON s.submission_id = c.submission_id
    GROUP BY r.unit_code, r.form_code, r.period, r.status, r.due_on, r.arrived_on
    ORDER BY r.unit_code, r.form_code, r.period
"""


def read_form_quality(
    connection: Connection, project: Project, asked: Period, today: dt.date
) -> dict[str, list[FormQuality]]:
    """Every form that is due for a period that ends within the asked one, by unit, with what is counted of it."""
    found: dict[str, list[FormQuality]] = {}
    for row in rows_of(connection, _FORMS):
        if asked.start <= Period.parse(row["period"]).end <= asked.end:
            found.setdefault(row["unit_code"], []).append(_form_quality(row, project, today))
    return found


def _form_quality(row: dict[str, Any], project: Project, today: dt.date) -> FormQuality:
    aside = _set_aside(row, project, today)
    return FormQuality(
        row["unit_code"], row["form_code"], row["period"], row["due_on"], row["status"],
        tuple(row["submissions"] or ()), aside, _counted(row, aside),
    )  # fmt: skip


def _set_aside(row: dict[str, Any], project: Project, today: dt.date) -> SetAside | None:
    status = Status(row["status"])
    if row["due_on"] >= today:
        return SetAside.NOT_DUE
    if status is Status.AWAITING_APPROVAL:
        return SetAside.AWAITING_APPROVAL
    if status is Status.ON_TIME:
        return None
    if status is Status.KEPT or row["is_kept_in_time"]:
        return SetAside.OUR_FAULT
    came_on = row["arrived_on"] if status is Status.LATE else today
    return SetAside.EXTENDED if _is_extended(row, project, came_on) else None


def _is_extended(row: dict[str, Any], project: Project, day: dt.date) -> bool:
    """Whether the unit had more time on a day, also where that was granted after the due day."""
    form, period = project.forms[row["form_code"]], Period.parse(row["period"])
    unit = project.roster.unit_in(row["unit_code"], period)
    return unit is not None and any(
        each.concerns(form, period, unit) and day <= each.accepted_until for each in project.extensions
    )


def _counted(row: dict[str, Any], aside: SetAside | None) -> dict[Measure, bool]:
    """What can be said of the form; of one that is late for no fault of its unit all but that."""
    status = Status(row["status"])
    if aside and not (aside in (SetAside.EXTENDED, SetAside.OUR_FAULT) and status is Status.LATE):
        return {}
    counted = {} if aside else {Measure.ON_TIME: status is Status.ON_TIME}
    if row["judged"]:
        counted[Measure.FIRST_TIME] = bool(row["is_right_at_first"])
    if row["is_asked"]:
        counted[Measure.ANSWERED] = not row["is_open"]
    if row["counting"]:
        counted[Measure.CORRECTED] = row["counting"] > 1
    return counted


def rank_units(units: Sequence[UnitQuality], rule: QualityRule) -> tuple[UnitQuality, ...]:
    """The units with their places: who is equal in all that ranks shares one; who has too little counted has none.

    Those with a place come first, in its order; all else stays as it was.
    """
    large = [unit for unit in units if all(unit.share(each).of >= rule.smallest for each in rule.rank)]
    keys = {unit.unit_code: tuple(_badness(unit.share(each), each) for each in rule.rank) for unit in large}
    placed = [replace(unit, place=1 + sum(other < keys[unit.unit_code] for other in keys.values())) for unit in large]
    rest = [replace(unit, place=None) for unit in units if unit.unit_code not in keys]
    return (*sorted(placed, key=lambda unit: unit.place or 0), *rest)


def _badness(share: Share, measure: Measure) -> Fraction:
    good = Fraction(share.part, share.of)
    return good if measure.is_better_low else -good
