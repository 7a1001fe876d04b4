"""Evaluates rules with Great Expectations on tables of the warehouse.

It is imported at the first use, or ahead of it in the background after `warm_up`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from nianbao.errors import RuleError
from nianbao.language import _
from nianbao.terms.check import QUERY, Offender, Rule, Verdict
from nianbao.warehouse.connect import QUERY_FAULT, Connection, quote, rows_of
from nianbao.warehouse.duckdb_source import QUERY_EXPECTATION, columns_of, lend, load, load_type
from nianbao.warehouse.engine import Engine, other_engine
from nianbao.warehouse.models import tables_read

_KEYS = ("submission_id", "row_no")


def warm_up() -> threading.Thread:
    """Start importing Great Expectations in the background, while other processes read workbooks.

    The program waits for it at its end, whatever ends it: an import that is torn off prints what it leaves behind.
    """
    thread = threading.Thread(target=load, name="warm-up")
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
    with lend(connection, schema, table) as lent:
        results = _evaluate(lent.batch, rules, "BOOLEAN_ONLY")
        failed = [rule for rule in rules if not results[rule.name].success]
        # Listing rows doubles the cost of a rule, so only those that failed are asked for them.
        keyed = [rule for rule in failed if not rule.is_sql]
        keys = _keys(connection, schema, table) if keyed else []
        listed = _evaluate(lent.batch, keyed, _listing(keys)) if keyed else {}
    for rule in failed:
        if rule.is_sql:
            rows = lent.given[str(rule.kwargs[QUERY])]
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
    with lend(connection, schema, table) as lent:
        results = _evaluate(lent.batch, rules, "BASIC")
    return [Verdict(rule, _observed(results[rule.name].result), bool(results[rule.name].success)) for rule in rules]


def columns_of_query(connection: Connection, rule: Rule, was_evaluated: bool) -> tuple[str, ...]:
    """The columns that the query of a SQL rule gives; one that was not is evaluated, whatever it finds.

    Raises:
        RuleError: the query is broken.
    """
    query = str(rule.kwargs[QUERY])
    try:
        if not was_evaluated:
            connection.execute(query)
        described = connection.execute(f"DESCRIBE {query}").fetchall()
    except QUERY_FAULT as error:
        raise _fault(rule, str(error)) from error
    return tuple(name for name, *_ in described)


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
    with _made_once():
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
def _made_once() -> Iterator[None]:
    """Let what Great Expectations asks for again and again be made once while rules are evaluated.

    It asks for an expectation's configuration, and for a configuration's expectation, some sixty times a rule, and
    writes the arguments of each metric as JSON whenever it needs a key of them: that took most of an evaluation.
    """
    from great_expectations.core.id_dict import IDDict
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    make_configuration: Any = Expectation.configuration
    make_expectation, make_id = ExpectationConfiguration.to_domain_obj, IDDict.to_id
    Expectation.configuration = property(_once(make_configuration.fget))  # type: ignore[assignment, method-assign]
    ExpectationConfiguration.to_domain_obj = _once(make_expectation)  # type: ignore[assignment, method-assign]
    IDDict.to_id = _id_once(make_id)  # type: ignore[method-assign]
    try:
        yield
    finally:
        Expectation.configuration = make_configuration  # type: ignore[method-assign]
        ExpectationConfiguration.to_domain_obj = make_expectation  # type: ignore[method-assign]
        IDDict.to_id = make_id  # type: ignore[method-assign]


def _once(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    made: dict[int, tuple[Any, Any]] = {}  # with the object itself, so that no other one gets its id

    def make_once(one: Any) -> Any:
        if id(one) not in made:
            made[id(one)] = one, make(one)
        return made[id(one)][1]

    return make_once


def _id_once(make: Callable[..., Any]) -> Callable[..., Any]:
    """The id of arguments is made once where they are texts or nothing; 1 and True, say, would pass for each other."""
    made: dict[frozenset[Any], Any] = {}

    def make_once(of: Mapping[str, Any], *chosen: Any, **named: Any) -> Any:
        if chosen or named or not all(value is None or type(value) is str for value in of.values()):
            return make(of, *chosen, **named)
        key = frozenset(of.items())
        if key not in made:
            made[key] = make(of)
        return made[key]

    return make_once


def _expectation(rule: Rule) -> Any:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    type_, kwargs = rule.type, dict(rule.kwargs)
    if rule.is_sql:
        type_, kwargs = QUERY_EXPECTATION, {"query": kwargs[QUERY]}
    try:
        load_type(type_)
        # A suite would drop a rule of an unknown type without a word; this raises.
        return ExpectationConfiguration(type=type_, kwargs=kwargs, meta={"rule": rule.name}).to_domain_obj()
    except Exception as error:
        raise _fault(rule, f"{rule.type}: {error}") from error


def _cause(exception_info: Mapping[str, Any]) -> str | None:
    """Why a rule could not be evaluated; the information is flat, or stands under each metric that failed."""
    infos = [exception_info] if "raised_exception" in exception_info else list(exception_info.values())
    messages = [str(info["exception_message"]) for info in infos if info["raised_exception"]]
    return messages[0].partition("\n[SQL:")[0].strip() if messages else None


def _keys(connection: Connection, schema: str, table: str) -> list[str]:
    columns = {name for name, _ in columns_of(connection, schema, table)}
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
        f"FROM {quote(schema)}.{quote(table)} AS t SEMI JOIN (SELECT DISTINCT {offending}) AS o "
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
