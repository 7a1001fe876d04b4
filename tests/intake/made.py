"""Files of every format made by hand, and the damage that is done to them."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlwt
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher
from xlwt.CompoundDoc import XlsDoc

from tests.intake.faults import GH05, Desk

Rows = Sequence[Sequence[object]]

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}


def xls_book(sheets: Mapping[str, Rows]) -> Any:
    """A workbook of the old format, to be written on or saved."""
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name, cell_overwrite_ok=True)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell != "":
                    sheet.write(row, column, cell)
    return book


def xls_bytes(book: Any) -> bytes:
    """A workbook of the old format as bytes."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def xls(desk: Desk, answers: Mapping[str, object] | None = None) -> bytes:
    """Cover and GH05 as an .xls workbook of one sheet."""
    return xls_bytes(xls_book({"报表": desk.rows(answers)}))


def compound(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file with one stream under a name of at most 31 letters."""
    target = io.BytesIO()
    document = XlsDoc()
    document.save(target, stream)
    content, old = target.getvalue(), "Workbook".encode("utf-16-le")
    place = content.index(old)
    entry = name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2)
    return content[:place] + entry + content[place + len(entry) :]


def records(stream: bytes) -> list[tuple[int, bytes]]:
    """The records of an .xls stream."""
    found, offset = [], 0
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        found.append((kind, stream[offset + 4 : offset + 4 + length]))
        offset += 4 + length
    return found


def stream_of(parts: Iterable[tuple[int, bytes]]) -> bytes:
    """An .xls stream out of records."""
    return b"".join(struct.pack("<HH", kind, len(record)) + record for kind, record in parts)


def ods_content(tables: str, styles: str = "") -> bytes:
    """The content.xml around some tables."""
    names = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in _ODS_NAMES.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    ).encode()


def ods_package(content: bytes, extra: Mapping[str, bytes] | None = None) -> bytes:
    """An .ods file with this content.xml and further entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", ODS_TYPE, zipfile.ZIP_STORED)
        package.writestr("content.xml", content)
        for name, text in {"META-INF/manifest.xml": b"<manifest/>", **(extra or {})}.items():
            package.writestr(name, text)
    return target.getvalue()


def ods_row(cells: Iterable[object], attributes: str = "") -> str:
    """A row of an .ods table; a tuple is the XML of a cell as it stands."""
    return f"<table:table-row {attributes}>{''.join(map(_ods_cell, cells))}</table:table-row>"


def ods_table(name: str, rows: Iterable[str], attributes: str = "") -> str:
    """A table of an .ods file."""
    return f"<table:table table:name={quoteattr(name)} {attributes}>{''.join(rows)}</table:table>"


def ods(desk: Desk, answers: Mapping[str, object] | None = None, extra: Mapping[str, bytes] | None = None) -> bytes:
    """Cover and GH05 as an .ods workbook of one sheet."""
    return ods_package(ods_content(ods_table("报表", map(ods_row, desk.rows(answers)))), extra)


def _ods_cell(cell: object) -> str:
    if isinstance(cell, tuple):
        return str(cell[0])
    if isinstance(cell, str):
        kind = ' office:value-type="string"' if cell else ""
        return f"<table:table-cell{kind}>{f'<text:p>{escape(cell)}</text:p>' if cell else ''}</table:table-cell>"
    return (
        f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
    )


def delivery(desk: Desk, **changes: Any) -> dict[str, Any]:
    """GH05 as a union's own system sends it."""
    declared = desk.project.forms["GH05"]
    asked = [each for each in declared.part("main").fields if each.code in GH05 and each.is_asked_in(desk.period)]
    lines = {f"GH05-{each.line:02d}": str(GH05[each.code]) for each in asked}
    form = {"edition": declared.edition_in(desk.period), "lines": lines}
    cover = {"unit_code": desk.unit.code, "period": desk.period.code, "basis": "本期", "money_unit": "元"}
    return {"nianbao": 1, **cover, "forms": {"GH05": form}, **changes}


def as_json(document: object) -> bytes:
    """A document as JSON."""
    return json.dumps(document, ensure_ascii=False).encode()


def zipped(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip file with entries in this order, of the same name if wanted."""
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        warnings.simplefilter("ignore")  # a name that stands twice is what some cases are about
        for name, content in entries:
            package.writestr(name, content)
    return target.getvalue()


def entries(content: bytes) -> list[tuple[str, bytes]]:
    """The entries of a zip file."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [(name, package.read(name)) for name in package.namelist()]


def structure_protected(workbook: bytes, password: str = "VelvetSweatshop") -> bytes:
    """An .xls stream as Excel writes it when its structure is protected: encrypted as [MS-OFFCRYPTO] 2.3.6 says.

    The headers of records stay as they are, and so do BOF, FILEPASS and the places of the sheets.
    """
    bof, filepass, bound_sheet = 0x0809, 0x002F, 0x0085
    salt, verifier = bytes(range(16)), bytes(range(16, 32))
    hashed = hashlib.md5(password.encode("utf-16-le")).digest()[:5]
    base = hashlib.md5((hashed + salt) * 16).digest()[:5]

    def keystream(block: int, length: int) -> bytes:
        key = hashlib.md5(base + struct.pack("<I", block)).digest()
        return bytes(Cipher(ARC4(key), mode=None).encryptor().update(bytes(length)))

    def mixed(text: bytes, stream: bytes) -> bytes:
        return bytes(letter ^ other for letter, other in zip(text, stream, strict=True))

    proof = mixed(verifier + hashlib.md5(verifier).digest(), keystream(0, 32))
    first, *others = ((kind, record) for kind, record in records(workbook) if kind)
    lock = (filepass, struct.pack("<HHH", 1, 1, 1) + salt + proof)
    added = len(stream_of([lock]))
    moved = [
        (kind, struct.pack("<I", struct.unpack_from("<I", record)[0] + added) + record[4:])
        if kind == bound_sheet
        else (kind, record)
        for kind, record in others
    ]
    plain = stream_of([first, lock, *moved])
    plain += stream_of([(0, bytes(-len(plain) % 4))])  # decryption walks over what fills the last sector in steps of 4
    stream = b"".join(keystream(block, 1024) for block in range(len(plain) // 1024 + 1))
    locked, place = b"", 0
    for kind, record in records(plain):
        kept = len(record) if kind in (bof, filepass) else 4 if kind == bound_sheet else 0
        begin = place + 4
        body = record[:kept] + mixed(record[kept:], stream[begin + kept : begin + len(record)])
        locked += plain[place:begin] + body
        place = begin + len(record)
    return locked
