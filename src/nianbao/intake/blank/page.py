"""A workbook in the making, and a sheet of it that is written from top to bottom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from nianbao.catalog import Project
from nianbao.intake.blank.limits import LimitsByColumn
from nianbao.intake.blank.options import Options
from nianbao.intake.blank.style import ROW_HEIGHT, BlankStyles
from nianbao.terms.check import Rule
from nianbao.terms.filled import Filled, HeldBefore
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.terms.workbook_words import BASES, STATUSES

A4 = 9
_LONG, _SHORT = 841.9, 595.3
"""The sides of A4, in points."""

_SIDE, _END = 0.6, 0.7
"""The margins left and right, above and below, in inches."""

_SPARE = 0.97
"""How much of a page is counted on: programs differ a little in how high a row is printed."""

_DIGIT = 6.0
"""How wide a digit of the text font is, in points; columns are measured in it."""

_FOOTER = "&L&9 {whose}&R&9第 &P 页　共 &N 页"
_LONGEST_FOOTER = 200
"""Characters of it that are said of whose a page is; a program takes 255 of a foot."""
_MAY_RESIZE = {"format_columns": True, "format_rows": True}


@dataclass(frozen=True)
class BlankBook:
    """What all sheets of one workbook share."""

    workbook: Workbook
    project: Project
    unit: Unit
    period: Period
    edition: str
    filled: Filled
    styles: BlankStyles
    options: Options
    limits: LimitsByColumn
    comparisons: tuple[Rule, ...]
    before: HeldBefore

    @property
    def cover(self) -> dict[str, str]:
        """The answers on the cover, by the keys of `layout.COVER_LABELS`."""
        given = self.filled.cover
        return {
            "status": STATUSES[0],
            "money_unit": self.project.conventions.money_unit,
            "filler": "",
            "reviewer": "",
            "filled_on": "",
            "unit_code": self.unit.code,
            "unit_name": self.unit.zh,
            "period": self.period.code,
            "edition": self.edition,
            **given,
            "basis": BASES.get(given.get("basis", "period"), given.get("basis", "")),
        }


@dataclass
class Page:
    """One sheet; `row` is the next row to write, `first_input` where the cursor waits when it is opened.

    `together` are rows that stand on one page, where a page has room for them.
    """

    book: BlankBook
    sheet: Worksheet
    widths: list[float]
    row: int = 0
    first_input: tuple[int, int] | None = None
    together: list[range] = field(default_factory=list)
    styles: BlankStyles = field(init=False)
    _heights: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.styles = self.book.styles
        self.sheet.set_default_row(ROW_HEIGHT)
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, width)

    @property
    def last(self) -> int:
        """The last column of the sheet."""
        return len(self.widths) - 1

    def width(self, first: int, last: int) -> float:
        """The width of some neighbouring columns together."""
        return sum(self.widths[first : last + 1])

    def put(self, column: int, text: str, style: str) -> None:
        """Write a text in the current row; nothing leaves the cell blank."""
        if text:
            self.sheet.write_string(self.row, column, text, self.styles[style])
        else:
            self.sheet.write_blank(self.row, column, None, self.styles[style])

    def merge(self, first: int, last: int, text: str, style: str, rows: int = 1) -> None:
        """Write a text over neighbouring cells, starting in the current row."""
        if first != last or rows > 1:
            self.sheet.merge_range(self.row, first, self.row + rows - 1, last, "", self.styles[style])
        self.put(first, text, style)

    def line(self, text: str, style: str, height: float) -> None:
        """Write a text across the whole sheet and go to the next row."""
        self.set_height(self.row, height)
        self.merge(0, self.last, text, style)
        self.row += 1

    def set_height(self, row: int, height: float) -> None:
        """Let a row be so high, in points."""
        self.sheet.set_row(row, height)
        self._heights[row] = height

    def breaks(self, begin: Collection[int], repeated: range, landscape: bool) -> list[int]:
        """The rows that begin a page by order: those given, and others where rows that belong together would part.

        `repeated` are the rows above every page that begins below them.
        """

        def above(begins: int) -> float:
            return self._height(repeated) if begins >= repeated.stop else 0.0

        breaks, page_begins, used = set(begin), 0, 0.0
        for row in range(self.row):
            if row in breaks:
                page_begins, used = row, above(row)
            elif used + self._height(range(row, row + 1)) > self._room(landscape):
                starts = [each.start for each in self.together if row in each and each.start > page_begins]
                page_begins = min(starts, default=row)
                breaks.update(starts and [page_begins])
                used = above(page_begins) + self._height(range(page_begins, row))
            used += self._height(range(row, row + 1))
        return sorted(breaks)

    def has_room_for(self, rows: range, landscape: bool, shrunk: float = 1.0) -> bool:
        """Whether one page has room for so many rows, if need be made smaller."""
        return self._height(rows) <= self._room(landscape) / shrunk

    def _height(self, rows: range) -> float:
        return sum(self._heights.get(row, ROW_HEIGHT) for row in rows)

    def _room(self, landscape: bool) -> float:
        """How many points of rows a page holds, made smaller as the sheet is to fit its width."""
        across, along = (_LONG, _SHORT) if landscape else (_SHORT, _LONG)
        width = sum(_DIGIT * width + 4 for width in self.widths)
        scale = min(1.0, (across - 144 * _SIDE) / width)
        return _SPARE * (along - 144 * _END) / scale

    def wait_at(self, row: int, column: int) -> None:
        """Let the cursor wait here, unless it already waits further up."""
        self.first_input = self.first_input or (row, column)

    def finish(self, whose: str, landscape: bool = False, may_grow: bool = False, on_one_page: bool = False) -> None:
        """Set the sheet up for A4, each page with `whose` at its foot; lock what is no input unless rows may be put in.

        Under a protection WPS and LibreOffice put no rows in, and Excel none with the formulas of the others.
        """
        if not may_grow:
            self.sheet.protect("", _MAY_RESIZE)
        # What overflows from the last column is for the screen: it would shrink the page.
        self.sheet.print_area(0, 0, self.row - 1, self.last)
        self.sheet.set_paper(A4)
        self.sheet.fit_to_pages(1, int(on_one_page))
        self.sheet.center_horizontally()
        self.sheet.set_margins(left=_SIDE, right=_SIDE, top=_END, bottom=_END)
        self.sheet.set_footer(_FOOTER.format(whose=whose[:_LONGEST_FOOTER].replace("&", "&&")))
        self.sheet.hide_gridlines(2)
        if landscape:
            self.sheet.set_landscape()
        if self.first_input:
            self.sheet.set_selection(*self.first_input, *self.first_input)
