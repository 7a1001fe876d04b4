"""An .xlsx file as its parts: what is not touched is written back byte for byte."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from typing import Any

from lxml import etree

from nianbao.intake.read.formats.own_answer import sealed

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_TYPES_PART = "[Content_Types].xml"
_USUAL_WORKBOOK = "xl/workbook.xml"
_MAX_INFLATED = 200 * 1024 * 1024
_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)
_PRIVATE = 0o600 << 16
"""The attributes that zipfile gives an entry."""
_LOCAL_HEADER = 30
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

Element = Any
"""An lxml element; the library ships no types."""


class UnknownPackage(Exception):
    """The bytes are no workbook that can be marked as it stands."""


class WorkbookPackage:
    """The parts of a workbook's file."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            self._names = list(dict.fromkeys(self._archive.namelist()))
        except (zipfile.BadZipFile, ValueError) as error:
            raise UnknownPackage(str(error)) from error
        self._budget = _MAX_INFLATED
        self._trees: dict[str, Element] = {}
        self._bytes: dict[str, bytes] = {}
        main = [part for _, part in self.related("", "officeDocument")] if "_rels/.rels" in self else []
        self.workbook = main[0] if main else _USUAL_WORKBOOK
        """The name of the main part, as the package says it."""
        if self.workbook not in self or self.tree(self.workbook).tag != f"{{{MAIN}}}workbook":
            raise UnknownPackage("not a transitional workbook")

    def __contains__(self, part: str) -> bool:
        return part in self._names

    def read(self, part: str) -> bytes:
        """The bytes of a part as they came."""
        if part in self._bytes:
            return self._bytes[part]
        with self._archive.open(part) as stream:
            content = stream.read(self._budget + 1)
        self._budget -= len(content)
        if self._budget < 0:
            raise UnknownPackage("too large")
        return content

    def tree(self, part: str) -> Element:
        """The root of a part; what is changed in it is written."""
        if part not in self._trees:
            self._trees[part] = parse(self.read(part))
        return self._trees[part]

    def _look_at(self, part: str) -> Element:
        """The root of a part that is only read: the part keeps its bytes."""
        return self._trees[part] if part in self._trees else parse(self.read(part))

    def put(self, part: str, content: bytes) -> None:
        """Add or replace a part."""
        if part not in self._names:
            self._names.append(part)
        self._trees.pop(part, None)
        self._bytes[part] = content

    def put_tree(self, part: str, root: Element) -> None:
        """Add or replace a part by a tree."""
        self.put(part, b"")
        self._trees[part] = root

    def drop(self, part: str) -> None:
        """Leave a part out."""
        if part in self._names:
            self._names.remove(part)
        self._trees.pop(part, None)

    def free_name(self, pattern: str) -> str:
        """A part name like `xl/comments{}.xml` that is not taken."""
        number = 1
        while pattern.format(number) in self._names:
            number += 1
        return pattern.format(number)

    def declare(self, part: str, content_type: str) -> None:
        """Declare the content type of a part."""
        types = self.tree(_TYPES_PART)
        names = {item.get("PartName") for item in types.iterfind(f"{{{_CONTENT_TYPES}}}Override")}
        if f"/{part}" not in names:
            etree.SubElement(types, f"{{{_CONTENT_TYPES}}}Override", PartName=f"/{part}", ContentType=content_type)

    def declare_extension(self, extension: str, content_type: str) -> None:
        """Declare the content type of all parts with an extension."""
        types = self.tree(_TYPES_PART)
        known = {item.get("Extension", "").lower() for item in types.iterfind(f"{{{_CONTENT_TYPES}}}Default")}
        if extension not in known:
            default = etree.Element(f"{{{_CONTENT_TYPES}}}Default", Extension=extension, ContentType=content_type)
            types.insert(0, default)

    def related(self, part: str, kind: str) -> list[tuple[str, str]]:
        """The relations of a part of a kind (`comments`): their ids and the parts they lead to."""
        relations = relations_part(part)
        if relations not in self:
            return []
        return [
            (
                item.get("Id"),
                posixpath.normpath(posixpath.join("/", posixpath.dirname(part), item.get("Target"))).lstrip("/"),
            )
            for item in self._look_at(relations)
            if item.get("Type", "").endswith(f"/{kind}") and item.get("TargetMode") != "External" and item.get("Target")
        ]

    def relate(self, part: str, kind: str, target: str) -> str:
        """Relate a part to another; returns the id of the relation."""
        relations = relations_part(part)
        if relations not in self:
            self.put_tree(
                relations, etree.Element(f"{{{_PACKAGE_RELATIONS}}}Relationships", nsmap={None: _PACKAGE_RELATIONS})
            )
        root = self.tree(relations)
        taken = {item.get("Id") for item in root}
        number = len(taken) + 1
        while f"rId{number}" in taken:
            number += 1
        etree.SubElement(
            root,
            f"{{{_PACKAGE_RELATIONS}}}Relationship",
            Id=f"rId{number}",
            Type=f"{RELATIONS}/{kind}",
            Target=f"/{target}",
        )
        return f"rId{number}"

    def to_bytes(self) -> bytes:
        """The file with its changes, sealed as an answer of ours; the same changes give the same bytes."""
        self._bytes |= {name: serialise(tree) for name, tree in self._trees.items()}
        self._bytes[_TYPES_PART] = sealed(self.read(_TYPES_PART), {name: self._checksum(name) for name in self._names})
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in self._names:
                entry = zipfile.ZipInfo(name, _WRITTEN_AT)
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed = b"" if name in self._bytes else self._packed(name)
                if packed:
                    _put_packed(archive, written, entry, packed, self._archive.getinfo(name))
                else:
                    archive.writestr(entry, self.read(name))
        return written.getvalue()

    def _packed(self, part: str) -> bytes:
        """A part deflated as it came, since deflating anew is half of the work; nothing where anything is odd about it.

        It is held to the size and the checksum that the package tells, and nothing may stand behind it.
        """
        came = self._archive.getinfo(part)
        if came.compress_type != zipfile.ZIP_DEFLATED or came.file_size > self._budget:
            return b""
        start = came.header_offset + _LOCAL_HEADER
        name_and_extra = self._content[start - 4 : start]
        start += int.from_bytes(name_and_extra[:2], "little") + int.from_bytes(name_and_extra[2:], "little")
        packed = self._content[start : start + came.compress_size]
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        content = inflating.decompress(packed, came.file_size + 1)
        is_sound = len(content) == came.file_size and zlib.crc32(content) == came.CRC
        if not (is_sound and inflating.eof and not inflating.unused_data):
            return b""
        self._budget -= came.file_size
        return packed

    def _checksum(self, part: str) -> int:
        own = self._bytes.get(part)
        return self._archive.getinfo(part).CRC if own is None else zlib.crc32(own)


def _put_packed(
    archive: zipfile.ZipFile, written: io.BytesIO, entry: zipfile.ZipInfo, packed: bytes, came: zipfile.ZipInfo
) -> None:
    """Put a part that is deflated already into an archive, which zipfile has no way for."""
    entry.CRC, entry.compress_size, entry.file_size = came.CRC, len(packed), came.file_size
    entry.external_attr, entry.header_offset = _PRIVATE, archive.start_dir
    written.seek(archive.start_dir)
    written.write(entry.FileHeader(zip64=False) + packed)
    archive.filelist.append(entry)
    archive.NameToInfo[entry.filename] = entry
    archive.start_dir = written.tell()


def parse(content: bytes) -> Element:
    """The root of an XML text that comes from outside: no document type, no entities, nothing fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnknownPackage(str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise UnknownPackage("document type")
    return root


def serialise(root: Element) -> bytes:
    """A tree as the text of its part."""
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return text


def plain(text: str) -> str:
    """A text as a workbook may hold it: without what XML forbids, and with nothing that reads as an escape."""
    return _ESCAPE_LIKE.sub("_x005F_", _ILLEGAL.sub("", text))


def relations_part(part: str) -> str:
    """The name of the part that holds the relations of a part."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
