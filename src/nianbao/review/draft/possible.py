"""All that a number may be read as: every figure it may be of, in every way that its words allow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nianbao.review.draft.candidates import Candidates
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.readings import FIRST_HALF, DraftReading, Readings
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.scores import fit_of
from nianbao.review.draft.spoken import Spoken, in_ten_thousands
from nianbao.review.draft.values import Values
from nianbao.statistics.scopes import ALL

_HALF = re.compile(r"[上下]半年")


@dataclass(frozen=True)
class Possible:
    """Reads a number of running text or of a cell by the indicators it may be of."""

    _values: Values
    _readings: Readings
    _candidates: Candidates

    def readings(
        self, spoken: Spoken, at: int, relation: DraftRelation, likely: Sequence[tuple[str, tuple[str, ...]]]
    ) -> list[DraftReading]:
        """All that a number may be read as, the likeliest first."""
        number, topics = spoken.numbers[at], spoken.topics
        names = [name for name, _ in likely]
        if (part := topics.part_of_year(number)) and (halves := self._of_halves(spoken, at, relation, part, names)):
            return halves
        if relation.is_open:
            pairs = self._candidates.compared(spoken, at, relation, likely)
            return [
                self._readings.compare(number, relation, *pair, year)
                for pair in pairs
                for year in self.years(spoken, at, pair[0][0], relation)
            ]
        if relation.kind is RelationKind.PER:
            per = self._candidates.pairs_per(spoken, at, relation)
            return [self._readings.read_per(number, relation, *pair) for pair in per]
        if relation.kind is RelationKind.LEVEL and (count := topics.all_together(number)):
            together = [name for name in names if fit_of(self._values.profiles[name], number)]
            return list(self._readings.read_of_all(number, together, count, self._values.year))
        if topics.is_sum(number) and relation.kind is RelationKind.LEVEL:
            names = [*(name for name, _ in topics.before(number)), *names]
            names = [name for name in dict.fromkeys(names) if fit_of(self._values.profiles[name], number)]
            is_rest = topics.is_rest(number)
            return list(
                self._readings.read_sums(number, names, topics.named(number), self._values.year, is_rest=is_rest)
            )
        if topics.follows_sum(number) and relation.kind is RelationKind.SHARE:
            return list(self._readings.read_share_of_sum(number, names, topics.named(number), self._values.year))
        among = topics.among(number) if number.kind is NumberKind.RANK else None
        readings = [
            self._readings.read(each, relation, name, scope, year, topics.said_of_rank(number), among)
            for name, scopes in likely
            for scope in scopes
            for year in self.years(spoken, at, name, relation)
            for each in self._in_scales(spoken, number)
        ]
        if relation.kind is RelationKind.SHARE and (whole := topics.whole_of(number)):
            parts = [each for each in topics.before(number) if each != whole][:1]
            readings += [self._readings.compare(number, relation, part, whole, self._values.year) for part in parts]
        if relation.kind is RelationKind.SHARE and relation.base and not relation.base_scope:
            pairs = self._candidates.compared(spoken, at, relation, likely)
            readings += [self._readings.compare(number, relation, *pair, self._values.year) for pair in pairs]
        if topics.adds_indicators(number):
            ranked = [each.indicator_id for each in spoken.bound[at].ranked[:4]]
            readings += self._readings.read_added(number, ranked, self._values.year)
        if number.unit == "元/人" and relation.kind is RelationKind.LEVEL:
            readings += self._readings.read_per_person(number, topics.earlier(number), self._values.year)
        return readings

    def _of_halves(
        self, spoken: Spoken, at: int, relation: DraftRelation, part: str, names: Sequence[str]
    ) -> list[DraftReading]:
        """What a number says of half a year that is said by the other half and the year."""
        number, topics = spoken.numbers[at], spoken.topics
        is_other = part != FIRST_HALF or _HALF.search(relation.base) or relation.base.startswith("全年")
        if not is_other:
            return []
        ranked = [each.indicator_id for each in spoken.bound[at].ranked[:3]]
        said = [name for name, _ in topics.earlier(number)]
        is_level = relation.kind is RelationKind.LEVEL
        halves = self._readings.first_halves([*names, *ranked] if is_level else said[:1] or names)
        scope = next(iter(topics.scopes(number)), ALL)
        read = [self._readings.read_part_of_year(number, relation, name, scope, part) for name in halves]
        return [each for each in read if each]

    def _in_scales(self, spoken: Spoken, number: DraftNumber) -> list[DraftNumber]:
        """A number of a row that says its unit once for the indicator, as it is and in 万 of it."""
        cell = spoken.cell
        return [number, in_ten_thousands(number)] if cell and cell.is_in_any_scale else [number]

    def years(self, spoken: Spoken, at: int, name: str, relation: DraftRelation) -> list[int]:
        """The years that a number may be of."""
        if relation.is_of_last_year and relation.kind is RelationKind.LEVEL:
            return [self._values.year - 1]
        if relation.is_target and spoken.passage.place not in self._values.profiles[name].printed:
            return [self._values.year - 1]
        said = spoken.topics.year(spoken.numbers[at])
        if said is None and not spoken.cell and not spoken.topics.says_last_year(spoken.numbers[at]):
            known = [year for year in (self._values.year,) if (name, year) in self._readings.figures.values]
            if known:
                return known
        return self._values.years_of(name, spoken.passage.place, said)
