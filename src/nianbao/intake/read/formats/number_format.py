"""Number formats of workbooks: which show a number as a day, and which show it larger or smaller than it is.

Nothing is ever converted because of a format, days aside: a value is what the formula bar of a spreadsheet holds.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from nianbao.intake.read.formats.sheet import Magnitude

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
_UNIT = re.compile(r"[十百千万亿兆]+元?|元")
_TEXT_SECTION = 3

_BUILT_IN = {
    9: "0%", 10: "0.00%", 11: "0.00E+00",
    **dict.fromkeys((*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, *range(32, 36), 45, 46, 47, 55, 56), "h:mm:ss"),
}  # fmt: skip
"""Formats that have no code but a number, as far as they are no plain numbers; 27 to 58 are those of Chinese."""


class _Piece(NamedTuple):
    """What a format puts in one place: a `digit`, a `comma` or a `point`, or a `text` as it stands."""

    kind: str
    text: str


@dataclass(frozen=True)
class _Section:
    """One section of a format. `before` and `behind` the decimal point stand its pieces; `factor` is shown / value."""

    condition: tuple[str, float] | None
    is_date: bool
    is_rendered: bool
    before: Sequence[_Piece]
    behind: Sequence[_Piece]
    has_point: bool
    factor: Decimal

    @property
    def unit(self) -> str:
        """The word for a multiple or for money that is shown beside the digits."""
        found = _UNIT.search("".join(piece.text for piece in (*self.before, *self.behind) if piece.kind == "text"))
        return found[0] if found else ""

    @property
    def is_scaled(self) -> bool:
        """Whether the digits that are shown are not those of the value."""
        return self.factor != 1 or any(map(_splits_digits, (self.before, self.behind)))

    @property
    def is_plain(self) -> bool:
        """Whether it shows a number as one, in its own size and without such a word."""
        return not (self.is_date or self.is_scaled or self.unit)


@dataclass(frozen=True)
class NumberFormat:
    """A number format; where `is_plain` nothing needs to be asked for a value."""

    code: str
    sections: Sequence[_Section]
    is_plain: bool

    def is_date_for(self, value: float) -> bool:
        """Whether a number is shown as a day or a time."""
        section = self._section(value)
        return section is not None and section.is_date

    def magnitude_of(self, value: float) -> Magnitude | None:
        """As what a number is shown whose format changes its size or adds a unit; None for any other."""
        section = self._section(value)
        if section is None or section.is_date or section.is_plain:
            return None
        is_negative = value < 0 and not (len(self.sections) > 1 and section is self.sections[1])
        shown = _shown(value, section, is_negative) if section.is_rendered else self.code
        return Magnitude(shown, section.unit, section.is_scaled)

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
    for token in _TOKEN.finditer(code):
        if token.lastgroup == "parting":
            tokens.append([])
        else:
            tokens[-1].append(token)
    sections = tuple(map(_section, tokens[:_TEXT_SECTION]))
    return NumberFormat(code, sections, all(section.is_plain for section in sections))


def built_in(number: int) -> NumberFormat:
    """A format that a workbook names by its number alone."""
    return format_of(_BUILT_IN.get(number, "General"))


def _section(tokens: Sequence[re.Match[str]]) -> _Section:
    pieces: list[_Piece] = []
    condition, is_date, is_rendered, percents = None, False, True, 0
    for token in tokens:
        kind = token.lastgroup or "other"
        if kind == "bracket":
            said = token["bracket"]
            if match := _CONDITION.fullmatch(said):
                condition = match[1], float(match[2])
            elif said.startswith("$"):  # a currency, then its country
                pieces.append(_Piece("text", said[1:].partition("-")[0]))
            is_date = is_date or bool(_ELAPSED.fullmatch(said))
        elif kind in ("digit", "point", "comma", "general"):
            pieces.append(_Piece(kind, token[0]))
        elif kind == "day":
            is_date = True
        elif kind != "fill":
            percents += kind == "percent"
            is_rendered = is_rendered and kind != "exponent" and token[0] not in ("/", "@")
            pieces.append(_Piece("text", " " if kind == "space" else token[kind]))
    point = next((place for place, piece in enumerate(pieces) if piece.kind == "point"), len(pieces))
    before, behind = pieces[:point], pieces[point + 1 :]
    factor = Decimal(100) ** percents / Decimal(1000) ** (_scaling(before) + _scaling(behind))
    return _Section(condition, is_date, is_rendered, before, behind, point < len(pieces), factor)


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


def _shown(value: float, section: _Section, is_negative: bool) -> str:
    """A number as a section shows it."""
    exact = Decimal(format(value, ".15g")).copy_abs() * section.factor
    if any(piece.kind == "general" for piece in section.before):
        texts = [f"{exact.normalize():f}" if piece.kind == "general" else piece.text for piece in section.before]
        return "-" * is_negative + "".join(texts).strip()
    decimals = sum(piece.kind == "digit" for piece in section.behind)
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, fraction = f"{rounded:f}".partition(".")
    shown = [*_whole(section.before, whole), "." * section.has_point, *_fraction(section.behind, fraction)]
    return ("-" if is_negative and rounded else "") + "".join(shown).strip()


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
