"""Puts the Word document together, block by block."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

from docx.shared import Emu, Mm
from docx.text.paragraph import Paragraph as WordParagraph

from nianbao.publish import charts
from nianbao.publish.docx.contents import write_contents
from nianbao.publish.docx.ends import write_red_head, write_tail
from nianbao.publish.docx.notes import add_footnotes
from nianbao.publish.docx.package import describe, new_word_document, to_bytes
from nianbao.publish.docx.page import set_up_page
from nianbao.publish.docx.protected import block_tag, seal
from nianbao.publish.docx.table import write_grid
from nianbao.publish.docx.text import Text
from nianbao.publish.plain import plain
from nianbao.publish.typeset import lay_out
from nianbao.publish.typeset.block import Block, Caption, Contents, Grid, Picture, RedHead, TailLines, TypesetLine
from nianbao.terms.document import Document, PrintedChart

ChartPicture = Callable[[PrintedChart], bytes]
"""Draws a chart as a PNG."""

PICTURE_WIDTH, PICTURE_HEIGHT = Mm(115), Mm(155)


def write(
    document: Document, path: Path, chart_png: ChartPicture = charts.to_png, pages: Mapping[int, int] | None = None
) -> None:
    """Write the report as a Word document; the same report gives the same bytes.

    `pages` are those of the headings, by their number, as the report was laid out elsewhere; without them the table of
    contents shows none until Word brings it up to date.
    """
    word = new_word_document()
    text = Text(word)
    set_up_page(text, document.unfinished)
    describe(word, document)
    opened: list[tuple[str, WordParagraph]] = []
    for block in lay_out(document):
        block_id = block.block_id if isinstance(block, TypesetLine) else ""
        if opened and opened[0][0] != block_id:
            _enclose(text, document, opened)
            opened = []
        if isinstance(block, TypesetLine) and block_id:
            opened.append((block_id, text.line(block)))
        elif isinstance(block, RedHead):
            issue = write_red_head(text, block)
            _enclose(text, document, [(block.issue.block_id, issue)] if block.issue.block_id else [])
        else:
            _write_block(text, block, chart_png, pages or {})
    _enclose(text, document, opened)
    add_footnotes(word, text.notes)
    seal(word)
    path.write_bytes(to_bytes(word, document.as_of))


def _enclose(text: Text, document: Document, opened: list[tuple[str, WordParagraph]]) -> None:
    """Make the paragraphs of an office block the one place that may be edited."""
    if opened:
        block_id = opened[0][0]
        tag = block_tag(document.publication, document.year, block_id)
        text.enclose([paragraph for _, paragraph in opened], tag, block_id)


def _write_block(text: Text, block: Block, chart_png: ChartPicture, pages: Mapping[int, int]) -> None:
    match block:
        case TypesetLine():
            text.line(block)
        case Caption():
            text.caption(block)
        case Grid():
            write_grid(text, block)
        case Picture():
            _write_picture(text, block.chart, chart_png)
        case Contents():
            write_contents(text, block, pages)
        case TailLines():
            write_tail(text, block)


def _write_picture(text: Text, chart: PrintedChart, chart_png: ChartPicture) -> None:
    """A chart as a picture with its points as alternative text."""
    run = text.paragraph("Picture").add_run()
    picture = run.add_picture(io.BytesIO(chart_png(chart)))
    scale = min(PICTURE_WIDTH / picture.width, PICTURE_HEIGHT / picture.height)
    picture.width, picture.height = Emu(int(picture.width * scale)), Emu(int(picture.height * scale))
    properties = picture._inline.docPr
    properties.set("title", plain(chart.title))
    properties.set("descr", plain(charts.in_words(chart)))
