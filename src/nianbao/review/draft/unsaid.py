"""What a number may say without a word for it: guesses that may make it true, and show nothing wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nianbao.review.draft.mention import Quantity, names_past
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.readings import TARGET, Readings, Weighed
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.scores import COUNTER, fit_of
from nianbao.review.draft.spoken import Spoken
from nianbao.review.draft.subjects import Subjects
from nianbao.review.draft.topics import SEGMENT, SENTENCE
from nianbao.review.draft.values import Values
from nianbao.statistics.scopes import ALL

GUESSED = 0.04
"""How likely any of this is beside what words say."""
SUBJECTS, SAID = 4, 4
"""Of how many indicators it is tried: the likeliest ones, and those said last."""
SO_SAID, UNSAID = 0.8, 0.2
"""How likely something is said with a word for it and without any."""


@dataclass(frozen=True)
class Try:
    """A figure, or two that are compared, that a number may be of, and how likely."""

    weight: float
    kind: RelationKind
    one: Quantity
    other: Quantity | None = None


@dataclass(frozen=True)
class Unsaid:
    """Guesses what else a number may say."""

    _values: Values
    _readings: Readings
    _subjects: Subjects

    def of(self, spoken: Spoken, at: int, best: Weighed | None) -> Iterator[Weighed]:
        """What may make a number true that its words do not say; `best` is what they say."""
        number = spoken.numbers[at]
        if best is None or number.kind is not NumberKind.COUNT or spoken.topics.item(number).mention:
            return
        for each in self._tries(spoken, at, best):
            relation = DraftRelation(each.kind)
            reading = self._readings.read(number, relation, each.one, each.other)
            if reading.is_true:
                yield Weighed(reading, each.weight * GUESSED, relation, is_guess=True)

    def _tries(self, spoken: Spoken, at: int, wrong: Weighed) -> Iterator[Try]:
        number = spoken.numbers[at]
        subjects, units = self._of_what(spoken, at, wrong), self._of_whom(spoken, at)
        says, own = _Says(self._values, spoken, number), self._values.year
        for name, likely in subjects.items():
            for scope, near in units.items():
                weight, now = likely * near, Quantity((name,), (scope,), own)
                before = replace(now, year=own - 1)
                for kind in says.kinds(RelationKind.CHANGE, RelationKind.TIMES, RelationKind.BY_TIMES):
                    yield Try(weight * (1.0 if says.moved else UNSAID), kind, now, before)
                if says.past and name == wrong.reading.key[0].removeprefix(TARGET):
                    yield Try(weight * SO_SAID, RelationKind.LEVEL, before)
                for other, close in units.items() if scope != ALL else ():
                    for kind in says.kinds(RelationKind.CHANGE, RelationKind.TIMES, RelationKind.BY_TIMES):
                        yield Try(
                            weight * close * (1.0 if says.apart else UNSAID), kind, now, replace(now, scopes=(other,))
                        )
                for other, close in subjects.items():
                    if other != name and (kinds := says.between(self._values.unit(name) == self._values.unit(other))):
                        for kind, part in kinds:
                            for one, back in ((now, 1.0), (before, 1.0 if says.past else UNSAID)):
                                yield Try(weight * close * part * back, kind, one, replace(one, names=(other,)))

    def _of_what(self, spoken: Spoken, at: int, wrong: Weighed) -> dict[str, float]:
        """The indicators that a number may have to do with: by its words, and those said last."""
        number, found = spoken.numbers[at], dict.fromkeys(wrong.reading.figure.named, 1.0)
        for scores in (self._subjects.of_change(spoken, at, wrong.relation), self._subjects.of_level(spoken, at)):
            best = max(scores.values(), default=0.0) or 1.0
            for name, score in [*scores.items()][:SUBJECTS]:
                found[name] = max(found.get(name, 0.0), score / best)
        for name in [*found]:
            for whole in self._subjects.wholes_of(name):
                found.setdefault(whole, found[name] * SO_SAID)
        for back, said in enumerate(spoken.topics.recent(number)[:SAID]):
            for name in said.figure.named:
                found[name] = max(found.get(name, 0.0), SO_SAID * SO_SAID**back)
        return found

    def _of_whom(self, spoken: Spoken, at: int) -> dict[str, float]:
        """The units that a number may have to do with."""
        number, topics = spoken.numbers[at], spoken.topics
        found: dict[str, float] = {}
        first = topics.units(number)[0]
        if first.weight == 1 and len(first.scopes) == 1 and self._values.units.find(topics.before(number)):
            return {first.scopes[0]: 1.0, ALL: 0.4}
        for meant in topics.units(number):
            for scope in meant.scopes:
                found[scope] = max(found.get(scope, 0.0), meant.weight)
        for code in topics.named(number):
            found.setdefault(code, 0.4)
        for each in topics.in_sentence(number)[:SAID]:
            for scope in each.scopes:
                found.setdefault(scope, 0.5)
        found.setdefault(ALL, 0.4)
        return found

    def _fits(self, name: str, number: DraftNumber) -> bool:
        return fit_of(self._values.profiles[name], number) >= COUNTER


class _Says:
    """What the words around a number leave open to say."""

    def __init__(self, values: Values, spoken: Spoken, number: DraftNumber) -> None:
        said, topics = values.words.pattern, spoken.topics
        before, segment, sentence = (
            topics.before(number), topics.around(number, SEGMENT), topics.around(number, SENTENCE)
        )  # fmt: skip
        self._number = number
        self.past = names_past(before, values.year) or bool(re.search("[由从]", before))
        self.moved = bool(said("~up~|~down~|~growth~|~decline~|~more~|~less~|~against_last~").search(segment))
        self.apart = bool(said("~apart~|~more~|~less~|~compare~|首尾|两头|倍").search(segment))
        self._each = bool(said("~for_each~|均").search(sentence + "".join(spoken.passage.heads)))

    def kinds(self, *kinds: RelationKind) -> list[RelationKind]:
        """Those of these that a number with its unit may say: multiples, or amounts."""
        is_multiple = self._number.unit == "倍"
        return [each for each in kinds if (each is not RelationKind.CHANGE) == is_multiple]

    def between(self, is_alike: bool) -> list[tuple[RelationKind, float]]:
        """What may be said of two indicators."""
        if self._number.unit in ("%", "倍"):
            return []
        if not is_alike:
            return [(RelationKind.PER, SO_SAID)] if self._each else []
        return [(RelationKind.CHANGE, SO_SAID if self.apart or self.moved else UNSAID)]
