"""What of a Word document is the report's and what is the office's: tags of blocks, and a seal over all other text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

_TAG = re.compile(r"block:(?P<publication>[a-z0-9_]+):(?P<year>\d{4}):(?P<block>.+)")
SEAL = "nianbao:"


class BlockTag(NamedTuple):
    """Which place of which report a content control is."""

    publication: str
    year: int
    block_id: str


def block_tag(publication: str, year: int, block_id: str) -> str:
    """The tag of the content control of an office block."""
    return f"block:{publication}:{year}:{block_id}"


def seal(word: WordDocument) -> None:
    """Note in the properties the hash of all text that is not the office's own."""
    word.core_properties.identifier = SEAL + hash_of(protected_paragraphs(word))


def hash_of(paragraphs: list[str]) -> str:
    """One hash of the text of paragraphs; blanks and empty paragraphs, which programs move about, do not count."""
    return hashlib.sha256("\n".join(paragraphs).encode()).hexdigest()


def protected_paragraphs(word: WordDocument) -> list[str]:
    """The text of every paragraph that stands in no office block; the contents, whose pages move, do not count."""
    body = word.element.body
    kept = (each for each in body.iter(qn("w:p")) if _block_around(each) is None and not _is_of_contents(each))
    return [text for text in map(text_of, kept) if text]


def blocks_of(word: WordDocument) -> Iterator[tuple[BlockTag, tuple[str, ...]]]:
    """Every office block with the text of its paragraphs."""
    for tag, control in block_controls(word):
        texts = (text_of(each) for each in control.iter(qn("w:p")))
        yield tag, tuple(text for text in texts if text)


def block_controls(word: WordDocument) -> Iterator[tuple[BlockTag, BaseOxmlElement]]:
    """The content control of every office block."""
    for control in word.element.body.iter(qn("w:sdt")):
        if tag := _tag_of(control):
            yield tag, control


def text_of(paragraph: BaseOxmlElement) -> str:
    """The visible text of a paragraph in one line; what change tracking has deleted is gone."""
    pieces = (
        each.text or "" for each in paragraph.iter(qn("w:t")) if next(each.iterancestors(qn("w:del")), None) is None
    )
    return " ".join("".join(pieces).split())


def _is_of_contents(paragraph: BaseOxmlElement) -> bool:
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return style is not None and style.get(qn("w:val"), "").upper().startswith("TOC")


def _block_around(paragraph: BaseOxmlElement) -> BlockTag | None:
    return next((tag for control in paragraph.iterancestors(qn("w:sdt")) if (tag := _tag_of(control))), None)


def _tag_of(control: BaseOxmlElement) -> BlockTag | None:
    for tag in control.iterfind(f"{qn('w:sdtPr')}/{qn('w:tag')}"):
        if match := _TAG.fullmatch(tag.get(qn("w:val"), "")):
            return BlockTag(match["publication"], int(match["year"]), match["block"])
    return None
