"""The same periods: what counts where a year is held against those before it."""

from __future__ import annotations

from collections.abc import Iterable

from nianbao.statistics.counted import standing_query
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.models import Model
from nianbao.warehouse.refresh import SAME


def paired_period_model(depth: int) -> Model:
    """The periods with which a year is held against those before it: what both have, by the kind of period.

    A period is taken when nothing more is awaited of it: its due days have passed or all have reported. One that nobody
    was asked for is taken when somebody reported it. So the first quarter of a running year meets the first quarter.
    """
    return Model(
        "indicator.paired_period",
        f"""WITH lacking AS (
    SELECT DISTINCT a.form_code, a.part, a.period
    FROM reference.asked AS a
    LEFT JOIN core.submission AS s
        ON a.unit_code = s.unit_code AND a.form_code = s.form_code AND a.period = s.period
    WHERE s.submission_id IS NULL
),

sent AS (
    SELECT DISTINCT form_code, period FROM core.submission
),

held AS (
    SELECT p.year_basis, p.indicator_id, p.year, p.period, p.field, p.place, substr(p.period, 5) AS kind
    FROM reference.indicator_period AS p
    INNER JOIN reference.indicators AS i ON p.indicator_id = i.indicator_id
    LEFT JOIN lacking AS l ON i.form_code = l.form_code AND i.part = l.part AND p.period = l.period
    LEFT JOIN sent AS s ON i.form_code = s.form_code AND p.period = s.period
    WHERE CASE WHEN p.is_asked THEN p.is_closed OR l.period IS NULL ELSE s.period IS NOT NULL END
),

paired AS (
    SELECT h.year_basis, h.indicator_id, h.year, h.kind
    FROM held AS h
    WHERE
        EXISTS (
            SELECT 1 FROM held AS b
            WHERE
                b.year_basis = h.year_basis AND b.indicator_id = h.indicator_id AND b.year = h.year - 1
                AND b.kind = h.kind
        )
        OR NOT EXISTS (
            SELECT 1 FROM held AS b
            WHERE b.year_basis = h.year_basis AND b.indicator_id = h.indicator_id AND b.year = h.year - 1
        )
)

SELECT
    h.year_basis, h.indicator_id, p.year AS for_year, p.year - h.year AS back, h.year, h.period, h.field, h.place
FROM paired AS p
INNER JOIN held AS h
    ON
        p.year_basis = h.year_basis AND p.indicator_id = h.indicator_id AND p.kind = h.kind
        AND p.year - h.year BETWEEN 0 AND {depth}""",
        frozenset({"reference.asked", "reference.indicator_period", "reference.indicators", "core.submission"}),
        "同期：一个年度与以前年度相比所用的报告期",
        "periods with which a year is held against those before it; one row per indicator, basis, year compared, years "
        "back and period",
    )


def paired_model(forms: Iterable[str]) -> Model:
    """What counts where a year is held against those before it: the same periods of all of them."""
    tables = [f"indicator.{code.lower()}" for code in forms]
    source = "\n    UNION ALL\n    ".join(
        f"SELECT indicator_id, field, unit_code, period, item, value FROM {each}" for each in tables
    )
    return Model(
        "step.paired",
        f"""SELECT year_basis, indicator_id, aggregate, unit_code, period, year, for_year, back, item, value
FROM (
{standing_query(source, source, "c.item, c.value, p.for_year, p.back", "indicator.paired_period", ", p.for_year")}
)""",
        frozenset({*tables, "reference.indicators", "indicator.paired_period", "reference.unit_in_period",
                   "reference.unit_in_year"}),
        "同期相比的指标数值：每个单位每个报告期",
        "what counts in a comparison of years; one row per basis, indicator, unit, period, year compared and value "
        "counted as distinct",
        reach=SAME,
    )  # fmt: skip


def read_cut_short(connection: Connection, basis: YearBasis) -> dict[tuple[str, int], tuple[str, ...]]:
    """The periods of a year on which its comparison with the year before rests, where that is not all of both years.

    By counted indicator and year; of a stock only the last period of a year matters.
    """
    rows = connection.execute(
        """
        WITH own AS (
            SELECT p.indicator_id, p.year, p.period, p.place,
                i.aggregate = 'last' AND p.place < max(p.place) OVER (PARTITION BY p.indicator_id, p.year) AS is_idle
            FROM reference.indicator_period AS p
            INNER JOIN reference.indicators AS i ON p.indicator_id = i.indicator_id
            INNER JOIN (SELECT DISTINCT form_code, period FROM core.submission) AS s
                ON i.form_code = s.form_code AND p.period = s.period
            WHERE p.year_basis = $basis
        ),

        compared AS (
            SELECT indicator_id, for_year, back, period
            FROM indicator.paired_period
            WHERE year_basis = $basis AND back <= 1
        ),

        cut AS (
            SELECT DISTINCT o.indicator_id, y.for_year
            FROM own AS o
            INNER JOIN (SELECT DISTINCT indicator_id, for_year FROM compared WHERE back = 1) AS y
                ON o.indicator_id = y.indicator_id AND o.year IN (y.for_year, y.for_year - 1)
            LEFT JOIN compared AS c
                ON
                    o.indicator_id = c.indicator_id AND o.period = c.period AND y.for_year = c.for_year
                    AND y.for_year - o.year = c.back
            WHERE c.period IS NULL AND NOT o.is_idle
        )

        SELECT c.indicator_id, c.for_year, list(c.period ORDER BY c.period)
        FROM compared AS c
        INNER JOIN cut ON c.indicator_id = cut.indicator_id AND c.for_year = cut.for_year
        WHERE c.back = 0
        GROUP BY c.indicator_id, c.for_year
        """,
        {"basis": basis.code},
    ).fetchall()
    return {(name, year): tuple(periods) for name, year, periods in rows}
