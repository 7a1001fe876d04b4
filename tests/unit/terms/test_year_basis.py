"""Years: the calendar's and the statistics year, and which periods lie in which."""

import datetime as dt

import pytest

from nianbao.terms.period import Period
from nianbao.terms.year_basis import CALENDAR_YEAR, YearBasis

CALENDAR, STATISTICS = CALENDAR_YEAR, YearBasis("statistics", "统计年度", 10)


def test_a_statistics_year_ends_in_september() -> None:
    """It is called after the year in which it ends, and the next begins on the day after."""
    assert STATISTICS.span(2021) == (dt.date(2020, 10, 1), dt.date(2021, 9, 30))
    assert STATISTICS.span(2022)[0] - STATISTICS.span(2021)[1] == dt.timedelta(days=1)
    assert CALENDAR.span(2021) == (dt.date(2021, 1, 1), dt.date(2021, 12, 31))


@pytest.mark.parametrize(
    ("code", "year"),
    [
        ("2020Q4", 2021), ("2021Q1", 2021), ("2021Q3", 2021), ("2021Q4", 2022),
        ("2020M10", 2021), ("2021M09", 2021), ("2021M10", 2022), ("2021H1", 2021),
        ("20201001-20210930", 2021), ("20210101-20210315", 2021), ("20211001-20211001", 2022),
        ("2021H2", None), ("2021", None), ("20200930-20201001", None), ("20210930-20211001", None),
    ],
)  # fmt: skip
def test_a_period_lies_in_one_statistics_year_or_in_none(code: str, year: int | None) -> None:
    """A period that ends in another statistics year than it begins in belongs to neither."""
    assert STATISTICS.year_of(Period.parse(code)) == year


@pytest.mark.parametrize("code", ["2021Q4", "2021H2", "2021", "2021M12", "20210101-20211231"])
def test_a_period_lies_in_its_calendar_year(code: str) -> None:
    """As the code says."""
    assert CALENDAR.year_of(Period.parse(code)) == 2021


@pytest.mark.parametrize(
    ("suffix", "years"), [("Q4", 1), ("Q1", 0), ("M10", 1), ("M09", 0), ("H1", 0), ("H2", None), ("Y", None)]
)
def test_kinds_of_period_are_ahead_or_not(suffix: str, years: int | None) -> None:
    """A fourth quarter is counted in the statistics year that ends a year later; nothing is ahead of the calendar."""
    assert STATISTICS.years_ahead(suffix) == years
    assert CALENDAR.years_ahead(suffix) == 0
