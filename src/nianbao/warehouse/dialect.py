"""DuckDB as SQLAlchemy sees it: enough to write Great Expectations' queries and run them on a connection it is lent."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import duckdb
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import IdentifierPreparer

from nianbao.warehouse.connect import raise_interrupt


class LentConnection:
    """The pipeline's connection, and its cursor, for queries only: transactions and its end are the pipeline's own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def cursor(self) -> LentConnection:
        """Itself: a result is always fetched before the next query."""
        return self

    def execute(self, statement: str, parameters: Any = ()) -> LentConnection:
        """Run a query; the rows are fetched from the connection.

        Raises:
            KeyboardInterrupt: Ctrl-C met it at work. Great Expectations would take it for a fault and ask again.
        """
        try:
            self._connection.execute(statement, parameters)
        except RuntimeError as error:
            raise_interrupt(error)
            raise
        return self

    def commit(self) -> None:
        """Do nothing."""

    rollback = close = commit


class _Quoting(IdentifierPreparer):
    """Quotes every name, so that none is taken for one of DuckDB's own words."""

    def _requires_quotes(self, value: str) -> bool:
        return True


class DuckDBDialect(DefaultDialect):
    """Standard SQL with `?` for parameters; the creator given to the engine makes the connections."""

    name = "duckdb"
    driver = "lent"
    preparer = _Quoting
    supports_statement_cache = False
    supports_native_boolean = True
    supports_native_decimal = True

    @classmethod
    def import_dbapi(cls) -> Any:
        """What SQLAlchemy wants to know of a driver."""
        return SimpleNamespace(paramstyle="qmark", Error=duckdb.Error)
