"""A page of key figures 一页纸: of a publication, and of each unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class KeyRow(NamedTuple):
    """A line of a page: the figure and what stands beside it, in the words of the head of its column."""

    zh: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class OnePage:
    """A page as it is set: `name` is its file without ending, `heads` are over the figure and what stands beside it.

    `unfinished` is what a page of a year that is not over says of that.
    """

    name: str
    title: str
    about: str
    heads: tuple[str, ...]
    rows: tuple[KeyRow, ...]
    notes: tuple[str, ...]
    unfinished: str = ""


class UnitRecord(NamedTuple):
    """How a unit reported in a year: forms that were due, on time, late, missing, and right at the first time."""

    due: int
    on_time: int
    late: int
    missing: int
    right_first_time: int

    @property
    def zh(self) -> str:
        """In a sentence."""
        return (
            f"报送记录：到期{self.due}份，按时{self.on_time}份，迟报{self.late}份，未报{self.missing}份；"
            f"一次通过{self.right_first_time}份。"
        )


class PlannedValue(NamedTuple):
    """What was planned for a year: at least the value, or exactly it."""

    comparator: str
    value: Decimal
