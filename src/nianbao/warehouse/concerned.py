"""Concerned: submissions of earlier nights that a night may concern, as they stand with what was found and said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from nianbao.record import Frame, Record
from nianbao.terms.delivery import Decision, Delivery
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.submission import Place, Submission
from nianbao.warehouse.connect import Connection, rows_of
from nianbao.warehouse.projection import joined
from nianbao.warehouse.schema import CELL


@dataclass(frozen=True)
class ConcernedSubmission:
    """A submission of an earlier night: its row in the ledger, its delivery, its parts and state.

    `beside` are the explanations that were given beside its findings: code, part, field and row → words.
    """

    row: Mapping[str, Any]
    delivery: Delivery
    asked: tuple[str, ...]
    state: Decision
    findings: tuple[Finding, ...]
    beside: Mapping[tuple[str, str | None, str | None, int | None], str]

    @property
    def submission_id(self) -> str:
        """The id of the submission."""
        return str(self.row["submission_id"])

    @property
    def place(self) -> Place:
        """Unit, form and period."""
        return self.row["unit_code"], self.row["form_code"], self.row["period"]


def find_standing(
    connection: Connection,
    came: Iterable[Submission],
    counting: Iterable[Submission],
    codes: Collection[str],
    codes_across: Collection[str],
) -> list[ConcernedSubmission]:
    """What a night concerns of the nights before.

    That is what stands open for a finding of these codes, of the units that sent something, and for one of
    `codes_across`, whoever sent; and what counts of a later period, up to the year after, of a form that counts anew.
    """
    came, counting = list(came), list(counting)
    if not counting:
        return []
    noted = _noted(connection, {each.unit_code for each in came}, codes, codes_across)
    later = _later(connection, counting)
    if not noted and not later:
        return []
    rows = rows_of(
        connection,
        """
        WITH sent_tonight AS (
            SELECT unnest($4::VARCHAR[]) AS unit_code, unnest($5::VARCHAR[]) AS form_code,
                unnest($6::VARCHAR[]) AS period
        )

        SELECT s.*, d.file_name FROM ledger.state AS s
        INNER JOIN ledger.delivery AS d ON s.delivery_id = d.delivery_id
        WHERE list_contains($2::VARCHAR[] || $3::VARCHAR[], s.submission_id)
            AND (s.unit_code, s.form_code, s.period) NOT IN (SELECT (unit_code, form_code, period) FROM sent_tonight)
            AND (
                (((s.waits AND s.is_last) OR s.state = $1) AND list_contains($2::VARCHAR[], s.submission_id))
                OR s.submission_id IN (
                    SELECT submission_id FROM ledger.in_force
                    WHERE list_contains($7::VARCHAR[], unit_code) AND list_contains($3::VARCHAR[], submission_id)
                )
            )
        ORDER BY s.submission_id
        """,
        [
            Decision.REOPENED, noted, later, *_columns([each.place for each in came], 3),
            sorted({each.unit_code for each in counting}),
        ],
    )  # fmt: skip
    return _standing(connection, rows)


def _noted(
    connection: Connection, units: Collection[str], codes: Collection[str], codes_across: Collection[str]
) -> list[str]:
    """The submissions with a finding of these codes that may stand open, of units, or of anybody's `codes_across`."""
    rows = connection.execute(
        """
        SELECT DISTINCT g.submission_id
        FROM ledger.finding AS g INNER JOIN ledger.submission AS s ON g.submission_id = s.submission_id
        WHERE g.severity IN ('reject', 'explain') AND (
            list_contains($3::VARCHAR[], g.code)
            OR (list_contains($2::VARCHAR[], g.code) AND list_contains($1::VARCHAR[], s.unit_code))
        )
        ORDER BY g.submission_id
        """,
        [sorted(units), sorted(codes), sorted(codes_across)],
    )
    return [row[0] for row in rows.fetchall()]


def _later(connection: Connection, counting: Iterable[Submission]) -> list[str]:
    """What was sent of a later period than these, up to the year after, by the same unit in the same form."""
    rows = connection.execute(
        """
        WITH counting_anew AS (
            SELECT unnest($1::VARCHAR[]) AS unit_code, unnest($2::VARCHAR[]) AS form_code,
                unnest($3::DATE[]) AS period_end, unnest($4::INTEGER[]) AS year
        )

        SELECT DISTINCT s.submission_id
        FROM ledger.submission AS s INNER JOIN counting_anew AS c
            ON s.unit_code = c.unit_code AND s.form_code = c.form_code
            AND s.period_end > c.period_end AND s.year <= c.year + 1
        ORDER BY s.submission_id
        """,
        _columns([(each.unit_code, each.form_code, each.period_end, each.year) for each in counting], 4),
    )
    return [row[0] for row in rows.fetchall()]


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[place] for row in rows] for place in range(width)]


def _standing(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[ConcernedSubmission]:
    ids = [[row["submission_id"] for row in rows]]
    among = "WHERE submission_id IN (SELECT unnest($1::VARCHAR[]))"
    columns = ", ".join(f"d.{field.name}" for field in fields(Delivery))
    deliveries = {
        row["delivery_id"]: Delivery(**row)
        for row in rows_of(
            connection,
            f"SELECT {columns} FROM ledger.delivery AS d WHERE delivery_id IN (SELECT unnest($1::VARCHAR[]))",
            [sorted({row["delivery_id"] for row in rows})],
        )
    }
    asked: dict[str, list[str]] = {}
    parts = connection.execute(f"SELECT submission_id, part FROM ledger.asked {among}", ids).fetchall()
    for submission_id, part in parts:
        asked.setdefault(submission_id, []).append(part)
    findings: dict[str, list[Finding]] = {}
    for row in rows_of(connection, f"SELECT * FROM ledger.finding {among}", ids):
        own = {field.name: row[field.name] for field in fields(Finding)} | {"severity": Severity(row["severity"])}
        findings.setdefault(row["submission_id"], []).append(Finding(**own))
    beside: dict[str, dict[tuple[str, str | None, str | None, int | None], str]] = {}
    for row in rows_of(connection, f"SELECT * FROM ledger.explanation {among} AND given = 'beside'", ids):
        place = (row["code"], row["part"], row["field"], row["row_no"])
        beside.setdefault(row["submission_id"], {})[place] = row["explanation"]
    return [
        ConcernedSubmission(
            row, deliveries[row["delivery_id"]], tuple(asked.get(key, ())), Decision(row["state"]),
            tuple(findings.get(key, ())), beside.get(key, {}),
        )
        for row in rows
        if (key := row["submission_id"])
    ]  # fmt: skip


def cells_of_standing(connection: Connection, record: Record, submission_ids: Sequence[str]) -> Frame:
    """The filled cells of submissions as the record has them, whether they count or not.

    Raises:
        StoreError: a table of the record is gone or damaged.
    """
    import polars as pl

    runs = connection.execute(
        """
        SELECT d.run_id, s.period, list(s.submission_id)
        FROM ledger.submission AS s
        INNER JOIN (
            SELECT submission_id, max(run_id) AS run_id FROM ledger.event
            WHERE event = 'judged' GROUP BY submission_id
        ) AS d ON s.submission_id = d.submission_id
        WHERE s.submission_id IN (SELECT unnest($1::VARCHAR[]))
        GROUP BY ALL ORDER BY ALL
        """,
        [list(submission_ids)],
    ).fetchall()
    found: list[pl.DataFrame] = [pl.DataFrame(schema=dict.fromkeys(CELL.columns, pl.String) | {"row_no": pl.Int32})]
    for run_id, period, ids in runs:
        table = record.manifest(int(run_id[1:])).cells.get(period)
        if table is not None:
            cells = record.table(table)
            found.append(cells.filter(cells["submission_id"].is_in(ids)))
    return joined(*found)


def outcomes_of_deliveries(connection: Connection, delivery_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Deliveries as the ledger has them, each with the states of its submissions."""
    return rows_of(
        connection,
        "SELECT d.*, (SELECT list(struct_pack(id := s.submission_id, state := s.state) ORDER BY s.submission_id) "
        "FROM ledger.state AS s WHERE s.delivery_id = d.delivery_id) AS states FROM ledger.delivery AS d "
        "WHERE d.delivery_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY d.delivery_id",
        [list(delivery_ids)],
    )
