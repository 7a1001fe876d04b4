"""Numerals: numbers in Chinese characters, and numbers rounded to so many digits."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = "零一二三四五六七八九"
_POWERS = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))
_PAIR = re.compile(r"^二(?=[千万亿]|$)")


def characters(number: int) -> str:
    """A whole number from zero up in Chinese characters, as it stands in an ordinal: 二, 十七, 一百零三."""
    read = _read(number)
    return read[1:] if read.startswith("一十") else read


def counted(number: int) -> str:
    """The characters as they stand before what is counted, with 两 where Chinese wants it: 两, 十二, 两千零二."""
    return _PAIR.sub("两", characters(number))


def _read(number: int) -> str:
    for power, name in _POWERS:
        if number >= power:
            high, low = divmod(number, power)
            gap = "零" if low < power // 10 else ""
            return _read(high) + name + (gap + _read(low) if low else "")
    return _DIGITS[number]


def round_to_digits(value: Decimal, digits: int, rounding: str) -> Decimal:
    """A positive number with this many significant digits; one that has fewer stays as it is."""
    place = value.adjusted() - digits + 1
    return round_to_place(value, place, rounding) if place > last_place(value) else value


def round_to_place(value: Decimal, place: int, rounding: str) -> Decimal:
    """The number rounded at a power of ten (-1 is one decimal, 4 is whole 万), in plain digits; a zero has no sign."""
    return value.quantize(Decimal(1).scaleb(place), rounding) + Decimal(0)


def decimals(number: Decimal) -> int:
    """How many decimals the number is written with."""
    return max(0, -last_place(number))


def last_place(number: Decimal) -> int:
    """The power of ten of the last digit that the number is written with.

    Raises:
        ValueError: the number is infinite or not a number.
    """
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{number} cannot be printed")
    return exponent
