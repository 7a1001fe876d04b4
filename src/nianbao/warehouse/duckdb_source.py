"""How Great Expectations gets at DuckDB: a data source on a connection that is lent, and an expectation of our own.

Importing Great Expectations takes a second: that happens at the first use, and without what nobody here needs of it.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace
from typing import Any, Literal, NamedTuple

from nianbao.warehouse.connect import Connection, quote, rows_of

QUERY_EXPECTATION = "expect_query_to_give_no_rows"
"""The type of our own expectation: its `query` gives the rows that break it."""

_LOADING = threading.Lock()
_ABSENT = (
    "pyspark", "boto3", "botocore", "google", "snowflake", "sqlalchemy_redshift", "sqlalchemy.orm",
    "sqlalchemy.dialects.postgresql",
)  # fmt: skip
_UNUSED = (
    "requests",
    *(f"great_expectations.{name}" for name in ("checkpoint", "datasource.fluent.fabric", "experimental", "metrics")),
)
_TYPES = "great_expectations.expectations.core."
_SOURCES = "great_expectations.datasource.fluent."
_SOURCES_USED = (f"{_SOURCES}sql_datasource", f"{_SOURCES}invalid_datasource")


def load() -> Any:
    """The data source `warehouse`, of which there is one a process; the first call imports Great Expectations."""
    with _LOADING:
        return _load()


@cache
def load_type(type_: str) -> None:
    """Import the expectation of a type, where Great Expectations has one: of sixty a federation needs a handful."""
    load()
    name = f"{_TYPES}{type_}"
    if name not in sys.modules and find_spec(name):
        importlib.import_module(name)


class Lent(NamedTuple):
    """A table as a batch of Great Expectations, and the rows that each query gave that was evaluated with it."""

    batch: Any
    given: Mapping[str, list[dict[str, Any]]]


@contextmanager
def lend(connection: Connection, schema: str, table: str) -> Iterator[Lent]:
    """A table for Great Expectations, on a connection that is lent for the time being."""
    source = load()
    from great_expectations.datasource.fluent.sql_datasource import TableAsset

    asset = TableAsset(name=table, table_name=quote(table))
    # Adding it in the usual way would write the whole configuration of the context as YAML, each time.
    asset._datasource = source
    source.schema_name, source.assets = schema, [asset]
    source.lend(connection)
    try:
        yield Lent(asset.get_batch(asset.build_batch_request()), source.get_execution_engine().given)
    finally:
        source.lend(None)


def columns_of(connection: Connection, schema: str, table: str) -> list[tuple[str, str]]:
    """Name and type of each column of a table."""
    described = rows_of(connection, f"DESCRIBE {quote(schema)}.{quote(table)}")
    return [(row["column_name"], row["column_type"]) for row in described]


@cache
def _load() -> Any:
    """Import Great Expectations, silence it and teach it DuckDB."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy comes along, and computes nothing
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # what it logs as errors is raised here
    collects = gc.isenabled()
    gc.disable()  # nothing of what an import makes is garbage: looking for it takes a fifth of the time
    try:
        with _spared(), _postponed("pandas", "scipy.stats", "altair", "jsonschema", "mistune"):
            import great_expectations as gx
            from great_expectations.data_context.types.base import ProgressBarsConfig
    finally:
        if collects:
            gc.enable()
    _teach_duckdb()
    _teach_queries()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context.data_sources.add_duckdb(name="warehouse", connection_string="duckdb://", schema_name="main")


class _Empty(ModuleType):
    """Stands for a module of which nothing is used: every name in it is a class without anything."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        setattr(self, name, type(name, (), {}))
        return getattr(self, name)


class _Spared(MetaPathFinder, Loader):
    """Spares this thread what Great Expectations would import: Spark, S3 and other databases, wherever they are
    installed, what it would talk to a server with, and its data sources for files and other databases, expectations,
    checkpoints and metrics for other programs, whose classes take half of the time to make."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if threading.get_ident() != self._thread:
            return None
        if fullname.startswith(_ABSENT):
            raise ModuleNotFoundError(f"{fullname} is not needed here", name=fullname)
        is_other = fullname.startswith(_SOURCES) and fullname.endswith("_datasource") and fullname not in _SOURCES_USED
        is_empty = is_other or fullname.startswith((*_UNUSED, f"{_TYPES}expect_"))
        return ModuleSpec(fullname, self, is_package=True) if is_empty else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: nothing is in it."""


@contextmanager
def _spared() -> Iterator[None]:
    finder = _Spared()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name, module in sys.modules.items() if isinstance(module, _Empty)]:
            del sys.modules[name]


class _Later(ModuleType):
    """Stands for a module while Great Expectations is imported, and imports it when something of it is used."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


class _Pandas(_Later):
    """Stands for pandas, which is asked of each value whether it is one of its own: nothing is before it is imported.

    DuckDB asks too, where it finds it imported: for NA and NaT, which stay unknown to it.
    """

    def __getattr__(self, name: str) -> Any:
        if not isinstance(sys.modules.get("pandas"), _Later | None):
            return super().__getattr__(name)
        if name in ("NA", "NaT"):
            raise AttributeError(name)
        if name in ("DataFrame", "Series", "Index"):
            setattr(self, name, _Frame(name, (), {}))
            return vars(self)[name]
        return self._isnull if name == "isnull" else super().__getattr__(name)

    def _isnull(self, value: object) -> Any:
        """As pandas answers of a number, a text or nothing."""
        if value is None or isinstance(value, int | float | Decimal | str):
            return value is None or value != value
        return super().__getattr__("isnull")(value)


class _Frame(type):
    """Stands for a class of pandas."""

    def __instancecheck__(cls, instance: object) -> bool:
        pandas = sys.modules.get("pandas")
        return not isinstance(pandas, _Later | None) and isinstance(instance, getattr(pandas, cls.__name__))

    def __call__(cls, *given: Any, **named: Any) -> Any:
        return getattr(importlib.import_module("pandas"), cls.__name__)(*given, **named)


_LATER = {"pandas": _Pandas}


@contextmanager
def _postponed(*names: str) -> Iterator[None]:
    """Import these modules only when they are used: they take a third of the time, and hardly a rule needs them."""
    later = {name: _LATER.get(name, _Later)(name) for name in names if name not in sys.modules}
    sys.modules.update(later)
    try:
        yield
    finally:
        for name, module in later.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


class _Inspector:
    """Names the columns of a table; SQLAlchemy's own way confuses tables of the same name in attached databases."""

    def __init__(self, connection: Connection, dialect: Any) -> None:
        self._connection = connection
        self.dialect = dialect

    def get_columns(self, table_name: str, schema: str) -> list[dict[str, str]]:
        return [{"name": name, "type": kind} for name, kind in columns_of(self._connection, schema, table_name)]

    def get_pk_constraint(self, table_name: str, schema: str) -> dict[str, Any]:
        return {}


def _teach_duckdb() -> None:
    """Register the data source `duckdb`; Great Expectations takes it up when the class is defined."""
    import sqlalchemy as sa
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
    from sqlalchemy.dialects import registry

    from nianbao.warehouse.dialect import DuckDBDialect, LentConnection

    registry.register(DuckDBDialect.name, DuckDBDialect.__module__, DuckDBDialect.__name__)

    class DuckDBEngine(SqlAlchemyExecutionEngine):
        def __init__(self, connection: Connection) -> None:
            self.lent = lent = LentConnection(connection)
            self.given: dict[str, list[dict[str, Any]]] = {}
            engine = sa.create_engine("duckdb://", poolclass=sa.pool.NullPool, creator=lambda: lent)
            super().__init__(engine=engine, create_temp_table=False)
            self._columns_of = _Inspector(connection, self.dialect)
            # Regular expressions are written REGEXP_MATCHES where the dialect's module has this name.
            self.dialect_module = SimpleNamespace(DremioDialect=None)  # type: ignore[assignment]

        def get_inspector(self) -> Any:
            return self._columns_of

        def execute_query(self, query: Any) -> Any:
            with self.get_connection() as connection:
                # Rows are fetched before the connection is given back, or they are gone with it.
                return connection.execute(query).freeze()()

    class DuckDBDatasource(SQLDatasource):
        type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]
        schema_name: str

        @property
        def schema_(self) -> str:
            return self.schema_name

        def lend(self, connection: Connection | None) -> None:
            self._execution_engine = DuckDBEngine(connection) if connection is not None else None

        def get_execution_engine(self) -> Any:
            return self._execution_engine

        def test_connection(self, test_assets: bool = True) -> None:
            """Do nothing: no connection has been lent yet."""


def _teach_queries() -> None:
    """Register the expectation that is a query.

    Great Expectations' own runs each query twice, to count its rows and to list some of them, and takes braces and
    colons in it for its own.
    """
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.expectations.expectation import BatchExpectation
    from great_expectations.expectations.metrics.metric_provider import metric_value
    from great_expectations.expectations.metrics.query_metric_provider import QueryMetricProvider

    class RowsGiven(QueryMetricProvider):
        metric_name = "query.rows_given"
        value_keys = ("query",)

        @metric_value(engine=SqlAlchemyExecutionEngine)
        def _count(cls, execution_engine: Any, metric_value_kwargs: Any, **_rest: Any) -> int:
            query = metric_value_kwargs["query"]
            execution_engine.given[query] = rows_of(execution_engine.lent, query)
            return len(execution_engine.given[query])

    class ExpectQueryToGiveNoRows(BatchExpectation):
        query: str
        metric_dependencies = ("query.rows_given",)
        success_keys = ("query",)

        def _validate(
            self, metrics: Any, runtime_configuration: Any = None, execution_engine: Any = None
        ) -> dict[str, Any]:
            given = metrics["query.rows_given"]
            return {"success": not given, "result": {"observed_value": given}}
