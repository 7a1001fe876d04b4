"""What is said of numbers in a draft: units by their names, years, figures that were mentioned, items of lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nianbao.statistics.scopes import ALL


@dataclass(frozen=True)
class UnitNames:
    """What units are called, the word for the whole, and how many units each level has."""

    names: Mapping[str, str]
    whole: str
    sizes: frozenset[int]

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """The units named in a text, each with its place; of names within one another the longest counts."""
        found: list[tuple[int, int, str]] = []
        for name in sorted(self.names, key=len, reverse=True):
            for match in re.finditer(re.escape(name) + "(?!省)", text):
                if not any(start <= match.start() < end for start, end, _ in found):
                    found.append((match.start(), match.end(), self.names[name]))
        return sorted(found)


@dataclass(frozen=True)
class UnitsMeant:
    """Units that a number may be of, together where they are several, and how likely.

    `is_rest` means all others of their level, `of_level` all units of a level that has so many.
    """

    scopes: tuple[str, ...]
    weight: float = 1.0
    is_rest: bool = False
    of_level: int = 0


WHOLE = UnitsMeant((ALL,))


@dataclass(frozen=True)
class SaidYear:
    """A year named for a number; a day of it says a stock and nothing else.

    去年 is also the draft's own year, where it is read out in the year after; and what is done in a year may be of the
    year before (审计上年度资金).
    """

    year: int
    is_day: bool
    may_be_next: bool = False


@dataclass(frozen=True)
class Quantity:
    """What a number may say: indicators and units added up, less others, for each of others, of a whole in per cent.

    The whole is of the same units where it names none (`whole_of`), and of the same indicators where it names none.
    What is taken off is of the same units unless others are named (`less_of`).
    Of growth: by how much it grew since the year before, in per cent; a rate by points. The mean is of its units.
    """

    names: tuple[str, ...]
    scopes: tuple[str, ...]
    year: int
    less: tuple[str, ...] = ()
    less_of: tuple[str, ...] = ()
    per: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    whole_of: tuple[str, ...] = ()
    of_growth: bool = False
    is_mean: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        """All indicators of it."""
        return self.names + self.less + self.per + self.whole

    @property
    def is_made_up(self) -> bool:
        """Whether it is of more than one indicator, so that no indicator's name says what it is."""
        return len(self.names) > 1 or bool(self.less or self.per)

    @property
    def is_share(self) -> bool:
        """Whether it is a part of a whole, in per cent."""
        return bool(self.whole or self.whole_of)

    @property
    def is_derived(self) -> bool:
        """Whether it is anything but the figures of one indicator."""
        return self.is_made_up or self.is_share or self.of_growth or self.is_mean


@dataclass(frozen=True)
class DraftPair:
    """Two figures that a number may hold against each other, and how likely; one alone where it is a share as it is."""

    one: Quantity
    other: Quantity | None
    weight: float


@dataclass(frozen=True)
class Mention:
    """A figure that was said or by which a place is, and where; aside: what it was last year, told by the way."""

    figure: Quantity
    at: int
    passage: int
    is_level: bool
    is_aside: bool
    is_place: bool = False

    @property
    def name(self) -> str:
        """The indicator, or the first of those that were added up."""
        return self.figure.names[0]

    @property
    def scopes(self) -> tuple[str, ...]:
        """The units."""
        return self.figure.scopes

    @property
    def year(self) -> int:
        """The year."""
        return self.figure.year


@dataclass(frozen=True)
class ListedItem:
    """What a number after 分别 is of: its words, its unit, or the figure said before it."""

    words: str = ""
    scope: str = ""
    mention: Mention | None = None


NO_ITEM = ListedItem()


@dataclass(frozen=True)
class Speaking:
    """What holds for all of a passage: its number, the year, whether it says plans, or has spoken of years before.

    `lead` is the unit that its heading names; dated after: the draft itself was written in the year after, so that
    今年 is that year.
    """

    passage: int
    year: int
    is_plan: bool = False
    is_past: bool = False
    is_dated_after: bool = False
    lead: str = ""


def names_past(text: str, year: int) -> bool:
    """Whether a text names a year before one."""
    named = re.finditer(r"(?P<year>(?:19|20)\d\d)\s*年|上年|去年|上一年", text)
    return any(not each["year"] or int(each["year"]) < year for each in named)
