"""Units: who reports."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class UnitType(StrEnum):
    """The kinds of unit in the roster; forms name the kinds that report them."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    INDUSTRY_RESIDENT = "industry_resident"
    INDUSTRY_NONRESIDENT = "industry_nonresident"
    DIRECT_UNION = "direct_union"
    DIRECT_INSTITUTION = "direct_institution"
    DEPARTMENT = "department"


MEMBER_TYPES = frozenset(
    {UnitType.PREFECTURE, UnitType.INDUSTRY_RESIDENT, UnitType.INDUSTRY_NONRESIDENT, UnitType.DIRECT_UNION}
)
"""The kinds that make up the member unions whose number is printed as the coverage (n of 53)."""


@dataclass(frozen=True)
class Unit:
    """A reporting unit 填报单位, as it stood from `valid_from` to `valid_to` (both inclusive, None is open)."""

    code: str
    type: UnitType
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
    def is_member(self) -> bool:
        """Whether the unit is one of the federation's member unions."""
        return self.type in MEMBER_TYPES

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the unit existed on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
