"""Which indicators a number of running text may be of, and of which units, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nianbao.review.draft.binding import Binder, BoundNumber
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.profiles import pairs_of
from nianbao.review.draft.reading import Passage
from nianbao.review.draft.readings import TARGET, Readings
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.scores import fit_of, may_change_by, says_change
from nianbao.review.draft.topics import Topics
from nianbao.review.draft.values import Values
from nianbao.statistics.scopes import ALL

ALSO, ALSO_EXACT = 0.75, 0.5
"""How near to the likeliest another indicator must come to be meant as well, the less the more digits would fit."""
SAID, SAID_OF_RANK, OWN_WORDS = 0.3, 0.08, 0.1
"""How well words alone must fit for a change, and for a rank; with less a number has no words of its own."""
_FILLING = re.compile(r"全部|总额|的|其中|约|近")
_YEAR_SAID = re.compile(r"(?:19|20)\d\d年")
_SHARE = re.compile(r"100 \* ([a-z][a-z0-9_]*) / ([a-z][a-z0-9_]*)")


@dataclass(frozen=True)
class Candidates:
    """Looks for the indicators that a number may be of: by its words, and by what was said before it."""

    _values: Values
    _readings: Readings
    _binder: Binder

    def of(
        self, passage: Passage, numbers: Sequence[DraftNumber], place: int, known: BoundNumber | None,
        relation: DraftRelation, topics: Topics,
    ) -> list[tuple[str, tuple[str, ...]]]:  # fmt: skip
        """The indicators that a number may be of, the likeliest first, each with the units it may be of."""
        number = numbers[place]
        scopes = topics.scopes(number, relation.base_scope)
        before = topics.before(number)
        spoken = [each for each in before if may_change_by(self._values.profiles[each[0]], number)]
        words = [
            (name, score)
            for name, score in self._binder.by_words(passage.text, numbers, place, passage.place)
            if not says_change(self._values.profiles[name]) and may_change_by(self._values.profiles[name], number)
        ]
        if relation.kind is RelationKind.LEVEL and number.kind is NumberKind.COUNT:
            ranked = self._binder.ranked[place]
            levels = self._levels(number, known, ranked, scopes, before, words, topics.clause(number))
            return levels if topics.speaks_of_plans(number) else self._without_plans(levels, passage) or levels
        least = SAID_OF_RANK if number.kind is NumberKind.RANK else SAID / 2
        sure = [name for name, score in words if score >= least and score >= ALSO * words[0][1]]
        if relation.kind is RelationKind.GAP:
            sure = [name.removeprefix(TARGET) for name in sure]
            spoken = [(name.removeprefix(TARGET), scope) for name, scope in spoken]
        if known and known.is_change and known.indicator_id not in sure:
            sure.append(known.indicator_id)
        if relation.kind is RelationKind.CHANGE:  # what it changes was said last
            spoken = spoken[: 1 if number.unit not in ("%", "百分点") else 2]
        found: dict[str, tuple[str, ...]] = {}
        said = [(name, "") for name in sure]
        in_order = [*said, *spoken] if words and words[0][1] >= SAID else [*spoken, *said]
        for name, scope in [*topics.own(number), *in_order]:
            found.setdefault(name, self._of(name, scopes or ((scope,) if scope else ())))
        if relation.kind is RelationKind.SHARE:
            return self._shares(found, relation, known)
        return [(name, units) for name, units in found.items() if name.removeprefix(TARGET) not in {*found} - {name}]

    def _without_plans(
        self, levels: list[tuple[str, tuple[str, ...]]], passage: Passage
    ) -> list[tuple[str, tuple[str, ...]]]:
        """What a number may be of where nothing is said of plans: no target, unless its section prints targets."""
        return [
            each
            for each in levels
            if not each[0].startswith(TARGET) or passage.place in self._values.profiles[each[0]].printed
        ]

    def _levels(
        self, number: DraftNumber, known: BoundNumber | None, ranked: Sequence[BoundNumber], scopes: tuple[str, ...],
        spoken: list[tuple[str, str]], words: list[tuple[str, float]], clause: str,
    ) -> list[tuple[str, tuple[str, ...]]]:  # fmt: skip
        """The indicators whose level a number may say; without words of its own it goes on with the last."""
        if known is None or (words and words[0][1] < OWN_WORDS and spoken):
            alike = [name for name, _ in spoken if fit_of(self._values.profiles[name], number) == 1]
            goes_on = bool(scopes) or bool(_YEAR_SAID.search(clause))
            if known is None or (alike and goes_on):
                return [(name, self._of(name, scopes)) for name in dict.fromkeys(alike[:1])] if goes_on else []
        digits = len(number.numeral.normalize().as_tuple().digits)
        least = (ALSO_EXACT if digits > 1 else ALSO) * known.score
        said = [name for name, _ in spoken]
        names = dict.fromkeys(
            [
                known.indicator_id,
                *(
                    each.indicator_id
                    for each in ranked
                    if each.score >= least
                    or (each.indicator_id not in said and self._binder.is_kin(each.indicator_id, said))
                ),
            ]
        )
        if scopes and (of_them := [name for name in names if self.has(name, scopes)]):
            names = dict.fromkeys(of_them)
        return [(name, self._of(name, scopes)) for name in names]

    def _shares(
        self, found: dict[str, tuple[str, ...]], relation: DraftRelation, known: BoundNumber | None
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Declared shares of what is spoken of come first, then whatever the words after 占 may name."""
        declared: dict[str, tuple[str, ...]] = {}
        if known and self._values.figures.project.indicators[known.indicator_id].unit == "%" and known.score >= SAID:
            declared[known.indicator_id] = (ALL,)
        for name, indicator in self._values.figures.project.indicators.items():
            part = _SHARE.fullmatch(indicator.formula)
            if part and part[1] in found and self._is_named(part[2], relation.base):
                declared.setdefault(name, (ALL,))
        return (
            [*declared.items(), *found.items()]
            if declared or relation.base_scope or relation.is_of_last_year
            else [
                (name, scopes)
                for name, scopes in found.items()
                if scopes != (ALL,) or self._is_named(name, relation.base)
            ]
        )

    def _is_named(self, name: str, words: str) -> bool:
        """Whether words may mean an indicator: they name none, or share most of their pairs with its names."""
        whole = self._values.figures.project.conventions.words.whole
        pairs = pairs_of(_FILLING.sub("", words.replace(whole, "")))
        return not pairs or 2 * len(pairs & self._values.profiles[name].pairs) >= len(pairs)

    def _of(self, name: str, scopes: Sequence[str]) -> tuple[str, ...]:
        """Of these units those that have a value of an indicator; the whole where none is named or has one."""
        return tuple(scope for scope in scopes if self.has(name, (scope,))) or (ALL,)

    def has(self, name: str, scopes: Sequence[str]) -> bool:
        """Whether an indicator has a value of its own for one of the units."""
        values = self._readings.figures.values
        return any(scope in values.get((name, self._values.year - back), {}) for back in (0, 1) for scope in scopes)
