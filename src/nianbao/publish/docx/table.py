"""Statistical tables in the Word document: repeated header, thin lines, numbers on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from docx.oxml import OxmlElement
from docx.shared import Emu, Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph as WordParagraph

from nianbao.publish.docx.look import TABLE
from nianbao.publish.docx.text import Text
from nianbao.publish.plain import text_width
from nianbao.terms.document import PrintedFigure, PrintedTable, TableCell

TYPE_WIDTH = Mm(156)
"""The width of the type area."""

WIDE_FROM = 7
"""From so many columns on a table is set in the smaller letters."""

KEPT_WHOLE = 14
"""A table with no more rows than this is not divided between pages."""

LARGE, SMALL = Pt(12), Pt(10.5)
PADDING = Mm(3)
"""The margins left and right in a cell."""

_LABEL_WIDTH = 24
_HEAD_WIDTH = 10
_PADDING = 3


@dataclass(frozen=True)
class Entry:
    """What stands in a cell of any table: a text, or figures in their own words; numbers stand at the right."""

    text: str
    is_number: bool = False
    is_bold: bool = False
    figures: Sequence[PrintedFigure] = ()

    @property
    def pieces(self) -> list[tuple[str, PrintedFigure | None]]:
        """What is printed, each piece with the figure it is; a text beside a figure stands for its own."""
        if self.text:
            return [(self.text, self.figures[0] if self.figures else None)]
        return [(figure.text, figure) for figure in self.figures]


@dataclass(frozen=True)
class Grid:
    """A table ready to be set: heads, rows, relative widths of the columns; whether small, and tied to what follows."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Entry]]
    widths: Sequence[float]
    is_small: bool = False
    keeps_next: bool = False

    @property
    def kept_rows(self) -> int:
        """How many rows stay on the page of the next one: all of a short table, or none."""
        return 0 if len(self.rows) > KEPT_WHOLE else len(self.rows) - (not self.keeps_next)


def write_table(text: Text, table: PrintedTable) -> None:
    """Write a table of a section: caption, unit of measure at the right, the table, its note."""
    text.caption("Caption", "表", table.title)
    if table.unit:
        text.paragraph("TableUnit", f"单位：{table.unit}")
    columns = len(table.head)
    rows = [_entries(label, cells)[:columns] for label, cells in table.rows]
    note = f"注：{table.note}" if table.note else ""
    if table.has_total and rows:
        rows[-1] = [replace(entry, is_bold=True) for entry in rows[-1]]
    write_grid(text, Grid(table.head, rows, _widths(table), columns >= WIDE_FROM, keeps_next=bool(note)))
    text.paragraph("TableNote", note)


def write_grid(text: Text, grid: Grid) -> None:
    """Set a table; the head is repeated on every page and no row is divided."""
    table = text.word.add_table(rows=0, cols=len(grid.heads), style=TABLE)
    table.autofit = False
    shares = [Emu(int(TYPE_WIDTH * width / sum(grid.widths))) for width in grid.widths]
    for column, share in zip(table.columns, shares, strict=True):
        column.width = share
    letters = "Small" if grid.is_small else "Table"
    head = _add_row(table, shares)
    _flag(head, "w:tblHeader")
    for cell, zh, share in zip(head.cells, grid.heads, shares, strict=True):
        paragraph = _styled(cell, f"{letters}Head")
        text.run(paragraph, _fit_head(zh, share, SMALL if grid.is_small else LARGE))
        paragraph.paragraph_format.keep_with_next = True
    for number, entries in enumerate(grid.rows):
        row = _add_row(table, shares)
        for place, cell in enumerate(row.cells):
            entry = entries[place] if place < len(entries) else Entry("")
            paragraph = _write_entry(text, cell, entry, letters)
            if number < grid.kept_rows:
                paragraph.paragraph_format.keep_with_next = True


def _write_entry(text: Text, cell: _Cell, entry: Entry, letters: str) -> WordParagraph:
    """One cell of the body."""
    paragraph = _styled(cell, f"{letters}{'Number' if entry.is_number else 'Text'}")
    for place, (said, figure) in enumerate(entry.pieces):
        if place:
            text.run(paragraph, "；")
        run = text.run(paragraph, said)
        run.bold = entry.is_bold or None
        if figure is not None:
            text.mark(run, figure)
    return paragraph


def _entries(label: str, cells: Sequence[TableCell]) -> list[Entry]:
    """A row of a section's table; all but its label stand at the right."""
    return [Entry(label), *(Entry(cell.text, True, figures=(cell.figure,) if cell.figure else ()) for cell in cells)]


def _styled(cell: _Cell, style: str) -> WordParagraph:
    """The paragraph of a new cell, in the style with this id."""
    paragraph: WordParagraph = cell.paragraphs[0]
    paragraph._p.style = style
    return paragraph


def _add_row(table: Table, shares: Sequence[Emu]) -> _Row:
    """A row that stays on one page, with the widths of its cells (LibreOffice and WPS read them there)."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    _flag(row, "w:cantSplit")
    for cell, share in zip(row.cells, shares, strict=True):
        cell.width = share
    return row


def _flag(row: _Row, name: str) -> None:
    """Switch a property of a row on."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _fit_head(head: str, share: Emu, size: Pt) -> str:
    """A head that does not fit on a line gets its unit of measure, in brackets, on a line of its own."""
    room = (share - PADDING) / size * 2
    name, bracket, unit = head.rpartition("（")
    return f"{name}\n{bracket}{unit}" if name and text_width(head) > room else head


def _widths(table: PrintedTable) -> list[float]:
    """Relative widths: as wide as the widest entry; long heads and labels wrap."""
    labels = [text_width(label) for label, _ in table.rows]
    widths: list[float] = [min(max([*labels, text_width(table.head[0])]), _LABEL_WIDTH) + _PADDING]
    for column, head in enumerate(table.head[1:]):
        texts = [text_width(cells[column].text) for _, cells in table.rows if column < len(cells)]
        widths.append(max([*texts, min(text_width(head), _HEAD_WIDTH)]) + _PADDING)
    return widths
