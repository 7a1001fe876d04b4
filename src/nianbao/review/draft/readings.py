"""What a number may be read as: a figure, or one figure held against another, and whether it says what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from nianbao.review.draft.mention import Quantity, UnitsMeant
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.verdicts import Key
from nianbao.statistics.figures import Figures
from nianbao.statistics.scopes import ALL

RATES = frozenset({"%", "百分点", "个百分点"})
TARGET = "target_"
FIRST_HALF, IN, OUT = "上半年", "收入", "支出"
HUNDRED = Decimal(100)
TIMES_WITHIN = Decimal("0.1")
"""How far from a whole multiple a value may be that is said to be that many times another."""


@dataclass(frozen=True)
class DraftReading:
    """One thing that a number may say: the figure, the value that it should then have, and whether it has it."""

    key: Key
    value: Decimal | None
    is_true: bool
    figure: Quantity


@dataclass(frozen=True)
class Weighed:
    """A reading and how likely it is meant; a guess is enough to agree with a number, and not to object to it."""

    reading: DraftReading
    weight: float
    relation: DraftRelation
    is_guess: bool = False


@dataclass(frozen=True)
class Readings:
    """Reads numbers by the figures of a year."""

    figures: Figures
    year: int

    def value(self, one: Quantity) -> Decimal | None:
        """What a figure comes to; None where a part of it is not known, or rates would be added up."""
        if one.of_growth:
            return self._growth(replace(one, of_growth=False))
        if one.is_share:
            part = self.value(replace(one, whole=(), whole_of=()))
            whole = self._total(one.whole or one.names, replace(one, scopes=one.whole_of or one.scopes))
            return HUNDRED * part / whole if part is not None and whole else None
        if one.is_mean:
            values = [self.value(replace(one, scopes=(scope,), is_mean=False)) for scope in one.scopes]
            known = [value for value in values if value is not None]
            return sum(known, Decimal(0)) / len(known) if known and len(known) == len(values) else None
        total = self._total(one.names, one)
        less = self._total(one.less, replace(one, scopes=one.less_of or one.scopes)) if one.less else Decimal(0)
        each = self._total(one.per, one) if one.per else Decimal(1)
        return (total - less) / each if total is not None and less is not None and each else None

    def unit(self, one: Quantity) -> str:
        """What a quantity is counted in."""
        units = [self.figures.project.indicators[name].unit for name in (one.names[0], *one.per[:1])]
        is_rate = units[0] in RATES
        if one.is_share or one.of_growth:
            return "百分点" if one.of_growth and (is_rate or one.is_share) else "%"
        return "元/人" if one.per and units == ["元", "人"] else units[0]

    def _total(self, names: Sequence[str], one: Quantity) -> Decimal | None:
        parts = [self.figures.get(name, one.year, scope).value for name in names for scope in one.scopes]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts) or not parts or (len(parts) > 1 and self.is_rate(names[0])):
            return None
        return sum(known, Decimal(0))

    def may_differ_by(self, one: Quantity, number: DraftNumber) -> bool:
        """Whether two of a quantity may be so far apart, or one so many times the other."""
        unit = self.unit(one)
        if number.unit == "倍" or number.kind is not NumberKind.COUNT:
            return True
        if unit in RATES:
            return number.unit in RATES
        return number.unit == unit or (number.unit, unit) == ("元", "元/人")

    def average(self, one: Quantity) -> Quantity:
        """What units are above or below: the whole of a rate, or of what grew; of an amount the mean of their level."""
        if one.is_share or one.of_growth or one.per or self.is_rate(one.names[0]):
            return replace(one, scopes=(ALL,))
        level = max(self.by_level(replace(one, scopes=())), key=len, default={})
        return replace(one, scopes=tuple(level), is_mean=True) if level else replace(one, scopes=(ALL,))

    def is_rate(self, name: str) -> bool:
        """Whether an indicator is so many of a hundred, or so much for each."""
        unit = self.figures.project.indicators[name].unit
        return unit in RATES or "/" in unit

    def is_for_each(self, name: str) -> bool:
        """Whether an indicator is so much for each."""
        return "/" in self.figures.project.indicators[name].unit

    def has(self, name: str, scopes: Sequence[str]) -> bool:
        """Whether an indicator has a value of its own for one of the units."""
        return any(
            scope in self.figures.values.get((name, self.year - back), {}) for back in (0, 1) for scope in scopes
        )

    def resolve(self, name: str, units: UnitsMeant, year: int) -> tuple[str, ...]:
        """The units that are meant where all others of a level are, or all that have a value."""
        if units.is_rest:
            return tuple(code for code in self._of_level(name, units.scopes, year) if code not in units.scopes)
        if units.of_level:
            for level in sorted({each.level.code for each in self.figures.project.units.values()}):
                found = tuple(code for code, _ in self._values_of_level(Quantity((name,), (), year), level))
                if len(found) == units.of_level:
                    return found
            return ()
        return units.scopes

    def worst(self, number: DraftNumber, name: str, scopes: Sequence[str], year: int) -> tuple[str, ...]:
        """The unit that a number is not true of, where it is said of each of several; any of them if there is none."""
        values = {scope: value for scope in scopes if (value := self.figures.get(name, year, scope).value) is not None}
        untrue = [scope for scope, value in values.items() if not number.wording.is_true_of(value)]
        return tuple([*untrue, *values][:1])

    def read(
        self, number: DraftNumber, relation: DraftRelation, one: Quantity, other: Quantity | None = None
    ) -> DraftReading:
        """A number as a figure or, with another one, as what both come to when they are compared."""
        is_change = other is not None or one.is_derived or len(one.scopes) > 1
        key = (one.names[0], one.year, one.scopes[0] if len(one.scopes) == 1 else ALL, is_change)
        value = self.value(one) if other is None else self._compared(number, relation, one, other)
        figure = self.said(number, relation, one, other)
        if value is None:
            return DraftReading(key, None, False, figure)
        if one.names[0].startswith(TARGET) and other is None:  # 力争达到 and 突破 go with a target itself
            is_true = number.numeral == value or number.wording.is_true_of(value)
            return DraftReading(key, value, is_true, figure)
        direction = (value > 0) - (value < 0)
        is_wrong_way = relation.sign and direction != relation.sign
        is_in_points = other is not None and "百分点" in number.text and one.year != other.year
        if is_wrong_way or (
            is_in_points and not self._is_rate(one)
        ):  # amounts move by per cent, or 6个点, not by 百分点
            return DraftReading(key, value, False, figure)
        is_average = other is None and (bool(one.per) or one.is_mean)
        said = replace(relation, kind=RelationKind.PER) if is_average else relation
        is_compared = other is not None or is_average
        is_true = any(number.wording.is_true_of(each) for each in _around(value, number, said, is_compared))
        return DraftReading(key, value, is_true, figure)

    @staticmethod
    def said(number: DraftNumber, relation: DraftRelation, one: Quantity, other: Quantity | None) -> Quantity:
        """What is said by holding one figure against another."""
        if other is None or one.is_derived or other.is_derived:
            return one
        if relation.kind is RelationKind.PER:
            return replace(one, per=other.names)
        if relation.kind is RelationKind.SHARE and other.year == one.year:
            is_of_units = other.scopes != one.scopes
            return replace(
                one, whole=other.names if other.names != one.names else (), whole_of=other.scopes if is_of_units else ()
            )
        if relation.is_open and other.names != one.names:
            return replace(one, less=other.names)
        is_growth = relation.kind is RelationKind.CHANGE and other.year == one.year - 1
        return replace(one, of_growth=True) if is_growth and number.unit in ("%", "百分点") else one

    def _compared(self, number: DraftNumber, relation: DraftRelation, one: Quantity, other: Quantity) -> Decimal | None:
        value, base = self.value(one), self.value(other)
        if value is None or base is None:
            return None
        kind, is_rate = relation.kind, self._is_rate(one)
        if kind in (RelationKind.LEVEL, RelationKind.CHANGE, RelationKind.GAP):
            if number.unit == "百分点" and not is_rate:
                growth, slower = self._growth(one), self._growth(other)
                if one.year != other.year:
                    is_meant = growth is not None and number.wording.is_true_of(abs(growth))
                    return growth if is_meant or "百分点" not in number.text else None
                return growth - slower if growth is not None and slower is not None else None
            if number.unit == "百分点" or (number.kind is NumberKind.FLAT and is_rate):
                return value - base
            if number.unit == "%":
                return 100 * (value - base) / base if base else None
            return value - base
        if kind is RelationKind.OF_INCREASE:
            part, whole = (self.value(replace(each, year=each.year - 1)) for each in (one, other))
            is_known = part is not None and whole is not None and base != whole
            return (
                100 * (value - part) / (base - whole) if is_known and part is not None and whole is not None else None
            )
        if not base:
            return None
        if kind is RelationKind.SHARE:
            share = 100 * value / base
            return None if share > HUNDRED >= number.numeral else share  # no part is more than the whole
        return {
            RelationKind.BY_TIMES: value / base - 1, RelationKind.DONE: 100 * value / base
        }.get(kind, value / base)  # fmt: skip

    def _is_rate(self, one: Quantity) -> bool:
        return one.of_growth or one.is_share or self.is_rate(one.names[0])

    def _growth(self, one: Quantity) -> Decimal | None:
        """By how many per cent a figure grew, or a rate by how many points."""
        value, base = self.value(one), self.value(replace(one, year=one.year - 1))
        if value is not None and (one.is_share or self.figures.project.indicators[one.names[0]].unit in RATES):
            return value - base if base is not None else None
        return 100 * (value - base) / base if value is not None and base else None

    def read_rank(self, number: DraftNumber, one: Quantity, *, among: Sequence[str] | None) -> DraftReading:
        """Which place a unit has among those named or of its level, from the last one where that is asked."""
        (scope,), wanted, units = one.scopes, int(number.numeral), self.figures.project.units
        place = None
        if scope in units:
            values = dict(self._values_of_level(one, units[scope].level.code))
            if among:
                values = {code: value for code, value in values.items() if code in among}
            if scope in values and len(values) > 1:
                place = _place_of(wanted, values[scope], values.values())
        return DraftReading((one.names[0], one.year, scope, True), place, place == number.numeral, one)

    def holder(self, number: DraftNumber, one: Quantity) -> Quantity | None:
        """The quantity of the unit that has a place."""
        for values in self.by_level(replace(one, scopes=())):
            if one.scopes[0] in values:
                ordered = sorted(values, key=lambda code: values[code], reverse=number.numeral > 0)
                place = abs(int(number.numeral))
                return replace(one, scopes=(ordered[place - 1],)) if place <= len(ordered) else None
        return None

    def read_place(
        self, number: DraftNumber, one: Quantity, values: Mapping[str, Decimal | None], own: str
    ) -> DraftReading:
        """Which place a part has among the parts of its whole."""
        known = {name: value for name, value in values.items() if value is not None}
        place = _place_of(int(number.numeral), known[own], known.values())
        return DraftReading((own, one.year, ALL, True), place, place == number.numeral, one)

    def read_member(self, one: Quantity, scope: str, sign: int, *, is_to_whole: bool) -> DraftReading:
        """Whether a figure of a unit is more (1) or less (-1) than that of the whole, or than nothing."""
        own = replace(one, scopes=(scope,))
        value = self.value(own)
        least = self.value(self.average(one)) if is_to_whole else Decimal(0)
        apart = None if value is None or least is None else value - least
        return DraftReading((one.names[0], one.year, scope, True), apart, bool(apart and sign * apart > 0), own)

    def read_count(self, number: DraftNumber, one: Quantity, sign: int, *, is_to_whole: bool) -> Iterator[DraftReading]:
        """Of how many units of a level a figure is more (1) or less (-1) than that of the whole, or than nothing."""
        least = self.value(self.average(one)) if is_to_whole else Decimal(0)
        if least is None:
            return
        for values in self.by_level(one):
            count = Decimal(sum(sign * (value - least) > 0 for value in values.values()))
            yield DraftReading((one.names[0], one.year, ALL, True), count, count == number.numeral, one)

    def target(self, name: str, year: int) -> Quantity | None:
        """What was planned for a year: the target of the year before, or the budget."""
        planned, indicators = f"{TARGET}{name}", self.figures.project.indicators
        if planned in indicators:
            return Quantity((planned,), (ALL,), year - 1)
        zh = f"{indicators[name].zh}预算"
        budget = next((other for other, each in indicators.items() if each.zh == zh), None)
        return Quantity((budget,), (ALL,), year) if budget else None

    def read_part_of_year(
        self, number: DraftNumber, relation: DraftRelation, name: str, scope: str, part: str
    ) -> DraftReading | None:
        """A number as the half of the year that nobody reports, or what a half is of the year or of the other."""
        whole = self.of_year(name)
        if whole is None:
            return None
        key = (name, self.year, scope, True)
        first, year = (self.figures.get(each, self.year, scope).value for each in (name, whole))
        if first is None or year is None:
            return DraftReading(key, None, False, Quantity((name,), (scope,), self.year))
        own, other = (first, year - first) if part == FIRST_HALF else (year - first, first)
        value = {
            RelationKind.LEVEL: own,
            RelationKind.SHARE: 100 * own / year,
            RelationKind.TIMES: own / other if other else None,
            RelationKind.CHANGE: own - other,
        }.get(relation.kind)
        is_true = value is not None and number.wording.is_true_of(abs(value))
        return DraftReading(key, value, is_true, Quantity((name,), (scope,), self.year))

    def of_year(self, name: str) -> str | None:
        """The indicator of all the year whose first half another one is."""
        indicators = self.figures.project.indicators
        if FIRST_HALF not in indicators[name].zh:
            return None
        whole = indicators[name].zh.replace(FIRST_HALF, "")
        return next((other for other, each in indicators.items() if each.zh == whole), None)

    def first_halves(self, names: Iterable[str]) -> list[str]:
        """The indicators of the first half of the year of these, in order, and those of these that are one."""
        halves = {whole: name for name in self.figures.project.indicators if (whole := self.of_year(name))}
        return [halves.get(name, name) for name in names if name in halves or name in halves.values()]

    def balances(self, part: str) -> list[tuple[str, str]]:
        """The indicators of what came in and of what went out, of all the year or of a part of it."""
        by_name = {each.zh: name for name, each in self.figures.project.indicators.items()}
        return [
            (name, by_name[zh.replace(IN, OUT)])
            for zh, name in by_name.items()
            if zh.endswith(IN) and zh.replace(IN, OUT) in by_name and (FIRST_HALF in zh) == (part == FIRST_HALF)
        ]

    def balanced(self, name: str, words: str) -> str:
        """What went out where an indicator is what came in, or the other way; by the one word that says so."""
        zh = self.figures.project.indicators[name].zh
        other = {IN: zh.replace(OUT, IN), OUT: zh.replace(IN, OUT)}.get(words.removesuffix("的"), zh)
        return next((each for each, one in self.figures.project.indicators.items() if one.zh == other != zh), "")

    def by_level(self, one: Quantity) -> list[dict[str, Decimal]]:
        """What a figure comes to for the units of each level that have more than one."""
        levels = sorted({each.level.code for each in self.figures.project.units.values()})
        found = [dict(self._values_of_level(one, level)) for level in levels]
        return [values for values in found if len(values) > 1]

    def _of_level(self, name: str, named: Sequence[str], year: int) -> list[str]:
        units = self.figures.project.units
        levels = {units[code].level.code for code in named if code in units}
        return [
            code for level in sorted(levels) for code, _ in self._values_of_level(Quantity((name,), (), year), level)
        ]

    def _values_of_level(self, one: Quantity, level: str) -> Iterator[tuple[str, Decimal]]:
        for code in self.figures.values.get((one.names[0], one.year), {}):
            unit = self.figures.project.units.get(code)
            if unit and unit.level.code == level:
                value = self.value(replace(one, scopes=(code,)))
                if value is not None:
                    yield code, value


def _place_of(wanted: int, own: Decimal, values: Iterable[Decimal]) -> Decimal:
    """Which place a value has, from the last one where that is asked."""
    ahead = sum(value < own if wanted < 0 else value > own for value in values)
    return Decimal(-1 - ahead if wanted < 0 else 1 + ahead)


def _around(value: Decimal, number: DraftNumber, relation: DraftRelation, is_compared: bool) -> Iterable[Decimal]:
    """The value without its sign; what people compute from printed numbers may be off by one in the last place."""
    size = value if number.kind in (NumberKind.FLAT, NumberKind.MOVED) else abs(value)
    if not is_compared:
        return (size,)
    if relation.kind in (RelationKind.CHANGE, RelationKind.GAP) and number.unit not in ("%", "倍"):
        low, high = number.wording.low, number.wording.high
        half = (high - low) / 2 if low is not None and high is not None else Decimal(0)
        return (size, size - half, size + half) if number.wording.style == "exact" else (size,)
    if relation.kind is RelationKind.PER:
        return (size, size.quantize(Decimal(1).scaleb(int(number.numeral.as_tuple().exponent)), ROUND_HALF_UP))
    if relation.kind in (RelationKind.TIMES, RelationKind.BY_TIMES) and abs(size - round(size)) <= TIMES_WITHIN:
        return size, Decimal(round(size))
    return (size,)
