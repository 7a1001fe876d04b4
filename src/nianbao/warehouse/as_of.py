"""The warehouse as it was known on a day: the same ledger and raw rows, with later decisions left out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from nianbao.catalog import Project
from nianbao.errors import StoreError
from nianbao.warehouse.connect import Connection, literal, open_memory, quote, unopened
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import LEDGER
from nianbao.warehouse.state import READS, create_views

_DATED = {
    "decision": "decided_at",
    "delivery": "received_at",
    "explanation": "explained_at",
    "release": "issued_at",
    "ruling": "ruled_at",
}


def open_present(path: Path) -> Connection:
    """Open the warehouse for reading; it is the connection's default database.

    Raises:
        StoreError: there is no warehouse yet.
        BusyError: a run is writing.
    """
    connection = open_memory()
    _attach(connection, path)
    connection.execute("USE warehouse")
    return connection


def open_as_of(path: Path, project: Project, day: dt.date) -> tuple[Connection, dict[str, str]]:
    """An in-memory warehouse that shows what was decided up to the end of a day, and the fingerprints of its leaves.

    Its models are not built yet.

    Raises:
        StoreError: there is no warehouse yet.
        BusyError: a run is writing.
    """
    connection = open_memory()
    _attach(connection, path)
    for schema in ("ledger", "raw", "reference", "core", "indicator", "mart"):
        connection.execute(f"CREATE SCHEMA {schema}")
    leaves = {}
    tables = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'warehouse' "
        "AND schema_name IN ('raw', 'ledger') AND table_name <> 'build'"
    ).fetchall()
    for schema, table in tables:
        name = f"{schema}.{quote(table)}"
        column = _DATED.get(table) if schema == "ledger" else None
        until = f" WHERE {column} < DATE '{day.isoformat()}' + INTERVAL 1 DAY" if column else ""
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM warehouse.{name}{until}")
        leaves[f"{schema}.{table}"] = ""
    create_views(connection)
    columns = ", ".join(f"{name} {kind}" for name, kind in LEDGER["build"].columns.items())
    connection.execute(f"CREATE TABLE ledger.build ({columns})")
    return connection, leaves | dict.fromkeys(READS, "") | load_reference(connection, project, day)


def _attach(connection: Connection, path: Path) -> None:
    if not path.exists():
        raise StoreError("there is no warehouse yet", str(path), "run nianbao nightly first")
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS warehouse (READ_ONLY)")
    except duckdb.Error as error:
        raise unopened(path, error) from error
