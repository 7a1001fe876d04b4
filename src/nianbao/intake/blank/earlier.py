"""What counts of earlier periods: beside the cells that ask, greyed and locked, or in them where it stands all year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from nianbao.intake.blank.cells import write_value
from nianbao.intake.blank.limits import MONEY_SCALE_NAME
from nianbao.intake.blank.page import Page
from nianbao.intake.blank.style import input_style, text_height
from nianbao.terms.filled import Earlier, HeldBefore, Row
from nianbao.terms.form import NUMBERS, Field, FieldType, Part
from nianbao.terms.workbook_words import EARLIER, MONEY_UNITS, earlier_title

EARLIER_WIDTH = 14.0

Known = tuple[Field, int]
"""A field, and which of its earlier values."""


def values_of(earlier: Earlier | None) -> Sequence[Decimal | None]:
    """The earlier values in the order of their titles."""
    return (earlier.last, earlier.year_ago, earlier.year_to_date) if earlier else (None, None, None)


def write_earlier(page: Page, row: int, column: int, field: Field, value: Decimal | None) -> None:
    """Write one earlier value; money in 元, whatever the cover says."""
    style = page.styles[f"earlier_{field.type}" if field.type in NUMBERS else "earlier_int"]
    write_value(page.sheet, row, column, value, style, field, page.book.options)


def write_answer(page: Page, row: int, column: int, part: Part, field: Field, record: Row) -> None:
    """Write an answer, or what stands all year where the clerk leaves it: open, in a look of its own.

    Money is calculated from 元, so that it follows the unit that the cover chooses.
    """
    value, style = record.get(field.code), input_style(field)
    key = tuple(record.get(code) for code in part.known_by)
    stands = page.book.before.said_of_year.get((part.form_code, part.code, field.code, key))
    style = f"running_{style}" if stands else style
    is_scaled = field.type is FieldType.MONEY and field.unit == "元"
    scale = MONEY_UNITS.get(page.book.cover["money_unit"], 1) if is_scaled else 1
    if stands is None or (field.code in record and value != stands.value / scale):
        write_value(page.sheet, row, column, value, page.styles[style], field, page.book.options)
    elif is_scaled:
        formula = f"={stands.value.normalize():f}/{MONEY_SCALE_NAME}"
        page.sheet.write_formula(row, column, formula, page.styles[style], stands.value / scale)
    else:
        write_value(page.sheet, row, column, stands.value, page.styles[style], field, page.book.options)


def known_columns(before: HeldBefore, part: Part, fields: Sequence[Field]) -> list[Known]:
    """The earlier values that any record of a ledger has, field by field."""
    known = {
        (code, number)
        for (form, own, code, _), earlier in before.values.items()
        if (form, own) == (part.form_code, part.code) and part.known_by
        for number, value in enumerate(values_of(earlier))
        if value is not None
    }
    return [(field, number) for field in fields for number in range(len(EARLIER)) if (field.code, number) in known]


@dataclass(frozen=True)
class Beside:
    """The columns of a ledger for the earlier values of its records, between its answers and 自查.

    They stand in what is printed where the page is wide enough anyway, and else right of it, for the screen: several
    for each field would make the print too small to read.
    """

    part: Part
    columns: Sequence[Known]
    first: int

    @classmethod
    def of(cls, page: Page, part: Part, fields: Sequence[Field], is_checked: bool) -> Beside:
        """Where they stand on a page; what is right of its last column is as wide as they need."""
        columns = known_columns(page.book.before, part, fields)
        first = len(fields) + 1
        if columns and first + len(columns) + is_checked > len(page.widths):
            first = len(page.widths)
            page.sheet.set_column(first, first + len(columns), EARLIER_WIDTH)
        return cls(part, columns, first)

    @property
    def stop(self) -> int:
        """The column after the last of them."""
        return self.first + len(self.columns)

    @property
    def titles(self) -> list[str]:
        """What heads each."""
        return [earlier_title(number, field.zh) for field, number in self.columns]

    @property
    def title_height(self) -> float:
        """How high the highest title is."""
        return max((text_height(title, EARLIER_WIDTH) for title in self.titles), default=0.0)

    def write_titles(self, page: Page, rows: int) -> None:
        """Head them, over so many rows from the current one on."""
        for column, title in enumerate(self.titles, start=self.first):
            page.merge(column, column, title, "header", rows)

    def write(self, page: Page, record: Row) -> None:
        """Write what is known of a record into the current row."""
        key = tuple(record.get(code) for code in self.part.known_by)
        for column, (field, number) in enumerate(self.columns, start=self.first):
            earlier = page.book.before.values.get((self.part.form_code, self.part.code, field.code, key))
            write_earlier(page, page.row, column, field, values_of(earlier)[number])
