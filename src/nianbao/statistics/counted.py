"""What counts for an indicator: the rows of a form in one pass, and which of them stand for a year."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from nianbao.catalog import Project
from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.form import Aggregate
from nianbao.terms.indicator import COUNTED, Indicator
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.models import Model
from nianbao.warehouse.refresh import SAME

VALUE = "DECIMAL(28, 6)"


def _aggregate(items: str) -> str:
    return f"""CASE aggregate
        WHEN 'max' THEN max(value)
        WHEN 'min' THEN min(value)
        WHEN 'distinct' THEN coalesce(array_length({items}), 0)
        ELSE sum(value)
    END"""


# Not count(DISTINCT item): for that all rows would go through a second table, though few are counted as distinct.
ITEMS = "list_sort(list_distinct(list(item) FILTER (WHERE aggregate = 'distinct')))"
"""What is counted as distinct over units and periods, in SQL grouped by `aggregate`; nothing of other indicators."""

# Of no rows other engines make an empty list where DuckDB makes none.
ITEMS_OF_UNIT = f"CASE aggregate WHEN 'distinct' THEN {ITEMS} END"
"""The same beside the value of a unit, in SQL grouped by `aggregate` and unit: so the values of units are summed."""

AGGREGATE = _aggregate(ITEMS)
"""The values of an indicator over units and periods, in SQL grouped by `aggregate`."""

AGGREGATE_OF_UNITS = _aggregate("list_distinct(flatten(list(items) FILTER (WHERE aggregate = 'distinct')))")
"""The same over the values of units, which know their `items`."""

_OVER_ROWS = {
    Aggregate.SUM: "sum({measure}) FILTER (WHERE {where})",
    Aggregate.LAST: "sum({measure}) FILTER (WHERE {where})",
    Aggregate.MAX: "max({measure}) FILTER (WHERE {where})",
    Aggregate.MIN: "min({measure}) FILTER (WHERE {where})",
    # Where no row is of the kind there is nothing to count, which is not the same as nought.
    Aggregate.COUNT: "CASE WHEN count(*) FILTER (WHERE {where}) > 0 THEN count({measure}) FILTER (WHERE {where}) END",
}


def form_model(form_code: str, indicators: Iterable[Indicator], project: Project) -> Model:
    """The indicators counted from a form: one row per indicator, field, unit and period; one pass over each table."""
    form = project.forms[form_code]
    by_table = groupby(sorted(indicators, key=lambda each: each.table), key=lambda each: each.table)
    tables, queries = [], []
    for table, group in by_table:
        tables.append(table)
        queries += _table_queries(table, list(group), project)
    return Model(
        f"indicator.{form_code.lower()}",
        "\nUNION ALL\n".join(queries),
        frozenset(tables),
        f"{form.zh}的指标",
        f"indicators counted from {form.en}; one row per indicator, field, unit, period and value counted as distinct",
        reach=SAME,
    )


def _table_queries(table: str, indicators: Iterable[Indicator], project: Project) -> list[str]:
    picks, queries = [], []
    for indicator in indicators:
        where = _parse(indicator, indicator.where) if indicator.where else "TRUE"
        for field in indicator.fields:
            measure = _measure(indicator, field, project)
            if indicator.aggregate is Aggregate.DISTINCT:
                queries.append(f"""SELECT DISTINCT
    '{indicator.id}' AS indicator_id, '{field}' AS field, unit_code, period,
    CAST({measure} AS VARCHAR) AS item, CAST(1 AS {VALUE}) AS value
FROM {table}
WHERE {measure} IS NOT NULL AND ({where})""")
            else:
                counted = _OVER_ROWS[indicator.aggregate].format(measure=measure, where=where)
                picks.append((f'"{indicator.id}:{field}"', f"CAST({counted} AS {VALUE})"))
    if picks:
        listed = ",\n        ".join(f"{value} AS {name}" for name, value in picks)
        queries.append(f"""SELECT
    split_part(name, ':', 1) AS indicator_id, split_part(name, ':', 2) AS field, unit_code, period,
    CAST(NULL AS VARCHAR) AS item, value
FROM (
    SELECT
        unit_code, period,
        {listed}
    FROM {table}
    GROUP BY unit_code, period
) UNPIVOT (value FOR name IN ({", ".join(name for name, _ in picks)}))""")
    return queries


def counted_model(forms: Iterable[str]) -> Model:
    """Which of the counted values stand for a year: of a flow all, of a stock the last of who stands at its end."""
    tables = [f"indicator.{code.lower()}" for code in forms]
    source = "\n    UNION ALL\n    ".join(
        f"SELECT indicator_id, field, unit_code, period, item, value FROM {each}" for each in tables
    )
    return Model(
        "indicator.counted",
        f"""SELECT year_basis, indicator_id, aggregate, unit_code, period, year, item, value
FROM (
{standing_query(source, source, "c.item, c.value")}
)""",
        frozenset({*tables, *TIME}),
        "计入各年度的指标数值：每个单位每个报告期",
        "what counts in a year; one row per year basis, indicator, unit, period and value counted as distinct",
        reach=SAME,
    )


TIME = frozenset(
    {"reference.indicators", "reference.indicator_period", "reference.unit_in_period", "reference.unit_in_year"}
)
"""What is read besides the forms to tell what counts in a year."""


def standing_query(
    flows: str, stocks: str, columns: str, periods: str = "reference.indicator_period", apart: str = ""
) -> str:
    """SQL that keeps of sources what counts in a year, asked of each unit as it stood in the period and at the end.

    Of a source with both, flows are taken from the one and stocks from the other; where there are none it is empty.
    Both are asked apart: only stocks have a last one, and to look for it among all rows takes most of the time.
    """
    queries = []
    if flows:
        queries.append(f"""{_taken(flows, columns, periods)}
    WHERE {scope_condition("i", "u")} AND i.aggregate <> 'last'""")
    if stocks:
        last = (
            f"max(p.place) OVER (PARTITION BY p.year_basis, c.indicator_id, c.unit_code, p.year{apart}) AS last_place"
        )
        named = ", ".join(each.split()[-1].rpartition(".")[2] for each in columns.split(", "))
        queries.append(f"""    SELECT
        indicator_id, unit_code, period, {named}, aggregate, year_basis, year, field, place
    FROM (
{_taken(stocks, columns, periods, f", {last}")}
    WHERE
        {scope_condition("i", "u")} AND i.aggregate = 'last'
        AND CASE WHEN i.period = 'year' THEN coalesce(y.is_at_end, FALSE) ELSE u.is_at_end END
    )
    WHERE place = last_place""")
    return "\n    UNION ALL\n".join(queries)


def _taken(source: str, columns: str, periods: str, more: str = "") -> str:
    return f"""    SELECT
        c.indicator_id, c.unit_code, c.period, {columns}, i.aggregate, p.year_basis, p.year, p.field, p.place{more}
    FROM (
    {source}
    ) AS c
    INNER JOIN reference.indicators AS i ON c.indicator_id = i.indicator_id
    INNER JOIN {periods} AS p
        ON c.indicator_id = p.indicator_id AND c.period = p.period AND c.field = p.field
    INNER JOIN reference.unit_in_period AS u ON c.unit_code = u.unit_code AND c.period = u.period
    -- Of flows too, of which nobody asks: without it every unit meets every indicator of a period before its own.
    LEFT JOIN reference.unit_in_year AS y
        ON c.unit_code = y.unit_code AND p.year_basis = y.year_basis AND p.year = y.year"""


def scope_condition(indicator: str, unit: str) -> str:
    """SQL that an indicator (an alias of reference.indicators) is about a unit as it stood (of unit_in_period)."""
    scope = f"{indicator}.unit_scope"
    return f"({scope} IN ('', {unit}.unit_code, {unit}.unit_level) OR ({scope} = '{COUNTED}' AND {unit}.is_counted))"


def rows_query(indicator: Indicator, project: Project, basis: YearBasis, is_compared: bool = False) -> str:
    """The rows that count for an indicator: submission_id, row_no, unit_code, period, year, back, field, measure.

    Of a comparison of years `year` is the one compared, and `back` how far the row's year lies back from it.

    Raises:
        DeclarationError: its condition or measure is not SQL.
    """
    where = _parse(indicator, indicator.where) if indicator.where else "TRUE"
    rows = "\n    UNION ALL\n    ".join(
        f"SELECT '{indicator.id}' AS indicator_id, '{field}' AS field, submission_id, row_no, unit_code, period, "
        f"{_measure(indicator, field, project)} AS measure FROM {indicator.table} WHERE {where}"
        for field in indicator.fields
    )
    columns = "c.submission_id, c.row_no, c.measure"
    sources = ("", rows) if indicator.aggregate is Aggregate.LAST else (rows, "")
    query = (
        standing_query(*sources, f"{columns}, p.for_year, p.back", "indicator.paired_period", ", p.for_year")
        if is_compared
        else standing_query(*sources, f"{columns}, p.year AS for_year, 0 AS back")
    )
    return f"""SELECT submission_id, row_no, unit_code, period, for_year AS year, back, field, measure
FROM (
{query}
)
WHERE year_basis = '{basis.code}'"""


def every_row(indicators: Iterable[Indicator], project: Project, basis: YearBasis) -> str:
    """The rows that count for many indicators: as `rows_query`, with indicator_id, aggregate, and item and value."""
    rows: tuple[list[str], list[str]] = [], []
    for indicator in indicators:
        rows[indicator.aggregate is Aggregate.LAST].extend(
            f"SELECT '{indicator.id}' AS indicator_id, '{field}' AS field, submission_id, row_no, unit_code, period, "
            f"{_item_and_value(indicator, field, project)} "
            f"FROM {indicator.table} WHERE {_parse(indicator, indicator.where) if indicator.where else 'TRUE'}"
            for field in indicator.fields
        )
    flows, stocks = ("\n    UNION ALL\n    ".join(each) for each in rows)
    return f"""SELECT indicator_id, aggregate, unit_code, submission_id, row_no, year, field, item, value
FROM (
{standing_query(flows, stocks, "c.submission_id, c.row_no, c.item, c.value")}
)
WHERE year_basis = '{basis.code}'"""


def _item_and_value(indicator: Indicator, field: str, project: Project) -> str:
    """A row's part in a figure: the item of a count of distinct ones, one of a count of rows, else its measure."""
    measure = _measure(indicator, field, project)
    value = f"CAST({measure} AS {VALUE})"
    if indicator.aggregate in (Aggregate.DISTINCT, Aggregate.COUNT):
        value = f"CASE WHEN {measure} IS NOT NULL THEN CAST(1 AS {VALUE}) END"
    return f"CAST({measure} AS VARCHAR) AS item, {value} AS value"


def _measure(indicator: Indicator, field: str, project: Project) -> str:
    if indicator.measure:
        return _parse(indicator, indicator.measure)
    column = project.forms[indicator.form].part(indicator.part).field(field).column
    from sqlglot import exp  # a night that brings nothing needs none of it

    return exp.column(column).sql(dialect="duckdb", identify=True)


def _parse(indicator: Indicator, text: str) -> str:
    import sqlglot

    try:
        return sqlglot.parse_one(text, dialect="duckdb").sql(dialect="duckdb")
    except sqlglot.ParseError as error:
        raise DeclarationError(
            "indicators", 1, _("the condition of {id} is not SQL: {error}").format(id=indicator.id, error=error)
        ) from error
