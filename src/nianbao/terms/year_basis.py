"""Year bases: from which day to which day a year runs."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from nianbao.terms.period import Period


class YearBasis(StrEnum):
    """What a year is 年度口径: the calendar year, or the statistics year of the national federation.

    The statistics year 2021 runs from 1 October 2020 to 30 September 2021.
    """

    CALENDAR = "calendar"
    STATISTICS = "statistics"

    @property
    def zh(self) -> str:
        """The basis as a table says it."""
        return _ZH[self]

    def span(self, year: int) -> tuple[dt.date, dt.date]:
        """The first and the last day of a year."""
        first = dt.date(year, 1, 1) if self is YearBasis.CALENDAR else dt.date(year - 1, 10, 1)
        return first, first.replace(year=first.year + 1) - dt.timedelta(days=1)

    def year_of(self, period: Period) -> int | None:
        """The year in which a period lies; None for one that lies in two."""
        year = period.end.year if period.end <= self.span(period.end.year)[1] else period.end.year + 1
        return year if self.span(year)[0] <= period.start else None

    def years_ahead(self, suffix: str) -> int | None:
        """How far a kind of period is ahead of the calendar: 1 for a fourth quarter; None where it is in two years."""
        period = Period.parse(f"2000{'' if suffix == 'Y' else suffix}")
        year = self.year_of(period)
        return None if year is None else year - period.year


_ZH = {YearBasis.CALENDAR: "日历年度", YearBasis.STATISTICS: "统计年度"}
