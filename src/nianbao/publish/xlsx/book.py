"""A workbook in the making: lists with a head, frozen, filtered and ready for A4; text that is never a formula."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from nianbao.publish.plain import exact, plain, text_width

A4 = 9
TEXT_LENGTH = 32_767
"""A cell holds no more characters."""

PRINTED_OF_A_LIST = 40
"""So many rows of a list to look things up in are printed: one page."""
LIST_LENGTH = 1_000_000
"""A sheet holds little more rows; a longer list goes on on a further sheet."""

_WIDEST, _NARROWEST, _PADDING, _LONG_HEAD = 64, 5, 2, 12
LINE_HEIGHT = 16
_MEASURED = 300
_UPRIGHT = 88
"""As many characters, side by side, are still large enough to read on an upright page."""
_TEXT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
_GRID = {"border": 1, "border_color": "#A6A6A6"}
_HEAD = {"font_name": "黑体", "bg_color": "#F2F2F2", "align": "center", "text_wrap": True}
LOOKS: dict[str, dict[str, Any]] = {
    "title": {**_TEXT, "font_name": "黑体", "font_size": 16},
    "table title": {**_TEXT, "font_name": "黑体", "font_size": 16, "text_wrap": True},
    "meta": {**_TEXT, "font_size": 10, "font_color": "#595959"},
    "note": {**_TEXT, "font_size": 10, "font_color": "#595959", "text_wrap": True},
    "unit": {**_TEXT, "font_size": 10, "align": "right"},
    "notice": {**_TEXT, "bold": True, "font_color": "#C00000", "text_wrap": True},
    "plain": {**_TEXT, "text_wrap": True},
    "head": {**_TEXT, **_GRID, **_HEAD},
    "text": {**_TEXT, **_GRID},
    "wrapped": {**_TEXT, **_GRID, "text_wrap": True},
    "number": {**_TEXT, **_GRID, "align": "right"},
    "count": {**_TEXT, **_GRID, "align": "center"},
    "link": {**_TEXT, **_GRID, "font_color": "#1F4E79", "underline": 1},
}
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class XlsxNumber:
    """A number with its decimals on show; the cell holds the whole of it."""

    value: Decimal
    decimals: int

    @property
    def pattern(self) -> str:
        """The number format; its last part leaves the room of a space between the number and the border."""
        return f"#,##0.{'0' * self.decimals}_ " if self.decimals else "#,##0_ "


@dataclass(frozen=True)
class Link:
    """A text that leads to a row of another sheet (from zero)."""

    text: str
    sheet: str
    row: int


@dataclass(frozen=True)
class Sum:
    """A number that the workbook computes, and what it comes to."""

    formula: str
    number: XlsxNumber


Entry = str | int | XlsxNumber | Sum | Link | None
Rows = Sequence[Sequence[Entry]]


@dataclass(frozen=True)
class XlsxColumn:
    """A column of a list; entries wider than `wraps_at` take several lines, and so does a head with a unit."""

    zh: str
    wraps_at: int = 0

    @property
    def head(self) -> str:
        """The head, in two lines when it is long and ends with a unit of measure."""
        name, bracket, unit = self.zh.rpartition("（")
        return f"{name}\n{bracket}{unit}" if name and text_width(self.zh) > _LONG_HEAD else self.zh

    def width(self, entries: Iterable[Entry]) -> float:
        """Room for the head and the widest entry, within limits."""
        widest = max([*map(text_width, self.head.split("\n")), *map(_entry_width, entries)])
        return min(max(widest, _NARROWEST), self.wraps_at or _WIDEST) + _PADDING


class XlsxBook:
    """A workbook and the looks of its cells."""

    def __init__(self, path: Path, on_every_page: str = "") -> None:
        # The library writes into the defaults that it is given: each workbook gets its own.
        self.workbook = Workbook(str(path), {**_OPTIONS, "default_format_properties": dict(_TEXT)})
        self._header = "&L&9" + on_every_page.replace("&", "&&") if on_every_page else ""
        self._formats: dict[tuple[str, bool, str], Format] = {}

    def look(self, name: str, is_bold: bool = False, pattern: str = "") -> Format:
        """The format of a look, made when first asked for."""
        key = (name, is_bold, pattern)
        if key not in self._formats:
            properties = {**LOOKS[name], **({"bold": True} if is_bold else {})}
            self._formats[key] = self.workbook.add_format(properties | ({"num_format": pattern} if pattern else {}))
        return self._formats[key]

    def add_sheet(self, name: str) -> XlsxSheet:
        """A sheet set up for printing on A4, as wide as the page."""
        worksheet = self.workbook.add_worksheet(name)
        worksheet.set_paper(A4)
        worksheet.fit_to_pages(1, 0)
        worksheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
        worksheet.set_header(f"{self._header}&R&9&A")
        worksheet.set_footer("&C&9第 &P 页　共 &N 页")
        worksheet.hide_gridlines(2)
        return XlsxSheet(self, worksheet, name)

    def add_lists(self, name: str, columns: Sequence[XlsxColumn], rows: Iterable[Sequence[Entry]]) -> None:
        """A list to look things up in, on a sheet of its own, and on further sheets when it is too long for one.

        Nobody wants a hundred pages of it on paper: its first page is printed.
        """
        remaining, number = iter(rows), 1
        while (part := list(islice(remaining, LIST_LENGTH))) or number == 1:
            sheet = self.add_sheet(name if number == 1 else f"{name}{number}")
            sheet.write_list(columns, part)
            sheet.worksheet.print_area(0, 0, min(sheet.row, PRINTED_OF_A_LIST) - 1, max(len(columns) - 1, 0))
            number += 1


@dataclass
class XlsxSheet:
    """One sheet; `row` is the next row to write."""

    book: XlsxBook
    worksheet: Worksheet
    name: str
    row: int = 0

    def write_line(self, look: str, text: str, column: int = 0, width: float = 0) -> None:
        """A text in a cell of its own row, as high as it needs to be in a column of this width."""
        self._write(self.row, column, text, look)
        if width:
            self.worksheet.set_row(self.row, LINE_HEIGHT * _lines(text, width))
        self.row += 1

    def write_across(self, look: str, text: str, widths: Sequence[float]) -> None:
        """A text over all columns of a table, as high as it needs to be."""
        if len(widths) > 1:
            self.worksheet.merge_range(self.row, 0, self.row, len(widths) - 1, "", self.book.look(look))
        size = LOOKS[look]["font_size"] / LOOKS["text"]["font_size"]
        self._write(self.row, 0, text, look)
        self.worksheet.set_row(self.row, LINE_HEIGHT * size * _lines(text, sum(widths) / size))
        self.row += 1

    def write_list(self, columns: Sequence[XlsxColumn], rows: Rows) -> None:
        """Rows under a head that stays in sight, with a filter."""
        top = self.row
        self.keep_in_sight()
        self.write_rows(columns, rows)
        self.worksheet.autofilter(top, 0, self.row - 1, max(len(columns) - 1, 0))
        self.print_up_to(len(columns))

    def keep_in_sight(self) -> None:
        """Let the row that comes next, a head, and the first column stay in sight, and print the head on every page."""
        self.worksheet.freeze_panes(self.row + 1, 1)
        self.worksheet.repeat_rows(self.row)

    def print_up_to(self, columns: int) -> None:
        """Print what was written so far, in that many columns."""
        self.worksheet.print_area(0, 0, max(self.row - 1, 0), max(columns - 1, 0))

    def write_rows(self, columns: Sequence[XlsxColumn], rows: Rows, totals: Container[int] = ()) -> None:
        """A head and rows under it; columns are as wide, and rows as high, as their entries need, `totals` bold."""
        widths = widths_of(columns, rows)
        if sum(widths) > _UPRIGHT:
            self.worksheet.set_landscape()
        self._write_head(columns, widths)
        wrapping = {n: widths[n] for n, column in enumerate(columns) if column.wraps_at}
        for number, row in enumerate(rows):
            is_bold = number in totals
            for n, entry in enumerate(row):
                self._write(self.row, n, entry, "wrapped" if n in wrapping else "text", is_bold)
            lines = max((_lines(row[n], width) for n, width in wrapping.items()), default=1)
            if lines > 1:
                self.worksheet.set_row(self.row, LINE_HEIGHT * lines)
            self.row += 1

    def _write_head(self, columns: Sequence[XlsxColumn], widths: Sequence[float]) -> None:
        """The heads over the columns."""
        for n, (column, width) in enumerate(zip(columns, widths, strict=True)):
            self._write(self.row, n, column.head, "head")
            self.worksheet.set_column(n, n, width)
        self.worksheet.set_row(
            self.row, LINE_HEIGHT * max((column.head.count("\n") + 1 for column in columns), default=1)
        )
        self.row += 1

    def _write(self, row: int, column: int, entry: Entry, look: str, is_bold: bool = False) -> None:
        """One cell: a number as a number, everything else as the text that it is."""
        match entry:
            case XlsxNumber(value):
                self.worksheet.write_number(row, column, value, self.book.look("number", is_bold, entry.pattern))
            case Sum(formula, number):
                style = self.book.look("number", is_bold, number.pattern)
                self.worksheet.write_formula(row, column, formula, style, float(number.value))
            case int():
                self.worksheet.write_number(row, column, entry, self.book.look("count", is_bold, "0"))
            case Link(text, sheet, target):
                address = f"internal:'{sheet}'!A{target + 1}"
                self.worksheet.write_url(row, column, address, self.book.look("link", is_bold), text)
            case None:
                self.worksheet.write_blank(row, column, None, self.book.look(look, is_bold))
            case str():
                self.worksheet.write_string(row, column, plain(entry)[:TEXT_LENGTH], self.book.look(look, is_bold))


def exact_number(value: Decimal | None, unit: str = "") -> XlsxNumber | None:
    """A value with as many decimals on show as it has, at most four; money with two at least."""
    if value is None:
        return None
    decimals = max(0, -int(exact(value).as_tuple().exponent))
    return XlsxNumber(value, max(decimals, 2) if unit == "元" else decimals)


def widths_of(columns: Sequence[XlsxColumn], rows: Rows) -> list[float]:
    """How wide the columns are with these rows; the first of a long list stand for all."""
    measured = rows[:_MEASURED]
    return [column.width([row[n] for row in measured if n < len(row)]) for n, column in enumerate(columns)]


def _lines(entry: Entry, width: float) -> int:
    """How many lines an entry takes in a column."""
    return (
        sum(max(1, math.ceil(text_width(line) / width)) for line in entry.split("\n")) if isinstance(entry, str) else 1
    )


def _entry_width(entry: Entry) -> int:
    """The width of an entry as it is shown."""
    match entry:
        case XlsxNumber(value, decimals) | Sum(_, XlsxNumber(value, decimals)):
            return len(f"{value:,.{decimals}f}")
        case Link(text):
            return text_width(text)
        case None:
            return 0
        case _:
            return text_width(str(entry))
