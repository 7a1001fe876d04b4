"""Calls by its name what is none of the formats that are taken, so that its sender knows what to do with it."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from nianbao.intake.read.formats.package import ZipPackage
from nianbao.intake.read.formats.sheet import Unreadable

TAKEN = (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv", ".tsv", ".json")
"""Endings that promise a format which is taken, or nearly."""

_HEAD = 4_096
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class ForeignKind:
    """A kind of file: what it is called, the endings that are its own, what saves it as .xlsx if it is a table."""

    zh: str
    endings: tuple[str, ...] = ()
    saved_by: str = ""


ARCHIVE = ForeignKind("压缩包")
TEXT, UNICODE_TEXT, UNKNOWN = ForeignKind("文本文件"), ForeignKind("Unicode文本文件"), ForeignKind("无法识别的文件")
_WORD, _SLIDES, _OFFICE = ForeignKind("Word文档"), ForeignKind("PowerPoint演示文稿"), "Excel或WPS"
_BINARY = ForeignKind("xlsb工作簿", (".xlsb",), _OFFICE)
_XML_2003 = ForeignKind("XML 2003表格", (".xml",), _OFFICE)
_FLAT = ForeignKind("单文件的ODF表格（fods）", (".fods",), "LibreOffice")
_GNUMERIC = ForeignKind("Gnumeric表格", (".gnumeric",), "Gnumeric")
_IWORK = ForeignKind("苹果iWork文稿", (".numbers",), "Numbers（文件—导出为—Excel）")
_MAGIC = {
    b"%PDF": ForeignKind("PDF文件"),
    b"\x89PNG": ForeignKind("图片"),
    b"\xff\xd8\xff": ForeignKind("图片"),
    b"GIF8": ForeignKind("图片"),
    b"BM": ForeignKind("图片"),
    b"{\\rtf": ForeignKind("RTF文档"),
    b"PK\x05\x06": ARCHIVE,
    b"Rar!": ARCHIVE,
    b"7z\xbc\xaf\x27\x1c": ARCHIVE,
    b"\x1f\x8b": ARCHIVE,
    b"BZh": ARCHIVE,
    b"\xfd7zXZ": ARCHIVE,
}
_MARKUP = {
    b'<?mso-application progid="Word': _WORD,
    b"<?mso-application": _XML_2003,
    b"urn:schemas-microsoft-com:office:spreadsheet": _XML_2003,
    b"opendocument.spreadsheet": _FLAT,
    b"opendocument.": ForeignKind("单文件的ODF文档"),
    b"gnumeric.org": _GNUMERIC,
}
_OPEN_DOCUMENT = {
    b".text": ForeignKind("ODT文档"),
    b".presentation": ForeignKind("ODP演示文稿"),
    b".graphics": ForeignKind("ODG图形"),
}
_MAIN_PARTS = {".bin": _BINARY, "sheet.binary": _BINARY, "word": _WORD, "presentation": _SLIDES}
"""What the main part of an Office package is, by a word in its name or its content type."""

_COMPOUND = {"WordDocument": _WORD, "PowerPoint Document": _SLIDES, "VisioDocument": ForeignKind("Visio图形")}


def refuse(kind: ForeignKind, ending: str) -> Unreadable:
    """What is said about a file of this kind under a name with this ending."""
    if kind is ARCHIVE:
        return Unreadable("ARCHIVE")
    if ending in TAKEN and kind is not UNKNOWN:
        return Unreadable("FORMAT_MISMATCH", kind.zh, expected=ending)
    if kind.saved_by:
        return Unreadable("UNSUPPORTED_FORMAT", kind.zh, expected=kind.saved_by)
    return Unreadable("NOT_A_WORKBOOK", kind.zh)


def kind_of_compound(names: Iterable[str]) -> ForeignKind:
    """What a compound file without a workbook is."""
    present = {name.casefold() for name in names}
    return next((kind for name, kind in _COMPOUND.items() if name.casefold() in present), ForeignKind("其他文档"))


def kind_of_main(part: str, content_type: str) -> ForeignKind | None:
    """What an Office package is by its main part; None for a workbook that is read."""
    said = f"{part} {content_type}".lower()
    return next((kind for word, kind in _MAIN_PARTS.items() if word in said), None)


def kind_of_package(package: ZipPackage) -> ForeignKind | None:
    """What a zip file without a main part is; None where it says that it is a document and does not say which."""
    if "mimetype" in package:
        media = package.read("mimetype").strip()
        return next((kind for part, kind in _OPEN_DOCUMENT.items() if media.endswith(part)), ARCHIVE)
    if any(name.endswith((".iwa", "index.zip")) for name in package.names):
        return _IWORK
    return None if "[content_types].xml" in package else ARCHIVE


def kind_of_bytes(content: bytes) -> ForeignKind | None:
    """What a file is by its first bytes or its markup; None for text and for what nobody knows."""
    kind = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    if kind is not ARCHIVE:
        return kind or _kind_of_markup(head_of(content))
    # A .gnumeric file is compressed XML, though nobody who has one would call it an archive.
    return _GNUMERIC if b"gnumeric.org" in _inflated(content) else ARCHIVE


def kind_of_text(content: bytes) -> ForeignKind:
    """What a file is called that is no more than text, or not even that."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return UNICODE_TEXT
    head = head_of(content)
    return TEXT if head and not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head) else UNKNOWN


def head_of(content: bytes) -> bytes:
    """The beginning of a text without its mark and blanks, its Latin letters in one byte each."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content[: 2 * _HEAD].decode("utf-16", "replace").encode("utf-8", "replace").lstrip()
    return content.removeprefix(codecs.BOM_UTF8)[:_HEAD].replace(b"\0", b"").lstrip()


def _kind_of_markup(head: bytes) -> ForeignKind | None:
    if not head.startswith(b"<"):
        return None
    return next((kind for mark, kind in _MARKUP.items() if mark in head), ForeignKind("网页"))


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(_GZIP).decompress(content[: 2 * _HEAD], _HEAD)
    except zlib.error:
        return b""
