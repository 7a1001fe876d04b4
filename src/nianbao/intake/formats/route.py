"""Tells by its bytes what a file is, and opens it as that; its name has no say in it but for text."""

from __future__ import annotations

import codecs
from collections.abc import Container
from pathlib import PurePosixPath

from nianbao.intake.formats.compound import MAGIC as COMPOUND
from nianbao.intake.formats.compound import Compound
from nianbao.intake.formats.delimited import DELIMITERS, open_delimited
from nianbao.intake.formats.json_delivery import open_json
from nianbao.intake.formats.ods import CONTENT, open_ods
from nianbao.intake.formats.package import Package
from nianbao.intake.formats.sheet import Opened, Unreadable
from nianbao.intake.formats.xls import open_xls, workbook_stream
from nianbao.intake.formats.xlsx import WORKBOOK, open_xlsx
from nianbao.terms.submission import ReadingFault

_ENDINGS = {
    "xlsx": (".xlsx", ".et"),
    "xls": (".xls", ".et"),
    "ods": (".ods",),
}
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".ods")
_ARCHIVES = (b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_OTHERS = {
    b"%PDF": "PDF文件",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"BM": "图片",
    b"{\\rtf": "RTF文档",
}
_MARKUP = {b"<?mso-application": "XML 2003表格", b"urn:schemas-microsoft-com:office:spreadsheet": "XML 2003表格"}
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAD = 4_096


def open_file(content: bytes, name: str, fields: Container[tuple[str, int]]) -> Opened:
    """The sheets of a delivery, whatever its format; `fields` are the codes of all forms, taken apart.

    Raises:
        Unreadable: it is none of the formats that are taken, or damaged, or not safe to open.
    """
    if not content:
        raise Unreadable("EMPTY_FILE")
    ending = PurePosixPath(name).suffix.lower()
    if content.startswith(COMPOUND):
        return _misnamed(_open_compound(content, ending), "xls", ending)
    if content.startswith(b"PK\x03\x04"):
        kind, opened = _open_package(content, ending)
        return _misnamed(opened, kind, ending)
    return _open_text(content, name, ending, fields)


def _open_compound(content: bytes, ending: str) -> Opened:
    compound = Compound(content)
    if "EncryptedPackage" in compound.names:
        raise Unreadable("ENCRYPTED")
    if workbook_stream(compound):
        return open_xls(content, compound)
    raise _other("Word文档" if "WordDocument" in compound.names else "其他文档", ending)


def _open_package(content: bytes, ending: str) -> tuple[str, Opened]:
    package = Package(content)
    if WORKBOOK in package.names:
        return "xlsx", open_xlsx(content, package)
    if CONTENT in package.names and "mimetype" in package.names:
        return "ods", open_ods(package)
    if "xl/workbook.bin" in package.names:
        raise _other("xlsb工作簿", ending)
    if "word/document.xml" in package.names:
        raise _other("Word文档", ending)
    if "[Content_Types].xml" in package.names:
        raise Unreadable("TRUNCATED", WORKBOOK)
    raise Unreadable("ARCHIVE")


def _open_text(content: bytes, name: str, ending: str, fields: Container[tuple[str, int]]) -> Opened:
    if content.startswith(_ARCHIVES):
        raise Unreadable("ARCHIVE")
    for magic, zh in _OTHERS.items():
        if content.startswith(magic):
            raise _other(zh, ending)
    head = _plain_head(content)
    if head.startswith(b"<"):
        raise _other(next((zh for mark, zh in _MARKUP.items() if mark in head), "网页"), ending)
    if ending in DELIMITERS:
        return open_delimited(content, PurePosixPath(name).stem, ending)
    if ending == ".json":
        return open_json(content, fields)
    if ending in _WORKBOOKS and _is_text(head):
        raise Unreadable("FORMAT_MISMATCH", "文本文件", expected=ending)
    raise Unreadable("NOT_A_WORKBOOK", "文本文件" if _is_text(head) else "无法识别的文件")


def _plain_head(content: bytes) -> bytes:
    """The beginning of a text, without the mark of its encoding, in one byte a letter as far as it is Latin."""
    for mark in _MARKS:
        content = content.removeprefix(mark)
    return content[:_HEAD].replace(b"\0", b"").lstrip()


def _is_text(head: bytes) -> bool:
    return bool(head) and not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)


def _other(zh: str, ending: str) -> Unreadable:
    """What a file of another kind is called: a fault of its name where the name promised a kind that is taken."""
    if ending in (*_WORKBOOKS, *DELIMITERS, ".json"):
        return Unreadable("FORMAT_MISMATCH", zh, expected=ending)
    return Unreadable("NOT_A_WORKBOOK", zh)


def _misnamed(opened: Opened, kind: str, ending: str) -> Opened:
    if ending in _ENDINGS[kind] or ending not in (*_WORKBOOKS, *DELIMITERS, ".json"):
        return opened
    fault = ReadingFault("MISNAMED", value=kind, expected=ending)
    return Opened(opened.sheets, (*opened.faults, fault), opened.cover, opened.form_code)
