"""Of which years an indicator may be said, and what units are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nianbao.review.draft.mention import SaidYear, UnitNames
from nianbao.review.draft.numbers import DraftNumber
from nianbao.review.draft.profiles import Profile
from nianbao.review.draft.reading import Place
from nianbao.review.draft.scores import says_change
from nianbao.review.draft.words import DraftWords
from nianbao.statistics.comparable import both_sides
from nianbao.statistics.figures import Figures
from nianbao.terms.indicator import Indicator

_OF_OTHER = {"^~last_year~": "~last_year~|[由从]", "~budget~$": "~budget~|~plan~"}
"""What an indicator may be of, by its name, and what must be said then."""


@dataclass(frozen=True)
class Values:
    """What is known of the figures for the draft of a year."""

    figures: Figures
    year: int
    profiles: Mapping[str, Profile]
    units: UnitNames
    words: DraftWords

    def may_be(self, name: str, number: DraftNumber) -> bool:
        """Whether a number is true of an indicator in a year of which it is printed."""
        backs = frozenset({0}).union(*self.profiles[name].printed.values())
        values = (self.figures.get(name, self.year - back).value for back in backs)
        return any(value is not None and number.wording.is_true_of(value) for value in values)

    def is_change(self, name: str) -> bool:
        """Whether an indicator is itself a change."""
        return says_change(self.profiles[name])

    def unit(self, name: str) -> str:
        """The unit of an indicator."""
        return self.figures.project.indicators[name].unit

    def is_of_other(self, name: str, said: str) -> bool:
        """Whether an indicator is of last year or of the budget by its own name, and what is said names neither.

        Last year's amount stands in this year's report as an indicator of its own; who does not say so gives it for
        this year's.
        """
        zh = self.figures.project.indicators[name].zh
        return any(
            self.words.pattern(group).search(zh) and not self.words.pattern(needed).search(said)
            for group, needed in _OF_OTHER.items()
            if self.unit(name) != "%" and not self.is_change(name)
        )

    def of(self, name: str, year: int, scope: str) -> Decimal | None:
        """The value of a figure; of one that is a change without its sign, for the direction is said in words."""
        value = self.figures.get(name, year, scope).value
        return abs(value) if value is not None and self.is_change(name) else value

    def compared(self, change: Indicator, year: int) -> tuple[Decimal, ...]:
        """What a change holds against each other: of the year, then of the year before; nothing where it is unknown."""
        return tuple(reversed(both_sides(self.figures, change, year) or ()))

    def years_of(self, name: str, place: Place, said: SaidYear | None) -> list[int]:
        """The years that a number may be about: the one named for it, or those usual for it in its section."""
        usual = self._usual_years(name, place)
        if said is None or said.year > self.year:
            return usual
        if said.may_be_next:
            return [said.year, said.year + 1]
        return [said.year] if said.is_day or (name, said.year) in self.figures.values else usual

    def _usual_years(self, name: str, place: Place) -> list[int]:
        """The years of which the section, or else any section, prints the indicator; and the draft's own."""
        printed = self.profiles[name].printed
        backs = printed.get(place) or frozenset().union(*printed.values()) or frozenset({0})
        return list(dict.fromkeys([*(self.year - back for back in sorted(backs)), self.year]))


def unit_names(figures: Figures) -> UnitNames:
    """What units are called in a report, and shortly their places, with their codes; the federation is the whole."""
    whole, words = figures.project.federation.code, figures.project.conventions.words
    own = [unit for unit in figures.project.units.values() if unit.code != whole]
    names = {
        name: unit.code for unit in own for name in (unit.zh, unit.short_zh, unit.zh.removesuffix(words.unit_ending))
    }
    for unit in own:
        place = unit.short_zh.removesuffix(words.unit_ending[:1])
        for short in (place, place[:-1]):
            if unit.is_counted and place[-1:] in "市州" and len(short) > 1:
                names.setdefault(short, unit.code)
    counted = Counter(unit.level.code for unit in own)
    return UnitNames(names, words.whole, frozenset(size for size in counted.values() if size > 1))
