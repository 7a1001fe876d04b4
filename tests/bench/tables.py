"""Checking and building a year: our own runs, against the same rules and sums written by hand in SQL."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from nianbao.catalog import Project
from nianbao.intake.judge import judge
from nianbao.intake.judge.night import Night
from nianbao.runs.build import all_models, build_tables
from nianbao.runs.collect import collect
from nianbao.runs.workspace import Workspace, open_workspace
from nianbao.settings import Home
from nianbao.terms.check import SQL_RULE, Rule
from nianbao.terms.form import Aggregate, Part
from nianbao.terms.indicator import Indicator
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.expectations import warm_up
from nianbao.warehouse.models import build, leaf_fingerprints
from tests.bench.measures import Measure, seconds

CONDITIONS = {
    "expect_column_values_to_not_be_null": "{column} IS NULL",
    "expect_column_values_to_be_between": "{column} < {min_value} OR {column} > {max_value}",
    "expect_column_value_lengths_to_be_between": "length({column}) < {min_value} OR length({column}) > {max_value}",
    "expect_column_values_to_be_in_set": "{column} NOT IN {value_set}",
    "expect_column_pair_values_a_to_be_greater_than_b": "{column_A} <= {column_B}",
}
SUMS = {Aggregate.SUM: "sum", Aggregate.MAX: "max", Aggregate.MIN: "min", Aggregate.COUNT: "count"}


def measure_tables(project: Path, home: Home, repetitions: int) -> Iterator[Measure]:
    """Take a year in and build it, with a stop-watch at the checks and at the build."""
    found: dict[str, float] = {}
    check = judge.check

    def timed_check(connection: Connection, project: Project, parts: list[Part], night: Night) -> Any:
        """The checks of the run, and on the same staged tables the same rules by hand."""
        queries = hand_written_rules(project, parts)
        found["rules"] = len(project.rules)
        found["by hand"] = seconds(lambda: [connection.execute(query).fetchall() for query in queries], repetitions)
        found["ours"] = seconds(lambda: check(connection, project, parts, night), repetitions)
        return check(connection, project, parts, night)

    warm_up().join()
    with open_workspace(project, home, "bench") as workspace:
        with patch.object(judge, "check", timed_check):
            collect(workspace)
        by_hand, ours = found["by hand"], found["ours"]
        yield Measure(
            f"check: {found['rules']} rules through Great Expectations", ours, "s", ours / by_hand, "SQL by hand"
        )
        yield Measure("the same rules as SQL by hand", by_hand, "s")
        yield from _measure_build(workspace, repetitions)


def _measure_build(workspace: Workspace, repetitions: int) -> Iterator[Measure]:
    build_tables(workspace)
    models = all_models(workspace.project)
    behind = [model for model in models if model.name.startswith(("core.", "step.", "indicator."))]
    leaves = leaf_fingerprints(workspace.connection) | workspace.reference
    at = dt.datetime(2022, 1, 16)

    def rebuild(chosen: list[Any]) -> None:
        workspace.connection.execute(
            "DELETE FROM ledger.build WHERE model SIMILAR TO '(core|step|indicator|mart)[.].*'"
        )
        build(workspace.connection, chosen, leaves, workspace.project.column_comments, at)

    queries = hand_written_sums(workspace.project)
    by_hand = seconds(lambda: [workspace.connection.execute(query).fetchall() for query in queries], repetitions)
    ours = seconds(lambda: rebuild(behind), repetitions)
    counted = f"{len(workspace.project.indicators)} indicators"
    yield Measure(f"build: {len(behind)} tables behind {counted}", ours, "s", ours / by_hand, "SQL by hand")
    yield Measure("the same sums as SQL by hand, one query a form", by_hand, "s")
    yield Measure(f"build: all {len(models)} tables with comments", seconds(lambda: rebuild(models), repetitions), "s")


def hand_written_rules(project: Project, parts: Sequence[Part]) -> list[str]:
    """What one would write without Great Expectations: one query a table for its columns, and the SQL checks."""
    tables = {part.table for part in parts}
    forms = {part.form_code for part in parts} | {"*"}
    queries = [
        "\nUNION ALL\n".join(
            f"SELECT '{rule.name}' AS rule, submission_id, row_no FROM stage.{table} WHERE {_condition(rule)}"
            for rule in project.rules
            if rule.table == table and rule.type != SQL_RULE
        )
        for table in sorted(tables)
    ]
    queries += [
        str(rule.kwargs["unexpected_rows_query"]) for rule in project.rules if rule.is_sql and rule.form in forms
    ]
    return [query for query in queries if query]


def _condition(rule: Rule) -> str:
    given = {"min_value": "NULL", "max_value": "NULL"} | dict(rule.kwargs)
    if "value_set" in given:
        given["value_set"] = "(" + ", ".join(f"'{value}'" for value in given["value_set"]) + ")"  # type: ignore[union-attr, attr-defined]
    return CONDITIONS[rule.type].format_map(given)


def hand_written_sums(project: Project) -> list[str]:
    """The base indicators straight from raw, the units' own and the total: one query for each table."""
    by_table: dict[str, list[str]] = {}
    for indicator in project.indicators.values():
        if indicator.aggregate in SUMS and not indicator.is_formula and indicator.table in _core_tables(project):
            by_table.setdefault(indicator.table.removeprefix("core."), []).append(_sum(project, indicator))
    return [
        f"""
        WITH in_force AS (
            SELECT submission_id, unit_code, period, year FROM ledger.in_force
        )
        SELECT year, unit_code, {", ".join(sums)}
        FROM (SELECT f.unit_code, f.period, f.year, r.* FROM raw.{table} AS r
              INNER JOIN in_force AS f ON r.submission_id = f.submission_id)
        GROUP BY GROUPING SETS ((year, unit_code), (year))
        """
        for table, sums in by_table.items()
    ]


def _core_tables(project: Project) -> set[str]:
    return {f"core.{part.table}" for part in project.parts}


def _sum(project: Project, indicator: Indicator) -> str:
    column = project.forms[indicator.form].part(indicator.part).field(indicator.field).column
    conditions = [f"({indicator.where})"] if indicator.where else []
    if indicator.period != "year":
        suffix = "" if indicator.period == "Y" else indicator.period
        conditions.append(f"period = CAST(year AS VARCHAR) || '{suffix}'")
    only = f" FILTER (WHERE {' AND '.join(conditions)})" if conditions else ""
    return f"{SUMS[indicator.aggregate]}({indicator.measure or column}){only} AS {indicator.id}"
