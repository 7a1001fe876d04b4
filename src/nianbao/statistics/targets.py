"""Targets of a year against the figures: met, not met, no data, and whether what is missing could change that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from nianbao.statistics.claims import Claims
from nianbao.statistics.figures import plain
from nianbao.statistics.intervals import INFINITY, Interval
from nianbao.terms.figure import TracedCell, figure_key
from nianbao.terms.target import Target, TargetOutcome
from nianbao.warehouse.connect import Connection, has_table, rows_of

_QUERY = """
    SELECT target.*, unit.short_zh AS set_by_short_zh, delivery.file, delivery.sha256, submission.period,
        cell.sheet, cell.cell, cell.text
    FROM mart.target AS target
    INNER JOIN core.unit AS unit ON target.set_by = unit.unit_code
    INNER JOIN raw.cell AS cell
        ON target.submission_id = cell.submission_id AND target.row_no = cell.row_no AND cell.field = 'target_value'
    INNER JOIN ledger.submission AS submission
        ON coalesce(cell.came_in, target.submission_id) = submission.submission_id
    INNER JOIN ledger.delivery AS delivery ON submission.delivery_id = delivery.delivery_id
    WHERE target.year = ?
    ORDER BY target.set_by, target.set_in, target.row_no
"""


def read_targets(connection: Connection, claims: Claims, year: int, today: dt.date) -> tuple[Target, ...]:
    """The targets of a year as they stand on a day, in the order of the indicators; a project may know none."""
    if not has_table(connection, "mart.target"):
        return ()
    places = {name: place for place, name in enumerate(claims.figures.project.indicators)}
    rows = [row for row in rows_of(connection, _QUERY, [year]) if row["indicator_id"] in places]
    rows.sort(key=lambda row: places[row["indicator_id"]])
    return tuple(_target(row, claims, today) for row in rows)


def _target(row: Mapping[str, Any], claims: Claims, today: dt.date) -> Target:
    figure = claims.figures.get(row["indicator_id"], row["year"])
    value = plain(row["target_value"])
    reach = Interval(value, value if row["comparator"] == "=" else INFINITY)
    outcome, is_certain = assess(reach, figure.value, claims.possible(figure), today <= row["due_on"])
    return Target(
        indicator_id=row["indicator_id"],
        zh=row["zh"],
        unit=row["unit"],
        is_ordinal=claims.figures.project.indicators[row["indicator_id"]].is_ordinal,
        year=row["year"],
        comparator=row["comparator"],
        value=value,
        due_on=row["due_on"],
        set_by=row["set_by"],
        set_by_zh=row["set_by_short_zh"],
        set_in=row["set_in"],
        source=TracedCell(
            indicator_id=row["indicator_id"], unit_code=row["set_by"], period=row["period"],
            submission_id=row["submission_id"], file=row["file"], sha256=row["sha256"], sheet=row["sheet"],
            cell=row["cell"], text=row["text"], value=value,
        ),
        key=figure_key(row["indicator_id"], row["year"]),
        actual=figure.value,
        coverage=figure.coverage,
        outcome=outcome,
        is_certain=is_certain,
    )  # fmt: skip


def assess(
    reach: Interval, actual: Decimal | None, possible: Interval, is_due_later: bool
) -> tuple[TargetOutcome, bool]:
    """The outcome of a target by what is reported, and whether nothing that is missing could change it."""
    if actual is None:
        return (TargetOutcome.OPEN if is_due_later else TargetOutcome.NO_DATA), True
    if actual in reach:
        return TargetOutcome.MET, possible.low in reach and possible.high in reach
    if is_due_later:
        return TargetOutcome.OPEN, True
    return TargetOutcome.NOT_MET, possible.high < reach.low or reach.high < possible.low
