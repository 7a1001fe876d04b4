"""Indicators → SQL: one query for the rows that count, summed for the figure, joined to their cells for the trace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

import sqlglot
from sqlglot import exp

from nianbao.catalog import Project
from nianbao.errors import DeclarationError
from nianbao.statistics.year_basis import is_countable, year_sql, years_reported
from nianbao.terms.form import Aggregate
from nianbao.terms.indicator import Indicator
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.models import Model, tables_read

ALL = "all"
"""The scope of a figure over all units that report."""

PREV_YEAR = "@prev_year"
_OPERAND = re.compile(r"\b([a-z][a-z0-9_]*)((?:@prev_year)*)")
_SHIFT = "__prev_year"
_VALUE = "DECIMAL(28, 6)"


def rows_query(indicator: Indicator, project: Project, basis: YearBasis = YearBasis.CALENDAR) -> exp.Select:
    """The rows that count for an indicator: submission_id, row_no, unit_code, period, year, measure.

    Its condition speaks of the calendar year of a row, whatever the basis.

    Raises:
        DeclarationError: its condition or measure is not SQL.
    """
    part = project.forms[indicator.form].part(indicator.part)
    column, year = part.field(indicator.field).column, year_sql(part, basis)
    query = (
        exp.select("submission_id", "row_no", "unit_code", "period")
        .select(year if year == "year" else f"{year} AS year", dialect="duckdb")
        .select(
            exp.alias_(_parse(indicator, indicator.measure) if indicator.measure else exp.column(column), "measure")
        )
        .from_(indicator.table)
    )
    if indicator.where:
        query = query.where(_parse(indicator, indicator.where))
    if indicator.period != "year":
        suffix = "" if indicator.period == "Y" else indicator.period
        query = query.where(f"period = CAST(year AS VARCHAR) || '{suffix}'", dialect="duckdb")
    if indicator.unit_scope == "counted":
        codes = [unit.code for unit in project.units.values() if unit.is_counted]
        query = query.where(exp.column("unit_code").isin(*codes))
    elif indicator.unit_scope:
        query = query.where(exp.column("unit_code").eq(indicator.unit_scope))
    if indicator.aggregate is Aggregate.LAST:
        # The last period that the unit reported in the year. Quarters, halves and months sort by their codes; the
        # whole year, which has no suffix, comes after its halves.
        query = query.qualify(
            f"rpad(period, 6, 'Y') = max(rpad(period, 6, 'Y')) OVER (PARTITION BY unit_code, {year})", dialect="duckdb"
        )
    if basis is not YearBasis.CALENDAR:
        query = query.where(f"{year} IN ({years_reported(indicator, project, basis)})", dialect="duckdb")
    return query


def counted_query(indicator: Indicator, project: Project, basis: YearBasis = YearBasis.CALENDAR) -> exp.Select:
    """The values of an indicator that is counted from a form: indicator_id, year, scope, value."""
    return (
        exp.select(
            exp.alias_(exp.Literal.string(indicator.id), "indicator_id"),
            "year",
            f"CASE WHEN grouping(unit_code) = 1 THEN '{ALL}' ELSE unit_code END AS scope",
            f"{value_of(indicator)} AS value",
            dialect="duckdb",
        )
        .from_(rows_query(indicator, project, basis).subquery("counted"))
        .group_by("GROUPING SETS ((year, unit_code), (year))", dialect="duckdb")
    )


def value_of(indicator: Indicator) -> str:
    """What the rows that count come to, in SQL over their `measure`."""
    return f"CAST({_AGGREGATES[indicator.aggregate]} AS {_VALUE})"


_AGGREGATES = {
    Aggregate.SUM: "sum(measure)",
    Aggregate.LAST: "sum(measure)",
    Aggregate.MAX: "max(measure)",
    Aggregate.MIN: "min(measure)",
    Aggregate.COUNT: "count(measure)",
    Aggregate.DISTINCT: "count(DISTINCT measure)",
}


def expand(indicator: Indicator, indicators: Mapping[str, Indicator]) -> exp.Expr:
    """A formula over base indicators only: operands are columns, with `__prev_year` once for each year back.

    Raises:
        DeclarationError: the formula is malformed, names an unknown indicator, or depends on itself.
    """
    return _expand(indicator.id, indicators, ())


def operands(indicator: Indicator) -> list[str]:
    """The indicators a formula names, as written: `relief_funds`, `relief_funds@prev_year`."""
    return list(dict.fromkeys(match[0] for match in _OPERAND.finditer(indicator.formula)))


def counted_behind(indicator: Indicator, indicators: Mapping[str, Indicator]) -> list[tuple[str, int]]:
    """The base indicators behind a formula, each with the years it lies back (0, 1, …)."""
    if not indicator.is_formula:
        return [(indicator.id, 0)]
    found = (column.name for column in expand(indicator, indicators).find_all(exp.Column))
    return list(dict.fromkeys(map(years_back, found)))


def years_back(column: str) -> tuple[str, int]:
    """The base indicator that a column of an expanded formula stands for, and how many years it lies back."""
    return column.replace(_SHIFT, ""), column.count(_SHIFT)


TABLES = {YearBasis.CALENDAR: "indicator.value", YearBasis.STATISTICS: "indicator.statistics_year"}
"""Where every indicator stands, by the year that is meant."""


def indicator_models(project: Project) -> list[Model]:
    """One model per form with the indicators counted from it, and one per year basis with the formulas over them."""
    bases: dict[str, list[Indicator]] = {}
    for indicator in project.indicators.values():
        if not indicator.is_formula:
            bases.setdefault(indicator.form, []).append(indicator)
    models = [_form_model(form_code, indicators, project) for form_code, indicators in sorted(bases.items())]
    base = "\nUNION ALL\n".join(f"SELECT indicator_id, year, scope, value FROM {model.name}" for model in models)
    value = _value_model(
        TABLES[YearBasis.CALENDAR],
        base,
        project.indicators,
        "指标数值：每个指标、年度、范围一行",
        "every indicator; one row per indicator, year and scope",
    )
    return [*models, value, *_statistics_model(project)]


def _statistics_model(project: Project) -> list[Model]:
    """The indicators that can be counted by statistics year; no model where there are none."""
    indicators = project.indicators
    countable = {
        key: indicator
        for key, indicator in indicators.items()
        if all(is_countable(indicators[name], project, YearBasis.STATISTICS)
               for name, _ in counted_behind(indicator, indicators))
    }  # fmt: skip
    counted = [
        counted_query(indicator, project, YearBasis.STATISTICS).sql(dialect="duckdb")
        for indicator in countable.values()
        if not indicator.is_formula
    ]
    if not counted:
        return []
    return [
        _value_model(
            TABLES[YearBasis.STATISTICS],
            "\nUNION ALL\n".join(counted),
            countable,
            "统计年度的指标数值（上年10月至当年9月）：每个指标、年度、范围一行",
            "indicators that can be counted from October to September, by the year in which the statistics year ends; "
            "one row per indicator, year and scope",
            {"year": "统计年度，以9月所在年份为准 / statistics year, October to September, named after its end"},
        )
    ]


def _form_model(form_code: str, indicators: Iterable[Indicator], project: Project) -> Model:
    name = f"indicator.{form_code.lower()}"
    sql = "\nUNION ALL\n".join(counted_query(indicator, project).sql(dialect="duckdb") for indicator in indicators)
    form = project.forms[form_code]
    return Model(
        name,
        sql,
        tables_read(sql, name),
        f"{form.zh}的指标",
        f"indicators counted from {form.en}; one row per indicator, year and scope",
    )


def _value_model(
    name: str,
    base: str,
    indicators: Mapping[str, Indicator],
    zh: str,
    en: str,
    columns: Mapping[str, str] | None = None,
) -> Model:
    formulas = [indicator for indicator in indicators.values() if indicator.is_formula]
    steps = [f"base AS (\n{base}\n)"]
    values = [
        "SELECT indicator_id, year, scope, CAST(value AS DECIMAL(38, 10)) AS value FROM base WHERE value IS NOT NULL"
    ]
    if formulas:
        steps += _formula_steps({indicator.id: expand(indicator, indicators) for indicator in formulas})
        values.append("SELECT indicator_id, year, scope, value FROM computed WHERE value IS NOT NULL")
    sql = "WITH " + ",\n\n".join(steps) + "\n\n" + "\nUNION ALL\n".join(values)
    return Model(name, sql, tables_read(sql, name), zh, en, columns or {})


def _formula_steps(expressions: Mapping[str, exp.Expr]) -> list[str]:
    """The formulas computed over their operands, side by side for each year and scope."""
    needed = sorted({column.name for tree in expressions.values() for column in tree.find_all(exp.Column)})
    depth = max((name.count(_SHIFT) for name in needed), default=0)
    shifted = "\nUNION ALL\n".join(
        f"SELECT indicator_id || '{_SHIFT * years}' AS operand, year + {years} AS year, scope, value FROM base"
        for years in range(depth + 1)
    )
    wide = ",\n    ".join(f"max(CASE WHEN operand = '{name}' THEN value END) AS {name}" for name in needed)
    computed = "\nUNION ALL\n".join(
        f"SELECT '{key}' AS indicator_id, year, scope, "
        f"CAST({tree.sql(dialect='duckdb')} AS DECIMAL(38, 10)) AS value FROM wide"
        for key, tree in expressions.items()
    )
    return [
        f"operand AS (\n{shifted}\n)",
        f"wide AS (\nSELECT year, scope,\n    {wide}\nFROM operand\nGROUP BY year, scope\n)",
        f"computed AS (\n{computed}\n)",
    ]


def _expand(indicator_id: str, indicators: Mapping[str, Indicator], path: tuple[str, ...]) -> exp.Expr:
    indicator = indicators[indicator_id]
    if indicator_id in path:
        raise DeclarationError("indicators", 1, f"indicator {indicator_id} depends on itself: {' → '.join(path)}")
    if not indicator.is_formula:
        return exp.column(indicator_id)
    tree = _parse_formula(indicator)
    for quotient in list(tree.find_all(exp.Div)):
        # A ratio over nothing has no value.
        quotient.set("expression", exp.func("nullif", exp.paren(quotient.expression), exp.Literal.number(0)))

    def substitute(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        name, years = node.name.replace(_SHIFT, ""), node.name.count(_SHIFT)
        if name not in indicators:
            raise DeclarationError(
                "indicators", 1, f"the formula of {indicator_id} names {name!r}, which is not declared"
            )
        inner = _expand(name, indicators, (*path, indicator_id))
        shifted = inner.transform(
            lambda leaf: exp.column(leaf.name + _SHIFT * years) if isinstance(leaf, exp.Column) else leaf
        )
        return exp.paren(shifted) if indicators[name].is_formula else shifted

    return tree.transform(substitute)


@cache
def _parse_formula_text(formula: str) -> exp.Expr:
    return sqlglot.parse_one(formula.replace(PREV_YEAR, _SHIFT), dialect="duckdb")


def _parse_formula(indicator: Indicator) -> exp.Expr:
    try:
        return _parse_formula_text(indicator.formula).copy()
    except sqlglot.ParseError as error:
        raise DeclarationError("indicators", 1, f"the formula of {indicator.id} cannot be read: {error}") from error


def _parse(indicator: Indicator, text: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(text, dialect="duckdb")
    except sqlglot.ParseError as error:
        raise DeclarationError("indicators", 1, f"the condition of {indicator.id} is not SQL: {error}") from error
