"""Reads one sheet of an .xlsx workbook in one go: values, errors, formulas, what is merged and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NoReturn
from xml.etree.ElementTree import Element

from nianbao.intake.read.formats.parse_xml import parse_main
from nianbao.intake.read.formats.rich_text import read_text
from nianbao.intake.read.formats.sheet import (
    UNCACHED,
    Area,
    OddCell,
    Sheet,
    Unreadable,
    address,
    column_letters,
    column_number,
)
from nianbao.intake.read.formats.sheet_draft import SheetDraft
from nianbao.intake.read.formats.xlsx_values import HeldAndSeen, Malformed, Shared

MAX_COLUMNS = 702
"""Column ZZ: no form is wider, and every row takes room up to the farthest."""

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_COLUMNS = {column_letters(column): column for column in range(MAX_COLUMNS)}
_CORNER = re.compile(r"([A-Z]{1,3})?([1-9][0-9]{0,6})?")
_TRUE = ("1", "true")
_ROOTS = ("worksheet", "chartsheet", "dialogsheet")
_PICTURE, _PICTURE_SHOWN = "DISPIMG(", "图片"
_SHOWN = 40

_OUT_OF_ORDER = "位置重复或颠倒"
_NO_PLACE = "位置写法不对"
_ELEMENT_INSIDE = "值里夹有别的标记"
_TWO_VALUES = "有两个值"
_OF_TWO_KINDS = "类型与内容不符"


_DIGITS = 16
_MANY = 64
"""Of rows with more cells the addresses are not remembered."""


class Misplaced(Exception):
    """A cell stands where it cannot stand: its address, and why."""


def read_sheet(name: str, part: str, text: bytes, shared: Shared, is_hidden: bool) -> Sheet:
    """The sheet that a part holds; one of another kind than a table has no rows.

    Raises:
        Unreadable: it is no XML, spans too many cells, or leaves open what a cell holds.
    """
    root, namespace = parse_main(part, text, *_ROOTS)
    reader = _SheetReader(SheetDraft(name), part, namespace, shared)
    reader.read(root)
    return reader.draft.finish(is_hidden)


class _SheetReader:
    """Goes through the tree of a sheet. Rows and columns are counted from 0.

    Rows and the cells in them must come in their order, as every spreadsheet writes and asks for: so none comes twice.
    Wherever programs differ in what they make of a cell, the sheet is refused and the cell named.
    """

    def __init__(self, draft: SheetDraft, part: str, namespace: str, shared: Shared) -> None:
        self.draft = draft
        self._part, self._namespace, self._shared = part, namespace, shared
        self._row_tag, self._cell_tag, self._more_tag = (f"{namespace}{tag}" for tag in ("row", "c", "extLst"))
        self._value_tag, self._formula_tag, self._text_tag = (f"{namespace}{tag}" for tag in ("v", "f", "is"))

    def read(self, root: Element) -> None:
        """Take what stands on the sheet into the draft."""
        namespace, draft = self._namespace, self.draft
        for column in root.iterfind(f"{namespace}cols/{namespace}col"):
            if _is_hidden(column.get("hidden"), column.get("width")):
                first, last = (self._number(column.get(key, ""), _LAST_COLUMN) for key in ("min", "max"))
                draft.hidden_columns.append((first - 1, last))
        for merged in root.iterfind(f"{namespace}mergeCells/{namespace}mergeCell"):
            area = _area(merged.get("ref", ""))
            if area is None:
                self._refuse()
            draft.merged.append(area)
        tables = root.findall(f"{namespace}sheetData")
        if len(tables) > 1:
            self._refuse()
        for table in tables:
            self._read_rows(table)

    def _read_rows(self, rows: Iterable[Element]) -> None:
        last = 0
        for row in rows:
            if row.tag != self._row_tag:
                self._refuse()
            number, digits, said = last + 1, str(last + 1), row.get("r")
            if said is not None and said != digits:
                number = self._number(said, _LAST_ROW)
                digits = str(number)
            if number <= last:
                self._refuse_cell(address(number - 1, 0), _OUT_OF_ORDER)
            last = number
            if _is_hidden(row.get("hidden"), row.get("ht")):
                self.draft.hidden_rows.append(number - 1)
            if len(row):
                self._read_cells(number - 1, digits, row)

    def _read_cells(self, row: int, digits: str, within: Element) -> None:
        cells = within.findall(self._cell_tag)
        if len(cells) != len(within) and any(each.tag not in (self._cell_tag, self._more_tag) for each in within):
            self._refuse()
        places = [cell.get("r") for cell in cells]
        try:
            columns = (_columns_of if len(places) < _MANY else _find_columns)(tuple(places), digits)
        except Misplaced as misplaced:
            self._refuse_cell(*misplaced.args)
        is_near = not columns or columns[-1] < MAX_COLUMNS
        value_tag, strings, plain = self._value_tag, self._shared.texts, self._shared.whole_styles
        values: list[object] = []
        for column, cell in zip(columns, cells, strict=True):
            if not len(cell):  # most cells are blank and only have a style
                continue
            first = cell[0]
            held: object = None
            if len(cell) == 1 and first.tag == value_tag and is_near and not len(first):
                # Nearly all that are filled hold the number of a text, or a plain whole number.
                kind, said = cell.get("t"), first.text
                if kind == "s":
                    held = strings.get(said)
                elif kind is None and said and cell.get("s") in plain and said.isascii() and said.isdigit():
                    held = float(said) if len(said) < _DIGITS else None
            if not held and (held := self._held(row, column, cell)) is None:
                continue
            if column > len(values):
                values += [""] * (column - len(values))
            values.append(held)
            if isinstance(held, str) and held:
                self.draft.texts.append((row, column, held))
        if values:
            self.draft.put_row(row, values)

    def _held(self, row: int, column: int, cell: Element) -> object:
        """What is written in a cell; an empty text where it is odd, None where there is nothing."""
        first, kind = cell[0], cell.get("t")
        if len(cell) == 1 and first.tag == self._value_tag and not len(first):
            value, formula = first.text, None
        else:
            value, formula = self._written(row, column, cell)
        if formula is not None:
            self.draft.formulas.append(address(row, column))
            if _PICTURE in formula:
                return self._note_odd(row, column, "PICTURE_IN_CELL", _PICTURE_SHOWN)
            # Some programs leave the value out, others write an empty one, which is a result for a text alone.
            if not value and kind != "str":
                return self._note_odd(row, column, "FORMULA_UNCACHED", UNCACHED)
        if kind == "e":
            # A picture or a record in a cell, which older programs show as an error, is told by this attribute.
            is_picture = cell.get("vm") is not None
            code, shown = ("PICTURE_IN_CELL", _PICTURE_SHOWN) if is_picture else ("CELL_ERROR", value or "")
            return self._note_odd(row, column, code, shown)
        if not value:
            return None
        if kind == "inlineStr" and first.tag == self._value_tag:
            self._refuse_cell(address(row, column), _OF_TWO_KINDS)
        try:
            held = self._shared.reader_of(kind, cell.get("s"))(value)
        except Malformed:
            self._refuse_cell(address(row, column), value)
        if column >= MAX_COLUMNS:
            raise Unreadable("SHEET_TOO_WIDE", sheet=self.draft.name, cell=address(row, column), expected="ZZ")
        if isinstance(held, HeldAndSeen):
            self.draft.shown[address(row, column)] = held.shown
            return held.held
        return None if held == "" else held

    def _note_odd(self, row: int, column: int, code: str, shown: str) -> str:
        self.draft.odd[address(row, column)] = OddCell(code, shown)
        return ""

    def _written(self, row: int, column: int, cell: Element) -> tuple[str | None, str | None]:
        """The value and the formula of a cell as they are written, None for what is not there."""
        found: dict[str, str] = {}
        is_inline = cell.get("t") == "inlineStr"
        for child in cell:
            what = "f" if child.tag == self._formula_tag else "v"
            if child.tag not in (self._formula_tag, self._value_tag, self._text_tag):
                continue
            if what in found:
                self._refuse_cell(address(row, column), _TWO_VALUES)
            if what == "v" and is_inline is not (child.tag == self._text_tag):
                self._refuse_cell(address(row, column), _OF_TWO_KINDS)
            if len(child) and child.tag != self._text_tag:
                self._refuse_cell(address(row, column), _ELEMENT_INSIDE)
            found[what] = read_text(self._part, child) if child.tag == self._text_tag else child.text or ""
        return found.get("v"), found.get("f")

    def _number(self, said: str, limit: int) -> int:
        if not (said.isascii() and said.isdigit() and len(said) < 9 and 1 <= int(said) <= limit):
            self._refuse()
        return int(said)

    def _refuse_cell(self, cell: str, because: str) -> NoReturn:
        raise Unreadable("CELL_MALFORMED", because[:_SHOWN], sheet=self.draft.name, cell=cell)

    def _refuse(self) -> NoReturn:
        raise Unreadable("XML_MALFORMED", self._part)


@lru_cache(maxsize=1_024)
def _is_hidden(said: str | None, size: str | None) -> bool:
    """Whether a row or column is hidden, or so low or narrow that nothing of it is seen."""
    return said in _TRUE or (size is not None and not size.strip("0."))


def _find_columns(places: Sequence[str | None], digits: str) -> Sequence[int]:
    """The columns of the cells of a row, by their addresses; one without an address stands right of the one before.

    Raises:
        Misplaced: one is no address in the row, or they are out of order.
    """
    columns, last = [], -1
    for place in places:
        column = last + 1 if place is None else _column_of(place, digits)
        if column <= last:
            raise Misplaced(f"{column_letters(column)}{digits}", _OUT_OF_ORDER)
        columns.append(column)
        last = column
    return columns


_columns_of = lru_cache(maxsize=4_096)(_find_columns)
"""The rows of one form are the same in every workbook."""


def _column_of(place: str, digits: str) -> int:
    letters = place.removesuffix(digits)
    near = _COLUMNS.get(letters)
    if near is not None:
        return near
    match = _CORNER.fullmatch(letters)
    if match is None or not match[1] or match[2] or column_number(letters) > _LAST_COLUMN:
        raise Misplaced(place[:_SHOWN], _NO_PLACE)
    return column_number(letters) - 1


@lru_cache(maxsize=4_096)
def _area(said: str) -> Area | None:
    """A merged area, None when it is none; whole rows and columns are told without the other."""
    first, _, last = said.partition(":")
    corners = [match.groups() for corner in (first, last or first) if (match := _CORNER.fullmatch(corner))]
    if not said or len(corners) < 2:
        return None
    (left, top), (right, bottom) = corners
    rows = sorted((int(top or 1), int(bottom or _LAST_ROW)))
    columns = sorted((column_number(left or "A"), column_number(right) if right else _LAST_COLUMN))
    return (rows[0] - 1, columns[0] - 1), (rows[1] - 1, columns[1] - 1)
