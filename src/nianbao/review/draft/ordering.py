"""Places in an order: who has one, among whom, by what measure, and from which end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from nianbao.review.draft.among import Weighed, Year
from nianbao.review.draft.computed import Computed
from nianbao.review.draft.mention import FigureSum, Mention
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.profiles import pairs_of
from nianbao.review.draft.readings import Readings
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.spoken import Spoken
from nianbao.review.draft.subjects import DraftPair, Subjects
from nianbao.review.draft.topics import CLAUSE, SEGMENT, SENTENCE
from nianbao.review.draft.values import Values
from nianbao.review.draft.verdicts import Whole
from nianbao.statistics.scopes import ALL

BY_THE_WAY, UNSAID = 0.5, 0.05
"""How likely a place is by growth where only the sentence speaks of it, and by level where the clause says growth."""
KNOWN, OTHERWISE = 1.0, 0.15
"""How likely the measure is that a number beside a place tells, or the place before it; and what words mean then."""
TOLD = 0.5
"""By how many digits more than chance a number beside a place must meet a figure to tell the measure."""
FEW = 6
_PLAIN = (RelationKind.LEVEL, RelationKind.SHARE)
_GROWTH = r"~fast~|以[\d.]+%领跑"
_BALANCES = r"(?P<short>~shortfall~|收支差额)|结余|盈余"
_MEASURES = (
    rf"(?P<done>完成率|执行率|完成[^，。；]{{0,3}}进度|执行进度)|(?P<over>超收|超支|超预算)|(?P<growth>{_GROWTH})"
    r"|占比|比重|份额|金额|资金量|规模|总量|占总"
)


@dataclass(frozen=True)
class Orderings:
    """Reads places, of units and of the parts of a whole."""

    _values: Values
    _readings: Readings
    _subjects: Subjects
    _computed: Computed
    _wholes: Sequence[Whole]

    def of(
        self, spoken: Spoken, at: int, relation: DraftRelation, made_up: FigureSum | None, year: Year
    ) -> Iterator[Weighed]:
        """The place of a unit among others or of a part among the parts, by all measures that may be meant."""
        number, topics = spoken.numbers[at], spoken.topics
        yield from self._of_parts(spoken, at, year)
        among = topics.among(number)
        is_next = number.numeral == 2 and not re.search("[二2]", number.text)
        if among == () or (is_next and topics.are_listed(number)):
            return
        yield from self._by_rate(spoken, at, relation, among)
        measures = list(self._measures(spoken, at, relation, year))
        if known := self._known(spoken, at):
            measures = [(one, OTHERWISE * weight) for one, weight in measures] + [(known, KNOWN)]
        for one, score in [*measures, *([(made_up, 1.0)] if made_up else [])]:
            for units in topics.units(number):
                if len(units.scopes) == 1 and units.scopes != (ALL,):
                    reading = self._readings.read_rank(number, replace(one, scopes=units.scopes), among=among)
                    yield Weighed(reading, score * units.weight, relation)

    def _measures(
        self, spoken: Spoken, at: int, relation: DraftRelation, year: Year
    ) -> Iterator[tuple[FigureSum, float]]:
        """By what figure, or by whose growth, words say that a place is."""
        number, growth = spoken.numbers[at], self._values.words.pattern(_GROWTH)
        by_growth = self._is_by_growth(spoken, number)
        if (said := self._values.words.pattern(_BALANCES).search(spoken.topics.before(number))) is not None:
            for one, other in self._readings.balances(""):
                first, second = (other, one) if said["short"] else (one, other)
                yield FigureSum((first,), (), self._values.year, less=(second,)), KNOWN
            return
        in_sentence = growth.search(spoken.topics.around(number, SENTENCE)) is not None
        ways = {True: 1.0, False: UNSAID} if by_growth else {False: 1.0, True: BY_THE_WAY if in_sentence else 0.0}
        for name, score in self._subjects.of_change(spoken, at, relation).items():
            for is_growth, part in ways.items():
                if part:
                    yield FigureSum((name,), (), year(spoken, at, name), of_growth=is_growth), score * part

    def _is_by_growth(self, spoken: Spoken, number: DraftNumber) -> bool:
        """Whether words next to a place say that it is by growth."""
        growth = self._values.words.pattern(_GROWTH)
        return bool(growth.search(spoken.topics.said_of_rank(number)) or growth.search(number.text))

    def _known(self, spoken: Spoken, at: int) -> FigureSum | None:
        """The measure that is known without words: of the number beside a place, or of the place told before it."""
        number, topics = spoken.numbers[at], spoken.topics
        scopes, clause = topics.units(number)[0].scopes, topics.start_of(CLAUSE, number)
        names_it = self._subjects.has_own_words(spoken, number)
        start = clause if names_it else topics.start_of(SEGMENT, number)
        last: Mention | None = next((each for each in topics.in_sentence(number) if each.is_place), None)
        measure, is_by_growth = None, self._is_by_growth(spoken, number)
        for other in range(at - 1, -1, -1):
            beside = spoken.numbers[other]
            if beside.start < start or beside.kind is NumberKind.RANK:
                break
            if beside.kind is NumberKind.COUNT:
                measure = self._met(spoken, other, scopes)
                before = spoken.numbers[other - 1] if other else None
                words = spoken.passage.text[before.end : beside.start] if before else topics.before(beside, SENTENCE)
                if not measure and not self._subjects.tells(words):
                    is_by_growth |= "增" in topics.before(beside)  # 企业由57家到74家，增长近三成，第一
                    continue
                last, names_it = None, True
                break
        following = spoken.numbers[at + 1 : at + 2]
        if not (measure or names_it) and following and following[0].kind is NumberKind.COUNT:
            is_of_other = self._values.units.find(spoken.passage.text[number.end : following[0].start])
            measure = None if is_of_other else self._met(spoken, at + 1, scopes)
        if not measure and not names_it:
            measure = last.figure if last else self._of_row(spoken, at)
        return replace(measure, of_growth=True, per=()) if measure and is_by_growth else measure

    def _of_row(self, spoken: Spoken, at: int) -> FigureSum | None:
        """The measure of the figure that was said last, of another unit, in the sentence or the one before."""
        start = spoken.topics.start_of(SENTENCE, spoken.numbers[at])
        for other in range(at - 1, -1, -1):
            if spoken.numbers[other].start < start:
                return None
            units = spoken.topics.units(spoken.numbers[other])[0].scopes
            if measure := self._met(spoken, other, units):
                return measure
        return None

    def _met(self, spoken: Spoken, at: int, scopes: tuple[str, ...]) -> FigureSum | None:
        """The measure of a number that surely is of a unit."""
        met = next(iter(spoken.met[at]), None) if spoken.met else None
        if met is None or met.evidence < TOLD or met.one.scopes != scopes or scopes == (ALL,):
            return None
        if met.kind is RelationKind.PER and met.other:
            return replace(met.one, per=met.other.names)
        is_growth = met.kind is RelationKind.CHANGE and spoken.numbers[at].unit in ("%", "百分点")
        return replace(met.one, of_growth=is_growth) if is_growth or met.kind in _PLAIN else None

    def _by_rate(
        self, spoken: Spoken, at: int, relation: DraftRelation, among: Sequence[str] | None
    ) -> Iterator[Weighed]:
        """The place by so much for each, or by a part of a whole, where the sentence speaks of one: it may agree."""
        number, says = spoken.numbers[at], self._values.words.pattern
        said = spoken.topics.around(number, SENTENCE) + "".join(spoken.passage.heads)
        pairs: list[DraftPair] = []
        for unit in ("人", "家") if says("~for_each~|平均|均").search(said) else ():
            amount = replace(number, kind=NumberKind.COUNT, unit="元/人" if unit == "人" else "人")
            moved = replace(spoken, numbers=[amount if each is number else each for each in spoken.numbers])
            pairs += self._computed.per_each(moved, at, DraftRelation(RelationKind.PER, per_unit=unit))[:2]
        if says("比重|比例|占比").search(said):
            names = [*self._subjects.of_change(spoken, at, relation)][:FEW]
            alike = [pair for pair in permutations(names, 2) if len({self._values.unit(name) for name in pair}) == 1]
            pairs += [
                DraftPair(FigureSum((one,), (), self._values.year), FigureSum((other,), (), 0), BY_THE_WAY)
                for one, other in alike
            ]
        for pair in pairs:
            for units in spoken.topics.units(number)[:1]:
                if pair.other and len(units.scopes) == 1 and units.scopes != (ALL,):
                    one = replace(pair.one, scopes=units.scopes, per=pair.other.names)
                    reading = self._readings.read_rank(number, one, among=among)
                    yield Weighed(reading, pair.weight * units.weight * BY_THE_WAY, relation, is_guess=True)

    def _of_parts(self, spoken: Spoken, at: int, year: Year) -> Iterator[Weighed]:
        """The place of a part among the parts of its whole (四项收入中完成率最高的是甲收入)."""
        number, topics = spoken.numbers[at], spoken.topics
        if topics.units(number)[0].scopes != (ALL,) or spoken.cell:
            return
        before, sentence = topics.before(number), topics.before(number, SENTENCE)
        named = CLAUSE.split(spoken.passage.text[number.end :])[0] if re.search("[是为数属]$", number.text) else before
        for whole in self._wholes:
            parts = [part for part in whole.parts if not self._readings.is_rate(part)]
            likely = {part: self._computed.likeness(part, parts, named) for part in parts}
            best = max(likely, key=lambda part: likely[part], default="")
            if not best or likely[best] <= 0 or list(likely.values()).count(likely[best]) > 1:
                continue
            words = self._family(whole, sentence + "".join(spoken.passage.heads[:1]))
            for measures in self._part_measures(sentence + number.text, parts, year(spoken, at, best)):
                values = {part: self._readings.value(one) for part, one in measures.items()}
                if len(parts) > 2 and all(value is not None for value in values.values()):
                    yield Weighed(
                        self._readings.read_place(number, measures[best], values, best), likely[best] * words,
                        DraftRelation(),
                    )  # fmt: skip

    def _family(self, whole: Whole, words: str) -> float:
        """How much the words speak of a whole and its parts."""
        names = [self._values.profiles[each].pairs for each in (*whole.parts, whole.total) if each]
        common = frozenset.intersection(*names[: len(whole.parts)]) if names else frozenset()
        wanted = common or (names[-1] if whole.total else frozenset())
        return 0.4 + 0.6 * len(wanted & pairs_of(words)) / len(wanted) if wanted else 0.4

    def _part_measures(self, words: str, parts: Sequence[str], year: int) -> Iterator[dict[str, FigureSum]]:
        """By what parts are placed: what came of the plan, how far it is passed, growth, or how much they are."""
        plain = {part: FigureSum((part,), (ALL,), year) for part in parts}
        planned = {part: target for part in parts if (target := self._readings.target(part, year))}
        said = list(self._values.words.pattern(_MEASURES).finditer(words))
        told = (said[-1].lastgroup or "") if said else ""
        if told == "growth":
            yield {part: replace(one, of_growth=True) for part, one in plain.items()}
        elif told and len(planned) == len(parts):
            is_done = told == "done"
            yield {
                part: replace(one, per=planned[part].names) if is_done else replace(one, less=planned[part].names)
                for part, one in plain.items()
            }
        elif not told:
            yield plain
