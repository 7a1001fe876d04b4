"""Whose values there are: of everybody, of each unit, reported and with what it took over, and of the tree."""

from __future__ import annotations

from nianbao.statistics.counted import AGGREGATE, AGGREGATE_OF_UNITS, ITEMS_OF_UNIT
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.models import Model

ALL = "all"
"""The scope of a figure over all units that report."""

_ANSWERING = """SELECT unnest($moved) AS unit_code
UNION
SELECT successor FROM reference.standing WHERE unit_code IN (SELECT unnest($moved))"""
"""Who answers for what a unit reported: itself and its successors."""

SCOPES_OF_UNIT = f"""WITH answering AS (
{_ANSWERING}
)

SELECT '{ALL}' AS scope
UNION
FROM answering
UNION
SELECT t.scope FROM reference.tree AS t INNER JOIN answering AS a ON t.unit_code = a.unit_code"""
"""In whose values what a unit reported can stand: its own, its successors', those above either, and everybody's."""

ALONE_AND_ABOVE = """alone AS (
    SELECT year_basis, unit_line, scope AS unit_code
    FROM reference.tree
    GROUP BY year_basis, unit_line, scope
    HAVING max(depth) = 0
),

above AS (
    SELECT t.year_basis, t.year, t.unit_line, t.scope, t.unit_code
    FROM reference.tree AS t
    LEFT JOIN alone AS a ON t.year_basis = a.year_basis AND t.unit_line = a.unit_line AND t.scope = a.unit_code
    WHERE a.unit_code IS NULL
)"""
"""Who never stands above anybody on a line, which is most: there the tree has what the unit has, and nothing to sum.

And the tree of those who do."""

_KEY = "year_basis, indicator_id, aggregate, year"


def compared_model() -> Model:
    """What everybody came to where years are held against each other; a release keeps it for its later readers."""
    return Model(
        "indicator.compared",
        f"""SELECT year_basis, indicator_id, year, back, mark, value
FROM step.operand
WHERE scope = '{ALL}' AND unit_line = '' AND with_succeeded""",
        frozenset({"step.operand"}),
        "同期比较的取数：全部单位各年度",
        "what everybody came to where years are compared; one row per basis, indicator, year, years back and mark",
    )


def _told(source: str, year: str, main: YearBasis, has_others: bool) -> str:
    """The rows of a source that some value is made of: of a basis other than the main one those of whole years."""
    if not has_others:
        return source
    return f"""(
        SELECT c.*
        FROM {source} AS c
        LEFT JOIN step.whole_year AS w
            ON c.year_basis = w.year_basis AND c.indicator_id = w.indicator_id AND {year} = w.year
        WHERE c.year_basis = '{main.code}' OR w.year IS NOT NULL
    )"""


def unit_operand_model(main: YearBasis, has_others: bool) -> Model:
    """The values of each unit that indicators and formulas are made of: from them come those of who stands above.

    `side` is `reported` as the unit reported it, `at_end` with what it took over by the end of the year where it took
    over or was succeeded, and `compared` as a formula that looks back takes it: of the same periods in all the years,
    with what was taken over.
    """
    return Model(
        "step.unit_operand",
        f"""WITH {_PLACED},

{_SUCCEEDED},

{_AT_END},

summed AS (
    SELECT 'reported' AS side, {_KEY}, 0 AS back, unit_code, {AGGREGATE} AS value, {ITEMS_OF_UNIT} AS items
    FROM {_told("indicator.counted", "c.year", main, has_others)}
    GROUP BY {_KEY}, unit_code
    UNION ALL
    SELECT 'at_end' AS side, {_KEY}, 0 AS back, unit_code, {AGGREGATE} AS value, {ITEMS_OF_UNIT} AS items
    FROM at_end
    GROUP BY {_KEY}, unit_code
    UNION ALL
    SELECT 'compared' AS side, {_KEY}, back, unit_code, {AGGREGATE} AS value, {ITEMS_OF_UNIT} AS items
    FROM {_told("placed", "c.year - c.back", main, has_others)}
    GROUP BY {_KEY}, back, unit_code
)

SELECT side, {_KEY}, back, unit_code, CAST(value AS DECIMAL(38, 10)) AS value, items
FROM summed
WHERE value IS NOT NULL""",
        frozenset({"indicator.counted", "step.paired", "reference.standing", *(["step.whole_year"] * has_others)}),
        "各单位指标和算式的取数：按原报、按年末承继关系、按同期比较口径",
        "what indicators and formulas are made of for each unit; one row per side, basis, indicator, year, years back "
        "and unit",
        {
            "side": "口径：原报、年末承继、同期比较 / reported, at_end or compared",
            "items": "计为不同的各项 / what is counted as distinct",
        },
        reach=_ANSWERING,
    )


def operand_model() -> Model:
    """The values that indicators and formulas are made of, each with the years it lies back.

    Twice: as reported, and (`with_succeeded`) as a formula that looks back takes it. The tree has both with what was
    taken over: what stands below a unit at the end of the year, wherever it stood before.
    Where somebody came or went without a succession, everybody and the tree once more (`mark`) without whom is not
    comparable with the year before.
    """
    return Model(
        "step.operand",
        f"""WITH {_PLACED},

{_SUCCEEDED},

{ALONE_AND_ABOVE},

{_SCOPES}

SELECT
    year_basis, indicator_id, year, back, unit_line, scope, with_succeeded, mark,
    CAST(value AS DECIMAL(38, 10)) AS value
FROM operand
WHERE value IS NOT NULL""",
        frozenset(
            {"step.paired", "step.unit_operand", "reference.standing", "reference.tree",
             "reference.incomparable"}
        ),
        "指标和算式的取数：各范围、各年度，单位按原报和按年末承继关系两种口径，有增减单位的年度另有可比口径",
        "what indicators and formulas are made of; one row per basis, indicator, year, years back, line, scope, side "
        "and mark",
        key="scope",
        reach=SCOPES_OF_UNIT,
    )  # fmt: skip


_VALUE = """CASE
            WHEN s.share IS NULL OR c.aggregate IN ('max', 'min', 'distinct') THEN c.value
            ELSE CAST(CAST(c.value AS DECIMAL(24, 6)) * s.share AS DECIMAL(38, 10))
        END AS value"""

# What counts in a year, for that year and those after it that look back, at who answers for it at their ends.
_PLACED = f"""placed AS (
    SELECT
        c.year_basis, c.indicator_id, c.aggregate, c.for_year AS year, c.back, c.unit_code AS said_by,
        coalesce(s.successor, c.unit_code) AS unit_code, c.item,
        {_VALUE}
    FROM step.paired AS c
    LEFT JOIN reference.standing AS s
        ON
            c.unit_code = s.unit_code AND c.period = s.period
            AND c.year_basis = s.year_basis AND c.for_year = s.year
)"""

# Who took over or was succeeded by the end of a year: anybody else answers for what it reported, and for no more.
_SUCCEEDED = """succeeded AS (
    SELECT year_basis, year, unit_code FROM reference.standing
    UNION
    SELECT year_basis, year, successor FROM reference.standing
)"""

# What stands at the end of a year itself: all its periods, held against no other year.
_AT_END = f"""at_end AS (
    SELECT
        c.year_basis, c.indicator_id, c.aggregate, c.year, coalesce(s.successor, c.unit_code) AS unit_code, c.item,
        {_VALUE}
    FROM indicator.counted AS c
    INNER JOIN succeeded AS a ON c.year_basis = a.year_basis AND c.year = a.year AND c.unit_code = a.unit_code
    LEFT JOIN reference.standing AS s
        ON c.unit_code = s.unit_code AND c.period = s.period AND c.year_basis = s.year_basis AND c.year = s.year
)"""

_SCOPES = f"""comparable AS (
    SELECT p.*, m.mark
    FROM placed AS p
    INNER JOIN (SELECT DISTINCT year_basis, year, mark FROM reference.incomparable) AS m
        ON p.year_basis = m.year_basis AND p.year = m.year AND p.back <= 1
    LEFT JOIN reference.incomparable AS gone
        ON m.year_basis = gone.year_basis AND m.year = gone.year AND m.mark = gone.mark AND p.said_by = gone.unit_code
    WHERE gone.unit_code IS NULL
),

-- What units come to with what they took over: as it stands at the end of the year, and as years are compared.
with_succeeded AS NOT MATERIALIZED (
    SELECT u.*
    FROM step.unit_operand AS u
    LEFT JOIN succeeded AS s ON u.year_basis = s.year_basis AND u.year = s.year AND u.unit_code = s.unit_code
    WHERE u.side <> 'reported' OR s.unit_code IS NULL
),

operand AS (
    SELECT
        year_basis, indicator_id, year, back, '' AS unit_line, unit_code AS scope, side = 'compared' AS with_succeeded,
        '' AS mark, value
    FROM step.unit_operand
    WHERE side <> 'at_end'
    UNION ALL
    SELECT year_basis, indicator_id, year, back, '', '{ALL}', FALSE, '', {AGGREGATE_OF_UNITS}
    FROM step.unit_operand
    WHERE side = 'reported'
    GROUP BY {_KEY}, back
    UNION ALL
    SELECT u.year_basis, u.indicator_id, u.year, u.back, a.unit_line, u.unit_code, u.side = 'compared', '', u.value
    FROM with_succeeded AS u
    INNER JOIN alone AS a ON u.year_basis = a.year_basis AND u.unit_code = a.unit_code
    UNION ALL
    SELECT u.year_basis, u.indicator_id, u.year, u.back, t.unit_line, t.scope, u.side = 'compared', '',
        {AGGREGATE_OF_UNITS}
    FROM with_succeeded AS u
    INNER JOIN above AS t ON u.year_basis = t.year_basis AND u.year = t.year AND u.unit_code = t.unit_code
    GROUP BY u.year_basis, u.indicator_id, u.aggregate, u.year, u.back, t.unit_line, t.scope, u.side = 'compared'
    UNION ALL
    -- What everybody reported needs no tree: it is its own comparable side.
    SELECT year_basis, indicator_id, for_year, back, '', '{ALL}', TRUE, '', {AGGREGATE}
    FROM step.paired
    GROUP BY year_basis, indicator_id, aggregate, for_year, back
    UNION ALL
    SELECT year_basis, indicator_id, year, back, '', '{ALL}', TRUE, mark, {AGGREGATE}
    FROM comparable
    GROUP BY {_KEY}, back, mark
    UNION ALL
    SELECT c.year_basis, c.indicator_id, c.year, c.back, t.unit_line, t.scope, TRUE, c.mark, {AGGREGATE}
    FROM comparable AS c
    INNER JOIN reference.tree AS t ON c.year_basis = t.year_basis AND c.year = t.year AND c.unit_code = t.unit_code
    GROUP BY c.year_basis, c.indicator_id, c.aggregate, c.year, c.back, c.mark, t.unit_line, t.scope
)"""
