"""Units: who reports, at which level of the federation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True)
class Level:
    """A level of the federation 层级, as it declares it: forms name levels as reporters.

    `parent` is the level above, empty for the root; `is_counted` says whether its units make up the coverage that is
    printed (n of 53); `approved_by` is the level whose units approve what is reported, empty where nobody does.
    """

    code: str
    zh: str
    zh_many: str
    en: str
    en_many: str
    parent: str
    is_counted: bool
    approved_by: str

    @property
    def is_root(self) -> bool:
        """Whether the federation itself stands at this level."""
        return not self.parent


@dataclass(frozen=True)
class Unit:
    """A reporting unit 填报单位, as it stood from `valid_from` to `valid_to` (both inclusive, None is open)."""

    code: str
    level: Level
    zh: str
    short_zh: str
    en: str
    adcode: str
    place_parent: str
    industry_parent: str
    valid_from: dt.date
    valid_to: dt.date | None
    name_status: str
    source: str

    @property
    def is_counted(self) -> bool:
        """Whether the unit is one of those that make up the printed coverage."""
        return self.level.is_counted

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the unit existed on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def parent_on(self, line: str) -> str:
        """The code of the parent on a line (`place` or `industry`), empty where it has none."""
        return self.place_parent if line == "place" else self.industry_parent


LINES = ("place", "industry")
"""The lines on which units have parents."""


@dataclass(frozen=True)
class Succession:
    """From `day` on, `successor` stands for a share of what `unit_code` was; the shares of a unit and day make 1."""

    unit_code: str
    successor: str
    day: dt.date
    share: Decimal


@dataclass(frozen=True)
class Standing:
    """The unit that answers on a later day for a share of what was reported before."""

    unit_code: str
    share: Decimal


class Comparison(StrEnum):
    """Why a unit is left out where two years are compared on a comparable basis 可比口径."""

    CAME = "came"
    WENT = "went"
    KIN = "kin"


@dataclass(frozen=True)
class Incomparable:
    """A unit that is no like for like between two days: it came, it went, or it took over from one that did."""

    unit_code: str
    because: Comparison
