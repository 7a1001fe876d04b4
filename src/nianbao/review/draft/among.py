"""What is said of units among one another: their places, of how many something is true, how far they are apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from nianbao.review.draft.mention import FigureSum
from nianbao.review.draft.numbers import NumberKind
from nianbao.review.draft.readings import DraftReading, Readings
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.spoken import Spoken
from nianbao.review.draft.subjects import DraftPair, Subjects
from nianbao.review.draft.topics import SEGMENT, SENTENCE
from nianbao.review.draft.values import Values
from nianbao.statistics.scopes import ALL

BY_THE_WAY = 0.5
"""How likely a number is what the units leave of the whole."""
OF_UNITS, APART, OF_GROWTH = 0.8, 0.9, 1.0
"""How likely units are counted where a condition is said of them, the first is held against the last, and growths."""
FEW = 4
"""Of how many indicators it is tried."""
_COUNTED = frozenset({"家", "个", "市", "州", "地", "县", "区", ""})
_CONDITIONS = (
    (r"(?:[高快好多大]于|超过|超出|跑赢|超)[^，。；]{0,6}(?:~average~)", 1, True),
    (r"(?:[低慢少小]于|不及|不如|不到|达不到|落后于)[^，。；]{0,6}(?:~average~)", -1, True),
    (r"收大于支|收入[大多高]于支出|收入超过支出", 1, False),
    (r"~shortfall~|支出[大多高]于收入|支出超过收入|支大于收", -1, False),
    (r"~up~|~growth~", 1, False),
    (r"~down~|~decline~", -1, False),
)
"""What is said of units that are counted, whether more or less, than the whole or than nothing."""
_BEYOND = ("above", "at_least", "below", "at_most")
_SO_MANY = re.compile(r"的[^，。；\d]{0,6}?(?:只|仅|还|共|均|就)?有?")
_FIRST_AND_LAST = (
    r"首末|首尾|高低|两[头端极]|一高一低|最[高多大快].*最[低少小慢]|最[低少小慢].*最[高多大快]"
    r"|(?:首位|第一).*(?:最后|末位|倒数第一)"
)

Year = Callable[[Spoken, int, str], int]
"""The year of which an indicator is said by a number."""


@dataclass(frozen=True)
class Weighed:
    """A reading and how likely it is meant; a guess is enough to agree with a number, and not to object to it."""

    reading: DraftReading
    weight: float
    relation: DraftRelation
    is_guess: bool = False


@dataclass(frozen=True)
class AmongUnits:
    """Reads what numbers say of units among one another."""

    _values: Values
    _readings: Readings
    _subjects: Subjects

    def rest(self, spoken: Spoken, at: int, year: Year) -> Iterator[Weighed]:
        """What all units of a level leave of the whole (其余3万人在直属系统): it may agree."""
        number, relation = spoken.numbers[at], DraftRelation(RelationKind.CHANGE)
        if not self._values.words.pattern("~rest~|除").search(spoken.topics.before(number)):
            return
        for name, score in [*self._subjects.of_level(spoken, at).items()][:FEW]:
            whole = FigureSum((name,), (ALL,), year(spoken, at, name))
            for values in self._readings.by_level(whole):
                reading = self._readings.read(number, relation, whole, replace(whole, scopes=tuple(values)))
                yield Weighed(reading, score * BY_THE_WAY, relation, is_guess=True)

    def counted(self, spoken: Spoken, at: int, year: Year) -> Iterator[Weighed]:
        """Of how many units something is true (高于平均的有4家, 3家比上年下降, 5家支出大于收入)."""
        number, topics = spoken.numbers[at], spoken.topics
        says = self._values.words.pattern
        if number.kind is not NumberKind.COUNT or number.unit not in _COUNTED or number.wording.style != "exact":
            return
        clause = topics.around(number)
        yield from self._beyond(spoken, at, year)
        found = self.condition(clause)
        largest = max(self._values.units.sizes, default=0)
        if found is None or not 0 < number.numeral <= largest or topics.is_of_all(number):
            return
        sign, is_to_whole = found
        is_said = says("(?:只|仅|还|共|均|就)?有$|(?:~unit_words~)[中里]?$").search(topics.before(number)) or says(
            "的$" if number.numeral == 1 else "的$|^$"
        ).search(topics.before(number))
        for one, score in self.measures(spoken, at, clause, year, is_to_whole=is_to_whole):
            for reading in self._readings.read_count(number, one, sign, is_to_whole=is_to_whole):
                relation = DraftRelation(RelationKind.COUNT)
                yield Weighed(reading, score * OF_UNITS, relation, is_guess=not is_said)

    def _beyond(self, spoken: Spoken, at: int, year: Year) -> Iterator[Weighed]:
        """Of how many units a figure is beyond a number that is said before (超过95%的有5个)."""
        if not at or spoken.numbers[at - 1].wording.style not in _BEYOND:
            return
        limit, number = spoken.numbers[at - 1], spoken.numbers[at]
        if not _SO_MANY.fullmatch(spoken.passage.text[limit.end : number.start]):
            return
        for name, score in [*self._subjects.of_level(spoken, at - 1).items()][:FEW]:
            measure = FigureSum((name,), (), year(spoken, at - 1, name))
            for values in self._readings.by_level(measure):
                count = Decimal(sum(limit.wording.is_true_of(value) for value in values.values()))
                key = (name, measure.year, ALL, True)
                reading = DraftReading(key, count, count == number.numeral, replace(measure, scopes=(ALL,)))
                yield Weighed(reading, min(score, 1.0) * OF_UNITS, DraftRelation(RelationKind.COUNT))

    def condition(self, clause: str) -> tuple[int, bool] | None:
        """What a clause says of units: more (1) or less (-1), and whether than the whole or than nothing."""
        says = self._values.words.pattern
        return next(((sign, whole) for words, sign, whole in _CONDITIONS if says(words).search(clause)), None)

    def measures(
        self, spoken: Spoken, at: int, clause: str, year: Year, *, is_to_whole: bool
    ) -> Iterator[tuple[FigureSum, float]]:
        """By what units are told apart: what came in less what went out, a figure, or how much it grew."""
        says, own, number = self._values.words.pattern, self._values.year, spoken.numbers[at]
        if says("收大于支|支大于收|收入[大多高]于支出|支出[大多高]于收入|~shortfall~|超过[收支]").search(clause):
            for name, other in self._readings.balances(""):
                if self._readings.by_level(FigureSum((name,), (), own)):
                    yield FigureSum((name,), (), own, less=(other,)), 1.0
            return
        is_growth = not is_to_whole or says("~growth~|~fast~").search(spoken.topics.around(number, SEGMENT))
        bare = replace(number, unit="百分点")
        moved = replace(spoken, numbers=[bare if each is number else each for each in spoken.numbers])
        likely = self._subjects.of_change(moved, at, DraftRelation(RelationKind.CHANGE))
        for name, score in [*likely.items()][:FEW]:
            yield FigureSum((name,), (), year(spoken, at, name), of_growth=bool(is_growth)), score

    def apart(
        self, spoken: Spoken, at: int, relation: DraftRelation, likely: Mapping[str, float], year: Year
    ) -> Iterator[DraftPair]:
        """The largest held against the smallest of a level; growths held against one another."""
        number, says = spoken.numbers[at], self._values.words.pattern
        if number.unit == "%" or relation.kind not in (RelationKind.CHANGE, RelationKind.TIMES):
            return
        is_growth = bool(says("~growth~|~fast~|增得|涨得").search(spoken.topics.around(number, SEGMENT)))
        sentence = spoken.topics.around(number, SENTENCE)
        if says(_FIRST_AND_LAST).search(sentence) and number.kind is NumberKind.COUNT:
            for name, score in [*likely.items()][:FEW]:
                when = year(spoken, at, name) - relation.is_of_last_year
                measure = FigureSum((name,), (), when, of_growth=is_growth)
                for values in self._readings.by_level(measure):
                    ordered = sorted(values, key=values.__getitem__)
                    first, last = (replace(measure, scopes=(code,)) for code in (ordered[-1], ordered[0]))
                    yield DraftPair(first, last, APART * score)
        if is_growth and number.unit in ("", "倍") and number.kind is not NumberKind.FLAT:
            yield from self._growths(spoken, at, relation, likely, year)

    def _growths(
        self, spoken: Spoken, at: int, relation: DraftRelation, likely: Mapping[str, float], year: Year
    ) -> Iterator[DraftPair]:
        """How much something grew, held against another unit, the whole, or another figure."""
        number = spoken.numbers[at]
        base = self._values.words.pattern("~filler~|~growth~|~average~").sub("", relation.base)
        others = self._subjects.named(base, spoken) if base else []
        for name, score in [*likely.items()][:FEW]:
            for units in spoken.topics.units(number, relation.base_scope):
                one = FigureSum((name,), units.scopes, year(spoken, at, name), of_growth=True)
                weight = score * units.weight * OF_GROWTH
                if relation.base_scope:
                    yield DraftPair(one, replace(one, scopes=(relation.base_scope,)), weight)
                elif not others and units.scopes != (ALL,):
                    yield DraftPair(one, replace(one, scopes=(ALL,)), weight)
                for other, said in others[:2]:
                    if other != name:
                        yield DraftPair(one, replace(one, names=(other,)), weight * said)
