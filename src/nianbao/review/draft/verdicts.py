"""What is wrong with a number: held against its value, against other places, against the whole it is a part of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from math import log10

from nianbao.publish.plain import exact
from nianbao.review.draft.numbers import DraftNumber
from nianbao.review.draft.numerals import last_place
from nianbao.statistics.noun import Wording


class NumberVerdict(StrEnum):
    """What a number is found to be."""

    AGREES = "agrees"
    STALE = "stale"
    FALSE_WORDING = "false_wording"
    CONTRADICTS = "contradicts"
    PARTS = "parts_do_not_sum"
    UNKNOWN = "not_in_warehouse"

    @property
    def is_deviation(self) -> bool:
        """Whether the draft says something else than the warehouse or itself; what nobody knows is no deviation."""
        return self not in (NumberVerdict.AGREES, NumberVerdict.UNKNOWN)


VERDICTS_ZH = {
    NumberVerdict.AGREES: "相符",
    NumberVerdict.STALE: "与库中不符",
    NumberVerdict.FALSE_WORDING: "措辞不实",
    NumberVerdict.CONTRADICTS: "前后矛盾",
    NumberVerdict.PARTS: "分项与合计不合",
    NumberVerdict.UNKNOWN: "库中没有",
}

Key = tuple[str, int, str, bool]
"""A figure: indicator, year, scope, and whether it is the change since the year before."""


@dataclass
class CheckedDraft:
    """A number of the draft with what it was found to be, and why, one sentence a verdict."""

    number: DraftNumber
    passage: int
    sentence: str
    section: str
    key: Key | None = None
    zh: str = ""
    unit: str = ""
    value: Decimal | None = None
    is_tagged: bool = False
    suggestion: str = ""
    verdicts: list[NumberVerdict] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def add(self, verdict: NumberVerdict, reason: str) -> None:
        """Add a verdict; a number with anything else to say of it does not agree."""
        if self.agrees:
            self.verdicts.clear()
            self.reasons.clear()
        if verdict not in self.verdicts:
            self.verdicts.append(verdict)
            self.reasons.append(reason)

    def leave_open(self) -> None:
        """Let it be of no figure that is known; what it seemed to be of comes nearest."""
        nearest = said_of(self, self.value) if self.value is not None else self.zh
        self.verdicts, self.reasons = [NumberVerdict.UNKNOWN], [f"没有与这个数对应的指标；最接近的是{nearest}"]
        self.key, self.value, self.zh, self.unit, self.suggestion = None, None, "", "", ""

    @property
    def agrees(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.verdicts == [NumberVerdict.AGREES]


def judge(wording: Wording, numeral: Decimal, value: Decimal) -> NumberVerdict:
    """A number against its value: it agrees, or its numeral is right and its wording not, or neither is."""
    if wording.is_true_of(value):
        return NumberVerdict.AGREES
    if wording.style in _WORDED and abs(value - numeral) < last_place(numeral):
        return NumberVerdict.FALSE_WORDING
    return NumberVerdict.STALE


WEAK, FAR = 0.35, 3
"""A binding this weak to a value so many times larger or smaller is no stale figure of it."""
DIGITS_TOLD, DIGITS_SHIFTED, _SHIFTS = 3, 2, (-8, -4, 4, 8)
"""How many digits a number must have to be known by them, and by how many places units of money are apart."""
_POINT, _ONE_POINT = (-2, -1, 1, 2), (-1, 1)
"""By how many places a point is set wrong; of a number with more digits, for fewer may well be another's."""
_WORDED = frozenset({"over", "near", "about", "at_least", "at_most", "above", "magnitude"})


def contradictions(checked: Iterable[CheckedDraft], year: int) -> None:
    """Mark the numbers that are said of the same figure and cannot both be true; who agrees with the value is right.

    Nobody says a figure of the year twice in a sentence, once right and once wrong, nor three times wrong in three
    ways: such numbers are of something else, whatever they seem to be of.
    """
    places: dict[Key, list[CheckedDraft]] = {}
    for one in checked:
        if one.key and not one.key[3]:
            places.setdefault(one.key, []).append(one)
    for together in places.values():
        of_another = [one for one in together if one.key and one.key[1] == year and _is_of_another(one, together)]
        for one in of_another:
            one.leave_open()
        for one in together:
            others = [each for each in together if each not in of_another and _differ(one, each)]
            if others and not one.agrees and one not in of_another:
                other = max(others, key=lambda other: other.agrees)
                one.add(NumberVerdict.CONTRADICTS, f"别处写作“{other.number.text}”：{other.sentence}")


_WRONG_WAYS = 3
"""In so many ways a figure is not told wrong where it is told right nowhere."""


def _is_of_another(one: CheckedDraft, together: Iterable[CheckedDraft]) -> bool:
    """Whether a number that is said to be wrong is another figure's, by the numbers that are said of the same one."""
    is_slip = one.value is not None and (slip_of(one.number, one.value) or is_digit_wrong(one.number, one.value))
    if one.agrees or one.is_tagged or is_slip:
        return False
    others = [other for other in together if _differ(one, other)]
    right = [other for other in others if other.agrees]
    if right:
        return any((other.passage, other.sentence) == (one.passage, one.sentence) for other in right)
    return len({other.number.numeral for other in (one, *others)}) >= _WRONG_WAYS


def _differ(one: CheckedDraft, other: CheckedDraft) -> bool:
    return not _meet(one.number.wording, other.number.wording)


@dataclass(frozen=True)
class Whole:
    """An indicator that is the sum of others; `total` is empty where the parts are shares of a hundred."""

    total: str
    parts: tuple[str, ...]


def sums(checked: Sequence[CheckedDraft], wholes: Iterable[Whole], names: dict[str, str]) -> None:
    """Mark the parts that, as they are printed, cannot add up to their printed whole."""
    for whole in wholes:
        for year, scope in sorted({(one.key[1], one.key[2]) for one in checked if one.key}):
            said = {name: _of(checked, (name, year, scope, False)) for name in (*whole.parts, whole.total) if name}
            if not all(said[name] for name in whole.parts) or (whole.total and not said[whole.total]):
                continue
            parts = [said[name][0].number.wording for name in whole.parts]
            printed = "＋".join(wording.text for wording in parts)
            hundred = Wording("100%", "exact", Decimal(100), Decimal(100), True, True)
            total = said[whole.total][0].number.wording if whole.total else hundred
            if not _meet(_added(parts), total):
                what = f"{names[whole.total]}{total.text}" if whole.total else "100%"
                blamed = [one for ones in said.values() for one in ones if not one.agrees]
                for one in blamed:
                    one.add(NumberVerdict.PARTS, f"分项{printed}相加，不等于{what}")


def _of(checked: Iterable[CheckedDraft], key: Key) -> list[CheckedDraft]:
    return [one for one in checked if one.key == key]


def _added(wordings: Sequence[Wording]) -> Wording:
    """The values that a sum may have."""
    lows = [wording.low for wording in wordings]
    highs = [wording.high for wording in wordings]
    low = None if None in lows else sum((low for low in lows if low is not None), Decimal(0))
    high = None if None in highs else sum((high for high in highs if high is not None), Decimal(0))
    return Wording("", "sum", low, high, True, True)


def _meet(one: Wording, other: Wording) -> bool:
    """Whether there is a value of which both are true."""
    return _reaches(one.low, one.low_closed, other.high, other.high_closed) and _reaches(
        other.low, other.low_closed, one.high, one.high_closed
    )


def _reaches(low: Decimal | None, low_closed: bool, high: Decimal | None, high_closed: bool) -> bool:
    return low is None or high is None or low < high or (low == high and low_closed and high_closed)


def verdict_of(one: CheckedDraft, value: Decimal) -> tuple[NumberVerdict, str]:
    """What a number is, held against a value, and why."""
    verdict = judge(one.number.wording, one.number.numeral, value)
    if verdict is NumberVerdict.AGREES:
        return verdict, ""
    wrong = f"，“{one.number.text}”的说法不成立" if verdict is NumberVerdict.FALSE_WORDING else ""
    return verdict, said_of(one, value) + wrong


def said_of(one: CheckedDraft, value: Decimal) -> str:
    """A figure with its value, in words."""
    return f"{one.zh}{one.key[1] if one.key else ''}年为{exact(value):,f}{one.unit}"


def nearness(numeral: Decimal, value: Decimal) -> float:
    """How much of the larger one of a number and a value the smaller one is, from 0 to 1."""
    small, large = sorted((abs(numeral), abs(value)))
    return float(small / large) if large else 1.0


def is_far(numeral: Decimal, value: Decimal) -> bool:
    """Whether one is more than so many times the other."""
    small, large = sorted((abs(numeral), abs(value)))
    return large > FAR * small


def is_shifted(number: DraftNumber, value: Decimal) -> bool:
    """Whether a number has the digits of a value in another unit (万元 for 元), or with the point at another place."""
    low, high = number.wording.low, number.wording.high
    digits = len(number.numeral.normalize().as_tuple().digits)
    if low is None or high is None or digits < DIGITS_SHIFTED:
        return False
    shifts = _SHIFTS + _POINT if digits > DIGITS_TOLD else (_SHIFTS if digits == DIGITS_TOLD else ()) + _ONE_POINT
    return any(low.scaleb(places) <= value <= high.scaleb(places) for places in shifts)


def slip_of(number: DraftNumber, value: Decimal | None) -> bool:
    """Whether a number is a value in which two neighbouring digits changed places, or that is in another unit."""
    if value is None:
        return False
    if is_shifted(number, value):
        return True
    if len(number.numeral.normalize().as_tuple().digits) < DIGITS_TOLD:
        return False
    pairs = _digits_beside(number, value)
    apart = [place for place, (one, other) in enumerate(pairs) if one != other]
    if len(apart) != 2:
        return False
    (one, other), (another, last) = (pairs[place] for place in apart)
    return one == last and another == other


def is_digit_wrong(number: DraftNumber, value: Decimal) -> bool:
    """Whether a number has all digits of a value but one."""
    pairs = _digits_beside(number, value)
    return len(pairs) >= DIGITS_TOLD and sum(one != other for one, other in pairs) == 1


def _digits_beside(number: DraftNumber, value: Decimal) -> list[tuple[str, str]]:
    """The digits of a number beside those of a value that is rounded as it is; none if it has more or fewer."""
    printed = number.numeral.normalize()
    place = int(printed.as_tuple().exponent)
    rounded = abs(value).quantize(Decimal(1).scaleb(place), ROUND_HALF_UP)
    one, other = (str(int(each.scaleb(-place))) for each in (printed, rounded))
    return list(zip(one, other, strict=True)) if len(one) == len(other) else []


def information(number: DraftNumber) -> float:
    """How many digits of a number tell it from others."""
    low, high = number.wording.low, number.wording.high
    if low is None or high is None or not number.numeral:
        return 0.0
    return max(0.0, log10(abs(number.numeral) / max(high - low, Decimal(1) if low == high else high - low)))
