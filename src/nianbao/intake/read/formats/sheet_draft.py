"""A sheet while a reader goes through its file, cell after cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nianbao.intake.read.formats.sheet import MAX_CELLS, Area, Magnitude, OddCell, Sheet, Text, Unreadable, address


class SheetDraft:
    """What is known of a sheet so far: rows and columns are counted from 0, and cells come in their order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.odd: dict[str, OddCell] = {}
        self.magnitudes: dict[str, Magnitude] = {}
        self.formulas: list[str] = []
        self.merged: list[Area] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        """First and last but one, in any order and more than once."""

        self._rows: list[list[object]] = []
        self._width = 0
        self._texts: list[Text] = []

    def put(self, row: int, column: int, value: object) -> None:
        """Put a value into a cell, right of those of its row that are there.

        Raises:
            Unreadable: the sheet spans more cells than are kept.
        """
        rows = self._rows
        if row >= len(rows) or column >= self._width:
            self._width = max(self._width, column + 1)
            if (row + 1) * self._width > MAX_CELLS:
                raise Unreadable("TOO_MANY_CELLS", sheet=self.name, cell=address(row, column))
            rows.extend([[] for _ in range(row + 1 - len(rows))])
        cells = rows[row]
        if column > len(cells):
            cells += [""] * (column - len(cells))
        cells.append(value)
        if value and isinstance(value, str):
            self._texts.append((row, column, value))

    def finish(self, is_hidden: bool) -> Sheet:
        """The sheet, its rows all of one length; of a merged area only the first cell is seen, and so it is kept alone.

        Raises:
            Unreadable: merged areas lie over one another.
        """
        covered = self._cover()
        blank = [""] * self._width
        return Sheet(
            self.name,
            [cells + blank[len(cells) :] if cells else blank for cells in self._rows],
            odd=self.odd,
            magnitudes=self.magnitudes,
            formulas=frozenset(self.formulas),
            merged=self.merged,
            hidden_rows=frozenset(self.hidden_rows),
            hidden_columns=frozenset(_each(self.hidden_columns)),
            is_hidden=is_hidden,
            texts_in_order=[text for text in self._texts if text[:2] not in covered] if covered else self._texts,
        )

    def _cover(self) -> set[tuple[int, int]]:
        """Blank the filled cells that merged areas cover, and say which they were."""
        covered: set[tuple[int, int]] = set()
        left_over = (len(self._rows) + 1) * (self._width + 1)
        for (top, left), (bottom, right) in self.merged:
            for row in range(top, min(bottom + 1, len(self._rows))):
                cells = self._rows[row]
                columns = range(left + (row == top), min(right + 1, len(cells)))
                left_over -= len(columns) + 1
                if left_over < 0:
                    raise Unreadable("XML_MALFORMED", self.name)
                for column in columns:
                    if cells[column] != "":
                        cells[column] = ""
                        covered.add((row, column))
        return covered


def _each(spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Every number of some spans, each once however often they overlap."""
    end = 0
    for first, stop in sorted(spans):
        yield from range(max(first, end), stop)
        end = max(end, stop)
