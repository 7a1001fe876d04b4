"""Reads .xlsx: the parts of a workbook by what the package says about them, every sheet in one pass of a parser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from xml.etree.ElementTree import Element

from nianbao.intake.read.formats.office_package import RELATIONSHIPS, ContentTypes, Relation, relations_of
from nianbao.intake.read.formats.package import ZipPackage
from nianbao.intake.read.formats.parse_xml import parse_main, parse_xml
from nianbao.intake.read.formats.rich_text import read_strings
from nianbao.intake.read.formats.sheet import Opened, Unreadable
from nianbao.intake.read.formats.styles import read_styles
from nianbao.intake.read.formats.xlsx_sheet import read_sheet
from nianbao.intake.read.formats.xlsx_values import Formats, SharedTexts
from nianbao.terms.submission import ReadingFault
from nianbao.terms.workbook_words import CODES_SHEET, GUIDE_SHEET

MAX_SHEETS = 100

_WITH_MACROS, _MACRO_TYPES = "macroenabled", ("vbaproject", "macrosheet")
_MACRO_KINDS = ("vbaProject", "xlMacrosheet", "xlIntlMacrosheet")
_MACRO_NAMES, _MACRO_FOLDERS = ("vbaproject.bin", ".xlm"), ("xl/macrosheets/", "xl/intlmacrosheets/")
_LINKS = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/")
_EMBEDDED = ("xl/embeddings/", "xl/activex/", "xl/ctrlprops/", "xl/media/")
_UNREAD = frozenset({CODES_SHEET, GUIDE_SHEET})
_SHEETS = ("worksheet", "chartsheet", "dialogsheet")
_TRUE = ("1", "true")


class _Listed(NamedTuple):
    """A sheet in the list of a workbook: its name, the id of its relation, whether it is hidden."""

    name: str
    relation: str
    is_hidden: bool


def open_xlsx(package: ZipPackage, workbook: str, types: ContentTypes) -> Opened:
    """The sheets of an .xlsx workbook, whose main part is `workbook`.

    Raises:
        Unreadable: it is damaged, holds macros, or is not safe to open; or two programs could read it in two ways.
    """
    relations = relations_of(package, workbook)
    _refuse_macros(package, workbook, types, relations)
    faults = tuple(_look_for_guests(package))
    listed, is_1904 = _list_sheets(workbook, package.read(workbook))
    if len(listed) > MAX_SHEETS:
        raise Unreadable("TOO_MANY_SHEETS", str(len(listed)), expected=str(MAX_SHEETS))
    _refuse_namesakes(listed)
    strings, styles = (_one(relations, kind) for kind in ("sharedStrings", "styles"))
    texts = SharedTexts(read_strings(strings, package.read(strings)) if strings else ())
    formats = _formats(styles, package.read(styles) if styles else b"", is_1904)
    parts = {relation.id: relation.target for relation in relations if relation.kind in _SHEETS}
    sheets = []
    for sheet in listed:
        part = parts.get(sheet.relation, "")
        if sheet.name not in _UNREAD:
            sheets.append(read_sheet(sheet.name, part, package.read(part), texts, formats, sheet.is_hidden))
    return Opened(sheets, faults)


@lru_cache(maxsize=64)
def _formats(part: str | None, text: bytes, is_1904: bool) -> Formats:
    """The styles of a workbook; the same on all workbooks of one template, so they are remembered."""
    return Formats(read_styles(part, text) if part else (), is_1904)


@lru_cache(maxsize=64)
def _list_sheets(part: str, text: bytes) -> tuple[Sequence[_Listed], bool]:
    """The sheets of a workbook in their order, and whether it counts days from 1904."""
    root, namespace = parse_main(part, text, "workbook")
    listed = []
    for sheet in root.iterfind(f"{namespace}sheets/{namespace}sheet"):
        relation = next((key for each in RELATIONSHIPS if (key := sheet.get(f"{{{each}}}id"))), None)
        if relation is None:
            raise Unreadable("XML_MALFORMED", part)
        listed.append(_Listed(sheet.get("name", ""), relation, sheet.get("state", "visible") != "visible"))
    return listed, any(each.get("date1904") in _TRUE for each in root.iterfind(f"{namespace}workbookPr"))


def _refuse_namesakes(listed: Sequence[_Listed]) -> None:
    """No spreadsheet writes two sheets of one name; which of them is meant nobody can say."""
    seen: set[str] = set()
    for sheet in listed:
        name = sheet.name.lower()
        if name in seen:
            raise Unreadable("SHEET_NAME_TWICE", sheet=sheet.name)
        seen.add(name)


def _one(relations: Sequence[Relation], kind: str) -> str | None:
    """The part that a relation of this kind leads to, of which there may be one."""
    targets = {relation.target for relation in relations if relation.kind == kind}
    if len(targets) > 1:
        raise Unreadable("ZIP_MALFORMED")
    return next(iter(targets), None)


def _refuse_macros(package: ZipPackage, workbook: str, types: ContentTypes, relations: Sequence[Relation]) -> None:
    """Macros are parts of the package; what is only declared for parts that are not there is none."""
    names = [name for name in package.names if any(word in types.of(name).lower() for word in _MACRO_TYPES)]
    if (
        names
        or _WITH_MACROS in types.of(workbook).lower()
        or any(relation.kind.rpartition("/")[2] in _MACRO_KINDS for relation in relations)
        or any(name.endswith(_MACRO_NAMES) or name.startswith(_MACRO_FOLDERS) for name in package.names)
    ):
        raise Unreadable("MACRO")


def _look_for_guests(package: ZipPackage) -> Iterator[ReadingFault]:
    """Mention links and embedded objects, which are never followed; refuse links that start a program."""
    links = [name for name in package.names if name.startswith(_LINKS)]
    for name in links:
        if name.endswith(".xml") and _holds_dde(parse_xml(name, package.read(name))):
            raise Unreadable("MACRO", "DDE")
    if links:
        yield ReadingFault("EXTERNAL_LINK")
    if any(name.startswith(_EMBEDDED) for name in package.names):
        yield ReadingFault("EMBEDDED")


def _holds_dde(link: Element) -> bool:
    return any(element.tag.rpartition("}")[2] == "ddeLink" for element in link.iter())
