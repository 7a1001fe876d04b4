"""Explanations in the ledger: what the operator has ruled, what waits, and what a unit reported the time before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nianbao.terms.answer import AnswerStanding
from nianbao.terms.explanation import Ruled, Ruling
from nianbao.warehouse.connect import Connection, rows_of
from nianbao.warehouse.schema import LEDGER

# Rulings are told apart by the order in which they were recorded: two may fall within one second of the clock.
_RULINGS = "SELECT {columns} FROM ledger.ruling ORDER BY rowid"
_LATEST_RULING = """
    SELECT * FROM ledger.ruling QUALIFY row_number() OVER (PARTITION BY explanation_id ORDER BY rowid DESC) = 1
"""


def rulings(connection: Connection) -> list[Ruled]:
    """Everything the operator has ruled, in its order."""
    columns = ", ".join(LEDGER["ruling"].columns)
    rows = rows_of(connection, _RULINGS.format(columns=columns))
    return [Ruled(**row | {"ruling": Ruling(row["ruling"])}) for row in rows]


def notes_before(connection: Connection, units: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """What these units wrote under 说明: unit, form, period and words, each once."""
    return connection.execute(
        "SELECT DISTINCT unit_code, form_code, period, note FROM ledger.submission "
        "WHERE note IS NOT NULL AND unit_code IN (SELECT unnest($1::VARCHAR[])) ORDER BY ALL",
        [list(units)],
    ).fetchall()


def explanations(
    connection: Connection, ids: Sequence[str] | None = None, deliveries: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Explanations with what was ruled about them, or about the earlier one they repeat; by default all."""
    return rows_of(
        connection,
        f"""
        SELECT e.*, f.sheet, f.cell, f.value, f.expected, r.ruling, r.until, r.ruled_by, r.ruled_at, r.direction,
            r.most_pct
        FROM ledger.explanation AS e
        LEFT JOIN ({_LATEST_RULING}) AS r ON coalesce(e.earlier_id, e.explanation_id) = r.explanation_id
        LEFT JOIN (
            SELECT submission_id, code, part, field, row_no, min(sheet) AS sheet, min(cell) AS cell,
                min(value) AS value, min(expected) AS expected
            FROM ledger.finding GROUP BY ALL
        ) AS f ON e.submission_id = f.submission_id AND e.code = f.code AND e.part IS NOT DISTINCT FROM f.part
            AND e.field IS NOT DISTINCT FROM f.field AND e.row_no IS NOT DISTINCT FROM f.row_no
        WHERE e.explanation_id IS NOT NULL
            AND ($1::VARCHAR[] IS NULL OR e.explanation_id IN (SELECT unnest($1::VARCHAR[])))
            AND ($2::VARCHAR[] IS NULL OR e.delivery_id IN (SELECT unnest($2::VARCHAR[])))
        ORDER BY e.explained_at, e.submission_id, e.code
        """,
        [None if ids is None else list(ids), None if deliveries is None else list(deliveries)],
    )


def approved(connection: Connection) -> list[dict[str, Any]]:
    """The approved explanations of submissions that are in force, each for the period that it was given for."""
    return rows_of(
        connection,
        f"""
        SELECT e.explanation_id, e.unit_code, e.form_code, e.period, e.part, e.field, e.explanation
        FROM ledger.explanation AS e
        INNER JOIN ({_LATEST_RULING}) AS r ON e.explanation_id = r.explanation_id
        INNER JOIN ledger.in_force AS s ON e.submission_id = s.submission_id
        WHERE r.ruling = 'approved' AND e.earlier_id IS NULL AND e.field IS NOT NULL
        ORDER BY e.unit_code, e.period, e.form_code, e.row_no, e.field
        """,
    )


def earlier_values(connection: Connection, submissions: Sequence[AnswerStanding]) -> list[dict[str, Any]]:
    """What units reported for the period before and for the same period a year before, cell by cell.

    Answers are of parts with one row, `which` says `last` or `year_before`.
    """
    if not submissions:
        return []
    keys = ("submission_id", "unit_code", "form_code", "period_start", "year", "suffix")
    columns = [[str(getattr(each, key)) for each in submissions] for key in keys]
    return rows_of(
        connection,
        """
        WITH asked AS (
            SELECT unnest($1::VARCHAR[]) AS submission_id, unnest($2::VARCHAR[]) AS unit_code,
                unnest($3::VARCHAR[]) AS form_code, CAST(unnest($4::VARCHAR[]) AS DATE) AS period_start,
                CAST(unnest($5::VARCHAR[]) AS INTEGER) AS year, unnest($6::VARCHAR[]) AS suffix
        ),
        earlier AS (
            SELECT a.submission_id, k.submission_id AS earlier_id, k.period, 'last' AS which
            FROM asked AS a
            INNER JOIN ledger.in_force AS k ON a.unit_code = k.unit_code AND a.form_code = k.form_code
            WHERE k.period_end < a.period_start
            QUALIFY row_number() OVER (PARTITION BY a.submission_id ORDER BY k.period_end DESC) = 1
            UNION ALL
            SELECT a.submission_id, k.submission_id, k.period, 'year_before'
            FROM asked AS a
            INNER JOIN ledger.in_force AS k ON a.unit_code = k.unit_code AND a.form_code = k.form_code
            WHERE k.year = a.year - 1 AND k.suffix = a.suffix
        )
        SELECT e.submission_id, e.which, e.period, c.part, c.field, coalesce(c.read_as, c.text) AS value
        FROM earlier AS e
        INNER JOIN raw.cell AS c ON e.earlier_id = c.submission_id
        WHERE c.row_no = 1
        """,
        columns,
    )
