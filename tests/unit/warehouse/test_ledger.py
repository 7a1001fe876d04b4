"""The ledger: what arrived, what was decided, what is still owed."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl
import pytest

from nianbao.catalog import Project
from nianbao.errors import StoreError
from nianbao.warehouse import issued, ledger
from nianbao.warehouse.connect import Connection, insert_frame, open_memory, transaction
from nianbao.warehouse.schema import LEDGER, SCHEMA_VERSION, create_schema
from tests.facts import record

NOW = dt.datetime(2022, 1, 16, 1)
ACCEPTED, REJECTED = "accepted", "rejected"


@pytest.fixture
def connection(project: Project) -> Iterator[Connection]:
    """An empty warehouse."""
    connection = open_memory()
    create_schema(connection, project)
    yield connection
    connection.close()


def row(table: str, **values: Any) -> dict[str, Any]:
    """A row of a table of the ledger, with something plausible where it must not be empty."""
    fillers = {"TIMESTAMP": NOW, "DATE": NOW.date(), "VARCHAR": "x", "BIGINT": 1, "INTEGER": 1, "BOOLEAN": False}
    spec = LEDGER[table]
    return {
        name: values.get(name, fillers[spec.bare_columns[name]] if "NOT NULL" in kind or "PRIMARY" in kind else None)
        for name, kind in spec.columns.items()
    }


def deliver(connection: Connection, number: int, run_id: str = "R000001", **values: Any) -> None:
    """Record a delivery."""
    delivery = row("delivery", delivery_id=f"D{number:06d}", run_id=run_id, **values)
    record(connection, {"delivery": [delivery]})


def submit(connection: Connection, number: int, decision: str, content: str, delivery: int = 1) -> None:
    """Record a version of GH05 of one unit, and what was decided about it."""
    key = f"U1-2021Q4-GH05-{number}"
    submission = row(
        "submission", submission_id=key, delivery_id=f"D{delivery:06d}", unit_code="U1", form_code="GH05",
        period="2021Q4", number=number, cells_sha256=content,
    )  # fmt: skip
    decided = row("decision", submission_id=key, decision=decision)
    record(connection, {"submission": [submission], "decision": [decided]})


def test_a_receipt_is_owed_until_it_is_written(connection: Connection) -> None:
    """Those of later runs than the one up to which they were written; the last receipt of a delivery holds."""
    for number, run_id in ((1, "R000001"), (2, "R000002"), (1, "R000003")):
        told = row("receipt", delivery_id=f"D{number:06d}", run_id=run_id, receipt=f"of {run_id}")
        record(connection, {"receipt": [told]})
    assert ledger.owed_receipts(connection, "R000001") == ["D000001", "D000002"]
    assert ledger.owed_receipts(connection, "R000003") == []
    deliver(connection, 1, source="a.xlsx", origin="inbox")
    deliver(connection, 2, source="a.xlsx", origin="inbox")
    replies = ledger.replies(connection, ["D000001", "D000002"])
    assert [(reply.receipt, reply.is_newest) for reply in replies] == [
        ("of R000003", False), ("of R000002", True)
    ]  # fmt: skip


def test_what_was_received_and_not_judged_is_pending(connection: Connection) -> None:
    """A run that was killed in between is made good by the next."""
    for number in (1, 2):
        record(connection, {"received": [row("received", delivery_id=f"D{number:06d}")]})
    deliver(connection, 1)
    assert [delivery.delivery_id for delivery in ledger.pending(connection)] == ["D000002"]
    assert ledger.count_received(connection) == 2


def test_the_content_in_force_is_that_of_the_last_accepted_version(connection: Connection) -> None:
    """A version that was sent back has a number, and takes nothing away."""
    place = ("U1", "GH05", "2021Q4")
    for number, decision, content in ((1, ACCEPTED, "a"), (2, "accepted_with_warnings", "b"), (3, REJECTED, "c")):
        submit(connection, number, decision, content)
    numbers, in_force = ledger.submission_numbers(connection, ["U1"])
    assert (numbers, in_force) == ({place: 3}, {place: "b"})
    assert ledger.submission_numbers(connection, ["U2"]) == ({}, {})


def test_what_was_never_accepted_is_in_force_nowhere(connection: Connection) -> None:
    """So the same content may be sent again, and is looked at again."""
    submit(connection, 1, REJECTED, "a")
    numbers, in_force = ledger.submission_numbers(connection, ["U1"])
    assert (list(numbers.values()), in_force) == ([1], {})


def test_the_same_bytes_are_known_by_their_first_delivery(connection: Connection) -> None:
    """However often they came."""
    for number, sha256 in ((1, "a"), (2, "b"), (3, "a")):
        deliver(connection, number, sha256=sha256)
    assert ledger.deliveries_by_hash(connection, ["a", "b", "c"]) == {"a": "D000001", "b": "D000002"}


def test_what_was_not_taken_is_listed_with_its_reason(connection: Connection) -> None:
    """The files that could not be read or were known, and the submissions that were sent back or wait."""
    for number, outcome in ((1, "partly"), (2, "quarantined"), (3, "duplicate"), (4, "accepted")):
        deliver(connection, number, file_name=f"{number}.xlsx", outcome=outcome)
    submit(connection, 1, REJECTED, "a", delivery=1)
    submit(connection, 2, ACCEPTED, "b", delivery=4)
    about = {"submission_id": "U1-2021Q4-GH05-1", "delivery_id": "D000001"}
    findings = [row("finding", severity=severity, sentence=severity, **about) for severity in ("warn", "reject")]
    record(connection, {"finding": findings})
    listed = ledger.not_accepted(connection, ["R000001"], {})
    assert [(each["file_name"], each["decision"], each["first_finding"]) for each in listed] == [
        ("1.xlsx", REJECTED, "reject"),
        ("2.xlsx", None, None),
        ("3.xlsx", None, None),
    ]


def test_the_last_release_is_the_one_with_the_highest_number(connection: Connection) -> None:
    """The tenth comes after the ninth."""
    assert issued.last_release(connection, "work_report", 2021) is None
    releases = [row("release", publication="work_report", year=2021, number=number) for number in (9, 10, 2)]
    record(connection, {"release": releases})
    last = issued.last_release(connection, "work_report", 2021)
    assert last is not None and last.number == 10
    assert issued.last_release(connection, "audit_report", 2021) is None


def test_a_batch_is_recorded_whole_or_not_at_all(connection: Connection) -> None:
    """A fault in the last row of a transaction takes the first with it."""
    with pytest.raises(duckdb.ConstraintException), transaction(connection):
        deliver_twice(connection)
    counted = "SELECT count(*) FROM ledger.delivery"
    assert connection.execute(counted).fetchall() == [(0,)]
    deliver(connection, 1)
    assert connection.execute(counted).fetchall() == [(1,)]


def test_what_an_insert_failed_over_is_told(connection: Connection) -> None:
    """In a transaction as elsewhere: one that is aborted is no disk that is full."""
    words, numbers = pl.DataFrame({"said": ["many"]}), {"said": "CAST(said AS INTEGER)"}
    connection.execute("CREATE TABLE counted (said INTEGER)")
    with pytest.raises(duckdb.ConversionException), transaction(connection):
        insert_frame(connection, "counted", words, numbers)
    insert_frame(connection, "counted", pl.DataFrame({"said": ["1"]}), numbers)
    assert connection.execute("SELECT said FROM counted").fetchall() == [(1,)]


def deliver_twice(connection: Connection) -> None:
    """Record the same delivery two times."""
    deliver(connection, 1)
    deliver(connection, 1)


def test_known_is_what_was_decided_last(connection: Connection) -> None:
    """Nothing before the first decision."""
    assert ledger.known_until(connection) is None
    submit(connection, 1, ACCEPTED, "a")
    assert ledger.known_until(connection) == NOW


def test_a_warehouse_of_a_newer_program_is_left_alone(connection: Connection, project: Project) -> None:
    """An older program must not write what it does not understand."""
    connection.execute("UPDATE ledger.schema_version SET version = ?", [SCHEMA_VERSION + 1])
    with pytest.raises(StoreError, match="install the newer nianbao"):
        create_schema(connection, project)


def test_a_form_that_gains_a_field_gains_a_column(connection: Connection, project: Project) -> None:
    """What was reported before stays, with nothing in the new column, which says what it is."""
    connection.execute("INSERT INTO raw.gh05 (submission_id, row_no, warmth_persons) VALUES ('s', 1, 5)")
    connection.execute("ALTER TABLE raw.gh05 DROP COLUMN warmth_funds_yuan")
    create_schema(connection, project)
    assert connection.execute("SELECT warmth_persons, warmth_funds_yuan FROM raw.gh05").fetchall() == [(5, None)]
    ((comment,),) = connection.execute(
        "SELECT comment FROM duckdb_columns() WHERE (table_name, column_name) = ('gh05', 'warmth_funds_yuan')"
    ).fetchall()
    assert comment == "送温暖资金（元） / warmth funds"
