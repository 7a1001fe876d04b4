"""What an Office package says about itself: which part is the main one, of which kind, and where its relations lead.

Names of parts have no case, and some programs write them with the other slash: `Package` looks after that.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from nianbao.intake.read.formats.package import ZipPackage
from nianbao.intake.read.formats.parse_xml import parse_xml
from nianbao.intake.read.formats.sheet import Unreadable

CONTENT_TYPES = "[content_types].xml"
_MAIN = "officeDocument"
RELATIONSHIPS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
"""Of the kinds of relations, and of the ids that name one: the usual namespace, and that of the strict variant."""

_PACKAGE_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_USUAL_MAIN = ("xl/workbook.xml", "xl/workbook.bin", "word/document.xml", "ppt/presentation.xml")


@dataclass(frozen=True)
class Relation:
    """A relation of a part: its id, its kind (`worksheet`), and the name of the part that it leads to.

    The kind is the whole address where it is none of the standard's: other programs do not follow such a one.
    """

    id: str
    kind: str
    target: str


@dataclass(frozen=True)
class ContentTypes:
    """The content types of parts, by their names and by the endings of their names."""

    by_name: Mapping[str, str] = field(default_factory=dict)
    by_ending: Mapping[str, str] = field(default_factory=dict)

    def of(self, part: str) -> str:
        """The content type of a part, empty when none is declared."""
        return self.by_name.get(part) or self.by_ending.get(part.rpartition(".")[2], "")


def main_part(package: ZipPackage) -> str | None:
    """The name of the main part of an Office package, found by its relations; None when it is no such package.

    Raises:
        Unreadable: it names several, or what it says about itself is no XML.
    """
    named = [relation.target for relation in relations_of(package, "") if relation.kind == _MAIN]
    if len(set(named)) > 1:
        raise Unreadable("ZIP_MALFORMED")
    if named:
        return named[0]
    return next((name for name in _USUAL_MAIN if name in package), None)


def content_types(package: ZipPackage) -> ContentTypes:
    """The content types that a package declares."""
    return _read_types(package.read(CONTENT_TYPES)) if CONTENT_TYPES in package else ContentTypes()


def relations_of(package: ZipPackage, part: str) -> Sequence[Relation]:
    """The relations of a part to others within the package; those of the package itself for an empty name.

    Raises:
        Unreadable: two of them have one id, or they are no XML.
    """
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    return _read_relations(source, folder, package.read(source)) if source in package else ()


@lru_cache(maxsize=64)
def _read_types(text: bytes) -> ContentTypes:
    """The content types of a package; the same in all workbooks of one template, as its relations are."""
    by_name, by_ending = {}, {}
    for item in parse_xml(CONTENT_TYPES, text):
        declared = item.get("ContentType", "")
        if _local(item) == "Override":
            by_name[item.get("PartName", "").lstrip("/").lower()] = declared
        elif _local(item) == "Default":
            by_ending[item.get("Extension", "").lower()] = declared
    return ContentTypes(by_name, by_ending)


@lru_cache(maxsize=64)
def _read_relations(source: str, folder: str, text: bytes) -> Sequence[Relation]:
    found: dict[str, Relation] = {}
    root = parse_xml(source, text)
    if root.tag != f"{{{_PACKAGE_RELATIONSHIPS}}}Relationships":  # not every program follows those of another namespace
        raise Unreadable("XML_MALFORMED", source)
    for item in root:
        if _local(item) != "Relationship" or item.get("TargetMode") == "External":
            continue
        target = posixpath.join("/", folder, item.get("Target", "").replace("\\", "/"))
        name = posixpath.normpath(target).lstrip("/").lower()
        base, _, kind = item.get("Type", "").rpartition("/")
        relation = Relation(item.get("Id", ""), kind if base in RELATIONSHIPS else item.get("Type", ""), name)
        if found.setdefault(relation.id, relation) != relation:
            raise Unreadable("ZIP_MALFORMED", source)
    return tuple(found.values())


def _local(item: Element) -> str:
    return item.tag.rpartition("}")[2]
