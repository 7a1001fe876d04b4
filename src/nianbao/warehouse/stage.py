"""Staging: the submissions that are judged together, beside what counts, for the checks to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nianbao.catalog import Project
from nianbao.terms.form import Layout, Part
from nianbao.terms.submission import Submission
from nianbao.warehouse.connect import Connection, insert_frame, insert_rows
from nianbao.warehouse.known import attach_known, relate_periods, show_known
from nianbao.warehouse.schema import CELL, SQL_TYPES, create_mirror
from nianbao.warehouse.staged_tables import STAGED_CELL, SUBMISSION, stage_table

if TYPE_CHECKING:
    import polars as pl

_CELLS = {name: f"CAST({name} AS {kind})" for name, kind in CELL.bare_columns.items()}
"""How the columns of stage.cell are made of a frame of cells, in which numbers are texts."""


def submission_row(submission: Submission) -> dict[str, Any]:
    """A submission as a row of staging and of the ledger."""
    return vars(submission) | {"submission_id": submission.submission_id}


def fill_stage(
    connection: Connection,
    project: Project,
    submissions: Sequence[Submission] = (),
    cells: pl.DataFrame | None = None,
    asked: Iterable[tuple[str, Part]] = (),
) -> list[Part]:
    """Stage submissions and cells; `asked` pairs each submission with the parts its unit owes.

    Returns the parts that have rows to check. The tables live in an attached in-memory database and are made anew.
    """
    parts = list(project.parts)
    attach_known(connection, parts)
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
    show_known(connection, parts)
    relate_periods(connection)
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
