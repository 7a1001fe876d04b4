"""The red head of a bulletin and the tail lines at the foot of its last page."""

from __future__ import annotations

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph as WordParagraph

from nianbao.publish.docx.text import Text
from nianbao.publish.paper.block import RedHead, TailLines
from nianbao.publish.paper.ends import name_size, room_over_name

THICK, THIN = 8, 6
"""1 pt (0.35 mm) and 0.75 pt (0.25 mm) in eighths of a point."""

_FRAME = {
    "w": "8844", "hSpace": "0", "vSpace": "0", "wrap": "notBeside", "vAnchor": "margin", "hAnchor": "margin",
    "xAlign": "left", "yAlign": "bottom",
}  # fmt: skip


def write_red_head(text: Text, head: RedHead) -> None:
    """Name, number of the issue, and over the red line who compiles it and the day."""
    notices = sum(1 for paragraph in text.word.paragraphs if paragraph.text)
    name = text.paragraph("RedName")
    run = text.run(name, head.name)
    size = name_size(head.name)
    run.font.size = Pt(size)
    name.paragraph_format.space_before = Pt(room_over_name(notices))
    name.paragraph_format.line_spacing = Pt(round(size * 1.2))
    text.paragraph("IssueNumber", head.issue)
    text.paragraph("IssueLine", f"{head.compiler}\t{head.day}")
    text.paragraph("BodyText")


def write_tail(text: Text, tail: TailLines) -> None:
    """The lines in a frame that stands at the bottom of the page."""
    said = [f"{label}：{names}" for label, names in tail.receivers]
    lines = [*said, f"{tail.printed_by}\t{tail.day}"]
    for number, line in enumerate(lines):
        paragraph = text.paragraph("TailLine", line)
        is_last = number == len(lines) - 1
        if is_last:
            _set_one_line(paragraph)
        _frame(paragraph, is_first=number == 0, is_last=is_last)
    text.paragraph("AfterTail")


def _set_one_line(paragraph: WordParagraph) -> None:
    """The line of the printer begins one character in; its day ends one character before the right edge."""
    indents = paragraph._p.get_or_add_pPr().get_or_add_ind()
    for name, value in (("left", "280"), ("leftChars", "100"), ("hanging", "0"), ("hangingChars", "0")):
        indents.set(qn(f"w:{name}"), value)


def _frame(paragraph: WordParagraph, *, is_first: bool, is_last: bool) -> None:
    """Keep a paragraph in the frame, with a line over it and under the last one."""
    properties = paragraph._p.get_or_add_pPr()
    frame = OxmlElement("w:framePr")
    for name, value in _FRAME.items():
        frame.set(qn(f"w:{name}"), value)
    borders = OxmlElement("w:pBdr")
    sides = [("top", THICK if is_first else THIN)] + ([("bottom", THICK)] if is_last else [])
    for side, weight in sides:
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(weight)), ("space", "1"), ("color", "000000")):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    # The order of the elements in a paragraph's properties is fixed: style, frame, borders, all else.
    properties.find(qn("w:pStyle")).addnext(frame)
    frame.addnext(borders)
