"""Numerals as people write them: full-width digits, blanks of a scanner inside numbers, Chinese characters."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

CHARACTERS = "〇零一二两三四五六七八九十百千万亿"
SCALES = {"": 1, "十": 10, "百": 10**2, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7,
          "亿": 10**8, "万亿": 10**12}  # fmt: skip

DIGITS = "一二三四五六七八九"
_DIGITS = {character: place for place, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_KEPT = "，；：？！①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_THOUSANDS = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")


def fold(text: str) -> tuple[str, list[int]]:
    """The text as numbers are looked for in it, and where each of its characters stands in the original.

    Digits and signs become half-width and blanks go, so that `4 , 218. 36 万元` reads as one number; a blank between
    two digits stays, for it may part two numbers.
    """
    kept: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        if character in _INVISIBLE:
            continue
        plain = character if character in _KEPT else unicodedata.normalize("NFKC", character)
        kept.append((plain if len(plain) == 1 else character, place))
    folded = [
        (" " if character.isspace() else character, place)
        for index, (character, place) in enumerate(kept)
        if not character.isspace() or _parts_digits(kept, index)
    ]
    joined = "".join(character for character, _ in folded)
    return _THOUSANDS.sub(",", joined), [place for _, place in folded]


def _parts_digits(kept: list[tuple[str, int]], index: int) -> bool:
    """Whether a blank is the only one between two digits."""
    before = kept[index - 1][0] if index else ""
    after = next((character for character, _ in kept[index + 1 :] if not character.isspace()), "")
    return before.isdigit() and after.isdigit()


def whole(characters: str) -> Decimal:
    """The number that Chinese characters say: 十七, 两千零二, 一百万, 二〇二一."""
    for name in ("亿", "万"):
        if name in characters:
            high, _, low = characters.rpartition(name)
            return (whole(high) if high else Decimal(1)) * SCALES[name] + whole(low)
    if not set(characters) & set(_POWERS):
        return Decimal("".join(str(_DIGITS[character]) for character in characters) or "0")
    total, digit = 0, 1
    for character in characters:
        if character in _POWERS:
            total += digit * _POWERS[character]
            digit = 1
        else:
            digit = _DIGITS[character]
    return Decimal(total + (digit if characters[-1] not in _POWERS else 0))


def last_place(number: Decimal) -> Decimal:
    """One of the last place of a number that is not a zero: 10000 of 4210000, 0.1 of 83.7."""
    digits = number.normalize().as_tuple()
    return Decimal(1).scaleb(int(digits.exponent)) if number else Decimal(1)


def count_of(text: str) -> int:
    """How many units or things are counted: 三, 8."""
    return int(text) if text.isdigit() else 1 + DIGITS.index(text.replace("两", "二"))
