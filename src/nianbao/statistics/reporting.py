"""Who has reported what: the answers behind the status command and the completeness artifact."""

from __future__ import annotations

from typing import Any

from nianbao.warehouse.connect import Connection, rows_of


def is_built(connection: Connection) -> bool:
    """Whether the tables that the other answers come from have been built."""
    row = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'mart' AND table_name = 'completeness'"
    ).fetchone()
    return bool(row and row[0])


def forms_of_year(connection: Connection, year: int | None = None) -> list[dict[str, Any]]:
    """How complete each form and period of a year is; the latest year with submissions when none is given."""
    return rows_of(
        connection,
        "SELECT * FROM mart.completeness WHERE year = coalesce(?, (SELECT max(year) FROM core.submission)) "
        "ORDER BY form_code, period",
        [year],
    )


def not_reported(connection: Connection, year: int | None = None, unit_code: str | None = None) -> list[dict[str, Any]]:
    """What is late, waiting, sent back or missing, unit by unit."""
    return rows_of(
        connection,
        """
        SELECT reporting.unit_code, unit.short_zh, reporting.form_code, reporting.period, reporting.status,
            reporting.arrived_on, reporting.due_on
        FROM core.reporting AS reporting
        INNER JOIN core.unit AS unit ON reporting.unit_code = unit.unit_code
        WHERE reporting.status <> 'on_time'
            AND reporting.year = coalesce(?, (SELECT max(year) FROM core.submission))
            AND coalesce(reporting.unit_code = ?, TRUE)
        ORDER BY reporting.unit_code, reporting.form_code, reporting.period
        """,
        [year, unit_code],
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
                    ORDER BY submission.number DESC
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
