"""Reads .xlsx: looks into the package before a parser sees it, and for what the parser passes over in silence."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from nianbao.intake.formats.package import Package
from nianbao.intake.formats.sheet import MAX_CELLS, UNCACHED, OddCell, Opened, Sheet, Unreadable
from nianbao.terms.layout import CODES_SHEET, GUIDE_SHEET
from nianbao.terms.submission import ReadingFault

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

WORKBOOK = "xl/workbook.xml"
MAX_SHEETS = 100
MAX_COLUMNS = 702
"""Column ZZ; parsers make room for every cell up to the farthest."""

_RELATIONS = "xl/_rels/workbook.xml.rels"
_CONTENT_TYPES = "[Content_Types].xml"
_MACROS = ("xl/macrosheets/", "xl/intlMacrosheets/")
_LINKS = ("xl/externalLinks/", "xl/connections.xml", "xl/queryTables/")
_EMBEDDED = ("xl/embeddings/", "xl/activeX/", "xl/ctrlProps/", "xl/media/")
_UNREAD = frozenset({CODES_SHEET, GUIDE_SHEET})

_PREFIXED = re.compile(rb"<(\w+:)worksheet\b")
_FAR_CELL = re.compile(rb' r="(?:[A-Z]{3,}\d+|[A-Z]{1,2}\d{6,})"')
_FILLED_CELL = re.compile(rb'<c [^>]*?\br="([A-Z]+)(\d+)"(?:[^>]*[^/>])?>')
_ODD_MARKS = (re.compile(rb' t="e"'), re.compile(rb"<f[ />]"))
_CELL = re.compile(rb"<c ([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+\d+)"')
_VALUE = re.compile(rb"<v>([^<]*)</v>|<is>")
_HIDDEN_ROW = re.compile(rb'<row (?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')
_HIDDEN_COLUMNS = re.compile(rb'<col (?=[^>]*\bhidden="(?:1|true)")(?=[^>]*\bmin="(\d+)")[^>]*?\bmax="(\d+)"')


@dataclass
class _Remarks:
    """What the text of a sheet says beside its values."""

    odd: dict[str, OddCell] = field(default_factory=dict)
    formulas: set[str] = field(default_factory=set)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def open_xlsx(content: bytes, package: Package) -> Opened:
    """The sheets of an .xlsx workbook.

    Raises:
        Unreadable: it is damaged, holds macros, or is not safe to open.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum, ZipError

    faults = list(_look_for_guests(package))
    titles = _sheet_titles(package)
    if len(titles) > MAX_SHEETS:
        raise Unreadable("TOO_MANY_SHEETS", str(len(titles)), expected=str(MAX_SHEETS))
    remarks = {title: _Remarks() for title in titles.values()}
    for name in package.names:
        if name.endswith((".xml", ".rels")):
            text = package.read(name)
            if name in titles:
                remarks[titles[name]] = _look_into(titles[name], text)
    try:
        workbook: CalamineWorkbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [
            _sheet(workbook, metadata.name, metadata.visible != SheetVisibleEnum.Visible, remarks.get(metadata.name))
            for metadata in workbook.sheets_metadata
            if metadata.name not in _UNREAD
        ]
    except (CalamineError, ZipError, OSError, ValueError) as error:
        raise Unreadable("TRUNCATED", type(error).__name__) from error
    return Opened(sheets, tuple(faults))


def _sheet(workbook: CalamineWorkbook, name: str, is_hidden: bool, remarks: _Remarks | None) -> Sheet:
    sheet, remarks = workbook.get_sheet_by_name(name), remarks or _Remarks()
    return Sheet(
        name,
        sheet.to_python(skip_empty_area=False),
        odd=remarks.odd,
        formulas=frozenset(remarks.formulas),
        merged=sheet.merged_cell_ranges or (),
        hidden_rows=remarks.hidden_rows,
        hidden_columns=remarks.hidden_columns,
        is_hidden=is_hidden,
    )


def _look_for_guests(package: Package) -> Iterator[ReadingFault]:
    """Refuse macros; mention links and embedded objects, which are never followed."""
    types = package.read(_CONTENT_TYPES) if _CONTENT_TYPES in package.names else b""
    if b"macroEnabled" in types or any(
        name.endswith(("vbaProject.bin", ".xlm")) or name.startswith(_MACROS) for name in package.names
    ):
        raise Unreadable("MACRO")
    links = [name for name in package.names if name.startswith(_LINKS)]
    if any(b"ddeLink" in package.read(name) for name in links if name.endswith(".xml")):
        raise Unreadable("MACRO", "DDE")
    if links:
        yield ReadingFault("EXTERNAL_LINK")
    if any(name.startswith(_EMBEDDED) for name in package.names):
        yield ReadingFault("EMBEDDED")


def _sheet_titles(package: Package) -> dict[str, str]:
    """Sheet names by the path of the entry that holds the sheet."""
    if _RELATIONS not in package.names:
        raise Unreadable("TRUNCATED", _RELATIONS)
    try:
        workbook, relations = (ElementTree.fromstring(package.read(name)) for name in (WORKBOOK, _RELATIONS))
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # an encoding may have no such name
        raise Unreadable("TRUNCATED", str(error)) from error
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
        for relation in relations
    }
    titles = {}
    for sheet in workbook.iterfind("{*}sheets/{*}sheet"):
        key = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        if key in targets:
            titles[targets[key]] = sheet.get("name", "")
    return titles


def _look_into(title: str, text: bytes) -> _Remarks:
    if prefixed := _PREFIXED.search(text, 0, 1_000):
        text = text.replace(b"<" + prefixed[1], b"<").replace(b"</" + prefixed[1], b"</")
    if _FAR_CELL.search(text):
        _refuse_far_cells(title, text)
    found = _Remarks()
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
    if b' hidden="' in text:
        found.hidden_rows = frozenset(int(row) - 1 for row in _HIDDEN_ROW.findall(text))
        found.hidden_columns = frozenset(
            column for first, last in _HIDDEN_COLUMNS.findall(text) for column in range(int(first) - 1, int(last[:5]))
        )
    return found


def _refuse_far_cells(title: str, text: bytes) -> None:
    """Refuse a sheet whose filled cells span more than a parser could keep; blank cells may lie anywhere."""
    rows = columns = 0
    for letters, digits in _FILLED_CELL.findall(text):
        rows, column = max(rows, int(digits[:9])), _column(letters)
        columns = max(columns, column)
        place = (letters + digits).decode()
        if column > MAX_COLUMNS:
            raise Unreadable("SHEET_TOO_WIDE", sheet=title, cell=place, expected="ZZ")
        if rows * columns > MAX_CELLS:
            raise Unreadable("TOO_MANY_CELLS", sheet=title, cell=place)


def _column(letters: bytes) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
