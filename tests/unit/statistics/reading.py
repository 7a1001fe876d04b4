"""Reads a printed number back into the values it may stand for: written from the rules, not from the engine."""

import re
from dataclasses import dataclass
from decimal import Decimal

SCALES = {None: 1, "万": 10**4, "亿": 10**8}
CHARACTERS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"两": 2}
POWERS = {"十": 10, "百": 100, "千": 1000}
PRINTED = re.compile(
    r"(?P<per>每人)?(?P<front>[第首近约超])?"
    r"(?:(?P<digits>-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)|(?P<characters>[零一二两三四五六七八九十百千万亿]+))?"
    r"(?P<before>[多余])?(?P<scale>[万亿])?(?P<after>[多余])?"
    r"(?P<noun>[^\d\-.,零一二两三四五六七八九十百千万亿第近约超多余]+?)(?P<least>以上)?"
)


@dataclass(frozen=True)
class Read:
    """The values that a printed number may stand for; None is without end."""

    low: Decimal | None
    high: Decimal | None
    low_closed: bool
    high_closed: bool

    def holds(self, value: Decimal) -> bool:
        """Whether the value is one of them."""
        above = self.low is None or self.low < value or (self.low == value and self.low_closed)
        below = self.high is None or value < self.high or (self.high == value and self.high_closed)
        return above and below


def whole(characters: str) -> int:
    """The number that Chinese characters say."""
    for name, power in (("亿", 10**8), ("万", 10**4)):
        if name in characters:
            high, _, low = characters.rpartition(name)
            return whole(high) * power + whole(low)
    total, digit = 0, 1
    for character in characters:
        if character in POWERS:
            total += digit * POWERS[character]
            digit = 1
        else:
            digit = CHARACTERS[character]
    return total + (digit if characters and characters[-1] not in POWERS else 0)


def last_non_zero_place(number: Decimal) -> Decimal:
    """One of the last place of the number that is not a zero."""
    place = Decimal(1)
    while number % place:
        place /= 10
    while number % (place * 10) == 0:
        place *= 10
    return place


def read(text: str) -> Read:
    """The values that a printed number may stand for."""
    match = PRINTED.fullmatch(text)
    assert match, f"{text} is not a number that can be read"
    if match["front"] == "首":
        return Read(Decimal(1), Decimal(1), True, True)
    assert match["digits"] or match["characters"], f"{text} says no number"
    if match["characters"]:
        number = Decimal(whole(match["characters"]))
        last = Decimal(0)
    else:
        plain = match["digits"].replace(",", "")
        scale = SCALES[match["scale"]]
        number = Decimal(plain) * scale
        counts = "." not in plain and scale == 1 and match["noun"] != "%"
        last = Decimal(0) if counts else Decimal(scale) / 10 ** len(plain.partition(".")[2])
    if match["before"] or match["after"]:
        return Read(number, number + last_non_zero_place(number), False, False)
    if match["front"] == "近":
        return Read(number * 95 / 100, number, True, False)
    if match["front"] == "约":
        return Read(number * 95 / 100, number * 105 / 100, True, True)
    if match["front"] == "超":
        return Read(number, None, False, False)
    if match["least"]:
        return Read(number, None, True, False)
    if last == 0:
        return Read(number, number, True, True)
    return Read(number - last / 2, number + last / 2, number > 0, number < 0)
