"""Deadlines: until when a form is on time and until when it is taken, by the calendar and by what was granted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from nianbao.terms.form import Form
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit

EVERY = "*"
"""Stands in an extension for every unit, or every form."""

_SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """On which days offices are closed though it is no weekend, and open though it is one 调休."""

    closed: frozenset[dt.date] = frozenset()
    worked: frozenset[dt.date] = frozenset()
    knows_weekends: bool = False

    def is_worked(self, day: dt.date) -> bool:
        """Whether offices are open; without a declared calendar they always are."""
        is_weekend = self.knows_weekends and day.weekday() >= _SATURDAY
        return day in self.worked or not (is_weekend or day in self.closed)

    def next_worked(self, day: dt.date) -> dt.date:
        """The day itself, or the first one after it on which offices are open."""
        while not self.is_worked(day):
            day += dt.timedelta(days=1)
        return day


@dataclass(frozen=True)
class Extension:
    """More time for a unit, a level or everybody (`*`), for one form or all (`*`) of a period."""

    unit_code: str
    form_code: str
    period: str
    granted_on: dt.date
    accepted_until: dt.date
    granted_by: str
    because: str

    def concerns(self, form: Form, period: Period, unit: Unit) -> bool:
        """Whether it is for a unit's form of a period."""
        is_whose = self.unit_code in (EVERY, unit.code, unit.level.code)
        return is_whose and self.form_code in (EVERY, form.code) and self.period == period.code


@dataclass(frozen=True)
class Deadline:
    """The last day on which a form is on time, and the last one on which it is taken for the first time."""

    due_on: dt.date
    accepted_until: dt.date


NEVER = Deadline(dt.date.max, dt.date.max)
"""What is history has no deadline."""


def deadline_of(
    form: Form, period: Period, unit: Unit, calendar: Calendar, extensions: tuple[Extension, ...]
) -> Deadline:
    """When a unit's form is due: so many days after its period, moved to a day on which offices are open.

    What was granted before the due day moves it; what was granted later lets the form in, and leaves it late.
    """
    due_on = calendar.next_worked(period.end + dt.timedelta(days=form.due_days_of(unit)))
    accepted_until = calendar.next_worked(due_on + dt.timedelta(days=form.grace_days))
    own = [each for each in extensions if each.concerns(form, period, unit)]
    moved = max((each.accepted_until for each in own if each.granted_on <= due_on), default=due_on)
    return Deadline(max(due_on, moved), max(accepted_until, *(each.accepted_until for each in own), moved))
