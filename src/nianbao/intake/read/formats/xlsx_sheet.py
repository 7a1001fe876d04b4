"""Reads one sheet of an .xlsx workbook in one go: values, errors, formulas, what is merged and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
from nianbao.intake.read.formats.xlsx_values import Malformed, Scaled, Shared

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
            if _is_hidden(column, "width"):
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
            said = row.get("r")
            number = last + 1 if said is None else self._number(said, _LAST_ROW)
            if number <= last:
                self._refuse_cell(address(number - 1, 0), _OUT_OF_ORDER)
            last = number
            if _is_hidden(row, "ht"):
                self.draft.hidden_rows.append(number - 1)
            self._read_cells(number - 1, str(number), row)

    def _read_cells(self, row: int, digits: str, cells: Iterable[Element]) -> None:
        cell_tag, last = self._cell_tag, -1
        for cell in cells:
            if cell.tag != cell_tag:
                if cell.tag == self._more_tag:
                    continue
                self._refuse()
            place = cell.get("r")
            if place is None:
                column = last + 1
            else:
                letters = place.removesuffix(digits)
                near = _COLUMNS.get(letters)
                column = self._far_column(place, letters) if near is None else near
            if column <= last:
                self._refuse_cell(address(row, column), _OUT_OF_ORDER)
            last = column
            if len(cell):  # most cells are blank and only have a style
                self._read_cell(row, column, cell)

    def _read_cell(self, row: int, column: int, cell: Element) -> None:
        """Take a cell in which something is written."""
        first = cell[0]
        if len(cell) == 1 and first.tag == self._value_tag and not len(first):
            value, formula = first.text, None
        else:
            value, formula = self._written(row, column, cell)
        kind = cell.get("t")
        if formula is not None:
            self.draft.formulas.append(address(row, column))
            if _PICTURE in formula:
                self._put_odd(row, column, "PICTURE_IN_CELL", _PICTURE_SHOWN)
                return
            # Some programs leave the value out, others write an empty one, which is a result for a text alone.
            if not value and kind != "str":
                self._put_odd(row, column, "FORMULA_UNCACHED", UNCACHED)
                return
        if kind == "e":
            # A picture or a record in a cell, which older programs show as an error, is told by this attribute.
            is_picture = cell.get("vm") is not None
            code, shown = ("PICTURE_IN_CELL", _PICTURE_SHOWN) if is_picture else ("CELL_ERROR", value or "")
            self._put_odd(row, column, code, shown)
        elif value:
            if kind == "inlineStr" and first.tag == self._value_tag:
                self._refuse_cell(address(row, column), _OF_TWO_KINDS)
            try:
                held = self._shared.reader_of(kind, cell.get("s"))(value)
            except Malformed:
                self._refuse_cell(address(row, column), value)
            self._put(row, column, held)

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

    def _put(self, row: int, column: int, held: object) -> None:
        if column >= MAX_COLUMNS:
            raise Unreadable("SHEET_TOO_WIDE", sheet=self.draft.name, cell=address(row, column), expected="ZZ")
        if isinstance(held, Scaled):
            self.draft.magnitudes[address(row, column)] = held.magnitude
            held = held.number
        if held != "":
            self.draft.put(row, column, held)

    def _put_odd(self, row: int, column: int, code: str, shown: str) -> None:
        self.draft.odd[address(row, column)] = OddCell(code, shown)
        self.draft.put(row, column, "")

    def _far_column(self, place: str, letters: str) -> int:
        match = _CORNER.fullmatch(letters)
        if match is None or not match[1] or match[2] or column_number(letters) > _LAST_COLUMN:
            self._refuse_cell(place[:_SHOWN], _NO_PLACE)
        return column_number(letters) - 1

    def _number(self, said: str, limit: int) -> int:
        if not (said.isascii() and said.isdigit() and len(said) < 9 and 1 <= int(said) <= limit):
            self._refuse()
        return int(said)

    def _refuse_cell(self, cell: str, because: str) -> NoReturn:
        raise Unreadable("CELL_MALFORMED", because[:_SHOWN], sheet=self.draft.name, cell=cell)

    def _refuse(self) -> NoReturn:
        raise Unreadable("XML_MALFORMED", self._part)


def _is_hidden(item: Element, size: str) -> bool:
    """Whether a row or column is hidden, or so low or narrow that nothing of it is seen."""
    return item.get("hidden") in _TRUE or (size in item.attrib and not item.attrib[size].strip("0."))


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
