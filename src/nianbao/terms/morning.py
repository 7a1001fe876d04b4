"""The morning: how the reporting stands, what waits and for whom, as pages, commands and reminders tell it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from nianbao.terms.contact import Contact
from nianbao.terms.period import Period
from nianbao.terms.status import Status

_FORMS_NAMED, _NAMES_TOLD = 8, 2


@dataclass(frozen=True)
class Owed:
    """A form that a unit owes for a period, what has become of it, and its last days."""

    unit_code: str
    form_code: str
    form_zh: str
    period: str
    status: Status
    due_on: dt.date
    accepted_until: dt.date
    arrived_on: dt.date | None = None

    @property
    def period_zh(self) -> str:
        """The period in words."""
        return Period.parse(self.period).zh


@dataclass(frozen=True)
class UnitStanding:
    """A unit with everything of it that did not come on time, and how it is reached."""

    code: str
    zh: str
    contact: Contact
    owed: tuple[Owed, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """What is the matter, a line for each period and state: `2021年第四季度未报2张：A01、A02，…`."""
        return tuple(
            _line(status, list(dues))
            for (_, status), dues in groupby(self.owed, key=lambda each: (each.period, each.status))
        )


@dataclass(frozen=True)
class FormStanding:
    """How many units are where with a form and period."""

    form_code: str
    form_zh: str
    period: str
    due: int
    counts: Counter[Status]


@dataclass(frozen=True)
class Headline:
    """One of the few lines that matter first; `is_urgent` where somebody has to do something."""

    label: str
    text: str
    is_urgent: bool = False


@dataclass(frozen=True)
class Morning:
    """How some years stand at a moment: the headlines, the units that are an exception, and the forms.

    `years_zh` are the years in words, `2021、2022年度`.
    """

    at: dt.datetime
    years: tuple[int, ...]
    years_zh: str
    headlines: tuple[Headline, ...]
    units: tuple[UnitStanding, ...] = ()
    forms: tuple[FormStanding, ...] = ()
    counts: Counter[Status] = field(default_factory=Counter)

    @property
    def title(self) -> str:
        """What it is about: `2021、2022年度报送情况`."""
        return f"{self.years_zh}报送情况"

    @property
    def to_chase(self) -> tuple[UnitStanding, ...]:
        """The units that have to do something, each with that alone."""
        found = (replace(unit, owed=tuple(each for each in unit.owed if each.status.is_owed)) for unit in self.units)
        return tuple(unit for unit in found if unit.owed)


def name_forms(units: Iterable[UnitStanding]) -> str:
    """The names of the forms of which the lines of some units tell no more than the code, empty where all are told."""
    shown = list(units)
    told = "\n".join(line for unit in shown for line in unit.lines)
    forms = {f"{owed.form_code}{owed.form_zh}": owed.form_code for unit in shown for owed in unit.owed}
    for named in forms:
        told = told.replace(named, "")
    return "、".join(named for named, code in sorted(forms.items()) if code in told)


def zh_day(day: dt.date) -> str:
    """`2022年1月20日`."""
    return f"{day.year}年{day.month}月{day.day}日"


def _line(status: Status, dues: Sequence[Owed]) -> str:
    is_short = len(dues) <= _NAMES_TOLD
    codes = "、".join(f"{each.form_code}{each.form_zh * is_short}" for each in dues[:_FORMS_NAMED])
    rest = "等" if len(dues) > _FORMS_NAMED else ""
    return f"{dues[0].period_zh}{status.zh}{len(dues)}张：{codes}{rest}{_when(status, dues)}"


def _when(status: Status, dues: Sequence[Owed]) -> str:
    last = "、".join(map(zh_day, sorted({each.due_on for each in dues})))
    if status is Status.MISSING:
        return f"，{last}到期"
    if status is Status.NOT_DUE:
        return f"，{last}截止"
    arrived = "、".join(map(zh_day, sorted({each.arrived_on for each in dues if each.arrived_on})))
    return f"，{arrived}收到" if arrived else ""
