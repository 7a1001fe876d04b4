"""Who has reported what: the answers behind the status command and the completeness artifact."""

from __future__ import annotations

import datetime as dt
from typing import Any

from nianbao.warehouse.connect import Connection, has_table, rows_of


def is_built(connection: Connection) -> bool:
    """Whether the tables that the other answers come from have been built."""
    return has_table(connection, "mart.completeness")


_STATES = ("on_time", "late", "awaiting_explanation", "rejected", "withdrawn", "missing", "not_due")
_REPORTING = """
    SELECT * REPLACE (CASE WHEN status = 'missing' AND due_on >= $today THEN 'not_due' ELSE status END AS status)
    FROM core.reporting
    WHERE year = coalesce($year, (SELECT max(year) FROM core.submission)) AND coalesce(unit_code = $unit, TRUE)
"""


def forms_of_year(
    connection: Connection, today: dt.date, year: int | None = None, unit_code: str | None = None
) -> list[dict[str, Any]]:
    """How complete each form and period of a year is; the latest year with submissions when none is given."""
    counts = ", ".join(f"count(*) FILTER (reporting.status = '{state}') AS units_{state}" for state in _STATES)
    return rows_of(
        connection,
        f"""
        SELECT reporting.form_code, form.zh AS form_zh, reporting.period, reporting.year,
            count(*) AS units_due, {counts}
        FROM ({_REPORTING}) AS reporting
        INNER JOIN reference.forms AS form ON reporting.form_code = form.form_code
        GROUP BY reporting.form_code, form.zh, reporting.period, reporting.year
        ORDER BY reporting.form_code, reporting.period
        """,
        {"today": today, "year": year, "unit": unit_code},
    )


def due_in_year(connection: Connection, today: dt.date, year: int) -> list[dict[str, Any]]:
    """Everything that was due for a year, unit by unit in the order of the roster, and what has become of it."""
    return rows_of(
        connection,
        f"""
        SELECT unit_code, form_code, period, status, arrived_on, due_on
        FROM ({_REPORTING}) AS reporting
        ORDER BY unit_code, form_code, period
        """,
        {"today": today, "year": year, "unit": None},
    )


def not_reported(
    connection: Connection, today: dt.date, year: int | None = None, unit_code: str | None = None
) -> list[dict[str, Any]]:
    """What is late, waiting, sent back, missing or not due yet, unit by unit."""
    return rows_of(
        connection,
        f"""
        SELECT reporting.unit_code, unit.short_zh, reporting.form_code, reporting.period, reporting.status,
            reporting.arrived_on, reporting.due_on
        FROM ({_REPORTING}) AS reporting
        INNER JOIN core.unit AS unit ON reporting.unit_code = unit.unit_code
        WHERE reporting.status <> 'on_time'
        ORDER BY reporting.unit_code, reporting.form_code, reporting.period
        """,
        {"today": today, "year": year, "unit": unit_code},
    )


def waiting_findings(connection: Connection, unit_code: str | None = None) -> list[dict[str, Any]]:
    """The findings of submissions that were sent back or wait for an explanation, and that nothing newer replaced."""
    return rows_of(
        connection,
        """
        WITH last_sent AS (
            SELECT submission.submission_id, decision.decision,
                row_number() OVER (
                    PARTITION BY submission.unit_code, submission.form_code, submission.period
                    ORDER BY submission.number DESC, decision.decision = 'withdrawn' DESC
                ) AS age
            FROM ledger.submission AS submission
            INNER JOIN ledger.decision AS decision ON submission.submission_id = decision.submission_id
            WHERE coalesce(submission.unit_code = ?, TRUE)
        )
        SELECT finding.submission_id, finding.code, finding.severity, finding.sheet, finding.cell, finding.value,
            finding.expected, finding.sentence
        FROM ledger.finding AS finding
        INNER JOIN last_sent ON finding.submission_id = last_sent.submission_id
        WHERE last_sent.age = 1 AND last_sent.decision IN ('rejected', 'awaiting_explanation')
            AND finding.severity <> 'warn'
        ORDER BY finding.submission_id, finding.sheet, finding.row_no, finding.code
        """,
        [unit_code],
    )
