"""A workbook of another format as an .xlsx with the same content, so that it can be marked."""

from __future__ import annotations

import datetime as dt
import io

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from nianbao.intake.answer.package import UnknownPackage

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "宋体", "font_size": 11},
}
_WIDEST = 40
_CREATED = dt.datetime(2000, 1, 1)


def rebuild(content: bytes) -> bytes:
    """The cells of every sheet, in a workbook of our own.

    Raises:
        UnknownPackage: the bytes are no workbook of any kind.
    """
    from python_calamine import CalamineWorkbook

    try:
        origin = CalamineWorkbook.from_filelike(io.BytesIO(content))
        grids = {name: origin.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in origin.sheet_names}
    except Exception as error:  # any parser error means the same: there is nothing to mark
        raise UnknownPackage(str(error)) from error
    written = io.BytesIO()
    workbook = Workbook(written, _OPTIONS)
    workbook.set_properties({"created": _CREATED})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for name, grid in grids.items():
        sheet = workbook.add_worksheet(name)
        for row_number, row in enumerate(grid):
            for column, value in enumerate(row):
                _write(sheet, row_number, column, value, day)
        sheet.autofit(_WIDEST * 7)
    workbook.close()
    return written.getvalue()


def _write(sheet: Worksheet, row: int, column: int, value: object, day: object) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif isinstance(value, dt.datetime | dt.date):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, str) and value:
        sheet.write_string(row, column, value)
    elif value is not None and value != "":
        sheet.write_string(row, column, str(value))
