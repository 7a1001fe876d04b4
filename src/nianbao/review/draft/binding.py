"""Binds the numbers of a text to indicators: by the words around them, the section they stand in, and their units.

The value decides nothing but a tie: a number that has become stale must be found all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from nianbao.review.draft.context import Context, context_of
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.profiles import DraftVocabulary
from nianbao.review.draft.reading import Place
from nianbao.review.draft.scores import Scorer, says_change

ENOUGH, ENOUGH_FOR_VAGUE, ENOUGH_IN_PLACE = 0.12, 0.3, 0.22
"""The least score of a binding; a number in characters must be known more surely, a little less where it is at home."""
KIN, CHANGE_OF_TOPIC = 1.6, 0.25
"""What a score gains when the indicator is of one piece with what was said just before, or the number its change."""
TRUE = 1.05
AGAIN = 0.7
"""What is left of a score when another number of the same sentence has the indicator already."""
CANDIDATES = 12
SURE = 2.0
"""The score of what a content control says."""

_SENTENCE = re.compile(r"[。！？!?]")
_SEGMENT_END = re.compile(r"[；;。！？!?]")
_QUOTED = re.compile(r"'([^']+)'")

IsTrue = Callable[[str, DraftNumber], bool]
"""Whether a number is true of the value of an indicator."""


@dataclass(frozen=True)
class BoundNumber:
    """The indicator that a number is bound to, and how surely (about 1 is sure), or whose change it says."""

    indicator_id: str
    score: float
    is_change: bool = False


@dataclass(frozen=True)
class RankedNumber:
    """The indicator of a number, or None where no indicator's words are near enough; and all it may be, in order."""

    best: BoundNumber | None
    ranked: Sequence[BoundNumber]


@dataclass(frozen=True)
class _Said:
    """A number with its context, the stretch between semicolons it stands in, and its likeliest indicators first."""

    number: DraftNumber
    context: Context
    place: Place
    segment: int
    ranked: Sequence[BoundNumber]


class Binder:
    """Binds numbers with the vocabulary of a project."""

    def __init__(self, vocabulary: DraftVocabulary, is_true: IsTrue = lambda indicator_id, number: False) -> None:
        self._profiles = vocabulary.profiles
        self._sought = vocabulary.sought
        self._scorer = Scorer(vocabulary)
        self._is_true = is_true

    def bind(
        self, text: str, numbers: Sequence[DraftNumber], place: Place, fixed: Mapping[int, str] = MappingProxyType({}),
        background: Mapping[str, float] = MappingProxyType({}),
    ) -> list[RankedNumber]:  # fmt: skip
        """What each number of a text may be, the likeliest of all together first.

        `fixed` are the indicators that are known already, by the index of their numbers; `background` are the pairs of
        the headings over the text with their weights.
        """
        bound: list[RankedNumber] = []
        for sentence in _sentences(text, numbers):
            passed = _surpassed([numbers[index] for index in sentence])
            said = [self._said(text, numbers, index, place, background) for index in sentence]
            said = [
                replace(one, ranked=[BoundNumber(fixed[index], SURE)]) if index in fixed
                else replace(one, ranked=()) if one.number in passed else one
                for index, one in zip(sentence, said, strict=True)
            ]  # fmt: skip
            bound += [RankedNumber(each, one.ranked) for each, one in zip(self._best(said), said, strict=True)]
        return bound

    @property
    def telling(self) -> Mapping[str, float]:
        """The pairs of characters that tell anything, and how much."""
        return self._scorer.vocabulary.telling

    def by_words(
        self, text: str, numbers: Sequence[DraftNumber], index: int, place: Place,
        background: Mapping[str, float] = MappingProxyType({}),
    ) -> list[tuple[str, float]]:  # fmt: skip
        """The indicators that the words around a number may mean, whatever it counts, the likeliest first."""
        context = context_of(text, numbers, index, background)
        scored = [(name, self._scorer.by_words(each, context, place)) for name, each in self._sought.items()]
        return sorted(scored, key=lambda each: -each[1])[:CANDIDATES]

    def _said(
        self, text: str, numbers: Sequence[DraftNumber], index: int, place: Place, background: Mapping[str, float]
    ) -> _Said:
        number, context = numbers[index], context_of(text, numbers, index, background)
        ranked = []
        for name, profile in self._sought.items():
            score = self._scorer.score(profile, number, context, place)
            is_change = context.is_change and not says_change(profile)
            if score:
                is_true = not is_change and self._is_true(name, number)
                ranked.append(BoundNumber(name, score * (TRUE if is_true else 1), is_change))
        segment = len(_SEGMENT_END.findall(text, 0, number.start))
        return _Said(number, context, place, segment, sorted(ranked, key=lambda each: -each.score)[:CANDIDATES])

    def _best(self, said: Sequence[_Said]) -> list[BoundNumber | None]:
        """The likeliest indicator of each number of a sentence, after those of the numbers before it."""
        bound: list[BoundNumber | None] = []
        for index, one in enumerate(said):
            scored = [replace(each, score=self._in_line(each, said[: index + 1], bound)) for each in one.ranked]
            best = max(scored, key=lambda each: each.score, default=None)
            bound.append(best if best and best.score >= self._enough(best.indicator_id, one) else None)
        return bound

    def _enough(self, name: str, said: _Said) -> float:
        if not said.number.is_vague:
            return ENOUGH
        return ENOUGH_IN_PLACE if said.place in self._profiles[name].in_prose else ENOUGH_FOR_VAGUE

    def _in_line(self, this: BoundNumber, said: Sequence[_Said], bound: Sequence[BoundNumber | None]) -> float:
        """The score of an indicator after those of the numbers before it in the sentence."""
        name, topic = this.indicator_id, _topic(said, bound)
        if this.score == SURE:
            return SURE
        if this.is_change:
            return this.score + (CHANGE_OF_TOPIC if bound and bound[-1] and bound[-1].indicator_id == name else 0.0)
        again = any(other and other.indicator_id == name and not other.is_change for other in bound)
        is_kin = (topic and self.is_kin(name, topic)) or self._is_of_same_part(name, bound)
        return this.score * (AGAIN if again else 1.0) * (KIN if is_kin else 1.0)

    def is_kin(self, name: str, topic: Sequence[str]) -> bool:
        """Whether an indicator is computed from the topic, or counts another thing of the very same records."""
        indicator = self._profiles[name].indicator
        if indicator.is_formula:
            return any(re.search(rf"\b{other}\b", indicator.formula) for other in topic)
        codes = set(_QUOTED.findall(indicator.where))
        theirs = [set(_QUOTED.findall(self._profiles[other].indicator.where)) for other in topic]
        return bool(codes) and codes in (*theirs, set().union(*theirs))

    def _is_of_same_part(self, name: str, bound: Sequence[BoundNumber | None]) -> bool:
        """Whether an indicator is about the same part of the year as the one just said."""
        last = bound[-1] if bound else None
        if last is None:
            return False
        one, other = (self._profiles[each].indicator for each in (name, last.indicator_id))
        return one.period == other.period and one.form == other.form and one.period not in ("year", "Y")


def _topic(said: Sequence[_Said], bound: Sequence[BoundNumber | None]) -> list[str]:
    """What the last number is said of: the indicators of the nearest numbers before it that have another unit."""
    topic: list[str] = []
    last = said[-1]
    for one, known in zip(reversed(said[:-1]), reversed(bound), strict=True):
        if one.segment != last.segment or (topic and one.number.unit == last.number.unit):
            break
        if known and one.number.unit != last.number.unit:
            topic.append(known.indicator_id)
    return topic


def _surpassed(sentence: Sequence[DraftNumber]) -> list[DraftNumber]:
    """The ordinals that a higher one of their sentence leaves behind: the first batch, where the second is begun."""
    ordinals = [number for number in sentence if number.kind is NumberKind.ORDINAL]
    return [
        one for one in ordinals if any(one.unit == other.unit and one.numeral < other.numeral for other in ordinals)
    ]


def _sentences(text: str, numbers: Sequence[DraftNumber]) -> Iterator[list[int]]:
    """The numbers of each sentence, by index."""
    together: list[int] = []
    for index, number in enumerate(numbers):
        if together and _SENTENCE.search(text, numbers[together[-1]].end, number.start):
            yield together
            together = []
        together.append(index)
    if together:
        yield together
