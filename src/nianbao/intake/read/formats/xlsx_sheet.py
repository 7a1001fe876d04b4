"""Reads one sheet of an .xlsx workbook: values, errors, formulas, what is merged and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from xml.etree.ElementTree import Element

from nianbao.intake.read.formats.parse_xml import parse_main, root_tag
from nianbao.intake.read.formats.sheet import (
    UNCACHED,
    Area,
    OddCell,
    Sheet,
    Unreadable,
    address,
    column_number,
)
from nianbao.intake.read.formats.sheet_draft import SheetDraft
from nianbao.intake.read.formats.xlsx_rows import (
    LAST_COLUMN,
    LAST_ROW,
    MAX_COLUMNS,
    OUT_OF_ORDER,
    SHOWN,
    Disputed,
    Row,
    Written,
    hides,
    read_row,
    whole_number,
)
from nianbao.intake.read.formats.xlsx_values import HeldAndSeen, Malformed, Shared

_CORNER = re.compile(r"([A-Z]{1,3})?([1-9][0-9]{0,6})?")
_ROOTS = ("worksheet", "chartsheet", "dialogsheet")
_PICTURE, _PICTURE_SHOWN = "DISPIMG(", "图片"

_OPENED, _CLOSED, _ROW = b"<sheetData>", b"</sheetData>", b"<row "
_MARKUP = (b"<!", b"<?")
_LARGE, _LONG_ROW = 1 << 20, 4_000
"""A sheet or a row of more bytes is not taken apart: it is read once, and remembering it would take too much."""


class _Frame(NamedTuple):
    """What a sheet says outside its rows: hidden columns (first and last but one, from 0), and merged areas."""

    hidden_columns: Sequence[tuple[int, int]]
    merged: Sequence[Area]


def read_sheet(name: str, part: str, text: bytes, shared: Shared, is_hidden: bool) -> Sheet:
    """The sheet that a part holds; one of another kind than a table has no rows.

    Raises:
        Unreadable: it is no XML, spans too many cells, or leaves open what a cell holds.
    """
    try:
        try:
            return _SheetReader(SheetDraft(name), shared).read(*_taken_apart(text), is_hidden)
        except (_Undivided, Disputed, Unreadable):  # as a whole it says what is wrong with it, if anything is
            return _SheetReader(SheetDraft(name), shared).read(*_whole(part, text), is_hidden)
    except Disputed as disputed:
        cell, *because = disputed.args or (None,)
        if cell is None:
            raise Unreadable("XML_MALFORMED", part) from disputed
        raise Unreadable("CELL_MALFORMED", *because, sheet=name, cell=cell) from disputed


def _whole(part: str, text: bytes) -> tuple[_Frame, Iterator[Row]]:
    """What a sheet says outside its rows, and its rows, from one tree."""
    root, namespace = parse_main(part, text, *_ROOTS)
    return _frame_of(root, namespace), _rows_of(part, root, namespace)


class _Undivided(Exception):
    """A sheet is not written so that its rows can be told apart without a parser."""


def _taken_apart(text: bytes) -> tuple[_Frame, Iterator[Row]]:
    """The same from pieces, most of which came in another workbook: blank rows, titles, what a sheet says of its look.

    Each row is a document of its own in the root of the sheet, and so is the sheet without any row. Where all of them
    are well-formed the sheet is, and holds what they hold: content put into an element that is empty.

    Raises:
        _Undivided: it is large, or its rows cannot be told apart.
        Disputed, Unreadable: as a whole it may be something else than in pieces.
    """
    start = text.find(_OPENED) + len(_OPENED)
    end = text.find(_CLOSED, start)
    if start < len(_OPENED) or end < 0 or len(text) > _LARGE:
        raise _Undivided
    frame, root = _remembered_frame(text[:start] + text[end:])
    before, *rows = text[start:end].split(_ROW)
    if before.strip() or (rows and len(max(rows, key=len)) > _LONG_ROW):
        raise _Undivided
    return frame, (_remembered_row(root, row) for row in rows)


@lru_cache(maxsize=128)
def _remembered_frame(text: bytes) -> tuple[_Frame, bytes]:
    """What a sheet without its rows says, and the tag of its root."""
    tag = root_tag(text)
    if tag is None or len(text) > _LARGE >> 4 or any(text.find(each, tag.end()) >= 0 for each in _MARKUP):
        raise _Undivided
    root, namespace = parse_main("", text, *_ROOTS)
    tables = list(root.iter(f"{namespace}sheetData"))
    if tables != root.findall(f"{namespace}sheetData") or len(tables) != 1 or text.count(_OPENED[:-1]) != 1:
        raise _Undivided
    return _frame_of(root, namespace), tag[1]


@lru_cache(maxsize=4_096)
def _remembered_row(root: bytes, row: bytes) -> Row:
    """What is written in a row that says where it stands; without the beginning that all have."""
    name = root[1:].split(maxsplit=1)[0].removesuffix(b">")
    within, namespace = parse_main("", b"%b%b%b</%b>" % (root, _ROW, row, name), *_ROOTS)
    if len(within) != 1 or within[0].get("r") is None:
        raise _Undivided
    return read_row("", within[0], namespace, 0)


def _frame_of(root: Element, namespace: str) -> _Frame:
    hidden = [
        (whole_number(column.get("min", ""), LAST_COLUMN) - 1, whole_number(column.get("max", ""), LAST_COLUMN))
        for column in root.iterfind(f"{namespace}cols/{namespace}col")
        if hides(column.get("hidden"), column.get("width"))
    ]
    merged = [_area(each.get("ref", "")) for each in root.iterfind(f"{namespace}mergeCells/{namespace}mergeCell")]
    return _Frame(hidden, merged)


def _rows_of(part: str, root: Element, namespace: str) -> Iterator[Row]:
    tables = root.findall(f"{namespace}sheetData")
    if len(tables) > 1:
        raise Disputed
    before = 0
    for table in tables:
        for element in table:
            row = read_row(part, element, namespace, before)
            before = row.number
            yield row


def _area(said: str) -> Area:
    """A merged area; whole rows and columns are told without the other."""
    first, _, last = said.partition(":")
    corners = [match.groups() for corner in (first, last or first) if (match := _CORNER.fullmatch(corner))]
    if not said or len(corners) < 2:
        raise Disputed
    (left, top), (right, bottom) = corners
    rows = sorted((int(top or 1), int(bottom or LAST_ROW)))
    columns = sorted((column_number(left or "A"), column_number(right) if right else LAST_COLUMN))
    return (rows[0] - 1, columns[0] - 1), (rows[1] - 1, columns[1] - 1)


class _SheetReader:
    """Makes values of what is written. Rows and columns are counted from 0.

    Rows and the cells in them must come in their order, as every spreadsheet writes and asks for: so none comes twice.
    Wherever programs differ in what they make of a cell, the sheet is refused and the cell named.
    """

    def __init__(self, draft: SheetDraft, shared: Shared) -> None:
        self.draft, self._shared = draft, shared

    def read(self, frame: _Frame, rows: Iterator[Row], is_hidden: bool) -> Sheet:
        """The sheet."""
        self.draft.hidden_columns += frame.hidden_columns
        self.draft.merged += frame.merged
        last = 0
        for number, row_is_hidden, cells in rows:
            if number <= last:
                raise Disputed(address(number - 1, 0), OUT_OF_ORDER)
            last = number
            if row_is_hidden:
                self.draft.hidden_rows.append(number - 1)
            if cells:
                self._read_cells(number - 1, cells)
        return self.draft.finish(is_hidden)

    def _read_cells(self, row: int, cells: Sequence[Written]) -> None:
        is_near = cells[-1].column < MAX_COLUMNS
        strings, plain, texts = self._shared.texts, self._shared.whole_styles, self.draft.texts
        values: list[object] = []
        for cell in cells:
            column, kind, style, value, formula, number, _ = cell
            held: object = None
            if is_near and formula is None:
                # Nearly all that are filled hold the number of a text, or a plain whole number.
                if kind == "s":
                    held = strings.get(value)
                elif number and style in plain:
                    held = number
            if not held and (held := self._held(row, cell)) is None:
                continue
            if column > len(values):
                values += [""] * (column - len(values))
            values.append(held)
            if held and isinstance(held, str):
                texts.append((row, column, held))
        if values:
            self.draft.put_row(row, values)

    def _held(self, row: int, cell: Written) -> object:
        """What a cell holds; an empty text where it is odd, None where there is nothing."""
        column, kind, style, value, formula, _, is_picture = cell
        if formula is not None:
            self.draft.formulas.append(address(row, column))
            if _PICTURE in formula:
                return self._note_odd(row, column, "PICTURE_IN_CELL", _PICTURE_SHOWN)
            # Some programs leave the value out, others write an empty one, which is a result for a text alone.
            if not value and kind != "str":
                return self._note_odd(row, column, "FORMULA_UNCACHED", UNCACHED)
        if kind == "e":
            # A picture or a record in a cell, which older programs show as an error, is told by an attribute (vm).
            code, shown = ("PICTURE_IN_CELL", _PICTURE_SHOWN) if is_picture else ("CELL_ERROR", value or "")
            return self._note_odd(row, column, code, shown)
        if not value:
            return None
        try:
            held = self._shared.reader_of(kind, style)(value)
        except Malformed:
            raise Disputed(address(row, column), value[:SHOWN]) from None
        if column >= MAX_COLUMNS:
            raise Unreadable("SHEET_TOO_WIDE", sheet=self.draft.name, cell=address(row, column), expected="ZZ")
        if isinstance(held, HeldAndSeen):
            self.draft.shown[address(row, column)] = held.shown
            return held.held
        return None if held == "" else held

    def _note_odd(self, row: int, column: int, code: str, shown: str) -> str:
        self.draft.odd[address(row, column)] = OddCell(code, shown)
        return ""
