"""Quality of reporting 报送质量: what is counted of each form, shares of units, and places by a declared rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

from nianbao.terms.delivery import Decision


class Measure(StrEnum):
    """What may be counted of a form; a share is of those forms of which it can be said at all."""

    ON_TIME = "on_time"
    FIRST_TIME = "first_time"
    ANSWERED = "answered"
    CORRECTED = "corrected"

    @property
    def zh(self) -> str:
        """What the share is called."""
        return _ZH[self]

    @property
    def said_zh(self) -> str:
        """How the share is made, in a sentence."""
        return _SAID[self]

    @property
    def is_better_low(self) -> bool:
        """Whether the smaller share is the better one."""
        return self is Measure.CORRECTED


_ZH = {
    Measure.ON_TIME: "按时率",
    Measure.FIRST_TIME: "一次通过率",
    Measure.ANSWERED: "说明答复率",
    Measure.CORRECTED: "更正率",
}
_SAID = {
    Measure.ON_TIME: "按时率是到期报表中按时报送并接收的份数所占比重",
    Measure.FIRST_TIME: "一次通过率是已报报表中第一次报送即接收的份数所占比重",
    Measure.ANSWERED: "说明答复率是须作说明的报表中已说明或已改正的份数所占比重",
    Measure.CORRECTED: "更正率是已接收报表中接收后又更正的份数所占比重",
}


class SetAside(StrEnum):
    """Why a form, or whether it came in time, is not counted: it is nothing that the unit could have done better."""

    NOT_DUE = "not_due"
    EXTENDED = "extended"
    OUR_FAULT = "our_fault"
    AWAITING_APPROVAL = Decision.AWAITING_APPROVAL.value

    @property
    def zh(self) -> str:
        """What it is called."""
        return _SET_ASIDE_ZH[self]


_SET_ASIDE_ZH = {
    SetAside.NOT_DUE: "未到期",
    SetAside.EXTENDED: "延期内",
    SetAside.OUR_FAULT: "系统原因留存",
    SetAside.AWAITING_APPROVAL: "待上级核准",
}


@dataclass(frozen=True)
class QualityRule:
    """What is printed, by what units are ranked (the first that differs decides), and from how many forms on."""

    shown: tuple[Measure, ...]
    rank: tuple[Measure, ...]
    smallest: int


@dataclass(frozen=True)
class FormQuality:
    """A form that was due: who it is counted of, the submissions behind it, and what can be said of it.

    `counted` holds for each measure whether it is true of the form; a measure that cannot be said of it is missing.
    """

    unit_code: str
    form_code: str
    period: str
    due_on: dt.date
    status: str
    submissions: tuple[str, ...]
    set_aside: SetAside | None
    counted: dict[Measure, bool]


class Share(NamedTuple):
    """So many of so many forms."""

    part: int
    of: int

    @property
    def percent_zh(self) -> str:
        """`95.2%`, a dash where there is nothing to count."""
        if not self.of:
            return "—"
        return f"{(Decimal(100 * self.part) / self.of).quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)}%"

    @property
    def zh(self) -> str:
        """`95.2%（20/21）`, a dash where there is nothing to count."""
        return f"{self.percent_zh}（{self.part}/{self.of}）" if self.of else "—"


@dataclass(frozen=True)
class UnitQuality:
    """A unit with its shares and its place among those of its level; None where too little of it is counted."""

    unit_code: str
    unit_zh: str
    forms: tuple[FormQuality, ...]
    place: int | None = None

    def share(self, measure: Measure) -> Share:
        """The share of a measure."""
        return share_of(self.forms, measure)

    @property
    def set_aside(self) -> int:
        """How many forms are not counted in whole or in part."""
        return sum(form.set_aside is not None for form in self.forms)


def share_of(forms: Iterable[FormQuality], measure: Measure) -> Share:
    """Of how many of some forms a measure is true."""
    said = [form.counted[measure] for form in forms if measure in form.counted]
    return Share(sum(said), len(said))


@dataclass(frozen=True)
class LevelQuality:
    """The units of a level: those with a place first, by place; the others after them, as in the roster."""

    level_code: str
    level_zh: str
    units: tuple[UnitQuality, ...]

    @property
    def forms(self) -> tuple[FormQuality, ...]:
        """The forms of all of them."""
        return tuple(form for unit in self.units for form in unit.forms)


@dataclass(frozen=True)
class QualityNotice:
    """A notice: what period and whom it is about, by which rule, as of when, level by level."""

    period_zh: str
    year: int
    about_zh: str
    rule: QualityRule
    as_of: dt.datetime
    levels: tuple[LevelQuality, ...]
