"""Indicators → SQL: what counts in a year, for everybody, each unit and each unit of the tree, with its coverage."""

from __future__ import annotations

from collections.abc import Mapping

from nianbao.catalog import Project
from nianbao.statistics.counted import counted_model, form_model, scope_condition
from nianbao.statistics.formulas import counted_behind, expand, formula_steps, operands_of
from nianbao.statistics.history import history_models
from nianbao.statistics.paired import paired_model, paired_period_model
from nianbao.statistics.scopes import (
    ALL,
    ALONE_AND_ABOVE,
    SCOPES_OF_UNIT,
    compared_model,
    operand_model,
    unit_operand_model,
)
from nianbao.statistics.year_basis import is_countable, table_of
from nianbao.terms.indicator import Indicator
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.models import Model
from nianbao.warehouse.refresh import SAME


def placed_models(project: Project) -> list[Model]:
    """The models that depend on who stands where at the end of a year, in their order; the last one is the tree."""
    main, *others = project.year_bases
    return [unit_operand_model(main, bool(others)), operand_model(), _covered_model(project), _tree_model(project)]


def _depth(project: Project) -> int:
    """How many years back the formulas of a project look."""
    indicators = project.indicators
    return max((back for each in indicators.values() for _, back in counted_behind(each, indicators)), default=0)


def indicator_models(project: Project) -> list[Model]:
    """A model per form with the indicators counted from it; then what counts, its coverage, and the values by year."""
    bases: dict[str, list[Indicator]] = {}
    for indicator in project.indicators.values():
        if not indicator.is_formula:
            bases.setdefault(indicator.form, []).append(indicator)
    forms = sorted(bases)
    main, *others = project.year_bases
    models = [form_model(code, bases[code], project) for code in forms]
    *operands, covered, tree = placed_models(project)
    models += [counted_model(forms), paired_period_model(_depth(project)), paired_model(forms)]
    models += [*operands, compared_model(), _coverage_model(main), covered]
    models.append(
        _value_model(table_of(main), main, project.indicators, False, "指标数值：每个指标、年度、范围一行",
                     "every indicator; one row per indicator, year and scope")
    )  # fmt: skip
    models.append(tree)
    if others:
        models.append(_whole_year_model())
    for basis in others:
        countable = _countable(project, basis)
        if countable:
            first, last = basis.span(2021)
            models.append(
                _value_model(
                    table_of(basis), basis, countable, False, f"{basis.zh}的指标数值：每个指标、年度、范围一行",
                    f"indicators that can be counted from {first:%B} to {last:%B}, by the year in which it ends; "
                    "one row per indicator, year and scope",
                    {"year": f"{basis.zh}，以结束的年份为准 / year from {first:%B} to {last:%B}, named after its end"},
                )
            )  # fmt: skip
    return [*models, *history_models(forms, main)]


def _tree_model(project: Project) -> Model:
    return _value_model(
        "indicator.tree", project.conventions.year, project.indicators, True, "各级指标数值：按年末单位关系逐级汇总",
        "every indicator for every unit with all that stands below it at the end of the year, on both lines; "
        "one row per indicator, year, line and unit",
    )  # fmt: skip


def _countable(project: Project, basis: YearBasis) -> dict[str, Indicator]:
    """The indicators that can be counted by a year other than the one in which the federation reports."""
    indicators = project.indicators
    return {
        key: indicator
        for key, indicator in indicators.items()
        if all(is_countable(indicators[name], project, basis) for name, _ in counted_behind(indicator, indicators))
    }


def _coverage_model(main: YearBasis) -> Model:
    """Who was asked for what a counted indicator needs in a year, and how much of it is in force."""
    return Model(
        "indicator.coverage",
        f"""WITH asked AS (
    SELECT unit_code, form_code, part, period, TRUE AS is_asked FROM reference.asked
    UNION ALL
    -- What was sent though nobody asked for it, such as the quarter before a form was first asked, makes a year whole.
    SELECT sent.unit_code, sent.form_code, parts.part, sent.period, FALSE
    FROM core.submission AS sent
    INNER JOIN (SELECT DISTINCT form_code, part FROM reference.fields) AS parts ON sent.form_code = parts.form_code
    WHERE NOT EXISTS (
        SELECT 1 FROM reference.asked AS asked
        WHERE asked.unit_code = sent.unit_code AND asked.form_code = sent.form_code AND asked.period = sent.period
    )
),

-- Joined before the indicators are: by the period alone every unit would meet every indicator.
placed AS (
    SELECT a.*, u.unit_level, u.is_counted, s.submission_id
    FROM asked AS a
    INNER JOIN reference.unit_in_period AS u ON a.unit_code = u.unit_code AND a.period = u.period
    LEFT JOIN core.submission AS s
        ON a.unit_code = s.unit_code AND a.form_code = s.form_code AND a.period = s.period
)

SELECT
    p.year_basis, p.indicator_id, p.year, a.unit_code,
    bool_or(a.is_counted) AS is_counted,
    count(*) FILTER (WHERE p.is_needed AND a.is_asked) AS asked,
    count(a.submission_id) FILTER (WHERE p.is_needed AND a.is_asked) AS reported,
    count(a.submission_id) FILTER (WHERE p.is_of_whole) AS reported_of_whole,
    -- A year of another basis may begin before the form was asked, and a year of history asks nobody: then only who
    -- sent all of it is complete.
    count(*) FILTER (WHERE p.is_needed AND a.is_asked)
    = count(a.submission_id) FILTER (WHERE p.is_needed AND a.is_asked)
    AND (
        (p.year_basis = '{main.code}' AND count(*) FILTER (WHERE p.is_needed AND a.is_asked) > 0)
        OR count(a.submission_id) FILTER (WHERE p.is_of_whole) = max(w.periods)
    ) AS is_complete
FROM reference.indicator_period AS p
INNER JOIN reference.indicators AS i ON p.indicator_id = i.indicator_id
INNER JOIN (
    SELECT year_basis, indicator_id, year, count(*) FILTER (WHERE is_of_whole) AS periods
    FROM reference.indicator_period
    GROUP BY year_basis, indicator_id, year
) AS w ON p.year_basis = w.year_basis AND p.indicator_id = w.indicator_id AND p.year = w.year
INNER JOIN placed AS a ON i.form_code = a.form_code AND i.part = a.part AND p.period = a.period
WHERE {scope_condition("i", "a")}
GROUP BY p.year_basis, p.indicator_id, p.year, a.unit_code""",
        frozenset(
            {"reference.indicator_period", "reference.indicators", "reference.asked", "reference.fields",
             "reference.unit_in_period", "core.submission"}
        ),
        "指标覆盖：每个单位每年应报、已报的报告期数",
        "periods asked and reported behind a counted indicator; one row per basis, indicator, year and unit",
        reach=SAME,
    )  # fmt: skip


def _covered_model(project: Project) -> Model:
    """How many of those asked have reported all that an indicator needs; a formula is as complete as its parts.

    Where units of counted levels are asked, they alone are counted; where none is, whoever is asked.
    """
    single, several = _operands(project)
    return Model(
        "step.covered",
        _covered_sql(single, several),
        frozenset({"indicator.coverage", "reference.indicators", "reference.tree", "reference.standing"}),
        "指标覆盖：各范围应报、已报单位数",
        "units asked and units that reported all that is needed; one row per basis, indicator, year, line and scope",
        key="scope",
        reach=SCOPES_OF_UNIT,
    )  # fmt: skip


def _covered_sql(single: str, several: str) -> str:
    """Over formulas of a `single` indicator and of `several`, as rows of SQL: formula, indicator, years back."""
    return f"""WITH single AS (
    SELECT indicator_id, operand, back FROM ({single}) AS listed (indicator_id, operand, back)
),

several AS (
    SELECT indicator_id, operand, back FROM ({several}) AS listed (indicator_id, operand, back)
),

{ALONE_AND_ABOVE},

unit AS (
    SELECT
        c.year_basis, c.indicator_id, c.year, c.unit_code, i.of_counted, c.asked > 0 AS is_asked,
        CASE WHEN c.is_complete THEN 1 ELSE 0 END AS is_complete
    FROM indicator.coverage AS c
    INNER JOIN reference.indicators AS i ON c.indicator_id = i.indicator_id
    WHERE c.is_counted OR NOT i.of_counted
),

counted AS (
    SELECT year_basis, indicator_id, year, '' AS unit_line, '{ALL}' AS scope, of_counted, {_ASKED} AS asked,
        {_REPORTED} AS reported
    FROM unit
    GROUP BY year_basis, indicator_id, year, of_counted
    UNION ALL
    SELECT year_basis, indicator_id, year, '', unit_code, of_counted, CASE WHEN is_asked THEN 1 ELSE 0 END, is_complete
    FROM unit
    UNION ALL
    SELECT u.year_basis, u.indicator_id, u.year, t.unit_line, t.scope, u.of_counted, {_ASKED}, {_REPORTED}
    FROM unit AS u
    INNER JOIN above AS t ON u.year_basis = t.year_basis AND u.year = t.year AND u.unit_code = t.unit_code
    GROUP BY u.year_basis, u.indicator_id, u.year, t.unit_line, t.scope, u.of_counted
),

covered AS (
SELECT
    c.year_basis, o.indicator_id, c.year + o.back AS year, c.unit_line, c.scope,
    CAST(c.asked AS INTEGER) AS asked, CAST(c.reported AS INTEGER) AS reported
FROM counted AS c
INNER JOIN single AS o ON c.indicator_id = o.operand
UNION ALL
SELECT
    c.year_basis, o.indicator_id, c.year + o.back AS year, c.unit_line, c.scope,
    CAST(arg_min(c.asked, {_WEAKEST}) AS INTEGER) AS asked,
    CAST(arg_min(c.reported, {_WEAKEST}) AS INTEGER) AS reported
FROM counted AS c
INNER JOIN several AS o ON c.indicator_id = o.operand
GROUP BY c.year_basis, o.indicator_id, c.year + o.back, c.unit_line, c.scope
)

SELECT year_basis, indicator_id, year, unit_line, scope, asked, reported
FROM covered
UNION ALL
SELECT c.year_basis, c.indicator_id, c.year, a.unit_line, c.scope, c.asked, c.reported
FROM covered AS c
INNER JOIN alone AS a ON c.year_basis = a.year_basis AND c.scope = a.unit_code
WHERE c.unit_line = ''"""


def _operands(project: Project) -> tuple[str, str]:
    """The counted indicators behind each one, with the years they lie back, as SQL: a single one, and several."""
    behind = {each.id: counted_behind(each, project.indicators) for each in project.indicators.values()}
    rows: tuple[list[str], list[str]] = [], []
    for name, operands in behind.items():
        rows[len(operands) > 1].extend(f"('{name}', '{operand}', {back})" for operand, back in operands)
    none = "SELECT CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS INTEGER)"
    single, several = (f"VALUES {', '.join(each)}" if each else none for each in rows)
    return single, several


_ASKED = "count(*) FILTER (WHERE is_asked)"
_REPORTED = f"CASE WHEN {_ASKED} > 0 THEN sum(is_complete) FILTER (WHERE is_asked) ELSE sum(is_complete) END"
"""Of what nobody was asked for, such as a year that was taken in as history, all who reported the whole of it."""

_WEAKEST = """CAST(CASE WHEN c.of_counted AND c.asked > 0 THEN 0 ELSE 1000000000 END + c.reported AS BIGINT)
    * 1000000000 - c.asked"""
"""Orders the parts of a formula: those asked of counted units first, of them the least reported, of them most asked."""


def _value_model(
    name: str,
    basis: YearBasis,
    indicators: Mapping[str, Indicator],
    is_tree: bool,
    zh: str,
    en: str,
    columns: Mapping[str, str] | None = None,
) -> Model:
    """The indicators and formulas of a year basis, with how many were asked and have reported beside each value."""
    formulas = {each.id: expand(each, indicators) for each in indicators.values() if each.is_formula}
    side = "unit_line <> ''" if is_tree else "unit_line = ''"
    operands = {operand for tree in formulas.values() for operand in operands_of(tree)}
    # Who stands above has its value on the tree.
    needed = "TRUE" if any(each.whole == "parent" for each in operands) else f"({side} OR o.scope = '{ALL}')"
    reads = {"step.operand", "step.covered"}
    whole = ""
    if not basis.is_main:
        reads.add("step.whole_year")
        counted = ", ".join(f"'{each.id}'" for each in indicators.values() if not each.is_formula)
        whole = (
            f"\n        AND o.indicator_id IN ({counted})"
            "\n        AND EXISTS ("
            "\n            SELECT 1 FROM step.whole_year AS w"
            "\n            WHERE o.year_basis = w.year_basis AND o.indicator_id = w.indicator_id"
            " AND o.year - o.back = w.year"
            "\n        )"
        )
    steps = [f"basis AS (\n    SELECT '{basis.code}' AS year_basis\n)"]
    steps.append(f"""operand AS (
    SELECT o.indicator_id, o.year, o.back, o.unit_line, o.scope, o.with_succeeded, o.mark, o.value
    FROM step.operand AS o
    INNER JOIN basis ON o.year_basis = basis.year_basis
    WHERE {needed}{whole}
)""")
    values = [
        f"SELECT indicator_id, year, unit_line, scope, value FROM operand WHERE {side} AND back = 0 AND mark = ''"
        " AND NOT with_succeeded"
    ]
    if formulas:
        steps += formula_steps(formulas)
        values.append(f"SELECT indicator_id, year, unit_line, scope, value FROM computed WHERE {side}")
        if any(each.whole == "parent" for each in operands):
            reads.add("reference.tree")
    steps.append("valued AS (\n" + "\nUNION ALL\n".join(values) + "\n)")
    sql = "WITH " + ",\n\n".join(steps) + _with_coverage("unit_line, scope" if is_tree else "scope")
    has_wholes = any(each.whole in ("all", "parent") for each in operands)
    return Model(name, sql, frozenset(reads), zh, en, columns or {}, key="scope", reach="" if has_wholes else SAME)


def _with_coverage(place: str) -> str:
    """Each value with how many of those asked have reported all that it needs."""
    listed = ", ".join(f"valued.{each}" for each in place.split(", "))
    return f"""

SELECT
    valued.indicator_id, valued.year, {listed}, valued.value,
    coalesce(covered.asked, 0) AS asked, coalesce(covered.reported, 0) AS reported
FROM valued
CROSS JOIN basis
LEFT JOIN step.covered AS covered
    ON
        basis.year_basis = covered.year_basis AND valued.indicator_id = covered.indicator_id
        AND valued.year = covered.year
        AND valued.unit_line = covered.unit_line AND valued.scope = covered.scope"""


def _whole_year_model() -> Model:
    """The indicators and years of which somebody whose word counts has reported all: a part is no year.

    Apart from the values by these years: it seldom changes, and while it does not only who sent something moves.
    """
    return Model(
        "step.whole_year",
        """SELECT c.year_basis, c.indicator_id, c.year
FROM indicator.coverage AS c
INNER JOIN reference.indicators AS i ON c.indicator_id = i.indicator_id
INNER JOIN (
    SELECT year_basis, indicator_id, year, count(*) FILTER (WHERE is_of_whole) AS periods
    FROM reference.indicator_period
    GROUP BY year_basis, indicator_id, year
) AS p ON c.year_basis = p.year_basis AND c.indicator_id = p.indicator_id AND c.year = p.year
WHERE c.reported_of_whole = p.periods AND (c.is_counted OR NOT i.of_counted)
GROUP BY c.year_basis, c.indicator_id, c.year""",
        frozenset({"indicator.coverage", "reference.indicator_period", "reference.indicators"}),
        "报全的年度：至少一个单位报全了所需各期的指标和年度",
        "indicators and years that somebody has reported whole; one row per basis, indicator and year",
    )
