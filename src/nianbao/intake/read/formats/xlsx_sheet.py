"""Reads one sheet of an .xlsx workbook: values, errors, formulas, what is merged and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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
    WrittenRow,
    hides,
    read_row,
    whole_number,
)
from nianbao.intake.read.formats.xlsx_values import Formats, HeldAndSeen, Malformed, SharedTexts

_CORNER = re.compile(r"([A-Z]{1,3})?([1-9][0-9]{0,6})?")
_ROOTS = ("worksheet", "chartsheet", "dialogsheet")

_OPENED, _CLOSED, _ROW = b"<sheetData>", b"</sheetData>", b"<row "
_MARKUP = (b"<!", b"<?")
_NOT_PLAIN = (*_MARKUP, b"&#", b":row")
"""In rows: what is not there for itself, or says otherwise what is looked for."""

_NUMBER, _TAKEN_OUT = re.compile(rb"<v>([0-9][0-9.eE+-]*)</v>"), "\x7f"
"""A number as nearly all are written, and what stands in its place once it is taken out."""

_MARK = b"<v>" + _TAKEN_OUT.encode() + b"</v>"
_SHARED, _DIGITS = "s", 16

_FOOTER_OPENED, _FOOTER_CLOSED = b"<oddFooter>", b"</oddFooter>"
_FOOTER = re.compile(rb"(?:[ -%'-;=-\\^-~]|&amp;|[\xe2-\xe9][\x80-\xbf]{2}|\xef[\xbc\xbd][\x80-\xbf])*")
"""What is printed below the pages, unit and period: characters of UTF-8 that are well-formed in any element."""

_KEPT_ROWS = 8_192
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
            _fill(draft, *_taken_apart(text), texts, formats)
        except (_Undivided, Disputed, Unreadable):  # as a whole it says what is wrong with it, if anything is
            draft = SheetDraft(name)
            _fill(draft, *_whole(part, text), texts, formats)
    except Disputed as fault:
        if fault.cell is None:
            raise Unreadable(fault.code, part) from fault
        raise Unreadable(fault.code, fault.value, sheet=name, cell=fault.cell, expected=fault.expected) from fault
    return draft.finish(is_hidden)


class _Written(NamedTuple):
    """What is written in a sheet: beside its rows, in them, and the numbers that were taken out of these."""

    frame: _Frame
    rows: Iterable[WrittenRow]
    numbers: Iterator[str]


def _whole(part: str, text: bytes) -> _Written:
    """What is written in a sheet, from one tree."""
    root, namespace = parse_main(part, text, *_ROOTS)
    return _Written(_frame_of(root, namespace), _rows_of(part, root, namespace), iter(()))


class _Undivided(Exception):
    """A sheet is not written so that its rows can be told apart without a parser."""


def _taken_apart(text: bytes) -> _Written:
    """The same from pieces, most of which came in another workbook: rows but for their numbers, what is beside them.

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
    frame, root = _remembered_frame(text[:start], _without_footer(text[end:]))
    body = text[start:end]
    if _MARK in body:
        raise _Undivided
    pieces = _NUMBER.split(body)
    before, *rows = _MARK.join(pieces[::2]).split(_ROW)
    if before.strip():
        raise _Undivided
    known = _rows_known(root)
    if len(known) >= _KEPT_ROWS:
        known.clear()
    if new := list(dict.fromkeys([row for row in rows if row not in known])):
        known.update(zip(new, _read_rows(root, new), strict=True))
    return _Written(frame, map(known.__getitem__, rows), iter(b" ".join(pieces[1::2]).decode().split()))


def _without_footer(text: bytes) -> bytes:
    """What comes behind the rows without the words of the footer, where these are whole characters and nothing else."""
    begin = text.find(_FOOTER_OPENED) + len(_FOOTER_OPENED)
    end = text.find(_FOOTER_CLOSED, begin)
    if begin < len(_FOOTER_OPENED) or end < 0 or not _FOOTER.fullmatch(text, begin, end):
        return text
    return text[:begin] + text[end:]


@lru_cache(maxsize=512)
def _remembered_frame(head: bytes, tail: bytes) -> tuple[_Frame, bytes]:
    """What a sheet without its rows and its footer says, and the tag of its root."""
    text = head + tail
    tag = plain_root(text)
    if tag is None or len(text) > _LARGE >> 4 or any(text.find(each, tag.end()) >= 0 for each in _MARKUP):
        raise _Undivided
    root, namespace = parse_main("", text, *_ROOTS)
    tables = list(root.iter(f"{namespace}sheetData"))
    if tables != root.findall(f"{namespace}sheetData") or len(tables) != 1 or text.count(_OPENED[:-1]) != 1:
        raise _Undivided
    return _frame_of(root, namespace), tag[1]


@lru_cache(maxsize=4)
def _rows_known(root: bytes) -> dict[bytes, WrittenRow]:
    """Rows below a root by what is written in them, but for numbers, and without the beginning that all have."""
    return {}


def _read_rows(root: bytes, rows: Sequence[bytes]) -> Iterator[WrittenRow]:
    """Rows that say where they stand, out of which numbers were taken.

    There is nothing but rows below the root, as many as begin in the text, and none begins anywhere else. So none is
    inside another, and each is well-formed by itself. The marks that the parser finds in cells, one in each, are as
    many as were made: so the numbers belong to these cells, in their order.
    """
    text = _ROW + _ROW.join(rows)
    is_plain = text.count(_ROW[:-1]) == len(rows) and not any(each in text for each in _NOT_PLAIN)
    if not is_plain or len(max(rows, key=len)) > _LONG_ROW:
        raise _Undivided
    within = parse_piece(root, text)
    if len(within) != len(rows) or any(row.get("r") is None for row in within):
        raise _Undivided
    namespace = within.tag.rpartition("}")[0] + "}"
    for written, element in zip(rows, within, strict=True):
        row = read_row("", element, namespace, 0)
        row.cells = [cell._replace(said=None) if cell.said == _TAKEN_OUT else cell for cell in row.cells]
        if sum(cell.said is None for cell in row.cells) != written.count(_MARK):
            raise _Undivided
        yield row


def _frame_of(root: Element, namespace: str) -> _Frame:
    hidden = [
        (whole_number(column.get("min", ""), LAST_COLUMN) - 1, whole_number(column.get("max", ""), LAST_COLUMN))
        for column in root.iterfind(f"{namespace}cols/{namespace}col")
        if hides(column.get("hidden"), column.get("width"))
    ]
    merged = [_area(each.get("ref", "")) for each in root.iterfind(f"{namespace}mergeCells/{namespace}mergeCell")]
    return _Frame(hidden, merged)


def _rows_of(part: str, root: Element, namespace: str) -> Iterator[WrittenRow]:
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


def _fill(
    draft: SheetDraft,
    frame: _Frame,
    rows: Iterable[WrittenRow],
    numbers: Iterator[str],
    texts: SharedTexts,
    formats: Formats,
) -> None:
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
        if values := _values_of(row, numbers, texts, formats, draft):
            draft.put_row(number - 1, values)


def _values_of(
    row: WrittenRow, numbers: Iterator[str], texts: SharedTexts, formats: Formats, draft: SheetDraft
) -> list[object]:
    """The values of a row up to the last filled cell; texts, and what numbers are shown as, go into the draft."""
    end = row.odd_width
    if not row.cells:
        return [""] * end
    values: list[object] = [""] * max(row.cells[-1].column + 1, end)
    held: object
    at, plain = row.number - 1, formats.plain
    for column, kind, style, said in row.cells:
        if said is None:
            said = next(numbers)
        try:
            if kind == _SHARED:
                if not (held := texts[said]):
                    continue
                draft.texts.append((at, column, held))
            elif kind is None and style in plain and len(said) < _DIGITS and said.isdecimal() and said.isascii():
                held = float(said)
            else:
                held = _held(at, column, formats.reader_of(kind, style)(said), draft)
        except Malformed:
            raise Disputed("CELL_MALFORMED", said[:SHOWN], address(at, column)) from None
        values[column] = held
        if column >= end:
            end = column + 1
    return values if end == len(values) else values[:end]


def _held(row: int, column: int, held: object, draft: SheetDraft) -> object:
    """What a cell holds, its text or what it is shown as put into the draft."""
    if isinstance(held, HeldAndSeen):
        draft.shown[address(row, column)] = held.shown
        held = held.held
    if held and isinstance(held, str):
        draft.texts.append((row, column, held))
    return held
