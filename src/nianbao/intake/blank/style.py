"""How a workbook looks: the cell formats, and how much room a text needs."""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from nianbao.terms.finding import Severity
from nianbao.terms.form import Field, FieldType
from nianbao.terms.workbook_words import PASSES

TEXT_FONT = {"font_name": "宋体", "font_size": 11}
_HEAD_FONT = {"font_name": "黑体"}
_GRID = {"border": 1, "border_color": "#7F7F7F"}
_GREY = {"font_color": "#7F7F7F"}
_BOX = {**TEXT_FONT, **_GRID, "valign": "vcenter"}
_CENTRED = {"align": "center", "valign": "vcenter"}
_HEAD_FILL = {"bg_color": "#F2F2F2"}
_INPUT = {**_BOX, "bg_color": "#FFFBE6", "locked": False}
# A number keeps its distance from the border by its format: LibreOffice does not indent every right-aligned cell.
_NUMBER = {**_INPUT, "align": "right"}
_EARLIER = {**_BOX, **_HEAD_FILL, **_GREY, "align": "right"}

MARKS = {Severity.REJECT: "F8C4C4", Severity.EXPLAIN: "FFDD9C", Severity.WARN: "CFE3F7", Severity.KEEP: "E7E6E6"}
"""Pale red, amber, blue and grey: dark text stays readable on each, and none is the pale yellow of an input cell.

A cell that fails its self-check has the colour that a finding gives it in the marked workbook.
"""

STYLES: dict[str, dict[str, Any]] = {
    "title": {**_HEAD_FONT, "font_size": 16, **_CENTRED},
    "cover_title": {**_HEAD_FONT, "font_size": 20, **_CENTRED},
    "cover_period": {**TEXT_FONT, "font_size": 14, **_CENTRED},
    "heading": {**_HEAD_FONT, "font_size": 12, "valign": "vcenter"},
    "meta": {**TEXT_FONT, "font_size": 10, "valign": "vcenter"},
    "band": {**_HEAD_FONT, "font_size": 11, "valign": "vcenter"},
    "header": {**_BOX, **_HEAD_FILL, **_CENTRED, "bold": True, "text_wrap": True},
    "header_unit": {**_BOX, **_HEAD_FILL, **_CENTRED, "font_size": 10},
    "header_code": {**_BOX, **_HEAD_FILL, **_CENTRED, **_GREY, "font_size": 8},
    "label": {**_BOX, "text_wrap": True, "indent": 1},
    "key0": {**_BOX, "text_wrap": True, "bold": True, "indent": 1},
    "key1": {**_BOX, "text_wrap": True, "indent": 2},
    "key2": {**_BOX, "text_wrap": True, "indent": 3},
    "centred": {**_BOX, **_CENTRED},
    "line_code": {**_BOX, **_CENTRED, **_GREY, "font_size": 9},
    "link": {**_BOX, "indent": 1, "font_color": "#1F4E79", "underline": 1},
    "day": {**_BOX, **_CENTRED, "num_format": "yyyy-mm-dd"},
    "hint": {**TEXT_FONT, **_GREY, "font_size": 9, "indent": 1, "valign": "vcenter", "text_wrap": True},
    "small": {**TEXT_FONT, "font_size": 9, "valign": "top", "text_wrap": True},
    "guide": {**TEXT_FONT, "font_size": 10, "valign": "vcenter", "text_wrap": True},
    "signatures": {**TEXT_FONT, "font_size": 10, "valign": "vcenter"},
    "entry": {**_INPUT, **_CENTRED, "num_format": "@"},
    "earlier_int": {**_EARLIER, "num_format": "#,##0_ "},
    "earlier_money": {**_EARLIER, "num_format": "#,##0.00_ "},
    "earlier_decimal": {**_EARLIER, "num_format": "#,##0.00##_ "},
    "check": {**_BOX, "font_size": 9, "indent": 1, "valign": "vcenter", "font_color": "#3B7D23"},
    "failed": {"font_color": "#C00000"},
    **{f"failing_{severity}": {"bg_color": f"#{colour}"} for severity, colour in MARKS.items()},
    "failing_head": {**TEXT_FONT, "font_size": 9, "valign": "vcenter"},
    "failing_line": {**TEXT_FONT, **_CENTRED, "font_size": 9, "font_color": "#C00000"},
    "failing_text": {**TEXT_FONT, "font_size": 9, "font_color": "#C00000", "valign": "vcenter", "text_wrap": True},
    "failing_count": {**_BOX, **_CENTRED, "font_color": "#3B7D23", "num_format": f'[Red]0" 项未通过";0;"{PASSES}"'},
    "blank_count": {**_BOX, **_CENTRED, "font_color": "#3B7D23", "num_format": f'[Red]0" 格";0;"{PASSES}"'},
    "note_label": {**_BOX, "align": "center", "valign": "top"},
    "note": {**_INPUT, "text_wrap": True, "valign": "top", "num_format": "@"},
    "year": {**_NUMBER, "num_format": "0_ "},
    FieldType.INT: {**_NUMBER, "num_format": "#,##0_ "},
    FieldType.MONEY: {**_NUMBER, "num_format": "#,##0.00_ "},
    FieldType.DECIMAL: {**_NUMBER, "num_format": "#,##0.00##_ "},
    FieldType.TEXT: {**_INPUT, "num_format": "@", "text_wrap": True, "indent": 1},
    FieldType.CODE: {**_INPUT, "num_format": "@", "text_wrap": True, "indent": 1},
    FieldType.DATE: {**_INPUT, **_CENTRED, "num_format": "yyyy-mm-dd"},
    FieldType.BOOL: {**_INPUT, **_CENTRED, "num_format": "@"},
}
STYLES |= {f"running_{name}": {**STYLES[name], "bg_color": "#E2EFDA", "italic": True} for name in ("year", *FieldType)}
"""Every look a cell may have, by name; the tinted ones are unlocked."""

LINE_HEIGHT = 15
ROW_HEIGHT = 20


def input_style(field: Field) -> str:
    """The style of a field's input cells; a year has no thousands."""
    return "year" if field.type is FieldType.INT and field.unit == "年" else field.type


class BlankStyles:
    """The formats of one workbook, made when first asked for."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._formats: dict[str, Format] = {}

    def __getitem__(self, name: str) -> Format:
        """The format of a style."""
        if name not in self._formats:
            self._formats[name] = self._workbook.add_format(STYLES[name])
        return self._formats[name]


@lru_cache(maxsize=4096)
def text_width(text: str) -> int:
    """The width of a text in half-width characters, the unit of column widths."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def text_height(text: str, width: float, font_size: float = 11) -> float:
    """The height a wrapped text needs in a column of a width, two of which are margin."""
    # A column is measured in digits of the 11 point font, and a digit is a little wider than half a Chinese character.
    room = max(1.0, (width - 2) * 12 / font_size)
    lines = sum(max(1, math.ceil(text_width(line) / room)) for line in text.split("\n"))
    return max(ROW_HEIGHT, lines * LINE_HEIGHT * font_size / 11 + 5)
