"""The records of an .xls workbook that a parser passes over: errors, formulas, what is hidden, macros, passwords."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from nianbao.intake.read.formats.number_format import built_in, format_of
from nianbao.intake.read.formats.sheet import MAX_CELLS, UNCACHED, OddCell, SeenAs, Unreadable, address
from nianbao.intake.read.formats.xlsx_values import day_of

_BEGIN, _END = (0x0009, 0x0209, 0x0409, 0x0809), 0x000A
_PASSWORD = 0x002F
_BEGINNING = 50
_SHEET = 0x0085
_EXTERNAL_BOOK = 0x01AE
_FORMULA = (0x0006, 0x0206, 0x0406)
_BOOLEAN_OR_ERROR = 0x0205
_FILLED = (0x0203, 0x0204, 0x00FD, 0x027E, 0x00D6, _BOOLEAN_OR_ERROR, *_FORMULA)
_SEVERAL_NUMBERS = 0x00BD
_ROW, _COLUMNS = 0x0208, 0x007D
_NUMBER, _SHORT_NUMBER = 0x0203, 0x027E
_FORMAT, _STYLE, _CODE_PAGE, _DAYS_FROM = 0x041E, 0x00E0, 0x0042, 0x0022
_UNICODE_BOOK = 0x0600
_CODE_PAGES = {936: "gb18030", 950: "big5"}

_MACRO_SHEET, _BASIC_MODULE = 1, 6
_IS_ERROR, _IS_BLANK = 2, 3
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


@dataclass
class Remarks:
    """What the records of one sheet say beside its values."""

    odd: dict[str, OddCell] = field(default_factory=dict)
    shown: dict[str, SeenAs] = field(default_factory=dict)
    formulas: set[str] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    rows: int = 0
    columns: int = 0


@dataclass
class StyleRecords:
    """The number formats of a workbook: their codes by number, and which of them each style has."""

    codes: dict[int, str] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    is_unicode: bool = True
    code_page: str = "latin-1"
    is_1904: bool = False

    def note(self, kind: int, record: bytes) -> None:
        """Note what a record at the head of the workbook says."""
        if kind == _STYLE:
            self.numbers.append(struct.unpack_from("<H", record, 2)[0])
        elif kind == _FORMAT:
            number = struct.unpack_from("<H", record)[0]
            is_wide = self.is_unicode and record[4] & 1
            codec = "utf-16-le" if is_wide else "latin-1" if self.is_unicode else self.code_page
            self.codes[number] = record[5 if self.is_unicode else 3 :].decode(codec, "replace")
        elif kind == _CODE_PAGE:
            self.code_page = _CODE_PAGES.get(struct.unpack_from("<H", record)[0], "latin-1")
        elif kind == _DAYS_FROM:
            self.is_1904 = bool(record[0])

    def shown(self, style: int, value: float) -> SeenAs | None:
        """As what a number is shown in a style, where that is something else; unknown styles show it as it is."""
        if style >= len(self.numbers):
            return None
        number = self.numbers[style]
        form = format_of(self.codes[number]) if number in self.codes else built_in(number)
        if form.is_plain or form.shows_as_it_is(value):
            return None
        return (
            form.day_shown(value, day_of(value, self.is_1904)) if form.is_date_for(value) else form.number_shown(value)
        )


@dataclass
class Survey:
    """What the records of a workbook say: remarks by sheet in the order of the sheets, and whether it has links."""

    sheets: list[Remarks]
    has_links: bool = False


def survey(stream: bytes) -> Survey:
    """Walk over the records of a workbook stream.

    Raises:
        Unreadable: the workbook is locked, holds macros, or spans too many cells.
        struct.error: a record is cut off.
    """
    begins: dict[int, Remarks] = {}
    found, styles = Survey([]), StyleRecords()
    current: Remarks | None = None
    for offset, kind, record in _records(stream):
        if kind == _PASSWORD:
            raise Unreadable("ENCRYPTED")
        if kind == _SHEET:
            place, _, sort = struct.unpack_from("<IBB", record)
            if sort in (_MACRO_SHEET, _BASIC_MODULE):
                raise Unreadable("MACRO")
            if sort == 0:
                found.sheets.append(Remarks())
                begins[place] = found.sheets[-1]
        elif kind in _BEGIN:
            styles.is_unicode = struct.unpack_from("<H", record)[0] == _UNICODE_BOOK
            current = begins.get(offset, current)
        elif kind == _EXTERNAL_BOOK:
            found.has_links |= len(record) > 4
        elif current is not None:
            _note(current, kind, record)
            _note_shown(current, kind, record, styles)
        else:
            styles.note(kind, record)
    return found


def is_locked(stream: bytes) -> bool:
    """Whether the records of a workbook stream are encrypted; the record that says so stands right at the beginning."""
    return any(kind == _PASSWORD for _, (_, kind, _) in zip(range(_BEGINNING), _records(stream), strict=False))


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    offset, end = 0, len(stream)
    while offset + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, offset)
        yield offset, kind, stream[offset + 4 : offset + 4 + length]
        offset += 4 + length


def _note(sheet: Remarks, kind: int, record: bytes) -> None:
    if kind in _FILLED or kind == _SEVERAL_NUMBERS:
        row, column = struct.unpack_from("<HH", record)
        last = struct.unpack_from("<H", record, len(record) - 2)[0] if kind == _SEVERAL_NUMBERS else column
        sheet.rows, sheet.columns = max(sheet.rows, row + 1), max(sheet.columns, last + 1)
        if sheet.rows * sheet.columns > MAX_CELLS:
            raise Unreadable("TOO_MANY_CELLS", cell=address(row, last))
        if kind in _FORMULA:
            _note_formula(sheet, address(row, column), record)
        elif kind == _BOOLEAN_OR_ERROR and record[7]:
            sheet.odd[address(row, column)] = OddCell("CELL_ERROR", _ERRORS.get(record[6], "#"))
    elif kind == _ROW:
        (row,) = struct.unpack_from("<H", record)
        if struct.unpack_from("<H", record, 12)[0] & 0x20:
            sheet.hidden_rows.add(row)
    elif kind == _COLUMNS:
        first, last, _, _, options = struct.unpack_from("<5H", record)
        if options & 1:
            sheet.hidden_columns.update(range(first, min(last, 255) + 1))


def _note_formula(sheet: Remarks, cell: str, record: bytes) -> None:
    sheet.formulas.add(cell)
    if record[12:14] != b"\xff\xff":
        return
    if record[6] == _IS_ERROR:
        sheet.odd[cell] = OddCell("CELL_ERROR", _ERRORS.get(record[8], "#"))
    elif record[6] == _IS_BLANK:
        sheet.odd[cell] = OddCell("FORMULA_UNCACHED", UNCACHED)


def _note_shown(sheet: Remarks, kind: int, record: bytes, styles: StyleRecords) -> None:
    for row, column, style, value in _numbers(kind, record):
        if seen := styles.shown(style, value):
            sheet.shown[address(row, column)] = seen


def _numbers(kind: int, record: bytes) -> Iterator[tuple[int, int, int, float]]:
    """The numbers of a record: row, column, style, value."""
    if kind == _NUMBER or (kind in _FORMULA and record[12:14] != b"\xff\xff"):
        row, column, style, value = struct.unpack_from("<HHHd", record)
        if math.isfinite(value):
            yield row, column, style, value
    elif kind == _SHORT_NUMBER:
        row, column, style, packed = struct.unpack_from("<HHHI", record)
        yield row, column, style, _unpacked(packed)
    elif kind == _SEVERAL_NUMBERS:
        row, first = struct.unpack_from("<HH", record)
        for place, (style, packed) in enumerate(struct.iter_unpack("<HI", record[4:-2])):
            yield row, first + place, style, _unpacked(packed)


def _unpacked(packed: int) -> float:
    """A number that is kept in four bytes: the head of a double, or a whole number; a hundredth of it if so marked."""
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 1 << 31 else 0))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & ~3) << 32))[0]
    return value / 100 if packed & 1 else value
