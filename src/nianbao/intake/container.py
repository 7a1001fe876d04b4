"""Looks into a workbook's zip before any parser sees it: bombs, document types, cells far out, lost formulas."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from nianbao.terms.submission import ReadingFault

MAX_INFLATED = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 2_000
_CHUNK = 1 << 20

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PREFIXED = re.compile(rb"<(\w+:)worksheet\b")
_FAR_CELL = re.compile(rb' r="([A-Z]{3,}\d+|[A-Z]{1,2}\d{6,})"')
"""Beyond column ZZ or row 99999: parsers make room for every cell up to the farthest."""

_ODD_MARKS = (re.compile(rb' t="e"'), re.compile(rb"<f[ />]"))
_CELL = re.compile(rb'<c r="([A-Z]+\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_VALUE = re.compile(rb"<v>([^<]*)</v>")
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, ElementTree.ParseError,
    EOFError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True)
class OddCell:
    """A cell that parsers pass over in silence: an error value, or a formula that was never calculated."""

    code: str
    sheet: str
    cell: str
    value: str


class UnreadableContainer(Exception):
    """The file cannot be taken for a workbook; `fault` says why."""

    def __init__(self, fault: ReadingFault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def inspect(content: bytes) -> list[OddCell]:
    """The odd cells of an .xlsx file.

    Raises:
        UnreadableContainer: the bytes are no workbook, or one that is not safe to open.
    """
    if not content:
        raise UnreadableContainer(ReadingFault("EMPTY_FILE"))
    if content.startswith(_OLE):
        encrypted = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in content
        raise UnreadableContainer(ReadingFault("ENCRYPTED" if encrypted else "NOT_A_WORKBOOK", value="xls"))
    if not content.startswith(b"PK"):
        raise UnreadableContainer(ReadingFault("NOT_A_WORKBOOK"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return list(_inspect_archive(archive))
    except _BROKEN as error:
        raise UnreadableContainer(ReadingFault("TRUNCATED")) from error


def _inspect_archive(archive: zipfile.ZipFile) -> Iterator[OddCell]:
    names = [entry.filename for entry in archive.infolist()]
    if len(names) != len(set(names)) or len(names) > MAX_ENTRIES:
        raise UnreadableContainer(ReadingFault("ZIP_BOMB"))
    if "xl/workbook.xml" not in names:
        raise UnreadableContainer(ReadingFault("NOT_A_WORKBOOK"))
    if any(name.endswith(("vbaProject.bin", ".xlm")) or name.startswith("xl/macrosheets/") for name in names):
        raise UnreadableContainer(ReadingFault("MACRO"))
    titles = _sheet_titles(archive)
    budget = MAX_INFLATED
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels")):
            text = _inflate(archive, entry, budget)
            budget -= len(text)
            if entry.filename in titles:
                yield from _odd_cells(titles[entry.filename], text)


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int) -> bytes:
    """The text of one entry, never more than is allowed: the sizes that the header claims are not believed."""
    allowed = min(budget, entry.compress_size * MAX_RATIO + _CHUNK)
    with archive.open(entry) as stream:
        text = stream.read(allowed + 1)
    if len(text) > allowed:
        raise UnreadableContainer(ReadingFault("ZIP_BOMB", value=entry.filename))
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise UnreadableContainer(ReadingFault("XML_DTD", value=entry.filename))
    return text


def _sheet_titles(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet names by the path of the entry that holds the sheet."""
    try:
        workbook, relations = (
            ElementTree.fromstring(_inflate(archive, archive.getinfo(name), MAX_INFLATED))
            for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
        )
    except KeyError:
        raise UnreadableContainer(ReadingFault("NOT_A_WORKBOOK")) from None
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


def _odd_cells(title: str, text: bytes) -> Iterator[OddCell]:
    if prefixed := _PREFIXED.search(text, 0, 1_000):
        text = text.replace(b"<" + prefixed[1], b"<").replace(b"</" + prefixed[1], b"</")
    if far := _FAR_CELL.search(text):
        raise UnreadableContainer(ReadingFault("TOO_MANY_CELLS", sheet=title, cell=far[1].decode()))
    # From each mark back to where its cell begins: looking at every cell takes far longer.
    starts = {text.rfind(b"<c ", 0, mark.start()) for marks in _ODD_MARKS for mark in marks.finditer(text)}
    for cell in filter(None, (_CELL.match(text, start) for start in sorted(starts))):
        address, attributes, inner = cell[1].decode(), cell[2], cell[3] or b""
        value = _VALUE.search(inner)
        if b' t="e"' in attributes:
            yield OddCell("CELL_ERROR", title, address, value[1].decode("utf-8", "replace") if value else "")
        elif value is None and _ODD_MARKS[1].search(inner):
            yield OddCell("FORMULA_UNCACHED", title, address, "")
