"""Truthful Chinese wording of numbers, chosen by rule: no wording says more than the value behind it.

A style proposes wordings, each with the interval of the values it is true of; the first one that is true of the value
is printed, and the plain number always is. The rules: docs/methods/wording.zh-CN.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from nianbao.statistics.exact import exact
from nianbao.statistics.noun import HUNDRED_MILLION, SCALES, TEN_THOUSAND, Noun, Wording
from nianbao.statistics.numerals import characters, counted, last_place, round_to_digits, round_to_place

__all__ = ["STYLES", "Wording", "parse_wording", "word"]

# By convention 近 is at least 95% of its numeral, and 约 at most 5% away from it.
NEAR_FROM = Decimal("0.95")
ABOUT_WITHIN = Decimal("0.05")
# A rounded numeral is no further than this from its value, so that two years are not told apart by rounding alone.
ROUNDED_WITHIN = Decimal("0.01")
# So close below a round number the nearer side is printed: 近100万, not 99万多.
ALMOST_FROM = Decimal("0.99")
DEFAULT_DIGITS = 2

_LARGE_MONEY = {"万元": TEN_THOUSAND, "亿元": HUNDRED_MILLION}

_RANKS = frozenset({"等", "等奖", "类", "级", "档"})
_SPEC = re.compile(r"(?P<style>[a-z_]+)(?:\s+(?P<digits>[0-9]))?(?:\s+(?P<word>[^\x00-\x7f万亿]\S*))?")


def parse_wording(spec: str) -> tuple[str, int | None, str | None]:
    """Read what a binding says after its bar, `over 3`, `exact 1 名`, `ordinal 届`, as (style, digits, classifier).

    Raises:
        ValueError: the style is unknown, or the digits do not belong to it.
    """
    if not spec.strip():
        return "exact", None, None
    match = _SPEC.fullmatch(spec.strip())
    if match is None:
        raise ValueError(f"wording {spec!r} is not like: over 3, exact 1 名, ordinal 届")
    digits = int(match["digits"]) if match["digits"] else None
    _check(match["style"], digits)
    return match["style"], digits, match["word"]


def word(
    value: Decimal,
    unit: str,
    style: str = "exact",
    digits: int | None = None,
    word_: str | None = None,
    publication_style: str = "work",
    earlier: Iterable[Decimal] = (),
) -> Wording:
    """The value in words of this style, or, where those would not be true of it, in words that are.

    `digits` are decimals for `exact` and significant digits for the other styles; `word_` is the classifier where it
    is not the unit; `publication_style`, work or audit, is how the report prints money and rates. `earlier` are the
    values of the years before, the oldest first: a year is rounded at the place of the one before where it can be.

    Raises:
        ValueError: the style is unknown, or the digits do not belong to it.
    """
    _check(style, digits)
    for large, power in _LARGE_MONEY.items():
        if unit.startswith(large):  # 3.5 of 万元 are 3.5万元, and not 3.5万万元 when there are many
            small = [each.scaleb(power) for each in earlier]
            said = word(value.scaleb(power), unit[1:], style, digits, word_, publication_style, small)
            low, high = (None if bound is None else bound.scaleb(-power) for bound in (said.low, said.high))
            return replace(said, low=low, high=high)
    noun = Noun.of(unit, None if style == CHANGE else word_, publication_style)
    if style in _KEEP_PLACE and value > 0:
        digits = digits_beside(value, style, digits or DEFAULT_DIGITS, earlier)
    return next(wording for wording in _proposed(value, noun, style, digits) if wording.is_true_of(value))


def digits_beside(value: Decimal, style: str, digits: int, earlier: Iterable[Decimal]) -> int:
    """The significant digits that put a value at the place at which the years before it were rounded.

    Each year keeps the place of the year before, unless that leaves it none of its own digits, more than it asks for by
    two, or, with 约, a numeral further than about 1 % from it.
    """
    place: int | None = None
    for each in (*(known for known in earlier if known > 0), value):
        own = digits
        while style == "about" and _is_far(each, own):
            own += 1
        kept = None if place is None else each.adjusted() - place + 1
        fits = kept is not None and 1 <= kept <= own + 2 and not (style == "about" and _is_far(each, kept))
        count = kept if fits and kept is not None else own
        place = each.adjusted() - count + 1
    return count


def _is_far(value: Decimal, digits: int) -> bool:
    numeral = round_to_digits(value, digits, ROUND_HALF_UP)
    return abs(numeral - value) > ROUNDED_WITHIN * value


def _check(style: str, digits: int | None) -> None:
    if style not in (*STYLES, CHANGE):
        raise ValueError(f"style {style!r} is none of: {', '.join(STYLES)}")
    least = 0 if style in ("exact", CHANGE) else 1
    if digits is not None and (style in _WHOLE or not least <= digits <= 9):
        raise ValueError(f"style {style!r} does not take {digits} digits")


def _proposed(value: Decimal, noun: Noun, style: str, digits: int | None) -> Iterator[Wording]:
    if style == CHANGE:
        yield _change(value, digits, noun)
    elif style in _ROUND and value > 0:
        yield from _ROUND[style](value, digits or DEFAULT_DIGITS, noun)
    elif style in _WHOLE:
        yield from _whole(value, noun, style)
    yield exact(value, digits if style == "exact" else None, noun)


def _over(value: Decimal, digits: int, noun: Noun) -> Iterator[Wording]:
    return _above(value, digits, noun) if noun.is_percent else _with_mark(value, digits, noun, "over", "多")


def _more(value: Decimal, digits: int, noun: Noun) -> Iterator[Wording]:
    return _above(value, digits, noun) if noun.is_percent else _with_mark(value, digits, noun, "more", "余")


def _with_mark(value: Decimal, digits: int, noun: Noun, style: str, mark: str) -> Iterator[Wording]:
    """多 and 余 follow a round numeral (30多万, 270多) or its 万 (3万多, 3.4万多); any other first gives up digits."""
    if round_to_digits(value, digits, ROUND_FLOOR) == value:
        return
    if (almost := round_to_digits(value, 1, ROUND_CEILING)) > value >= ALMOST_FROM * almost:
        text = f"{noun.before}近{_small_or_scaled(almost, noun)}{noun.word}"
        yield Wording(text, "near", NEAR_FROM * almost, almost, True, False)
    for kept in range(digits, 0, -1):
        numeral = round_to_digits(value, kept, ROUND_FLOOR)
        place, power = last_place(numeral.normalize()), noun.power(numeral)
        if place > power:
            ending = mark + SCALES[power]
        elif power and place >= power - 1:
            ending = SCALES[power] + mark
        else:
            continue
        text = noun.before + noun.print(numeral.normalize().scaleb(-power)) + ending + noun.word
        yield Wording(text, style, numeral, numeral + Decimal(1).scaleb(place), False, False)


def _near(value: Decimal, digits: int, noun: Noun) -> Iterator[Wording]:
    numeral = round_to_digits(value, digits, ROUND_CEILING)
    text = f"{noun.before}近{_small_or_scaled(numeral, noun)}{noun.word}"
    yield Wording(text, "near", NEAR_FROM * numeral, numeral, True, False)
    yield from _over(value, max(digits, DEFAULT_DIGITS), noun)


def _about(value: Decimal, digits: int, noun: Noun) -> Iterator[Wording]:
    for enough in (digits, DEFAULT_DIGITS):
        numeral = round_to_digits(value, enough, ROUND_HALF_UP)
        low, high = numeral * (1 - ABOUT_WITHIN), numeral * (1 + ABOUT_WITHIN)
        yield Wording(f"{noun.before}约{_small_or_scaled(numeral, noun)}{noun.word}", "about", low, high, True, True)


def _small_or_scaled(numeral: Decimal, noun: Noun) -> str:
    """Up to ten in characters, as the language has it (近一个月, 约三年); everything else in digits."""
    if noun.is_money or noun.is_percent or numeral > 10 or numeral % 1:
        return noun.scaled(numeral)
    return counted(int(numeral))


def _at_least(value: Decimal, digits: int, noun: Noun) -> Iterator[Wording]:
    numeral = round_to_digits(value, digits, ROUND_FLOOR)
    # Of a whole nobody says 100%以上.
    if not (noun.is_percent and value == 100):
        text = f"{noun.before}{noun.scaled(numeral)}{noun.word}以上"
        yield Wording(text, "at_least", numeral, None, True, False)


def _above(value: Decimal, digits: int, noun: Noun) -> Iterator[Wording]:
    numeral = round_to_digits(value, digits, ROUND_FLOOR)
    yield Wording(f"{noun.before}超{noun.scaled(numeral)}{noun.word}", "above", numeral, None, False, False)


def _change(value: Decimal, digits: int | None, noun: Noun) -> Wording:
    """A change over the year before, by its sign: 比上年增长12.5%, 增长11.5倍, 降低1.2个百分点, 与上年持平."""
    places = 1 if digits is None else digits
    rounded = round_to_place(value, -places, ROUND_HALF_UP)
    half = Decimal(5).scaleb(-places - 1)
    if not rounded:
        return Wording("与上年持平", "change", -half, half, False, False)
    if noun.is_percent and rounded >= _TIMES_FROM:
        times, half = round_to_place(value / 100, -places, ROUND_HALF_UP), half * 100
        return Wording(
            f"比上年增长{noun.print(times, 0, places)}倍", "change", times * 100 - half, times * 100 + half, True, False
        )
    more, less = ("增长", "下降") if noun.is_percent else ("提高", "降低")
    text = f"比上年{more if rounded > 0 else less}{noun.print(abs(rounded), 0, places)}{noun.word}"
    return Wording(text, "change", rounded - half, rounded + half, rounded > 0, rounded < 0)


def _ordinal(number: int, classifier: str) -> str:
    return f"第{characters(number)}{classifier}"


def _chinese(number: int, classifier: str) -> str:
    return (characters(number) if classifier in _RANKS else counted(number)) + classifier


def _first(_: int, classifier: str) -> str:
    return f"首{classifier}"


def _whole(value: Decimal, noun: Noun, style: str) -> Iterator[Wording]:
    """The styles for whole numbers; 首 is said of one, 第 from one on."""
    if noun.is_percent or value % 1 or value < (style != "chinese") or (style == "first" and value != 1):
        return
    yield Wording(noun.before + _WHOLE[style](int(value), noun.word), style, value, value, True, True)


_ROUND: dict[str, Callable[[Decimal, int, Noun], Iterator[Wording]]] = {
    "over": _over,
    "more": _more,
    "near": _near,
    "about": _about,
    "at_least": _at_least,
    "above": _above,
}
_WHOLE: dict[str, Callable[[int, str], str]] = {"ordinal": _ordinal, "chinese": _chinese, "first": _first}
_KEEP_PLACE = frozenset({"over", "more", "about"})
"""The styles whose numeral moves with its place; 近, 超 and 以上 name a bound that the declaration chose."""
STYLES = ("exact", *_ROUND, *_WHOLE)
_TIMES_FROM = 1000
"""From so many per cent on nobody reads a growth as such: it is told in multiples."""

CHANGE = "change"
"""The style of what has changed over the year before; it is for per cent and percentage points alone."""
