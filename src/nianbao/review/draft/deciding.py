"""Whether a number agrees, deviates, or cannot be checked, by its readings and how likely they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import log10

from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.possible import Weighed
from nianbao.review.draft.readings import TARGET
from nianbao.review.draft.relations import RelationKind
from nianbao.review.draft.spoken import Spoken
from nianbao.review.draft.subjects import Subjects
from nianbao.review.draft.values import Values
from nianbao.review.draft.verdicts import is_near, nearness, slip_of

ESTABLISHED, ESTABLISHED_LEVEL, ESTABLISHED_NEAR, ESTABLISHED_BY_SLIP = 0.3, 0.5, 0.14, 0.1
"""How likely a reading must be to object to a number: a level more than what is computed, less where its value is near,
least where the number is a slip of it."""
APART = 1.4
"""How much likelier than any other figure it must be, unless it is twice as likely as it needs."""
UNLIKE = 0.2
"""How near a value must be to a number for it to show it wrong that is no surer than others."""
SAME = 0.9999
"""How near to one another two readings are that say the same."""
NO_LESS = 0.6
"""How near to what is not known another reading must come to be judged instead."""
COMES_NEAR = 0.6
"""How much less likely than the likeliest one a reading with a near value may be."""
FOR_NAMED = 0.6
"""How near to the likeliest one the reading of another indicator must come where the words name just that one."""
SLIPPED = 0.5
"""The same of a number that is a slip of the likeliest one."""
ENOUGH = (0.75, 0.5, 0.25, 0.2, 0.15)
"""How near to the likeliest reading one must come that the number is true of, by how many digits it has."""


@dataclass(frozen=True)
class Deciding:
    """Decides what readings show of a number that none of them is true of."""

    _values: Values
    _subjects: Subjects

    def agrees(self, spoken: Spoken, number: DraftNumber, best: Weighed, true: Weighed) -> bool:
        """Whether a reading that a number is true of is as near to the likeliest one as it needs."""
        one, other = best.reading.key[0], true.reading.key[0]
        is_unlikely = best.weight >= ESTABLISHED_LEVEL and true.weight < FOR_NAMED * best.weight
        if is_unlikely and one != other and self._subjects.names_other(spoken, number, one, other):
            return False
        return true.weight >= enough(number, best) * best.weight

    def missing(self, number: DraftNumber, read: Sequence[Weighed], best: Weighed | None) -> str:
        """What is not known that a number most likely says."""
        first = next((each for each in read if not each.is_guess), None)
        if first is None or first.reading.value is not None or first.weight < ESTABLISHED:
            return ""
        if number.is_vague or number.kind is not NumberKind.COUNT:
            return ""
        if best and best.weight >= NO_LESS * first.weight:
            return ""
        name, year, _, is_change = first.reading.key
        return f"库中没有{self._values.figures.project.indicators[name].zh}" + (
            "的可比数" if is_change else f"{year}年的数"
        )

    def objection(self, spoken: Spoken, number: DraftNumber, likely: Sequence[Weighed]) -> Weighed | None:
        """The reading that shows a number wrong: a slip of it, a near one, or one that leaves no doubt."""
        likely = [each for each in likely if not each.is_guess]
        if not likely:
            return None
        best = likely[0]
        if number.is_vague and number.numeral == 1 and number.kind is NumberKind.COUNT:
            return None  # 一个 of 一个都不能少 counts nothing
        if spoken.topics.is_of_units(number) or spoken.topics.is_by_time(number):
            return None
        is_count = number.kind is NumberKind.COUNT and not number.is_vague
        for each in likely if is_count else ():
            if each.weight >= ESTABLISHED_BY_SLIP and self._is_slip(number, each):
                return each
        if self._subjects.has_own_words(spoken, number):
            likely = [
                each
                for each in likely
                if (each.weight >= ESTABLISHED and not self._is_for_each(each))
                or self._subjects.explains(spoken, number, each.reading.figure.named)
            ]
        elif spoken.topics.goes_on_from_unknown(number):
            return None
        if not likely:
            return None
        best = likely[0]
        near = [each for each in likely if each.weight >= max(ESTABLISHED_NEAR, COMES_NEAR * best.weight)]
        near = [each for each in near if is_near(number.numeral, each.reading.value or Decimal(0))]
        if near and is_count:
            return max(near, key=lambda each: each.weight * nearness(number.numeral, each.reading.value or Decimal(0)))
        thing = self._thing(best.reading.key[0])
        own = best.reading.value or Decimal(0)
        other = next(
            (
                each.weight
                for each in likely
                if self._thing(each.reading.key[0]) != thing and nearness(each.reading.value or Decimal(0), own) < SAME
            ),
            0.0,
        )
        needed = (
            ESTABLISHED_LEVEL
            if best.relation.kind is RelationKind.LEVEL and number.kind is NumberKind.COUNT
            else ESTABLISHED
        )
        if (
            number.kind is NumberKind.COUNT
            and nearness(number.numeral, own) < UNLIKE
            and not self._is_moved_point(number, own)
        ):
            needed *= 2
        is_sure = best.weight >= (2 * needed if number.is_vague and number.kind is NumberKind.COUNT else needed)
        return best if is_sure and (best.weight >= APART * other or best.weight >= 2 * needed) else None

    def _is_moved_point(self, number: DraftNumber, value: Decimal) -> bool:
        """Whether a number is a value ten or a hundred times as large or small."""
        low, high = number.wording.low, number.wording.high
        return any(
            low is not None and high is not None and low.scaleb(places) <= abs(value) <= high.scaleb(places)
            for places in (-2, -1, 1, 2)
        )

    def _is_for_each(self, read: Weighed) -> bool:
        """Whether a reading is so much for each person, which half a name may say of anything (人均……)."""
        return "/" in self._values.figures.project.indicators[read.reading.key[0]].unit

    def _thing(self, name: str) -> str:
        """What an indicator is about, whether it is planned or came about."""
        indicators = self._values.figures.project.indicators
        return indicators.get(name.removeprefix(TARGET), indicators[name]).zh.removesuffix("预算")

    def _is_slip(self, number: DraftNumber, read: Weighed) -> bool:
        """Whether a number is a known slip of a level: of its digits or its unit, or the figure of another year."""
        if read.relation.kind is not RelationKind.LEVEL:
            return False
        if slip_of(number, read.reading.value):
            return True
        if read.reading.key[3]:
            return False
        name, year, scope, _ = read.reading.key
        values = (
            self._values.of(name, other, scope) for other in (self._values.year - 1, self._values.year) if other != year
        )
        is_of_another = any(value is not None and number.wording.is_true_of(value) for value in values)
        return is_of_another and digits_of(number) >= (2 if read.weight < ESTABLISHED else 1)


def enough(number: DraftNumber, best: Weighed) -> float:
    """How near to the likeliest reading one must come that a number is true of; nearer where it is a slip of that."""
    is_level = number.kind is NumberKind.COUNT and best.relation.kind is RelationKind.LEVEL
    if is_level and best.weight >= ESTABLISHED and slip_of(number, best.reading.value):
        return SLIPPED
    return ENOUGH[1 if number.kind is NumberKind.FLAT else min(digits_of(number), len(ENOUGH) - 1)]


def information(number: DraftNumber) -> float:
    """How many digits of a number tell it from others."""
    low, high = number.wording.low, number.wording.high
    if low is None or high is None or not number.numeral:
        return 0.0
    return max(0.0, log10(abs(number.numeral) / max(high - low, Decimal(1) if low == high else high - low)))


def digits_of(number: DraftNumber) -> int:
    """How many digits a number has beyond the first that tell it from others."""
    low, high = number.wording.low, number.wording.high
    if number.kind is not NumberKind.COUNT or low is None or high is None:
        return 0
    if low == high:
        return len(number.numeral.normalize().as_tuple().digits) - 1
    return max(0, int(log10(max(abs(number.numeral) / (high - low), Decimal(1)))))
