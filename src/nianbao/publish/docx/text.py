"""Runs, figures, fields, paragraphs and captions of the Word document."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from docx.document import Document as WordDocument
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run

from nianbao.publish.plain import figure_name, plain
from nianbao.publish.typeset.block import Caption, Note, Piece, Strong, TypesetLine
from nianbao.terms.document import PrintedBlock, PrintedFigure, PrintedText, ToWrite

NAME_LENGTH = 64
"""Word takes no longer tag or alias on a content control."""
BOOKMARK_LENGTH = 40
"""Nor a longer name of a bookmark."""
_SEQUENCES = {"Caption": "表", "FigureCaption": "图"}
"""What Word counts, by the style of the caption."""


class Text:
    """Writes text into a Word document, and counts what must be numbered."""

    def __init__(self, word: WordDocument) -> None:
        self.word = word
        self._ids: Iterator[int] = itertools.count(1)
        self._leads: dict[str, str] = {}
        self._anew: set[str] = set()
        self._bookmarks: Iterator[int] = itertools.count(1)
        self._headings: Iterator[int] = itertools.count(1)
        self._named: dict[str, int] = {}
        self.notes: list[str] = []
        """The texts of the footnotes, in order."""

    def paragraph(self, style: str, text: str = "") -> WordParagraph:
        """A paragraph at the end of the document, in the style with this id."""
        paragraph = self.word.add_paragraph()
        paragraph._p.style = style
        if text:
            self.run(paragraph, text)
        return paragraph

    def run(self, paragraph: WordParagraph, text: str, style: str | None = None) -> Run:
        """A run of text; quotation marks and dashes in it are East Asian ones."""
        run = paragraph.add_run(plain(text))
        if style:
            run._r.style = style
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
        return run

    def line(self, line: TypesetLine) -> WordParagraph:
        """A paragraph of the report; a heading can be found from the table of contents."""
        paragraph = self.paragraph(line.style)
        self.pieces(paragraph, line.pieces)
        if line.is_heading:
            self.bookmark(paragraph.runs[0]._r, paragraph.runs[-1]._r, heading_name(next(self._headings)))
        if line.new_page:
            paragraph.paragraph_format.page_break_before = True
            paragraph.paragraph_format.space_before = Pt(0)
        if line.keeps_next:
            paragraph.paragraph_format.keep_with_next = True
        return paragraph

    def pieces(self, paragraph: WordParagraph, pieces: Iterable[Piece]) -> None:
        """Running text with the figures and footnotes in it."""
        for piece in pieces:
            if isinstance(piece, PrintedFigure):
                self.mark(self.run(paragraph, piece.text), piece)
            elif isinstance(piece, Note):
                self.note(paragraph, piece.text)
            elif isinstance(piece, Strong):
                self.run(paragraph, piece.text, "RunIn")
            elif isinstance(piece, PrintedText | PrintedBlock):
                self.run(paragraph, piece.text)
            elif isinstance(piece, ToWrite):
                self.run(paragraph, piece.text).font.highlight_color = WD_COLOR_INDEX.YELLOW
            elif piece:
                self.run(paragraph, piece)

    def mark(self, run: Run, figure: PrintedFigure) -> None:
        """Wrap a run in a bookmark and in a content control tagged with the figure's key.

        Neither is seen on paper. LibreOffice drops the tag when it saves, and keeps the bookmark.
        """
        run_element = run._r
        name = re.sub(r"\W", "_", figure.key, flags=re.ASCII)
        count = self._named[name] = self._named.get(name, 0) + 1
        end = f"_{count}"
        self.bookmark(run_element, run_element, f"n_{name}"[: BOOKMARK_LENGTH - len(end)] + end)
        properties = OxmlElement("w:sdtPr")
        for name, value in (
            ("alias", figure_name(figure)), ("tag", figure.key), ("id", str(next(self._ids))),
            ("lock", "sdtContentLocked"),
        ):  # fmt: skip
            properties.append(_valued(f"w:{name}", plain(value)[:NAME_LENGTH]))
        content = OxmlElement("w:sdtContent")
        control = OxmlElement("w:sdt")
        control.extend((properties, content))
        run._r.addprevious(control)
        content.append(run._r)

    def enclose(self, paragraphs: list[WordParagraph], tag: str, alias: str) -> None:
        """Put whole paragraphs into a content control that can be filled but not removed."""
        properties = OxmlElement("w:sdtPr")
        values = (("alias", alias), ("tag", tag), ("id", str(next(self._ids))), ("lock", "sdtLocked"))
        for name, value in values:
            properties.append(_valued(f"w:{name}", plain(value)[:NAME_LENGTH]))
        control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        control.extend((properties, content))
        paragraphs[0]._p.addprevious(control)
        content.extend([paragraph._p for paragraph in paragraphs])

    def bookmark(self, first: BaseOxmlElement, last: BaseOxmlElement, name: str) -> None:
        """Name the stretch from one element to another."""
        number = str(next(self._bookmarks))
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in start, end:
            element.set(qn("w:id"), number)
        start.set(qn("w:name"), name)
        first.addprevious(start)
        last.addnext(end)

    def note(self, paragraph: WordParagraph, text: str) -> None:
        """A footnote, with its mark where the paragraph has got to."""
        self.notes.append(plain(text))
        run = paragraph.add_run()
        run._r.style = "NoteMark"
        mark = OxmlElement("w:footnoteReference")
        mark.set(qn("w:id"), str(len(self.notes)))
        run._r.append(mark)

    def count_anew(self) -> None:
        """Another report begins: its tables and charts count from the first again."""
        self._anew = set(_SEQUENCES.values()) & self._leads.keys()

    def caption(self, caption: Caption, style: str) -> WordParagraph:
        """A caption with a running number that Word keeps up to date: 表1　…….

        Behind another lead (表4- after 表3-) they begin anew.
        """
        lead, number, tail = caption.label
        paragraph = self.paragraph(style, lead)
        kind, digits = _SEQUENCES[style], "ARABIC" if number.isdigit() else "CHINESENUM3"
        is_new = self._leads.setdefault(kind, lead) != lead or kind in self._anew
        self._anew.discard(kind)
        self._leads[kind] = lead
        anew = f" \\r {number if number.isdigit() else 1}" if is_new else ""
        self.field(paragraph, f"SEQ {kind}{anew} \\* {digits}", number)
        self.run(paragraph, f"{tail}　{caption.text}")
        return paragraph

    def field(self, paragraph: WordParagraph, instruction: str, shown: str) -> None:
        """A field, with what it shows until Word computes it."""
        run = self.run(paragraph, shown)._r
        simple = OxmlElement("w:fldSimple")
        simple.set(qn("w:instr"), f" {instruction} ")
        run.addprevious(simple)
        simple.append(run)


def heading_name(number: int) -> str:
    """The bookmark of a heading."""
    return f"_Toc{number:09}"


def _valued(name: str, value: str) -> BaseOxmlElement:
    """An element with nothing but a value."""
    element = OxmlElement(name)
    element.set(qn("w:val"), value)
    return element
