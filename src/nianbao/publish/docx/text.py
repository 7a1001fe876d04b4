"""Runs, figures, fields, paragraphs and captions of the Word document."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run

from nianbao.publish.plain import figure_name, plain
from nianbao.terms.document import PrintedFigure

NAME_LENGTH = 64
"""Word takes no longer tag or alias on a content control."""


class Text:
    """Writes text into a Word document, and counts what must be numbered."""

    def __init__(self, word: WordDocument) -> None:
        self.word = word
        self._ids: Iterator[int] = itertools.count(1)
        self._captions: dict[str, Iterator[int]] = {}

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

    def pieces(self, paragraph: WordParagraph, pieces: Iterable[str | PrintedFigure]) -> None:
        """Running text with the figures in it."""
        for piece in pieces:
            if isinstance(piece, PrintedFigure):
                self.mark(self.run(paragraph, piece.text), piece)
            elif piece:
                self.run(paragraph, piece)

    def mark(self, run: Run, figure: PrintedFigure) -> None:
        """Wrap a run in a content control tagged with the figure's key: invisible on paper, found after editing."""
        properties = OxmlElement("w:sdtPr")
        for name, value in (("alias", figure_name(figure)), ("tag", figure.key), ("id", str(next(self._ids)))):
            properties.append(_valued(f"w:{name}", plain(value)[:NAME_LENGTH]))
        content = OxmlElement("w:sdtContent")
        control = OxmlElement("w:sdt")
        control.extend((properties, content))
        run._r.addprevious(control)
        content.append(run._r)

    def run_in(self, paragraph: WordParagraph, title: str) -> None:
        """A heading that opens its paragraph, closed with a full stop."""
        self.run(paragraph, title if title.endswith(("。", "：", "！", "？")) else f"{title}。", "RunIn")

    def caption(self, style: str, kind: str, text: str) -> WordParagraph:
        """A caption with a running number that Word keeps up to date: 表1　……."""
        number = str(next(self._captions.setdefault(kind, itertools.count(1))))
        paragraph = self.paragraph(style, kind)
        self.field(paragraph, f"SEQ {kind} \\* ARABIC", number)
        self.run(paragraph, f"　{text}")
        return paragraph

    def field(self, paragraph: WordParagraph, instruction: str, shown: str) -> None:
        """A field, with what it shows until Word computes it."""
        run = self.run(paragraph, shown)._r
        simple = OxmlElement("w:fldSimple")
        simple.set(qn("w:instr"), f" {instruction} ")
        run.addprevious(simple)
        simple.append(run)


def _valued(name: str, value: str) -> BaseOxmlElement:
    """An element with nothing but a value."""
    element = OxmlElement(name)
    element.set(qn("w:val"), value)
    return element
