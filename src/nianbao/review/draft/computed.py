"""What only a reader computes from figures that are said: so much for each, and sums of what a sentence lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nianbao.review.draft.mention import DraftPair, Quantity
from nianbao.review.draft.numbers import DraftNumber
from nianbao.review.draft.numerals import DIGITS, count_of
from nianbao.review.draft.profiles import pairs_of
from nianbao.review.draft.relations import DraftRelation
from nianbao.review.draft.scores import COUNTER, fit_of
from nianbao.review.draft.spoken import Spoken
from nianbao.review.draft.subjects import SAID, SHARE_OF, Subjects
from nianbao.review.draft.topics import SENTENCE
from nianbao.review.draft.values import Values
from nianbao.review.draft.verdicts import Whole
from nianbao.review.draft.wholes import likeness

PART_NAMED = 0.5
"""How much of what tells a part from the others must be said for it to be named."""
FAR = 18
"""Of how many figures said before a number may be so much for each."""
_ITEM = r"[^，；。、：\d]+"
_LISTED = rf"(?P<names>{_ITEM}(?:[、和与及]{_ITEM})+?)(?P<count>[两{DIGITS}])(?:~things~)(?P<what>[^，；。\d]*)"
_LEADS = re.compile("^(?:对|把|将|从|其中|包括|即|的)")
_PEOPLE = frozenset({"人", "名", "人次", "户"})


@dataclass(frozen=True)
class Computed:
    """Finds the figures that a number is computed from."""

    _values: Values
    _subjects: Subjects
    _wholes: Sequence[Whole]

    def together(self, spoken: Spoken, number: DraftNumber) -> Iterator[tuple[tuple[str, ...], str]]:
        """Parts that a number is of together, or that are left besides those said, with their whole."""
        clause, says = spoken.topics.before(number), self._values.words.pattern
        is_rest = says("~rest~|之外|以外").search(clause) is not None
        if spoken.cell or not (is_rest or says("~sum~|共").search(clause)):
            return
        counted = says(rf"([两{DIGITS}])(?:~things~)").search(clause)
        said = [name for each in spoken.topics.in_sentence(number) for name in self._numerators(each.name)]
        said = list(dict.fromkeys(said))[: count_of(counted[1]) if counted else None]
        for whole in self._wholes:
            named = [part for part in whole.parts if likeness(self._values, part, whole.parts, clause) >= PART_NAMED]
            if len(named) < 2 - is_rest:
                named = [part for part in whole.parts if part in said]
            left = [part for part in whole.parts if part not in named]
            if whole.total and left and len(named) >= 2 - is_rest:
                yield tuple(left if is_rest else named), whole.total

    def _numerators(self, name: str) -> list[str]:
        """An indicator, or of what one is the share."""
        part = SHARE_OF.fullmatch(self._values.figures.project.indicators[name].formula)
        return [part[1]] if part else [name]

    def per_each(self, spoken: Spoken, at: int, relation: DraftRelation) -> list[DraftPair]:
        """What a number may be for each of what (平均每期77人): said before, or by the words around it."""
        number, topics, profiles = spoken.numbers[at], spoken.topics, self._values.profiles
        counted = replace(number, unit=relation.per_unit)
        scopes = topics.units(number)[0].scopes
        said = [each.name for each in topics.recent(number)[:FAR]]
        by_words = [*self._subjects.of_change(spoken, at, relation).items()]
        names = [name for name, score in by_words if score >= SAID / 2]
        base = relation.base
        of_each = (
            [name for name, score in self._subjects.named(base, spoken) if score >= SAID] if pairs_of(base) else []
        )
        amount = replace(number, unit="元") if number.unit == "元/人" else number
        ones = [name for name in dict.fromkeys([*said, *names]) if fit_of(profiles[name], amount)]
        people = counted.unit in _PEOPLE
        if people:  # 按会员人数平均，人均……: the words may name the people as well
            numbers = [counted if each is number else each for each in spoken.numbers]
            moved = replace(spoken, numbers=numbers)
            of_each += [
                name for name, score in self._subjects.of_change(moved, at, relation).items() if score >= SAID / 2
            ]
        others = [
            name
            for name in dict.fromkeys([*of_each, *said, *names])
            if fit_of(profiles[name], counted) or (people and profiles[name].indicator.unit in _PEOPLE)
        ]
        return [
            DraftPair(Quantity((one,), scopes, self._values.year), Quantity((other,), scopes, self._values.year), 0.6)
            for other in others[:3]
            for one in ones[:3]
            if one != other
        ]

    def listed(self, spoken: Spoken, number: DraftNumber) -> tuple[str, ...]:
        """The indicators of a list of names that a number is the sum of (甲、乙两项合计), if all are known."""
        sentence, clause = spoken.topics.before(number, SENTENCE), spoken.topics.before(number)
        says = self._values.words.pattern
        for said in reversed([*says(_LISTED).finditer(sentence)]):
            items = re.split(r"[、和与及]", said["names"])
            for rest in dict.fromkeys((said["what"], clause if clause not in said[0] else said["what"])):
                what = says("~sum~|~up~|~of_which~").sub("", rest)
                found = [self._subjects.named(f"{_LEADS.sub('', item)}{what}", spoken)[:1] for item in items]
                names = tuple(name for named in found for name, _ in named)
                is_whole = len(names) == len(set(names)) == len(items) == count_of(said["count"])
                if is_whole and all(fit_of(self._values.profiles[name], number) >= COUNTER for name in names):
                    return names
        return ()
