"""Evaluates rules with Great Expectations on tables of the warehouse; the only module that knows it.

Great Expectations has no DuckDB data source; `_teach_duckdb` gives it one. Importing it takes seconds: that happens at
the first use, or ahead of it in the background after `warm_up`.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any, Literal

from nianbao.errors import RuleError
from nianbao.language import _
from nianbao.terms.check import QUERY, Offender, Rule, Verdict
from nianbao.warehouse.connect import QUERY_FAULT, Connection, quote, rows_of
from nianbao.warehouse.engine import Engine, other_engine
from nianbao.warehouse.models import tables_read

_KEYS = ("submission_id", "row_no")
_LOADING = threading.Lock()


def warm_up() -> threading.Thread:
    """Start importing Great Expectations in the background, while other processes read workbooks.

    The program waits for it at its end, whatever ends it: an import that is torn off prints what it leaves behind.
    """
    thread = threading.Thread(target=_context, name="warm-up")
    thread.start()
    return thread


def validate(connection: Connection, schema: str, table: str, rules: Sequence[Rule]) -> list[Offender]:
    """Every row of a table that breaks a rule, by rule, submission and row; one Great Expectations batch.

    The queries run on the connection itself, so they see what its open transaction has written.

    Raises:
        RuleError: a rule could not be evaluated, or does not say which rows break it.
    """
    engine = other_engine()
    offenders = [] if engine is None else _offenders_on(engine, connection, [rule for rule in rules if rule.is_sql])
    rules = [rule for rule in rules if engine is None or not rule.is_sql]
    if not rules:
        return offenders
    with _batch(connection, schema, table) as batch:
        results = _evaluate(batch, rules, "BOOLEAN_ONLY")
        failed = [rule for rule in rules if not results[rule.name].success]
        # Listing rows doubles the cost of a rule, so only those that failed are asked for them.
        keyed = [rule for rule in failed if not rule.is_sql]
        keys = _keys(connection, schema, table) if keyed else []
        listed = _evaluate(batch, keyed, _listing(keys)) if keyed else {}
    for rule in failed:
        if rule.is_sql:
            # Great Expectations lists at most 200 rows of a query; running it once more gives all, values untouched.
            rows = rows_of(connection, str(rule.kwargs[QUERY]))
        else:
            rows = _stored_rows(connection, schema, table, rule, listed[rule.name].result, keys)
        offenders += sorted((_offender(rule, row) for row in rows), key=_place)
    return offenders


def validate_built(connection: Connection, schema: str, table: str, rules: Sequence[Rule]) -> list[Verdict]:
    """Whether a built table keeps each rule, and what was observed: its own number, or how many rows break the rule.

    Raises:
        RuleError: a rule could not be evaluated.
    """
    if not rules:
        return []
    with _batch(connection, schema, table) as batch:
        results = _evaluate(batch, rules, "BASIC")
    return [Verdict(rule, _observed(results[rule.name].result), bool(results[rule.name].success)) for rule in rules]


def columns_of_query(connection: Connection, rule: Rule) -> tuple[str, ...]:
    """Evaluate the query of a SQL rule, whatever it finds, and name the columns of its rows.

    Raises:
        RuleError: the query is broken.
    """
    try:
        described = connection.execute(str(rule.kwargs[QUERY])).description
    except QUERY_FAULT as error:
        raise _fault(rule, str(error)) from error
    return tuple(name for name, *_ in described or ())


def _offenders_on(engine: Engine, connection: Connection, rules: Iterable[Rule]) -> list[Offender]:
    """The offenders of rules that are queries, on another engine; what it cannot evaluate, it says as DuckDB would."""
    offenders = []
    for rule in rules:
        query = str(rule.kwargs[QUERY])
        try:
            rows = engine.rows(connection, query, tables_read(query, rule.table))
        except QUERY_FAULT as error:
            raise _fault(rule, str(error)) from error
        offenders += sorted((_offender(rule, row) for row in rows), key=_place)
    return offenders


def _observed(result: Mapping[str, Any]) -> object:
    return result.get("observed_value", result.get("unexpected_count"))


def _offender(rule: Rule, row: Mapping[str, Any]) -> Offender:
    if row.get("submission_id") is None:
        raise _fault(rule, "it gives rows without a submission_id")
    row_no = row.get("row_no")
    return Offender(rule, str(row["submission_id"]), None if row_no is None else int(row_no), row)


def _place(offender: Offender) -> tuple[str, int]:
    return offender.submission_id, offender.row_no or 0


def _fault(rule: Rule, cause: str) -> RuleError:
    return RuleError(
        _("rule {name} cannot be evaluated: {cause}").format(name=rule.name, cause=cause),
        rule.table,
        _("correct the rule; nothing is accepted or published without it"),
    )


# What Great Expectations is asked, and what its answers mean.


def _evaluate(batch: Any, rules: Sequence[Rule], result_format: str | dict[str, Any]) -> dict[str, Any]:
    """Great Expectations' result for each rule, by the rule's name; a rule without a sound result is an error."""
    from great_expectations import ExpectationSuite

    suite = ExpectationSuite(name="rules", expectations=[_expectation(rule) for rule in rules])
    with _configurations_kept():
        results = batch.validate(suite, result_format=result_format).results
    by_name = {result.expectation_config.meta["rule"]: result for result in results}
    lost = Counter(rule.name for rule in rules) - Counter(by_name.keys())
    if lost:
        raise RuleError(
            _("no result for the rules {lost}").format(lost=", ".join(lost)),
            next_step=_("give each rule a name of its own"),
        )
    for rule in rules:
        if cause := _cause(by_name[rule.name].exception_info):
            raise _fault(rule, cause)
    return by_name


@contextmanager
def _configurations_kept() -> Iterator[None]:
    """Let each expectation make its configuration once while it is evaluated.

    Great Expectations asks for it seventy times, and making it anew each time takes a third of an evaluation.
    """
    from great_expectations.expectations.expectation import Expectation

    made: Any = Expectation.configuration
    kept: dict[int, tuple[Any, Any]] = {}  # with the expectation itself, so that no other one gets its id

    def configuration(expectation: Any) -> Any:
        if id(expectation) not in kept:
            kept[id(expectation)] = expectation, made.fget(expectation)
        return kept[id(expectation)][1]

    Expectation.configuration = property(configuration)  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        Expectation.configuration = made  # type: ignore[method-assign]


def _expectation(rule: Rule) -> Any:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kwargs = dict(rule.kwargs)
    if rule.is_sql:
        # Braces are placeholders to Great Expectations, and it prints a warning where {batch} is not among them.
        query = str(kwargs[QUERY]).strip().rstrip(";").replace("{", "{{").replace("}", "}}")
        kwargs[QUERY] = f"{query}\n/* {{batch}} */"
    try:
        # A suite would drop a rule of an unknown type without a word; this raises.
        return ExpectationConfiguration(type=rule.type, kwargs=kwargs, meta={"rule": rule.name}).to_domain_obj()
    except Exception as error:
        raise _fault(rule, f"{rule.type}: {error}") from error


def _cause(exception_info: Mapping[str, Any]) -> str | None:
    """Why a rule could not be evaluated; the information is flat, or stands under each metric that failed."""
    infos = [exception_info] if "raised_exception" in exception_info else list(exception_info.values())
    messages = [str(info["exception_message"]) for info in infos if info["raised_exception"]]
    return messages[0].partition("\n[SQL:")[0].strip() if messages else None


def _keys(connection: Connection, schema: str, table: str) -> list[str]:
    columns = {name for name, _ in _columns(connection, schema, table)}
    return [key for key in _KEYS if key in columns]


def _listing(keys: list[str]) -> dict[str, Any]:
    """Ask for the keys of all offending rows, not only of the first 20."""
    return {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": keys,
        "partial_unexpected_count": 10**9,
    }


def _stored_rows(
    connection: Connection, schema: str, table: str, rule: Rule, result: Mapping[str, Any], keys: list[str]
) -> list[dict[str, Any]]:
    """The offending rows as they are stored: Great Expectations turns decimals into floats in what it lists."""
    indices: list[dict[str, Any]] | None = result.get("unexpected_index_list")
    if not indices or not keys:
        raise _fault(rule, f"{rule.type} does not say which rows break it; write it as a SQL check")
    kwargs: dict[str, Any] = dict(rule.kwargs)
    columns = [kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs]
    columns += kwargs.get("column_list", [])
    offending = ", ".join(f"unnest(${number}) AS {key}" for number, key in enumerate(keys, start=1))
    rows = rows_of(
        connection,
        f"SELECT {', '.join(f't.{quote(name)}' for name in dict.fromkeys([*keys, *columns]))} "
        f"FROM {_qualified(schema, table)} AS t SEMI JOIN (SELECT DISTINCT {offending}) AS o "
        f"ON {' AND '.join(f't.{key} = o.{key}' for key in keys)}",
        [[index[key] for index in indices] for key in keys],
    )
    if len(rows) != len(indices):
        raise _fault(rule, f"{' and '.join(keys)} do not tell the rows of the table apart; write it as a SQL check")
    for row in rows:
        row["column"], row["value"] = columns[0], row[columns[0]]
        if "column_B" in kwargs:
            row["expected"] = row[kwargs["column_B"]]
    return rows


def _columns(connection: Connection, schema: str, table: str) -> list[tuple[str, str]]:
    described = rows_of(connection, f"DESCRIBE {_qualified(schema, table)}")
    return [(row["column_name"], row["column_type"]) for row in described]


def _qualified(schema: str, table: str) -> str:
    return f"{quote(schema)}.{quote(table)}"


# How Great Expectations gets at DuckDB.


@contextmanager
def _batch(connection: Connection, schema: str, table: str) -> Iterator[Any]:
    """A table as Great Expectations sees it, on a connection that is lent for the time being."""
    sources = _context().data_sources
    from great_expectations.datasource.fluent.sql_datasource import TableAsset

    asset = TableAsset(name=table, table_name=quote(table))
    source = sources.add_or_update_duckdb(
        name="warehouse", connection_string="duckdb://", schema_name=schema, assets=[asset]
    )
    source.lend(connection)
    try:
        asset = source.get_asset(table)
        yield asset.get_batch(asset.build_batch_request())
    finally:
        source.lend(None)


def _context() -> Any:
    with _LOADING:
        return _load()


@cache
def _load() -> Any:
    """Import Great Expectations, silence it and teach it DuckDB."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # what it logs as errors is raised here
    collects = gc.isenabled()
    gc.disable()  # nothing of what an import makes is garbage: looking for it takes a fifth of the time
    hidden = _Hidden("pyspark", "boto3", "botocore")
    sys.meta_path.insert(0, hidden)
    try:
        with _postponed("scipy.stats", "altair"):
            import great_expectations as gx
            from great_expectations.data_context.types.base import ProgressBarsConfig
    finally:
        sys.meta_path.remove(hidden)
        if collects:
            gc.enable()
    _teach_duckdb()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


class _Hidden(MetaPathFinder):
    """Hides packages from this thread: Great Expectations would import Spark and S3 wherever they are installed."""

    def __init__(self, *names: str) -> None:
        self._names, self._thread = names, threading.get_ident()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in self._names and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{fullname} is not needed here", name=fullname)
        return None


class _Later(ModuleType):
    """Stands for a module while Great Expectations is imported, and imports it when something of it is used."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _postponed(*names: str) -> Iterator[None]:
    """Import these modules only when they are used: they take a third of the time, and hardly a rule needs them."""
    later = {name: _Later(name) for name in names if name not in sys.modules}
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
        return [{"name": name, "type": kind} for name, kind in _columns(self._connection, schema, table_name)]

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
            lent = LentConnection(connection)
            engine = sa.create_engine("duckdb://", poolclass=sa.pool.NullPool, creator=lambda: lent)
            super().__init__(engine=engine, create_temp_table=False)
            self._columns_of = _Inspector(connection, self.dialect)
            # Regular expressions are written REGEXP_MATCHES where the dialect's module has this name.
            self.dialect_module = SimpleNamespace(DremioDialect=None)  # type: ignore[assignment]

        def get_inspector(self) -> Any:
            return self._columns_of

        def execute_query(self, query: Any) -> Any:
            with self.get_connection() as connection:
                # A rule's own text goes to DuckDB as it is: a colon in it is no parameter. Rows are fetched before
                # the connection is given back, or they are gone with it.
                is_text = isinstance(query, sa.TextClause)
                result = connection.exec_driver_sql(query.text) if is_text else connection.execute(query)
                return result.freeze()()

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
