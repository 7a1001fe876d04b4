"""Reads one sheet of an .xlsx workbook: values, errors, formulas, what is merged and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from xml.etree.ElementTree import Element

from nianbao.intake.read.formats.parse_xml import parse_main, parse_piece, plain_root
from nianbao.intake.read.formats.sheet import Area, Sheet, Unreadable, address, column_number
from nianbao.intake.read.formats.sheet_draft import SheetDraft
from nianbao.intake.read.formats.xlsx_rows import (
    LAST_COLUMN,
    LAST_ROW,
    OUT_OF_ORDER,
    SHOWN,
    Disputed,
    SheetRow,
    hides,
    read_row,
    whole_number,
)
from nianbao.intake.read.formats.xlsx_values import Formats, Malformed, SharedTexts

_CORNER = re.compile(r"([A-Z]{1,3})?([1-9][0-9]{0,6})?")
_ROOTS = ("worksheet", "chartsheet", "dialogsheet")

_OPENED, _CLOSED, _ROW = b"<sheetData>", b"</sheetData>", b"<row "
_MARKUP, _PREFIXED_ROW = (b"<!", b"<?"), b":row"
_KEPT_ROWS = 4_096
_LARGE, _LONG_ROW = 1 << 20, 1 << 12
"""A sheet or a row of more bytes is not taken apart: it is read once, and remembering it would take too much."""


class _Frame(NamedTuple):
    """What a sheet says outside its rows: hidden columns (first and last but one, from 0), and merged areas."""

    hidden_columns: Sequence[tuple[int, int]]
    merged: Sequence[Area]


def read_sheet(name: str, part: str, text: bytes, texts: SharedTexts, formats: Formats, is_hidden: bool) -> Sheet:
    """The sheet that a part holds; one of another kind than a table has no rows.

    Raises:
        Unreadable: it is no XML, spans too many cells, or leaves open what a cell holds.
    """
    draft = SheetDraft(name)
    try:
        try:
            _fill(draft, *_taken_apart(text, formats), texts)
        except (_Undivided, Disputed, Unreadable):  # as a whole it says what is wrong with it, if anything is
            draft = SheetDraft(name)
            _fill(draft, *_whole(part, text, formats), texts)
    except Disputed as fault:
        if fault.cell is None:
            raise Unreadable(fault.code, part) from fault
        raise Unreadable(fault.code, fault.value, sheet=name, cell=fault.cell, expected=fault.expected) from fault
    return draft.finish(is_hidden)


def _whole(part: str, text: bytes, formats: Formats) -> tuple[_Frame, Iterator[SheetRow]]:
    """What a sheet says outside its rows, and its rows, from one tree."""
    root, namespace = parse_main(part, text, *_ROOTS)
    return _frame_of(root, namespace), _rows_of(part, root, namespace, formats)


class _Undivided(Exception):
    """A sheet is not written so that its rows can be told apart without a parser."""


def _taken_apart(text: bytes, formats: Formats) -> tuple[_Frame, Iterator[SheetRow]]:
    """The same from pieces, most of which came in another workbook: blank rows, titles, what a sheet says of its look.

    The rows that did not are a document of their own in the root of the sheet, and so is the sheet without any row.
    Where both are well-formed the sheet is, and holds what they hold: content put into an element that is empty.

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
    known = _rows_known(root, formats)
    if len(known) >= _KEPT_ROWS:
        known.clear()
    if new := list(dict.fromkeys([row for row in rows if row not in known])):
        found = [read_row("", row, namespace, formats, 0) for row, namespace in _parse_rows(root, new)]
        known.update(zip(new, found, strict=True))
    return frame, map(known.__getitem__, rows)


@lru_cache(maxsize=128)
def _remembered_frame(text: bytes) -> tuple[_Frame, bytes]:
    """What a sheet without its rows says, and the tag of its root."""
    tag = plain_root(text)
    if tag is None or len(text) > _LARGE >> 4 or any(text.find(each, tag.end()) >= 0 for each in _MARKUP):
        raise _Undivided
    root, namespace = parse_main("", text, *_ROOTS)
    tables = list(root.iter(f"{namespace}sheetData"))
    if tables != root.findall(f"{namespace}sheetData") or len(tables) != 1 or text.count(_OPENED[:-1]) != 1:
        raise _Undivided
    return _frame_of(root, namespace), tag[1]


@lru_cache(maxsize=8)
def _rows_known(root: bytes, formats: Formats) -> dict[bytes, SheetRow]:
    """What was read of rows below a root, by what is written in them, without the beginning that all have."""
    return {}


def _parse_rows(root: bytes, rows: Sequence[bytes]) -> Iterator[tuple[Element, str]]:
    """Rows that say where they stand, each with the namespace.

    There is nothing but rows below the root, as many as begin in the text, and none begins anywhere else. So none is
    inside another, and each is well-formed by itself.
    """
    text = _ROW + _ROW.join(rows)
    if text.count(_ROW[:-1]) != len(rows) or any(each in text for each in (*_MARKUP, _PREFIXED_ROW)):
        raise _Undivided
    within = parse_piece(root, text)
    if len(within) != len(rows) or any(row.get("r") is None for row in within):
        raise _Undivided
    namespace = within.tag.rpartition("}")[0] + "}"
    return ((row, namespace) for row in within)


def _frame_of(root: Element, namespace: str) -> _Frame:
    hidden = [
        (whole_number(column.get("min", ""), LAST_COLUMN) - 1, whole_number(column.get("max", ""), LAST_COLUMN))
        for column in root.iterfind(f"{namespace}cols/{namespace}col")
        if hides(column.get("hidden"), column.get("width"))
    ]
    merged = [_area(each.get("ref", "")) for each in root.iterfind(f"{namespace}mergeCells/{namespace}mergeCell")]
    return _Frame(hidden, merged)


def _rows_of(part: str, root: Element, namespace: str, formats: Formats) -> Iterator[SheetRow]:
    tables = root.findall(f"{namespace}sheetData")
    if len(tables) > 1:
        raise Disputed
    before = 0
    for table in tables:
        for element in table:
            row = read_row(part, element, namespace, formats, before)
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


def _fill(draft: SheetDraft, frame: _Frame, rows: Iterator[SheetRow], texts: SharedTexts) -> None:
    """Put what a sheet holds into its draft; its rows must come in their order, as every spreadsheet writes them."""
    draft.hidden_columns += frame.hidden_columns
    draft.merged += frame.merged
    last = 0
    for row in rows:
        number = row.number
        if number <= last:
            raise Disputed("CELL_MALFORMED", OUT_OF_ORDER, address(number - 1, 0))
        last = number
        if row.says_more:
            if row.is_hidden:
                draft.hidden_rows.append(number - 1)
            draft.formulas += row.formulas
            draft.odd |= row.odd
            draft.shown |= row.shown
        if row.values:
            values = row.values.copy()
            if not row.texts or _fill_in(draft, row, values, texts):
                draft.put_row(number - 1, values)


def _fill_in(draft: SheetDraft, row: SheetRow, values: list[object], texts: SharedTexts) -> bool:
    """Put the texts of a row into its values; whether anything is left, for a shared text may be empty."""
    at = row.number - 1
    has_empty = False
    for column, shared, text in row.texts:
        if shared is not None:
            try:
                text = texts[shared]
            except Malformed:
                raise Disputed("CELL_MALFORMED", shared[:SHOWN], address(at, column)) from None
            if not text:
                has_empty = True
                continue
            values[column] = text
        draft.texts.append((at, column, text))
    if has_empty:
        while values and values[-1] is None:
            values.pop()
        values[:] = ["" if held is None else held for held in values]
    return bool(values)
