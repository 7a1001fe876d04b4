"""What is written in a row of an .xlsx sheet, before shared texts and number formats say what it means.

It follows from the row alone: so it need not be found out again where the same row comes once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from xml.etree.ElementTree import Element

from nianbao.intake.read.formats.rich_text import read_text
from nianbao.intake.read.formats.sheet import UNCACHED, OddCell, address, column_letters, column_number

MAX_COLUMNS = 702
"""Column ZZ: no form is wider, and every row takes room up to the farthest."""

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
OUT_OF_ORDER = "位置重复或颠倒"

_COLUMNS = {column_letters(column): column for column in range(MAX_COLUMNS)}
_TRUE = ("1", "true")
_PICTURE, _PICTURE_SHOWN = "DISPIMG(", "图片"
SHOWN = 40
_NO_PLACE = "位置写法不对"
_ELEMENT_INSIDE = "值里夹有别的标记"
_TWO_VALUES = "有两个值"
_OF_TWO_KINDS = "类型与内容不符"


class Disputed(Exception):
    """Programs differ in what they make of a sheet: the code of a fault, its value, the cell, and what is expected."""

    def __init__(
        self,
        code: str = "XML_MALFORMED",
        value: str | None = None,
        cell: str | None = None,
        expected: str | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.value, self.cell, self.expected = code, value, cell, expected


class WrittenCell(NamedTuple):
    """A cell with a value: its column from 0, the kind and the style that it names, and what is written in it.

    What is written is None where a number was taken out of it.
    """

    column: int
    kind: str | None
    style: str | None
    said: str | None


@dataclass(slots=True)
class WrittenRow:
    """A row by its number, counted from 1, with its filled cells; formulas and cells without a value by address.

    `odd_width` is how far cells without a value reach; `says_more` where there is something besides cells.
    """

    number: int
    is_hidden: bool
    cells: list[WrittenCell] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    odd: dict[str, OddCell] = field(default_factory=dict)
    odd_width: int = 0
    says_more: bool = False


def read_row(part: str, element: Element, namespace: str, before: int) -> WrittenRow:
    """What is written in a row; one without a number comes below the one `before`.

    Cells must come in their order, as every spreadsheet writes and asks for: so none comes twice.

    Raises:
        Disputed: it is no row, or leaves open what a cell of it holds or where it stands.
        Unreadable: there is an element inside a text.
    """
    names = _names_in(namespace)
    if element.tag != names.row:
        raise Disputed
    said = element.get("r")
    number = before + 1 if said is None else whole_number(said, LAST_ROW)
    row = WrittenRow(number, hides(element.get("hidden"), element.get("ht")))
    cells = element.findall(names.cell)
    if len(cells) != len(element) and any(each.tag not in (names.cell, names.more) for each in element):
        raise Disputed
    columns = _find_columns(tuple([cell.get("r") for cell in cells]), str(number))
    reader = _RowReader(part, names, row)
    for column, cell in zip(columns, cells, strict=True):
        if len(cell):  # most cells are blank and only have a style
            reader.read(column, cell)
    row.says_more = bool(row.is_hidden or row.formulas or row.odd)
    return row


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


class _Names(NamedTuple):
    """The names of the elements of rows and cells, with their namespace."""

    row: str
    cell: str
    more: str
    value: str
    formula: str
    text: str


@lru_cache
def _names_in(namespace: str) -> _Names:
    return _Names(*(f"{namespace}{name}" for name in ("row", "c", "extLst", "v", "f", "is")))


class _RowReader:
    """Puts what the cells of a row hold into it; what is inside a cell besides value, formula and text is passed over.

    Wherever programs differ in what they make of a cell, it is refused and named.
    """

    def __init__(self, part: str, names: _Names, row: WrittenRow) -> None:
        self._part, self._names, self._row = part, names, row

    def read(self, column: int, cell: Element) -> None:
        """Take in a cell that has something inside."""
        first, kind, formula = cell[0], cell.get("t"), None
        if len(cell) == 1 and first.tag == self._names.value and not len(first):
            value = first.text
            if value and kind == "inlineStr":
                raise self._refused(column, _OF_TWO_KINDS)
        else:
            value, formula = self._inside(column, cell)
        if odd := self._oddity(column, kind, value, formula, cell):
            self._row.odd[self._place(column)] = odd
            self._row.odd_width = column + 1
        elif value:
            if column >= MAX_COLUMNS:
                raise Disputed("SHEET_TOO_WIDE", cell=self._place(column), expected="ZZ")
            self._row.cells.append(WrittenCell(column, kind, cell.get("s"), value))

    def _inside(self, column: int, cell: Element) -> tuple[str | None, str | None]:
        """The value and the formula of a cell as they are written, None for what is not there."""
        found: dict[str, str] = {}
        names, is_inline = self._names, cell.get("t") == "inlineStr"
        for child in cell:
            what, is_text = "f" if child.tag == names.formula else "v", child.tag == names.text
            if child.tag not in (names.formula, names.value, names.text):
                continue
            if what in found:
                raise self._refused(column, _TWO_VALUES)
            if what == "v" and is_inline is not is_text:
                raise self._refused(column, _OF_TWO_KINDS)
            if len(child) and not is_text:
                raise self._refused(column, _ELEMENT_INSIDE)
            found[what] = read_text(self._part, child) if is_text else child.text or ""
        return found.get("v"), found.get("f")

    def _oddity(
        self, column: int, kind: str | None, value: str | None, formula: str | None, cell: Element
    ) -> OddCell | None:
        """Why a cell in which something stands has no value; formulas are noted."""
        if formula is not None:
            self._row.formulas.append(self._place(column))
            if _PICTURE in formula:
                return OddCell("PICTURE_IN_CELL", _PICTURE_SHOWN)
            # Some programs leave the value out, others write an empty one, which is a result for a text alone.
            if not value and kind != "str":
                return OddCell("FORMULA_UNCACHED", UNCACHED)
        if kind != "e":
            return None
        # A picture or a record in a cell, which older programs show as an error, is told by this attribute.
        is_picture = cell.get("vm") is not None
        return OddCell("PICTURE_IN_CELL", _PICTURE_SHOWN) if is_picture else OddCell("CELL_ERROR", value or "")

    def _place(self, column: int) -> str:
        return address(self._row.number - 1, column)

    def _refused(self, column: int, because: str) -> Disputed:
        return Disputed("CELL_MALFORMED", because[:SHOWN], self._place(column))


@lru_cache(maxsize=1_024)
def _find_columns(places: tuple[str | None, ...], digits: str) -> Sequence[int]:
    """The columns of the cells of a row, by their addresses; one without an address stands right of the one before."""
    columns, last = [], -1
    for place in places:
        column = last + 1 if place is None else _column_of(place, digits)
        if column <= last:
            raise Disputed("CELL_MALFORMED", OUT_OF_ORDER, f"{column_letters(column)}{digits}")
        columns.append(column)
        last = column
    return columns


def _column_of(place: str, digits: str) -> int:
    letters = place.removesuffix(digits)
    near = _COLUMNS.get(letters)
    if near is not None and letters != place:
        return near
    is_column = (
        letters != place
        and letters.isascii()
        and letters.isalpha()
        and letters.isupper()
        and len(letters) <= len("XFD")
    )
    if not is_column or column_number(letters) > LAST_COLUMN:
        raise Disputed("CELL_MALFORMED", _NO_PLACE, place[:SHOWN])
    return column_number(letters) - 1
