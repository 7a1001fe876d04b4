"""The page of GB/T 9704: margins, grid of 22 lines by 28 characters, page numbers."""

from __future__ import annotations

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm

from nianbao.publish.docx.text import Text
from nianbao.publish.typeset.look import LINE

TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(34.9), Mm(28), Mm(26)
"""The bottom is a tenth of a millimetre short of 35: 22 lines of 29 points are a hair more than 225 mm."""


def set_up_page(text: Text, unfinished: str) -> None:
    """Set A4, margins, grid and footers of the only section, and over every page what an unfinished year says."""
    section = text.word.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = TOP, BOTTOM, LEFT, RIGHT
    section.header_distance, section.footer_distance, section.gutter = Mm(15), Mm(22), Mm(0)
    _set_grid(section)
    for footer, style in ((section.footer, "OddPage"), (section.even_page_footer, "EvenPage")):
        paragraph = footer.paragraphs[0]
        paragraph._p.style = style
        text.run(paragraph, "— ")
        text.field(paragraph, "PAGE", "1")
        text.run(paragraph, " —")
    for header in (section.header, section.even_page_header) if unfinished else ():
        paragraph = header.paragraphs[0]
        paragraph._p.style = "FootnoteText"
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        text.run(paragraph, unfinished)


def _set_grid(section: Section) -> None:
    """Lay lines on the grid; the 28 characters come from the tracking of the styles.

    A grid of characters too (linesAndChars) would set every number in steps of a whole character in LibreOffice.
    """
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(LINE * 20))
    properties.append(grid)
