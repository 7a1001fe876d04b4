"""A workbook in the making, and a sheet of it that is written from top to bottom."""

from __future__ import annotations

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
_FOOTER = "&C&9第 &P 页　共 &N 页"
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
    """One sheet; `row` is the next row to write, `first_input` where the cursor waits when it is opened."""

    book: BlankBook
    sheet: Worksheet
    widths: list[float]
    row: int = 0
    first_input: tuple[int, int] | None = None
    styles: BlankStyles = field(init=False)

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
        self.sheet.set_row(self.row, height)
        self.merge(0, self.last, text, style)
        self.row += 1

    def wait_at(self, row: int, column: int) -> None:
        """Let the cursor wait here, unless it already waits further up."""
        self.first_input = self.first_input or (row, column)

    def finish(self, landscape: bool = False, may_grow: bool = False) -> None:
        """Set the sheet up for A4, and lock what is not an input unless rows may be put in.

        Under a protection WPS and LibreOffice put no rows in, and Excel none with the formulas of the others.
        """
        if not may_grow:
            self.sheet.protect("", _MAY_RESIZE)
        # What overflows from the last column is for the screen: it would shrink the page.
        self.sheet.print_area(0, 0, self.row - 1, self.last)
        self.sheet.set_paper(A4)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.center_horizontally()
        self.sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
        self.sheet.set_footer(_FOOTER)
        self.sheet.hide_gridlines(2)
        if landscape:
            self.sheet.set_landscape()
        if self.first_input:
            self.sheet.set_selection(*self.first_input, *self.first_input)
