"""Workbooks of the template writer, opened with another library and changed as a clerk would."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from nianbao.terms import workbook_words
from nianbao.terms.form import Field, Form


def sheet_of(workbook: Workbook, form_code: str) -> Worksheet:
    """The sheet of a form."""
    (sheet,) = (each for each in workbook.worksheets if each.title.startswith(f"{form_code} "))
    return sheet


def code_cell(sheet: Worksheet, form: Form, field: Field) -> Cell:
    """The cell that holds the 代码 of a field."""
    code = workbook_words.field_code(form.code, field.line)
    (cell,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == code)
    assert isinstance(cell, Cell)
    return cell


def answer_cell(workbook: Workbook, form: Form, field_code: str, part: str = "main") -> Cell:
    """The cell that a clerk fills in for a field of an indicator part."""
    beside = code_cell(sheet_of(workbook, form.code), form, form.part(part).field(field_code))
    cell = beside.parent.cell(beside.row, beside.column + 1)
    assert isinstance(cell, Cell)
    return cell


def cover_cell(workbook: Workbook, key: str) -> Cell:
    """The cell of an answer on the cover."""
    sheet = workbook[workbook_words.COVER_SHEET]
    (label,) = (row[1] for row in sheet.iter_rows() if row[1].value == workbook_words.COVER_LABELS[key])
    cell = sheet.cell(label.row, label.column + 1)
    assert isinstance(cell, Cell)
    return cell


def edited(source: Path, change: Callable[[Workbook], None]) -> bytes:
    """The workbook with a change, saved by openpyxl."""
    workbook = openpyxl.load_workbook(source)
    change(workbook)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def repacked(source: Path | bytes, entries: Mapping[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """The workbook with entries of its zip put in place of those of the same name, changed, or added."""
    target = io.BytesIO()
    left = dict(entries)
    with (
        zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            change: Any = left.pop(name, old.read(name))
            new.writestr(name, change(old.read(name)) if callable(change) else change)
        for name, added in left.items():
            assert isinstance(added, bytes), name
            new.writestr(name, added)
    return target.getvalue()


def entry_of(source: Path, form_code: str) -> str:
    """The name of the zip entry that holds the sheet of a form."""
    with zipfile.ZipFile(source) as archive:
        names = re.findall(r'<sheet name="([^"]*)"', archive.read("xl/workbook.xml").decode())
    (number,) = (place for place, name in enumerate(names, start=1) if name.startswith(f"{form_code} "))
    return f"xl/worksheets/sheet{number}.xml"
