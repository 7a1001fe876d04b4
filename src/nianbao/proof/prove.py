"""Proof-reading: a draft's numbers found, bound, and held against the warehouse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from nianbao.proof.binding import Binder, Bound
from nianbao.proof.numbers import Kind, Number, NumberFinder, in_unit
from nianbao.proof.profiles import Vocabulary, read_vocabulary
from nianbao.proof.reading import Cell, Paragraph, Passage, passages
from nianbao.proof.suggest import suggest
from nianbao.proof.verdicts import Checked, Key, Verdict, contradictions, judge, sums
from nianbao.proof.wholes import wholes_of
from nianbao.statistics.compile import ALL
from nianbao.statistics.figures import Figures

_SENTENCE_END = re.compile(r"[。！？!?\n]")
_CLAUSE_END = re.compile(r"[，,；;。！？!?：:\n]")
_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)\s*年|(?<![较比])(?P<last>上年|去年|上一年)")
# Columns that hold no figures of the report: numbering, years, how many units reported, what an earlier release said.
_NO_FIGURES = re.compile(r"序号?|编号|年度|年份|覆盖|原印文|日期|页码")


def prove(paragraphs: Sequence[Paragraph], figures: Figures, year: int) -> list[Checked]:
    """Every number of a draft that is a figure, with what it was found to be."""
    vocabulary = read_vocabulary(figures.project)
    prover = _Prover(figures, year, vocabulary, _years_later(paragraphs, year))
    checked = [
        one
        for index, passage in enumerate(passages(paragraphs, figures.project, year))
        for one in prover.check(index, passage)
    ]
    contradictions(checked)
    sums(checked, wholes_of(figures, year), {name: each.zh for name, each in figures.project.indicators.items()})
    return checked


def _years_later(paragraphs: Sequence[Paragraph], year: int) -> int:
    """How many years after the year of its tags the draft is: last year's report may have been taken for a start."""
    tagged = [int(tag.key.rpartition("-")[2]) for paragraph in paragraphs for tag in paragraph.tags]
    return year - max(tagged) if tagged else 0


class _Prover:
    """Checks the numbers of passages."""

    def __init__(self, figures: Figures, year: int, vocabulary: Vocabulary, years_later: int) -> None:
        self._figures, self._year, self._years_later = figures, year, years_later
        self._profiles = vocabulary.profiles
        self._finder = NumberFinder(vocabulary.units)
        self._binder = Binder(vocabulary, self._may_be)
        self._scopes = _scope_names(figures)

    def check(self, index: int, passage: Passage) -> list[Checked]:
        """The figures of a passage; `index` is its number."""
        if passage.cell and _NO_FIGURES.fullmatch(passage.cell.head):
            return []
        numbers = self._finder.find(passage.text)
        if passage.cell:
            numbers = [in_unit(number, passage.cell.unit) for number in numbers]
        tagged = {place: key for place, number in enumerate(numbers) if (key := self._tag(passage, number))}
        fixed = {place: key[0] for place, key in tagged.items()}
        lead = f"{passage.cell.caption}。{passage.cell.label}{passage.cell.head}" if passage.cell else ""
        moved = [replace(number, start=number.start + len(lead), end=number.end + len(lead)) for number in numbers]
        bound = self._binder.bind(lead + passage.text, moved, passage.place, fixed)
        checked = []
        for place, (number, known) in enumerate(zip(numbers, bound, strict=True)):
            one = Checked(number, index, _sentence(passage, number), passage.place[1], is_tagged=place in tagged)
            if known:
                self._judge(one, passage, known, tagged.get(place))
                checked.append(one)
            elif _is_figure(number, passage.cell):
                one.add(Verdict.UNKNOWN, "这个数没有对应的指标，库中查不到")
                checked.append(one)
        return checked

    def _tag(self, passage: Passage, number: Number) -> tuple[str, int] | None:
        """The indicator and year of the content control that a number stands in."""
        for tag in passage.tags:
            name, _, year = tag.key.rpartition("-")
            if tag.start < number.end and number.start < tag.end and name in self._profiles:
                return name, int(year) + self._years_later
        return None

    def _judge(self, one: Checked, passage: Passage, bound: Bound, tagged: tuple[str, int] | None) -> None:
        """Hold a bound number against its value, and against those of the indicators it says as well."""
        year = tagged[1] if tagged else self._year_of(passage, one.number, bound)
        scope = self._scopes.get(passage.cell.label, ALL) if passage.cell else ALL
        key = (bound.indicator_id, year, scope, bound.is_change)
        value = self._value(key, one.number)
        if value is not None and passage.cell and passage.cell.is_in_any_scale:
            one.number = _in_scale(one.number, value)
        if value is not None and scope == ALL and not one.number.wording.is_true_of(value):
            key, value = self._of_a_unit(passage, one.number, key, value)
        indicator = self._profiles[bound.indicator_id].indicator
        one.key, one.value, one.unit = key, value, indicator.unit
        one.zh = indicator.zh + ("较上年的变化" if bound.is_change else "")
        if value is None:
            one.add(Verdict.UNKNOWN, f"库中没有{one.zh}{year}年的数")
            return
        verdict = judge(one.number.wording, one.number.numeral, value)
        if verdict is not Verdict.AGREES and not bound.is_change:
            one.suggestion = suggest(one.number, value, indicator.unit, passage.cell)
        one.add(verdict, _reason(verdict, one))
        for name in bound.also:
            other = self._value((name, year, scope, bound.is_change), one.number)
            zh = self._profiles[name].indicator.zh
            if other is not None and not one.number.wording.is_true_of(other):
                one.verdicts, one.reasons = [v for v in one.verdicts if v is not Verdict.AGREES], [
                    r for v, r in zip(one.verdicts, one.reasons, strict=True) if v is not Verdict.AGREES]  # fmt: skip
                one.add(judge(one.number.wording, one.number.numeral, other), f"同一数字也说的是{zh}，库中为{other:,f}")

    def _value(self, key: Key, number: Number) -> Decimal | None:
        """The value of a figure, or of its change in the unit in which the number says it."""
        name, year, scope, is_change = key
        value = self._figures.get(name, year, scope).value
        if not is_change or value is None:
            return value
        before = self._figures.get(name, year - 1, scope).value
        if before is None or (not before and number.unit in ("%", "倍")):
            return None
        if number.unit == "%" and self._profiles[name].indicator.unit != "%":
            return abs(100 * (value - before) / before)
        return abs(value / before - 1) if number.unit == "倍" else abs(value - before)

    def _of_a_unit(self, passage: Passage, number: Number, key: Key, value: Decimal) -> tuple[Key, Decimal]:
        """The figure of a unit that the clause names, where the number is true of that."""
        clause = _around(_CLAUSE_END, passage.text, number)
        for name, code in self._scopes.items():
            if name in clause:
                own = self._value((key[0], key[1], code, key[3]), number)
                if own is not None and number.wording.is_true_of(own):
                    return (key[0], key[1], code, key[3]), own
        return key, value

    def _year_of(self, passage: Passage, number: Number, bound: Bound) -> int:
        """The year that a number is about: as the table or the section has it, unless the sentence names another."""
        if passage.cell and passage.cell.year:
            return passage.cell.year
        usual = self._usual_years(bound.indicator_id, passage)
        said = [
            int(match["year"]) if match["year"] else self._year - 1
            for match in _YEAR.finditer(_around(_SENTENCE_END, passage.text, number, only_before=True))
        ]
        named = [year for year in said[-1:] if self._value((bound.indicator_id, year, ALL, bound.is_change), number)]
        candidates = [*(year for year in usual if year in named), *usual, *named]
        for year in candidates:
            value = self._value((bound.indicator_id, year, ALL, bound.is_change), number)
            if value is not None and number.wording.is_true_of(value):
                return year
        return (named or usual)[0]

    def _usual_years(self, name: str, passage: Passage) -> list[int]:
        """The years of which the section, or else any section, prints the indicator."""
        printed = self._profiles[name].printed
        backs = printed.get(passage.place) or frozenset().union(*printed.values()) or frozenset({0})
        return [self._year - back for back in sorted(backs)]

    def _may_be(self, name: str, number: Number) -> bool:
        """Whether a number is true of an indicator in a year in which it is printed."""
        backs = frozenset({0}).union(*self._profiles[name].printed.values())
        values = (self._figures.get(name, self._year - back).value for back in backs)
        return any(value is not None and number.wording.is_true_of(value) for value in values)


def _in_scale(number: Number, value: Decimal) -> Number:
    """The number in 万 where it is true only so."""
    larger = in_unit(replace(number, unit=""), f"万{number.unit}")
    return larger if not number.wording.is_true_of(value) and larger.wording.is_true_of(value) else number


def _scope_names(figures: Figures) -> dict[str, str]:
    """What units are called in a report, with their codes; the federation itself is the whole."""
    province = figures.project.province.code
    return {
        name: unit.code
        for unit in figures.project.units.values()
        if unit.code != province
        for name in (unit.zh, unit.short_zh, unit.zh.removesuffix("总工会"))
    }


def _is_figure(number: Number, cell: Cell | None) -> bool:
    """Whether a number that nothing is known of must be a figure all the same."""
    is_plain = not number.unit and number.numeral == number.numeral.to_integral_value()
    return (
        number.kind is Kind.COUNT
        and not number.is_vague
        and not (is_plain or (cell and not cell.unit and not number.unit))
    )


def _sentence(passage: Passage, number: Number) -> str:
    """The sentence of a number, or what its cell is called."""
    if passage.cell:
        return " · ".join(filter(None, (passage.cell.caption, passage.cell.label, passage.cell.head)))
    return re.sub(r"\s+", " ", _around(_SENTENCE_END, passage.text, number)).strip()


def _around(end: re.Pattern[str], text: str, number: Number, *, only_before: bool = False) -> str:
    """The text around a number up to the nearest stops."""
    start = max((match.end() for match in end.finditer(text, 0, number.start)), default=0)
    after = end.search(text, number.end)
    return text[start : number.start if only_before else after.end() if after else len(text)]


def _reason(verdict: Verdict, one: Checked) -> str:
    if verdict is Verdict.AGREES:
        return ""
    year = one.key[1] if one.key else ""
    said = f"{one.zh}{year}年为{one.value:,f}{one.unit}"
    return f"{said}，“{one.number.text}”的说法不成立" if verdict is Verdict.FALSE_WORDING else said
