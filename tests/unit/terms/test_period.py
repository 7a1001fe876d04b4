"""Periods: what span of days a number is about."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.terms.period import Period

SUFFIXES = [*(f"Q{n}" for n in range(1, 5)), "H1", "H2", *(f"M{n:02d}" for n in range(1, 13)), ""]
FISCAL = [f"Y{n:02d}" for n in range(2, 13)]
CODES = st.builds("{}{}".format, st.integers(1950, 2099), st.sampled_from(SUFFIXES))
DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31))


@pytest.mark.parametrize(
    ("code", "start", "end", "suffix", "zh"),
    [
        ("2021Q4", "2021-10-01", "2021-12-31", "Q4", "2021年第四季度"),
        ("2021Q1", "2021-01-01", "2021-03-31", "Q1", "2021年第一季度"),
        ("2021H1", "2021-01-01", "2021-06-30", "H1", "2021年上半年"),
        ("2021H2", "2021-07-01", "2021-12-31", "H2", "2021年下半年"),
        ("2021", "2021-01-01", "2021-12-31", "Y", "2021年"),
        ("2020M02", "2020-02-01", "2020-02-29", "M02", "2020年2月"),
        ("2021M02", "2021-02-01", "2021-02-28", "M02", "2021年2月"),
        ("2021M12", "2021-12-01", "2021-12-31", "M12", "2021年12月"),
        ("20211001-20220930", "2021-10-01", "2022-09-30", "X", "2021年10月1日至2022年9月30日"),
        ("2022Y07", "2021-07-01", "2022-06-30", "Y07", "2021年7月至2022年6月"),
        (" 2021q4 ", "2021-10-01", "2021-12-31", "Q4", "2021年第四季度"),
    ],
)
def test_a_code_names_its_days(code: str, start: str, end: str, suffix: str, zh: str) -> None:
    """First and last day, kind and Chinese name follow from the code alone."""
    period = Period.parse(code)
    assert (str(period.start), str(period.end), period.suffix, period.zh) == (start, end, suffix, zh)
    assert str(period) == period.code == code.strip().upper()


@pytest.mark.parametrize(
    "code",
    ["", "2021Q5", "2021Q0", "2021H3", "2021M13", "2021M00", "2021M1", "2021Y01", "2021Y13", "2021Y7",
     "21Q4", "2021-Q4", "2021Q4x", "Q4", "２０２１Q4",
     "20211001-20210930", "20211301-20211401", "20210230-20210301", "0000Q1", "2021年"],
)  # fmt: skip
def test_any_other_text_is_no_period(code: str) -> None:
    """A clerk's own spelling is an error with the text in it, never another period."""
    with pytest.raises(ValueError, match=r"\S"):
        Period.parse(code)


@given(CODES)
def test_a_period_is_within_its_year(code: str) -> None:
    """It begins and ends in the calendar year of its code, on the first day of a month and the last of one."""
    period = Period.parse(code)
    assert period.start.year == period.end.year == period.year == int(code[:4])
    assert period.start.day == 1
    assert (period.end + dt.timedelta(days=1)).day == 1
    assert period.start < period.end


@given(CODES)
def test_the_year_before_is_one_year_before(code: str) -> None:
    """The same kind of period, one year back, with as many days but for a leap day."""
    period = Period.parse(code)
    before = period.prev_year
    assert (before.year, before.suffix) == (period.year - 1, period.suffix)
    assert before.start.month == period.start.month
    assert abs((period.end - period.start) - (before.end - before.start)) <= dt.timedelta(days=1)


@pytest.mark.parametrize("suffix", [*FISCAL, *(suffix or "Y" for suffix in SUFFIXES)])
def test_what_is_printed_of_a_period_is_read_again(suffix: str) -> None:
    """Of every kind; a year of another month than January has twelve months and is named after its end."""
    period = Period.of(2022, suffix)
    assert Period.read(period.zh) == period
    assert Period.parse(period.code) == period
    assert period.prev_year == Period.of(2021, suffix)
    if suffix in FISCAL:
        assert sorted(period.months) == list(range(1, 13))
        assert period.start.month == int(suffix[1:])


@given(st.integers(1950, 2099))
def test_quarters_months_and_halves_make_up_the_year(year: int) -> None:
    """Side by side they cover the year without a gap."""
    whole = Period.parse(str(year))
    for kind in ("Q", "H", "M"):
        parts = [whole.with_suffix(suffix) for suffix in SUFFIXES if suffix.startswith(kind)]
        assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
        for earlier, later in itertools.pairwise(parts):
            assert earlier.end + dt.timedelta(days=1) == later.start
        assert sorted(parts) == parts  # codes of one kind sort by time: what is last is what is latest


def test_the_whole_year_has_no_suffix_of_its_own() -> None:
    """2021Q4 with Y is 2021."""
    assert Period.parse("2021Q4").with_suffix("Y").code == "2021"


@given(DAYS, DAYS)
def test_any_two_days_make_a_period(one: dt.date, other: dt.date) -> None:
    """An ad-hoc period is named by its days; one year before it may end a day earlier, in a leap year."""
    first, last = sorted((one, other))
    period = Period.parse(f"{first:%Y%m%d}-{last:%Y%m%d}")
    assert (period.start, period.end, period.suffix) == (first, last, "X")
    before = period.prev_year
    assert (before.start.year, before.end.year) == (first.year - 1, last.year - 1)
    assert (before.end.month, before.end.day) in {(last.month, last.day), (2, 28)}
