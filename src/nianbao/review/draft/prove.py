"""Proof-reading: a draft's numbers found, bound, and held against the warehouse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from nianbao.publish.plain import exact
from nianbao.review.draft.binding import Binder, BoundNumber
from nianbao.review.draft.candidates import ALSO_EXACT, SAID, Candidates
from nianbao.review.draft.numbers import DraftNumber, NumberFinder, NumberKind, in_unit
from nianbao.review.draft.profiles import DraftVocabulary, read_vocabulary
from nianbao.review.draft.reading import SENTENCE_END, DraftCell, Paragraph, Passage, around, passages
from nianbao.review.draft.readings import DraftReading, Readings
from nianbao.review.draft.relations import DraftRelation, RelationKind, relation_of
from nianbao.review.draft.scores import fit_of, is_written_out, says_change
from nianbao.review.draft.suggest import suggest
from nianbao.review.draft.topics import Topics
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
_NO_FIGURES = re.compile(r"(?:计量)?单位|序号?|编号|年度|年份|覆盖|原印文|日期|页码")


_GENERAL_HEAD = re.compile(
    r"(?:19|20)\d\d年[度]?|本年|上年|去年|上年同期|数值|数量|金额|本期|(?:比上年)?(?:增长|增减|增幅|同比)(?:率|（%）|\(%\))?"
)
_CHANGE_HEAD = re.compile(r"增长|增减|增幅|同比")
_BRACKETS = re.compile(r"[（(][^（()）]*[）)]")
_SAYS = {
    RelationKind.LEVEL: "", RelationKind.CHANGE: "较上年的变化", RelationKind.TIMES: "的倍数",
    RelationKind.BY_TIMES: "增长的倍数", RelationKind.SHARE: "的比重", RelationKind.GAP: "与目标之差",
    RelationKind.DONE: "对目标的完成率",
}  # fmt: skip
_SPEAKS_OF = frozenset({RelationKind.LEVEL, RelationKind.CHANGE, RelationKind.GAP})
_WHAT = {NumberKind.RANK: "的位次", NumberKind.FLAT: "较上年的变化"}


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
        self._readings = Readings(figures, year)
        self._year = year
        self._whole = figures.project.conventions.words.whole
        self._candidates = Candidates(self._values, self._readings, self._binder)

    def check(self, index: int, passage: Passage) -> list[CheckedDraft]:
        """The figures of a passage; `index` is its number."""
        if passage.cell and _NO_FIGURES.fullmatch(passage.cell.head):
            return []
        numbers = self._finder.find(passage.text)
        if passage.cell:
            numbers = [in_unit(number, _unit_of(passage.cell)) for number in numbers]
        tagged = {place: key for place, number in enumerate(numbers) if (key := self._tag(passage, number))}
        checked = []
        topics = Topics(passage.text, self._values.scopes, self._whole)
        relation = None
        for place, (number, known) in enumerate(zip(numbers, self._bind(passage, numbers, tagged), strict=True)):
            one = CheckedDraft(number, index, _sentence(passage, number), passage.place[1], is_tagged=place in tagged)
            if passage.cell is None and place not in tagged:
                relation = relation_of(passage.text, numbers, place, self._values.scopes, relation)
                is_read = self._read(one, passage, numbers, place, known, relation, topics)
            else:
                is_read = False
            if is_read:
                pass
            elif known:
                self._judge(one, passage, known, tagged.get(place, ("", None))[1])
            elif _is_figure(number, passage.cell) and (passage.cell or _says_anything(passage.text, numbers)):
                one.add(NumberVerdict.UNKNOWN, "没有与这个数对应的指标")
            if one.verdicts:
                checked.append(one)
        return checked

    def _read(
        self, one: CheckedDraft, passage: Passage, numbers: Sequence[DraftNumber], place: int,
        known: BoundNumber | None, relation: DraftRelation, topics: Topics,
    ) -> bool:  # fmt: skip
        """Judge what a number says by all that it may be read as; False where nothing is known of it."""
        number = numbers[place]
        if number.kind in (NumberKind.FIRST, NumberKind.ORDINAL):
            return False
        if number.kind is NumberKind.RANK and not topics.scopes(number):
            return True  # 最高 of 点击量最高 is no rank of a unit
        likely = self._candidates.of(passage, numbers, place, known, relation, topics)
        is_level = relation.kind is RelationKind.LEVEL and number.kind is NumberKind.COUNT
        own = None if is_level else self._own_change(number, known)
        if own and own.is_true:
            relation, likely = DraftRelation(), [(own.key[0], (ALL,))]
        if relation.is_open or not likely or (relation.kind is RelationKind.SHARE and topics.follows_sum(number)):
            if not is_level:
                one.add(NumberVerdict.UNKNOWN, "不知道是与什么相比")
            return not is_level
        readings = [
            self._readings.read(number, relation, name, scope, year, topics.clause(number))
            for name, scopes in likely
            for scope in scopes
            for year in self._years(passage, number, name, relation)
        ]
        if own:
            readings.append(own)
        if topics.is_sum(number):
            readings += self._readings.read_sums(number, [name for name, _ in likely], topics.named(number), self._year)
        found = next((each for each in readings if each.is_true), None)
        best = found or next((each for each in readings if each.value is not None), None)
        if best is None or (found is None and topics.is_sum(number)):
            year = self._years(passage, number, likely[0][0], relation)[0]
            of_what = f"{year}年的数" if is_level else "的可比数"
            if number.is_vague and is_level:
                return True  # 一家 of 由一家推动 need not be a figure at all
            one.add(NumberVerdict.UNKNOWN, f"库中没有{self._indicators[likely[0][0]].zh}{of_what}")
            return True
        if relation.kind in _SPEAKS_OF:
            topics.remember(number, best.key[0], best.key[2])
        self._conclude(one, known, relation, best)
        return True

    def _own_change(self, number: DraftNumber, known: BoundNumber | None) -> DraftReading | None:
        """A change or multiple that is an indicator of its own: what it says is that indicator's value."""
        if known is None or known.score < SAID:
            return None
        profile = self._values.profiles[known.indicator_id]
        if not says_change(profile) or fit_of(profile, number) < 1:
            return None
        reading = self._readings.read(number, DraftRelation(), known.indicator_id, ALL, self._year, "")
        return None if reading.value is None else reading

    def _conclude(
        self, one: CheckedDraft, known: BoundNumber | None, relation: DraftRelation, best: DraftReading
    ) -> None:
        assert best.value is not None
        name, _, scope, is_change = best.key
        indicator = self._indicators[name]
        of_whom = "" if scope == ALL else self._units[scope].short_zh
        one.key, one.value, one.zh = (
            best.key,
            best.value,
            of_whom + indicator.zh + _WHAT.get(one.number.kind, _SAYS[relation.kind]),
        )
        one.unit = indicator.unit if not is_change else one.number.unit
        if best.is_true:
            one.add(NumberVerdict.AGREES, "")
        elif not is_change and one.number.is_vague and known and known.score < WEAK:
            one.key, one.value, one.zh, one.unit = None, None, "", ""  # 一件 of 办成一件实事 counts nothing
        elif not is_change and known and known.score < WEAK and _is_far(one.number.numeral, best.value):
            one.add(NumberVerdict.UNKNOWN, f"没有与这个数对应的指标；最接近的是{_said(one, best.value)}")
            one.key, one.value, one.zh, one.unit = None, None, "", ""
        elif is_change:
            one.add(NumberVerdict.STALE, _said(one, best.value.quantize(Decimal("0.01")).normalize() + Decimal(0)))
        else:
            one.add(*_verdict(one, best.value))
            if not one.agrees:
                one.suggestion = suggest(one.number, best.value, indicator.unit, None)

    def _years(self, passage: Passage, number: DraftNumber, name: str, relation: DraftRelation) -> list[int]:
        return self._values.years_of(
            passage, number, name, is_of_last_year=relation.is_of_last_year and relation.kind is RelationKind.LEVEL
        )

    def _bind(
        self, passage: Passage, numbers: Sequence[DraftNumber], tagged: dict[int, tuple[str, int]]
    ) -> list[BoundNumber | None]:
        """The indicators of the numbers; a cell's are read one by one, as if its labels stood before each."""
        cell, fixed = passage.cell, {at: key[0] for at, key in tagged.items()}
        if cell is None:
            return self._binder.bind(passage.text, numbers, passage.place, fixed)
        lead, bound = self._words_of(cell), []
        for at, number in enumerate(numbers):
            known = fixed.get(at, self._of_row(cell))
            moved = replace(number, start=len(lead), end=len(lead) + len(number.text))
            likeliest = self._binder.bind(lead + number.text, [moved], passage.place, {0: known} if known else {})
            bound += [each and self._of_cell(passage, number, each) for each in likeliest]
        return bound

    def _of_cell(self, passage: Passage, number: DraftNumber, known: BoundNumber) -> BoundNumber:
        """The likeliest indicator of a cell that has values of its unit; among likely ones one that is true."""
        assert passage.cell is not None
        scope = self._values.scope_of(passage.cell)
        likely = [known, *(each for each in self._binder.ranked[0] if each.score >= ALSO_EXACT * known.score)]
        having = [each for each in likely if self._candidates.has(each.indicator_id, (scope,))] or likely
        found = ((each, self._values.find(passage, number, each, None)[1]) for each in having)
        true = (each for each, value in found if value is not None and number.wording.is_true_of(value))
        return next(true, having[0])

    def _words_of(self, cell: DraftCell) -> str:
        """What says of which figure a cell is: its labels, but for units, years and the like; else the caption."""
        label = "" if self._values.scopes.get(cell.label) or cell.label in ("全部", self._whole) else cell.label
        head = "" if self._values.scopes.get(cell.head) or _GENERAL_HEAD.fullmatch(cell.head) else cell.head
        caption = _BRACKETS.sub("", cell.caption)
        return f"{caption}。{label}{head}" if label or head else caption

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
        if (
            passage.cell
            and _CHANGE_HEAD.search(passage.cell.head)
            and one.number.unit in ("%", "")
            and not bound.is_change
            and not says_change(self._values.profiles[bound.indicator_id])
        ):
            bound = replace(bound, is_change=True)
            one.number = in_unit(one.number, "%")
            key, value = self._values.find(passage, one.number, bound, tagged_year)
        if value is not None and says_change(self._values.profiles[bound.indicator_id]):
            value = abs(value)  # the direction is said in words
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
