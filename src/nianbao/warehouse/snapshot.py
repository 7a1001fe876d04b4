"""The analysts' file: an immutable copy of the documented tables, switched in one step while others read."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import duckdb

import nianbao
from nianbao.catalog import Project
from nianbao.settings import copy_whole, link_or_copy, sha256_of
from nianbao.warehouse.connect import Connection, literal, quote, transaction
from nianbao.warehouse.refresh import Change

STORAGE_VERSION = "v1.5.0"
"""Older than this DuckDB's own, so that analysts with an older DuckDB can open the file."""

SCHEMAS = ("core", "indicator", "mart", "reference")
"""What is published: not `step`, which only indicators are made of, and which is most of a warehouse."""
CURRENT, CURRENT_TABLES = "current.duckdb", "current.tables"
DICTIONARY = "dictionary.csv"
WHOLE = "all"
"""The name of the one Parquet file of a table that is not large."""

NONE = "none"
"""The name of the file of what is of no period, or year."""

_LARGE = 100_000
"""A table with more rows lies in a file for each period, or year, so that a night writes those in which any moved."""

_MADE_BY = f"nianbao {nianbao.__version__}, DuckDB {duckdb.__version__}, storage {STORAGE_VERSION}"
"""Stands in every Parquet file: what another version wrote is written anew."""

_DICTIONARY = f"""
SELECT t.schema_name || '.' || t.table_name AS "table", t.comment AS table_meaning,
       c.column_name AS "column", c.data_type AS type, c.comment AS meaning
FROM duckdb_tables() AS t
INNER JOIN duckdb_columns() AS c ON t.schema_name = c.schema_name AND t.table_name = c.table_name
    AND t.database_name = c.database_name
WHERE t.schema_name IN {SCHEMAS} AND t.database_name = {{database}}
ORDER BY 1, c.column_index
"""

_KEPT = 3


@dataclass(frozen=True)
class _Table:
    """A table as it is published: its name, what it means, and of each column the name, type and meaning."""

    name: str
    meaning: str
    columns: tuple[tuple[str, str, str], ...]

    @property
    def place(self) -> str:
        schema, _, table = self.name.partition(".")
        return f"{schema}.{quote(table)}"

    @property
    def by(self) -> str:
        """The column that says in which file a row lies if the table is large, as SQL; NULL where there is none."""
        names = [name for name, *_ in self.columns]
        return next((each for each in ("period", "year") if each in names), "NULL")

    def rows_of(self, part: str) -> str:
        """The rows that lie in one of its files."""
        if part == WHOLE:
            return self.place
        return f"(FROM {self.place} WHERE {self.by} {'IS NULL' if part == NONE else f'= {literal(part)}'})"


_Content = tuple[int, int]
"""How many rows there are, and one value for all of them, in whatever order they are."""

_Parts = Mapping[str, _Content]
"""The content of each Parquet file of a table, by the period or year of its rows."""


def write_snapshot(
    connection: Connection, project: Project, folder: Path, as_of: dt.datetime, version: str,
    changes: Mapping[str, Change | None] = {},
) -> Path:  # fmt: skip
    """Write the tables and comments of the published schemas to a new file and switch `current.duckdb` to it.

    The same tables lie beside it as Parquet (`tables_beside`), and `current.tables` is switched to them. Readers that
    hold the old file open keep it. Columns of personal fields are left out. Where the last file has the same tables
    and columns, the rows that differ are changed in a copy of it; `changes` says whose they may be, and is held to
    what comes of it. Returns the new file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"nianbao-{as_of:%Y%m%d}-{version[:12]}.duckdb"
    target = folder / name
    last = None if target.exists() else _find_last(connection, folder)
    if not target.exists() or not any(tables_beside(target).glob(_PARQUET)):
        scratch = folder / f".building-{os.getpid()}.duckdb"
        _digests_of(target).unlink(missing_ok=True)
        database = str(connection.execute("SELECT current_database()").fetchall()[0][0])
        tables, warehouse = _read_tables(connection, database, _personal_columns(project)), quote(database)
        contents = _contents(connection, {table: f"({_select(table, warehouse)})" for table in tables})
        is_renewed = False
        if last is not None:
            copy_whole(last.path, scratch)
            with _attached(connection, scratch):
                if _read_tables(connection, _SNAPSHOT, {}) == tables:
                    _renew(connection, tables, warehouse, last.contents, contents, changes)
                    is_renewed = True
        if not is_renewed:
            scratch.unlink(missing_ok=True)
            with _attached(connection, scratch):
                _copy(connection, tables, warehouse)
        _settle(scratch)
        os.replace(scratch, target)
        _write_tables(target, contents, last if is_renewed else None)
    digests = _digests_of(target)
    if not digests.exists():
        files = (target, *sorted(path for path in tables_beside(target).rglob("*") if path.is_file()))
        lines = [f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
        scratch = folder / f".building-{os.getpid()}.sha256"
        scratch.write_text("".join(lines), encoding="utf-8")
        os.replace(scratch, digests)
    _switch(folder, CURRENT_TABLES, tables_beside(target).name)
    _switch(folder, CURRENT, name)
    _sweep(folder, name)
    return target


def tables_beside(snapshot: Path) -> Path:
    """The folder of the tables of an analysts' file as Parquet, a folder a table, with their dictionary."""
    return snapshot.with_suffix(".tables")


_PARQUET = "*/*.parquet"
"""Where the Parquet files lie in that folder."""


def _digests_of(snapshot: Path) -> Path:
    return snapshot.with_name(f"{snapshot.name}.sha256")


@dataclass(frozen=True)
class _Last:
    """The analysts' file as it was last written, and the content of each of its tables."""

    path: Path
    contents: Mapping[str, _Parts]


def _find_last(connection: Connection, folder: Path) -> _Last | None:
    """The analysts' file as it was last written, where all its files are still what this version wrote."""
    path = (folder / CURRENT).resolve()
    digests = _digests_of(path)
    if not digests.exists() or altered_since(digests) or not any(tables_beside(path).glob(_PARQUET)):
        return None
    files = literal(f"{tables_beside(path)}/{_PARQUET}")
    told: dict[Path, dict[str, str]] = {}
    for file, key, value in connection.execute(
        f"SELECT file_name, decode(key), decode(value) FROM parquet_kv_metadata({files})"
    ).fetchall():
        told.setdefault(Path(file), {})[key] = value
    contents: dict[str, dict[str, _Content]] = {}
    for file, said in told.items():
        if said.get("made_by") != _MADE_BY:
            return None
        rows, value = said["content"].split()
        contents.setdefault(file.parent.name, {})[file.stem] = int(rows), int(value)
    return _Last(path, contents)


def _write_tables(snapshot: Path, contents: Mapping[str, _Parts], last: _Last | None) -> None:
    """Write every table as Parquet, `mart.figure/all.parquet`, and dictionary.csv: what each table and column means.

    A large one is a file for each period, `mart.figure_history/2021Q1.parquet`, or year. What is in the last ones with
    the same rows is taken over from there.
    """
    scratch = snapshot.with_name(f".building-{os.getpid()}.tables")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        connection.execute("SET threads = 1")  # rows keep their order, and the same tables give the same bytes
        for table in _read_tables(connection, snapshot.stem, {}):
            (scratch / table.name).mkdir()
            lying = last.contents.get(table.name, {}) if last else {}
            for part, content in contents[table.name].items():
                path = scratch / table.name / f"{part}.parquet"
                if last and lying.get(part) == content:
                    link_or_copy(tables_beside(last.path) / table.name / path.name, path)
                    continue
                said = f"made_by: {literal(_MADE_BY)}, content: '{content[0]} {content[1]}'"
                options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{said}}}"
                connection.execute(f"COPY {table.rows_of(part)} TO {literal(str(path))} ({options})")
        query, path = _DICTIONARY.format(database="current_database()"), scratch / DICTIONARY
        connection.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT csv, HEADER)")
    shutil.rmtree(tables_beside(snapshot), ignore_errors=True)  # of an edition that laid them otherwise
    os.replace(scratch, tables_beside(snapshot))


_SNAPSHOT = "snapshot"
"""The name of the analysts' file beside the warehouse."""


@contextmanager
def _attached(connection: Connection, path: Path) -> Iterator[None]:
    # A file that is put into place once it is whole needs no log to be mended by.
    options = f"STORAGE_VERSION '{STORAGE_VERSION}', RECOVERY_MODE 'no_wal_writes'"
    connection.execute(f"ATTACH {literal(str(path))} AS {_SNAPSHOT} ({options})")
    try:
        connection.execute("SET threads = 1")  # so many small tables cost more where they are dealt out
        with transaction(connection):  # one for all: each by itself would be written through to the disk
            yield
        connection.execute(f"CHECKPOINT {_SNAPSHOT}")
    finally:
        connection.execute(f"RESET threads; DETACH {_SNAPSHOT}")


def _copy(connection: Connection, tables: Sequence[_Table], warehouse: str) -> None:
    for table in tables:
        here = f"{_SNAPSHOT}.{table.place}"
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_SNAPSHOT}.{table.name.partition('.')[0]}")
        connection.execute(f"CREATE TABLE {here} AS {_select(table, warehouse)}")
        connection.execute(f"COMMENT ON TABLE {here} IS {literal(table.meaning)}")
        for column, _type, meaning in table.columns:
            if meaning:
                connection.execute(f"COMMENT ON COLUMN {here}.{quote(column)} IS {literal(meaning)}")


def _renew(
    connection: Connection,
    tables: Sequence[_Table],
    warehouse: str,
    before: Mapping[str, _Parts],
    contents: Mapping[str, _Parts],
    changes: Mapping[str, Change | None],
) -> None:
    """Bring the tables that differ to what they are now, each by the least that does it.

    That is the rows of those whom the build names; else the rows that differ; and where one stands there several times
    it may take all of them.
    """
    places = {table: f"{_SNAPSHOT}.{table.place}" for table in tables if before.get(table.name) != contents[table.name]}
    for table, here in list(places.items()):
        change = changes.get(table.name)
        if change is not None:
            gone, come = _renew_those_named(connection, here, f"({_select(table, warehouse)})", change)
            was, wanted = _together(before.get(table.name, {})), _together(contents[table.name])
            # What a row counts does not depend on others, so the rest need not be counted once more.
            if (was[0] - gone[0] + come[0], was[1] - gone[1] + come[1]) == wanted:
                del places[table]
    for renewing in (_renew_rows, _renew_whole):
        for table, here in places.items():
            renewing(connection, here, f"({_select(table, warehouse)})")
        renewed = _contents(connection, places)
        places = {table: here for table, here in places.items() if renewed[table.name] != contents[table.name]}


def _renew_those_named(connection: Connection, here: str, there: str, change: Change) -> tuple[_Content, _Content]:
    """Let the rows of some be as they are there; returns the content of their rows before and after."""
    theirs, keys = f"WHERE list_contains($keys, {change.key})", {"keys": sorted(change.of)}
    deleted = f'DELETE FROM {here} AS "the row" {theirs} RETURNING "the row" AS "the row"'
    gone = connection.execute(f"WITH gone AS ({deleted}) SELECT {_CONTENT} FROM gone", keys).fetchall()[0]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE come AS FROM {there} {theirs}", keys)
    come = connection.execute(f'SELECT {_CONTENT} FROM come AS "the row"').fetchall()[0]
    connection.execute(f"INSERT INTO {here} FROM come; DROP TABLE come")
    return gone, come


def _renew_rows(connection: Connection, here: str, there: str) -> None:
    row = 'hash("the row")'
    here_rows, there_rows = f'{here} AS "the row"', f'{there} AS "the row"'
    connection.execute(f"DELETE FROM {here_rows} WHERE {row} NOT IN (SELECT {row} FROM {there_rows})")
    connection.execute(f"INSERT INTO {here} FROM {there_rows} WHERE {row} NOT IN (SELECT {row} FROM {here_rows})")


def _renew_whole(connection: Connection, here: str, there: str) -> None:
    connection.execute(f"DELETE FROM {here}; INSERT INTO {here} FROM {there}")


_CONTENT = 'count(*), coalesce(sum(CAST(hash("the row") AS HUGEINT)), 0)'


def _contents(connection: Connection, places: Mapping[_Table, str]) -> dict[str, _Parts]:
    """The content of each table where it stands, by its name and, where it is large, by period or year."""
    queries = [
        f'SELECT {literal(table.name)}, CAST({table.by} AS VARCHAR), {_CONTENT} FROM {place} AS "the row" '
        f"GROUP BY {table.by}"
        for table, place in places.items()
    ]
    found: dict[str, dict[str, _Content]] = {table.name: {} for table in places}
    for name, part, rows, value in connection.execute(" UNION ALL ".join(queries)).fetchall() if queries else ():
        found[name][NONE if part is None else part] = rows, value
    return {name: parts if _is_parted(parts) else {WHOLE: _together(parts)} for name, parts in found.items()}


def _is_parted(parts: _Parts) -> bool:
    return bool(parts.keys() - {NONE}) and _together(parts)[0] > _LARGE and all(part.isalnum() for part in parts)


def _together(parts: _Parts) -> _Content:
    return sum(rows for rows, _ in parts.values()), sum(value for _, value in parts.values())


def _select(table: _Table, warehouse: str) -> str:
    """The rows of a table of the warehouse, without what is not published of it."""
    return f"SELECT {', '.join(quote(column[0]) for column in table.columns)} FROM {warehouse}.{table.place}"


def altered_since(digests: Path) -> list[str]:
    """The files of an analysts' file that are gone or not what was written, by the list of its hashes."""
    lines = [line.split(maxsplit=1) for line in digests.read_text(encoding="utf-8").splitlines()]
    paths = [(digest, digests.parent / name) for digest, name in lines]
    return [path.name for digest, path in paths if not path.exists() or sha256_of(path) != digest]


def _personal_columns(project: Project) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for part in project.parts:
        for field in part.fields:
            if field.is_personal:
                found.setdefault(part.table, set()).add(field.column)
    return found


def _read_tables(connection: Connection, database: str, hidden: Mapping[str, set[str]]) -> list[_Table]:
    """The published tables of a database by their names, without the columns of core that are to be hidden."""
    rows = connection.execute(_DICTIONARY.format(database=literal(database))).fetchall()
    return [
        _Table(
            name,
            meaning or "",
            tuple(
                (column, kind, said or "")
                for _name, _meaning, column, kind, said in columns
                if not (name.startswith("core.") and column in hidden.get(name.removeprefix("core."), ()))
            ),
        )
        for (name, meaning), columns in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


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
            _digests_of(path).unlink(missing_ok=True)
            path.unlink()
    for leftover in (*folder.glob(".building-*"), *folder.glob(".current-*")):
        shutil.rmtree(leftover) if leftover.is_dir() and not leftover.is_symlink() else leftover.unlink()
