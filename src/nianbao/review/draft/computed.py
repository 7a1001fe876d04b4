"""What only a reader computes from figures that are said: so much for each, and sums of what a sentence lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from nianbao.review.draft.mention import FigureSum
from nianbao.review.draft.numbers import DraftNumber
from nianbao.review.draft.numerals import DIGITS, count_of
from nianbao.review.draft.profiles import pairs_of
from nianbao.review.draft.relations import DraftRelation
from nianbao.review.draft.scores import COUNTER, fit_of
from nianbao.review.draft.spoken import Spoken
from nianbao.review.draft.subjects import SAID, DraftPair, Subjects
from nianbao.review.draft.topics import SENTENCE
from nianbao.review.draft.values import Values

FAR = 18
"""Of how many figures said before a number may be so much for each."""
_ITEM = r"[^，；。、：\d]+"
_LISTED = rf"(?P<names>{_ITEM}(?:[、和与及]{_ITEM})+?)(?P<count>[两{DIGITS}])(?:~things~)(?P<what>[^，；。\d]*)"
_LEADS = re.compile("^(?:对|把|将|从|其中|包括|即|的)")
_PEOPLE = frozenset({"人", "名", "人次"})


@dataclass(frozen=True)
class Computed:
    """Finds the figures that a number is computed from."""

    _values: Values
    _subjects: Subjects

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
            DraftPair(FigureSum((one,), scopes, self._values.year), FigureSum((other,), scopes, self._values.year), 0.6)
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
