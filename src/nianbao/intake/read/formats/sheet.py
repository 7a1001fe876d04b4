"""Sheets of cells: what every format is turned into before a form is looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache, cached_property
from string import ascii_uppercase

from nianbao.terms.submission import ReadingFault

Grid = Sequence[Sequence[object]]
"""Rows of cells from A1 on; a blank cell is an empty text, and a row may be shorter than another."""

Area = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged area, counted from 0, both inside."""

Text = tuple[int, int, str]
"""Row and column of a text, and the text."""

MAX_CELLS = 6_000_000
"""So many cells a sheet may span, filled or not: parsers keep the blank ones in memory too."""

UNCACHED = "（没有结果的公式）"
"""What stands for a formula that was never calculated."""


class Unreadable(Exception):
    """The file cannot be taken for a delivery; `fault` says why."""

    def __init__(self, code: str, value: str | None = None, **where: str | None) -> None:
        super().__init__(code)
        self.fault = ReadingFault(code, value=value, **where)


@dataclass(frozen=True)
class OddCell:
    """A filled cell without a value: an error, a formula that was never calculated, a picture."""

    code: str
    value: str


@dataclass(frozen=True)
class SeenAs:
    """What a person sees in a cell, where that says something else than its value.

    `text` is what is seen (or the code of a format that is too odd to follow), `unit` the word for a multiple or for
    money in it, as 万元; `is_scaled` where the digits themselves are those of another size.
    """

    text: str
    unit: str = ""
    is_scaled: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet: its cells, and what their values do not say. Rows and columns are counted from 0, cells by address.

    `pointers` name the cells of a format that has no columns (JSON), by row and column; `texts_in_order` is given by
    a reader that comes by the texts anyway. `covered` is what lies unseen under merged areas, and is in no row.
    """

    name: str
    rows: Grid
    odd: Mapping[str, OddCell] = field(default_factory=dict)
    shown: Mapping[str, SeenAs] = field(default_factory=dict)
    formulas: frozenset[str] = frozenset()
    merged: Sequence[Area] = ()
    covered: Mapping[str, object] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    is_hidden: bool = False
    faults: tuple[ReadingFault, ...] = ()
    pointers: Mapping[tuple[int, int], str] = field(default_factory=dict)
    texts_in_order: Sequence[Text] | None = None

    @cached_property
    def texts(self) -> Sequence[Text]:
        """The texts row by row, with their rows and columns: all that tells where things stand."""
        if self.texts_in_order is not None:
            return self.texts_in_order
        return [
            (row, column, cell)
            for row, cells in enumerate(self.rows)
            if any(cells)
            for column, cell in enumerate(cells)
            if cell and isinstance(cell, str)
        ]

    @cached_property
    def odd_columns(self) -> Mapping[int, Set[int]]:
        """The columns of the filled cells without a value, by their rows."""
        found: dict[int, set[int]] = {}
        for place in self.odd:
            digits = place.lstrip(ascii_uppercase)
            found.setdefault(int(digits) - 1, set()).add(column_number(place.removesuffix(digits)) - 1)
        return found

    def at(self, row: int, column: int) -> object:
        """What a cell holds; blank beyond the end of its row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    def name_of(self, row: int, column: int) -> str:
        """How a person finds a cell: `E12`, or the path of a value in JSON."""
        return (self.pointers.get((row, column)) if self.pointers else None) or f"{column_letters(column)}{row + 1}"


@dataclass(frozen=True)
class Opened:
    """A file that could be opened: its sheets, what is worth a word about it, and what its name already says.

    `is_own_answer` where it is a workbook as we marked it.
    """

    sheets: Sequence[Sheet]
    faults: tuple[ReadingFault, ...] = ()
    cover: Mapping[str, str] = field(default_factory=dict)
    form_code: str | None = None
    is_own_answer: bool = False


def address(row: int, column: int) -> str:
    """A1 for the first cell."""
    return f"{column_letters(column)}{row + 1}"


@cache
def column_letters(column: int) -> str:
    """A for the first column, AA for the twenty-seventh."""
    return chr(65 + column) if column < 26 else column_letters(column // 26 - 1) + chr(65 + column % 26)


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
