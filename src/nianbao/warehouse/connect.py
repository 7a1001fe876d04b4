"""Opens the warehouse: the writer's file, or a reader's view that cannot reach anything else."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from nianbao.errors import BusyError, NianbaoError, StoreError
from nianbao.language import _
from nianbao.settings import Home, memory_limit, own_scratch
from nianbao.warehouse.lock import state_before_run

if TYPE_CHECKING:
    import polars as pl

Connection = duckdb.DuckDBPyConnection

DISK_FAULTS = (OSError, duckdb.IOException, duckdb.TransactionException, duckdb.FatalException)
"""What is raised when the disk is full or may not be written."""

INTERRUPTED = "Query interrupted"
"""What DuckDB says, as a RuntimeError, when Ctrl-C meets it at work."""

QUERY_FAULT = duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError
"""What is raised over a query that cannot be evaluated, whatever it is asked of."""

NOT_BUILT = duckdb.CatalogException
"""What is raised when a table is asked for that is not there: never built, or new in this version."""

_SMALL = 256 * 2**20
"""Bytes of a warehouse whose tables are read in a few milliseconds: 500 units have 50 MB after a year."""

_LOG = "1GB"
"""So much is written beside the warehouse before it goes into it: once, when the run closes it."""

_ROOM_OF_READERS = "4GB"
"""How much a query of others may set aside on disk."""

_NO_EXTENSIONS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


def raise_interrupt(error: BaseException) -> None:
    """Do nothing, unless an error is what DuckDB makes of Ctrl-C.

    Raises:
        KeyboardInterrupt: it is.
    """
    if str(error) == INTERRUPTED:
        raise KeyboardInterrupt from error


def open_writer(path: Path) -> Connection:
    """Open the warehouse for writing; the caller holds the writer lock.

    A small one is worked on by one thread: dealing out many small queries costs a tenth of a night. Where much is
    ahead, `use_every_core`.

    Raises:
        BusyError: another program has it open.
        StoreError: it cannot be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    try:
        connection = duckdb.connect(path, config=_limits(Home(path.parent).scratch) | {"checkpoint_threshold": _LOG})
    except duckdb.Error as error:
        if is_new:
            path.unlink(missing_ok=True)  # a file that was only begun would be in the way of the next run
            raise StoreError(str(error), str(path), _("make room or give the right to write there")) from error
        raise unopened(path, error, to_write=True) from error
    if path.stat().st_size < _SMALL:
        connection.execute("SET threads = 1")
    return connection


def use_every_core(connection: Connection) -> None:
    """Let large queries be dealt out over all cores."""
    connection.execute("RESET threads")


def unopened(path: Path, error: duckdb.Error, to_write: bool = False) -> NianbaoError:
    """Why the warehouse could not be opened: another process holds it, it may not be read, or it is damaged."""
    try:
        if _is_held(path, to_write):
            return BusyError(_("a run that is writing, or another program that has it open"))
    except OSError as fault:
        return StoreError(str(fault), str(path), _("give the right to it, and run again"))
    step = _("delete it and run nianbao nightly, or nianbao rebuild: it is made anew from the archive")
    return StoreError(_("the warehouse is damaged: {error}").format(error=error), str(path), step)


def _is_held(path: Path, to_write: bool) -> bool:
    """Whether another process has the file open so that it is in the way; DuckDB has it locked by the system.

    Not to be asked by a process that has it open itself: closing the file would give up its own lock.
    """
    with path.open("r+b" if to_write else "rb") as file:
        try:
            fcntl.lockf(file, (fcntl.LOCK_EX if to_write else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return True
    return False


def open_memory() -> Connection:
    """A warehouse that is gone when it is closed."""
    return duckdb.connect(":memory:", config=_limits(own_scratch()))


def open_present(path: Path) -> Connection:
    """Open the warehouse for reading; it is the connection's default database.

    Raises:
        StoreError: there is no warehouse yet, or it is damaged.
        BusyError: the first run is writing, or another program has it open.
    """
    if not path.exists():
        raise StoreError(_("there is no warehouse yet"), str(path), _("run nianbao nightly first"))
    connection = open_memory()
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS warehouse (READ_ONLY); USE warehouse")
    except duckdb.Error as error:
        fault = unopened(path, error)
        last = state_before_run(Home(path.parent)) if isinstance(fault, BusyError) else None
        if last is None:
            raise fault from error
        connection.execute(f"ATTACH {literal(str(last))} AS warehouse (READ_ONLY); USE warehouse")
    return connection


def open_reader(path: Path) -> Connection:
    """Open a published file for queries of others: no writes, no files, no network, settings locked.

    The file is the connection's default database.
    """
    connection = open_memory()
    connection.execute(f"ATTACH {literal(str(path.resolve()))} AS published (READ_ONLY)")
    connection.execute(
        f"USE published; SET max_temp_directory_size = {literal(_ROOM_OF_READERS)}; "
        "SET enable_external_access = false; SET lock_configuration = true"
    )
    return connection


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commit what happens inside, or nothing of it."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def insert_columns(
    connection: Connection, table: str, columns: Mapping[str, Sequence[Any]], types: Mapping[str, str]
) -> None:
    """Insert rows given as columns of equal length; `types` says how each is cast on its way in."""
    if not columns or not next(iter(columns.values())):
        return
    names = ", ".join(quote(name) for name in columns)
    values = ", ".join(f"CAST(unnest(${i}::VARCHAR[]) AS {types[name]})" for i, name in enumerate(columns, start=1))
    connection.execute(
        f"INSERT INTO {table} ({names}) SELECT {values}", [_texts(column) for column in columns.values()]
    )


def insert_rows(
    connection: Connection, table: str, rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]
) -> None:
    """Insert rows given as mappings with the keys of `types`."""
    insert_columns(connection, table, {name: [row[name] for row in rows] for name in types}, types)


def insert_frame(connection: Connection, table: str, frame: pl.DataFrame, columns: Mapping[str, str]) -> None:
    """Insert a frame as it is, without a detour over Python; `columns` says how each column is made of the frame's."""
    names, values = ", ".join(map(quote, columns)), ", ".join(columns.values())
    connection.register(_INCOMING, _Stream(frame))
    try:
        connection.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {_INCOMING}")
    finally:
        with suppress(duckdb.TransactionException):  # where the insert failed in a transaction, what it said is told
            connection.unregister(_INCOMING)


_INCOMING = "incoming_frame"


class _Stream:
    """A frame as DuckDB asks for it: for one of polars it would want pyarrow, an Arrow stream it takes from anybody."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


def has_table(connection: Connection, name: str) -> bool:
    """Whether a table, `mart.completeness`, has been built."""
    try:
        connection.execute(f"SELECT 1 FROM {name} LIMIT 0")
    except duckdb.CatalogException:
        return False
    return True


def rows_of(
    connection: Connection, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
) -> list[dict[str, Any]]:
    """The rows of a query as mappings by column name."""
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def quote(identifier: str) -> str:
    """An identifier, quoted for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text, quoted for SQL where no parameter may stand."""
    return "'" + text.replace("'", "''") + "'"


def _limits(scratch: Path) -> dict[str, str | bool | int | float | list[str]]:
    """Left to itself, DuckDB takes four fifths of the machine, and spills into the folder that a command is run in."""
    return {**_NO_EXTENSIONS, "memory_limit": memory_limit(), "temp_directory": str(scratch)}


def _texts(values: Sequence[Any]) -> list[str | None]:
    return [None if value is None else str(value) for value in values]
