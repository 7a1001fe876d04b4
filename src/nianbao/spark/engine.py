"""Spark in the place of DuckDB: models and the queries of rules are computed there, and DuckDB takes the rows."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlglot import exp, parse_one

from nianbao.settings import own_scratch
from nianbao.spark.session import open_session
from nianbao.warehouse.parquet import copy_out, read_back

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from nianbao.warehouse.connect import Connection

_CHANGING = ("stage.", "known.")
"""What is staged, and what is known beside it, changes with each round of a night: it is given anew for each query."""


class SparkEngine:
    """Computes on Spark, from tables as Parquet in a folder that both engines see; use it as a context manager.

    Spark is started by the first who asks for something: a night without news never waits for it.
    """

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._session: SparkSession | None = None
        self._folder = Path()
        self._given: set[str] = set()

    def __enter__(self) -> SparkEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session = None
        self._opened.close()

    @property
    def session(self) -> SparkSession:
        """The session; it is started when it is asked for.

        Raises:
            UsageError: Spark, or the Java that it runs on, is not installed, or the cluster does not answer.
        """
        if self._session is None:
            self._folder = Path(self._opened.enter_context(TemporaryDirectory(dir=own_scratch(), prefix="spark-")))
            self._session = self._opened.enter_context(open_session())
        return self._session

    def compute(self, connection: Connection, name: str, sql: str, reads: Iterable[str]) -> str:
        """Compute a table there, and see it from then on; returns the query with which DuckDB takes its rows."""
        self._give(connection, reads)
        self.session.sql(to_spark(sql)).write.mode("overwrite").parquet(str(self._place(name)))
        self._show(name)
        return read_back(connection, sql, self._place(name))

    def rows(self, connection: Connection, sql: str, reads: Iterable[str]) -> list[dict[str, Any]]:
        """The rows of a query."""
        self._give(connection, reads)
        return [row.asDict() for row in self.session.sql(to_spark(sql)).collect()]

    def _give(self, connection: Connection, names: Iterable[str]) -> None:
        """Let Spark see tables or views of the warehouse, as they are now."""
        session = self.session
        for name in names:
            if name.startswith(_CHANGING) or name not in self._given:
                copy_out(connection, name, self._place(name))
                session.catalog.dropTempView(view_of(name))
                self._show(name)

    def _show(self, name: str) -> None:
        self.session.read.parquet(str(self._place(name))).createOrReplaceTempView(view_of(name))
        self._given.add(name)

    def _place(self, name: str) -> Path:
        return self._folder / f"{name}.parquet"


_APART = "__"
_WHOLE = ("INT", "BIGINT", "SMALLINT", "TINYINT")


def view_of(table: str) -> str:
    """The name under which Spark knows a table of the warehouse: `mart.figure` is `mart__figure`."""
    return table.replace(".", _APART)


def to_spark(sql: str) -> str:
    """A query for DuckDB as one for Spark that gives the same rows.

    A quotient is a DOUBLE, as in DuckDB: Spark's quotient of two DECIMALs is a DECIMAL that is cut.
    """
    tree = parse_one(sql, dialect="duckdb")
    for step in tree.find_all(exp.CTE):
        step.set("materialized", None)  # what is to be set apart Spark decides by itself
    for table in tree.find_all(exp.Table):
        if table.db:
            table.set("this", exp.to_identifier(view_of(f"{table.db}.{table.name}")))
            table.set("db", None)
    for column in tree.find_all(exp.Column):
        if column.db:
            column.set("table", exp.to_identifier(view_of(f"{column.db}.{column.table}")))
            column.set("db", None)
    for quotient in list(tree.find_all(exp.Div)):
        for side in ("this", "expression"):
            quotient.set(side, exp.cast(quotient.args[side], exp.DataType.Type.DOUBLE))
    return tree.sql(dialect="spark", identify=True)
