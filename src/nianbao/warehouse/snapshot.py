"""The analysts' file: an immutable copy of the documented tables, switched in one step while others read."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from nianbao.catalog import Project
from nianbao.errors import StoreError, UsageError
from nianbao.language import _
from nianbao.settings import MEMORY
from nianbao.warehouse.connect import Connection, literal, open_reader, quote, rows_of, transaction

STORAGE_VERSION = "v1.5.0"
"""Older than this DuckDB's own, so that analysts with an older DuckDB can open the file."""

SCHEMAS = ("core", "indicator", "mart", "reference")
"""What is published: not `step`, which only indicators are made of, and which is most of a warehouse."""
CURRENT, CURRENT_TABLES = "current.duckdb", "current.tables"
DICTIONARY = "dictionary.csv"
_DICTIONARY = """
SELECT t.schema_name || '.' || t.table_name AS "table", t.comment AS table_meaning,
       c.column_name AS "column", c.data_type AS type, c.comment AS meaning
FROM duckdb_tables() AS t
INNER JOIN duckdb_columns() AS c ON t.schema_name = c.schema_name AND t.table_name = c.table_name
    AND t.database_name = c.database_name
ORDER BY 1, c.column_index
"""
_KEPT = 3


def write_snapshot(connection: Connection, project: Project, folder: Path, as_of: dt.datetime, version: str) -> Path:
    """Write the tables and comments of the published schemas to a new file and switch `current.duckdb` to it.

    The same tables lie beside it as Parquet (`tables_beside`), and `current.tables` is switched to them. Readers that
    hold the old file open keep it. Columns of personal fields are left out. Returns the new file.
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
    if not tables_beside(target).exists():
        _write_tables(target)
    digests = folder / f"{name}.sha256"
    if not digests.exists():
        files = (target, *sorted(tables_beside(target).iterdir()))
        lines = [f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
        scratch = folder / f".building-{os.getpid()}.sha256"
        scratch.write_text("".join(lines), encoding="utf-8")
        os.replace(scratch, digests)
    _switch(folder, CURRENT_TABLES, tables_beside(target).name)
    _switch(folder, CURRENT, name)
    _sweep(folder, name)
    return target


def tables_beside(snapshot: Path) -> Path:
    """The folder of the Parquet files of an analysts' file, a file a table, with their dictionary."""
    return snapshot.with_suffix(".tables")


def _write_tables(snapshot: Path) -> None:
    """Write every table as Parquet, `mart.figure.parquet`, and dictionary.csv: what each table and column means."""
    scratch = snapshot.with_name(f".building-{os.getpid()}.tables")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        connection.execute("SET threads = 1")  # rows keep their order, and the same tables give the same bytes
        for table in _tables(connection):
            name = f"{table['schema_name']}.{table['table_name']}"
            path = literal(str(scratch / f"{name}.parquet"))
            place = f"{table['schema_name']}.{quote(table['table_name'])}"
            connection.execute(f"COPY {place} TO {path} (FORMAT parquet, COMPRESSION zstd)")
        path = literal(str(scratch / DICTIONARY))
        connection.execute(f"COPY ({_DICTIONARY}) TO {path} (FORMAT csv, HEADER)")
    os.replace(scratch, tables_beside(snapshot))


def _copy(connection: Connection, project: Project, path: Path) -> None:
    connection.execute(f"ATTACH {literal(str(path))} AS snapshot (STORAGE_VERSION '{STORAGE_VERSION}')")
    try:
        connection.execute("SET threads = 1")  # so many small tables cost more where they are dealt out
        with transaction(connection):  # one for all: each by itself would be written through to the disk
            _copy_tables(connection, _personal_columns(project))
        connection.execute("CHECKPOINT snapshot")
    finally:
        connection.execute("RESET threads; DETACH snapshot")


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


def altered_since(digests: Path) -> list[str]:
    """The files of an analysts' file that are gone or not what was written, by the list of its hashes."""
    lines = [line.split(maxsplit=1) for line in digests.read_text(encoding="utf-8").splitlines()]
    paths = [(digest, digests.parent / name) for digest, name in lines]
    return [path.name for digest, path in paths if not path.exists() or _digest(path) != digest]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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


def _switch(folder: Path, current: str, name: str) -> None:
    link = folder / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    os.replace(link, folder / current)


def _sweep(folder: Path, current: str) -> None:
    """Keep the last few files: a reader that opens `current` just before the switch still finds its file."""
    files = sorted(folder.glob("nianbao-*.duckdb"), key=lambda path: path.stat().st_mtime)
    for path in files[:-_KEPT]:
        if path.name != current:
            # The file last: by it the next night finds what is still to be taken away.
            shutil.rmtree(tables_beside(path), ignore_errors=True)
            path.with_name(f"{path.name}.sha256").unlink(missing_ok=True)
            path.unlink()
    for leftover in (*folder.glob(".building-*"), *folder.glob(".current-*")):
        shutil.rmtree(leftover) if leftover.is_dir() and not leftover.is_symlink() else leftover.unlink()


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
        raise StoreError(_("nothing has been published yet"), str(path), _("run nianbao nightly first"))
    connection = open_reader(path)
    too_late = threading.Timer(seconds, connection.interrupt)
    too_late.daemon = True
    too_late.start()
    try:
        cursor: Connection | None = connection.execute(query)
        if cursor is None:
            raise UsageError(_("the query is empty"), next_step=_("nianbao sql without a query lists the tables"))
        head, rows = [column[0] for column in cursor.description or ()], cursor.fetchmany(MOST_ROWS + 1)
        if len(rows) > MOST_ROWS:
            step = _("add LIMIT, or sum up; whole tables lie as Parquet in every release")
            raise UsageError(
                _("the answer has more than {MOST_ROWS:,} rows").format(MOST_ROWS=MOST_ROWS), next_step=step
            )
        return head, rows
    except duckdb.InterruptException as error:
        step = _("ask for less, or give it more time: --seconds")
        raise UsageError(
            _("the query was stopped after {seconds} seconds").format(seconds=seconds), next_step=step
        ) from error
    except duckdb.OutOfMemoryException as error:
        step = _("ask for less; {MEMORY}=8GB gives more memory").format(MEMORY=MEMORY)
        raise UsageError(
            _("the query needs more memory, or more room beside it, than it may have"), "", step
        ) from error
    except duckdb.Error as error:
        raise UsageError(str(error), next_step=_("nianbao sql without a query lists the tables")) from error
    finally:
        too_late.cancel()
        connection.close()
