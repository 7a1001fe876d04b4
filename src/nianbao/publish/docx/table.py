"""Tables in the Word document: repeated header, thin lines, numbers on the right."""

from __future__ import annotations

from collections.abc import Sequence

from docx.oxml import OxmlElement
from docx.shared import Emu, Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph as WordParagraph

from nianbao.publish.docx.text import Text
from nianbao.publish.typeset.block import Entry, Grid, SetTable
from nianbao.publish.typeset.grid import fit_head
from nianbao.publish.typeset.look import TABLE

TYPE_WIDTH = Mm(156)
"""The width of the type area."""

LARGE, SMALL = Pt(12), Pt(10.5)
KEPT_WHOLE = 6
"""A table with no more rows than this is not divided between pages."""
TIED = 2
"""So many rows of a longer one stay together, first and last, these with their note. Of more LibreOffice loses some."""
PADDING = Mm(3)
"""The margins left and right in a cell."""


def write_table(text: Text, table: SetTable) -> None:
    """Set a table with its caption over it and its notes under it."""
    if table.caption:
        text.caption(table.caption, "Caption")
    for grid in table.grids:
        if grid.over:
            text.paragraph("TableUnit", grid.over)
        _write_grid(text, grid, is_noted=bool(table.notes) and grid is table.grids[-1])
    for note in table.notes or ("",):
        text.paragraph("TableNote", note)


def _write_grid(text: Text, grid: Grid, is_noted: bool) -> None:
    """The lines of a table; the head is repeated on every page and no row is divided."""
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
        room = (share - PADDING) / (SMALL if grid.is_small else LARGE) * 2
        text.run(paragraph, fit_head(zh, room))
        paragraph.paragraph_format.keep_with_next = True
    last = len(grid.rows) - 1
    for number, entries in enumerate(grid.rows):
        row = _add_row(table, shares)
        for place, cell in enumerate(row.cells):
            entry = entries[place] if place < len(entries) else Entry("")
            paragraph = _write_entry(text, cell, entry, letters)
            is_tied = len(grid.rows) <= KEPT_WHOLE or number < TIED - 1 or number > last - TIED
            if is_tied and (number < last or is_noted):
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
