"""The ledger: what arrived, what was decided and found, what was issued; a projection of the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from nianbao.terms.answer import Answer, AnswerStanding
from nianbao.terms.delivery import Decision, Delivery, Outcome, Reply
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.form import Form
from nianbao.terms.source import LOCAL_INBOX
from nianbao.warehouse.connect import Connection, rows_of
from nianbao.warehouse.state import standings_of

CLOCK_ACCEPTED = "accept_clock"
"""The kind of a run that says the clock is right though decisions before it are dated later."""


def known_states(connection: Connection, origin: str) -> set[tuple[str, int, int, str]]:
    """The paths at a source that were taken in already, each with the sizes, times of change and versions it had."""
    query = "SELECT source, size_bytes, modified_ns, source_version FROM ledger.received WHERE origin = $1"
    return set(connection.execute(query, [origin]).fetchall())


def count_received(connection: Connection) -> int:
    """How many files were ever received."""
    row = connection.execute("SELECT count(*) FROM ledger.received").fetchone()
    return int(row[0]) if row else 0


def pending(connection: Connection) -> list[Delivery]:
    """The deliveries that were received and not judged yet, in their order."""
    columns = ", ".join(field.name for field in fields(Delivery))
    rows = rows_of(
        connection,
        f"SELECT {columns} FROM ledger.received "
        "WHERE delivery_id NOT IN (SELECT delivery_id FROM ledger.delivery) ORDER BY delivery_id",
    )
    return [Delivery(**row) for row in rows]


def received(connection: Connection, delivery_ids: Sequence[str]) -> list[Delivery]:
    """Deliveries by their ids, as they were received."""
    columns = ", ".join(field.name for field in fields(Delivery))
    rows = rows_of(
        connection,
        f"SELECT {columns} FROM ledger.received WHERE delivery_id IN (SELECT unnest($1::VARCHAR[])) "
        "ORDER BY delivery_id",
        [list(delivery_ids)],
    )
    return [Delivery(**row) for row in rows]


def deliveries_by_hash(connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
    """The first delivery of each of these contents, unless it was held because it came from another unit's place."""
    rows = connection.execute(
        "SELECT sha256, min(delivery_id) FROM ledger.delivery "
        "WHERE sha256 IN (SELECT unnest($1::VARCHAR[])) AND outcome <> $2 "
        "AND delivery_id NOT IN (SELECT delivery_id FROM ledger.finding WHERE code = 'WRONG_SENDER') GROUP BY sha256",
        [list(hashes), Outcome.PASSED_ON],
    ).fetchall()
    return dict(rows)


def sources_of(connection: Connection, units: Sequence[str]) -> list[tuple[str, str]]:
    """Origin and path of every delivery of these units."""
    return connection.execute(
        "SELECT DISTINCT coalesce(origin, $1), source FROM ledger.delivery "
        "WHERE unit_code IN (SELECT unnest($2::VARCHAR[])) ORDER BY ALL",
        [LOCAL_INBOX, list(units)],
    ).fetchall()


Key = tuple[str, str, str]


def submission_numbers(connection: Connection, units: Sequence[str]) -> tuple[dict[Key, int], dict[Key, str]]:
    """For the submissions of these units: the last number, and the content in force, by unit, form and period."""
    rows = connection.execute(
        """
        SELECT unit_code, form_code, period, max(number), arg_max(cells_sha256, number) FILTER (WHERE counts)
        FROM ledger.state
        WHERE unit_code IN (SELECT unnest($1::VARCHAR[]))
        GROUP BY unit_code, form_code, period
        """,
        [list(units)],
    ).fetchall()
    numbers = {(unit, form, period): number for unit, form, period, number, _ in rows}
    return numbers, {(unit, form, period): content for unit, form, period, _, content in rows if content}


def reported(connection: Connection) -> list[tuple[str, str, bool]]:
    """Who ever reported for which periods, each with whether any of it counts."""
    return connection.execute(
        "SELECT s.unit_code, s.period, bool_or(f.submission_id IS NOT NULL) FROM ledger.submission AS s "
        "LEFT JOIN ledger.in_force AS f ON s.submission_id = f.submission_id GROUP BY ALL"
    ).fetchall()


def accepted_at(connection: Connection, places: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Of the folders of sources those from which something counts, or a copy of it: source, a path in it, unit."""
    wanted = sorted(places)
    return connection.execute(
        """
        SELECT DISTINCT p.origin, regexp_extract(d.source, '^.*/') || '*', s.unit_code
        FROM (SELECT unnest($1::VARCHAR[]) AS origin, unnest($2::VARCHAR[]) AS folder) AS p
        INNER JOIN ledger.delivery AS d
            ON p.origin = coalesce(d.origin, $3) AND starts_with(d.source, p.folder || '/')
        INNER JOIN ledger.state AS s ON s.delivery_id IN (d.delivery_id, d.duplicate_of)
        WHERE s.counts
        ORDER BY ALL
        """,
        [[origin for origin, _ in wanted], [folder for _, folder in wanted], LOCAL_INBOX],
    ).fetchall()


def answers(connection: Connection, delivery_ids: Sequence[str]) -> list[Answer]:
    """Everything a receipt says of these deliveries: the delivery, its submissions and their states, its findings."""
    wanted = [list(delivery_ids)]
    among = "IN (SELECT unnest($1::VARCHAR[]))"
    deliveries = rows_of(
        connection,
        "SELECT d.delivery_id, d.file_name, coalesce(d.origin, $2) AS origin, d.source, d.sha256, d.received_at, "
        "d.unit_code, d.period, d.outcome, d.unchanged, o.file AS duplicate_of, "
        "d.delivery_id = (SELECT max(n.delivery_id) FROM ledger.delivery AS n "
        "WHERE n.source = d.source AND n.origin IS NOT DISTINCT FROM d.origin) AS is_newest FROM ledger.delivery AS d "
        "LEFT JOIN ledger.delivery AS o ON d.duplicate_of = o.delivery_id "
        f"WHERE d.delivery_id {among} ORDER BY d.delivery_id",
        [*wanted, LOCAL_INBOX],
    )
    standings: dict[str, list[AnswerStanding]] = {}
    for standing in standings_of(connection, delivery_ids):
        standings.setdefault(standing.delivery_id, []).append(standing)
    findings: dict[str, list[Finding]] = {}
    for row in rows_of(
        connection,
        f"SELECT * FROM ledger.finding WHERE delivery_id {among} "
        "ORDER BY form_code NULLS FIRST, severity, sheet, row_no, code, length(cell), cell, sentence",
        wanted,
    ):
        found = Finding(**{name: row[name] for name in _FINDING} | {"severity": Severity(row["severity"])})
        findings.setdefault(row["delivery_id"], []).append(found)
    return [
        Answer(
            **row
            | {
                "outcome": Outcome(row["outcome"]),
                "unchanged": tuple((row["unchanged"] or "").split()),
                "submissions": tuple(standings.get(row["delivery_id"], ())),
                "findings": tuple(findings.get(row["delivery_id"], ())),
            }
        )
        for row in deliveries
    ]


_FINDING = Finding.__dataclass_fields__


def owed_receipts(connection: Connection, after: str) -> list[str]:
    """The deliveries that were given a receipt by a later run than this one."""
    rows = connection.execute(
        "SELECT DISTINCT delivery_id FROM ledger.receipt WHERE run_id > ? ORDER BY delivery_id", [after]
    ).fetchall()
    return [row[0] for row in rows]


def kept_answers(connection: Connection) -> dict[str, str]:
    """The deliveries whose last receipt we failed over, and over what."""
    rows = connection.execute(
        "SELECT delivery_id, because FROM ledger.receipt "
        "WHERE delivery_id IN (SELECT delivery_id FROM ledger.receipt WHERE because IS NOT NULL) "
        "QUALIFY row_number() OVER (PARTITION BY delivery_id ORDER BY run_id DESC) = 1"
    ).fetchall()
    return {delivery_id: cause for delivery_id, cause in rows if cause}


def replies(connection: Connection, delivery_ids: Sequence[str]) -> list[Reply]:
    """The receipt that holds for each of these deliveries, and where it belongs."""
    rows = rows_of(
        connection,
        "SELECT d.delivery_id, d.origin, d.source, d.source_version AS version, "
        "arg_max(r.receipt, r.run_id) AS receipt, "
        "d.delivery_id = (SELECT max(n.delivery_id) FROM ledger.delivery AS n "
        "WHERE (n.source, n.origin) = (d.source, d.origin)) AS is_newest FROM ledger.delivery AS d "
        "INNER JOIN ledger.receipt AS r ON d.delivery_id = r.delivery_id "
        "WHERE d.delivery_id IN (SELECT unnest($1::VARCHAR[])) GROUP BY ALL ORDER BY d.delivery_id",
        [list(delivery_ids)],
    )
    return [Reply(**row) for row in rows]


def last_run(connection: Connection) -> str:
    """The id of the last run that was applied, empty when there is none."""
    row = connection.execute("SELECT max(run_id) FROM ledger.run").fetchone()
    return str(row[0]) if row and row[0] else ""


def not_accepted(connection: Connection, run_ids: Sequence[str], forms: Mapping[str, Form]) -> list[dict[str, Any]]:
    """What runs did not take: the deliveries that were quarantined or known, and the submissions sent back."""
    if not run_ids:
        return []
    rows = rows_of(
        connection,
        """
        SELECT d.file_name, d.outcome, s.submission_id, s.form_code, s.state AS decision,
            (SELECT min(f.sentence) FROM ledger.finding AS f
             WHERE f.delivery_id = d.delivery_id AND f.submission_id IS NOT DISTINCT FROM s.submission_id
               AND f.severity <> 'warn') AS first_finding,
            (SELECT count(*) FROM ledger.finding AS f
             WHERE f.delivery_id = d.delivery_id AND f.submission_id IS NOT DISTINCT FROM s.submission_id
               AND f.severity <> 'warn') AS findings
        FROM ledger.delivery AS d
        LEFT JOIN ledger.state AS s ON d.delivery_id = s.delivery_id
        WHERE d.run_id IN (SELECT unnest($1::VARCHAR[])) AND (s.submission_id IS NULL OR s.waits OR s.state = $2)
        ORDER BY d.delivery_id, s.form_code
        """,
        [list(run_ids), Decision.KEPT],
    )
    return [row | {"form_zh": forms[row["form_code"]].zh if row["form_code"] in forms else None} for row in rows]


def has_judged_by(connection: Connection, rules: str, version: str) -> bool:
    """Whether an earlier run of this version has judged by these rules: then none of them is broken by itself."""
    row = connection.execute(
        "SELECT count(*) FROM ledger.run WHERE kind = 'collect' AND rules = ? AND version = ?", [rules, version]
    ).fetchone()
    return bool(row and row[0])


def known_until(connection: Connection) -> dt.datetime | None:
    """When the last decision was taken: what is known is known as of then.

    Decisions before a clock was accepted may be dated ahead: then the run that accepted it and what came after count.
    """
    row = connection.execute(
        """
        WITH clock AS (SELECT coalesce(max(run_id), '') AS run_id FROM ledger.run WHERE kind = $1)
        SELECT max(known_at) FROM (
            SELECT event.happened_at AS known_at FROM ledger.event, clock
            WHERE event.state IS NOT NULL AND event.run_id > clock.run_id
            UNION ALL SELECT run.finished_at FROM ledger.run, clock WHERE run.run_id = clock.run_id
        )
        """,
        [CLOCK_ACCEPTED],
    ).fetchone()
    return row[0] if row else None


def has_accepted(connection: Connection) -> bool:
    """Whether anything was ever accepted."""
    row = connection.execute("SELECT count(*) FROM ledger.state WHERE counts").fetchone()
    return bool(row and row[0])
