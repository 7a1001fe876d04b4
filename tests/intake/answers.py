"""Answers for every field of every form, typed at random, and what a reader should find of them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from nianbao.catalog import Project
from nianbao.intake.blank.options import Options
from nianbao.intake.text import tidy
from nianbao.terms.filled import Filled, Row
from nianbao.terms.form import Field, FieldType, Form, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.submission import FormFrame, Value
from nianbao.terms.unit import Unit

Found = dict[tuple[str, int, str], Value]
Draw = Callable[[Field], Value | None]
"""Types an answer to a field, or leaves it blank."""


def owing_everything(project: Project, unit: Unit) -> Project:
    """The project as if this unit owed every part of every form."""
    whom = frozenset({unit.code})
    forms = {
        code: replace(form, reporters=whom, parts=tuple(_owing(part, whom) for part in form.parts))
        for code, form in project.forms.items()
    }
    return replace(project, forms=forms)


def _owing(part: Part, whom: frozenset[str]) -> Part:
    fields = tuple(replace(field, reporters=frozenset()) for field in part.fields)
    return replace(part, reporters=whom, fields=fields)


def choices(project: Project, unit: Unit, period: Period, asked: Field) -> list[str]:
    """The codes that a field may hold."""
    return list(Options(project, unit, period).labels(asked.codes))


def rows_of(part: Part, keys: list[str], count: int, draw: Draw) -> list[Row]:
    """The rows of a part: one for lines, some for a ledger, one for each of the keys where they are printed."""
    if part.layout is Layout.INDICATOR:
        return [_row(part.fields, draw)]
    if part.rows:
        first, *others = part.fields
        return [{first.code: key, **_row(tuple(others), draw)} for key in keys[:count]]
    return [_row(part.fields, draw) for _ in range(count)]


def filled(project: Project, unit: Unit, period: Period, dice: random.Random) -> Filled:
    """Every form that the unit owes, with answers thrown by dice."""
    forms = {}
    for form, _, parts in project.due_forms(unit, period):
        forms[form.code] = {
            part.code: rows_of(
                part,
                _keys(project, unit, period, part),
                3,
                lambda asked: _thrown(asked, choices(project, unit, period, asked), dice),
            )
            for part in parts
        }
    return Filled(forms, {code: f"“{code}”的说明，\n共{number}条。" for number, code in enumerate(forms)}, only=True)


def expected(form: Form, rows: dict[str, list[Row]]) -> Found:
    """What a reader should find of these answers: what is blank is not there, texts are without their margins."""
    found: Found = {}
    for part in form.parts:
        printed = {part.fields[0].code} if part.rows else set()
        said = [{name: _said(value) for name, value in record.items()} for record in rows.get(part.code, ())]
        filled_in = [{name: value for name, value in record.items() if value != ""} for record in said]
        records = (record for record in filled_in if record.keys() - printed)
        found |= {
            (part.code, number, name): record[name] for number, record in enumerate(records, start=1) for name in record
        }
    return found


def read_back(frame: FormFrame) -> Found:
    """What a reader found."""
    assert not [cell for cell in frame.cells if cell.fault], [cell for cell in frame.cells if cell.fault]
    return {
        (cell.part, cell.row_no, cell.field): cell.value for cell in frame.cells if cell.text and cell.value is not None
    }


def _said(value: Value | None) -> Value:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return tidy(value) if isinstance(value, str) else value


def _row(fields: tuple[Field, ...], draw: Draw) -> Row:
    drawn = {asked.code: draw(asked) for asked in fields}
    return {name: value for name, value in drawn.items() if value is not None}


def _keys(project: Project, unit: Unit, period: Period, part: Part) -> list[str]:
    return choices(project, unit, period, part.fields[0]) if part.rows else []


def _thrown(asked: Field, codes: list[str], dice: random.Random) -> Value:
    match asked.type:
        case FieldType.INT:
            return dice.choice((0, 1, 99, 123_456))
        case FieldType.MONEY:
            return Decimal(dice.randrange(10**12)) / 100
        case FieldType.DECIMAL:
            return Decimal(dice.randrange(10**9)) / 10_000
        case FieldType.DATE:
            return dt.date(2021, 1, 1) + dt.timedelta(days=dice.randrange(365))
        case FieldType.BOOL:
            return dice.random() < 0.5
        case FieldType.CODE:
            return dice.choice(codes)
        case _:
            return dice.choice(
                ("甲、乙（丙）", "=1+1", "00123", "𠮷㐀", "引\"号'", "<a> & b", "2021-01-01", "是")
            ) + str(dice.randrange(99))
