"""Numbers in Chinese prose: where they stand, what they count, and the values of which they are true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from nianbao.review.draft.numerals import SCALES, fold, last_place, whole
from nianbao.review.draft.patterns import (
    NO_FIGURES,
    NOUNS,
    NUMBERING,
    OF_ANOTHER,
    OUT_OF,
    PER_PERSON,
    SAME_UNIT,
    STYLES,
    number_pattern,
)
from nianbao.review.draft.words import DraftWords
from nianbao.statistics.noun import Wording
from nianbao.statistics.wording import ABOUT_WITHIN, NEAR_FROM

BEFORE, BEHIND = "before_", "behind_"
_AND = re.compile(r"[、和与及]")
_LISTED = re.compile(r"[、和及与][\u4e00-\u9fff]{1,4}")
"""Between numbers of a list that says its unit once, with the last one: 甲市4772、乙市3502、丙市3121人."""
_OUT_OF = re.compile(rf"{OUT_OF}[^，。；、\d]*$")
TENTHS_NEAR = Decimal(3)
"""How many per cent below a tenth 近 still reaches."""
FLAT_WITHIN = Decimal("0.05")
"""How many per cent, or points of a rate, a figure may have moved that is said to be as it was."""
ROUNDED_UNITS = frozenset({"元", "元/人", "%", "百分点"})
"""What is measured and not counted: a whole number of it stands for what rounds to it."""


class NumberKind(StrEnum):
    """What a number says: how many, the how manieth, that it is the first, a rank among units.

    Or without any number, that nothing changed, that it moved (略有上升, 多于乙州), or that a unit is one of some.
    """

    COUNT = "count"
    ORDINAL = "ordinal"
    FIRST = "first"
    RANK = "rank"
    FLAT = "flat"
    MOVED = "moved"
    MEMBER = "member"


@dataclass(frozen=True)
class DraftNumber:
    """A number in a text: its place, the wording with the values it is true of, its numeral and its unit.

    A vague number is one in characters that need not be a statistic at all, such as 三 of 三级单位; the noun is what
    stands in the place of a measure word (百万职工). A bare one has no unit but that of whose name stands before it.
    """

    start: int
    end: int
    wording: Wording
    numeral: Decimal
    unit: str
    kind: NumberKind = NumberKind.COUNT
    is_vague: bool = False
    noun: str = ""
    is_bare: bool = False

    @property
    def text(self) -> str:
        """The number as it is printed."""
        return self.wording.text


@dataclass(frozen=True)
class _Numeral:
    """A plain number, one of the last place it is written with, and whether it may be no statistic at all."""

    number: Decimal
    step: Decimal = Decimal(1)
    is_vague: bool = False


class NumberFinder:
    """Finds numbers; knows the measure words of a project, and the units that it declares."""

    def __init__(self, words: DraftWords, declared_units: Iterable[str] = ()) -> None:
        self._pattern = number_pattern(words, (fold(unit)[0] for unit in declared_units))
        self._styles = {
            f"{where}{word}": style
            for style in STYLES
            for where in (BEFORE, BEHIND)
            for word in words.groups.get(f"{where}{style}", ())
        }

    def find(self, text: str) -> list[DraftNumber]:
        """The numbers of a passage, in order, without dates, meetings, titles of plans and the like."""
        numbering = NUMBERING.match(text)
        shift = numbering.end() if numbering else 0
        folded, places = fold(text[shift:])
        masked = NO_FIGURES.sub(lambda match: "\0" * len(match[0]), folded)
        found: list[DraftNumber] = []
        for match in self._pattern.finditer(masked):
            start, end = places[match.start()] + shift, places[match.end() - 1] + shift + 1
            read = list(_read(match, start, end, text[start:end], self._styles))
            if found and read and (found[-1].unit, read[0].unit) == ("元/人", "元"):
                between, plain = text[found[-1].end : start], text[start:end].rstrip("左右上下以多余")
                if not re.search("[。；]", between) and plain.endswith("元") and plain[-2:-1].isdigit():
                    read = [replace(each, unit="元/人") for each in read]
            if found and read and _AND.fullmatch(text[found[-1].end : start]):
                last, this = found[-1].unit, read[0].unit
                if (last, this) == ("元/人", "元"):
                    read = [replace(each, unit="元/人") for each in read]
                if (last, this) in (("个", "百分点"), ("", "百分点")):
                    found[-1] = _in_points(found[-1])
            if read and (whole_of := _OUT_OF.search(text, 0, start)):
                read = [in_per_cent(each, whole_of["out_of"]) for each in read]
            found.extend(read)
        found = [each for each in found if not _says_by_how_much(text, each, found)]
        for place in range(len(found) - 2, -1, -1):
            if _LISTED.fullmatch(text, found[place].end, found[place + 1].start):
                found[place] = in_unit(found[place], found[place + 1].unit)
        return found


def moved_to(number: DraftNumber, start: int) -> DraftNumber:
    """The number in another text."""
    return replace(number, start=start, end=start + len(number.text))


def _says_by_how_much(text: str, number: DraftNumber, found: Iterable[DraftNumber]) -> bool:
    """Whether a number after a word that something is larger tells by how much (低于平均7.1个百分点)."""
    if number.kind is not NumberKind.MOVED:
        return False
    following = next((each for each in found if each.start >= number.end), None)
    between = text[number.end : following.start] if following else "。"
    return not re.search(r"[，。；：、的]|不到|不足|[为达]$", between)


def as_member(text: str, start: int, end: int) -> DraftNumber:
    """The claim that a unit, by its name, is one of those of which something is true."""
    wording = Wording(text[start:end], "member", Decimal(0), None, False, False)
    return DraftNumber(start, end, wording, Decimal(1), "", NumberKind.MEMBER)


def as_bare(number: DraftNumber, unit: str) -> DraftNumber:
    """A number that follows the name of a unit without one of its own (甲市3677、乙市3216), in that which is meant."""
    if unit and (unit != "%" or number.numeral < SCALES["百"]):
        return in_unit(number, unit)
    half = Decimal(1).scaleb(int(number.numeral.as_tuple().exponent)) / 2
    is_exact = number.wording.style == "exact" and number.text[-1].isdigit()
    wording = _claim(number.text, "exact", number.numeral, half) if is_exact else number.wording
    return replace(number, wording=wording, is_bare=True)


def in_unit(number: DraftNumber, unit: str) -> DraftNumber:
    """A number of a table in the unit that stands over it, such as 万元; one with a unit of its own stays as it is."""
    if number.unit or not unit:
        return number
    scale = Decimal(SCALES["万"] if unit.startswith("万") else SCALES["亿"] if unit.startswith("亿") else 1)
    plain = _unit(unit.lstrip("万亿"))
    half = _half(Decimal(1).scaleb(int(number.numeral.as_tuple().exponent)), scale, plain)
    numeral = number.numeral * scale
    return replace(
        number, wording=_claim(number.text, number.wording.style, numeral, half), numeral=numeral, unit=plain
    )


def _in_points(number: DraftNumber) -> DraftNumber:
    """A number whose unit is said after the next one (提高1.4个和2.4个百分点)."""
    half = Decimal(1).scaleb(int(number.numeral.as_tuple().exponent)) / 2
    return replace(number, wording=_claim(number.text, number.wording.style, number.numeral, half), unit="百分点")


def in_per_cent(number: DraftNumber, out_of: str) -> DraftNumber:
    """A number that is said of a round number (每百名中有90名) as per cent."""
    scale = 100 / (Decimal(out_of) if out_of.isdigit() else whole(out_of))
    low, high = number.wording.low, number.wording.high
    half = Decimal("0.5") if low == high else Decimal(0)
    wording = replace(
        number.wording,
        low=None if low is None else (low - half) * scale,
        high=None if high is None else (high + half) * scale,
    )
    return replace(number, wording=wording, numeral=number.numeral * scale, unit="%")


def _read(match: re.Match[str], start: int, end: int, text: str, styles: Mapping[str, str]) -> Iterator[DraftNumber]:
    """The number of a match, unless it is a character that counts nothing."""
    if standing := _standing(match, start, end, text):
        yield standing
        return
    if match["first"] or match["each"]:
        kind = NumberKind.FIRST if match["first"] else NumberKind.COUNT
        number, unit = Decimal(1), match["first_unit"] or "次"
    elif match["ordinal"]:
        kind = NumberKind.ORDINAL
        number = Decimal(match["ordinal"]) if match["ordinal"].isdigit() else whole(match["ordinal"])
        unit = match["ordinal_unit"]
    elif not match["characters"] or match["unit"]:
        yield _count(match, start, end, text, styles)
        return
    else:
        return
    wording = Wording(text, str(kind), number, number, True, True)
    yield DraftNumber(start, end, wording, number, _unit(unit), kind, is_vague=True)


def _standing(match: re.Match[str], start: int, end: int, text: str) -> DraftNumber | None:
    """A rank (from the end below nought), that nothing has changed, or how many times a doubling is."""
    if match["flat"]:
        within = Decimal(1) if len(match["flat"]) > len("持平") else FLAT_WITHIN
        return DraftNumber(
            start, end, Wording(text, "flat", -within, within, True, True), Decimal(0), "%", NumberKind.FLAT
        )
    if match["moved"]:
        is_up = bool(match["more"] or match["grown"])
        low, high = (Decimal(0), None) if is_up else (None, Decimal(0))
        sign = Decimal(1 if is_up else -1)
        return DraftNumber(
            start, end, Wording(text, "moved", low, high, False, False), sign, "", NumberKind.MOVED, True
        )
    if match[0].startswith("翻"):
        times = Decimal(2) ** int(whole(match["doubled"] or "一"))
        more = bool(match["doubled_more"])
        low, high = (times, 2 * times) if more else (times * (1 - ABOUT_WITHIN), times * (1 + ABOUT_WITHIN))
        return DraftNumber(start, end, Wording(text, "doubled", low, high, not more, not more), times, "倍")
    said = match["rank"] or match["place"] or match["place_last"]
    extreme = match["extreme"] or match["extreme_word"]
    if said or match["best"] or match["worst"] or extreme or match["second"]:
        place = (
            Decimal(2)
            if match["second"]
            else Decimal(said)
            if said and said.isdigit()
            else whole(said)
            if said
            else Decimal(1)
        )
        if match["worst"] or (extreme and extreme in "少低小慢差弱"):
            place = Decimal(-1)
        elif match["place_last"] or "倒数" in match.string[max(match.start() - 2, 0) : match.end()]:
            place = -place
        return DraftNumber(start, end, Wording(text, "rank", place, place, True, True), place, "位", NumberKind.RANK)
    return None


def _count(match: re.Match[str], start: int, end: int, text: str, styles: Mapping[str, str]) -> DraftNumber:
    """A number that says how many."""
    scale, plain, unit = Decimal(SCALES[match["scale"] or ""]), _numeral(match), _unit_of(match)
    numeral, half = plain.number * scale, _half(plain.step, scale, unit)
    if match["scale"] == "万" and "亿" in (match["characters"] or ""):  # 一亿零八百多万元
        high, _, low = match["characters"].rpartition("亿")
        numeral = whole(high) * SCALES["亿"] + whole(low or "零") * scale
    if match["rest"]:  # 95万7千多人
        numeral, half = numeral + int(match["rest"]) * SCALES["千"], Decimal(SCALES["千"]) / 2
    if match["low"]:
        low = Decimal(match["low"].replace(",", "")) * SCALES[match["low_scale"] or match["scale"] or ""]
        wording = Wording(text, "range", low, numeral, True, True)
    else:
        wording = _claim(text, _style(match, styles), numeral, half)
    if match["tenths"] and wording.style == "near":
        wording = replace(wording, low=numeral - TENTHS_NEAR)
    if match["whole"] and wording.style == "over":
        wording = replace(wording, high=numeral + plain.step)
    is_sure = numeral >= SCALES["万"] or unit in ("倍", "%") or (match["bare"] and match["bare"] not in "百千")
    is_vague = plain.is_vague and not is_sure
    noun = match["unit"] if match["unit"] in NOUNS else ""
    return DraftNumber(start, end, wording, numeral, unit, is_vague=is_vague, noun=noun)


def _numeral(match: re.Match[str]) -> _Numeral:
    if match["arabic"]:
        number = Decimal(match["arabic"].replace(",", ""))
        return _Numeral(number, Decimal(1).scaleb(int(number.as_tuple().exponent)))
    if match["percent"]:
        before, _, after = match["percent"].partition("点")
        decimals = "".join(str(whole(character)) for character in after)
        return _Numeral(
            whole(before) + (Decimal(f"0.{decimals}") if decimals else 0), Decimal(1).scaleb(-len(decimals))
        )
    if match["tenths"]:
        tens = whole(match["tenths"]) * 10
        if more := match["half_tenth"]:
            return _Numeral(tens + (5 if more == "半" else whole(more)), Decimal(1))
        return _Numeral(tens, Decimal(10))
    if match["half"]:
        return _Numeral(Decimal(50), Decimal(5))
    if match["whole"]:
        return _Numeral((100 * whole(match["part"]) / whole(match["whole"])).quantize(Decimal("0.01")), Decimal(5))
    number = whole(match["bare"] or match["characters"])
    return _Numeral(number, _step_of(number), is_vague=number < SCALES["万"])


def _step_of(number: Decimal) -> Decimal:
    """The place that a number in characters is said to: 三千七百九十九万 to 万, 一万三千 to 千; a small one to one."""
    return last_place(number) if number >= SCALES["千"] else Decimal(1)


def _unit_of(match: re.Match[str]) -> str:
    """The unit of a number; money for a person is one of its own."""
    if match["percent"] or match["tenths"] or match["half"] or match["whole"]:
        return "%"
    unit = _unit(match["unit"] or "")
    is_per_person = match["per"] or match["unit_per"] or PER_PERSON.search(match.string, 0, match.start())
    return "元/人" if unit == "元" and is_per_person else unit


def _unit(unit: str) -> str:
    return SAME_UNIT.get(unit, unit)


def _style(match: re.Match[str], styles: Mapping[str, str]) -> str:
    if match["bare"]:
        return "about" if match["bare"] in ("万", "亿") else "magnitude"
    if match["before"] or match["after"] or match["more_than"]:
        return "over"
    if match["bent"]:
        return "slightly_over" if match["bent"] == "强" else "slightly_under"
    apart = OF_ANOTHER.search(match.string, 0, match.start())
    front = match["front"] or (apart["front"] if apart else "")
    return styles.get(f"{BEFORE}{front}") or styles.get(f"{BEHIND}{match['behind']}") or "exact"


def _half(step: Decimal, scale: Decimal, unit: str) -> Decimal:
    """How far a value may be from its plain numeral: half of the last place, or nothing for what is counted whole."""
    is_counted = step == 1 and scale == 1 and unit not in ROUNDED_UNITS
    return Decimal(0) if is_counted else step * scale / 2


def _claim(text: str, style: str, numeral: Decimal, half: Decimal) -> Wording:
    """The values of which a number in a style is true."""
    if style == "over":
        return Wording(text, style, numeral, numeral + last_place(numeral), False, False)
    if style == "below":
        return Wording(text, style, None, numeral, False, False)
    if style == "slightly_over":
        return Wording(text, style, numeral, numeral * 11 / 10, False, True)
    if style == "slightly_under":
        return Wording(text, style, numeral * 9 / 10, numeral, True, False)
    if style in ("about", "near"):
        high = numeral * (1 + ABOUT_WITHIN) if style == "about" else numeral
        return Wording(text, style, numeral * NEAR_FROM, high, True, style == "about")
    if style == "magnitude":
        return Wording(text, style, numeral / 2, numeral * 3 / 2, True, True)
    if style in ("at_least", "above"):
        return Wording(text, style, numeral, None, style == "at_least", False)
    if style == "at_most":
        return Wording(text, style, None, numeral, False, True)
    return Wording(text, "exact", numeral - half, numeral + half, True, half == 0)
