"""Tables read as wholes: what the numbers of a column or of a row have in common tells what each of them is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from nianbao.review.draft.mention import Quantity
from nianbao.review.draft.numbers import DraftNumber, NumberFinder, NumberKind, in_unit
from nianbao.review.draft.profiles import pairs_of
from nianbao.review.draft.reading import DraftCell, Passage
from nianbao.review.draft.readings import RATES, TARGET, Readings, Weighed
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.scores import COUNTER, fit_of
from nianbao.review.draft.spoken import in_ten_thousands, is_below_nought, is_total, units_of
from nianbao.review.draft.values import Values
from nianbao.review.draft.verdicts import information
from nianbao.statistics.scopes import ALL

SURE, BY_WORDS = 3.0, 2.0
"""How many digits the other numbers must meet a figure by for one of them to be called wrong, and by how many the
words of the row or column are worth."""
LIKE = 0.5
"""By how many digits two indicators are apart that a series may be of."""
_MOVED = (
    r"(?:[比较与同]?(?:上年|去年|20\d\d年)(?:同期)?)?(?:净|同比)?"
    r"(?:增长|增加|增减|增幅|增速|增量|减少|下降|变化|变动|同比)(?:率|额|数|情况)?"
)
_ROLES = (
    (re.compile(r".*位次|.*排名|.*名次"), "rank"),
    (re.compile(r".*完成(?:年度|年初)?(?:目标|预算|任务)?(?:率|进度|情况)|完成(?:预算|目标)"), RelationKind.DONE),
    (re.compile(r"(?:20\d\d年)?(?:年度|年初|全年|本年)?(?:目标|预算|计划)(?:数|任务)?"), "target"),
    (re.compile(rf".*{_MOVED}"), RelationKind.CHANGE),
    (re.compile(r"占(?:比|全[省市部]|总[数额])?(?:的?比重)?|比重"), RelationKind.SHARE),
)  # fmt: skip
_YEAR = re.compile(r"(?P<year>20\d\d)年?度?|(?P<last>(?<![比较])(?:上年|去年))|(?P<own>本年|今年)")
_BY_GROWTH = re.compile("增")
_OF_ROLE = re.compile(
    rf"{_MOVED}|占(?:比|全[省市部])?(?:的?比重)?"
    r"|位次|排名|名次|(?:年度|年初|全年)?(?:目标|预算|计划|任务)(?:数|任务)?|完成(?:率|进度|情况)?"
)


@dataclass(frozen=True)
class _Cell:
    """A number of a table with the unit of its row, its part in the row, the year it is of and its own column."""

    passage: int
    number: DraftNumber
    cell: DraftCell
    scope: str
    role: str
    year: int
    is_down: bool
    ahead: int = 0


@dataclass(frozen=True)
class TableReader:
    """Reads tables by what their numbers agree on."""

    _values: Values
    _readings: Readings
    _finder: NumberFinder

    def of(self, read: Sequence[Passage]) -> dict[int, Weighed]:
        """What the numbers of cells say, by their passages: what they agree with, or what they are surely not."""
        found: dict[int, Weighed] = {}
        captions = groupby(enumerate(read), lambda each: each[1].cell.caption if each[1].cell else None)
        for caption, together in captions:
            cells = [cell for index, each in together if caption is not None and (cell := self._cell(index, each))]
            declared_before, declared_in_it = (self._table(cells, ahead) for ahead in (0, 1))
            is_later = _agreeing(declared_in_it) > _agreeing(declared_before)
            found |= declared_in_it if is_later else declared_before
        return found

    def _table(self, cells: Sequence[_Cell], ahead: int) -> dict[int, Weighed]:
        """What the cells of a table say whose targets were declared for its year, or in it for the next."""
        told: dict[int, Weighed] = {}
        parts: dict[str, str] = {}
        for series in self._series([replace(each, ahead=ahead) for each in cells]):
            name, found = self._told(series)
            told |= found
            if found and not is_total(series[0].cell.label):
                parts[series[0].cell.label] = name
        return told | self._shares([each for each in cells if each.role == RelationKind.SHARE], parts)

    def _shares(self, cells: Sequence[_Cell], parts: Mapping[str, str]) -> dict[int, Weighed]:
        """A column that says what part each row is of them all, where most of its numbers say so."""
        told = {}
        for each in cells:
            if each.scope == ALL and each.cell.label in parts:
                whole = Quantity(tuple(dict.fromkeys(parts.values())), (ALL,), each.year)
                one = replace(whole, names=(parts[each.cell.label],))
                told[each.passage] = self._by_per_cent(each, RelationKind.SHARE, one, whole)
        return told if 2 * _agreeing(told) > max(len(told), 2) else {}

    def _cell(self, index: int, passage: Passage) -> _Cell | None:
        cell, numbers = passage.cell, list(self._finder.find(passage.text))
        if not cell or not cell.head or len(numbers) != 1 or passage.tags:
            return None
        scope = ALL if is_total(cell.label) else self._values.units.names.get(cell.label, ALL)
        role = next((role for pattern, role in _ROLES if pattern.fullmatch(cell.head)), RelationKind.LEVEL)
        down = is_below_nought(passage.text[: numbers[0].start])
        return _Cell(index, numbers[0], cell, scope, role, self._year(cell, role), down)

    def _year(self, cell: DraftCell, role: str) -> int:
        own = self._values.year
        words = [cell.head] if role in (RelationKind.LEVEL, "target") else []
        for said in (match for each in words if (match := _YEAR.search(each))):
            return int(said["year"]) if said["year"] else own - 1 if said["last"] else own
        if cell.year:
            return cell.year
        said_over = re.search(r"(20\d\d)年", cell.label) or re.search(r"(20\d\d)年", cell.caption)
        return int(said_over[1]) if said_over else own

    def _series(self, cells: Sequence[_Cell]) -> Iterator[list[_Cell]]:
        """Cells that are of one indicator: a column of units with those that go on from it, or such a part of a row."""
        places = [each for each in cells if self._is_of_unit(each)]
        by_units = {each.passage for each in places} if len(places) > len(cells) / 2 else set()
        groups: dict[object, list[_Cell]] = {}
        for _label, row in groupby(cells, lambda each: each.cell.label):
            together = list(row)
            nouns = [_noun(each) for each in together if each.role == RelationKind.LEVEL]
            last = nouns[0] if nouns else ""
            for each in together:
                noun = _noun(each)
                last = noun if each.role == RelationKind.LEVEL or noun else last
                key = (last,) if by_units else (last, each.cell.label)
                if not by_units or each.passage in by_units:
                    groups.setdefault(key, []).append(each)
        yield from groups.values()

    def _is_of_unit(self, one: _Cell) -> bool:
        return one.scope != ALL or one.cell.label == self._values.units.whole or is_total(one.cell.label)

    def _told(self, series: Sequence[_Cell]) -> tuple[str, dict[int, Weighed]]:
        """What the cells of a series say of the indicator that most of them are of."""
        scores = {}
        for name in self._candidates(series):
            if met := self._evidence(series, name):
                scores[name] = sum(met.values()) + BY_WORDS * self._likeness(series, name)
        if not scores:
            return "", {}
        names = sorted(scores, key=lambda name: -scores[name])
        met, told = self._evidence(series, names[0]), {}
        readable = sum(bool(self._read(each, names[0])) for each in series)
        for each in series:
            others = sum(digits for passage, digits in met.items() if passage != each.passage)
            read = [one for name in names if scores[name] >= scores[names[0]] - LIKE for one in self._read(each, name)]
            if read and others >= SURE and 2 * len(met) >= readable:
                told[each.passage] = next((one for one in read if one.reading.is_true), read[0])
        return names[0], told

    def _candidates(self, series: Sequence[_Cell]) -> Iterable[str]:
        scopes = {each.scope for each in series}
        for name in self._values.profiles:
            is_plain = not name.startswith(TARGET) and not self._values.is_change(name)
            if is_plain and self._readings.has(name, tuple(scopes - {ALL}) or (ALL,)):
                yield name

    def _evidence(self, series: Sequence[_Cell], name: str) -> dict[int, float]:
        """By how many digits each cell of a series meets an indicator."""
        met = {}
        for each in series:
            if any(one.reading.is_true for one in self._read(each, name)):
                met[each.passage] = max(information(each.number), 0.3)
        return met

    def _likeness(self, series: Sequence[_Cell], name: str) -> float:
        """How much of an indicator's name is said by the row and the column."""
        said = pairs_of(series[0].cell.head) | pairs_of(series[0].cell.of)
        if all(each.scope == ALL for each in series):
            said |= pairs_of(series[0].cell.label)
        said |= pairs_of(series[0].cell.caption)
        own = self._values.profiles[name].name
        return len(own & said) / max(len(own), 1)

    def _read(self, one: _Cell, name: str) -> list[Weighed]:
        """What a cell says if it is of an indicator, the likeliest first."""
        figure = Quantity((name,), (one.scope,), one.year)
        return [each for each in self._ways(one, figure) if each.reading.value is not None]

    def _ways(self, one: _Cell, figure: Quantity) -> Iterator[Weighed]:
        name, readings = figure.names[0], self._readings
        if one.role == "rank":
            number = replace(one.number, kind=NumberKind.RANK, unit="位")
            ranked = replace(figure, of_growth=bool(_BY_GROWTH.search(one.cell.head)))
            reading = readings.read_rank(number, ranked, among=None)
            yield Weighed(reading, 1.0, DraftRelation())
            return
        if one.role in (RelationKind.DONE, "target"):
            if target := readings.target(name, one.year + one.ahead):
                if one.role == "target":
                    yield from self._held(one, name, DraftRelation(is_target=True), target, None)
                else:
                    per_cent, relation = in_unit(one.number, "%"), DraftRelation(RelationKind.DONE)
                    yield Weighed(readings.read(per_cent, relation, figure, target), 1.0, relation)
            return
        if one.role == RelationKind.SHARE:
            if one.scope != ALL:
                yield self._by_per_cent(one, RelationKind.SHARE, figure, replace(figure, scopes=(ALL,)))
            return
        if one.role == RelationKind.CHANGE:
            before = replace(figure, year=figure.year - 1)
            relation = DraftRelation(RelationKind.CHANGE, -1 if one.is_down else 1)
            if not readings.is_rate(name):
                yield Weighed(readings.read(in_unit(one.number, "%"), relation, figure, before), 1.0, relation)
            yield from self._held(one, name, relation, figure, before)
            return
        yield from self._held(one, name, DraftRelation(), figure, None)

    def _by_per_cent(self, one: _Cell, kind: RelationKind, figure: Quantity, other: Quantity) -> Weighed:
        relation = DraftRelation(kind)
        return Weighed(self._readings.read(in_unit(one.number, "%"), relation, figure, other), 1.0, relation)

    def _held(
        self, one: _Cell, name: str, relation: DraftRelation, figure: Quantity, other: Quantity | None
    ) -> Iterator[Weighed]:
        """A number in each unit of its table that is the indicator's."""
        profile = self._values.profiles[name]
        for number in units_of(one.cell, one.number):
            for scaled in [number, in_ten_thousands(number)] if one.cell.is_in_any_scale else [number]:
                if fit_of(profile, scaled) >= COUNTER or (other and scaled.unit in RATES):
                    yield Weighed(self._readings.read(scaled, relation, figure, other), 1.0, relation)


def _agreeing(told: Mapping[int, Weighed]) -> int:
    """How many of the numbers of a table agree with what they are of."""
    return sum(each.reading.is_true for each in told.values())


def _noun(one: _Cell) -> str:
    """What the head of a column names beside its year and what it says of it."""
    head = _YEAR.sub("", one.cell.head)
    return head if one.role == RelationKind.LEVEL else _OF_ROLE.sub("", head)
