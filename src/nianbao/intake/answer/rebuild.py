"""A workbook of another format as an .xlsx with the same content, so that it can be marked."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from nianbao.intake.answer.package import UnknownPackage, plain
from nianbao.intake.read.formats.route import open_file
from nianbao.intake.read.formats.sheet import Sheet, Unreadable

_CREATED = dt.datetime(2000, 1, 1)
_WIDEST = 40
_NAME_LENGTH = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]|^'|'$")


def rebuild(content: bytes, file_name: str) -> tuple[bytes, dict[str, str]]:
    """The cells of every sheet in a workbook of our own, and what its sheets are called there.

    Raises:
        UnknownPackage: there is nothing in the file that has cells.
    """
    try:
        sheets = open_file(content, file_name, {}).sheets
    except Unreadable as unreadable:
        raise UnknownPackage(unreadable.fault.code) from unreadable
    if not sheets or any(sheet.pointers for sheet in sheets):
        raise UnknownPackage("no cells")
    written = io.BytesIO()
    options = {"in_memory": True, "default_format_properties": {"font_name": "宋体", "font_size": 11}}
    workbook = Workbook(written, options)
    workbook.set_properties({"created": _CREATED})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    names: dict[str, str] = {}
    for sheet in sheets:
        names[sheet.name] = _name(sheet.name, {name.lower() for name in names.values()})
        _write_sheet(workbook.add_worksheet(names[sheet.name]), sheet, day)
    workbook.close()
    return written.getvalue(), names


def _name(name: str, taken: set[str]) -> str:
    """A name as Excel allows it, and no other sheet has it."""
    stem = _FORBIDDEN.sub("_", plain(name)).strip() or "表"
    allowed, number = stem[:_NAME_LENGTH], 1
    while allowed.lower() in taken:
        number += 1
        allowed = f"{stem[: _NAME_LENGTH - len(str(number))]}{number}"
    return allowed


def _write_sheet(target: Worksheet, sheet: Sheet, day: Format) -> None:
    for row_number, row in enumerate(sheet.rows):
        for column, value in enumerate(row):
            _write(target, row_number, column, value, day)
    for column, width in _widths(sheet).items():
        target.set_column(column, column, min(width, _WIDEST) + 2)
    if sheet.is_hidden:
        target.hide()


def _widths(sheet: Sheet) -> dict[int, int]:
    """The width of each column in half-width characters; a title that stands alone in its row may run on."""
    widths: dict[int, int] = {}
    for row in sheet.rows:
        filled = [(column, str(value)) for column, value in enumerate(row) if value is not None and value != ""]
        for column, text in filled if len(filled) > 1 else ():
            wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
            widths[column] = max(widths.get(column, 0), len(text) + wide)
    return widths


def _write(target: Worksheet, row: int, column: int, value: object, day: Format) -> None:
    """Write a value as what it is; a text never becomes a formula, a link or a number."""
    if isinstance(value, bool):
        target.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        target.write_number(row, column, value)
    elif isinstance(value, dt.datetime | dt.date):
        target.write_datetime(row, column, value, day)
    elif value is not None and value != "":
        target.write_string(row, column, plain(str(value)))
