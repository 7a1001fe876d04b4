"""The table of contents of the Word document: a field of Word, filled in, so that it is there before anyone asks."""

from __future__ import annotations

from collections.abc import Mapping

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.text.paragraph import Paragraph as WordParagraph

from nianbao.publish.docx.text import Text, heading_name
from nianbao.publish.typeset.block import Contents
from nianbao.publish.typeset.look import BY_ID

INSTRUCTION = ' TOC \\o "1-2" \\h \\z \\u '
"""Headings of two levels and whatever else has an outline level, as links."""

_LEVELS = {"Heading2": "TOC2"}


def write_contents(text: Text, contents: Contents, pages: Mapping[int, int]) -> None:
    """Write title and entries into the control by which Word knows a table of contents."""
    paragraphs = [text.paragraph("ContentsTitle", "目　录")]
    for number, (style, said) in enumerate(contents.entries, start=1):
        paragraph = text.paragraph(_LEVELS.get(style, "TOC1"))
        if contents.line != BY_ID["TOC1"].line:
            paragraph.paragraph_format.line_spacing = Pt(contents.line)
        if number == 1:
            _mark(text, paragraph, "begin")
            _instruct(text, paragraph, INSTRUCTION)
            _mark(text, paragraph, "separate")
        _entry(text, paragraph, heading_name(number), said, pages.get(number))
        paragraphs.append(paragraph)
    _mark(text, paragraphs[-1], "end")
    _enclose(paragraphs)


def _entry(text: Text, paragraph: WordParagraph, bookmark: str, said: str, page: int | None) -> None:
    """One heading, linked to where it stands, with the page."""
    first = len(paragraph.runs)
    text.run(paragraph, said)
    if page is not None:
        text.run(paragraph, "\t")
        _mark(text, paragraph, "begin")
        _instruct(text, paragraph, f" PAGEREF {bookmark} \\h ")
        _mark(text, paragraph, "separate")
        text.run(paragraph, str(page))
        _mark(text, paragraph, "end")
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), bookmark)
    link.set(qn("w:history"), "1")
    runs = [run._r for run in paragraph.runs[first:]]
    runs[0].addprevious(link)
    link.extend(runs)


def _mark(text: Text, paragraph: WordParagraph, kind: str) -> None:
    """A border of a field."""
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    text.run(paragraph, "")._r.append(mark)


def _instruct(text: Text, paragraph: WordParagraph, instruction: str) -> None:
    """What a field shows."""
    said = OxmlElement("w:instrText")
    said.set(qn("xml:space"), "preserve")
    said.text = instruction
    text.run(paragraph, "")._r.append(said)


def _enclose(paragraphs: list[WordParagraph]) -> None:
    """Put the paragraphs into a control of the gallery Table of Contents."""
    control, properties, part = OxmlElement("w:sdt"), OxmlElement("w:sdtPr"), OxmlElement("w:docPartObj")
    gallery, unique, content = (
        OxmlElement("w:docPartGallery"),
        OxmlElement("w:docPartUnique"),
        OxmlElement("w:sdtContent"),
    )
    gallery.set(qn("w:val"), "Table of Contents")
    part.extend((gallery, unique))
    properties.append(part)
    control.extend((properties, content))
    paragraphs[0]._p.addprevious(control)
    elements: list[BaseOxmlElement] = [paragraph._p for paragraph in paragraphs]
    content.extend(elements)
