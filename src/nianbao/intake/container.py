"""Looks into a workbook's zip before any parser sees it: bombs, document types, cells far out, lost formulas."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import unescape

from nianbao.terms.submission import ReadingFault

MAX_INFLATED = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 2_000
MAX_ROW = 100_000
MAX_COLUMN_LETTERS = 2
_CHUNK = 1 << 20

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEET = re.compile(rb'<sheet\b[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)"')
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(Id|Target)="([^"]*)"')
_FAR_CELL = re.compile(rb' r="([A-Z]{3,}\d+|[A-Z]{1,2}\d{6,})"')
_ODD_CELL = re.compile(rb'<c r="([A-Z]+\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_ERROR_VALUE = re.compile(rb"<v>([^<]*)</v>")


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
    except (zipfile.BadZipFile, EOFError, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError) as error:
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
        if not entry.filename.endswith((".xml", ".rels")):
            continue
        text = _inflate(archive, entry, budget)
        budget -= len(text)
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise UnreadableContainer(ReadingFault("XML_DTD", value=entry.filename))
        if entry.filename in titles:
            yield from _odd_cells(titles[entry.filename], text)


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int) -> bytes:
    """The bytes of one entry, inflated in steps: the sizes that the header claims are not believed."""
    allowed = min(budget, max(entry.compress_size, 1) * MAX_RATIO + _CHUNK)
    parts, size = [], 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > allowed:
                raise UnreadableContainer(ReadingFault("ZIP_BOMB", value=entry.filename))
            parts.append(chunk)
    return b"".join(parts)


def _sheet_titles(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet names by the path of the entry that holds the sheet."""
    workbook = _inflate(archive, archive.getinfo("xl/workbook.xml"), MAX_INFLATED)
    try:
        relations = _inflate(archive, archive.getinfo("xl/_rels/workbook.xml.rels"), MAX_INFLATED)
    except KeyError:
        raise UnreadableContainer(ReadingFault("NOT_A_WORKBOOK")) from None
    targets = {}
    for relation in _RELATION.findall(relations):
        attributes = dict(_ATTRIBUTE.findall(relation))
        target = attributes.get(b"Target", b"").decode("utf-8", "replace")
        targets[attributes.get(b"Id", b"")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return {
        targets[key]: unescape(name.decode("utf-8", "replace"), {"&quot;": '"', "&apos;": "'"})
        for name, key in _SHEET.findall(workbook)
        if key in targets
    }


def _odd_cells(title: str, text: bytes) -> Iterator[OddCell]:
    far = _FAR_CELL.search(text)
    if far and _is_too_far(far[1].decode()):
        raise UnreadableContainer(ReadingFault("TOO_MANY_CELLS", sheet=title, cell=far[1].decode()))
    if b't="e"' not in text and b"<f>" not in text and b"<f " not in text:
        return
    for match in _ODD_CELL.finditer(text):
        address, attributes, inner = match[1].decode(), match[2], match[3] or b""
        value = _ERROR_VALUE.search(inner)
        if b't="e"' in attributes:
            yield OddCell("CELL_ERROR", title, address, value[1].decode("utf-8", "replace") if value else "")
        elif (b"<f>" in inner or b"<f " in inner or b"<f/>" in inner) and value is None:
            yield OddCell("FORMULA_UNCACHED", title, address, "")


def _is_too_far(address: str) -> bool:
    letters = address.rstrip("0123456789")
    return len(letters) > MAX_COLUMN_LETTERS or int(address[len(letters) :]) > MAX_ROW
