"""How likely a number is an indicator's: its words near the number, the section, the unit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from nianbao.review.draft.context import Context
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.profiles import DraftVocabulary, Profile, ProfilePhrase
from nianbao.review.draft.reading import NOWHERE, Place

IN_PROSE, IN_TABLE, AT_HOME, ANYWHERE, IN_PUBLICATION, ELSEWHERE = 1.0, 0.75, 0.8, 0.7, 0.55, 0.45
SECOND_PHRASE = 0.3
"""What the next best of an indicator's phrases adds to the best."""
LENGTH = 0.6
"""How much the length of a phrase counts: of two that are said in full, the longer one tells more."""
UNEXPLAINED = 0.6
"""What is left of a score when an indicator explains none of the telling words next to the number."""
NEXT_TO = 0.5
"""From this weight on a word counts as next to the number."""
COUNTER, NO_UNIT, CHANGED = 0.6, 0.5, 0.7
"""How well a number fits that is said with another measure word of the unit, with none, or as a change."""

NOT_ITS_KIND = 0.6
"""What is left of a score when a change is said of a level, or a level of what is a change itself."""

CHANGE_UNITS = frozenset({"%", "百分点", "倍"})
"""What changes of any indicator are said in."""
_CHANGE_WORD = re.compile("增|减|提高|下降|较上年|比上年")


@dataclass(frozen=True)
class Scorer:
    """Scores indicators with the vocabulary of a project."""

    vocabulary: DraftVocabulary

    def score(self, profile: Profile, number: DraftNumber, context: Context, place: Place) -> float:
        """From 0 to about 1.5; more than nothing only where kind and unit agree, in full for a vague number."""
        is_new_change = context.is_change and not says_change(profile)
        fit = CHANGED if is_new_change and number.unit in CHANGE_UNITS else fit_of(profile, number)
        if not fit or (number.is_vague and fit < 1):
            return 0.0
        kind = NOT_ITS_KIND if context.is_change != says_change(profile) else 1.0
        return fit * kind * prior(profile, place) * self._likeness(profile, context, number.unit if fit == 1 else "")

    def by_words(self, profile: Profile, context: Context, place: Place) -> float:
        """How likely an indicator is by the words alone, whatever unit the number has: what a change or rank is of."""
        return prior(profile, place) * self._likeness(profile, context, "")

    def _likeness(self, profile: Profile, context: Context, unit: str) -> float:
        """How much of an indicator's words is said near the number, and how much of what is said they explain."""
        scores = sorted((self._said(phrase, context, unit) for phrase in profile.phrases), reverse=True)
        telling = self.vocabulary.telling
        near = {
            pair: telling[pair] * weight
            for pair, weight in context.pairs.items()
            if weight >= NEXT_TO and pair in telling
        }
        explained = sum(weight for pair, weight in near.items() if pair in profile.pairs) / (sum(near.values()) or 1.0)
        return (sum(scores[:1]) + SECOND_PHRASE * sum(scores[1:2])) * (UNEXPLAINED + (1 - UNEXPLAINED) * explained)

    def _said(self, phrase: ProfilePhrase, context: Context, unit: str) -> float:
        """How much of a phrase is said; a unit that few indicators have is a word of it too."""
        telling = self.vocabulary.telling
        by_unit = self.vocabulary.telling_units.get(unit, 0.0)
        said = by_unit + sum(telling[pair] * context.pairs.get(pair, 0.0) for pair in phrase.pairs)
        whole = by_unit + self._weight(phrase.pairs)
        return phrase.weight * said / (LENGTH * whole + (1 - LENGTH) * self._usual)

    def is_said(self, pairs: Iterable[str], context: Context, least: float) -> bool:
        """Whether most of these pairs stand in the context with at least this weight."""
        wanted = frozenset(pairs)
        said = frozenset(pair for pair in wanted if context.pairs.get(pair, 0.0) >= least)
        return self._weight(said) > self._weight(wanted) / 2

    def _weight(self, pairs: frozenset[str]) -> float:
        weight = self._weights.get(pairs)
        if weight is None:
            weight = self._weights[pairs] = sum(self.vocabulary.telling[pair] for pair in pairs)
        return weight

    @cached_property
    def _weights(self) -> dict[frozenset[str], float]:
        return {}

    @cached_property
    def _usual(self) -> float:
        """The usual weight of an indicator's name."""
        names = [self._weight(profile.name) for profile in self.vocabulary.sought.values()]
        return sum(names) / len(names)


def fit_of(profile: Profile, number: DraftNumber) -> float:
    """How well a number's kind and unit go with those of the indicator: not at all, so-so, or in full (1)."""
    if (number.kind, number.unit) in profile.shapes:
        return 1.0
    if not any(kind is number.kind for kind, _ in profile.shapes):
        return 0.0
    if not number.unit:
        return NO_UNIT if is_written_out(number) else 0.0
    return COUNTER if number.kind is NumberKind.COUNT and number.unit in profile.counters else 0.0


def may_change_by(profile: Profile, number: DraftNumber) -> bool:
    """Whether an indicator can change by, or be placed by, what a number counts."""
    if number.kind is not NumberKind.COUNT or number.unit in CHANGE_UNITS:
        return True
    return bool(fit_of(profile, number)) or (number.unit, profile.indicator.unit) == ("元", "元/人")


def is_written_out(number: DraftNumber) -> bool:
    """Whether a number without a unit is a figure all the same: by its decimals or its 万, as no telephone has."""
    is_plain = number.numeral == number.numeral.to_integral_value() and number.text[-1] not in "万亿多余"
    return number.is_bare or not is_plain


def prior(profile: Profile, place: Place) -> float:
    """How likely an indicator is in a section."""
    if place in profile.in_prose:
        return IN_PROSE
    if place in profile.printed:
        return IN_TABLE
    if place == profile.home:
        return AT_HOME
    if place == NOWHERE:
        return ANYWHERE
    return IN_PUBLICATION if place[0] == profile.home[0] else ELSEWHERE


def says_change(profile: Profile) -> bool:
    """Whether the indicator is itself a change."""
    return bool(_CHANGE_WORD.search(profile.indicator.zh))
