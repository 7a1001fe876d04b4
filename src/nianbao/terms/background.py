"""What stands behind a report besides its own figures: every indicator, the values of other years, who has reported."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from nianbao.terms.status import Status
from nianbao.terms.target import Target


@dataclass(frozen=True)
class Described:
    """An indicator with its definition in words, its operands with the years they lie back, and its values.

    `values` hold the value of each year, `by_unit` that of each unit, by its code; `partial` are the years of which not
    every period has been reported.
    """

    id: str
    zh: str
    en: str
    unit: str
    publication: str
    definition: str
    operands: tuple[tuple[str, int], ...] = ()
    values: Mapping[int, Decimal] = field(default_factory=dict)
    by_unit: Mapping[int, Mapping[str, Decimal]] = field(default_factory=dict)
    partial: frozenset[int] = frozenset()

    def is_comparable(self, year: int) -> bool:
        """Whether a year can be held against the one before: of both, every period has been reported."""
        return not self.partial & {year, year - 1}


@dataclass(frozen=True)
class Due:
    """A form that a unit owes for a period, and what has become of it."""

    unit_code: str
    form_code: str
    period: str
    status: Status
    arrived_on: dt.date | None
    due_on: dt.date


DueCounts = Mapping[tuple[str, str], Counter[Status]]
"""How many units are where with each form and period."""


@dataclass(frozen=True)
class Background:
    """Indicators by id; names of publications, forms, units by code; the ranked units; what was due; targets.

    `ranked` are the codes of the units that are compared with one another, `ranked_zh` what they are called. `due` may
    be that of the first units only; `due_counts` counts all. `counted` is what the federation calls the units that the
    coverage counts.
    """

    indicators: Mapping[str, Described] = field(default_factory=dict)
    publications: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    ranked: tuple[str, ...] = ()
    due: tuple[Due, ...] = ()
    due_counts: DueCounts = field(default_factory=dict)
    ranked_zh: str = "各单位"
    counted: str = "应报单位"
    targets: tuple[Target, ...] = ()
