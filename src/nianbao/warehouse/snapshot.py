"""The analysts' file: an immutable copy of the documented tables, switched in one step while others read."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from nianbao.catalog import Project
from nianbao.errors import StoreError, UsageError
from nianbao.settings import MEMORY
from nianbao.warehouse.connect import Connection, literal, open_reader, quote, rows_of, transaction

STORAGE_VERSION = "v1.5.0"
"""Older than this DuckDB's own, so that analysts with an older DuckDB can open the file."""

SCHEMAS = ("core", "indicator", "mart", "reference")
CURRENT = "current.duckdb"
_KEPT = 3


def write_snapshot(connection: Connection, project: Project, folder: Path, as_of: dt.datetime, version: str) -> Path:
    """Write the tables and comments of the published schemas to a new file and switch `current.duckdb` to it.

    Readers that hold the old file open keep it. Columns of personal fields are left out. Returns the new file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"nianbao-{as_of:%Y%m%d}-{version[:12]}.duckdb"
    target = folder / name
    if not target.exists():
        scratch = folder / f".building-{os.getpid()}.duckdb"
        scratch.unlink(missing_ok=True)
        _copy(connection, project, scratch)
        _settle(scratch)
        os.replace(scratch, target)
    digest = folder / f"{name}.sha256"
    if not digest.exists():
        with target.open("rb") as file:
            digest.write_text(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n", encoding="utf-8")
    _switch(folder, name)
    _sweep(folder, name)
    return target


def _copy(connection: Connection, project: Project, path: Path) -> None:
    connection.execute(f"ATTACH {literal(str(path))} AS snapshot (STORAGE_VERSION '{STORAGE_VERSION}')")
    try:
        with transaction(connection):  # one for all: each by itself would be written through to the disk
            _copy_tables(connection, _personal_columns(project))
        connection.execute("CHECKPOINT snapshot")
    finally:
        connection.execute("DETACH snapshot")


def _copy_tables(connection: Connection, personal: Mapping[str, set[str]]) -> None:
    warehouse = quote(str(connection.execute("SELECT current_database()").fetchall()[0][0]))
    for table in _tables(connection):
        name = f"{table['schema_name']}.{quote(table['table_name'])}"
        hidden = personal.get(table["table_name"], set()) if table["schema_name"] == "core" else set()
        excluded = f" EXCLUDE ({', '.join(map(quote, sorted(hidden)))})" if hidden else ""
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS snapshot.{table['schema_name']}")
        connection.execute(f"CREATE TABLE snapshot.{name} AS SELECT *{excluded} FROM {warehouse}.{name}")
        connection.execute(f"COMMENT ON TABLE snapshot.{name} IS {literal(table['comment'] or '')}")
    for column in _columns(connection):
        if column["column_name"] not in personal.get(column["table_name"], set()) or column["schema_name"] != "core":
            place = f"{column['schema_name']}.{quote(column['table_name'])}.{quote(column['column_name'])}"
            connection.execute(f"COMMENT ON COLUMN snapshot.{place} IS {literal(column['comment'])}")


def _personal_columns(project: Project) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for part in project.parts:
        for field in part.fields:
            if field.is_personal:
                found.setdefault(part.table, set()).add(field.column)
    return found


def _tables(connection: Connection) -> list[dict[str, str]]:
    return rows_of(
        connection,
        "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE database_name = current_database() "
        "AND schema_name IN (SELECT unnest($1)) ORDER BY schema_name, table_name",
        [list(SCHEMAS)],
    )


def _columns(connection: Connection) -> list[dict[str, str]]:
    return rows_of(
        connection,
        "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() WHERE database_name = "
        "current_database() AND schema_name IN (SELECT unnest($1)) AND comment IS NOT NULL",
        [list(SCHEMAS)],
    )


def _settle(path: Path) -> None:
    """Make the file's bytes durable before anybody is sent to it."""
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.chmod(0o444)


def _switch(folder: Path, name: str) -> None:
    link = folder / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    os.replace(link, folder / CURRENT)


def _sweep(folder: Path, current: str) -> None:
    """Keep the last few files: a reader that opens `current` just before the switch still finds its file."""
    files = sorted(folder.glob("nianbao-*.duckdb"), key=lambda path: path.stat().st_mtime)
    for path in files[:-_KEPT]:
        if path.name != current:
            path.unlink()
            path.with_name(f"{path.name}.sha256").unlink(missing_ok=True)
    for leftover in (*folder.glob(".building-*"), *folder.glob(".current-*")):
        leftover.unlink()


TABLES = "SELECT schema_name || '.' || table_name AS name, comment FROM duckdb_tables() ORDER BY 1"
"""What there is, with its meaning."""


LONGEST_QUERY = 60
"""Seconds that a query may take unless told otherwise."""

MOST_ROWS = 1_000_000
"""Rows that an answer may have: more are no answer to read, and are read better from the Parquet files."""


def query_published(folder: Path, query: str, seconds: int = LONGEST_QUERY) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Answer a query from the published file: column names and rows.

    Raises:
        StoreError: nothing has been published yet.
        UsageError: the query is wrong, asks for something a reader may not do, or for more time, memory, disk or rows
            than it may have.
    """
    path = folder / CURRENT
    if not path.exists():
        raise StoreError("nothing has been published yet", str(path), "run nianbao nightly first")
    connection = open_reader(path)
    too_late = threading.Timer(seconds, connection.interrupt)
    too_late.daemon = True
    too_late.start()
    try:
        cursor: Connection | None = connection.execute(query)
        if cursor is None:
            raise UsageError("the query is empty", next_step="nianbao sql without a query lists the tables")
        head, rows = [column[0] for column in cursor.description or ()], cursor.fetchmany(MOST_ROWS + 1)
        if len(rows) > MOST_ROWS:
            step = "add LIMIT, or sum up; whole tables lie as Parquet in every release"
            raise UsageError(f"the answer has more than {MOST_ROWS:,} rows", next_step=step)
        return head, rows
    except duckdb.InterruptException as error:
        step = "ask for less, or give it more time: --seconds"
        raise UsageError(f"the query was stopped after {seconds} seconds", next_step=step) from error
    except duckdb.OutOfMemoryException as error:
        step = f"ask for less; {MEMORY}=8GB gives more memory"
        raise UsageError("the query needs more memory, or more room beside it, than it may have", "", step) from error
    except duckdb.Error as error:
        raise UsageError(str(error), next_step="nianbao sql without a query lists the tables") from error
    finally:
        too_late.cancel()
        connection.close()
