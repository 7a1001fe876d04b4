"""What the text of an .xlsx sheet says beside its values, and a parser passes over: looked for before it parses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nianbao.intake.formats.sheet import MAX_CELLS, UNCACHED, OddCell, Unreadable, column_number

MAX_COLUMNS = 702
"""Column ZZ; parsers make room for every cell up to the farthest."""

_PREFIXED = re.compile(rb"<(\w+:)worksheet\b")
_FAR_CELL = re.compile(rb' r="(?:[A-Z]{3,}\d+|[A-Z]{1,2}\d{6,})"')
_FILLED_CELL = re.compile(rb'<c [^>]*?\br="([A-Z]+)(\d+)"(?:[^>]*[^/>])?>')
_ODD_MARKS = (re.compile(rb' t="e"'), re.compile(rb"<f[ />]"))
_CELL = re.compile(rb"<c ([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+\d+)"')
_VALUE = re.compile(rb"<v>([^<]*)</v>|<is>")
_HIDDEN = b' hidden="'
_HIDDEN_ROW = re.compile(rb'<row (?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')
_HIDDEN_COLUMNS = re.compile(rb'<col (?=[^>]*\bhidden="(?:1|true)")(?=[^>]*\bmin="(\d+)")[^>]*?\bmax="(\d+)"')


@dataclass
class Remarks:
    """What stands in the text of a sheet beside its values."""

    odd: dict[str, OddCell] = field(default_factory=dict)
    formulas: set[str] = field(default_factory=set)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def look_into(title: str, text: bytes) -> Remarks:
    """What a sheet says beside its values.

    Raises:
        Unreadable: its cells lie farther out than a parser could keep.
    """
    if prefixed := _PREFIXED.search(text, 0, 1_000):
        text = text.replace(b"<" + prefixed[1], b"<").replace(b"</" + prefixed[1], b"</")
    refuse_far_cells(title, text)
    found = Remarks(hidden_rows=hidden_rows(text), hidden_columns=hidden_columns(text))
    # From each mark back to where its cell begins: looking at every cell takes far longer.
    starts = {text.rfind(b"<c ", 0, mark.start()) for marks in _ODD_MARKS for mark in marks.finditer(text)}
    for cell in filter(None, (_CELL.match(text, start) for start in starts if start >= 0)):
        attributes, inner = cell[1], cell[2] or b""
        place, value = _PLACE.search(attributes), _VALUE.search(inner)
        address = place[1].decode() if place else ""
        if b't="e"' in attributes:
            shown = value[1] if value and value[1] else b""
            found.odd[address] = OddCell("CELL_ERROR", shown.decode("utf-8", "replace"))
        elif _ODD_MARKS[1].search(inner):
            found.formulas.add(address)
            # Some programs leave the value out, others write an empty one, which is a result for a text alone.
            if value is None or (value[1] == b"" and b't="str"' not in attributes):
                found.odd[address] = OddCell("FORMULA_UNCACHED", UNCACHED)
    return found


def hidden_rows(text: bytes) -> frozenset[int]:
    """The rows that are hidden, from 0."""
    return frozenset(int(row) - 1 for row in _HIDDEN_ROW.findall(text)) if _HIDDEN in text else frozenset()


def hidden_columns(text: bytes) -> frozenset[int]:
    """The columns that are hidden, from 0."""
    spans = _HIDDEN_COLUMNS.findall(text) if _HIDDEN in text else ()
    return frozenset(column for first, last in spans for column in range(int(first) - 1, int(last[:5])))


def refuse_far_cells(title: str, text: bytes) -> None:
    """Refuse a sheet whose filled cells span more than a parser could keep; blank cells may lie anywhere.

    Raises:
        Unreadable: it is such a sheet.
    """
    if not _FAR_CELL.search(text):
        return
    rows = columns = 0
    for letters, digits in _FILLED_CELL.findall(text):
        rows, column = max(rows, int(digits[:9])), column_number(letters.decode())
        columns = max(columns, column)
        place = (letters + digits).decode()
        if column > MAX_COLUMNS:
            raise Unreadable("SHEET_TOO_WIDE", sheet=title, cell=place, expected="ZZ")
        if rows * columns > MAX_CELLS:
            raise Unreadable("TOO_MANY_CELLS", sheet=title, cell=place)
