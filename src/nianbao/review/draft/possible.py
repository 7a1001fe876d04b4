"""All that a number may be read as, weighed: each figure, unit and year it may be of, in each way its words allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nianbao.review.draft.among import AmongUnits
from nianbao.review.draft.computed import Computed
from nianbao.review.draft.mention import DraftPair, Quantity, UnitsMeant
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.numerals import count_of
from nianbao.review.draft.quantities import Quantities
from nianbao.review.draft.readings import FIRST_HALF, IN, OUT, TARGET, Readings, Weighed
from nianbao.review.draft.relations import MAYBE, DraftRelation, RelationKind
from nianbao.review.draft.scores import fit_of
from nianbao.review.draft.spoken import Spoken, in_ten_thousands
from nianbao.review.draft.subjects import Subjects
from nianbao.review.draft.topics import PASSED, SEGMENT, SENTENCE
from nianbao.review.draft.values import Values
from nianbao.statistics.scopes import ALL

GOES_BACK, SOMETIMES = 0.8, 0.12
"""How likely a year is meant that nobody names: the one of the figure said last, and one before the draft's."""
EITHER = 0.3
"""How likely a target is the one of the other year: that which was declared in a year, or for it."""
BY_THE_WAY = 0.5
"""How likely a number says something that its words do not ask for: an average, a sum of what was said last."""
_OF_ITSELF = (RelationKind.CHANGE, RelationKind.TIMES, RelationKind.BY_TIMES)
_NEAR = 30
"""So many characters before a share may say that it is of the rest."""
_MOST = 4
"""Of how many figures said last a number may be the sum."""


@dataclass(frozen=True)
class PossibleReadings:
    """Reads a number of running text or of a cell in every way that its words allow."""

    _values: Values
    _readings: Readings
    _subjects: Subjects
    _among: AmongUnits
    _quantities: Quantities
    _computed: Computed
    _holders: dict[int, tuple[int, Quantity]] = field(default_factory=dict)

    def hold(self, spoken: Spoken, at: int, figure: Quantity) -> None:
        """A place was given to another unit than has it: a number after it may be of the one that does."""
        if holder := self._readings.holder(spoken.numbers[at], figure):
            self._holders[spoken.topics.speaking.passage] = at, holder

    def of(self, spoken: Spoken, at: int, relations: Sequence[DraftRelation]) -> list[Weighed]:
        """All that a number may say, the likeliest first."""
        found = [*self._among.counted(spoken, at, self._first_year)]
        for relation in relations:
            for number in self._variants(spoken, at):
                found += self._of(spoken, at, number, relation)
        before, holder = self._holders.get(spoken.topics.speaking.passage, (at, None))
        if holder and before == at - 1 and spoken.numbers[at].kind is NumberKind.COUNT:
            found.append(self._weigh(spoken.numbers[at], DraftRelation(), holder, None, 1.0, is_guess=True))
        unique: dict[object, Weighed] = {}
        for each in sorted(found, key=lambda each: -each.weight):
            unique.setdefault((each.reading.key, each.reading.value, each.reading.figure, each.reading.is_true), each)
        return [*unique.values()]

    def _variants(self, spoken: Spoken, at: int) -> list[DraftNumber]:
        """A number as it is, and in 万 where its row says the unit once for the indicator."""
        number, cell = spoken.numbers[at], spoken.cell
        return [number, in_ten_thousands(number)] if cell and cell.is_in_any_scale else [number]

    def _of(self, spoken: Spoken, at: int, number: DraftNumber, relation: DraftRelation) -> Iterator[Weighed]:
        topics = spoken.topics
        if topics.is_ahead(spoken.numbers[at]) or relation.is_target:
            planned = list(self._planned(spoken, at, number, relation))
            yield from planned
            if planned and relation.is_target:
                return
            if topics.is_ahead(spoken.numbers[at]) and relation.kind is RelationKind.LEVEL:
                levels = self._levels(spoken, at, number, relation)  # what a plan says of what is may agree
                yield from (replace(each, is_guess=True, weight=each.weight * SOMETIMES) for each in levels)
                return
        part = topics.part_of_year(spoken.numbers[at])
        if part and (halves := self._of_halves(spoken, at, number, relation, part)):
            yield from halves
            return
        if number.kind is NumberKind.MEMBER:
            yield from self._among.is_member(spoken, at, self._first_year)
        elif number.kind is NumberKind.RANK:
            yield from self._among.placed(spoken, at, relation, self._first_year)
        elif relation.kind is RelationKind.LEVEL and number.kind is not NumberKind.FLAT:
            yield from self._levels(spoken, at, number, relation)
        else:
            is_expected = topics.is_ahead(spoken.numbers[at]) and number.unit == "%"  # nobody reports what is expected
            for each in self._comparisons(spoken, at, number, relation):
                yield replace(each, is_guess=each.is_guess or is_expected)

    def _planned(self, spoken: Spoken, at: int, number: DraftNumber, relation: DraftRelation) -> Iterator[Weighed]:
        if relation.kind is RelationKind.LEVEL and number.kind is NumberKind.COUNT:
            is_next = spoken.topics.is_ahead(spoken.numbers[at])
            for name, weight in self._subjects.planned(spoken, at).items():
                for back, part in ((0, 1.0 if is_next else EITHER), (1, EITHER if is_next else 1.0)):
                    one = Quantity((name,), (ALL,), self._values.year - back)
                    yield self._weigh(number, relation, one, None, weight * part)

    def _levels(self, spoken: Spoken, at: int, number: DraftNumber, relation: DraftRelation) -> Iterator[Weighed]:
        topics, place = spoken.topics, spoken.passage.place
        says_plans = topics.speaks_of_plans(spoken.numbers[at])
        around = topics.around(spoken.numbers[at], SENTENCE) + "".join(spoken.passage.heads)
        for derived, score in self._quantities.derived(spoken, at, self._first_year):
            for units in topics.units(spoken.numbers[at], relation.base_scope):
                for year, part in self.years(spoken, at, derived.names[0], relation).items():
                    one = replace(derived, scopes=units.scopes, year=year)
                    yield self._weigh(number, relation, one, None, score * units.weight * part)
        for name, score in self._subjects.of_level(spoken, at).items():
            is_usual = place in self._values.profiles[name].printed
            if not is_usual and (
                (name.startswith(TARGET) and not says_plans) or self._values.is_of_other(name, around)
            ):
                continue
            for units in self._units(spoken, at, relation, name):
                for year, likely_year in self.years(spoken, at, name, relation).items():
                    scopes = self._readings.resolve(name, units, year)
                    if len(scopes) > 1 and (topics.is_of_each(spoken.numbers[at]) or self._readings.is_rate(name)):
                        scopes = self._readings.worst(number, name, scopes, year)
                    if scopes:
                        yield self._weigh(
                            number, relation, Quantity((name,), scopes, year), None, score * units.weight * likely_year
                        )
            if says_plans and (twin := self._twin(name)):
                yield self._weigh(number, relation, twin, None, score, is_guess=True)
        yield from self._sums(spoken, at, number, relation)
        yield from self._means(spoken, at, number)
        yield from self._averages(spoken, at, number)

    def _twin(self, name: str) -> Quantity | None:
        """What was planned of a figure, or came of a plan: where plans are spoken of a number may well be either."""
        if name.startswith(TARGET):
            return Quantity((name.removeprefix(TARGET),), (ALL,), self._values.year)
        return self._readings.target(name, self._values.year)

    def _sums(self, spoken: Spoken, at: int, number: DraftNumber, relation: DraftRelation) -> Iterator[Weighed]:
        """A number as the sum of what was said last (以上四项合计), or of things that its words name."""
        said = spoken.topics.before(spoken.numbers[at])
        is_sum = self._values.words.pattern(r"~sum~|共|以上[^，。；]{0,4}[项类]").search(said)
        if listed := self._computed.listed(spoken, spoken.numbers[at]):
            for year, part in self.years(spoken, at, listed[0], relation).items():
                one = Quantity(listed, (ALL,), year)
                yield self._weigh(number, relation, one, None, part, is_guess=not is_sum)
        for names, _ in self._computed.together(spoken, number):
            if all(self._fits(name, number) for name in names):
                for year, part in self.years(spoken, at, names[0], relation).items():
                    yield self._weigh(number, relation, Quantity(names, (ALL,), year), None, part)
        if self._values.words.pattern("~rest~|除|尚未").search(said):  # what all units of a level leave, or a part does
            yield from self._left(spoken, at, number)
        if not is_sum:
            return
        recent = [each for each in spoken.topics.recent(number) if each.is_level and self._adds_up(each.name, number)]
        recent = list({(each.name, each.scopes): each for each in recent}.values())
        here = [each for each in spoken.topics.in_sentence(number) if each in recent]
        in_segment = spoken.topics.before(spoken.numbers[at], SEGMENT)
        counted = self._values.words.pattern(r"([两二三四五六七八九\d])(?:~things~|样)").search(in_segment)
        alike = [each for each in recent if self._fits(each.name, number)]
        for parts in (recent, alike):
            for count in range(2, _MOST + 1):
                last = parts[:count]
                names = tuple(each.name for each in last)
                if len(set(names)) == count and len({(each.scopes, each.year) for each in last}) == 1:
                    is_meant = count == (count_of(counted[1]) if counted else len(here))
                    one = Quantity(names, last[0].scopes, last[0].year)
                    yield self._weigh(number, relation, one, None, BY_THE_WAY, is_guess=not is_meant)

    def _left(self, spoken: Spoken, at: int, number: DraftNumber) -> Iterator[Weighed]:
        """What all units of a level, or what was said of a whole, leave of it (其余3万人在直属系统): it may agree."""
        relation = DraftRelation(RelationKind.CHANGE)
        for rest, score in self._rests(spoken, at):
            yield self._weigh(number, DraftRelation(), rest, None, score * BY_THE_WAY, is_guess=True)
        for name, score in [*self._subjects.of_level(spoken, at).items()][:_MOST]:
            whole = Quantity((name,), (ALL,), self._first_year(spoken, at, name))
            parts: list[Quantity] = []
            if "尚未" in spoken.topics.before(spoken.numbers[at]):
                said = [each.figure for each in spoken.topics.recent(number)[:2] if each.scopes == (ALL,)]
                parts += [each for each in said if self._readings.unit(each) == self._readings.unit(whole)]
            for part in parts:
                yield self._weigh(number, relation, whole, part, score * BY_THE_WAY, is_guess=True)

    def _rests(self, spoken: Spoken, at: int) -> Iterator[tuple[Quantity, float]]:
        """What all units of a level leave of the whole, of what may be meant."""
        bare = replace(spoken.numbers[at], unit="百分点")
        moved = replace(spoken, numbers=[bare if each is spoken.numbers[at] else each for each in spoken.numbers])
        for name, score in [*self._subjects.of_change(moved, at, DraftRelation()).items()][:_MOST]:
            whole = Quantity((name,), (ALL,), self._first_year(spoken, at, name), less=(name,))
            if not self._readings.is_rate(name):
                for values in self._readings.by_level(replace(whole, less=())):
                    yield replace(whole, less_of=tuple(values)), score

    def _adds_up(self, name: str, number: DraftNumber) -> bool:
        """Whether a figure may be a part of a sum: money of money, and what is counted of what is counted."""
        is_money = self._values.profiles[name].indicator.unit == "元"
        return not self._readings.is_rate(name) and is_money == (number.unit == "元") and number.unit != "%"

    def _means(self, spoken: Spoken, at: int, number: DraftNumber) -> Iterator[Weighed]:
        """What units have on the average (平均每个市州30人, 8个市州平均150家)."""
        means = self._values.words.pattern("(?:平均|均)每?[个家]?(?:~unit_words~)|(?:~unit_words~)平均")
        if not means.search(spoken.topics.before(spoken.numbers[at])):
            return
        for name, score in [*self._subjects.of_level(spoken, at).items()][:_MOST]:
            for year, part in self.years(spoken, at, name, DraftRelation()).items():
                one = self._readings.average(Quantity((name,), (), year))
                if one.is_mean:
                    yield self._weigh(number, DraftRelation(RelationKind.PER), one, None, score * part)

    def _averages(self, spoken: Spoken, at: int, number: DraftNumber) -> Iterator[Weighed]:
        """An amount that is said of each person, where the indicator is not one itself."""
        said = spoken.topics.before(spoken.numbers[at], SENTENCE) + "".join(spoken.passage.heads[:1])
        says_each = self._values.words.pattern("~for_each~|平均").search(said)
        if number.unit == "元/人" or (number.unit == "元" and says_each):
            each = replace(number, unit="元/人")
            relation = DraftRelation(RelationKind.PER, per_unit="人")
            if number.unit == "元":
                moved = replace(spoken, numbers=[each if n is spoken.numbers[at] else n for n in spoken.numbers])
                for name, score in self._subjects.of_change(moved, at, DraftRelation()).items():
                    if self._fits(name, each):
                        for units in spoken.topics.units(spoken.numbers[at]):
                            for year, likely_year in self.years(spoken, at, name, relation).items():
                                one = Quantity((name,), units.scopes, year)
                                yield self._weigh(each, DraftRelation(), one, None, score * units.weight * likely_year)
            moved = replace(spoken, numbers=[each if n is spoken.numbers[at] else n for n in spoken.numbers])
            for pair in self._computed.per_each(moved, at, relation):
                yield self._weigh(each, relation, pair.one, pair.other, pair.weight * BY_THE_WAY)

    def _comparisons(self, spoken: Spoken, at: int, number: DraftNumber, relation: DraftRelation) -> Iterator[Weighed]:
        likely = self._subjects.of_change(spoken, at, relation)
        is_of_rates = self._values.words.pattern("~growth~").search(spoken.topics.around(spoken.numbers[at]))
        is_multiple = relation.kind is RelationKind.TIMES and self._values.words.pattern("~growth~").search(
            relation.base
        )
        if number.kind is NumberKind.FLAT and is_of_rates:
            return  # two rates are alike, and nothing is as it was
        pairs: list[DraftPair] = []
        if relation.kind is RelationKind.PER:
            pairs = self._computed.per_each(spoken, at, relation)
            yield from self._means(spoken, at, number)
        elif relation.is_open and not is_multiple:
            pairs = self._subjects.compared(spoken, at, relation, likely)
        elif not is_multiple:
            pairs = list(self._pairs(spoken, at, relation, likely))
        for pair in (*pairs, *self._among.apart(spoken, at, relation, self._first_year)):
            if pair.one == pair.other:
                continue
            yield self._weigh(number, relation, pair.one, pair.other, pair.weight)
        yield from self._own_changes(spoken, at, number, relation)

    def _own_changes(self, spoken: Spoken, at: int, number: DraftNumber, relation: DraftRelation) -> Iterator[Weighed]:
        """A change, multiple or rate that is an indicator of its own: what it says is that indicator's value."""
        if number.kind is not NumberKind.COUNT:
            return
        for each in spoken.bound[at].ranked[:3]:
            if not each.is_change and fit_of(self._values.profiles[each.indicator_id], number) == 1:
                for units in spoken.topics.units(spoken.numbers[at])[:1]:
                    if self._readings.is_rate(each.indicator_id) or self._values.is_change(each.indicator_id):
                        level = replace(relation, sign=0, kind=RelationKind.LEVEL)
                        for year, part in self.years(spoken, at, each.indicator_id, level).items():
                            one = Quantity((each.indicator_id,), units.scopes, year)
                            yield self._weigh(number, level, one, None, each.score * BY_THE_WAY * part)

    def _pairs(
        self, spoken: Spoken, at: int, relation: DraftRelation, likely: Mapping[str, float]
    ) -> Iterator[DraftPair]:
        """Pairs of a figure with what it is held against."""
        number = spoken.numbers[at]
        made_up = self._quantities.said_last(spoken, at, is_share=relation.kind is RelationKind.SHARE)
        since = spoken.topics.before(number, SEGMENT)[-_NEAR:]
        if relation.kind is RelationKind.SHARE and made_up:
            for pair in self._subjects.wholes(spoken, at, relation, made_up.names[0], made_up.scopes, made_up.year):
                if pair.other:
                    yield replace(pair, one=made_up)
        if relation.kind is RelationKind.SHARE and self._values.words.pattern("~rest~").search(since):
            for rest, score in self._rests(spoken, at):
                yield DraftPair(rest, replace(rest, less=(), less_of=()), score)
        elif (relation.kind in _OF_ITSELF or number.kind is NumberKind.FLAT) and made_up:
            for units in spoken.topics.units(number, relation.base_scope):
                one = replace(made_up, scopes=units.scopes)
                yield DraftPair(one, self._other(one, relation), units.weight)
        if relation.kind is RelationKind.SHARE and number.unit == "%":
            for names, whole in self._computed.together(spoken, number):
                for year, part in self.years(spoken, at, whole, relation).items():
                    yield DraftPair(Quantity(names, (ALL,), year), Quantity((whole,), (ALL,), year), part)
        for name, score in likely.items():
            for units in self._units(spoken, at, relation, name):
                for year, likely_year in self.years(spoken, at, name, relation).items():
                    scopes = self._readings.resolve(name, units, year)
                    if not scopes:
                        continue
                    one, weight = Quantity((name,), scopes, year), score * units.weight * likely_year
                    if relation.kind is RelationKind.SHARE and not relation.is_of_last_year:
                        for pair in self._subjects.wholes(spoken, at, relation, name, scopes, year):
                            yield replace(pair, weight=pair.weight * weight)
                    elif relation.kind is RelationKind.OF_INCREASE and scopes == (ALL,):
                        for whole in self._subjects.wholes_of(name):
                            yield DraftPair(one, replace(one, names=(whole,)), weight)
                    elif relation.kind is RelationKind.OF_INCREASE:
                        yield DraftPair(one, replace(one, scopes=(ALL,)), weight)
                    elif relation.kind in (RelationKind.GAP, RelationKind.DONE):
                        for ahead, part in ((0, 1.0), (1, self._ahead(spoken, number))):
                            if target := self._readings.target(name, year + ahead):
                                yield DraftPair(one, target, weight * part)
                    else:
                        yield DraftPair(one, self._other(one, relation), weight)

    def _units(self, spoken: Spoken, at: int, relation: DraftRelation, name: str) -> list[UnitsMeant]:
        """The units that a number may be of; the whole beside a named one only for what no unit has."""
        units = spoken.topics.units(spoken.numbers[at], relation.base_scope)
        is_of_unit = units[0].scopes != (ALL,) and self._readings.has(name, units[0].scopes)
        return [each for each in units if not (is_of_unit and each.scopes == (ALL,) and each.weight <= PASSED)]

    def _ahead(self, spoken: Spoken, number: DraftNumber) -> float:
        """How likely the target of the year to come is meant: the one said last is, or that year was named."""
        last = next(iter(spoken.topics.in_sentence(number)), None)
        is_next = last is not None and last.name.startswith(TARGET) and last.year == self._values.year
        return 1.5 if is_next or spoken.topics.is_ahead(number) else EITHER

    def _other(self, one: Quantity, relation: DraftRelation) -> Quantity:
        """What a figure is held against: another unit or the whole in its year, or itself in the year before."""
        if relation.base_scope:
            of_level = relation.base_scope == ALL and one.scopes != (ALL,)
            return self._readings.average(one) if of_level else replace(one, scopes=(relation.base_scope,))
        name = one.names[0]
        if name.startswith(TARGET):  # what is planned for the year after is more than what there is
            return replace(one, names=(name.removeprefix(TARGET),), year=relation.base_year or one.year)
        return replace(one, year=relation.base_year or one.year - 1)

    def _of_halves(
        self, spoken: Spoken, at: int, number: DraftNumber, relation: DraftRelation, part: str
    ) -> list[Weighed]:
        """What a number says of half a year that is said by the other half and the year."""
        if part == FIRST_HALF and not re.search(r"[上下]半年|^全年", relation.base):
            return []
        is_level = relation.kind is RelationKind.LEVEL
        subjects = self._subjects.of_level(spoken, at) if is_level else self._subjects.of_change(spoken, at, relation)
        ranked = [each.indicator_id for each in spoken.bound[at].ranked[:3]]
        said = [each.name for each in spoken.topics.recent(spoken.numbers[at])]
        told = [word for word in (IN, OUT) if word in spoken.topics.own_words(spoken.numbers[at])]
        named = [name for name in subjects if all(word in self._values.profiles[name].indicator.zh for word in told)]
        subjects = dict.fromkeys(named, 1.0) or subjects
        halves = self._readings.first_halves(
            [*list(subjects)[:2], *ranked]
            if is_level
            else [*list(subjects)[:1], *said[:1]]
            if self._subjects.has_own_words(spoken, spoken.numbers[at])
            else [*said[:1], *list(subjects)[:1]]
        )
        scope = spoken.topics.units(spoken.numbers[at])[0].scopes[0]
        read = [self._readings.read_part_of_year(number, relation, name, scope, part) for name in halves]
        return [Weighed(each, 1.0 - index / 10, relation) for index, each in enumerate(read) if each]

    def _weigh(
        self, number: DraftNumber, relation: DraftRelation, one: Quantity, other: Quantity | None, weight: float,
        *, is_guess: bool = False,
    ) -> Weighed:  # fmt: skip
        reading = self._readings.read(number, relation, one, other)
        return Weighed(reading, weight * relation.weight, relation, is_guess or relation.weight < MAYBE)

    def _fits(self, name: str, number: DraftNumber) -> bool:
        return fit_of(self._values.profiles[name], number) == 1

    def _first_year(self, spoken: Spoken, at: int, name: str) -> int:
        """The year that is likeliest."""
        return next(iter(self.years(spoken, at, name, DraftRelation(RelationKind.CHANGE))))

    def years(self, spoken: Spoken, at: int, name: str, relation: DraftRelation) -> dict[int, float]:
        """The years that a number may be of, and how likely."""
        number, own = spoken.numbers[at], self._values.year
        said, place = spoken.topics.year(number), spoken.passage.place
        if said is not None and said.year == relation.base_year:
            said = None
        if relation.kind is RelationKind.LEVEL and (relation.is_of_last_year or relation.is_now):
            is_own = relation.is_now or (said is not None and said.year == own and not relation.is_past)
            return {own if is_own else own - 1: 1.0}
        if said is not None or place in self._values.profiles[name].printed:
            return dict.fromkeys(self._values.years_of(name, place, said), 1.0)
        last = next(iter(spoken.topics.recent(number)), None)
        is_near = (
            last is not None
            and last.passage == spoken.topics.speaking.passage
            and last.year != own
            and not last.is_aside
        )
        goes_back, is_past = is_near and spoken.topics.opens_with_past(), spoken.topics.speaking.is_past
        years = {own: GOES_BACK / 2 if goes_back else 1.0}
        if spoken.cell or is_past or spoken.topics.says_last_year(number):
            for year in [
                *self._values.years_of(name, place, None),
                *([last.year] if last and is_near else [own - 1] if is_past else []),
            ]:
                years.setdefault(year, 1.0 if goes_back else GOES_BACK if is_near or is_past else SOMETIMES)
        if (name, own) not in self._readings.figures.values:
            years = dict.fromkeys(years, 1.0)
        return years
