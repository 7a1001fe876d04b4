"""R1: no rule and no model breaks over values that a reader lets through, however large, small or below nought."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from nianbao.catalog import Project
from nianbao.runs.build import all_models
from nianbao.terms.form import NUMBERS, Field, FieldType, Form, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.submission import Submission
from nianbao.terms.unit import Unit
from nianbao.warehouse.connect import Connection, open_memory
from nianbao.warehouse.expectations import validate
from nianbao.warehouse.models import build, leaf_fingerprints
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema
from nianbao.warehouse.stage import fill_stage, submission_row
from tests.facts import apply, frame_of_cells
from tests.homes import ROOT

TODAY = dt.date(2022, 3, 1)
PERIODS = ("2020Q4", "2021Q1", "2021Q2", "2021Q3", "2021Q4")
ROWS = 12
LEAST = {FieldType.INT: Decimal(1), FieldType.MONEY: Decimal("0.01"), FieldType.DECIMAL: Decimal("0.0001")}
MOST = {kind: 10**14 - least for kind, least in LEAST.items()}
"""The largest value that read_value lets through."""

VALUES = {
    "most": MOST,
    "least": LEAST,
    "most below nought": {kind: -value for kind, value in MOST.items()},
    "nought": dict.fromkeys(LEAST, Decimal(0)),
}


PAIRS = [
    ("most", "most"), ("most", "least"), ("least", "most"), ("nought", "most"), ("most below nought", "most"),
    ("most", "most below nought"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "now"), PAIRS)
def test_R1_every_rule_and_model_is_evaluated_over_extreme_values(project: Project, before: str, now: str) -> None:
    """Extreme values in every numeric field, beside extreme values of every earlier period, overflow nowhere."""
    connection = open_memory()
    create_schema(connection, project)
    reference = load_reference(connection, project, TODAY)
    for code, values in zip(PERIODS, (*itertools.repeat(before, len(PERIODS) - 1), now), strict=True):
        sent = list(submissions(project, Period.parse(code)))
        filled = frame_of_cells(cell for row, own in sent for part in own for cell in cells(project, row, part, values))
        asked = [(row.submission_id, part) for row, own in sent for part in own]
        parts = fill_stage(connection, project, [row for row, _ in sent], filled, asked)
        if code == PERIODS[-1]:
            assert {part.table for part in parts} == {part.table for part in project.parts}
            for table in ("submission", *(part.table for part in parts)):
                rules = [rule for rule in project.rules if table == ("submission" if rule.is_sql else rule.table)]
                validate(connection, "stage", table, rules)
        accept(connection, project, [row for row, _ in sent], asked, filled)
    built = build(
        connection,
        all_models(project),
        leaf_fingerprints(connection) | reference,
        project.column_comments,
        dt.datetime.combine(TODAY, dt.time()),
    )
    assert "mart.figure" in built


def test_R1_no_query_casts_a_number_to_less_than_38_digits() -> None:
    """A sum or product in a query keeps the room it was computed in: what one submission says fits always."""
    queries = sorted((ROOT / "sql").rglob("*.sql"))
    assert queries
    narrow = re.compile(r"\bAS\s+(?:BIGINT|DECIMAL\((?!38)\d+, ?\d+\))", re.IGNORECASE)
    found = {path.name: narrow.findall(path.read_text("utf-8")) for path in queries}
    # The place of a row in a list is no reported number.
    assert {name: casts for name, casts in found.items() if casts} == {"C00_4_money_unit_slip.sql": ["AS BIGINT"]}


def submissions(project: Project, closing: Period) -> Iterator[tuple[Submission, tuple[Part, ...]]]:
    """Every form that somebody owes at the end of a period, each of as few units as report all its parts."""
    for form in project.forms.values():
        for period in form.periods_closing_with(closing):
            asked: set[str] = set()
            for unit in project.units.values():
                parts = form.parts_of(unit, period)
                if not {part.code for part in parts} <= asked:
                    asked |= {part.code for part in parts}
                    yield submission(form, unit, period), parts


def submission(form: Form, unit: Unit, period: Period) -> Submission:
    """A submission that came on its due day."""
    due_on = period.end + dt.timedelta(days=form.due_days)
    key = f"{unit.code}-{period.code}-{form.code}"
    return Submission(
        delivery_id=f"D-{key}", file_name=f"{key}.xlsx", unit_code=unit.code, unit_level=unit.level.code,
        form_code=form.code, period=period.code, suffix=period.suffix, year=period.year, period_start=period.start,
        period_end=period.end, number=1, basis="cumulative" if form.cumulative else "period", money_unit="元",
        edition=form.edition_in(period), declared_status="初报", note=None, arrived_on=due_on,
        due_on=due_on, accepted_until=due_on, in_roster=True, is_due=True,
        sheet=form.code, cells_sha256=key,
    )  # fmt: skip


def cells(project: Project, row: Submission, part: Part, values: str) -> Iterator[dict[str, Any]]:
    """A part filled with the same extreme in every numeric cell, and with what is in the lists in the others."""
    for row_no in range(1, 2 if part.layout is Layout.INDICATOR else ROWS + 1):
        for field in part.fields:
            read_as = VALUES[values][field.type] if field.type in NUMBERS else said(project, field, row, row_no)
            if field.type is FieldType.INT and field.code.endswith("year"):
                read_as = row.year
            number = read_as if field.type in NUMBERS else None
            yield {
                "submission_id": row.submission_id, "form_code": row.form_code, "part": part.code,
                "row_no": row_no, "field": field.code, "sheet": row.sheet, "cell": "A1", "text": str(read_as),
                "read_as": str(read_as), "value": None if number is None else str(number), "fault": None, "shown": None,
                "came_in": None,
            }  # fmt: skip


def said(project: Project, field: Field, row: Submission, row_no: int) -> object:
    """What stands in a cell that holds no number."""
    if field.type is FieldType.DATE:
        return row.period_end
    if field.type is FieldType.BOOL:
        return "true"
    listed = sorted({code.code for code in project.codes.get(field.codes, {}).values()}) or sorted(project.units)
    return listed[row_no % len(listed)] if field.type is FieldType.CODE else "甲"


def accept(
    connection: Connection,
    project: Project,
    rows: list[Submission],
    asked: list[tuple[str, Part]],
    filled: pl.DataFrame,
) -> None:
    """Let submissions count."""
    decided = [
        {"submission_id": row.submission_id, "decision": "accepted", "decided_at": row.due_on, "run_id": "R1",
         "decided_by": None, "because": None}
        for row in rows
    ]  # fmt: skip
    pairs = [{"submission_id": key, "form_code": part.form_code, "part": part.code} for key, part in asked]
    apply(
        connection,
        project,
        {"submission": [submission_row(row) for row in rows], "decision": decided, "asked": pairs},
        filled,
    )
