"""What the numbers of a sentence are true of, whatever it is called: a figure that several of them meet is its subject.

A number of many digits meets a figure hardly by chance. So each is held against every figure of the units that are
named, and against what figures come to that its words speak of; what the numbers of a sentence have in common tells
what they are of.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, permutations
from math import log10

from nianbao.review.draft.mention import Quantity, names_past
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.profiles import pairs_of
from nianbao.review.draft.readings import Readings
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.scores import COUNTER, fit_of, is_written_out
from nianbao.review.draft.spoken import Met, Spoken
from nianbao.review.draft.subjects import Subjects
from nianbao.review.draft.topics import SEGMENT, SENTENCE
from nianbao.review.draft.values import Values
from nianbao.review.draft.verdicts import information
from nianbao.statistics.scopes import ALL

SAID, UNSAID = 0.5, 0.02
"""How likely a change, a share or an average is meant with a word for it and without."""
OF_ANY, BY_NAME = 0.0005, 0.5
"""How likely any indicator is that nothing names, and one whose name is said in full."""
IN_SENTENCE, IN_PASSAGE, IN_HEADS = 0.8, 0.6, 0.6
NAMED, BESIDE, WHOLE_TOO = 0.8, 0.15, 0.1
"""How likely a unit is meant that stands for the number, that is named in its sentence, and the whole beside it."""
PAST_SAID, PAST = 0.5, 0.01
COMPUTED, SPOKEN_OF = 10, BY_NAME / 16
"""Of how many indicators it is tried what they come to, and how likely they must be."""
MOST, AT_MOST = 10, 0.9
LEAST = 1.0
"""How many digits a number must tell to be held against every figure."""


@dataclass(frozen=True)
class _Found:
    """A figure, or two that are held against one another, that a number meets; how likely it is without its subject."""

    kind: RelationKind
    one: Quantity
    other: Quantity | None
    likely: float

    @property
    def subject(self) -> tuple[RelationKind, tuple[str, ...], tuple[str, ...]]:
        """What it is of, of whatever units and year."""
        return self.kind, self.one.names, self.other.names if self.other else ()

    @property
    def of_whom(self) -> tuple[tuple[str, ...], int]:
        """Of which units and of which year it is."""
        return self.one.scopes, self.one.year


@dataclass(frozen=True)
class _Plain:
    """What is said of one indicator of one unit."""

    kind: RelationKind
    name: str
    is_by_percent: bool = False


@dataclass(frozen=True)
class Concord:
    """Finds what numbers meet."""

    _values: Values
    _readings: Readings
    _subjects: Subjects
    _telling: Mapping[str, float]
    _indexes: dict[tuple[str, int], tuple[list[float], list[_Plain]]] = field(default_factory=dict)

    def of(self, spoken: Spoken) -> list[list[Met]]:
        """What each number of a passage meets, the likeliest first."""
        numbers, topics = spoken.numbers, spoken.topics
        words = [self._words(spoken, each) for each in numbers]
        found = [list(self._found(spoken, each, said)) for each, said in zip(numbers, words, strict=True)]
        result = []
        for at, number in enumerate(numbers):
            sentence = topics.start_of(SENTENCE, number)
            agreed: dict[object, float] = {}
            for other, each in enumerate(numbers):
                if other != at and topics.start_of(SENTENCE, each) == sentence and each.unit == number.unit:
                    own = {one.subject: one.of_whom for one in found[at]}
                    for subject in {
                        one.subject for one in found[other] if own.get(one.subject) not in (None, one.of_whom)
                    }:
                        agreed[subject] = agreed.get(subject, 0.0) + information(each)
            met, kinds = [], self._kinds(spoken, number) if found[at] else {}
            for one in found[at]:
                weight = words[at][one.one.names[0]] * kinds[one.kind]
                if one.other and one.other.names != one.one.names:
                    weight *= words[at][one.other.names[0]]
                named = min(AT_MOST, weight * 10 ** agreed.get(one.subject, 0.0))
                evidence = information(number) + log10(named * one.likely)
                met.append(Met(one.kind, one.one, one.other, evidence))
            result.append(sorted(met, key=lambda each: -each.evidence)[:MOST])
        return result

    def _found(self, spoken: Spoken, number: DraftNumber, words: Mapping[str, float]) -> Iterator[_Found]:
        """Every figure that a number meets, with how likely its unit, its year and what is said of it are."""
        low, high = number.wording.low, number.wording.high
        if number.kind is not NumberKind.COUNT or information(number) < LEAST or low is None or high is None:
            return
        own = self._values.year
        years = {own: 1.0, own - 1: PAST_SAID if names_past(spoken.topics.around(number, SENTENCE), own) else PAST}
        units = self._units(spoken, number)
        for scope, near in units.items():
            for year, when in years.items():
                values, entries = self._index(scope, year)
                start, end = bisect_left(values, float(low) - 1e-9), bisect_right(values, float(high) + 1e-9)
                for kind in entries[start:end]:
                    if self._fits(kind, number):
                        one = Quantity((kind.name,), (scope,), year)
                        yield _Found(kind.kind, one, _held_against(kind.kind, one), near * when)
        for each in self._computed(number, words, units, years):
            if self._readings.read(number, DraftRelation(each.kind), each.one, each.other).is_true:
                yield each

    def _computed(
        self, number: DraftNumber, words: Mapping[str, float], units: Mapping[str, float], years: Mapping[int, float]
    ) -> Iterator[_Found]:
        """What indicators come to of which words speak: for each of another, of others, of several units, apart."""
        spoken_of = [name for name, likely in words.items() if likely > SPOKEN_OF][:COMPUTED]
        for year, when in years.items():
            values: dict[tuple[str, str], float] = {}
            for name in spoken_of:
                for scope in units:
                    if value := self._values.of(name, year, scope):
                        values[name, scope] = float(value)
            for scope, near in units.items():
                for name, other in permutations([each for each in spoken_of if not self._readings.is_rate(each)], 2):
                    amount, base = values.get((name, scope), 0.0), values.get((other, scope), 0.0)
                    if amount and base and (kind := self._between(number, name, other, amount, base)):
                        one = Quantity((name,), (scope,), year)
                        yield _Found(kind, one, replace(one, names=(other,)), near * when)
            for name in spoken_of:
                if self._counts(number, name):
                    own = {scope: values[name, scope] for scope in units if (name, scope) in values}
                    for one, base_of in self._of_units(number, Quantity((name,), (), year), own):
                        near = max(units[scope] for scope in one.scopes)
                        kind = RelationKind.CHANGE if base_of else RelationKind.LEVEL
                        yield _Found(kind, one, base_of, when * (near if base_of else BESIDE))

    def _of_units(
        self, number: DraftNumber, figure: Quantity, values: Mapping[str, float]
    ) -> Iterator[tuple[Quantity, Quantity | None]]:
        """By how much two units are apart, and what two or three of them come to."""
        low, high = _bounds(number)
        slack = (high - low) / 2
        for first, second in combinations(sorted(values, key=lambda scope: -values[scope]), 2):
            if low - slack <= values[first] - values[second] <= high + slack:
                yield replace(figure, scopes=(first,)), replace(figure, scopes=(second,))
        for count in (2, 3) if not self._readings.is_rate(figure.names[0]) else ():
            for scopes in combinations([scope for scope in values if scope != ALL], count):
                if low <= sum(values[scope] for scope in scopes) <= high:
                    yield replace(figure, scopes=scopes), None

    def _between(self, number: DraftNumber, name: str, other: str, value: float, base: float) -> RelationKind | None:
        """How two indicators are held against one another so that it comes to a number."""
        low, high = _bounds(number)
        is_alike = self._values.unit(name) == self._values.unit(other)
        if number.unit == "%":
            return RelationKind.SHARE if is_alike and low <= 100 * value / base <= high else None
        if number.unit in ("百分点", "倍"):
            return None
        if is_alike and low <= value - base <= high and self._counts(number, name):
            return RelationKind.CHANGE
        is_for_each = self._counts(number, name) or (self._values.unit(name), number.unit) == ("元", "元/人")
        return RelationKind.PER if low <= value / base <= high and is_for_each else None

    def _counts(self, number: DraftNumber, name: str) -> bool:
        """Whether a number may count what an indicator does."""
        if number.unit == "百分点":
            return self._values.unit(name) in ("%", "百分点", "个百分点")
        return fit_of(self._values.profiles[name], number) >= COUNTER

    def _fits(self, plain: _Plain, number: DraftNumber) -> bool:
        if plain.is_by_percent:
            return number.unit == "%"
        unit = self._values.unit(plain.name)
        if plain.kind is RelationKind.CHANGE and self._readings.is_rate(plain.name):
            return number.unit == "百分点" or (unit == "元/人" and number.unit in ("元", "元/人"))
        if not number.unit:
            return is_written_out(number) or information(number) > 2
        return self._counts(number, plain.name) or (unit == "元/人" and number.unit == "元")

    def _kinds(self, spoken: Spoken, number: DraftNumber) -> dict[RelationKind, float]:
        """How likely each kind of thing is said, by the words for it."""
        said, topics = self._values.words.pattern, spoken.topics
        segment, sentence = topics.around(number, SEGMENT), topics.around(number, SENTENCE)
        moved = said(
            "~up~|~down~|~growth~|~decline~|~more~|~less~|~against_last~|~apart~|~left~|~balance~|~shortfall~|快|慢"
        ).search(segment)
        share = said("占|~share~|~of_which~|每百|每十|比|率").search(sentence)
        each = said("~for_each~|均|每").search(sentence + "".join(spoken.passage.heads))
        return {
            RelationKind.LEVEL: 1.0,
            RelationKind.CHANGE: SAID if moved else UNSAID,
            RelationKind.SHARE: SAID if share else UNSAID,
            RelationKind.PER: SAID if each else UNSAID / 2,
        }

    def _units(self, spoken: Spoken, number: DraftNumber) -> dict[str, float]:
        """The units that a number may be of, and how likely."""
        meant = spoken.topics.units(number)
        found = {each.scopes[0]: NAMED for each in meant[:1] if len(each.scopes) == 1}
        for code in (*(scope for each in meant for scope in each.scopes), *spoken.topics.named(number)):
            found.setdefault(code, BESIDE)
        found.setdefault(ALL, WHOLE_TOO)
        return found

    def _index(self, scope: str, year: int) -> tuple[list[float], list[_Plain]]:
        """What a unit has in a year, in order."""
        found = self._indexes.get((scope, year))
        if found is None:
            entries = sorted(self._entries(scope, year), key=lambda each: each[0])
            found = self._indexes[scope, year] = ([value for value, _ in entries], [kind for _, kind in entries])
        return found

    def _entries(self, scope: str, year: int) -> Iterator[tuple[float, _Plain]]:
        """Every level, change, growth and share that a unit has."""
        for name in self._values.profiles:
            value = self._values.of(name, year, scope)
            if not value or self._values.is_change(name):
                continue
            yield float(value), _Plain(RelationKind.LEVEL, name)
            last, whole = self._values.of(name, year - 1, scope), self._values.of(name, year, ALL)
            if last and value != last:
                yield abs(float(value - last)), _Plain(RelationKind.CHANGE, name)
                if not self._readings.is_rate(name):
                    yield abs(100 * float((value - last) / last)), _Plain(RelationKind.CHANGE, name, is_by_percent=True)
            if scope != ALL and whole and not self._readings.is_rate(name):
                yield 100 * float(value / whole), _Plain(RelationKind.SHARE, name, is_by_percent=True)

    def _words(self, spoken: Spoken, number: DraftNumber) -> dict[str, float]:
        """How likely each indicator is by what the clause, the sentence, the passage and the headings say."""
        topics, telling = spoken.topics, self._telling
        said = (
            (pairs_of(topics.before(number, SEGMENT) + number.noun) | pairs_of(topics.around(number)), 1.0),
            (pairs_of(topics.before(number, SENTENCE)), IN_SENTENCE),
            (pairs_of(spoken.passage.text), IN_PASSAGE),
            (frozenset().union(*map(pairs_of, spoken.passage.heads)), IN_HEADS),
        )
        found = {}
        for name, profile in self._values.profiles.items():
            best = 0.0
            for phrase in profile.phrases:
                whole = sum(telling.get(pair, 0.0) for pair in phrase.pairs)
                for pairs, weight in said:
                    part = sum(telling.get(pair, 0.0) for pair in phrase.pairs & pairs)
                    if part:
                        best = max(best, weight * phrase.weight * part / max(whole, 6.0))
            found[name] = OF_ANY + BY_NAME * min(best, 1.0) ** 2
        return dict(sorted(found.items(), key=lambda each: -each[1]))


def _bounds(number: DraftNumber) -> tuple[float, float]:
    """From what to what value a number is true."""
    return float(number.wording.low or 0), float(number.wording.high or 0)


def _held_against(kind: RelationKind, one: Quantity) -> Quantity | None:
    """What a figure is held against: nothing, the whole, or itself in the year before."""
    if kind is RelationKind.LEVEL:
        return None
    return replace(one, scopes=(ALL,)) if kind is RelationKind.SHARE else replace(one, year=one.year - 1)
