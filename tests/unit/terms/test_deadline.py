"""T31: when forms are due: by the calendar, by the level, and by what was granted to one or to all."""

import datetime as dt

import pytest

from nianbao.terms.deadline import Calendar, Deadline, Extension, deadline_of
from nianbao.terms.form import Form
from nianbao.terms.period import Period
from nianbao.terms.span import ALWAYS
from nianbao.terms.unit import Level, Unit

Q4 = Period.parse("2021Q4")
SPRING = frozenset(dt.date(2022, 1, 31) + dt.timedelta(days=day) for day in range(7))
CALENDAR = Calendar(SPRING, frozenset({dt.date(2022, 1, 29), dt.date(2022, 1, 30)}), knows_weekends=True)


def unit(level: str = "prefecture") -> Unit:
    """A unit of a level."""
    own = Level(level, level, level, level, level, "province", True, "province")
    return Unit("QH630100", own, "某总工会", "某总", "", "", "", "", dt.date(2018, 1, 1), None, "", "")


def form(due_days: int) -> Form:
    """A form due so many days after its period, for counties three days after it, with ten days of grace."""
    return Form(
        "GH98", "表", "Form", "98表", "2021", ("Q4",), frozenset({"prefecture", "county"}), ALWAYS, due_days, 10, False,
        (), (), level_due_days=(("county", 3),),
    )  # fmt: skip


def extension(whose: str, granted_on: str, until: str, form_code: str = "*") -> Extension:
    """More time for the fourth quarter."""
    days = (dt.date.fromisoformat(day) for day in (granted_on, until))
    return Extension(whose, form_code, "2021Q4", *days, "样例岗", "地震")


@pytest.mark.parametrize(
    ("due_days", "due_on"),
    [
        (10, "2022-01-10"),  # a Monday
        (15, "2022-01-17"),  # from a Saturday to the Monday after it
        (29, "2022-01-29"),  # a Saturday that is worked
        (31, "2022-02-07"),  # from the spring festival to the first day after it
    ],
)
def test_T31_a_day_on_which_offices_are_closed_is_no_due_day(due_days: int, due_on: str) -> None:
    """The form is due on the next day on which they are open."""
    assert deadline_of(form(due_days), Q4, unit(), CALENDAR, ()).due_on == dt.date.fromisoformat(due_on)


def test_T31_without_a_calendar_days_are_counted_as_they_are() -> None:
    """Fifteen days to be on time, ten more to be taken at all."""
    found = deadline_of(form(15), Q4, unit(), Calendar(), ())
    assert found == Deadline(dt.date(2022, 1, 15), dt.date(2022, 1, 25))


def test_T31_a_level_may_have_due_days_of_its_own() -> None:
    """Counties report first, so that the level above can look at it."""
    days = {
        level: deadline_of(form(15), Q4, unit(level), CALENDAR, ()).due_on.day for level in ("county", "prefecture")
    }
    assert days == {"county": 3, "prefecture": 17}


@pytest.mark.parametrize("whose", ["*", "prefecture", "QH630100"])
def test_T31_one_line_gives_more_time_to_all_to_a_level_or_to_one(whose: str) -> None:
    """Granted by the due day it moves that day: what comes until then is on time."""
    granted = (extension(whose, "2022-01-08", "2022-01-25"),)
    assert deadline_of(form(10), Q4, unit(), CALENDAR, granted) == Deadline(dt.date(2022, 1, 25), dt.date(2022, 1, 25))


def test_T31_what_is_granted_later_lets_the_form_in_and_leaves_it_late() -> None:
    """The due day has passed; only the last day on which it is taken moves."""
    granted = (extension("QH630100", "2022-02-08", "2022-02-28", "GH98"),)
    found = deadline_of(form(10), Q4, unit(), CALENDAR, granted)
    assert found == Deadline(dt.date(2022, 1, 10), dt.date(2022, 2, 28))


@pytest.mark.parametrize(
    "granted", [extension("county", "2022-01-08", "2022-01-25"), extension("*", "2022-01-08", "2022-01-25", "GH97")]
)
def test_T31_more_time_is_for_whom_it_is_granted(granted: Extension) -> None:
    """Another level's, or another form's, changes nothing."""
    assert deadline_of(form(10), Q4, unit(), CALENDAR, (granted,)).due_on == dt.date(2022, 1, 10)
