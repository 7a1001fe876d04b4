"""The tables that judging works on: a submission, its cells, and the rows of each part, wide enough for every rule."""

from __future__ import annotations

from nianbao.terms.form import FieldType, Part
from nianbao.warehouse.schema import CELL, SQL_TYPES, TableSpec

SUBMISSION = TableSpec(
    "stage.submission", "", "",
    {"submission_id": "VARCHAR", "delivery_id": "VARCHAR", "file_name": "VARCHAR", "unit_code": "VARCHAR",
     "unit_level": "VARCHAR", "form_code": "VARCHAR", "period": "VARCHAR", "suffix": "VARCHAR", "year": "INTEGER",
     "period_start": "DATE", "period_end": "DATE", "number": "INTEGER", "basis": "VARCHAR", "money_unit": "VARCHAR",
     "edition": "VARCHAR", "declared_status": "VARCHAR", "note": "VARCHAR", "arrived_on": "DATE", "due_on": "DATE",
     "accepted_until": "DATE", "in_roster": "BOOLEAN", "is_due": "BOOLEAN", "sheet": "VARCHAR"},
)  # fmt: skip

WIDE = SQL_TYPES | {
    FieldType.INT: "DECIMAL(38,0)",
    FieldType.MONEY: "DECIMAL(38,2)",
    FieldType.DECIMAL: "DECIMAL(38,4)",
}
"""What rules see: a value has at most 14 digits before the point, so that no product of two and no sum overflows."""

STAGED_CELL = TableSpec("stage.cell", CELL.zh, CELL.en, CELL.columns | {"value": WIDE[FieldType.DECIMAL]})
"""A cell as rules see it."""

_WHO = {"unit_code": "VARCHAR", "period": "VARCHAR", "year": "INTEGER"}


def stage_table(part: Part) -> TableSpec:
    """The staging table of a part: as in raw, with unit, period and year in front, and room for products and sums."""
    columns = {"submission_id": "VARCHAR", "row_no": "INTEGER"} | _WHO
    return TableSpec(f"stage.{part.table}", part.zh, part.en, columns | {f.column: WIDE[f.type] for f in part.fields})
