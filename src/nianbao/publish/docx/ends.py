"""The red head of a bulletin and the tail lines at the foot of its last page."""

from __future__ import annotations

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph as WordParagraph

from nianbao.publish.docx.package import LEFT
from nianbao.publish.docx.table import TYPE_WIDTH
from nianbao.publish.docx.text import Text
from nianbao.publish.typeset.block import RedHead, TailLines
from nianbao.publish.typeset.ends import name_size, room_over_name

THICK, THIN = 8, 6
"""1 pt (0.35 mm) and 0.75 pt (0.25 mm) in eighths of a point."""
TAIL = "TailLines"
"""What the table of the tail lines is called."""

_PLACE = {
    "horzAnchor": "page", "vertAnchor": "margin", "tblpX": str(LEFT.twips), "tblpYSpec": "bottom", "leftFromText": "0",
    "rightFromText": "0",
}  # fmt: skip
"""From the edge of the page: measured from the margin LibreOffice lets it stand under the text."""


def write_red_head(text: Text, head: RedHead) -> WordParagraph:
    """Name, number of the issue (which is given back), and over the red line who compiles it and the day."""
    notices = sum(1 for paragraph in text.word.paragraphs if paragraph.text)
    name = text.paragraph("RedName")
    run = text.run(name, head.name)
    size = name_size(head.name)
    run.font.size = Pt(size)
    name.paragraph_format.space_before = Pt(room_over_name(notices))
    name.paragraph_format.line_spacing = Pt(round(size * 1.2))
    issue = text.line(head.issue)
    text.paragraph("IssueLine", f"{head.compiler}\t{head.day}")
    text.paragraph("BodyText")
    return issue


def write_tail(text: Text, tail: TailLines) -> None:
    """The lines as a table that stands at the bottom of the last page."""
    lines = [f"{label}：{names}" for label, names in tail.receivers]
    table = text.word.add_table(rows=0, cols=1)
    table.autofit = False
    table.columns[0].width = TYPE_WIDTH
    _place(table)
    for line in [*lines, f"{tail.printed_by}\t{tail.day}"]:
        row: _Row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        cell = row.cells[0]
        cell.width = TYPE_WIDTH
        paragraph = cell.paragraphs[0]
        paragraph._p.style = "TailLine"
        text.run(paragraph, line)
    _set_one_line(paragraph)
    text.paragraph("AfterTail")


def _place(table: Table) -> None:
    """Put the table at the foot of the type area, with a line over and under it and thinner ones between."""
    properties = table._tbl.tblPr
    for old in list(properties):
        if old.tag in {qn("w:tblStyle"), qn("w:tblLook")}:
            properties.remove(old)
    place, borders, described = OxmlElement("w:tblpPr"), OxmlElement("w:tblBorders"), OxmlElement("w:tblCaption")
    for name, value in _PLACE.items():
        place.set(qn(f"w:{name}"), value)
    for side, weight in (("top", THICK), ("bottom", THICK), ("insideH", THIN)):
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(weight)), ("space", "0"), ("color", "000000")):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    described.set(qn("w:val"), TAIL)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties.insert(0, place)
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)
    margins.addnext(described)


def _set_one_line(paragraph: WordParagraph) -> None:
    """The line of the printer begins one character in; its day ends one character before the right edge."""
    paragraph.paragraph_format.tab_stops.add_tab_stop(TYPE_WIDTH - Pt(14), WD_TAB_ALIGNMENT.RIGHT)
    indents = paragraph._p.get_or_add_pPr().get_or_add_ind()
    said = {"left": "280", "leftChars": "100", "right": "0", "rightChars": "0", "hanging": "0", "hangingChars": "0"}
    for name, value in said.items():
        indents.set(qn(f"w:{name}"), value)
