"""Targets: what a plan promised for a year, and what was reached."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from nianbao.terms.figure import Coverage, TracedCell


class TargetOutcome(StrEnum):
    """What has become of a target; as long as its deadline has not passed, what is not reached is open."""

    MET = "met"
    NOT_MET = "not_met"
    NO_DATA = "no_data"
    OPEN = "open"

    @property
    def zh(self) -> str:
        """As a report prints it."""
        return _ZH[self]


AS_REPORTED = "按已报数"
"""What stands before an outcome that what is missing could change."""

_ZH = {
    TargetOutcome.MET: "完成",
    TargetOutcome.NOT_MET: "未完成",
    TargetOutcome.NO_DATA: "未报送",
    TargetOutcome.OPEN: "未到期",
}


@dataclass(frozen=True)
class Target:
    """A value that an indicator is to reach in a year: `>=` at least, `=` exactly, by the end of `due_on`.

    `set_by` is the unit that set it, `set_in` the year whose report did, `source` the cell where it stands. `actual` is
    what was reported, `key` the figure that it is; the outcome is not certain when what is missing could change it.
    """

    indicator_id: str
    zh: str
    unit: str
    year: int
    comparator: str
    value: Decimal
    due_on: dt.date
    set_by: str
    set_by_zh: str
    set_in: int
    source: TracedCell
    key: str
    actual: Decimal | None
    coverage: Coverage
    outcome: TargetOutcome
    is_certain: bool
    is_ordinal: bool = False

    @property
    def outcome_zh(self) -> str:
        """The outcome as a report prints it, with a word where what is missing could change it."""
        return self.outcome.zh if self.is_certain else f"{AS_REPORTED}{self.outcome.zh}"
