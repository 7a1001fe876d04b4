"""Which value a number should have: of what year, of which unit, of the level or of its change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from nianbao.review.draft.binding import BoundNumber
from nianbao.review.draft.numbers import DraftNumber
from nianbao.review.draft.profiles import Profile
from nianbao.review.draft.reading import CLAUSE_END, SENTENCE_END, DraftCell, Passage, around
from nianbao.review.draft.verdicts import Key
from nianbao.statistics.figures import Figures
from nianbao.statistics.scopes import ALL

_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)\s*年|(?<![较比])(?:上年|去年|上一年)")
_NAMED_YEAR = re.compile(
    r"(?:(?<![较比由从到])(?P<year>(?:19|20)\d\d)\s*年|(?<![较比同与])(?:上年|去年|上一年)(?!的[^，。]{0,4}(?:倍|一半|\d)))"
    r"(?P<end>(?:12月)?[末底])?"
)
_TENTH_OF_A_THOUSANDTH = Decimal("0.0001")


@dataclass(frozen=True)
class Values:
    """Looks values up for the numbers of the draft of a year."""

    figures: Figures
    year: int
    profiles: Mapping[str, Profile]
    scopes: Mapping[str, str]

    def find(
        self, passage: Passage, number: DraftNumber, bound: BoundNumber, tagged_year: int | None
    ) -> tuple[Key, Decimal | None]:
        """The figure that a bound number is, and its value."""
        year = self._year_of(passage, number, bound) if tagged_year is None else tagged_year
        scope = self.scope_of(passage.cell) if passage.cell else ALL
        key = (bound.indicator_id, year, scope, bound.is_change)
        value = self.value(key, number)
        if scope == ALL and value is not None and not number.wording.is_true_of(value):
            return self._of_a_unit(passage, number, key, value)
        return key, value

    def value(self, key: Key, number: DraftNumber) -> Decimal | None:
        """The value of a figure, or its change since the year before in the unit in which the number says it."""
        name, year, scope, is_change = key
        value = self.figures.get(name, year, scope).value
        if not is_change or value is None:
            return value
        before = self.figures.get(name, year - 1, scope).value if self._is_reported(name, year - 1) else None
        if before is None or (not before and number.unit in ("%", "倍")):
            return None
        if number.unit == "%" and self.profiles[name].indicator.unit != "%":
            change = 100 * (value - before) / before
        else:
            change = value / before - 1 if number.unit == "倍" else value - before
        return abs(change).quantize(_TENTH_OF_A_THOUSANDTH, ROUND_HALF_UP).normalize() + Decimal(0)

    def scope_of(self, cell: DraftCell) -> str:
        """The unit that a row or a column is of; all of them where it names none."""
        return self.scopes.get(cell.label) or self.scopes.get(cell.head) or ALL

    def _year_of_cell(self, cell: DraftCell) -> int | None:
        """The year of a cell: that of its column, or else of the caption."""
        if cell.year:
            return cell.year
        for words in (cell.head, cell.caption):
            if said := re.search(r"(20\d\d)\s*年|(上年|去年)", words):
                return int(said[1]) if said[1] else self.year - 1
        return None

    def may_be(self, name: str, number: DraftNumber) -> bool:
        """Whether a number is true of an indicator in a year of which it is printed."""
        backs = frozenset({0}).union(*self.profiles[name].printed.values())
        values = (self.figures.get(name, self.year - back).value for back in backs)
        return any(value is not None and number.wording.is_true_of(value) for value in values)

    def _is_reported(self, name: str, year: int) -> bool:
        """Whether a year can be compared: what the counted units owe in the draft's year they must have owed then."""
        indicator = self.profiles[name].indicator
        owed = self.figures.coverage(indicator, self.year).expected
        return not owed or bool(self.figures.coverage(indicator, year).expected)

    def _of_a_unit(self, passage: Passage, number: DraftNumber, key: Key, value: Decimal) -> tuple[Key, Decimal]:
        """The figure of a union that the clause names; where only its place is named, if the number is true of that."""
        clause = around(CLAUSE_END, passage.text, number.start, number.end)
        for name in sorted((name for name in self.scopes if name in clause), key=len, reverse=True):
            own_key = (key[0], key[1], self.scopes[name], key[3])
            own = self.value(own_key, number)
            if own is not None and ("总" in name or number.wording.is_true_of(own)):
                return own_key, own
        return key, value

    def _year_of(self, passage: Passage, number: DraftNumber, bound: BoundNumber) -> int:
        """The year that a number is about: as the table or the section has it, unless the sentence names another."""
        if passage.cell and (of_cell := self._year_of_cell(passage.cell)):
            return of_cell
        usual = self._usual_years(bound.indicator_id, passage)
        said = _YEAR.findall(around(SENTENCE_END, passage.text, number.start, number.end, only_before=True))
        named = (
            [year for year in [int(said[-1] or self.year - 1)] if self._is_reported(bound.indicator_id, year)]
            if said
            else []
        )
        values = {
            year: self.value((bound.indicator_id, year, ALL, bound.is_change), number) for year in (*usual, *named)
        }
        true = [year for year, value in values.items() if value is not None and number.wording.is_true_of(value)]
        known = [year for year in named if values[year] is not None]
        return (true or known or usual)[0]

    def years_of(self, passage: Passage, number: DraftNumber, name: str, *, is_of_last_year: bool) -> list[int]:
        """The years that a number of running text may be about: the one named before it, or those usual for it."""
        if is_of_last_year:
            return [self.year - 1]
        said = _NAMED_YEAR.findall(around(SENTENCE_END, passage.text, number.start, number.end, only_before=True))
        usual = self._usual_years(name, passage)
        if not said or int(said[-1][0] or self.year - 1) > self.year:
            return usual
        year, is_day = int(said[-1][0] or self.year - 1), bool(said[-1][1])
        return [year] if is_day or (name, year) in self.figures.values else usual

    def _usual_years(self, name: str, passage: Passage) -> list[int]:
        """The years of which the section, or else any section, prints the indicator; and the draft's own."""
        printed = self.profiles[name].printed
        backs = printed.get(passage.place) or frozenset().union(*printed.values()) or frozenset({0})
        return list(dict.fromkeys([*(self.year - back for back in sorted(backs)), self.year]))


def scope_names(figures: Figures) -> dict[str, str]:
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
    return names
