"""Statistical tables as they go on paper: letters, widths of the columns, tables too wide for the sheet in parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nianbao.publish.plain import text_width
from nianbao.publish.typeset.block import Caption, Entry, Grid, SetTable
from nianbao.terms.document import PrintedTable, TableCell

WIDE_FROM = 7
"""From so many columns on a table is set in the smaller letters."""

ROOM = 84
"""Half-width characters of the smaller letters across the type area."""

_LABEL_WIDTH = 24
_WORDS_WIDTH = 12
_HEAD_WIDTH = 10
_PADDING = 3
_SLACK = 1.15
"""Letters of a substituted font are wider: a number that fits by a hair in Times does not there."""


def set_table(table: PrintedTable, noted: Sequence[str] = ()) -> SetTable:
    """A table of a section: caption, unit of measure at the right, the table, its note.

    What is `noted` of its figures ends the note: a footnote in a table makes LibreOffice lose the row after it. A
    table too wide goes on as 续表.
    """
    rows = rows_of(table)
    for number in table.totals:
        rows[number] = [replace(entry, is_bold=True) for entry in rows[number]]
    widths = _widths(table)
    unit = f"单位：{table.unit}" if table.unit else ""
    grids = [
        Grid(
            heads=[table.head[column] for column in columns],
            rows=[[row[column] for column in columns if column < len(row)] for row in rows],
            widths=[widths[column] for column in columns],
            is_small=len(table.head) >= WIDE_FROM,
            over=f"续表　{unit}".rstrip("　") if number else unit,
        )
        for number, columns in enumerate(_parts(widths))
    ]
    said = "".join((table.note, *noted))
    return SetTable(Caption(table.label, table.title), tuple(grids), (f"注：{said}",) if said else ())


def rows_of(table: PrintedTable) -> list[list[Entry]]:
    """The rows of a section's table; all but their labels stand at the right."""
    return [[Entry(label), *map(_entry, cells)][: len(table.head)] for label, cells in table.rows]


def _entry(cell: TableCell) -> Entry:
    return Entry(cell.text, not cell.is_words, figures=(cell.figure,) if cell.figure else ())


def _parts(widths: Sequence[float]) -> Iterator[list[int]]:
    """The columns of each part of a table that fits the sheet; the labels stand in every part."""
    part, used = [0], widths[0]
    for column, width in enumerate(widths[1:], start=1):
        if used + width > ROOM and len(part) > 1:
            yield part
            part, used = [0], widths[0]
        part.append(column)
        used += width
    yield part


def _widths(table: PrintedTable) -> list[float]:
    """Relative widths: as wide as the widest entry; long heads, labels and words wrap, labels the more for a fit."""
    labels = [text_width(label) for label, _ in table.rows]
    label = min(max([*labels, text_width(table.head[0])]), _LABEL_WIDTH) + _PADDING
    roomy, tight = (_columns(table, each) for each in (_SLACK, 1))
    if label + sum(roomy) <= ROOM:
        return [label, *roomy]
    for columns in (roomy, tight):  # a label of two lines is read, a number of two is not
        if (left := ROOM - sum(columns)) >= _WORDS_WIDTH + _PADDING:
            return [min(label, left), *columns]
    return [label, *tight]


def _columns(table: PrintedTable, slack: float) -> list[float]:
    """The widths of the columns behind the labels."""
    return [
        max([*(_width(cells[column], slack) for _, cells in table.rows if column < len(cells)), least]) + _PADDING
        for column, head in enumerate(table.head[1:])
        for least in [min(text_width(head), _HEAD_WIDTH)]
    ]


def _width(cell: TableCell, slack: float) -> float:
    return min(text_width(cell.text), _WORDS_WIDTH) if cell.is_words else text_width(cell.text) * slack


def fit_head(head: str, room: float) -> str:
    """A head that does not fit on a line of so many half-width characters gets its unit on a line of its own."""
    name, bracket, unit = head.rpartition("（")
    return f"{name}\n{bracket}{unit}" if name and text_width(head) > room else head
