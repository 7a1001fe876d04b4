"""Year bases: from which day to which day a year runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from nianbao.terms.indicator import COMPARABLE_AT_END
from nianbao.terms.period import Period


@dataclass(frozen=True)
class YearBasis:
    """What a year is 年度口径: twelve months from the first of `first_month`, named after the year in which they end.

    A federation has one year in which it reports (`is_main`), and may declare others in which it can also be counted.
    """

    code: str
    zh: str
    first_month: int
    is_main: bool = False

    def span(self, year: int) -> tuple[dt.date, dt.date]:
        """The first and the last day of a year."""
        first = dt.date(year if self.first_month == 1 else year - 1, self.first_month, 1)
        return first, first.replace(year=first.year + 1) - dt.timedelta(days=1)

    @property
    def suffix(self) -> str:
        """The kind of period that is such a year."""
        return "Y" if self.first_month == 1 else f"Y{self.first_month:02d}"

    def period(self, year: int) -> Period:
        """A year as a period."""
        return Period.of(year, self.suffix)

    def compared(self, year: int, mark: str) -> tuple[dt.date, dt.date]:
        """Between which days a unit may neither come nor go for a year to be compared with the one before.

        Of flows both years; of stocks (`comparable_at_end`) from the end of the one to the end of the other.
        """
        before = self.span(year - 1)
        return before[1] if mark == COMPARABLE_AT_END else before[0], self.span(year)[1]

    def label(self, year: int) -> str:
        """A year in few words, as in a table: 2021年, 2021工作年度."""
        return f"{year}年" if self.first_month == 1 else f"{year}{self.zh}"

    def labels(self, years: Sequence[int]) -> str:
        """Some years in few words: 2021、2022年度, 2021、2022工作年度."""
        return "、".join(map(str, years)) + ("年度" if self.first_month == 1 else self.zh) if years else ""

    def name(self, year: int) -> str:
        """A year as a reader meets it: 2021年, or 统计年度2021年 with its days where it is not the calendar's."""
        first, last = self.span(year)
        return f"{year}年" if self.first_month == 1 else f"{self.zh}{year}年（{first}至{last}）"

    def year_of(self, period: Period) -> int | None:
        """The year in which a period lies; None for one that lies in two."""
        year = period.end.year if period.end <= self.span(period.end.year)[1] else period.end.year + 1
        return year if self.span(year)[0] <= period.start else None

    def years_ahead(self, suffix: str) -> int | None:
        """How far a kind of period is ahead of the calendar: 1 for a fourth quarter; None where it is in two years."""
        period = Period.of(2000, suffix)
        year = self.year_of(period)
        return None if year is None else year - period.year


CALENDAR_YEAR = YearBasis("calendar", "日历年度", 1, is_main=True)
"""The year of a federation that declares none."""
