"""The plain number: rounded once, half up, and true of just the values that round to it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from nianbao.statistics.noun import TEN_THOUSAND, Noun, Wording
from nianbao.statistics.numerals import decimals, round_to_place

_MOST_PLACES = 9


def exact(value: Decimal, digits: int | None, noun: Noun) -> Wording:
    """The number with these decimals of its 万 (for a rate, of itself); without, with those the report prints."""
    if noun.is_percent:
        return _rounded(value, 0, _telling(value, _places(digits, 0, noun)), digits, noun)
    large = TEN_THOUSAND if abs(value) >= 10**TEN_THOUSAND else 0
    power = noun.power(value) if digits is None else large
    if power:
        return _rounded(value, power, _places(digits, power, noun), digits, noun)
    whole = +value.to_integral_value()
    if value == whole:
        # Without 万 a whole number stands for itself, whatever decimals it would have had in 万.
        return Wording(noun.before + noun.print(whole) + noun.word, "exact", whole, whole, True, True)
    # A fraction keeps a decimal: without one it would look like a number that somebody counted.
    return _rounded(value, 0, max(_places(digits, 0, noun), 1), digits, noun, least=1)


def in_table(value: Decimal, places: int, scale: int) -> Wording:
    """The number as a table shows it: divided by the scale of its column, with its decimals and separators."""
    rounded = round_to_place(value / scale, -places, ROUND_HALF_UP)
    half = Decimal(5).scaleb(-places - 1)
    return Wording(
        f"{rounded:,.{places}f}", "table", (rounded - half) * scale, (rounded + half) * scale, rounded > 0, rounded < 0
    )


def _places(digits: int | None, power: int, noun: Noun) -> int:
    if digits is not None:
        return digits
    return 2 if noun.is_audit or (noun.is_money and not power) else 1


def _telling(rate: Decimal, places: int) -> int:
    """As many decimals as keep a rate that is not 0% or 100% from being printed as one of them."""
    while rate not in (0, 100) and round_to_place(rate, -places, ROUND_HALF_UP) in (0, 100) and places < _MOST_PLACES:
        places += 1
    return places


def _rounded(value: Decimal, power: int, places: int, digits: int | None, noun: Noun, least: int = 0) -> Wording:
    """The value rounded at a decimal of its 万 (power 4) or 亿 (8), with the values that round to what is printed."""
    rounded = round_to_place(value, power - places, ROUND_HALF_UP)
    if _drops_zeros(digits, rounded == value, noun):
        places = max(decimals(rounded.normalize().scaleb(-power)), least)
    half = Decimal(5).scaleb(power - places - 1)
    text = noun.before + noun.print(rounded.scaleb(-power), power, places) + noun.word
    # Half up is away from zero: 0.05 counts to 0.1, and -0.05 to -0.1.
    return Wording(text, "exact", rounded - half, rounded + half, rounded > 0, rounded < 0)


def _drops_zeros(digits: int | None, is_lossless: bool, noun: Noun) -> bool:
    """Rates keep the decimals that were asked for, the audit report those that it has; nothing else any in vain."""
    if noun.is_percent:
        return digits is None and not noun.is_audit and is_lossless
    return not noun.is_audit if noun.is_money else is_lossless
