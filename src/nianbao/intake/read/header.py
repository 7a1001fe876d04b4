"""The header of a table of lines: which column its titles say is the name, the 代码, the value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nianbao.intake.read.formats.sheet import Sheet
from nianbao.intake.read.number import read_number
from nianbao.intake.text import compact, tidy
from nianbao.terms import workbook_words
from nianbao.terms.submission import ReadingFault

_, NAME_TITLE, UNIT_TITLE, CODE_TITLE, VALUE_TITLE = workbook_words.INDICATOR_HEADER
TITLES = frozenset((NAME_TITLE, UNIT_TITLE, CODE_TITLE, VALUE_TITLE))
_LONGEST = 60
_TELLING = (NAME_TITLE, CODE_TITLE, VALUE_TITLE)


@dataclass(frozen=True)
class Header:
    """A row of titles: the columns of each from left to right; none where nothing in the row is a title of ours."""

    row: int
    columns: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def is_telling(self) -> bool:
        """Whether the row heads a table: the words 计量单位 alone stand elsewhere too."""
        return not self.columns or any(title in self.columns for title in _TELLING)

    def table_at(self, column: int) -> Header:
        """The titles of the one table that a column is in, where several stand side by side."""
        starts = next((at for title in (NAME_TITLE, CODE_TITLE) if len(at := self.columns.get(title, ())) > 1), ())
        if not starts:
            return self
        first = max((start for start in starts if start <= column), default=0)
        end = min((start for start in starts if start > column), default=max(map(max, self.columns.values())) + 1)
        columns = {title: [place for place in places if first <= place < end] for title, places in self.columns.items()}
        return Header(self.row, {title: places for title, places in columns.items() if places})

    def column_of(self, title: str) -> int | None:
        """The column of a title; None where it does not stand, or stands more than once."""
        places = self.columns.get(title, ())
        return places[0] if len(places) == 1 else None


def header_faults(sheet: Sheet, header: Header, row: int, at: int | None, form_code: str) -> Iterator[ReadingFault]:
    """What a header says of the column of values that is not 数值, or says of more than one."""
    if at is None:
        cells = "、".join(sheet.name_of(header.row, column) for column in header.columns[VALUE_TITLE])
        yield ReadingFault("HEADER_TWICE", form_code, sheet.name, cells, None, VALUE_TITLE)
        return
    title = sheet.at(header.row, at)
    if VALUE_TITLE in header.columns:
        below = range(header.row + 1, row)
        split = (each for each in below if all(is_title(sheet.at(each, column)) for column in (at, at + 1)))
        if (first := next(split, None)) is None:
            return
        header, title = Header(first), sheet.at(first, at)
    elif not is_title(title):
        return
    where = sheet.name_of(header.row, at)
    yield ReadingFault("HEADER_CHANGED", form_code, sheet.name, where, tidy(str(title))[:_LONGEST], VALUE_TITLE)


def is_title(cell: object) -> bool:
    """Whether a cell holds words; a single one numbers the columns (甲, 乙) or is their unit of measure."""
    if not isinstance(cell, str) or cell.startswith((workbook_words.PASSES, workbook_words.FAILS)):
        return False  # the second is what our own formulas say beside a line
    said = compact(cell).strip("()")
    return len(said) > 1 and said not in workbook_words.MONEY_UNITS and isinstance(read_number(said), str)
