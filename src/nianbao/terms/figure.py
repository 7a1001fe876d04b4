"""Figures: values of indicators, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


def figure_key(indicator_id: str, year: int) -> str:
    """The id that a figure carries in every format: `warmth_funds-2021`."""
    return f"{indicator_id}-{year}"


@dataclass(frozen=True)
class Coverage:
    """How many of the units that owe an indicator's form have reported it for the year, and which have not."""

    reported: int
    expected: int
    missing: tuple[str, ...] = ()

    @property
    def is_full(self) -> bool:
        """Whether nobody is missing."""
        return self.reported == self.expected


@dataclass(frozen=True)
class Figure:
    """One value of an indicator for a year and a scope (a unit code); None when there is no data."""

    indicator_id: str
    year: int
    scope: str
    value: Decimal | None
    coverage: Coverage


class Claim(StrEnum):
    """Whether what is printed of a figure would still be true if the missing units held the worst that is assumed."""

    SURVIVES = "survives"
    FAILS = "does_not_survive"
    NOT_KNOWN = "cannot_be_told"


@dataclass(frozen=True)
class OnceAllReport:
    """What the missing units can do to a figure.

    `missing_share` is what they held of last year's total, None where that is not known; `low` and `high` bound what
    the figure may come to, None without bound.
    """

    missing_share: Decimal | None
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True)
class Judgement:
    """Whether a claim would survive what the missing units may hold; `doubt` says in a sentence why it might not."""

    claim: Claim
    doubt: str = ""


@dataclass(frozen=True)
class TracedCell:
    """One cell behind a figure: where it stands, what stood there, and what it counted as."""

    indicator_id: str
    unit_code: str
    period: str
    submission_id: str
    file: str
    sha256: str
    sheet: str
    cell: str
    text: str
    value: Decimal | str | None
