"""Does every figure follow from cells: the rows behind it each with its cell, and together what was counted."""

from __future__ import annotations

from nianbao.catalog import Project
from nianbao.statistics.counted import AGGREGATE, TIME, every_row
from nianbao.statistics.scopes import ALL
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.models import Model

_TOGETHER = AGGREGATE.replace("aggregate", "counted.aggregate").replace("(value)", "(counted.value)")


def traced_model(project: Project) -> list[Model]:
    """indicator.traced: what the rows behind each counted indicator come to, and how many cells they stand in.

    A row whose value is blank needs no cell. Counted twice: in one pass over each form, as figures are, and here row by
    row, as `nianbao explain` shows them. Without a counted indicator there is no such table.
    """
    counted = [each for each in project.indicators.values() if not each.is_formula]
    if not counted:
        return []
    return [
        Model(
            "indicator.traced",
            f"""
SELECT
    counted.indicator_id, counted.year, {_TOGETHER} AS value, count(cell.submission_id) AS cells,
    count(*) FILTER (WHERE counted.value IS NOT NULL AND cell.submission_id IS NULL) AS without_cell
FROM (
{every_row(counted, project, project.conventions.year)}
) AS counted
INNER JOIN reference.indicators AS indicator ON counted.indicator_id = indicator.indicator_id
LEFT JOIN (SELECT submission_id, part, row_no, field FROM raw.cell) AS cell
    ON
        counted.submission_id = cell.submission_id AND counted.row_no = cell.row_no
        AND indicator.part = cell.part AND counted.field = cell.field
GROUP BY counted.indicator_id, counted.year, counted.aggregate
""",
            frozenset({"raw.cell", *TIME, *(indicator.table for indicator in counted)}),
            "指标追溯：由单元格逐行计得的数值和单元格数",
            "what the cells behind a counted indicator come to; one row per indicator and year",
            {
                "cells": "所依据的单元格数 / cells it rests on",
                "without_cell": "找不到单元格的行数 / rows whose cell is not there",
            },
        )
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
