"""One weighing of all that a number may say: what shows it wrong against all that would make it true.

A claim is one of its readings, rightly said or wrongly, or something that nobody knows. How likely each reading is,
its words tell; how a number misses a reading tells how likely it was meant and said wrongly: few say any number at
all, many say last year's, one with a digit slipped, or a change the wrong way. The chance that a number meets what it
is not said of is the smaller, the more digits it tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import exp, log

from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.readings import TARGET, Readings, Weighed
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.scores import CHANGE_UNITS, may_change_by
from nianbao.review.draft.spoken import Met, Spoken
from nianbao.review.draft.subjects import Subjects
from nianbao.review.draft.values import Values
from nianbao.review.draft.verdicts import information, is_digit_wrong, nearness, slip_of


class Fault(StrEnum):
    """How a number misses what a reading says."""

    DIRECTION = "direction"
    SLIP = "slip"
    DIGIT = "digit"
    YEAR = "year"
    NEAR = "near"
    APART = "apart"
    FAR = "far"
    PLACE = "place"
    FLAT = "flat"
    MOVED = "moved"
    UNITS = "units"


# All of these are logarithms of odds, fitted together on labelled drafts (tests/review/claims), a third left out.
SHARPNESS, CHANCE = 2.1, 0.46
"""How much surer a reading twice as likely by its words is, and how much a digit more or less tells."""
FAULTS: Mapping[Fault, float] = {
    Fault.DIRECTION: -0.7, Fault.SLIP: -1.2, Fault.DIGIT: -2.2, Fault.YEAR: -1.6,
    Fault.NEAR: -0.7, Fault.APART: -2.2, Fault.FAR: -4.8,
    Fault.PLACE: -2.1, Fault.FLAT: -2.7, Fault.MOVED: -1.6, Fault.UNITS: -1.8,
}  # fmt: skip
"""How likely a reading is meant that a number misses so; where digits tell nothing of it, less with each digit."""
_BY_CHANCE = frozenset(Fault) - {Fault.DIRECTION, Fault.SLIP, Fault.DIGIT, Fault.YEAR}
UNEXPLAINED, FOR_EACH, UNSAID_PART = -1.6, -1.3, -2.0
"""What is taken from a reading that the number's own words do not speak of, that is so much for each person, or of a
part that nothing names."""
SURELY_NAMED, FOR_NAMED, OTHER_NAMED = 0.4, 0.6, -1.8
"""How likely a reading must be to be what words name, and what is then taken from one so much less likely."""
GUESSED, MET, METS = 1.5, -3.8, 0.85
"""What is added to readings that may only agree, and to a figure that is met whatever it is called."""
UNKNOWN, VAGUE, GOES_ON, GOES_ON_ALONE, RANKED, NO_VALUE = -5.9, 2.3, 2.1, 4.5, 0.8, -3.7
"""How likely something is said that no indicator stands for, and more so of small numbers in characters, of places, and
of what goes on from it, most of all without words of its own; and a figure that nobody reported."""
CLOSE, NOT_FAR = 0.7, 0.2
"""From which part of the larger one a number and a value are near, and not far from each other."""
YEAR_TOLD = 1.0
"""How many digits a number must tell to be known as last year's."""
BY_WORD: Mapping[NumberKind, float] = {
    NumberKind.RANK: 1 / 8, NumberKind.FLAT: 0.3, NumberKind.MOVED: 0.5, NumberKind.MEMBER: 0.5,
}  # fmt: skip
"""How likely a word is true by chance."""
_OF_WORDS = {NumberKind.RANK: Fault.PLACE, NumberKind.FLAT: Fault.FLAT, NumberKind.MOVED: Fault.MOVED}


@dataclass(frozen=True)
class Upshot:
    """What a number was found to say: what it agrees with or is shown wrong by; or what nobody reported, or is near."""

    shown: Weighed | None = None
    missing: Weighed | None = None
    near: Weighed | None = None


@dataclass(frozen=True)
class Weighing:
    """Weighs what numbers may say."""

    _values: Values
    _readings: Readings
    _subjects: Subjects

    def of(self, spoken: Spoken, at: int, relation: DraftRelation, read: Sequence[Weighed]) -> Upshot:
        """What a number says, of all that it may be read as."""
        number = spoken.numbers[at]
        chance = CHANCE * log(_chance(number))
        unknown = self._unknown(spoken, number, relation) + chance
        known = [each for each in read if each.reading.value is not None]
        lacking = [
            (self._weight(spoken, number, each) + NO_VALUE + chance, each)
            for each in read
            if each.reading.value is None
        ]
        agreeing = [(self._agreeing(spoken, number, each), each) for each in known if each.reading.is_true]
        agreeing += [(weight, each) for weight, each in self._met(number, spoken.met[at], relation)]
        levels = [each for each in known if not each.is_guess and not self._values.is_change(each.reading.key[0])]
        named = max(levels, key=lambda each: each.weight, default=None)
        agreeing = [(weight + self._confused(spoken, number, named, each), each) for weight, each in agreeing]
        against = [
            (self._against(spoken, number, each, chance), each)
            for each in known
            if not each.reading.is_true and not each.is_guess and self._may_object(spoken, number, each)
        ]
        together = [unknown, *(weight for weight, _ in (*lacking, *agreeing))]
        is_wrong = sum(exp(weight) for weight, _ in against) > sum(map(exp, together))
        if is_wrong:
            return Upshot(_likeliest(against))
        weight, missing = max(lacking, key=lambda each: each[0], default=(unknown, None))
        unsure = max(weight, unknown)
        weight, true = max(agreeing, key=lambda each: each[0], default=(unsure, None))
        near = max(known, key=lambda each: each.weight, default=None)
        return Upshot(true if weight >= unsure else None, missing if weight > unknown else None, near)

    def _weight(self, spoken: Spoken, number: DraftNumber, read: Weighed) -> float:
        """How likely a reading is by its words."""
        is_unexplained = self._subjects.has_own_words(spoken, number) and not self._subjects.explains(
            spoken, number, read.reading.figure.named
        )
        return SHARPNESS * log(max(read.weight, 1e-6)) + (UNEXPLAINED if is_unexplained else 0.0)

    def _agreeing(self, spoken: Spoken, number: DraftNumber, read: Weighed) -> float:
        return self._weight(spoken, number, read) + (GUESSED if read.is_guess else 0.0)

    def _confused(self, spoken: Spoken, number: DraftNumber, named: Weighed | None, read: Weighed) -> float:
        """What is taken from a true reading of one indicator where the number's own words name another one."""
        if named is None or named.weight < SURELY_NAMED or read.weight >= FOR_NAMED * named.weight:
            return 0.0
        one, other = (each.reading.key[0].removeprefix(TARGET) for each in (named, read))
        figure, said = read.reading.figure, {each.name for each in spoken.topics.in_sentence(number)}
        is_share = figure.is_share and not said.issuperset(figure.named)
        if one == other or (read.reading.key[3] and not is_share):
            return 0.0
        return OTHER_NAMED if self._subjects.names_other(spoken, number, one, other) else 0.0

    def _against(self, spoken: Spoken, number: DraftNumber, read: Weighed, chance: float) -> float:
        fault = self._fault(number, read)
        by_chance = chance if fault in _BY_CHANCE else 0.0
        is_unsaid = self._subjects.is_unsaid_part(spoken, number, read.reading.key[0])
        is_for_each = "/" in self._values.figures.project.indicators[read.reading.key[0]].unit
        less = FOR_EACH * is_for_each + UNSAID_PART * is_unsaid
        return self._weight(spoken, number, read) + FAULTS[fault] + by_chance + less

    def _fault(self, number: DraftNumber, read: Weighed) -> Fault:
        """How a number misses a reading."""
        value, told = read.reading.value or Decimal(0), information(number)
        if read.relation.kind is RelationKind.COUNT:
            return Fault.UNITS
        if number.wording.is_true_of(abs(value)):
            return Fault.DIRECTION
        if number.kind in _OF_WORDS:
            return _OF_WORDS[number.kind]
        if slip_of(number, value):
            return Fault.SLIP
        if told >= YEAR_TOLD and self._is_of_other_year(number, read):
            return Fault.YEAR
        if is_digit_wrong(number, value):
            return Fault.DIGIT
        near = nearness(number.numeral, value)
        is_told = told >= YEAR_TOLD or not number.is_vague
        return Fault.NEAR if near >= CLOSE and is_told else Fault.APART if near >= NOT_FAR else Fault.FAR

    def _is_of_other_year(self, number: DraftNumber, read: Weighed) -> bool:
        name, year, scope, is_change = read.reading.key
        other = self._values.of(name, self._values.year - (year == self._values.year), scope)
        is_target = name.startswith(TARGET)  # which may well be said of the year it was declared in, or of the next
        return not (is_change or is_target) and other is not None and number.wording.is_true_of(other)

    def _met(self, number: DraftNumber, met: Sequence[Met], relation: DraftRelation) -> Iterator[tuple[float, Weighed]]:
        """What a number is true of whatever it is called, and how likely that is by chance of words alone."""
        for each in met:
            is_moved = each.kind is RelationKind.CHANGE and each.other and each.other.year != each.one.year
            said = DraftRelation(each.kind, relation.sign if is_moved else 0)
            reading = self._readings.read(number, said, each.one, each.other)
            if reading.is_true:
                yield MET + METS * log(10) * (each.evidence - information(number)), Weighed(reading, 0.0, said)

    def _unknown(self, spoken: Spoken, number: DraftNumber, relation: DraftRelation) -> float:
        """How likely a number says something that no indicator stands for."""
        goes_on = spoken.topics.goes_on_from_unknown(number)
        has_own = self._subjects.has_own_words(spoken, number)
        carried = 0.0 if not goes_on else GOES_ON if has_own else GOES_ON_ALONE
        ranked = RANKED if number.kind is NumberKind.RANK else 0.0
        is_vague = number.is_vague and (relation.kind is RelationKind.LEVEL or number.kind is NumberKind.MOVED)
        return UNKNOWN + (VAGUE if is_vague else 0.0) + carried + ranked

    def _may_object(self, spoken: Spoken, number: DraftNumber, read: Weighed) -> bool:
        """Whether a reading may show a number wrong: not what counts units as such,
        nor what is so many a day, nor what is counted in another unit."""
        if read.relation.kind is not RelationKind.COUNT and spoken.topics.is_of_units(number):
            return False
        is_level = read.relation.kind is RelationKind.LEVEL
        if number.is_vague and number.numeral == 1 and number.kind is NumberKind.COUNT and is_level:
            return False  # 一个 of 一个都不能少 counts nothing
        changes = self._values.figures.project.indicators[read.reading.key[0]].change_of
        if changes and number.kind is NumberKind.COUNT and number.unit not in CHANGE_UNITS:
            return False
        is_amount = read.relation.kind in (RelationKind.LEVEL, RelationKind.CHANGE, RelationKind.GAP)
        if is_amount and not may_change_by(self._values.profiles[read.reading.key[0]], number):
            return False
        return not spoken.topics.is_by_time(number)


def _likeliest(weighed: Sequence[tuple[float, Weighed]]) -> Weighed:
    """The likeliest reading, of those that say the same value together; the value of an indicator first."""
    together: dict[str, float] = {}
    for weight, each in weighed:
        value = _rounded(each)
        together[value] = together.get(value, 0.0) + exp(weight)
    best = max(together, key=lambda value: together[value])
    alike = [(weight, each) for weight, each in weighed if _rounded(each) == best]
    return max(alike, key=lambda each: (not each[1].reading.key[3], each[0]))[1]


def _rounded(read: Weighed) -> str:
    """The value of a reading as far as two are told apart."""
    return f"{read.reading.value or 0:.3g}"


def _chance(number: DraftNumber) -> float:
    """How likely a number meets by chance what it is not said of."""
    return BY_WORD.get(number.kind) or min(max(10.0 ** -information(number), 1e-7), 0.9)
