"""Texts of a workbook: the shared ones, and how a text is put together out of its runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from xml.etree.ElementTree import Element

from nianbao.intake.read.formats.parse_xml import MAIN_NAMESPACES, end_of, parse_main, parse_piece, plain_root
from nianbao.intake.read.formats.sheet import Unreadable

_ITEM, _NO_ITEM = b"<si>", (b"<!", b"<?", b":si")
_WITH_COUNTS = re.compile(rb'(<sst xmlns="[^"]*")(?: count="\d+")?(?: uniqueCount="\d+")?>')
"""A root as programs write it: how many texts there are differs from one workbook to the next, and says nothing."""

_LARGE, _LONG_ITEM, _KEPT_ITEMS = 1 << 20, 1 << 12, 8_192
"""A part or an item of more bytes is not taken apart; so many items are remembered."""

_ESCAPED = "_x"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_strings(part: str, text: bytes) -> Sequence[str]:
    """The shared texts, by their numbers; an empty item is a text too, and keeps its number.

    Raises:
        Unreadable: the part is no XML, or holds something else.
    """
    apart = _taken_apart(text)
    if apart is not None:
        try:
            return _remembered(part, *apart)
        except Unreadable:
            pass  # as a whole it says what is wrong with it, if anything is
    root, namespace = parse_main(part, text, "sst")
    return _texts_of(part, root.findall(f"{namespace}si"), namespace)


def _taken_apart(text: bytes) -> tuple[bytes, Sequence[bytes]] | None:
    """The tag of the root, and the items without the beginning that all have; None where they cannot be told apart."""
    tag = plain_root(text)
    if tag is None or len(text) > _LARGE:
        return None
    end, body = end_of(tag[1]), text[tag.end() :].strip()
    before, *items = body.removesuffix(end).split(_ITEM)
    if before.strip() or not items or not body.endswith(end):
        return None
    return _WITH_COUNTS.sub(rb"\1>", tag[1]), items


def _remembered(part: str, root: bytes, items: Sequence[bytes]) -> Sequence[str]:
    """The texts of items, most of which came in another workbook.

    Those that did not are a document of their own. Below its root there is nothing but items, as many as begin in the
    text, and none begins anywhere else: so none is inside another, and each is well-formed by itself.

    Raises:
        Unreadable: as a whole it may be something else than in pieces.
    """
    known = _items_known(root)
    if len(known) >= _KEPT_ITEMS:
        known.clear()
    if new := list(dict.fromkeys([item for item in items if item not in known])):
        text = _ITEM + _ITEM.join(new)
        is_plain = text.count(_ITEM[:-1]) == len(new) and not any(each in text for each in _NO_ITEM)
        if not is_plain or len(max(new, key=len)) > _LONG_ITEM:
            raise Unreadable("XML_MALFORMED", part)
        within = parse_piece(root, text)
        brace, _, local = within.tag.rpartition("}")
        namespace = brace + "}"
        named = within.findall(f"{namespace}si")
        if namespace not in MAIN_NAMESPACES or local != "sst" or not len(named) == len(within) == len(new):
            raise Unreadable("XML_MALFORMED", part)
        known.update(zip(new, _texts_of(part, named, namespace), strict=True))
    return [known[item] for item in items]


@lru_cache(maxsize=8)
def _items_known(root: bytes) -> dict[bytes, str]:
    """The texts of items below a root, by what is written in them."""
    return {}


def _texts_of(part: str, items: Sequence[Element], namespace: str) -> Sequence[str]:
    plain = f"{namespace}t"
    texts = [each[0] for each in items if len(each) == 1]
    # In most parts every item is one plain text.
    if len(texts) == len(items) and {text.tag for text in texts} == {plain} and not any(map(len, texts)):
        strings = [text.text or "" for text in texts]
        return [unescaped(each) for each in strings] if any(_ESCAPED in each for each in strings) else strings
    return [read_text(part, each) for each in items]


def read_text(part: str, item: Element) -> str:
    """A text: its own `t` and those of its runs `r`; how it is pronounced (`rPh`) is no part of it.

    Raises:
        Unreadable: there is an element inside a text, of which programs make different things.
    """
    namespace = item.tag.rpartition("}")[0] + "}"
    run, plain = f"{namespace}r", f"{namespace}t"
    texts = [text for each in item for text in (each.iterfind(plain) if each.tag == run else (each,))]
    texts = [text for text in texts if text.tag == plain]
    if any(len(text) for text in texts):
        raise Unreadable("XML_MALFORMED", part)
    return unescaped("".join(text.text or "" for text in texts))


def unescaped(text: str) -> str:
    """A text with the characters that XML cannot hold, written as `_x0007_`, put in their places."""
    if _ESCAPED not in text:
        return text
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
