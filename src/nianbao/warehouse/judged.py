"""What was judged: the submissions of a run as staging takes them, and what is decided and found about deliveries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from nianbao.record import Frame, Manifest, Record
from nianbao.terms.approval import ApprovalEvent
from nianbao.terms.delivery import Decision
from nianbao.terms.personal import mask
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.projection import joined
from nianbao.warehouse.state import restating


@dataclass(frozen=True)
class JudgedBefore:
    """The submissions of a run with the name of their file, the parts asked of each, and all their cells."""

    submissions: list[dict[str, Any]]
    asked: list[tuple[str, str, str]]
    cells: Frame


def judged_in(record: Record, manifest: Manifest, forms: Collection[str] | None) -> JudgedBefore | None:
    """What a run judged, of some forms or of all; None when there is nothing of them.

    Raises:
        StoreError: a table of the run is gone or damaged.
    """
    if not manifest.judges or not manifest.cells:
        return None
    facts = record.facts(manifest)
    names = dict(facts["delivery"].select("delivery_id", "file_name").iter_rows())
    submissions = [
        row | {"file_name": mask(names[row["delivery_id"]])}
        for row in facts["submission"].iter_rows(named=True)
        if forms is None or row["form_code"] in forms
    ]
    if not submissions:
        return None
    ids = [row["submission_id"] for row in submissions]
    asked = facts["asked"].filter(facts["asked"]["submission_id"].is_in(ids))
    cells = joined(*(record.table(table) for table in manifest.cells.values()))
    return JudgedBefore(
        submissions,
        list(asked.select("submission_id", "form_code", "part").iter_rows()),
        cells.filter(cells["submission_id"].is_in(ids)),
    )


def deliveries_of(connection: Connection, form_code: str | None, period: str | None) -> list[str]:
    """The deliveries with a submission of a form, a period, or both."""
    return _ids(
        connection,
        "SELECT DISTINCT delivery_id FROM ledger.submission WHERE form_code = coalesce($1, form_code) "
        "AND period = coalesce($2, period)",
        [form_code, period],
    )


def waiting_deliveries(connection: Connection) -> list[str]:
    """The deliveries of which a form waits that nobody has sent anew."""
    return _ids(connection, "SELECT DISTINCT delivery_id FROM ledger.state WHERE waits AND is_last", [])


def withdrawn_of(connection: Connection, delivery_id: str) -> list[str]:
    """The submissions of a delivery that were withdrawn: judging again does not bring them back."""
    return _ids(
        connection,
        "SELECT submission_id FROM ledger.state WHERE delivery_id = $1 AND state = $2",
        [delivery_id, Decision.WITHDRAWN.value],
    )


def approved_of(connection: Connection, delivery_id: str) -> list[str]:
    """The submissions of a delivery that the level above has approved: judging again does not ask it once more."""
    return _ids(
        connection,
        "SELECT submission_id FROM ledger.state WHERE delivery_id = $1 AND counts AND approval = $2",
        [delivery_id, ApprovalEvent.APPROVED.value],
    )


def states_of(connection: Connection, delivery_ids: Sequence[str]) -> Frame:
    """The state of every submission of some deliveries; of those without one what became of the delivery."""
    return _ask_texts(
        connection,
        "SELECT submission_id, state FROM ledger.state WHERE delivery_id IN (SELECT unnest($1::VARCHAR[])) "
        "UNION ALL SELECT delivery_id, outcome FROM ledger.delivery WHERE delivery_id IN (SELECT unnest($1::VARCHAR[]))"
        " AND delivery_id NOT IN (SELECT delivery_id FROM ledger.submission)",
        [list(delivery_ids)],
    )


def findings_of(connection: Connection, delivery_ids: Sequence[str]) -> Frame:
    """The findings about some deliveries: delivery, submission, code and sentence."""
    return _ask_texts(
        connection,
        "SELECT DISTINCT delivery_id, submission_id, code, sentence FROM ledger.finding "
        "WHERE delivery_id IN (SELECT unnest($1::VARCHAR[]))",
        [list(delivery_ids)],
    )


def _ask_texts(connection: Connection, query: str, parameters: list[list[str]]) -> Frame:
    """The answer to a query all of whose columns are texts, as a frame."""
    import polars as pl

    asked = connection.execute(query, parameters)
    schema = {column[0]: pl.String() for column in asked.description or ()}
    return pl.DataFrame(asked.fetchall(), schema=schema, orient="row")


def years(connection: Connection) -> list[int]:
    """The years of which anything counts."""
    return [row[0] for row in connection.execute("SELECT DISTINCT year FROM ledger.in_force ORDER BY 1").fetchall()]


def _ids(connection: Connection, query: str, parameters: list[str | None]) -> list[str]:
    return [row[0] for row in connection.execute(query, parameters).fetchall()]


_LATER = """
    SELECT later.* FROM ledger.submission AS later
    WHERE EXISTS (
        SELECT 1 FROM ledger.submission AS own
        WHERE own.delivery_id = $1 AND later.number >= own.number
            AND (own.unit_code, own.form_code, own.period) = (later.unit_code, later.form_code, later.period)
    )
"""


@contextmanager
def later_versions_set_aside(connection: Connection, delivery_id: str) -> Iterator[None]:
    """Hide the submissions of a delivery and all later versions of the same forms, and the delivery itself."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE aside_submission AS {_LATER}", [delivery_id])
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE aside_delivery AS SELECT * FROM ledger.delivery WHERE delivery_id >= $1",
        [delivery_id],
    )
    later = _ids(connection, "SELECT submission_id FROM aside_submission", [])
    with restating(connection, later):
        for table in ("submission", "delivery"):
            key = f"{table}_id"
            connection.execute(f"DELETE FROM ledger.{table} WHERE {key} IN (SELECT {key} FROM aside_{table})")
    try:
        yield
    finally:
        with restating(connection, later):
            for table in ("submission", "delivery"):
                connection.execute(f"INSERT INTO ledger.{table} SELECT * FROM aside_{table}; DROP TABLE aside_{table}")
