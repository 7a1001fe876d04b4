"""Puts the Word document together, block by block."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from docx.image.image import Image
from docx.shared import Mm
from docx.text.paragraph import Paragraph as WordParagraph

from nianbao.publish import charts
from nianbao.publish.docx.contents import write_contents
from nianbao.publish.docx.ends import write_red_head, write_tail
from nianbao.publish.docx.package import add_footnotes, describe, new_word_document, set_up_page, to_bytes
from nianbao.publish.docx.protected import block_tag, seal
from nianbao.publish.docx.table import write_table
from nianbao.publish.docx.text import Text
from nianbao.publish.plain import plain
from nianbao.publish.typeset import lay_out, lay_out_issue
from nianbao.publish.typeset.block import Block, Contents, Picture, RedHead, SetTable, TailLines, TypesetLine
from nianbao.publish.typeset.page_layout import PageLayout
from nianbao.terms.document import Document, PrintedChart

ChartPicture = Callable[[PrintedChart], bytes]
"""Draws a chart as a PNG."""


def write(
    document: Document, path: Path, chart_png: ChartPicture = charts.to_png, layout: PageLayout | None = None
) -> None:
    """Write the report as a Word document; the same report gives the same bytes.

    `layout` is how the PDF lies on its pages: those of the headings, and where a table or chart waits for room, so that
    the text goes on. Without it the table of contents shows no pages until Word brings it up to date.
    """
    _write([(document, lay_out(document))], path, chart_png, layout or PageLayout())


def write_issue(documents: Sequence[Document], path: Path, layout: PageLayout | None = None) -> None:
    """Write the reports of one issue as one Word document, as `write` does one report."""
    _write(lay_out_issue(documents), path, charts.to_png, layout or PageLayout())


def _write(
    parts: Sequence[tuple[Document, Sequence[Block]]], path: Path, chart_png: ChartPicture, layout: PageLayout
) -> None:
    word = new_word_document()
    text = Text(word)
    first = parts[0][0]
    set_up_page(text, next((document.unfinished for document, _ in parts if document.unfinished), ""))
    describe(word, first)
    start = 0
    for document, blocks in parts:
        order = layout.in_order(range(start, start + len(blocks)))
        _write_part(text, document, [blocks[number - start] for number in order], chart_png, layout.headings)
        start += len(blocks)
    add_footnotes(word, text.notes)
    seal(word)
    path.write_bytes(to_bytes(word, max(document.as_of for document, _ in parts)))


def _write_part(
    text: Text, document: Document, blocks: Sequence[Block], chart_png: ChartPicture, pages: Mapping[int, int]
) -> None:
    """The blocks of one report; its office blocks are its own."""
    text.count_anew()
    opened: list[tuple[str, WordParagraph]] = []
    for block in blocks:
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
            _write_block(text, block, chart_png, pages)
    _enclose(text, document, opened)


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
        case SetTable():
            write_table(text, block)
        case Picture():
            _write_picture(text, block.chart, chart_png)
            text.caption(block.caption, "FigureCaption")
        case Contents():
            write_contents(text, block, pages)
        case TailLines():
            write_tail(text, block)


def _write_picture(text: Text, chart: PrintedChart, chart_png: ChartPicture) -> None:
    """A chart as a picture with its points as alternative text."""
    run = text.paragraph("Picture").add_run()
    png = chart_png(chart)
    pixels = Image.from_blob(png)
    size = charts.on_paper(pixels.px_width / charts.PNG_SCALE, pixels.px_height / charts.PNG_SCALE)
    picture = run.add_picture(io.BytesIO(png), *map(Mm, size))
    properties = picture._inline.docPr
    properties.set("title", plain(chart.title))
    properties.set("descr", plain(charts.in_words(chart)))
