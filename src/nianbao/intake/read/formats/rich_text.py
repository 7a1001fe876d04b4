"""Texts of a workbook: the shared ones, and how a text is put together out of its runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from nianbao.intake.read.formats.parse_xml import parse_main
from nianbao.intake.read.formats.sheet import Unreadable

_ESCAPED = "_x"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_strings(part: str, text: bytes) -> Sequence[str]:
    """The shared texts, by their numbers; an empty item is a text too, and keeps its number.

    Raises:
        Unreadable: the part is no XML, or holds something else.
    """
    root, namespace = parse_main(part, text, "sst")
    item, plain = f"{namespace}si", f"{namespace}t"
    items = root.findall(item)
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
