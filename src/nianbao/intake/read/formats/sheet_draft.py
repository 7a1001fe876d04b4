"""A sheet while a reader goes through its file, cell after cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nianbao.intake.read.formats.sheet import MAX_CELLS, Area, OddCell, SeenAs, Sheet, Text, Unreadable, address


class SheetDraft:
    """What is known of a sheet so far: rows and columns are counted from 0, and cells come in their order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.odd: dict[str, OddCell] = {}
        self.shown: dict[str, SeenAs] = {}
        self.formulas: list[str] = []
        self.merged: list[Area] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        """First and last but one, in any order and more than once."""

        self._rows: list[list[object]] = []
        self._width = 0
        self.texts: list[Text] = []

    def put_row(self, row: int, cells: list[object]) -> None:
        """Put down a row, below those that are there: its cells from the first column on, and which of them are texts.

        Raises:
            Unreadable: the sheet spans more cells than are kept.
        """
        rows = self._rows
        if len(cells) > self._width:
            self._width = len(cells)
        if (row + 1) * self._width > MAX_CELLS:
            raise Unreadable("TOO_MANY_CELLS", sheet=self.name, cell=address(row, len(cells) - 1))
        while len(rows) < row:
            rows.append([])
        rows.append(cells)

    def finish(self, is_hidden: bool) -> Sheet:
        """The sheet, its rows all of one length; of a merged area only the first cell is seen, and so it is kept alone.

        Raises:
            Unreadable: merged areas lie over one another.
        """
        covered, told = cover_cells(self.name, self._rows, self.merged)
        blank = [""] * self._width
        return Sheet(
            self.name,
            [cells + blank[len(cells) :] if cells else blank for cells in self._rows],
            odd=self.odd,
            shown=self.shown,
            formulas=frozenset(self.formulas),
            merged=self.merged,
            covered=told,
            hidden_rows=frozenset(self.hidden_rows),
            hidden_columns=frozenset(_each(self.hidden_columns)),
            is_hidden=is_hidden,
            texts_in_order=[text for text in self.texts if text[:2] not in covered] if covered else self.texts,
        )


def cover_cells(
    name: str, rows: Sequence[list[object]], merged: Sequence[Area]
) -> tuple[set[tuple[int, int]], dict[str, object]]:
    """Blank the filled cells that merged areas cover; say which they were, and by address what was written in them.

    What repeats the cell that is seen is not told: some programs merge cells of one content so.

    Raises:
        Unreadable: merged areas lie over one another.
    """
    covered: set[tuple[int, int]] = set()
    told: dict[str, object] = {}
    left_over = (len(rows) + 1) * (max(map(len, rows), default=0) + 1)
    for (top, left), (bottom, right) in merged:
        seen = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        for row in range(top, min(bottom + 1, len(rows))):
            cells = rows[row]
            columns = range(left + (row == top), min(right + 1, len(cells)))
            left_over -= len(columns) + 1
            if left_over < 0:
                raise Unreadable("XML_MALFORMED", name)
            inside = cells[columns.start : columns.stop]
            if inside.count("") == len(inside):
                continue  # nearly all: a look at each cell takes longer
            for column in columns:
                if cells[column] != "":
                    covered.add((row, column))
                    if cells[column] != seen:
                        told[address(row, column)] = cells[column]
                    cells[column] = ""
    return covered, told


def _each(spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Every number of some spans, each once however often they overlap."""
    end = 0
    for first, stop in sorted(spans):
        yield from range(max(first, end), stop)
        end = max(end, stop)
