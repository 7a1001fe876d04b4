"""Reads .ods: the cells of its content.xml, with what is repeated, hidden, merged, wrong or never calculated."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from nianbao.intake.read.formats.number_format import MONEY_WORD
from nianbao.intake.read.formats.package import ZipPackage
from nianbao.intake.read.formats.parse_xml import Attributes, follow_xml
from nianbao.intake.read.formats.sheet import (
    MAX_CELLS,
    UNCACHED,
    Area,
    OddCell,
    Opened,
    SeenAs,
    Sheet,
    Unreadable,
    address,
)
from nianbao.intake.read.formats.sheet_draft import cover_cells
from nianbao.terms.submission import ReadingFault

CONTENT = "content.xml"
MIMETYPE = "mimetype"
_MANIFEST = "meta-inf/manifest.xml"
_MACROS = ("basic/", "scripts/")
_EMBEDDED = ("object ", "pictures/")

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_DRAWING = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0 "

_CELLS = (_TABLE + "table-cell", _TABLE + "covered-table-cell")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_NUMERIC = frozenset({"float", "percentage", "currency"})
_MOST_COLUMNS, _LONGEST_SHOWN = 1 << 10, 64
_DIGITS = re.compile(r"\d+", re.ASCII)
_SHOWN = re.compile(
    r"[^\d(\-−]*(?P<sign>[(\-−]?)[^\d.,]*(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<fraction>\d+))?)[^\d.,Ee/]*",
    re.ASCII,
)
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]|#N/A|Err:\d+|#\w+\?")


@dataclass
class _Draft:
    """A sheet while it is read."""

    name: str
    is_hidden: bool
    rows: list[list[object]] = field(default_factory=list)
    odd: dict[str, OddCell] = field(default_factory=dict)
    shown: dict[str, SeenAs] = field(default_factory=dict)
    in_row: dict[int, OddCell | SeenAs] = field(default_factory=dict)
    formulas: set[str] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    row: int = 0
    column: int = 0
    width: int = 0

    def put(self, value: object, repeated: int) -> None:
        """Put a value into the next cells; rows before it that held nothing are made up for."""
        width = self.column + repeated
        self.width = max(self.width, width)
        if (self.row + 1) * self.width > MAX_CELLS:
            raise Unreadable("TOO_MANY_CELLS", sheet=self.name, cell=address(self.row, width - 1))
        while len(self.rows) <= self.row:
            self.rows.append([])
        cells = self.rows[self.row]
        cells.extend([""] * (self.column - len(cells)))
        cells.extend([value] * repeated)

    def note(self, column: int, remark: OddCell | SeenAs) -> None:
        """Note of a cell of the row what its value does not say."""
        self.in_row[column] = remark
        self._note_at(self.row, column, remark)

    def _note_at(self, row: int, column: int, remark: OddCell | SeenAs) -> None:
        if isinstance(remark, OddCell):
            self.odd[address(row, column)] = remark
        else:
            self.shown[address(row, column)] = remark

    def end_row(self, repeated: int) -> None:
        """Go to the next row; a filled row that is repeated is written again."""
        if self.row < len(self.rows):
            if (self.row + repeated) * self.width > MAX_CELLS:
                raise Unreadable("TOO_MANY_CELLS", sheet=self.name, cell=address(self.row + repeated - 1, 0))
            self.rows.extend(list(self.rows[self.row]) for _ in range(repeated - 1))
            for row in range(self.row + 1, self.row + repeated):
                for column, remark in self.in_row.items():
                    self._note_at(row, column, remark)
        self.in_row = {}
        self.row += repeated

    def finish(self) -> Sheet:
        """The sheet, its rows all of one length; what merged areas cover is in none of them."""
        _, covered = cover_cells(self.name, self.rows, self.merged)
        return Sheet(
            self.name,
            [row + [""] * (self.width - len(row)) for row in self.rows],
            odd=self.odd,
            shown=self.shown,
            covered=covered,
            formulas=frozenset(self.formulas),
            merged=self.merged,
            hidden_rows=frozenset(self.hidden_rows),
            hidden_columns=frozenset(self.hidden_columns),
            is_hidden=self.is_hidden,
        )


class _Reader:
    """Follows content.xml from its first tag to its last."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self.has_links = False
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._draft: _Draft | None = None
        self._row: Attributes = {}
        self._cell: Attributes | None = None
        self._text: list[str] = []
        self._paragraphs = 0
        self._aside = 0

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == _STYLE + "style":
            self._style = attributes.get(_STYLE + "name", "")
        elif tag == _STYLE + "table-properties" and attributes.get(_TABLE + "display") == "false":
            self._hidden_styles.add(self._style)
        elif tag == _TABLE + "table":
            is_hidden = attributes.get(_TABLE + "style-name") in self._hidden_styles
            self._draft = _Draft(attributes.get(_TABLE + "name", ""), is_hidden)
        elif tag == _TABLE + "table-source":
            self.has_links = True
        elif self._draft is not None:
            self._start_in_table(tag, attributes, self._draft)

    def end(self, tag: str) -> None:
        if self._draft is None:
            return
        if _is_aside(tag):
            self._aside -= 1
        elif tag in _CELLS:
            self._end_cell(self._draft)
        elif tag == _TABLE + "table-row":
            self._draft.end_row(_count(self._row, "number-rows-repeated"))
        elif tag == _TABLE + "table":
            self.sheets.append(self._draft.finish())
            self._draft = None

    def text(self, characters: str) -> None:
        if self._cell is not None and self._paragraphs and not self._aside:
            self._text.append(characters)

    def _start_in_table(self, tag: str, attributes: Attributes, draft: _Draft) -> None:
        if tag == _TABLE + "table-column":
            repeated = _count(attributes, "number-columns-repeated")
            if _is_hidden(attributes):
                draft.hidden_columns.update(range(draft.column, min(draft.column + repeated, 1 << 10)))
            draft.column += repeated
        elif tag == _TABLE + "table-row":
            self._row, draft.column = attributes, 0
            if _is_hidden(attributes):
                repeated = _count(attributes, "number-rows-repeated")
                draft.hidden_rows.update(range(draft.row, min(draft.row + repeated, 1 << 20)))
        elif tag in _CELLS:
            self._cell, self._text, self._paragraphs = attributes, [], 0
        elif _is_aside(tag):
            self._aside += 1
        elif self._cell is not None and not self._aside:
            if tag == _TEXT + "p":
                self._text += ["\n"] if self._paragraphs else []
                self._paragraphs += 1
            elif tag == _TEXT + "s":
                self._text.append(" " * min(_count(attributes, "c", _TEXT), 1 << 10))
            elif tag in (_TEXT + "tab", _TEXT + "line-break"):
                self._text.append("\t" if tag.endswith("tab") else "\n")

    def _end_cell(self, draft: _Draft) -> None:
        cell, text = self._cell or {}, "".join(self._text)
        self._cell = None
        repeated = _count(cell, "number-columns-repeated")
        value = _value(cell, text)
        here = address(draft.row, draft.column)
        remark: OddCell | SeenAs | None = _seen(value, text)
        if _TABLE + "formula" in cell:
            draft.formulas.add(here)
            if (_CALC + "value-type" in cell and cell[_CALC + "value-type"] == "error") or _ERROR.fullmatch(text):
                remark = OddCell("CELL_ERROR", text)
            elif value == "":
                remark = OddCell("FORMULA_UNCACHED", UNCACHED)
        if remark:
            for column in range(draft.column, draft.column + min(repeated, _MOST_COLUMNS)):
                draft.note(column, remark)
        down, right = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
        if down > 1 or right > 1:
            first = (draft.row, draft.column)
            draft.merged.append((first, (draft.row + down - 1, draft.column + right - 1)))
        if value != "" or here in draft.odd:
            draft.put(value, repeated)
        draft.column += repeated


def open_ods(package: ZipPackage) -> Opened:
    """The sheets of an .ods workbook.

    Raises:
        Unreadable: it is damaged, locked, holds macros, or spans too many cells.
    """
    manifest = package.read(_MANIFEST) if _MANIFEST in package else b""
    if b"encryption-data" in manifest:
        raise Unreadable("ENCRYPTED")
    if any(name.startswith(_MACROS) and not name.endswith("/") for name in package.names):
        raise Unreadable("MACRO")
    reader = _Reader()
    follow_xml(CONTENT, package.read(CONTENT), reader.start, reader.end, reader.text)
    faults = [ReadingFault("EXTERNAL_LINK")] if reader.has_links else []
    if any(name.startswith(_EMBEDDED) for name in package.names):
        faults.append(ReadingFault("EMBEDDED"))
    return Opened(reader.sheets, tuple(faults))


def _count(attributes: Attributes, name: str, namespace: str = _TABLE) -> int:
    text = attributes.get(namespace + name, "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _is_aside(tag: str) -> bool:
    """Whether what stands in an element is no text of the cell: a comment, a drawing."""
    return tag == _OFFICE + "annotation" or tag.startswith(_DRAWING)


def _is_hidden(attributes: Attributes) -> bool:
    return attributes.get(_TABLE + "visibility", "visible") != "visible"


def _value(cell: Attributes, text: str) -> object:
    """What a cell holds, by its declared type; the text that it shows counts only where the type is text."""
    kind = cell.get(_OFFICE + "value-type")
    if kind in _NUMERIC:
        number = cell.get(_OFFICE + "value", "")
        return float(number) if _NUMBER.fullmatch(number) else number
    if kind == "date":
        return _moment(cell.get(_OFFICE + "date-value", ""))
    if kind == "boolean":
        return cell.get(_OFFICE + "boolean-value") == "true"
    if kind == "string":
        return cell.get(_OFFICE + "string-value") or text
    return cell.get(_OFFICE + "time-value", "") if kind == "time" else text


def _moment(text: str) -> object:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment if moment.time() != dt.time() or moment.tzinfo else moment.date()


def _seen(value: object, text: str) -> SeenAs | None:
    """What a person sees in a cell, by the text that is kept beside its value; None where it says the same."""
    if not text or len(text) > _LONGEST_SHOWN or isinstance(value, str | bool):
        return None
    if isinstance(value, dt.date):
        numbers = {int(digits) for digits in _DIGITS.findall(text)}
        has_day = {value.month, value.day} <= numbers and not numbers.isdisjoint({value.year, value.year % 100})
        return None if has_day else SeenAs(text)
    if not isinstance(value, float):
        return None
    match, unit = _SHOWN.fullmatch(text.strip()), MONEY_WORD.search(text)
    word = unit[0] if unit else ""
    if match is None:  # an exponent, a fraction, another language's point: none of them is followed
        return None if _DIGITS.search(text) else SeenAs(text)
    shown = Decimal(match["digits"].replace(",", "")) * (-1 if match["sign"] else 1)
    exact = Decimal(format(value, ".15g"))
    rounded = exact.quantize(Decimal(1).scaleb(-len(match["fraction"] or "")), ROUND_HALF_UP)
    is_same = rounded == shown and "%" not in text
    return None if is_same and not word and shown == exact else SeenAs(text, word, not is_same)
