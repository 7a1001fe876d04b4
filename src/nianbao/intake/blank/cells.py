"""Writes one value into one cell; text from outside never becomes a formula, a link or a number."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from nianbao.intake.blank.options import Options
from nianbao.terms.form import Field, FieldType
from nianbao.terms.submission import Value
from nianbao.terms.workbook_words import NO, YES

_EXACT_DIGITS = 15


def write_value(
    sheet: Worksheet, row: int, column: int, value: Value | None, style: Format, field: Field, options: Options
) -> None:
    """Write what a clerk would have typed or chosen for a field."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_string(row, column, YES if value else NO, style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, style)
    elif isinstance(value, int | Decimal):
        _write_number(sheet, row, column, Decimal(value), style)
    elif field.type is FieldType.CODE:
        sheet.write_string(row, column, options.labels(field.codes).get(value, value), style)
    else:
        sheet.write_string(row, column, value, style)


def shown(value: Value | None, field: Field, options: Options) -> str:
    """The text of a value as far as it decides how high its row must be."""
    if not isinstance(value, str):
        return ""
    return options.labels(field.codes).get(value, value) if field.type is FieldType.CODE else value


def _write_number(sheet: Worksheet, row: int, column: int, value: Decimal, style: Format) -> None:
    """Write a number in exactly its digits; a workbook keeps 15 of them, so a longer one stays text."""
    if len(value.normalize().as_tuple().digits) > _EXACT_DIGITS:
        sheet.write_string(row, column, f"{value:f}", style)
    else:
        # The writer prints 16 digits of what it gets: exact for a decimal, not for a binary float.
        sheet.write_number(row, column, value, style)
