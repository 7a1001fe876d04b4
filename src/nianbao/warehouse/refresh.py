"""refresh: a table built anew as far as its inputs moved, so that a night costs what is new and not what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nianbao.warehouse.connect import Connection
    from nianbao.warehouse.models import Model

Moved = frozenset[str] | None
"""Whose rows of a table are other than at the last build, by the key of the table; None: of anybody."""

NOBODY: Moved = frozenset()


@dataclass(frozen=True)
class Change:
    """Whose rows of a table are other than before, and the column that says whose a row is."""

    key: str
    of: frozenset[str]


_PARTS, _FEW = 5, 16
"""More keys than these few, and more than one in so many, are many."""

SAME = "SELECT unnest($moved) AS moved"
"""The rows of a unit, or of a scope, follow from rows of the same one."""


def together(moved: Iterable[Moved]) -> Moved:
    """Who moved in any of several tables."""
    union: set[str] = set()
    for each in moved:
        if each is None:
            return None
        union |= each
    return frozenset(union)


def are_many(concerned: int, of_all: int) -> bool:
    """Whether so many are concerned that to make the whole anew costs no more than to look for what is theirs."""
    return concerned > _FEW and _PARTS * concerned >= of_all


def refresh(connection: Connection, model: Model, moved: Moved, is_compared: bool, of_all: int) -> Moved:
    """Bring the table of a model to the present; returns whose rows moved, None where it was made anew.

    `moved` is who moved in what it reads, `of_all` how many there are that ever did. A model that says whom they reach
    is asked for those alone: the same query, held to their keys, so that the rows put in are those that a whole build
    would put there. Any other is computed whole, and so is one of which most are reached: what a table is made from
    nothing DuckDB knows better than what was deleted and put in within one transaction, and plans what reads it six
    times as fast. Where others are built apart from it (`is_compared`) the rows that came out as they were are left.
    """
    if model.reach and moved is not None:
        keys = _reached(connection, model, moved)
        if are_many(len(keys), of_all):
            return replace_whole(connection, model.name, model.sql)
        _put_in_anew(connection, model, keys, f"(\n{model.sql}\n)")
        return frozenset(keys)
    if not is_compared:
        return replace_whole(connection, model.name, model.sql)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS\n{model.sql}")
    try:
        return _put_in_what_differs(connection, model, of_all)
    finally:
        connection.execute("DROP TABLE fresh")


def replace_whole(connection: Connection, table: str, sql: str) -> Moved:
    """Build a table from nothing; whose rows moved is not known then."""
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS\n{sql}")
    return None


def _put_in_what_differs(connection: Connection, model: Model, of_all: int) -> Moved:
    shape = _shape(connection, "fresh")
    if shape != _shape(connection, model.name):
        return replace_whole(connection, model.name, "FROM fresh")
    is_keyed = model.key in dict(shape)
    rows = connection.execute(
        f"SELECT DISTINCT {model.key if is_keyed else 'NULL'} FROM ((FROM fresh EXCEPT ALL FROM {model.name}) "
        f"UNION ALL (FROM {model.name} EXCEPT ALL FROM fresh))"
    ).fetchall()
    if (None,) in rows:
        return replace_whole(connection, model.name, "FROM fresh")
    keys = [row[0] for row in rows]
    if are_many(len(keys), of_all):
        return replace_whole(connection, model.name, "FROM fresh")
    if keys:
        _put_in_anew(connection, model, keys, "fresh")
    return frozenset(keys)


def _put_in_anew(connection: Connection, model: Model, keys: Sequence[str], fresh: str) -> None:
    """Let the rows of some keys be as in `fresh`."""
    theirs, with_keys = f"WHERE list_contains($keys, {model.key})", {"keys": keys}
    connection.execute(f"DELETE FROM {model.name} {theirs}", with_keys)
    connection.execute(f"INSERT INTO {model.name} SELECT * FROM {fresh} {theirs}", with_keys)


def _reached(connection: Connection, model: Model, moved: frozenset[str]) -> Sequence[str]:
    return [row[0] for row in connection.execute(model.reach, {"moved": sorted(moved)}).fetchall()]


def _shape(connection: Connection, table: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(f"DESCRIBE {table}").fetchall()]
