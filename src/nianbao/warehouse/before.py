"""The records of a unit's earlier periods, as they count now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from nianbao.terms.filled import Row
from nianbao.terms.form import Part
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.warehouse.connect import Connection, quote, rows_of


def read_before(connection: Connection, part: Part, unit: Unit, periods: Sequence[Period]) -> Mapping[str, list[Row]]:
    """The records of a part by period, each as a clerk would type it into a workbook in 元."""
    held: dict[str, list[Row]] = defaultdict(list)
    query = f"""
        SELECT * FROM core.{quote(part.table)} WHERE unit_code = $1 AND list_contains($2, period)
        ORDER BY submission_id, row_no"""
    for row in rows_of(connection, query, [unit.code, [each.code for each in periods]]):
        answers = {field.code: row[field.column] for field in part.fields}
        held[str(row["period"])].append({code: value for code, value in answers.items() if value is not None})
    return held
