"""Reads what a release holds of a year from the analysts' file that lies in it."""

from __future__ import annotations

from pathlib import Path

from nianbao.terms.one_page import PlannedValue, UnitRecord
from nianbao.terms.release import PeriodValue, ReleasedIndicator, ReleasedUnit, ReleasedValue, ReleasedYear
from nianbao.warehouse.connect import NOT_BUILT, Connection, open_reader

ANALYSTS_FILE = "nianbao.duckdb"
"""The analysts' file as it lies in a release."""

_INDICATORS = "SELECT indicator_id, zh, unit, publication, section FROM reference.indicators"
_UNITS = """
SELECT u.unit_code, u.unit_level, l.zh_many, u.short_zh, coalesce(nullif(u.place_parent, ''), u.industry_parent, '')
FROM reference.units AS u
INNER JOIN reference.levels AS l ON u.unit_level = l.unit_level
WHERE u.is_latest
ORDER BY u.rowid
"""
_VALUES = """
SELECT indicator_id, scope, value, asked, reported FROM indicator.value
WHERE year = $year AND value IS NOT NULL ORDER BY indicator_id, scope
"""
_BELOW = """
SELECT t.indicator_id, t.scope, t.value, t.asked, t.reported
FROM indicator.tree AS t
ANTI JOIN indicator.value AS v ON t.indicator_id = v.indicator_id AND t.year = v.year AND t.scope = v.scope
WHERE t.year = $year AND t.value IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY t.indicator_id, t.scope ORDER BY t.asked DESC, t.unit_line = 'place' DESC) = 1
ORDER BY t.indicator_id, t.scope
"""
_PERIODS = """
SELECT indicator_id, period, unit_code, sum(value) FROM indicator.counted
WHERE year = $year AND year_basis = $basis AND aggregate IN ('sum', 'count')
GROUP BY indicator_id, period, unit_code
QUALIFY min(period) OVER (PARTITION BY indicator_id) < max(period) OVER (PARTITION BY indicator_id)
ORDER BY indicator_id, period, unit_code
"""


def read_released(file: Path, path: str, beside: tuple[str, ...], year: int, basis: str) -> ReleasedYear | None:
    """What an analysts' file says of a year by a basis; None where it is of a version that did not hold it yet."""
    connection = open_reader(file)
    try:
        given = {"year": year}
        return ReleasedYear(
            year,
            path,
            beside,
            tuple(ReleasedIndicator(*row) for row in connection.execute(_INDICATORS).fetchall()),
            tuple(ReleasedUnit(*row) for row in connection.execute(_UNITS).fetchall()),
            tuple(ReleasedValue(*row) for row in connection.execute(_VALUES, given).fetchall()),
            tuple(ReleasedValue(*row) for row in connection.execute(_BELOW, given).fetchall()),
            tuple(PeriodValue(*row) for row in connection.execute(_PERIODS, given | {"basis": basis}).fetchall()),
        )
    except NOT_BUILT:
        return None
    finally:
        connection.close()


def read_unit_records(connection: Connection, year: int) -> dict[str, UnitRecord]:
    """How each unit reported in a year, by its code."""
    rows = connection.execute(
        "SELECT unit_code, forms_due, forms_on_time, forms_late, forms_missing, forms_right_first_time "
        "FROM mart.unit_record WHERE year = ?",
        [year],
    ).fetchall()
    return {code: UnitRecord(*counts) for code, *counts in rows}


def read_planned(connection: Connection, year: int) -> dict[str, PlannedValue]:
    """What was planned last for a year, by indicator; nothing where a federation knows no targets."""
    try:
        rows = connection.execute(
            "SELECT indicator_id, max_by(comparator, (set_in, row_no)), max_by(target_value, (set_in, row_no)) "
            "FROM mart.target WHERE year = ? GROUP BY indicator_id",
            [year],
        ).fetchall()
    except NOT_BUILT:
        return {}
    return {name: PlannedValue(comparator, value) for name, comparator, value in rows}
