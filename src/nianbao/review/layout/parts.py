"""What stands beside the running text of a Word document: footnotes, text boxes, the table of contents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from nianbao.review.layout.block import MeasuredBlock, block, runs, text_of
from nianbao.review.layout.cascade import Cascade

_TOC = re.compile(r"\s*TOC\b")
_PAGE = re.compile(r"[\s.…·]*\d*\s*$")
_STYLE = re.compile(r"toc \d")


def asides(word: WordDocument, cascade: Cascade) -> Iterator[MeasuredBlock]:
    """The paragraphs of footnotes and text boxes that say something."""
    found: list[BaseOxmlElement] = list(word.element.body.iter(qn("w:txbxContent")))
    for relation in word.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES and not relation.is_external:
            found.append(parse_xml(relation.target_part.blob))
    for parent in found:
        for paragraph in parent.iter(qn("w:p")):
            each = block(paragraph, cascade)
            if each.text.strip():
                yield each


def contents(word: WordDocument) -> tuple[str, ...] | None:
    """The entries of the table of contents without their pages, or nothing where no field makes one."""
    said = [each for each in word.element.body.iter(qn("w:instrText")) if _TOC.match(str(each.text or ""))]
    simple = [each for each in word.element.body.iter(qn("w:fldSimple")) if _TOC.match(each.get(qn("w:instr"), ""))]
    if not said and not simple:
        return None
    styles = {each.style_id for each in word.styles if each.name and _STYLE.match(each.name.lower())}
    entries = (
        "".join(text_of(run) for run in runs(paragraph))
        for paragraph in word.element.body.iter(qn("w:p"))
        if paragraph.style in styles
    )
    return tuple(_PAGE.sub("", entry).strip() if " " in entry.strip() else entry.strip() for entry in entries)
