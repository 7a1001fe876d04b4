"""verify: the built tables against expectations/built, and every figure against the cells behind it, before print."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from nianbao.catalog import Project
from nianbao.errors import ExpectationFailed
from nianbao.language import _
from nianbao.statistics.counted import AGGREGATE, TIME, every_row
from nianbao.statistics.scopes import ALL
from nianbao.statistics.year_basis import table_of
from nianbao.terms.check import Rule
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.models import Model
from nianbao.warehouse.refresh import SAME

_NAMED = 5
"""So many figures without their cells are named."""

EACH_YEAR = "{year}"
"""In a suite: every table in which indicators stand by a year that the federation declares."""


def verify(connection: Connection, project: Project, built: Collection[str]) -> int:
    """Hold every built table to its suite, and every counted figure to its cells; returns how many rules there were.

    `built` are the names of the models: nothing is built for a year by which nothing can be counted.

    Raises:
        ExpectationFailed: a rule is broken, or a figure does not follow from cells; the message names the first.
    """
    from nianbao.warehouse.expectations import validate_built  # Great Expectations takes seconds to import

    suites: dict[str, list[Rule]] = {}
    for rule in _rules(project, built):
        suites.setdefault(rule.table, []).append(rule)
    broken = []
    for name, rules in suites.items():
        schema, _dot, table = name.partition(".")
        for verdict in validate_built(connection, schema, table, rules):
            if not verdict.success:
                broken.append(f"{name} {verdict.rule.code}: {verdict.rule.says}（{verdict.observed}）")
    if lost := figures_without_cells(connection, project):
        broken.append(f"追溯不到单元格或与之不符的指标数字{len(lost)}个：{'、'.join(lost[:_NAMED])}")
    if broken:
        raise ExpectationFailed(
            "；".join(broken), "expectations/built", _("nothing was published; mend the data or the rule")
        )
    return sum(map(len, suites.values()))


def _rules(project: Project, built: Collection[str]) -> Iterator[Rule]:
    """Every rule of expectations/built, those for `{year}` once for the table of each year."""
    tables = [table for table in map(table_of, project.year_bases) if table in built]
    for rule in project.built_rules:
        if rule.table != EACH_YEAR:
            yield rule
            continue
        for table in tables:
            kwargs = {
                key: value.replace(EACH_YEAR, table) if isinstance(value, str) else value
                for key, value in rule.kwargs.items()
            }
            yield replace(rule, name=f"{rule.code}.{table}", table=table, kwargs=kwargs)


_OF_COUNTED = (
    AGGREGATE.replace("aggregate", "counted.aggregate")
    .replace("(value)", "(counted.value)")
    .replace("item", "counted.distinct_item")
)


def traced_models(project: Project) -> list[Model]:
    """indicator.traced: what the rows behind each counted indicator come to, and how many cells they stand in.

    A row whose value is blank needs no cell. Counted twice: in one pass over each form, as figures are, and here row by
    row, as `nianbao explain` shows them; of each unit by itself, in step.traced, so that a night counts those that
    sent something. Without a counted indicator there are no such tables.
    """
    counted = [each for each in project.indicators.values() if not each.is_formula]
    if not counted:
        return []
    columns = {
        "cells": "所依据的单元格数 / cells it rests on",
        "without_cell": "找不到单元格的行数 / rows whose cell is not there",
    }
    return [
        Model(
            "step.traced",
            f"""
-- Set apart, so that it is known how few rows there are before the cells of everybody are held against them.
WITH counted AS MATERIALIZED (
SELECT *, CASE WHEN aggregate = 'distinct' THEN item END AS distinct_item
FROM (
{every_row(counted, project, project.conventions.year)}
)
)

SELECT
    counted.unit_code, counted.indicator_id, counted.year, counted.aggregate, counted.distinct_item AS item,
    {_OF_COUNTED} AS value,
    count(cell.submission_id) AS cells,
    count(*) FILTER (WHERE counted.value IS NOT NULL AND cell.submission_id IS NULL) AS without_cell
FROM counted
INNER JOIN reference.indicators AS indicator ON counted.indicator_id = indicator.indicator_id
LEFT JOIN (SELECT submission_id, part, row_no, field FROM raw.cell) AS cell
    ON
        counted.submission_id = cell.submission_id AND counted.row_no = cell.row_no
        AND indicator.part = cell.part AND counted.field = cell.field
GROUP BY counted.unit_code, counted.indicator_id, counted.year, counted.aggregate, counted.distinct_item
""",
            frozenset({"raw.cell", *TIME, *(indicator.table for indicator in counted)}),
            "指标追溯（按单位）：由单元格逐行计得的数值和单元格数",
            "what the cells of a unit come to; one row per unit, indicator, year and value counted as distinct",
            columns,
            reach=SAME,
        ),
        Model(
            "indicator.traced",
            f"""
SELECT
    indicator_id, year, {AGGREGATE} AS value, CAST(sum(cells) AS BIGINT) AS cells,
    CAST(sum(without_cell) AS BIGINT) AS without_cell
FROM step.traced
GROUP BY indicator_id, year, aggregate
""",
            frozenset({"step.traced"}),
            "指标追溯：由单元格逐行计得的数值和单元格数",
            "what the cells behind a counted indicator come to; one row per indicator and year",
            columns,
        ),
    ]


def figures_without_cells(connection: Connection, project: Project) -> list[str]:
    """The counted indicators and years whose trace does not come to the figure, or lacks the cell of a row."""
    if all(each.is_formula for each in project.indicators.values()):
        return []
    rows = connection.execute(f"""
SELECT traced.indicator_id, traced.year
FROM indicator.traced AS traced
LEFT JOIN indicator.value AS figure
    ON traced.indicator_id = figure.indicator_id AND traced.year = figure.year AND figure.scope = '{ALL}'
WHERE traced.without_cell > 0 OR traced.value IS DISTINCT FROM figure.value
ORDER BY traced.indicator_id, traced.year
""").fetchall()
    return [f"{indicator_id}-{year}" for indicator_id, year in rows]
