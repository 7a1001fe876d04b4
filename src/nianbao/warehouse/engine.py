"""Which engine computes models and the queries of rules: DuckDB itself, or another that is put in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from nianbao.warehouse.connect import Connection


class Engine(Protocol):
    """Another engine than DuckDB; it is told which tables a query reads, and sees them as DuckDB has them now."""

    def compute(self, connection: Connection, name: str, sql: str, reads: Iterable[str]) -> str:
        """Compute a table; returns the query with which DuckDB takes its rows."""

    def rows(self, connection: Connection, sql: str, reads: Iterable[str]) -> list[dict[str, Any]]:
        """The rows of a query, values as DuckDB gives them."""


_ENGINE: ContextVar[Engine | None] = ContextVar("engine", default=None)


@contextmanager
def computing_on(engine: Engine) -> Iterator[None]:
    """Let an engine compute in place of DuckDB for the time being."""
    token = _ENGINE.set(engine)
    try:
        yield
    finally:
        _ENGINE.reset(token)


def other_engine() -> Engine | None:
    """The engine that computes in place of DuckDB, None where DuckDB does it itself."""
    return _ENGINE.get()
