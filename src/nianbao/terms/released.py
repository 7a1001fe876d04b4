"""What a release holds of a year, read from the analysts' file that lies in it: what the explorer shows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class ReleasedIndicator(NamedTuple):
    """An indicator as it was declared then."""

    id: str
    zh: str
    unit: str
    publication: str
    section: str


class ReleasedUnit(NamedTuple):
    """A unit as it was known then; `parent` is the one above it by place, else by industry."""

    code: str
    level: str
    level_zh: str
    zh: str
    parent: str


class ReleasedValue(NamedTuple):
    """The value of an indicator for a scope, with how many units were asked and how many have reported all of it."""

    indicator_id: str
    scope: str
    value: Decimal
    asked: int
    reported: int


class PeriodValue(NamedTuple):
    """What a unit reported for one of several periods of a year that are added up."""

    indicator_id: str
    period: str
    scope: str
    value: Decimal


@dataclass(frozen=True)
class ReleasedYear:
    """A year as a release has it; `path` is the folder of the release under that of all of them.

    `beside` are the folders of all releases that hold and may have a page of a figure of the year. `below` are values
    of units together with all that stand below them, where they do not report themselves. `is_unfinished` says that the
    year was not over when it was released.
    """

    year: int
    path: str
    beside: tuple[str, ...]
    indicators: tuple[ReleasedIndicator, ...]
    units: tuple[ReleasedUnit, ...]
    values: tuple[ReleasedValue, ...]
    below: tuple[ReleasedValue, ...]
    periods: tuple[PeriodValue, ...]
    is_unfinished: bool = False
