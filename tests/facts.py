"""Facts for tests that need a warehouse and no run: rows of the ledger as they are, submissions with their cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from nianbao.catalog import Project
from nianbao.warehouse.connect import Connection, insert_rows, transaction
from nianbao.warehouse.projection import Applied, apply_facts, frames_of
from nianbao.warehouse.schema import CELL, LEDGER
from nianbao.warehouse.state import restate_all

RUN = "R000001"


def record(connection: Connection, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write rows into tables of the ledger, by kind, and what follows from them."""
    for kind, items in rows.items():
        insert_rows(connection, f"ledger.{kind}", items, LEDGER[kind].bare_columns)
    restate_all(connection)


def frame_of_cells(cells: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Cells as a batch has them once it is read: values as text."""
    rows = [
        [cell[name] if name == "row_no" or cell[name] is None else str(cell[name]) for name in CELL.columns]
        for cell in cells
    ]
    types = {name: pl.Int64 if name == "row_no" else pl.String for name in CELL.columns}
    return pl.DataFrame(rows, schema=types, orient="row")


def apply(
    connection: Connection, project: Project, rows: Mapping[str, Sequence[Mapping[str, Any]]], cells: pl.DataFrame
) -> None:
    """Bring facts and cells into the warehouse as a run does."""
    facts = frames_of(rows, RUN)
    with transaction(connection):
        applied = Applied(facts, [cells], dict.fromkeys(facts, RUN), dt.datetime(2022, 1, 16))
        apply_facts(connection, project, applied)
