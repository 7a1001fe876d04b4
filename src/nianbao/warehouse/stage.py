"""Staging: this run's submissions beside what counts now, for the checks to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nianbao.catalog import Project
from nianbao.terms.form import Field, FieldType, Layout, Part
from nianbao.terms.submission import Submission
from nianbao.warehouse.connect import Connection, insert_frame, insert_rows, quote
from nianbao.warehouse.schema import CELL, LEDGER, SQL_TYPES, TableSpec, create_mirror

if TYPE_CHECKING:
    import polars as pl

SUBMISSION = TableSpec(
    "stage.submission", "", "",
    {"submission_id": "VARCHAR", "delivery_id": "VARCHAR", "file_name": "VARCHAR", "unit_code": "VARCHAR",
     "unit_level": "VARCHAR", "form_code": "VARCHAR", "period": "VARCHAR", "suffix": "VARCHAR", "year": "INTEGER",
     "period_start": "DATE", "period_end": "DATE", "number": "INTEGER", "basis": "VARCHAR", "money_unit": "VARCHAR",
     "edition": "VARCHAR", "declared_status": "VARCHAR", "note": "VARCHAR", "arrived_on": "DATE", "due_on": "DATE",
     "accepted_until": "DATE", "in_roster": "BOOLEAN", "is_due": "BOOLEAN", "sheet": "VARCHAR"},
)  # fmt: skip

_WIDE = SQL_TYPES | {
    FieldType.INT: "DECIMAL(38,0)",
    FieldType.MONEY: "DECIMAL(38,2)",
    FieldType.DECIMAL: "DECIMAL(38,4)",
}
"""What rules see: a value has at most 14 digits before the point, so that no product of two and no sum overflows."""

STAGED_CELL = TableSpec("stage.cell", CELL.zh, CELL.en, CELL.columns | {"value": _WIDE[FieldType.DECIMAL]})
"""A cell as rules see it."""

_WHO = {"unit_code": "VARCHAR", "period": "VARCHAR", "year": "INTEGER"}

_IN_FORCE = tuple(name for name in SUBMISSION.columns if name in LEDGER["submission"].columns)


_CELLS = {name: f"CAST({name} AS {kind})" for name, kind in CELL.bare_columns.items()}
"""How the columns of stage.cell are made of a frame of cells, in which numbers are texts."""


def submission_row(submission: Submission) -> dict[str, Any]:
    """A submission as a row of staging and of the ledger."""
    return asdict(submission) | {"submission_id": submission.submission_id}


def stage_table(part: Part) -> TableSpec:
    """The staging table of a part: as in raw, with unit, period and year in front, and room for products and sums."""
    columns = {"submission_id": "VARCHAR", "row_no": "INTEGER"} | _WHO
    return TableSpec(f"stage.{part.table}", part.zh, part.en, columns | {f.column: _WIDE[f.type] for f in part.fields})


def fill_stage(
    connection: Connection,
    project: Project,
    submissions: Sequence[Submission] = (),
    cells: pl.DataFrame | None = None,
    asked: Iterable[tuple[str, Part]] = (),
) -> list[Part]:
    """Stage this run's submissions and cells; `asked` pairs each submission with the parts its unit owes.

    Returns the parts that have rows to check. The tables live in an attached in-memory database and are made anew.
    """
    attached = {row[0] for row in connection.execute("SELECT database_name FROM duckdb_databases()").fetchall()}
    for database in ("stage", "known"):
        if database not in attached:
            connection.execute(f"ATTACH ':memory:' AS {database}")
    parts = list(project.parts)
    create_mirror(connection, "stage", (SUBMISSION, STAGED_CELL, *(stage_table(part) for part in parts)))
    insert_rows(connection, "stage.submission", [submission_row(each) for each in submissions], SUBMISSION.columns)
    if cells is not None:
        # What raw could not hold fails here, before anything is judged: hence the columns of raw.
        insert_frame(connection, "stage.cell", cells.filter(cells["text"] != ""), _CELLS)
    connection.execute("CREATE OR REPLACE TABLE stage.asked (submission_id VARCHAR, form_code VARCHAR, part VARCHAR)")
    pairs = [{"submission_id": key, "form_code": part.form_code, "part": part.code} for key, part in asked]
    insert_rows(connection, "stage.asked", pairs, dict.fromkeys(("submission_id", "form_code", "part"), "VARCHAR"))
    present = {(pair["form_code"], pair["part"]) for pair in pairs}
    filled = [part for part in parts if (part.form_code, part.code) in present]
    for part in filled:
        connection.execute(_spread(part))
    _show_known(connection, parts)
    return filled


def _spread(part: Part) -> str:
    """Cells to typed columns: one row per record; an indicator part has its one row even when every cell is blank."""
    picks = ", ".join(
        f"CAST(max(CASE WHEN c.field = '{field.code}' THEN c.read_as END) AS {SQL_TYPES[field.type]})"
        for field in part.fields
    )
    join, row_no = ("LEFT", "1") if part.layout is Layout.INDICATOR else ("INNER", "c.row_no")
    return f"""
        INSERT INTO stage.{part.table}
        SELECT s.submission_id, {row_no}, s.unit_code, s.period, s.year, {picks}
        FROM stage.asked AS a
        INNER JOIN stage.submission AS s ON a.submission_id = s.submission_id
        {join} JOIN stage.cell AS c ON a.submission_id = c.submission_id AND a.part = c.part
        WHERE a.form_code = '{part.form_code}' AND a.part = '{part.code}'
        GROUP BY s.submission_id, s.unit_code, s.period, s.year{"" if join == "LEFT" else ", c.row_no"}
    """


def _show_known(connection: Connection, parts: Iterable[Part]) -> None:
    """Views in `known`: what is in force, with this run's submissions in place of those they replace."""
    warehouse = quote(str(connection.execute("SELECT current_database()").fetchall()[0][0]))
    connection.execute(f"""
        CREATE OR REPLACE TABLE known.in_force AS
        SELECT {", ".join(_IN_FORCE)} FROM {warehouse}.ledger.in_force AS f
        WHERE NOT EXISTS (
            SELECT 1 FROM stage.submission AS s
            WHERE s.unit_code = f.unit_code AND s.form_code = f.form_code AND s.period = f.period
        )
    """)
    connection.execute("""
        CREATE OR REPLACE TABLE known.latest AS
        SELECT submission_id FROM stage.main.submission
        QUALIFY row_number() OVER (PARTITION BY unit_code, form_code, period ORDER BY number DESC) = 1
    """)
    latest = "WHERE submission_id IN (SELECT submission_id FROM known.main.latest)"
    columns = ", ".join(SUBMISSION.columns)
    connection.execute(f"""
        CREATE OR REPLACE VIEW known.submission AS
        SELECT {columns} FROM stage.main.submission {latest}
        UNION ALL BY NAME
        SELECT * FROM known.main.in_force
    """)
    cell_columns = ", ".join(CELL.columns)
    connection.execute(f"""
        CREATE OR REPLACE VIEW known.cell AS
        SELECT {cell_columns} FROM stage.main.cell {latest}
        UNION ALL
        SELECT {", ".join(map(_widened_cell, CELL.columns))} FROM {warehouse}.raw.cell AS c
        INNER JOIN known.main.in_force AS f ON c.submission_id = f.submission_id
    """)
    for part in parts:
        names = [quote(field.column) for field in part.fields]
        connection.execute(f"""
            CREATE OR REPLACE VIEW known.{part.table} AS
            SELECT submission_id, row_no, unit_code, period, year, {", ".join(names)}
            FROM stage.main.{part.table} {latest}
            UNION ALL
            SELECT r.submission_id, r.row_no, f.unit_code, f.period, f.year,
                {", ".join(_widened(field) for field in part.fields)}
            FROM {warehouse}.raw.{part.table} AS r
            INNER JOIN known.main.in_force AS f ON r.submission_id = f.submission_id
        """)


def _widened(field: Field) -> str:
    return f"CAST(r.{quote(field.column)} AS {_WIDE[field.type]})"


def _widened_cell(name: str) -> str:
    return f"CAST(c.{name} AS {STAGED_CELL.bare_columns[name]})" if name == "value" else f"c.{name}"
