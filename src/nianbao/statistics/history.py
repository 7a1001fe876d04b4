"""mart.figure_history: every figure of every year, and what was reported for each period shorter than a year."""

from __future__ import annotations

from collections.abc import Iterable

from nianbao.statistics.counted import AGGREGATE, AGGREGATE_OF_UNITS, ITEMS_OF_UNIT, scope_condition
from nianbao.statistics.scopes import ALL
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.models import Model
from nianbao.warehouse.refresh import SAME

_SAME_AND_ALL = f"{SAME} UNION SELECT '{ALL}'"
"""A unit stands for itself here, whoever answers for it later, and is part of the whole."""


def history_models(forms: Iterable[str], main: YearBasis) -> list[Model]:
    """Formulas are held by the year only; of a stock a period has what stood at its end, of those who stood then."""
    return [_unit_history_model(forms, main), _history_model(main)]


def _taken(main: YearBasis) -> str:
    return f"""taken AS (
    SELECT
        p.indicator_id, p.year, p.period, p.field, p.is_asked,
        i.aggregate, i.unit_scope, i.of_counted, i.form_code, i.part
    FROM reference.indicator_period AS p
    INNER JOIN reference.indicators AS i ON p.indicator_id = i.indicator_id
    WHERE p.year_basis = '{main.code}' AND p.period <> p.year || '{main.period(2000).code[4:]}'
)"""


def _unit_history_model(forms: Iterable[str], main: YearBasis) -> Model:
    """What each unit reported for each period: the whole is summed from it, whoever sent something tonight."""
    tables = [f"indicator.{code.lower()}" for code in forms]
    selected = (f"SELECT indicator_id, field, unit_code, period, item, value FROM {each}" for each in tables)
    reported = "\n    UNION ALL\n    ".join(selected)
    return Model(
        "step.unit_history",
        f"""WITH {_taken(main)},

placed AS (
    SELECT r.*, u.unit_level, u.is_counted, u.is_at_end
    FROM (
    {reported}
    ) AS r
    INNER JOIN reference.unit_in_period AS u ON r.unit_code = u.unit_code AND r.period = u.period
),

meant AS (
    SELECT
        i.indicator_id, i.aggregate, i.year, i.period, i.form_code, i.part, r.unit_code, r.item, r.value,
        i.is_asked AND (r.is_counted OR NOT i.of_counted) AS is_asked
    FROM placed AS r
    INNER JOIN taken AS i ON r.indicator_id = i.indicator_id AND r.period = i.period AND r.field = i.field
    WHERE {scope_condition("i", "r")} AND (i.aggregate <> 'last' OR r.is_at_end)
)

SELECT
    v.indicator_id, v.aggregate, v.year, v.period, v.unit_code, v.value, v.items,
    count(a.unit_code) AS asked, count(s.submission_id) AS reported
FROM (
    SELECT
        indicator_id, aggregate, year, period, form_code, part, is_asked, unit_code,
        {AGGREGATE} AS value, {ITEMS_OF_UNIT} AS items
    FROM meant
    GROUP BY indicator_id, aggregate, year, period, form_code, part, is_asked, unit_code
) AS v
LEFT JOIN reference.asked AS a
    ON v.unit_code = a.unit_code AND v.form_code = a.form_code AND v.part = a.part AND v.period = a.period
        AND v.is_asked
LEFT JOIN core.submission AS s
    ON a.unit_code = s.unit_code AND a.form_code = s.form_code AND a.period = s.period
GROUP BY v.indicator_id, v.aggregate, v.year, v.period, v.unit_code, v.value, v.items""",
        frozenset(
            {*tables, "core.submission", "reference.indicator_period", "reference.indicators",
             "reference.unit_in_period", "reference.asked"}
        ),
        "各单位各报告期的指标数值，附应报、已报",
        "what units reported for each period shorter than a year; one row per indicator, period and unit",
        {"items": "计为不同的各项 / what is counted as distinct"},
        reach=SAME,
    )  # fmt: skip


def _history_model(main: YearBasis) -> Model:
    return Model(
        "mart.figure_history",
        f"""WITH {_taken(main)},

{_OF_ALL}

SELECT
    indicator_id, zh, en, unit, year, CAST(year AS VARCHAR) AS period, scope, scope_zh, scope_level,
    value, asked, reported
FROM mart.figure
UNION ALL
SELECT
    v.indicator_id, i.zh, i.en, i.unit, v.year, v.period, v.scope, coalesce(unit.zh, federation.whole) AS scope_zh,
    unit.unit_level AS scope_level, v.value, v.asked, v.reported
FROM (
    SELECT indicator_id, year, period, unit_code AS scope, value, asked, reported FROM step.unit_history
    UNION ALL
    FROM of_all
) AS v
INNER JOIN reference.indicators AS i ON v.indicator_id = i.indicator_id
CROSS JOIN reference.federation AS federation
LEFT JOIN core.unit AS unit ON v.scope = unit.unit_code
WHERE v.value IS NOT NULL""",
        frozenset(
            {"mart.figure", "step.unit_history", "core.submission", "core.unit", "reference.indicator_period",
             "reference.indicators", "reference.unit_in_period", "reference.asked", "reference.federation"}
        ),
        "指标的历年与各报告期数值：每个指标、报告期、范围一行，附应报、已报单位数",
        "every indicator by year and by each shorter period; one row per indicator, period and scope",
        key="scope",
        reach=_SAME_AND_ALL,
    )  # fmt: skip


# What everybody came to, how many were asked for it, and how many of them have reported. Units are counted before they
# are held against indicators: those that an indicator names (`named`) each by itself.
_OF_ALL = f"""asked AS (
    SELECT
        a.form_code, a.part, a.period, u.unit_level, u.is_counted, named.unit_scope AS unit_code,
        count(*) AS asked, count(s.submission_id) AS reported
    FROM reference.asked AS a
    INNER JOIN reference.unit_in_period AS u ON a.unit_code = u.unit_code AND a.period = u.period
    LEFT JOIN (SELECT DISTINCT unit_scope FROM reference.indicators) AS named ON a.unit_code = named.unit_scope
    LEFT JOIN core.submission AS s
        ON a.unit_code = s.unit_code AND a.form_code = s.form_code AND a.period = s.period
    GROUP BY a.form_code, a.part, a.period, u.unit_level, u.is_counted, named.unit_scope
),

covered AS (
    SELECT
        i.indicator_id, i.period,
        CAST(sum(a.asked) AS BIGINT) AS asked, CAST(sum(a.reported) AS BIGINT) AS reported
    FROM taken AS i
    INNER JOIN asked AS a ON i.form_code = a.form_code AND i.part = a.part AND i.period = a.period
    WHERE i.is_asked AND {scope_condition("i", "a")} AND (a.is_counted OR NOT i.of_counted)
    GROUP BY i.indicator_id, i.period
),

of_all AS (
    SELECT
        v.indicator_id, v.year, v.period, '{ALL}' AS scope, v.value,
        coalesce(c.asked, 0) AS asked, coalesce(c.reported, 0) AS reported
    FROM (
        SELECT indicator_id, year, period, {AGGREGATE_OF_UNITS} AS value
        FROM step.unit_history
        GROUP BY indicator_id, aggregate, year, period
    ) AS v
    LEFT JOIN covered AS c ON v.indicator_id = c.indicator_id AND v.period = c.period
)"""
