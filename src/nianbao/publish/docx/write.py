"""Puts the Word document together: title, sections, annexes."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from docx.shared import Emu, Mm

from nianbao.publish import charts
from nianbao.publish.docx.annex import write_annexes
from nianbao.publish.docx.package import describe, new_word_document, to_bytes
from nianbao.publish.docx.page import set_up_page
from nianbao.publish.docx.table import write_table
from nianbao.publish.docx.text import Text
from nianbao.publish.plain import edition_line, plain, text_width
from nianbao.terms.document import Document, PrintedChart, PrintedSection

ChartPicture = Callable[[PrintedChart], bytes]
"""Draws a chart as a PNG."""

HEADINGS = {0: "PartTitle", 1: "Heading1", 2: "Heading2"}
CONJUNCTIONS = "和与及暨"
TITLE_WIDTH = 38
"""Half-width characters of 22 points on a line."""
PICTURE_WIDTH, PICTURE_HEIGHT = Mm(135), Mm(180)


def write(document: Document, path: Path, chart_png: ChartPicture = charts.to_png) -> None:
    """Write the report as a Word document; the same report gives the same bytes."""
    word = new_word_document()
    text = Text(word)
    set_up_page(text)
    describe(word, document)
    _write_head(text, document)
    for section in document.sections:
        _write_section(text, section, chart_png)
    write_annexes(text, document)
    path.write_bytes(to_bytes(word, document.as_of))


def _write_head(text: Text, document: Document) -> None:
    """What the reader must know, the title, who issues it and when."""
    for notice in document.notices:
        text.paragraph("Notice", notice)
    text.paragraph("Title", _in_lines(document.title))
    text.paragraph("Subtitle", document.issuer)
    text.paragraph("Subtitle", f"（{edition_line(document)}）")


def _write_section(text: Text, section: PrintedSection, chart_png: ChartPicture) -> None:
    """A section: heading, text, who is missing, tables, charts."""
    runs_in = bool(section.title) and section.level not in HEADINGS
    if section.title and not runs_in:
        text.paragraph(HEADINGS[section.level], section.title)
    paragraphs = [pieces for pieces in section.paragraphs if any(pieces)]
    for number, pieces in enumerate(paragraphs or ([()] if runs_in else [])):
        paragraph = text.paragraph("BodyText")
        if runs_in and number == 0:
            text.run_in(paragraph, section.title)
        text.pieces(paragraph, pieces)
    for note in section.coverage_notes:
        text.paragraph("Coverage", f"〔{note}〕")
    for table in section.tables:
        write_table(text, table)
    for chart in section.charts:
        _write_chart(text, chart, chart_png)


def _write_chart(text: Text, chart: PrintedChart, chart_png: ChartPicture) -> None:
    """A chart as a picture with a caption under it and its points as alternative text."""
    run = text.paragraph("Picture").add_run()
    picture = run.add_picture(io.BytesIO(chart_png(chart)))
    scale = min(PICTURE_WIDTH / picture.width, PICTURE_HEIGHT / picture.height)
    picture.width, picture.height = Emu(int(picture.width * scale)), Emu(int(picture.height * scale))
    properties = picture._inline.docPr
    properties.set("title", plain(chart.title))
    properties.set("descr", plain(charts.in_words(chart)))
    unit = f"（单位：{chart.unit}）" if chart.unit else ""
    text.caption("FigureCaption", "图", f"{chart.title}{unit}")


def _in_lines(title: str) -> str:
    """A title too long for a line, broken before the conjunction nearest to its middle."""
    joints = [place for place, character in enumerate(title) if character in CONJUNCTIONS and place]
    if text_width(title) <= TITLE_WIDTH or not joints:
        return title
    middle = min(joints, key=lambda place: abs(text_width(title[:place]) * 2 - text_width(title)))
    return f"{title[:middle]}\n{title[middle:]}"
