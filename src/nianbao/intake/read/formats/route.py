"""Tells by its bytes what a file is, and opens it as that; its name has no say in it but for text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from nianbao.intake.read.formats import foreign
from nianbao.intake.read.formats.compound import MAGIC as COMPOUND
from nianbao.intake.read.formats.compound import Compound
from nianbao.intake.read.formats.delimited import DELIMITERS, open_delimited
from nianbao.intake.read.formats.json_delivery import Fields, open_json
from nianbao.intake.read.formats.ods import CONTENT, MIMETYPE, open_ods
from nianbao.intake.read.formats.office_package import CONTENT_TYPES, content_types, main_part
from nianbao.intake.read.formats.own_answer import is_receipt, is_sealed
from nianbao.intake.read.formats.package import ZIP_MAGIC, ZipPackage
from nianbao.intake.read.formats.sheet import Opened, Unreadable
from nianbao.intake.read.formats.unlock import unlock
from nianbao.intake.read.formats.xls import is_locked, open_xls, workbook_stream
from nianbao.intake.read.formats.xlsx import open_xlsx
from nianbao.terms.submission import ReadingFault

_ENDINGS = {
    "xlsx": (".xlsx", ".et"),
    "xls": (".xls", ".et"),
    "ods": (".ods",),
}
_SPREADSHEET = b"opendocument.spreadsheet"


def open_file(content: bytes, name: str, fields: Fields) -> Opened:
    """The sheets of a delivery, whatever its format; `fields` are those of all forms, by their codes taken apart.

    Raises:
        Unreadable: it is none of the formats that are taken, damaged, not safe to open, or a receipt of ours.
    """
    if not content:
        raise Unreadable("EMPTY_FILE")
    ending = PurePosixPath(name).suffix.lower()
    if content.startswith(COMPOUND):
        kind, opened = _open_compound(content, ending)
        return _misnamed(opened, kind, ending)
    if content.startswith(ZIP_MAGIC):
        kind, opened = _open_package(content, ending)
        return _misnamed(opened, kind, ending)
    return _open_text(content, name, ending, fields)


def _open_compound(content: bytes, ending: str) -> tuple[str, Opened]:
    compound = Compound(content)
    if compound.has("EncryptedPackage"):
        return _open_package(_unlocked(content, ZIP_MAGIC), ending)
    if not workbook_stream(compound):
        raise foreign.refuse(foreign.kind_of_compound(compound.names), ending)
    if is_locked(compound):
        compound = Compound(_unlocked(content, COMPOUND))
    return "xls", open_xls(compound)


def _unlocked(content: bytes, magic: bytes) -> bytes:
    opened = unlock(content)
    if opened is None or not opened.startswith(magic):
        raise Unreadable("ENCRYPTED")
    return opened


def _open_package(content: bytes, ending: str) -> tuple[str, Opened]:
    """A zip package, told by its main part and what that is declared to be."""
    package = ZipPackage(content)
    if CONTENT in package and MIMETYPE in package and _SPREADSHEET in package.read(MIMETYPE):
        return "ods", open_ods(package)
    main = main_part(package)
    types = content_types(package)
    kind = foreign.kind_of_main(main, types.of(main)) if main else foreign.kind_of_package(package)
    if kind:
        raise foreign.refuse(kind, ending)
    if main is None:
        raise Unreadable("TRUNCATED", CONTENT_TYPES)
    return "xlsx", replace(open_xlsx(package, main, types), is_own_answer=is_sealed(package))


def _open_text(content: bytes, name: str, ending: str, fields: Fields) -> Opened:
    if is_receipt(content):
        raise Unreadable("OWN_ANSWER")
    if kind := foreign.kind_of_bytes(content):
        raise foreign.refuse(kind, ending)
    if ending in DELIMITERS:
        return open_delimited(content, PurePosixPath(name).stem, ending)
    if ending == ".json":
        return open_json(content, fields)
    raise foreign.refuse(foreign.kind_of_text(content), ending)


def _misnamed(opened: Opened, kind: str, ending: str) -> Opened:
    if ending in _ENDINGS[kind] or ending not in foreign.TAKEN:
        return opened
    fault = ReadingFault("MISNAMED", value=kind, expected=ending)
    return replace(opened, faults=(*opened.faults, fault))
