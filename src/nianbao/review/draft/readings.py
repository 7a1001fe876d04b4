"""What a number may be read as: figures of which it could speak, and what their values make of what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations

from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.verdicts import Key
from nianbao.statistics.figures import Figures
from nianbao.statistics.scopes import ALL

_RATES = frozenset({"%", "百分点"})
_PEOPLE = frozenset({"人", "人次", "名"})
_GROWTH = re.compile(r"增幅|增速|增长最|涨幅|以[\d.]+%领跑")
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


@dataclass(frozen=True)
class Readings:
    """Reads numbers by the figures of a year."""

    figures: Figures
    year: int

    def read(
        self, number: DraftNumber, relation: DraftRelation, name: str, scope: str, year: int, said: str,
        among: Sequence[str] | None = None,
    ) -> DraftReading:  # fmt: skip
        """A number as this figure."""
        is_level = relation.kind is RelationKind.LEVEL or (
            relation.kind is RelationKind.SHARE and self.figures.project.indicators[name].unit == "%"
        )
        is_change = not is_level or number.kind in (NumberKind.RANK, NumberKind.FLAT)
        key = (name, year, scope, is_change)
        if number.kind is NumberKind.RANK:
            place = self._place(
                name, year, scope, int(number.numeral), among=among, by_growth=bool(_GROWTH.search(said))
            )
            return DraftReading(key, place, place == number.numeral)
        if name.startswith(TARGET):
            planned = self._value(number, relation, key)  # 力争达到 and 突破 go with a target itself
            return DraftReading(key, planned, planned is not None and _meets(number, planned))
        return self._held(number, relation, key, self._value(number, relation, key))

    def read_sums(
        self, number: DraftNumber, names: Iterable[str], named: Sequence[str], year: int, *, is_rest: bool = False
    ) -> Iterator[DraftReading]:
        """A number as the sum over units that were named, or over all others of their level."""
        for name in names:
            scopes = self._others(name, year, named) if is_rest else named
            values = [self.figures.get(name, year, scope).value for scope in scopes]
            known = [value for value in values if value is not None]
            if len(known) == len(values) > 1:
                total = sum(known, Decimal(0))
                yield DraftReading((name, year, ALL, True), total, number.wording.is_true_of(total))

    def read_of_all(self, number: DraftNumber, names: Iterable[str], count: int, year: int) -> Iterator[DraftReading]:
        """A number as the sum over all units of the level that has so many."""
        levels = {unit.level.code for unit in self.figures.project.units.values()}
        for name in names:
            for level in sorted(levels):
                values = dict(self._values_of_level(name, year, level, by_growth=False))
                if len(values) == count > 1:
                    total = sum(values.values(), Decimal(0))
                    yield DraftReading((name, year, ALL, True), total, number.wording.is_true_of(total))

    def _others(self, name: str, year: int, named: Sequence[str]) -> list[str]:
        levels = {self.figures.project.units[code].level.code for code in named if code in self.figures.project.units}
        return [
            code
            for level in sorted(levels)
            for code, _ in self._values_of_level(name, year, level, by_growth=False)
            if code not in named
        ]

    def read_share_of_sum(
        self, number: DraftNumber, names: Iterable[str], scopes: Iterable[str], year: int
    ) -> Iterator[DraftReading]:
        """A number as the share that units which were named have together."""
        for name in names:
            values = [self.figures.get(name, year, scope).value for scope in scopes]
            whole = self.figures.get(name, year).value
            known = [value for value in values if value is not None]
            if whole and len(known) == len(values) > 1:
                share = 100 * sum(known, Decimal(0)) / whole
                yield DraftReading((name, year, ALL, True), share, number.wording.is_true_of(share))

    def read_added(self, number: DraftNumber, names: Sequence[str], year: int) -> Iterator[DraftReading]:
        """A number as the sum of two indicators that its words name."""
        for one, other in combinations(names, 2):
            values = [self.figures.get(name, year).value for name in (one, other)]
            known = [value for value in values if value is not None]
            if len(known) == len(values) and number.wording.is_true_of(sum(known, Decimal(0))):
                yield DraftReading((one, year, ALL, True), sum(known, Decimal(0)), is_true=True)

    def read_per_person(
        self, number: DraftNumber, said: Sequence[tuple[str, str]], year: int
    ) -> Iterator[DraftReading]:
        """An amount a person as the money said last over the people said last."""
        indicators = self.figures.project.indicators
        money = next((each for each in said if indicators[each[0]].unit == "元"), None)
        people = next((each for each in said if indicators[each[0]].unit in _PEOPLE), None)
        if money and people and money[1] == people[1]:
            amount, count = (self.figures.get(name, year, scope).value for name, scope in (money, people))
            if amount and count:
                yield DraftReading(
                    (money[0], year, money[1], True), amount / count, number.wording.is_true_of(amount / count)
                )

    def read_part_of_year(
        self, number: DraftNumber, relation: DraftRelation, name: str, scope: str, part: str
    ) -> DraftReading | None:
        """A number as the half of the year that nobody reports, or what a half is of the year or of the other."""
        whole = self._of_year(name)
        if whole is None:
            return None
        key = (name, self.year, scope, True)
        first, year = (self.figures.get(each, self.year, scope).value for each in (name, whole))
        if first is None or year is None:
            return DraftReading(key, None, is_true=False)
        own, other = (first, year - first) if part == FIRST_HALF else (year - first, first)
        values = {
            RelationKind.LEVEL: own,
            RelationKind.SHARE: 100 * own / year,
            RelationKind.TIMES: own / other if other else None,
            RelationKind.CHANGE: own - other,
        }
        return self._held(number, relation, key, values.get(relation.kind))

    def _of_year(self, name: str) -> str | None:
        """The indicator of all the year whose first half another one is."""
        indicators = self.figures.project.indicators
        if FIRST_HALF not in indicators[name].zh:
            return None
        whole = indicators[name].zh.replace(FIRST_HALF, "")
        return next((other for other, each in indicators.items() if each.zh == whole), None)

    def first_halves(self, names: Iterable[str]) -> list[str]:
        """The indicators of the first half of the year of these, in order, and those of these that are one."""
        halves = {whole: name for name in self.figures.project.indicators if (whole := self._of_year(name))}
        return [halves.get(name, name) for name in names if name in halves or name in halves.values()]

    def balances(self, part: str) -> list[tuple[str, str]]:
        """The indicators of what came in and of what went out, of all the year or of a part of it."""
        by_name = {each.zh: name for name, each in self.figures.project.indicators.items()}
        return [
            (name, by_name[zh.replace(IN, OUT)])
            for zh, name in by_name.items()
            if zh.endswith(IN) and zh.replace(IN, OUT) in by_name and (FIRST_HALF in zh) == (part == FIRST_HALF)
        ]

    def read_per(
        self, number: DraftNumber, relation: DraftRelation, one: tuple[str, str], other: tuple[str, str]
    ) -> DraftReading:
        """A number as so much of one figure for each of another."""
        key = (one[0], self.year, one[1], True)
        value, base = (self.figures.get(name, self.year, scope).value for name, scope in (one, other))
        return self._held(number, relation, key, value / base if value is not None and base else None)

    def compare(
        self, number: DraftNumber, relation: DraftRelation, one: tuple[str, str], other: tuple[str, str], year: int
    ) -> DraftReading:
        """A number as what one figure is more than, or how many times, another one."""
        key = (one[0], year, one[1], True)
        value, base = (self.figures.get(name, year, scope).value for name, scope in (one, other))
        if value is None or base is None:
            return DraftReading(key, None, is_true=False)
        if relation.kind is RelationKind.SHARE:
            result = 100 * value / base if base else None
            if result is not None and result > HUNDRED >= number.numeral:
                result = None  # no part is more than the whole
        elif relation.kind is RelationKind.TIMES:
            result = value / base if base else None
        elif number.unit == "%" and self.figures.project.indicators[one[0]].unit not in _RATES:
            result = 100 * (value - base) / base if base else None
        else:
            result = value - base
        return self._held(number, relation, key, result)

    def _held(self, number: DraftNumber, relation: DraftRelation, key: Key, value: Decimal | None) -> DraftReading:
        """A value that was computed, with whether the number says it, and the right direction."""
        if value is None:
            return DraftReading(key, None, is_true=False)
        direction = (value > 0) - (value < 0)
        if relation.sign and direction != relation.sign:
            return DraftReading(key, value, is_true=False)
        return DraftReading(
            key, value, any(number.wording.is_true_of(each) for each in _around(value, number, relation))
        )

    def _value(self, number: DraftNumber, relation: DraftRelation, key: Key) -> Decimal | None:
        name, year, scope, _ = key
        value = self.figures.get(name, year, scope).value
        if value is None:
            return None
        kind = relation.kind
        if number.kind is NumberKind.FLAT:
            return self._change(name, year, scope, in_percent=True, relation=DraftRelation())
        if kind is RelationKind.LEVEL:
            return value
        if kind in (RelationKind.GAP, RelationKind.DONE):
            target = self._target(name, year)
            if not target or scope != ALL:
                return None
            return value - target if kind is RelationKind.GAP else 100 * value / target
        if kind is RelationKind.SHARE and self.figures.project.indicators[name].unit == "%":
            return value
        if kind is RelationKind.SHARE:
            whole = self._compared_with(name, year, ALL if not relation.base_scope else relation.base_scope, relation)
            return 100 * value / whole if whole and (scope != ALL or relation.is_of_last_year) else None
        if kind in (RelationKind.TIMES, RelationKind.BY_TIMES):
            base = self._compared_with(name, year, relation.base_scope or scope, relation)
            return None if not base else value / base - (kind is RelationKind.BY_TIMES)
        change = self._change(name, year, scope, in_percent=number.unit == "%", relation=relation)
        is_rate = self.figures.project.indicators[name].unit in _RATES
        if number.unit == "百分点" and not is_rate:
            return None
        if is_rate and number.unit == "%" and change is not None and value != change:
            return 100 * change / (value - change)  # a rate that went from 50% to 51% went up by 2% or by one point
        return change

    def _change(self, name: str, year: int, scope: str, *, in_percent: bool, relation: DraftRelation) -> Decimal | None:
        value, base = self.figures.get(name, year, scope).value, None
        if value is not None:
            base = self._compared_with(name, year, relation.base_scope or scope, relation)
        if value is None or base is None:
            return None
        if in_percent and self.figures.project.indicators[name].unit not in _RATES:
            return 100 * (value - base) / base if base else None
        return value - base

    def _compared_with(self, name: str, year: int, scope: str, relation: DraftRelation) -> Decimal | None:
        """What it is compared with: another unit in the same year, or itself in the year before or the one named."""
        of_another = relation.base_scope or (relation.kind is RelationKind.SHARE and not relation.is_of_last_year)
        return self.figures.get(name, year if of_another else relation.base_year or year - 1, scope).value

    def _target(self, name: str, year: int) -> Decimal | None:
        planned = f"{TARGET}{name}"
        if planned not in self.figures.project.indicators:
            return None
        return self.figures.get(planned, year - 1).value

    def _place(
        self, name: str, year: int, scope: str, wanted: int, *, among: Sequence[str] | None, by_growth: bool
    ) -> Decimal | None:
        """Which place a unit has among those named or of its level, from the last one where that is asked."""
        units = self.figures.project.units
        if scope not in units:
            return None
        values = dict(self._values_of_level(name, year, units[scope].level.code, by_growth=by_growth))
        if among:
            values = {code: value for code, value in values.items() if code in among}
        if scope not in values or len(values) < 2:
            return None
        if wanted < 0:
            return Decimal(-1 - sum(value < values[scope] for value in values.values()))
        return Decimal(1 + sum(value > values[scope] for value in values.values()))

    def _values_of_level(self, name: str, year: int, level: str, *, by_growth: bool) -> Iterator[tuple[str, Decimal]]:
        for code in self.figures.values.get((name, year), {}):
            unit = self.figures.project.units.get(code)
            if unit and unit.level.code == level:
                value = self.figures.get(name, year, code).value
                if by_growth:
                    value = self._change(name, year, code, in_percent=True, relation=DraftRelation())
                if value is not None:
                    yield code, value


def _meets(number: DraftNumber, planned: Decimal) -> bool:
    return number.numeral == planned or number.wording.is_true_of(planned)


def _around(value: Decimal, number: DraftNumber, relation: DraftRelation) -> Iterable[Decimal]:
    """The value without its sign; what people compute from printed numbers may be off by one in the last place."""
    size = value if number.kind in (NumberKind.FLAT, NumberKind.MOVED) else abs(value)
    if relation.kind in (RelationKind.CHANGE, RelationKind.GAP) and number.unit not in ("%", "倍"):
        low, high = number.wording.low, number.wording.high
        half = (high - low) / 2 if low is not None and high is not None else Decimal(0)
        return (size, size - half, size + half) if number.wording.style == "exact" else (size,)
    if relation.kind is RelationKind.PER:
        return (size, size.quantize(Decimal(1).scaleb(int(number.numeral.as_tuple().exponent)), ROUND_HALF_UP))
    if relation.kind in (RelationKind.TIMES, RelationKind.BY_TIMES) and abs(size - round(size)) <= TIMES_WITHIN:
        return size, Decimal(round(size))
    return (size,)


def scopes_in(names: Mapping[str, str], text: str) -> list[tuple[int, str]]:
    """The units that are named in a text, each where it stands; of names within one another the longest counts."""
    found: list[tuple[int, int, str]] = []
    for name in sorted(names, key=len, reverse=True):
        for match in re.finditer(re.escape(name) + "(?!省)", text):
            if not any(start <= match.start() < end for start, end, _ in found):
                found.append((match.start(), match.end(), names[name]))
    return [(start, code) for start, _, code in sorted(found)]
