"""Proof-reading: a draft's numbers found, bound, and held against the warehouse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from nianbao.publish.plain import exact
from nianbao.review.draft.binding import Binder, BoundNumber
from nianbao.review.draft.numbers import DraftNumber, NumberFinder, NumberKind, in_unit
from nianbao.review.draft.profiles import DraftVocabulary, read_vocabulary
from nianbao.review.draft.reading import SENTENCE_END, DraftCell, Paragraph, Passage, around, passages
from nianbao.review.draft.scores import is_written_out
from nianbao.review.draft.suggest import suggest
from nianbao.review.draft.values import Values, scope_names
from nianbao.review.draft.verdicts import CheckedDraft, NumberVerdict, contradictions, judge, sums
from nianbao.review.draft.wholes import wholes_of
from nianbao.statistics.figures import Figures
from nianbao.statistics.scopes import ALL

WEAK, FAR = 0.35, 3
"""A binding this weak to a value so many times larger or smaller is not taken for a stale figure of it."""

# The columns of the annex that hold the figure which the row names; and columns that hold no figures of the report:
# numbering, years, how many units reported, what an earlier release said.
_OF_THE_ROW = re.compile(r"印文|现印文|准确值")
_NO_FIGURES = re.compile(r"序号?|编号|年度|年份|覆盖|原印文|日期|页码")


def prove(paragraphs: Sequence[Paragraph], figures: Figures, year: int) -> list[CheckedDraft]:
    """Every number of a draft that is a figure, with what it was found to be."""
    prover = _Prover(figures, year, read_vocabulary(figures.project), _years_later(paragraphs, year))
    read = passages(paragraphs, figures.project, year)
    checked = [one for index, passage in enumerate(read) for one in prover.check(index, passage)]
    contradictions(checked)
    sums(checked, wholes_of(figures, year), {name: each.zh for name, each in figures.project.indicators.items()})
    return checked


def _years_later(paragraphs: Sequence[Paragraph], year: int) -> int:
    """How many years after the year of its tags the draft is: last year's report may have been taken for a start."""
    tagged = [int(tag.key.rpartition("-")[2]) for paragraph in paragraphs for tag in paragraph.tags]
    return year - max(tagged) if tagged else 0


class _Prover:
    """Checks the numbers of passages."""

    def __init__(self, figures: Figures, year: int, vocabulary: DraftVocabulary, years_later: int) -> None:
        self._values = Values(figures, year, vocabulary.profiles, scope_names(figures))
        self._indicators = figures.project.indicators
        self._by_name = {indicator.zh: name for name, indicator in self._indicators.items()}
        self._units = figures.project.units
        self._years_later = years_later
        self._finder = NumberFinder(vocabulary.units)
        self._binder = Binder(vocabulary, self._values.may_be)

    def check(self, index: int, passage: Passage) -> list[CheckedDraft]:
        """The figures of a passage; `index` is its number."""
        if passage.cell and _NO_FIGURES.fullmatch(passage.cell.head):
            return []
        numbers = self._finder.find(passage.text)
        if passage.cell:
            numbers = [in_unit(number, _unit_of(passage.cell)) for number in numbers]
        tagged = {place: key for place, number in enumerate(numbers) if (key := self._tag(passage, number))}
        checked = []
        for place, (number, known) in enumerate(zip(numbers, self._bind(passage, numbers, tagged), strict=True)):
            one = CheckedDraft(number, index, _sentence(passage, number), passage.place[1], is_tagged=place in tagged)
            if known:
                self._judge(one, passage, known, tagged.get(place, ("", None))[1])
            elif _is_figure(number, passage.cell) and (passage.cell or _says_anything(passage.text, numbers)):
                one.add(NumberVerdict.UNKNOWN, "没有与这个数对应的指标")
            if one.verdicts:
                checked.append(one)
        return checked

    def _bind(
        self, passage: Passage, numbers: Sequence[DraftNumber], tagged: dict[int, tuple[str, int]]
    ) -> list[BoundNumber | None]:
        """The indicators of the numbers; a cell's are read one by one, as if its labels stood before each."""
        cell, fixed = passage.cell, {at: key[0] for at, key in tagged.items()}
        if cell is None:
            return self._binder.bind(passage.text, numbers, passage.place, fixed)
        lead, bound = f"{cell.caption}。{cell.label}{cell.head}", []
        for at, number in enumerate(numbers):
            known = fixed.get(at, self._of_row(cell))
            moved = replace(number, start=len(lead), end=len(lead) + len(number.text))
            bound += self._binder.bind(lead + number.text, [moved], passage.place, {0: known} if known else {})
        return bound

    def _of_row(self, cell: DraftCell) -> str:
        """The indicator that a row of the annex names."""
        return self._by_name.get(cell.label, "") if _OF_THE_ROW.fullmatch(cell.head) else ""

    def _tag(self, passage: Passage, number: DraftNumber) -> tuple[str, int] | None:
        """The indicator and year of the content control that a number stands in."""
        for tag in passage.tags:
            name, _, year = tag.key.rpartition("-")
            if tag.start < number.end and number.start < tag.end and name in self._indicators:
                return name, int(year) + self._years_later
        return None

    def _judge(self, one: CheckedDraft, passage: Passage, bound: BoundNumber, tagged_year: int | None) -> None:
        """Hold a bound number against its value, and against those of the indicators that it says as well."""
        key, value = self._values.find(passage, one.number, bound, tagged_year)
        if value is not None and passage.cell and passage.cell.is_in_any_scale:
            one.number = _in_scale(one.number, value)
        indicator = self._indicators[bound.indicator_id]
        of_whom = "" if key[2] == ALL else self._units[key[2]].short_zh
        one.key, one.value, one.unit = key, value, one.number.unit if bound.is_change else indicator.unit
        one.zh = of_whom + indicator.zh + ("较上年的变化" if bound.is_change else "")
        if value is None:
            one.add(NumberVerdict.UNKNOWN, f"库中没有{one.zh}{key[1]}年的数")
        elif not one.is_tagged and bound.score < WEAK and _is_far(one.number.numeral, value):
            one.add(NumberVerdict.UNKNOWN, f"没有与这个数对应的指标；最接近的是{_said(one, value)}")
            one.key, one.value, one.zh, one.unit = None, None, "", ""
        else:
            one.add(*_verdict(one, value))
            if not one.agrees and not bound.is_change:
                one.suggestion = suggest(one.number, value, indicator.unit, passage.cell)
            for name in bound.also:
                self._judge_also(one, name)

    def _judge_also(self, one: CheckedDraft, name: str) -> None:
        """Hold a number against another indicator that it says."""
        assert one.key is not None
        value = self._values.value((name, *one.key[1:]), one.number)
        if value is not None and not one.number.wording.is_true_of(value):
            other = replace(one, zh=self._indicators[name].zh, unit=self._indicators[name].unit)
            one.add(*_verdict(other, value))


def _verdict(one: CheckedDraft, value: Decimal) -> tuple[NumberVerdict, str]:
    """What a number is, held against a value, and why."""
    verdict = judge(one.number.wording, one.number.numeral, value)
    if verdict is NumberVerdict.AGREES:
        return verdict, ""
    wrong = f"，“{one.number.text}”的说法不成立" if verdict is NumberVerdict.FALSE_WORDING else ""
    return verdict, _said(one, value) + wrong


def _said(one: CheckedDraft, value: Decimal) -> str:
    """A figure with its value, in words."""
    return f"{one.zh}{one.key[1] if one.key else ''}年为{exact(value):,f}{one.unit}"


def _is_far(numeral: Decimal, value: Decimal) -> bool:
    """Whether one is more than so many times the other."""
    small, large = sorted((abs(numeral), abs(value)))
    return large > FAR * small


def _in_scale(number: DraftNumber, value: Decimal) -> DraftNumber:
    """The number in 万 where it is true only so."""
    larger = in_unit(replace(number, unit=""), f"万{number.unit}")
    return larger if not number.wording.is_true_of(value) and larger.wording.is_true_of(value) else number


def _unit_of(cell: DraftCell) -> str:
    """The unit of a cell; money for a person is one of its own."""
    return "元/人" if cell.unit == "元" and "人均" in cell.head else cell.unit


def _is_figure(number: DraftNumber, cell: DraftCell | None) -> bool:
    """Whether a number that no indicator is known for must be a figure all the same."""
    is_plain = not number.unit and (cell is not None or not is_written_out(number))
    return number.kind is NumberKind.COUNT and not number.is_vague and not is_plain


def _says_anything(text: str, numbers: Sequence[DraftNumber]) -> bool:
    """Whether there are any words around the numbers of a text; a cell of a table that was pasted has none."""
    for number in reversed(numbers):
        text = text[: number.start] + text[number.end :]
    return bool(re.search(r"[\u4e00-\u9fff]", text))


def _sentence(passage: Passage, number: DraftNumber) -> str:
    """The sentence of a number, or what its cell is called."""
    if passage.cell:
        return " · ".join(filter(None, (passage.cell.caption, passage.cell.label, passage.cell.head)))
    return re.sub(r"\s+", " ", around(SENTENCE_END, passage.text, number.start, number.end)).strip()
