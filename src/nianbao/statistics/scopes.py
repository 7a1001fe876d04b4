"""Whose values there are: of everybody, of each unit, reported and with what it took over, and of the tree."""

from __future__ import annotations

from nianbao.statistics.counted import AGGREGATE
from nianbao.warehouse.models import Model

ALL = "all"
"""The scope of a figure over all units that report."""

SCOPES_OF_UNIT = f"""WITH moved AS (
    SELECT unnest($moved) AS unit_code
),

answering AS (
    FROM moved
    UNION
    SELECT s.successor FROM reference.standing AS s INNER JOIN moved ON s.unit_code = moved.unit_code
)

SELECT '{ALL}' AS scope
UNION
FROM answering
UNION
SELECT t.scope FROM reference.tree AS t INNER JOIN answering AS a ON t.unit_code = a.unit_code"""
"""In whose values what a unit reported can stand: its own, its successors', those above either, and everybody's."""

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


def operand_model() -> Model:
    """The values that indicators and formulas are made of, each with the years it lies back.

    Twice: as reported, and (`with_succeeded`) as a formula that looks back takes it, of the same periods in all the
    years and for units with what they took over by the end of the year. The tree has both with what was taken over:
    what stands below a unit at the end of the year, wherever it stood before.
    Where somebody came or went without a succession, everybody and the tree once more (`mark`) without whom is not
    comparable with the year before.
    """
    return Model(
        "step.operand",
        f"""WITH {_PLACED},

{_SCOPES}

SELECT
    year_basis, indicator_id, year, back, unit_line, scope, with_succeeded, mark,
    CAST(value AS DECIMAL(38, 10)) AS value
FROM operand
WHERE value IS NOT NULL""",
        frozenset(
            {"indicator.counted", "step.paired", "reference.standing", "reference.tree", "reference.incomparable"}
        ),
        "指标和算式的取数：各范围、各年度，单位按原报和按年末承继关系两种口径，有增减单位的年度另有可比口径",
        "what indicators and formulas are made of; one row per basis, indicator, year, years back, line, scope, side "
        "and mark",
        key="scope",
        reach=SCOPES_OF_UNIT,
    )


# What counts in a year, for that year and those after it that look back, at who answers for it at their ends.
_PLACED = """placed AS (
    SELECT
        c.year_basis, c.indicator_id, c.aggregate, c.for_year AS year, c.back, c.unit_code AS said_by,
        coalesce(s.successor, c.unit_code) AS unit_code, c.item,
        CASE
            WHEN s.share IS NULL OR c.aggregate IN ('max', 'min', 'distinct') THEN c.value
            ELSE CAST(CAST(c.value AS DECIMAL(24, 6)) * s.share AS DECIMAL(38, 10))
        END AS value
    FROM step.paired AS c
    LEFT JOIN reference.standing AS s
        ON
            c.unit_code = s.unit_code AND c.period = s.period
            AND c.year_basis = s.year_basis AND c.for_year = s.year
),

-- What stands at the end of a year itself: all its periods, held against no other year.
at_end AS (
    SELECT
        c.year_basis, c.indicator_id, c.aggregate, c.year, coalesce(s.successor, c.unit_code) AS unit_code, c.item,
        CASE
            WHEN s.share IS NULL OR c.aggregate IN ('max', 'min', 'distinct') THEN c.value
            ELSE CAST(CAST(c.value AS DECIMAL(24, 6)) * s.share AS DECIMAL(38, 10))
        END AS value
    FROM indicator.counted AS c
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

reported AS (
    SELECT {_KEY}, unit_code AS scope, {AGGREGATE} AS value
    FROM indicator.counted
    GROUP BY {_KEY}, unit_code
    UNION ALL
    SELECT {_KEY}, '{ALL}' AS scope, {AGGREGATE} AS value
    FROM indicator.counted
    GROUP BY {_KEY}
),

operand AS (
    SELECT
        year_basis, indicator_id, year, 0 AS back, '' AS unit_line, scope, FALSE AS with_succeeded, '' AS mark, value
    FROM reported
    UNION ALL
    SELECT year_basis, indicator_id, year, back, '', unit_code, TRUE, '', {AGGREGATE}
    FROM placed
    GROUP BY {_KEY}, back, unit_code
    UNION ALL
    SELECT u.year_basis, u.indicator_id, u.year, u.back, t.unit_line, t.scope, TRUE, '', {AGGREGATE}
    FROM placed AS u
    INNER JOIN reference.tree AS t ON u.year_basis = t.year_basis AND u.year = t.year AND u.unit_code = t.unit_code
    GROUP BY u.year_basis, u.indicator_id, u.aggregate, u.year, u.back, t.unit_line, t.scope
    UNION ALL
    SELECT u.year_basis, u.indicator_id, u.year, 0, t.unit_line, t.scope, FALSE, '', {AGGREGATE}
    FROM at_end AS u
    INNER JOIN reference.tree AS t ON u.year_basis = t.year_basis AND u.year = t.year AND u.unit_code = t.unit_code
    GROUP BY u.year_basis, u.indicator_id, u.aggregate, u.year, t.unit_line, t.scope
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
