"""The plain number: rounded once, half up, and true of just the values that round to it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from nianbao.statistics.noun import TEN_THOUSAND, Noun, Wording
from nianbao.statistics.numerals import decimals, round_to_place


def exact(value: Decimal, digits: int | None, noun: Noun) -> Wording:
    """The number with these decimals of its 万 (for a rate, of itself); without, with those the report prints."""
    if digits is None:
        power = noun.power(value)
    else:
        power = TEN_THOUSAND if abs(value) >= 10**TEN_THOUSAND and not noun.is_percent else 0
    if power or noun.is_percent:
        return _rounded(value, power, digits, noun)
    if value == value.to_integral_value():
        # Without 万 a whole number stands for itself, whatever decimals money or 万 would have had.
        return Wording(noun.before + noun.print(value + 0) + noun.word, "exact", value, value, True, True)
    # A fraction keeps a decimal: without one it would look like a number that somebody counted.
    return _rounded(value, 0, digits and max(digits, 1), noun, least=1)


def _rounded(value: Decimal, power: int, digits: int | None, noun: Noun, least: int = 0) -> Wording:
    """The value rounded at a decimal of its 万 (power 4) or 亿 (8), with the values that round to what is printed."""
    places = digits
    if places is None:
        places = 2 if noun.is_audit or (noun.is_money and not power) else 1
    rounded = round_to_place(value, power - places, ROUND_HALF_UP) + 0
    shown = rounded.scaleb(-power)
    if digits is None and not (noun.is_audit and (noun.is_money or noun.is_percent)):
        shown = _without_zeros(shown, least)
    half = Decimal(5).scaleb(power - decimals(shown) - 1)
    text = noun.before + noun.print(shown, power) + noun.word
    # Half up is away from zero: 0.05 counts to 0.1, and -0.05 to -0.1.
    return Wording(text, "exact", rounded - half, rounded + half, rounded > 0, rounded < 0)


def _without_zeros(shown: Decimal, least: int) -> Decimal:
    """The number without the zeros at its end, but with at least so many decimals."""
    short = shown.normalize()
    return short if decimals(short) >= least else round_to_place(short, -least, ROUND_HALF_UP)
