"""Reporting periods: what span of days a number is about."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

_CODE = re.compile(r"(?P<year>\d{4})(?P<suffix>Q[1-4]|H[12]|M(?:0[1-9]|1[0-2])|Y(?:0[2-9]|1[0-2])|)", re.ASCII)
_AD_HOC = re.compile(r"(\d{8})-(\d{8})", re.ASCII)
_ORDINALS = "一二三四"
_DAY_ZH = r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]"
_PRINTED = re.compile(
    r"(?P<year>\d{4})(?:年度?|-(?=.)|)(?:(?P<half>[上下])半年度?|第?(?P<quarter>[1-4一二三四])季度?|(?P<month>1[0-2]|0?[1-9])月份?"
    r"|(?P<suffix>[QHMY]\d{1,2})|)",
    re.ASCII,
)
_PRINTED_YEAR = re.compile(r"\d{4}年(?P<month>\d{1,2})月至(?P<year>\d{4})年\d{1,2}月", re.ASCII)
_PRINTED_DAYS = re.compile(f"{_DAY_ZH}[至到-]{_DAY_ZH}", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """A reporting period 报告期, named by its code: `2021Q4`, `2021H1`, `2021`, `2021M03`.

    A year that is not the calendar's begins on the first of its month and is named after the year in which it ends:
    `2022Y07` is July 2021 to June 2022.
    An ad-hoc period (a congress, a special survey) is named by its two days: `20211001-20220930`.
    """

    code: str
    start: dt.date
    end: dt.date
    suffix: str

    @classmethod
    def parse(cls, code: str) -> Period:
        """Read a period code.

        Raises:
            ValueError: the code is none of the forms above.
        """
        return _parse(code.strip().upper())

    @classmethod
    def of(cls, year: int, suffix: str) -> Period:
        """The period of a kind that ends in a calendar year: 2021 and `Q4`, 2021 and `Y`."""
        return _parse(f"{year}{'' if suffix == 'Y' else suffix}")

    @classmethod
    def read(cls, text: str) -> Period:
        """Read a period as forms print it and people write it: 2021年第四季度, 2021年4季度, 2021 Q4, 2021年上半年.

        Raises:
            ValueError: the text is no such period.
        """
        plain = "".join(text.split()).upper()
        if days := _PRINTED_DAYS.fullmatch(plain):
            year, month, day, *last = days.groups()
            return _parse("-".join(f"{y}{int(m):02d}{int(d):02d}" for y, m, d in ((year, month, day), last)))
        if match := _PRINTED_YEAR.fullmatch(plain):
            whole = _parse(f"{match['year']}Y{int(match['month']):02d}")
            if whole.zh == plain:
                return whole
        match = _PRINTED.fullmatch(plain)
        if match is None:
            return _parse(plain)
        year, half, quarter, month, suffix = match.group("year", "half", "quarter", "month", "suffix")
        if half:
            suffix = "H1" if half == "上" else "H2"
        elif quarter:
            suffix = f"Q{_ORDINALS.find(quarter) + 1 or quarter}"
        elif month:
            suffix = f"M{int(month):02d}"
        return _parse(f"{year}{suffix or ''}")

    @property
    def year(self) -> int:
        """The calendar year in which the period ends."""
        return self.end.year

    @property
    def months(self) -> tuple[int, ...]:
        """The calendar months on which it touches, 1 to 12, in their order."""
        count = 12 * (self.end.year - self.start.year) + self.end.month - self.start.month + 1
        return tuple((self.start.month - 1 + place) % 12 + 1 for place in range(count))

    @property
    def prev_year(self) -> Period:
        """The same period one year earlier."""
        if self.suffix == "X":
            days = (_year_before(self.start), _year_before(self.end))
            return Period.parse("-".join(day.strftime("%Y%m%d") for day in days))
        return Period.of(self.year - 1, self.suffix)

    @property
    def zh(self) -> str:
        """The period as a Chinese form prints it: 2021年第四季度."""
        kind, year = self.suffix[0], f"{self.year}年"
        if self.suffix == "Y":
            return year
        if kind == "Y":
            return f"{self.start.year}年{self.start.month}月至{year}{self.end.month}月"
        if kind == "Q":
            return f"{year}第{_ORDINALS[int(self.suffix[1]) - 1]}季度"
        if kind == "H":
            return year + ("上半年" if self.suffix == "H1" else "下半年")
        if kind == "M":
            return f"{year}{int(self.suffix[1:])}月"
        return f"{_zh_day(self.start)}至{_zh_day(self.end)}"

    def with_suffix(self, suffix: str) -> Period:
        """The period of this year with another suffix: `2021Q4` with `H2` is `2021H2`."""
        return Period.of(self.year, suffix)

    def __str__(self) -> str:
        return self.code


@cache
def _parse(code: str) -> Period:
    if match := _AD_HOC.fullmatch(code):
        start, end = (dt.datetime.strptime(day, "%Y%m%d").date() for day in match.groups())
        if start > end:
            raise ValueError(f"period {code!r} ends before it starts")
        return Period(code, start, end, "X")
    match = _CODE.fullmatch(code)
    if match is None:
        raise ValueError(f"period {code!r} is not like 2021Q4, 2021H1, 2021, 2021M03 or 20211001-20220930")
    year, suffix = int(match["year"]), match["suffix"] or "Y"
    first, months = _SPANS[suffix[0]](suffix)
    last = (first + months - 2) % 12 + 1
    start = dt.date(year if first <= last else year - 1, first, 1)
    return Period(code, start, dt.date(year, last, calendar.monthrange(year, last)[1]), suffix)


_SPANS: dict[str, Callable[[str], tuple[int, int]]] = {
    "Q": lambda suffix: (3 * int(suffix[1]) - 2, 3),
    "H": lambda suffix: (6 * int(suffix[1]) - 5, 6),
    "M": lambda suffix: (int(suffix[1:]), 1),
    "Y": lambda suffix: (int(suffix[1:] or 1), 12),
}


def _year_before(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _zh_day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
