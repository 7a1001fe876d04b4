"""Reads .xlsx: looks into the package first, takes plain sheets off its text, and leaves the others to the parser."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple
from xml.etree import ElementTree

from nianbao.intake.formats.package import Package
from nianbao.intake.formats.plain import Shared, read_plain, read_shared
from nianbao.intake.formats.remarks import Remarks, look_into, refuse_far_cells
from nianbao.intake.formats.sheet import Opened, Sheet, Unreadable
from nianbao.terms.layout import CODES_SHEET, GUIDE_SHEET
from nianbao.terms.submission import ReadingFault

WORKBOOK = "xl/workbook.xml"
MAX_SHEETS = 100

_ROOT, _RELATIONS = "_rels/.rels", "xl/_rels/workbook.xml.rels"
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
_CONTENT_TYPES = "[Content_Types].xml"
_MACROS = ("xl/macrosheets/", "xl/intlMacrosheets/")
_LINKS = ("xl/externalLinks/", "xl/connections.xml", "xl/queryTables/")
_EMBEDDED = ("xl/embeddings/", "xl/activeX/", "xl/ctrlProps/", "xl/media/")
_WORKSHEETS = "xl/worksheets/"
_OTHER_CALENDAR = b"date1904"
_UNREAD = frozenset({CODES_SHEET, GUIDE_SHEET})


class _Listed(NamedTuple):
    """A sheet in the list of a workbook: its name, the entry that holds it, whether it is hidden."""

    name: str
    path: str
    is_hidden: bool


def open_xlsx(content: bytes, package: Package) -> Opened:
    """The sheets of an .xlsx workbook.

    Raises:
        Unreadable: it is damaged, holds macros, or is not safe to open.
    """
    texts = _read(package, _CONTENT_TYPES)
    faults = tuple(_look_for_guests(package, texts.get(_CONTENT_TYPES, b"")))
    texts |= _read(package, WORKBOOK, _RELATIONS)
    if _RELATIONS not in texts:
        raise Unreadable("TRUNCATED", _RELATIONS)
    listed = _list_sheets(texts[WORKBOOK], texts[_RELATIONS])
    if len(listed) > MAX_SHEETS:
        raise Unreadable("TOO_MANY_SHEETS", str(len(listed)), expected=str(MAX_SHEETS))
    texts |= _read(package, _ROOT, _STRINGS, _STYLES)
    plain: dict[str, Sheet] = {}
    remarks: dict[str, Remarks] = {}
    shared, by_path = _shared(listed, texts, package), {sheet.path: sheet for sheet in listed}
    for path in package.names:
        if not path.endswith((".xml", ".rels")) or path in texts:
            continue
        text, sheet = package.read(path), by_path.get(path)
        if sheet is None:
            continue
        if sheet.name in _UNREAD:
            refuse_far_cells(sheet.name, text)
        elif shared and (found := read_plain(sheet.name, text, shared, sheet.is_hidden)):
            plain[sheet.name] = found
        else:
            remarks[sheet.name] = look_into(sheet.name, text)
    due = [sheet.name for sheet in listed if sheet.name not in _UNREAD]
    if shared and plain.keys() == set(due):
        return Opened([plain[name] for name in due], faults)
    return Opened(list(_parse(content, plain, remarks)), faults)


def _read(package: Package, *names: str) -> dict[str, bytes]:
    return {name: package.read(name) for name in names if name in package.names}


def _shared(listed: tuple[_Listed, ...], texts: Mapping[str, bytes], package: Package) -> Shared | None:
    """What the sheets share; None where the workbook is not put together as it usually is."""
    paths = {sheet.path for sheet in listed if sheet.path.startswith(_WORKSHEETS)}
    is_usual = len(paths) == len({sheet.name for sheet in listed}) == len(listed) and paths.issubset(package.names)
    if not is_usual or _OTHER_CALENDAR in texts[WORKBOOK] or not _names_workbook(texts.get(_ROOT, b"")):
        return None
    if _STRINGS not in texts and b"sharedStrings" in texts[_RELATIONS]:
        return None
    return read_shared(texts.get(_STRINGS, b""), texts.get(_STYLES, b""))


def _parse(content: bytes, plain: Mapping[str, Sheet], remarks: Mapping[str, Remarks]) -> Iterator[Sheet]:
    """The sheets in their order, those by the parser that are not plain."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum, ZipError

    try:
        workbook: CalamineWorkbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for metadata in workbook.sheets_metadata:
            name = metadata.name
            if name in plain:
                yield plain[name]
            elif name not in _UNREAD:
                sheet, said = workbook.get_sheet_by_name(name), remarks.get(name) or Remarks()
                yield Sheet(
                    name,
                    sheet.to_python(skip_empty_area=False),
                    odd=said.odd,
                    formulas=frozenset(said.formulas),
                    merged=sheet.merged_cell_ranges or (),
                    hidden_rows=said.hidden_rows,
                    hidden_columns=said.hidden_columns,
                    is_hidden=metadata.visible != SheetVisibleEnum.Visible,
                )
    except (CalamineError, ZipError, OSError, ValueError) as error:
        raise Unreadable("TRUNCATED", type(error).__name__) from error


def _look_for_guests(package: Package, types: bytes) -> Iterator[ReadingFault]:
    """Refuse macros; mention links and embedded objects, which are never followed."""
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


@lru_cache(maxsize=64)
def _names_workbook(root: bytes) -> bool:
    """Whether the package says itself that its workbook is the one that we take."""
    try:
        links = ElementTree.fromstring(root)
    except (ElementTree.ParseError, LookupError, ValueError):
        return False
    targets = [link.get("Target", "") for link in links if link.get("Type", "").endswith("/officeDocument")]
    return [target.lstrip("/") for target in targets] == [WORKBOOK]


@lru_cache(maxsize=64)
def _list_sheets(workbook: bytes, relations: bytes) -> tuple[_Listed, ...]:
    """The sheets of a workbook in their order; the same on many workbooks, so it is remembered."""
    try:
        book, links = ElementTree.fromstring(workbook), ElementTree.fromstring(relations)
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # an encoding may have no such name
        raise Unreadable("TRUNCATED", str(error)) from error
    targets = {
        link.get("Id"): posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))).lstrip("/") for link in links
    }
    listed = []
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        key = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        is_hidden = sheet.get("state", "visible") != "visible"
        listed.append(_Listed(sheet.get("name", ""), targets.get(key, ""), is_hidden))
    return tuple(listed)
