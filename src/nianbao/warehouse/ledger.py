"""The ledger: what arrived, what was decided and found, what was issued; rows are added, never changed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from nianbao.terms.answer import Answer, Standing
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.source import LOCAL_INBOX
from nianbao.warehouse.connect import Connection, insert_rows, rows_of
from nianbao.warehouse.schema import LEDGER
from nianbao.warehouse.state import standings_of

_ARCHIVE_OFFSET = "archive/index"


def start_run(connection: Connection, kind: str, started_at: dt.datetime, version: str, rules: str) -> str:
    """Note that a run begins, and by which rules it judges; returns its id."""
    row = connection.execute("SELECT count(*) FROM ledger.run").fetchone()
    run_id = f"R{(row[0] if row else 0) + 1:06d}"
    connection.execute(
        "INSERT INTO ledger.run (run_id, kind, started_at, version, rules) VALUES (?, ?, ?, ?, ?)",
        [run_id, kind, started_at, version, rules],
    )
    return run_id


def finish_run(connection: Connection, run_id: str, finished_at: dt.datetime, summary: Mapping[str, Any]) -> None:
    """Note that a run is done, with what it did."""
    text = json.dumps(summary, ensure_ascii=False, default=str)
    connection.execute(
        "UPDATE ledger.run SET finished_at = ?, summary = ? WHERE run_id = ?", [finished_at, text, run_id]
    )


def close_runs(connection: Connection, at: dt.datetime) -> None:
    """Note that the runs that were killed will never be done, once what they owed has been done by another."""
    connection.execute(
        "UPDATE ledger.run SET finished_at = ?, summary = ? WHERE finished_at IS NULL", [at, '{"killed": true}']
    )


def archive_offset(connection: Connection) -> int:
    """How far into the archive's index the deliveries have been taken in."""
    row = connection.execute("SELECT fingerprint FROM ledger.build WHERE model = ?", [_ARCHIVE_OFFSET]).fetchone()
    return int(row[0]) if row else 0


def set_archive_offset(connection: Connection, offset: int, at: dt.datetime) -> None:
    """Remember how far the index has been taken in; part of the transaction that loads."""
    connection.execute("INSERT OR REPLACE INTO ledger.build VALUES (?, ?, ?)", [_ARCHIVE_OFFSET, str(offset), at])


def known_sources(connection: Connection, origin: str, sources: Sequence[str]) -> set[tuple[str, str, int, int, str]]:
    """Of these paths at a source, those already taken in, with the size, time of change and version they had."""
    rows = connection.execute(
        "SELECT source, size_bytes, modified_ns, coalesce(source_version, '') FROM ledger.delivery "
        "WHERE coalesce(origin, $1) = $2 AND source IN (SELECT unnest($3::VARCHAR[]))",
        [LOCAL_INBOX, origin, list(sources)],
    ).fetchall()
    return {(origin, source, size, modified, version) for source, size, modified, version in rows}


def count_deliveries(connection: Connection) -> int:
    """How many deliveries there are."""
    row = connection.execute("SELECT count(*) FROM ledger.delivery").fetchone()
    return int(row[0]) if row else 0


def deliveries_by_hash(connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
    """The first delivery of each of these contents; one of which something was withdrawn may be sent again."""
    rows = connection.execute(
        "SELECT sha256, min(delivery_id) FROM ledger.delivery "
        "WHERE sha256 IN (SELECT unnest($1::VARCHAR[])) AND delivery_id NOT IN ("
        "SELECT delivery_id FROM ledger.state WHERE state = $2) GROUP BY sha256",
        [list(hashes), Decision.WITHDRAWN],
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


def record(connection: Connection, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Add rows to tables of the ledger, by table name; the caller holds the transaction."""
    for table, items in rows.items():
        insert_rows(connection, f"ledger.{table}", items, LEDGER[table].bare_columns)


def settle_kept(
    connection: Connection, rows: Sequence[Mapping[str, Any]], submissions: Sequence[str], deliveries: Sequence[str]
) -> None:
    """Take back what was said of submissions and files that were kept back and are judged now.

    `rows` are their deliveries as they stand now. The caller holds the transaction.
    """
    connection.execute(
        "DELETE FROM ledger.finding WHERE severity = $1 AND (submission_id IN (SELECT unnest($2::VARCHAR[])) "
        "OR submission_id IS NULL AND delivery_id IN (SELECT unnest($3::VARCHAR[])))",
        [Severity.KEEP, list(submissions), list(deliveries)],
    )
    for row in rows:
        connection.execute(
            "UPDATE ledger.delivery SET unit_code = $unit_code, period = $period, outcome = $outcome, "
            "unchanged = $unchanged WHERE delivery_id = $delivery_id",
            {name: row[name] for name in ("unit_code", "period", "outcome", "unchanged", "delivery_id")},
        )


def answers(connection: Connection, delivery_ids: Sequence[str]) -> list[Answer]:
    """Everything a receipt says of these deliveries: the delivery, its submissions and their states, its findings."""
    wanted = [list(delivery_ids)]
    among = "IN (SELECT unnest($1::VARCHAR[]))"
    deliveries = rows_of(
        connection,
        "SELECT d.delivery_id, d.file_name, coalesce(d.origin, $2) AS origin, d.source, d.sha256, d.received_at, "
        "d.unit_code, d.period, d.outcome, d.unchanged, o.source AS duplicate_of, "
        "d.delivery_id = (SELECT max(n.delivery_id) FROM ledger.delivery AS n "
        "WHERE n.source = d.source AND n.origin IS NOT DISTINCT FROM d.origin) AS is_newest FROM ledger.delivery AS d "
        "LEFT JOIN ledger.delivery AS o ON d.duplicate_of = o.delivery_id "
        f"WHERE d.delivery_id {among} ORDER BY d.delivery_id",
        [*wanted, LOCAL_INBOX],
    )
    standings: dict[str, list[Standing]] = {}
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


def unanswered(connection: Connection) -> list[str]:
    """Deliveries of runs that never finished: their receipts may not have been written."""
    rows = connection.execute(
        "SELECT d.delivery_id FROM ledger.delivery AS d INNER JOIN ledger.run AS r ON d.run_id = r.run_id "
        "WHERE r.finished_at IS NULL"
    ).fetchall()
    return [row[0] for row in rows]


def not_accepted(connection: Connection, run_id: str) -> list[dict[str, Any]]:
    """What a run did not take: the deliveries that were quarantined or known, and the submissions sent back."""
    return rows_of(
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
        WHERE d.run_id = ? AND (s.submission_id IS NULL OR s.waits OR s.state = ?)
        ORDER BY d.delivery_id, s.form_code
        """,
        [run_id, Decision.KEPT],
    )


def has_judged_by(connection: Connection, rules: str, version: str) -> bool:
    """Whether an earlier run of this version has judged by these rules: then none of them is broken by itself."""
    row = connection.execute(
        "SELECT count(*) FROM ledger.run WHERE kind = 'collect' AND rules = ? AND version = ?", [rules, version]
    ).fetchone()
    return bool(row and row[0])


def last_rules(connection: Connection) -> str:
    """By which rules the last collect run judged."""
    row = connection.execute(
        "SELECT arg_max(rules, run_id) FROM ledger.run WHERE kind = 'collect' AND rules IS NOT NULL"
    ).fetchone()
    return str(row[0]) if row and row[0] else ""


def last_release(connection: Connection, publication: str, year: int) -> dict[str, Any] | None:
    """The last release issued of a publication for a year."""
    rows = rows_of(
        connection,
        "SELECT * FROM ledger.release WHERE publication = ? AND year = ? ORDER BY number DESC LIMIT 1",
        [publication, year],
    )
    return rows[0] if rows else None


def known_until(connection: Connection) -> dt.datetime | None:
    """When the last decision was taken: what is known is known as of then."""
    row = connection.execute("SELECT max(happened_at) FROM ledger.event WHERE state IS NOT NULL").fetchone()
    return row[0] if row else None


def has_accepted(connection: Connection) -> bool:
    """Whether anything was ever accepted."""
    row = connection.execute("SELECT count(*) FROM ledger.state WHERE counts").fetchone()
    return bool(row and row[0])
