"""The one XML parser of the readers: expat, without document types, entities of their own, or anything fetched.

Comments and instructions are left out of what it gives; CDATA and characters by their number are text like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers import expat

from nianbao.intake.read.formats.sheet import Unreadable

Attributes = Mapping[str, str]

MAIN_NAMESPACES = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
"""Of the elements of a workbook: the usual one, and that of the strict variant."""

_LONGEST_NAMESPACE = 500
"""The parser repeats a namespace in every name: a long one would make the work grow with the square of the text."""

_DECLARATION = rb"<\?xml version=.1\.0.(?: encoding=.[Uu][Tt][Ff]-8.)?(?: standalone=.(?:yes|no).)?\s*\?>\s*"
_ROOT = rb"(<[A-Za-z_][\w:.-]*(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*/?>)"
_PLAIN_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?(?:" + _DECLARATION + rb")?" + _ROOT)
"""UTF-8 that begins with its root: nothing before it can declare a document type, and nothing after it may."""

_LONG_VALUE = re.compile(rb"[^\"']{500}")
_NAMESPACE, _LONGEST_HEAD = b"xmlns", 2_000


class _Guarded(TreeBuilder):
    """Builds the tree of a part, and refuses what could make more of a text than is written."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def doctype(self, *_: object) -> None:
        """A document type is declared; the parser tells before it takes any entity from it."""
        raise Unreadable("XML_DTD", self._part)

    def start_ns(self, _: str | None, uri: str | None) -> None:
        """A namespace is declared."""
        if uri and len(uri) > _LONGEST_NAMESPACE:
            raise Unreadable("XML_MALFORMED", self._part)


def parse_xml(part: str, text: bytes) -> Element:
    """The root of a part, with the whole tree below it.

    Raises:
        Unreadable: it is not well-formed, is in an unknown encoding, or declares a document type.
    """
    # A target of its own class costs the parser a call for every tag: only where there is something to guard against.
    parser = XMLParser(target=TreeBuilder() if plain_root(text) else _Guarded(part))
    try:
        parser.feed(text)
        root: Element = parser.close()
    except (ParseError, LookupError, ValueError) as error:  # an encoding may have no such name
        raise Unreadable("XML_MALFORMED", part) from error
    return root


def plain_root(text: bytes) -> re.Match[bytes] | None:
    """What a part begins with, up to the tag of its root, which is the first group.

    None where that cannot be told at once, or a document type or another namespace than short ones on the root may be
    declared.
    """
    head = _PLAIN_HEAD.match(text, 0, _LONGEST_HEAD)
    return None if head is None or text.find(_NAMESPACE, head.end()) >= 0 or _LONG_VALUE.search(head[0]) else head


def parse_piece(root: bytes, piece: bytes) -> Element:
    """A piece of a part below a plain root, as a document of its own.

    Raises:
        Unreadable: it is not well-formed, or declares a namespace.
    """
    if _NAMESPACE in piece:
        raise Unreadable("XML_MALFORMED")
    parser = XMLParser(target=TreeBuilder())
    try:
        parser.feed(root + piece + end_of(root))
        whole: Element = parser.close()
    except (ParseError, ValueError) as error:
        raise Unreadable("XML_MALFORMED") from error
    return whole


@lru_cache(maxsize=64)
def end_of(root: bytes) -> bytes:
    """The tag that ends an element, by the one that begins it."""
    return b"</" + root[1:].split(maxsplit=1)[0].removesuffix(b">") + b">"


def parse_main(part: str, text: bytes, *roots: str) -> tuple[Element, str]:
    """The root of a part of a workbook, which is one of these, and its namespace as it stands before every name.

    Raises:
        Unreadable: as `parse_xml`; or the root is another element.
    """
    root = parse_xml(part, text)
    brace, _, local = root.tag.rpartition("}")
    namespace = brace + "}"
    if namespace not in MAIN_NAMESPACES or local not in roots:
        raise Unreadable("XML_MALFORMED", part)
    return root, namespace


def follow_xml(
    part: str,
    text: bytes,
    on_start: Callable[[str, Attributes], object],
    on_end: Callable[[str], object],
    on_text: Callable[[str], object],
) -> None:
    """Follow a part from its first tag to its last, without keeping it; a blank stands between namespace and name.

    Raises:
        Unreadable: as `parse_xml`.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    guard = _Guarded(part)
    parser.StartDoctypeDeclHandler, parser.StartNamespaceDeclHandler = guard.doctype, guard.start_ns
    parser.StartElementHandler, parser.EndElementHandler = on_start, on_end
    parser.CharacterDataHandler = on_text
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable("XML_MALFORMED", part) from error
