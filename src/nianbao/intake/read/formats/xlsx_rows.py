"""What is written in a row of an .xlsx sheet, before it is known what its texts and styles are.

It follows from the row alone: so it need not be found out again where the same row comes in another file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from xml.etree.ElementTree import Element

from nianbao.intake.read.formats.rich_text import read_text
from nianbao.intake.read.formats.sheet import address, column_letters, column_number

MAX_COLUMNS = 702
"""Column ZZ: no form is wider, and every row takes room up to the farthest."""

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
SHOWN = 40
OUT_OF_ORDER = "位置重复或颠倒"

_COLUMNS = {column_letters(column): column for column in range(MAX_COLUMNS)}
_LETTERS = re.compile(r"[A-Z]{1,3}")
_TRUE = ("1", "true")
_NO_PLACE = "位置写法不对"
_ELEMENT_INSIDE = "值里夹有别的标记"
_TWO_VALUES = "有两个值"
_OF_TWO_KINDS = "类型与内容不符"
_DIGITS = 16
"""Of so many a whole number may no longer be kept to the last."""


class Disputed(Exception):
    """Programs differ in what they make of a row: the cell and why, or nothing where the row itself is no row."""


class Written(NamedTuple):
    """A cell in which something is written, as it is written; None for what is not there.

    `number` is that of a plain whole one without a formula, which may yet be the number of a day.
    """

    column: int
    kind: str | None
    style: str | None
    value: str | None
    formula: str | None
    number: float | None
    is_picture: bool


class Row(NamedTuple):
    """A row by its number, counted from 1, and the cells in which something is written, in their order."""

    number: int
    is_hidden: bool
    cells: Sequence[Written]


def read_row(part: str, row: Element, namespace: str, before: int) -> Row:
    """What is written in a row; one without a number comes below the one `before`.

    Raises:
        Disputed: it is no row, or leaves open what a cell of it holds or where it stands.
        Unreadable: there is an element inside a text.
    """
    if row.tag != f"{namespace}row":
        raise Disputed
    said = row.get("r")
    number = before + 1 if said is None else whole_number(said, LAST_ROW)
    is_hidden = hides(row.get("hidden"), row.get("ht"))
    cell_tag, more_tag = f"{namespace}c", f"{namespace}extLst"
    cells = row.findall(cell_tag)
    if len(cells) != len(row) and any(each.tag not in (cell_tag, more_tag) for each in row):
        raise Disputed
    if not cells:
        return Row(number, is_hidden, ())
    columns = _find_columns([cell.get("r") for cell in cells], str(number))
    read = _CellReader(part, namespace).read
    return Row(
        number,
        is_hidden,
        # Most cells are blank and only have a style.
        [read(number, column, cell) for column, cell in zip(columns, cells, strict=True) if len(cell)],
    )


def whole_number(said: str, limit: int) -> int:
    """A number of a row or a column, counted from 1.

    Raises:
        Disputed: it is none.
    """
    if not (said.isascii() and said.isdigit() and len(said) < 9 and 1 <= int(said) <= limit):
        raise Disputed
    return int(said)


@lru_cache(maxsize=1_024)
def hides(said: str | None, size: str | None) -> bool:
    """Whether a row or column is hidden, or so low or narrow that nothing of it is seen."""
    return said in _TRUE or (size is not None and not size.strip("0."))


class _CellReader:
    """Reads cells of one part. What is inside a cell besides value, formula and text is passed over."""

    def __init__(self, part: str, namespace: str) -> None:
        self._part = part
        self._value_tag, self._formula_tag, self._text_tag = (f"{namespace}{tag}" for tag in ("v", "f", "is"))

    def read(self, row: int, column: int, cell: Element) -> Written:
        """What is written in a cell that has something inside."""
        first, kind, style = cell[0], cell.get("t"), cell.get("s")
        if len(cell) == 1 and first.tag == self._value_tag and not len(first):
            value, number = first.text, None
            if value and kind == "inlineStr":
                raise Disputed(address(row - 1, column), _OF_TWO_KINDS)
            if kind is None and value and len(value) < _DIGITS and value.isascii() and value.isdigit():
                number = float(value)
            return Written(column, kind, style, value, None, number, cell.get("vm") is not None)
        value, formula = self._inside(address(row - 1, column), cell)
        return Written(column, kind, style, value, formula, None, cell.get("vm") is not None)

    def _inside(self, place: str, cell: Element) -> tuple[str | None, str | None]:
        """The value and the formula of a cell."""
        found: dict[str, str] = {}
        is_inline = cell.get("t") == "inlineStr"
        for child in cell:
            what = "f" if child.tag == self._formula_tag else "v"
            if child.tag not in (self._formula_tag, self._value_tag, self._text_tag):
                continue
            if what in found:
                raise Disputed(place, _TWO_VALUES)
            if what == "v" and is_inline is not (child.tag == self._text_tag):
                raise Disputed(place, _OF_TWO_KINDS)
            if len(child) and child.tag != self._text_tag:
                raise Disputed(place, _ELEMENT_INSIDE)
            found[what] = read_text(self._part, child) if child.tag == self._text_tag else child.text or ""
        return found.get("v"), found.get("f")


def _find_columns(places: Sequence[str | None], digits: str) -> Sequence[int]:
    """The columns of the cells of a row, by their addresses; one without an address stands right of the one before."""
    columns, last = [], -1
    for place in places:
        column = last + 1 if place is None else _column_of(place, digits)
        if column <= last:
            raise Disputed(f"{column_letters(column)}{digits}", OUT_OF_ORDER)
        columns.append(column)
        last = column
    return columns


def _column_of(place: str, digits: str) -> int:
    letters = place.removesuffix(digits)
    near = _COLUMNS.get(letters)
    if near is not None:
        return near
    if not _LETTERS.fullmatch(letters) or column_number(letters) > LAST_COLUMN:
        raise Disputed(place[:SHOWN], _NO_PLACE)
    return column_number(letters) - 1
