"""Number formats of workbooks: which show a number as a day, and which show it larger or smaller than it is.

Nothing is ever converted because of a format, days aside: a value is what the formula bar of a spreadsheet holds.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from nianbao.intake.read.formats.sheet import SeenAs

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.?)|_(?P<space>.?)|\*(?P<fill>.?)|\[(?P<bracket>[^\]]*)\]?'
    r"|(?P<general>General|G/通用格式)|(?P<exponent>E[+-])|(?P<day>[yYmMdDhHsSeEgGbB]+|[aA]{3,4}|AM/PM|A/P|上午/下午)"
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<parting>;)|(?P<other>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_ELAPSED = re.compile(r"[hH]+|[mM]+|[sS]+")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
MONEY_WORD = re.compile(r"[十百千万亿兆]+元?|元")
_TEXT_SECTION = 3
_MOST_PLACES = 30
_SIGNS = ("-", "(", "－", "−")

_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", **dict.fromkeys((37, 38), "#,##0;-#,##0"),
    **dict.fromkeys((39, 40), "#,##0.00;-#,##0.00"), 9: "0%", 10: "0.00%", 11: "0.00E+00",
    **dict.fromkeys((*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, *range(32, 36), 45, 46, 47, 55, 56), "h:mm:ss"),
}  # fmt: skip
"""Formats that have no code but a number, as far as they show something of their own; 27 to 58 are those of Chinese."""


class _Piece(NamedTuple):
    """What a format puts in one place: a `digit`, a `comma` or a `point`, or a `text` as it stands."""

    kind: str
    text: str


@dataclass(frozen=True)
class _Section:
    """One section of a format. `before` and `behind` the decimal point stand its pieces; `factor` is shown / value."""

    condition: tuple[str, float] | None
    day: str
    is_rendered: bool
    before: Sequence[_Piece]
    behind: Sequence[_Piece]
    has_point: bool
    factor: Decimal

    @cached_property
    def unit(self) -> str:
        """The word for a multiple or for money that is shown beside the digits."""
        found = MONEY_WORD.search("".join(piece.text for piece in (*self.before, *self.behind) if piece.kind == "text"))
        return found[0] if found else ""

    @cached_property
    def is_scaled(self) -> bool:
        """Whether the digits that are shown are not those of the value."""
        return self.factor != 1 or any(map(_splits_digits, (self.before, self.behind)))

    @cached_property
    def is_general(self) -> bool:
        """Whether it shows as many digits as there are."""
        return any(piece.kind == "general" for piece in self.before)

    @cached_property
    def changes_size(self) -> bool:
        """Whether it shows a number in another size, or with a word for a multiple or for money."""
        return self.is_scaled or bool(self.unit)

    @cached_property
    def places(self) -> int:
        """To how many digits behind the point it rounds."""
        return sum(piece.kind == "digit" for piece in self.behind)

    @cached_property
    def shows_nought(self) -> bool:
        """Whether a digit is seen of a nought, as `#` alone shows none."""
        return any(piece.kind == "digit" and piece.text == "0" for piece in (*self.before, *self.behind))

    def shows_other(self, value: Decimal, is_first: bool) -> bool:
        """Whether what it shows reads as another number: rounded, without its sign, or without any digit."""
        if not value and not self.shows_nought:
            return True
        has_digits = any(piece.kind == "digit" for piece in (*self.before, *self.behind))
        has_sign = is_first or value > 0 or any(piece.text in _SIGNS for piece in self.before if piece.kind == "text")
        return not has_digits or (value != 0 and not has_sign) or _rounded(value, self) != value


@dataclass(frozen=True)
class NumberFormat:
    """A number format; where `is_plain` it shows every number as it is.

    Where `shows_whole` it shows so every whole number that is not negative, and every other one to so many `places`.
    """

    code: str
    sections: Sequence[_Section]
    is_plain: bool
    shows_whole: bool
    places: int

    def shows_as_it_is(self, value: float) -> bool:
        """Whether a number is surely shown as it is: the answer for most that are not negative, without much ado."""
        return self.shows_whole and value >= 0 and round(value, self.places) == value

    def is_date_for(self, value: float) -> bool:
        """Whether a number is shown as a day or a time."""
        section = self._section(value)
        return section is not None and bool(section.day)

    def number_shown(self, value: float) -> SeenAs | None:
        """As what a number is shown, where that is another number, another size, or has a unit of money beside it."""
        section = self._section(value)
        if section is None or section.day:
            return None
        exact = Decimal(format(value, ".15g"))
        own_sign = value < 0 and len(self.sections) > 1 and section is self.sections[1]
        is_plain = section.is_general or not section.is_rendered or not section.shows_other(exact, not own_sign)
        if is_plain and not section.changes_size:
            return None
        is_negative = value < 0 and not own_sign
        text = _shown(exact, section, is_negative) if section.is_rendered else self.code
        return SeenAs(text, section.unit, section.is_scaled)

    def day_shown(self, value: float, day: object) -> SeenAs | None:
        """As what a day is shown whose format leaves out its year, its month or its day of the month."""
        section = self._section(value)
        if section is None or not isinstance(day, dt.date) or {*"ymd"} <= {*section.day.lower()}:
            return None
        pieces = [_day_piece(piece, day) for piece in section.before]
        return None if None in pieces else SeenAs("".join(map(str, pieces)).strip())

    def _section(self, value: float) -> _Section | None:
        """The section for a number: the first whose condition holds, those without one being for +, - and nought."""
        several = len(self.sections) > 1
        implied = [("=", value)] if not several else [(">" if len(self.sections) > 2 else ">=", 0.0), ("<", 0.0)]
        for position, section in enumerate(self.sections):
            sign, limit = section.condition or (implied[position] if position < len(implied) else ("=", value))
            if _COMPARE[sign](value, limit):
                return section
        return self.sections[-1] if self.sections else None


@lru_cache(maxsize=1_024)
def format_of(code: str) -> NumberFormat:
    """The format that a code says."""
    tokens: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code or "General"):
        if token.lastgroup == "parting":
            tokens.append([])
        else:
            tokens[-1].append(token)
    sections = tuple(map(_section, tokens[:_TEXT_SECTION]))
    is_plain = all(each.is_general and not each.changes_size and not each.day for each in sections)
    shows_whole = all(
        not (each.day or each.changes_size or each.condition) and (each.is_general or each.shows_nought)
        for each in sections
    )
    places = min(_MOST_PLACES if each.is_general else each.places for each in sections)
    return NumberFormat(code, sections, is_plain, shows_whole, places)


def built_in(number: int) -> NumberFormat:
    """A format that a workbook names by its number alone."""
    return format_of(_BUILT_IN.get(number, "General"))


def _section(tokens: Sequence[re.Match[str]]) -> _Section:
    pieces: list[_Piece] = []
    condition, day, is_rendered, percents = None, "", True, 0
    for token in tokens:
        kind = token.lastgroup or "other"
        if kind == "bracket":
            said = token["bracket"]
            if match := _CONDITION.fullmatch(said):
                condition = match[1], float(match[2])
            elif said.startswith("$"):  # a currency, then its country
                pieces.append(_Piece("text", said[1:].partition("-")[0]))
            day += said if _ELAPSED.fullmatch(said) else ""
        elif kind in ("digit", "point", "comma", "general"):
            pieces.append(_Piece(kind, token[0]))
        elif kind == "day":
            day += token[0]
            pieces.append(_Piece("day", token[0]))
        elif kind != "fill":
            percents += kind == "percent"
            is_rendered = is_rendered and kind != "exponent" and token[0] != "/"
            if token[0] == "@":  # a number that is shown as a text is shown as it is
                pieces.append(_Piece("general", token[0]))
            else:
                pieces.append(_Piece("text", " " if kind == "space" else token[kind]))
    point = next((place for place, piece in enumerate(pieces) if piece.kind == "point"), len(pieces))
    before, behind = pieces[:point], pieces[point + 1 :]
    factor = Decimal(100) ** percents / Decimal(1000) ** (_scaling(before) + _scaling(behind))
    return _Section(condition, day, is_rendered, before, behind, point < len(pieces), factor)


def _scaling(pieces: Sequence[_Piece]) -> int:
    """How many commas stand right behind the last digit: each divides by a thousand."""
    count = 0
    for piece in reversed(pieces):
        if piece.kind == "comma":
            count += 1
        elif piece.kind == "digit":
            return count
        else:
            count = 0
    return 0


def _splits_digits(pieces: Sequence[_Piece]) -> bool:
    """Whether a text reads as a part of the number: digits beside its digits, or a point among them."""
    for first, second, third in zip(pieces, pieces[1:], (*pieces[2:], None), strict=False):
        if {first.kind, second.kind} == {"digit", "text"}:
            at_edge = second.text[:1] if second.kind == "text" else first.text[-1:]
            is_point = second.text == "." and third is not None and third.kind == "digit"
            if at_edge.isdigit() or is_point:
                return True
    return False


def _rounded(exact: Decimal, section: _Section) -> Decimal:
    return exact.quantize(Decimal(1).scaleb(-section.places), ROUND_HALF_UP)


def _shown(exact: Decimal, section: _Section, is_negative: bool) -> str:
    """A number as a section shows it."""
    exact = exact.copy_abs() * section.factor
    if section.is_general:
        texts = [f"{exact.normalize():f}" if piece.kind == "general" else piece.text for piece in section.before]
        return "-" * is_negative + "".join(texts).strip()
    rounded = _rounded(exact, section)
    whole, _, fraction = f"{rounded:f}".partition(".")
    shown = [*_whole(section.before, whole), "." * section.has_point, *_fraction(section.behind, fraction)]
    return ("-" if is_negative and rounded else "") + "".join(shown).strip()


def _day_piece(piece: _Piece, day: dt.date) -> str | None:
    """What a piece of a format shows of a day; None for the words of other calendars and for times."""
    if piece.kind != "day":
        return piece.text
    parts = {"y": day.year % 100, "yy": day.year % 100, "yyyy": day.year}
    parts |= {"m": day.month, "mm": day.month, "d": day.day, "dd": day.day}
    number = parts.get(piece.text.lower())
    return None if number is None else f"{number:0{len(piece.text)}d}"


def _whole(pieces: Sequence[_Piece], digits: str) -> Iterator[str]:
    """The digits before the point in their places, filled from the right; the first takes all that are left."""
    places = [place for place, piece in enumerate(pieces) if piece.kind == "digit"]
    is_grouped = any(piece.kind == "comma" for piece in pieces[: places[-1]]) if places else False
    left, shown, count = "" if digits == "0" else digits, [], 0
    for place, piece in reversed(list(enumerate(pieces))):
        if piece.kind == "digit":
            taken = (left if place == places[0] else left[-1:]) or {"0": "0", "?": " "}.get(piece.text, "")
            left = left[:-1]
            for digit in reversed(taken):
                shown.append(digit + ("," if is_grouped and count % 3 == 0 and count else ""))
                count += 1
        elif piece.kind == "text":
            shown.append(piece.text)
    return reversed(shown)


def _fraction(pieces: Sequence[_Piece], digits: str) -> Iterator[str]:
    """The digits behind the point in their places; noughts at the end are left out where `#` asks for them."""
    shown, kept = [], len(digits)
    for piece in reversed(pieces):
        if piece.kind == "digit":
            kept -= 1
            shown.append("" if piece.text != "0" and not digits[kept:].strip("0") else digits[kept])
        elif piece.kind == "text":
            shown.append(piece.text)
    return reversed(shown)
