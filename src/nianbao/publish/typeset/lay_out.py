"""What stands on paper, in order: head, title, contents, sections, annexes, tail lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nianbao.publish.plain import day_zh, edition_line, text_width
from nianbao.publish.typeset.annex import annex_list, annexes
from nianbao.publish.typeset.block import (
    Block,
    Caption,
    Contents,
    Note,
    Picture,
    Piece,
    RedHead,
    Strong,
    TailLines,
    TypesetLine,
)
from nianbao.publish.typeset.ends import contents_line
from nianbao.publish.typeset.grid import set_table
from nianbao.terms.document import (
    Document,
    Paragraph,
    PrintedBlock,
    PrintedChart,
    PrintedFigure,
    PrintedSection,
    PrintedTable,
    ToWrite,
)

HEADINGS = {0: "PartTitle", 1: "Heading1", 2: "Heading2"}
CONJUNCTIONS = "和与及暨"
TITLE_WIDTH = 38
"""Half-width characters of 22 points on a line."""
NO_DAY = "　　年　月　日"
"""Where a draft leaves room for the day of its issue."""
NO_ISSUE = "第　期"
"""Where the office has not said which issue it is."""


def lay_out(document: Document) -> list[Block]:
    """The report as it goes on paper."""
    body = [block for section in document.sections for block in _section(section)]
    behind = [*annex_list(document), *annexes(document)]
    if body and behind and isinstance(body[-1], TypesetLine):  # the list of annexes does not stand alone on a page
        body[-1] = replace(body[-1], keeps_next=True)
    headings = tuple((b.style, b.text) for b in (*body, *behind) if isinstance(b, TypesetLine) and b.is_heading)
    if headings and body and isinstance(body[0], TypesetLine):
        body[0] = replace(body[0], new_page=True)
    head = list(_head(document))
    contents = [Contents(headings, contents_line(head, len(headings)))] if headings else []
    return [*head, *contents, *body, *behind, *_tail(document)]


def lay_out_issue(documents: Sequence[Document]) -> list[tuple[Document, list[Block]]]:
    """The reports of one issue as they go on paper bound: one red head, one list of contents, one tail.

    Each part is of the report beside it; every report begins on a page of its own with its title. Head and tail bear
    the day of the last release.
    """
    last = max((document.issued_on for document in documents if document.issued_on), default=None)
    documents = [replace(document, issued_on=last) for document in documents]
    parts = []
    for document in documents:
        title = TypesetLine("Title", (_in_lines(document.title),), is_heading=True, new_page=True)
        dated = [TypesetLine("Subtitle", (said,)) for said in (document.issuer, f"（{edition_line(document)}）")]
        body = [block for section in document.sections for block in _section(_under_title(section, document))]
        parts.append([title, *dated, *body, *annex_list(document), *annexes(document)])
    lines = [block for part in parts for block in part if isinstance(block, TypesetLine) and block.is_heading]
    headings = tuple((line.style, line.text.replace("\n", "")) for line in lines)
    head = list(_red_head(documents[0]))
    front = [*head, Contents(headings, contents_line(head, len(headings)))]
    parts[-1].extend(_tail(documents[-1]))
    return [(documents[0], front), *zip(documents, parts, strict=True)]


def _under_title(section: PrintedSection, document: Document) -> PrintedSection:
    """A section as it stands right under the title of its report, which needs no second one that says the same."""
    says_the_same = not section.level and section.title == document.zh
    return replace(section, title="") if says_the_same else section


def _red_head(document: Document) -> Iterator[Block]:
    """What the reader must know, and the red head of an issue."""
    for notice in document.notices:
        yield TypesetLine("Notice", (notice,))
    if head := document.head:
        issue = TypesetLine("IssueNumber", (document.issue or NO_ISSUE,), block_id=head.issue_block)
        yield RedHead(head.name, issue, f"{head.compiler}编", _day(document))


def _head(document: Document) -> Iterator[Block]:
    """What the reader must know, the red head of an issue or which one binds it, the title, who issues it and when."""
    yield from _red_head(document)
    yield TypesetLine("Title", (_in_lines(document.title),))
    if not document.head:
        bound = [f"{document.bulletin}　", document.issue or NO_ISSUE] if document.bulletin else [document.issuer]
        yield TypesetLine("Subtitle", tuple(bound))
    yield TypesetLine("Subtitle", (f"（{edition_line(document)}）",))


def _tail(document: Document) -> Iterator[Block]:
    tail = document.tail
    if tail:
        named = (("分送", tail.sent_to), ("抄送", tail.copied_to))
        receivers = tuple((label, names) for label, names in named if names)
        yield TailLines(receivers, tail.printed_by, f"{_day(document)}印发")


def _day(document: Document) -> str:
    return day_zh(document.issued_on) if document.issued_on else NO_DAY


def _section(section: PrintedSection) -> Iterator[Block]:
    """A section: heading, text, who is missing, tables, charts."""
    runs_in = bool(section.title) and section.level not in HEADINGS
    if section.title and not runs_in:
        yield TypesetLine(HEADINGS[section.level], (section.title,), is_heading=True)
    notes = _Notes(section)
    for number, pieces in enumerate(section.paragraphs or ((),)):
        opening = (_run_in(section.title),) if runs_in and number == 0 else ()
        if opening or any(pieces):
            said = (*opening, *notes.beside(pieces))
            yield TypesetLine(_style_of(pieces), said, block_id="" if opening else _block_of(pieces))
        for shown in section.after(number):
            yield _chart(shown) if isinstance(shown, PrintedChart) else set_table(shown, notes.under(shown))
    for note in (*notes.left(), *section.signer_notes):
        yield TypesetLine("Coverage", (f"〔{note}〕",))


def _style_of(pieces: Paragraph) -> str:
    centred = any(isinstance(piece, PrintedBlock | ToWrite) and piece.is_centred for piece in pieces)
    return "Subtitle" if centred else "BodyText"


def _block_of(pieces: Paragraph) -> str:
    """The office block that a paragraph is, or has still to become."""
    return next((piece.block_id for piece in pieces if isinstance(piece, PrintedBlock | ToWrite)), "")


class _Notes:
    """The footnotes of a section, each to be set beside the first figure that it is about, or under its table."""

    def __init__(self, section: PrintedSection) -> None:
        self._waiting = [*section.coverage_notes, *section.footnotes]

    def beside(self, pieces: Paragraph) -> Iterator[Piece]:
        """Running text with the footnotes of its figures."""
        for piece in pieces:
            yield piece
            if isinstance(piece, PrintedFigure):
                yield from map(Note, self._take(piece))

    def under(self, table: PrintedTable) -> list[str]:
        """What is said under a table of the figures in it."""
        figures = (cell.figure for _, cells in table.rows for cell in cells if cell.figure)
        return [said for figure in figures for said in self._take(figure)]

    def left(self) -> tuple[str, ...]:
        """The footnotes whose figures are not printed as such."""
        return tuple(note.text for note in self._waiting)

    def _take(self, figure: PrintedFigure) -> list[str]:
        taken = [note.text for note in self._waiting if note.figure == figure.key]
        self._waiting = [note for note in self._waiting if note.figure != figure.key]
        return taken


def _run_in(title: str) -> Strong:
    """A heading that opens its paragraph, closed with a full stop."""
    return Strong(title if title.endswith(("。", "：", "！", "？")) else f"{title}。")


def _chart(chart: PrintedChart) -> Picture:
    """A chart with its caption under it."""
    return Picture(chart, Caption(chart.label, f"{chart.title}（单位：{chart.unit}）" if chart.unit else chart.title))


def _in_lines(title: str) -> str:
    """A title too long for a line, broken before the conjunction nearest to its middle."""
    joints = [place for place, character in enumerate(title) if character in CONJUNCTIONS and place]
    if text_width(title) <= TITLE_WIDTH or not joints:
        return title
    middle = min(joints, key=lambda place: abs(text_width(title[:place]) * 2 - text_width(title)))
    return f"{title[:middle]}\n{title[middle:]}"
