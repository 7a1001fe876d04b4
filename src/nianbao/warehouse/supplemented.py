"""What a supplement adds to: the submission of its unit, form and period that counts, with its filled cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nianbao.terms.delivery import Decision
from nianbao.terms.submission import Place
from nianbao.warehouse.connect import Connection, quote
from nianbao.warehouse.schema import CELL

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Supplemented:
    """A submission that counts: its 说明, and its filled cells as a night has them, each with where it came in."""

    submission_id: str
    note: str | None
    cells: pl.DataFrame


def find_supplemented(connection: Connection, places: Sequence[tuple[Place, int]]) -> dict[Place, Supplemented]:
    """What counts at these places, of what was sent before a number, tonight's rounds included.

    What will count as soon as it is approved is added to as well: approved is then all of it.
    """
    warehouse = quote(str(connection.execute("SELECT current_database()").fetchall()[0][0]))
    columns = [[*column] for column in zip(*((*place, number) for place, number in places), strict=True)]
    found = connection.execute(
        f"""
        WITH wanted AS (
            SELECT unnest($1::VARCHAR[]) AS unit_code, unnest($2::VARCHAR[]) AS form_code,
                unnest($3::VARCHAR[]) AS period, unnest($4::INTEGER[]) AS before
        ),

        counting AS (
            SELECT submission_id, unit_code, form_code, period, number, note, TRUE AS is_tonights
            FROM counted.main.submission
            UNION ALL
            SELECT submission_id, unit_code, form_code, period, number, note, FALSE
            FROM {warehouse}.ledger.state WHERE counts OR state = $5
        )

        SELECT c.unit_code, c.form_code, c.period, c.submission_id, c.note, c.is_tonights
        FROM counting AS c
        INNER JOIN wanted AS w USING (unit_code, form_code, period)
        WHERE c.number < w.before
        QUALIFY row_number() OVER (
            PARTITION BY c.unit_code, c.form_code, c.period ORDER BY c.number DESC, c.is_tonights DESC
        ) = 1
        """,
        [*columns, Decision.AWAITING_APPROVAL],
    ).fetchall()
    return {
        (unit, form, period): Supplemented(
            submission_id, note, _cells(connection, submission_id, "counted.main" if tonights else f"{warehouse}.raw")
        )
        for unit, form, period, submission_id, note, tonights in found
    }


def find_waiting(connection: Connection, places: Sequence[tuple[Place, int]]) -> set[Place]:
    """Those of the places of which the last submission sent before a number waits for a reason, in earlier nights."""
    columns = [[*column] for column in zip(*((*place, number) for place, number in places), strict=True)]
    rows = connection.execute(
        """
        SELECT s.unit_code, s.form_code, s.period
        FROM ledger.state AS s
        INNER JOIN (
            SELECT unnest($1::VARCHAR[]) AS unit_code, unnest($2::VARCHAR[]) AS form_code,
                unnest($3::VARCHAR[]) AS period, unnest($4::INTEGER[]) AS before
        ) AS w USING (unit_code, form_code, period)
        WHERE s.number < w.before
        QUALIFY row_number() OVER (PARTITION BY s.unit_code, s.form_code, s.period ORDER BY s.number DESC) = 1
            AND s.state = $5
        """,
        [*columns, Decision.AWAITING_EXPLANATION],
    ).fetchall()
    return {(unit, form, period) for unit, form, period in rows}


def _cells(connection: Connection, submission_id: str, schema: str) -> pl.DataFrame:
    texts = ", ".join(
        f"CAST({name} AS {'INTEGER' if name == 'row_no' else 'VARCHAR'}) AS {name}"
        for name in CELL.columns
        if name != "came_in"
    )
    import polars as pl

    rows = connection.execute(
        f"SELECT {texts}, coalesce(came_in, submission_id) AS came_in FROM {schema}.cell WHERE submission_id = $1 "
        "ORDER BY part, row_no, field",
        [submission_id],
    ).fetchall()
    return pl.DataFrame(rows, schema=dict.fromkeys(CELL.columns, pl.String) | {"row_no": pl.Int32}, orient="row")
