"""Proof-reading: a draft's numbers found, read in every way their words allow, and held against the warehouse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from nianbao.review.draft.among import AmongUnits
from nianbao.review.draft.binding import SURE, Binder
from nianbao.review.draft.computed import Computed
from nianbao.review.draft.concord import Concord
from nianbao.review.draft.context import background_of
from nianbao.review.draft.mention import Mention, Speaking
from nianbao.review.draft.numbers import DraftNumber, NumberFinder, NumberKind, as_bare, in_per_cent
from nianbao.review.draft.possible import PossibleReadings
from nianbao.review.draft.profiles import DraftVocabulary, read_vocabulary
from nianbao.review.draft.quantities import Quantities
from nianbao.review.draft.reading import DraftCell, Paragraph, Passage, passages
from nianbao.review.draft.readings import TARGET, Readings, Weighed
from nianbao.review.draft.relations import DraftRelation, RelationKind, Relations
from nianbao.review.draft.scores import CHANGE_UNITS, is_written_out
from nianbao.review.draft.spoken import (
    Spoken,
    change_of,
    in_ten_thousands,
    is_total,
    says_anything,
    sentence_around,
    sentence_of,
    units_of,
)
from nianbao.review.draft.subjects import Subjects
from nianbao.review.draft.suggest import suggest
from nianbao.review.draft.tables import TableReader
from nianbao.review.draft.topics import SEGMENT, Topics
from nianbao.review.draft.unsaid import Unsaid
from nianbao.review.draft.values import Values, unit_names
from nianbao.review.draft.verdicts import (
    WEAK,
    CheckedDraft,
    NumberVerdict,
    contradictions,
    information,
    is_far,
    is_shifted,
    said_of,
    sums,
    verdict_of,
)
from nianbao.review.draft.weighing import Upshot, Weighing
from nianbao.review.draft.wholes import wholes_of
from nianbao.review.draft.words import read_words
from nianbao.statistics.figures import Figures
from nianbao.statistics.scopes import ALL

# The columns of the annex that hold the figure which the row names; and columns that hold no figures of the report:
# numbering, years, how many units reported, what an earlier release said.
_OF_THE_ROW = re.compile(r"印文|现印文|准确值")
_NO_FIGURES = re.compile(r"(?:计量)?单位|序号?|编号|年度|年份|覆盖|原印文|日期|页码")

_NEAR, _ONLY = 10, re.compile(r"(?:各|只有|仅有|仅|只|才|有|为|是|达)?")
"""How near the name of a unit stands before a number that is of it without a unit, and what is said between them."""
LINE_OF_DATE = 40
"""A line that dates the draft is no longer."""

_SAYS = {
    RelationKind.LEVEL: "", RelationKind.CHANGE: "较上年的变化", RelationKind.TIMES: "的倍数",
    RelationKind.BY_TIMES: "增长的倍数", RelationKind.PER: "的平均数", RelationKind.SHARE: "的比重",
    RelationKind.GAP: "与目标之差", RelationKind.DONE: "对目标的完成率",
    RelationKind.OF_INCREASE: "对增量的贡献", RelationKind.COUNT: "符合所说情况的单位数",
}  # fmt: skip
_WHAT = {NumberKind.RANK: "的位次", NumberKind.FLAT: "较上年的变化", NumberKind.MEMBER: "与所说界线之差"}


def prove(paragraphs: Sequence[Paragraph], figures: Figures, year: int) -> list[CheckedDraft]:
    """Every number of a draft that is a figure, with what it was found to be."""
    prover = _Prover(figures, year, read_vocabulary(figures.project), paragraphs)
    read = passages(paragraphs, figures.project, year)
    prover.look_over(read)
    checked = [one for index, passage in enumerate(read) for one in prover.check(index, passage)]
    contradictions(checked, year)
    sums(checked, wholes_of(figures, year), {name: each.zh for name, each in figures.project.indicators.items()})
    return checked


def _years_later(paragraphs: Sequence[Paragraph], year: int) -> int:
    """How many years after the year of its tags the draft is: last year's report may have been taken for a start."""
    tagged = [int(tag.key.rpartition("-")[2]) for paragraph in paragraphs for tag in paragraph.tags]
    return year - max(tagged) if tagged else 0


class _Prover:
    """Checks the numbers of passages."""

    def __init__(
        self, figures: Figures, year: int, vocabulary: DraftVocabulary, paragraphs: Sequence[Paragraph]
    ) -> None:
        words, units = read_words(figures.project), unit_names(figures)
        self._values = Values(figures, year, vocabulary.profiles, units, words)
        self._indicators = figures.project.indicators
        self._by_name = {indicator.zh: name for name, indicator in self._indicators.items()}
        self._years_later = _years_later(paragraphs, year)
        dated = re.compile(rf"{year + 1}年\d{{1,2}}月")
        said = re.compile(rf"去年[^，。；]{{0,3}}{year - 1}年|今年[^，。；]{{0,3}}{year}年")
        self._is_dated_after = any(dated.search(each.text) and len(each.text) < LINE_OF_DATE for each in paragraphs)
        self._is_dated_after |= any("前年" in each.text for each in paragraphs)
        self._is_dated_after &= not any(said.search(each.text) for each in paragraphs)
        self._finder = NumberFinder(words, vocabulary.units)
        self._binder = Binder(vocabulary, self._values.may_be)
        self._readings, self._year = Readings(figures, year), year
        self._relations = Relations(words, units)
        subjects = Subjects(self._values, self._readings, self._binder)
        wholes = wholes_of(figures, year)
        computed = Computed(self._values, subjects, wholes)
        quantities = Quantities(self._values, self._readings, subjects, computed)
        self._among = AmongUnits(self._values, self._readings, subjects, quantities, wholes)
        self._possible = PossibleReadings(self._values, self._readings, subjects, self._among, quantities, computed)
        self._unsaid = Unsaid(self._values, self._readings, subjects)
        self._weighing = Weighing(self._values, self._readings, subjects)
        self._concord = Concord(self._values, self._readings, subjects, self._binder.telling)
        self._rows: dict[str, list[str]] = {}
        self._tables = TableReader(self._values, self._readings, self._finder)
        self._told: dict[int, Weighed] = {}
        self._together = words.pattern(r"[两二三四五六七八](?:~unit_words~)+(?:合计|小计)?|小计")
        self._rest, self._growth = words.pattern("(?:~rest~)"), words.pattern("~growth~")
        self._each = words.pattern("~for_each~")
        self._said: list[Mention] = []
        self._agreed: dict[int, list[set[int]]] = {}

    def look_over(self, read: Sequence[Passage]) -> None:
        """Read the tables as wholes, before their cells are checked."""
        self._told = self._tables.of(read)

    def check(self, index: int, passage: Passage) -> list[CheckedDraft]:
        """The figures of a passage; `index` is its number."""
        cell = passage.cell
        if cell and _NO_FIGURES.fullmatch(cell.head):
            return []
        numbers = [
            self._in_row(passage, each) for each in self._finder.find(passage.text) if self._is_said(passage, each)
        ]
        if not cell:
            numbers = sorted([*numbers, *self._among.members(passage.text)], key=lambda each: each.start)
        tags = {place: tag for place, number in enumerate(numbers) if (tag := self._tag(passage, number))}
        fixed = {place: name for place, (name, _) in tags.items()}
        if not cell and not tags and not says_anything(passage.text, numbers):
            return []
        prose = None if cell else self._spoken(index, passage, numbers, fixed)
        checked: list[CheckedDraft] = []
        relations: list[DraftRelation] = []
        for place, number in enumerate(numbers):
            one = CheckedDraft(
                number, index, sentence_around(passage, number), passage.place[1], is_tagged=place in tags
            )
            if prose:
                spoken, at = prose, place
                relations = self._relations.of(passage.text, numbers, place, relations[0] if relations else None)
            else:
                spoken, at = self._of_cell(index, passage, one, fixed.get(place, "")), 0
                relations = self._relations.of(spoken.passage.text, spoken.numbers, 0, None)
                assert cell is not None
                if self._is_of_nobody(cell):
                    one.add(NumberVerdict.UNKNOWN, f"不知道“{cell.label}”是哪些单位")
                    checked.append(one)
                    continue
                if told := self._told.get(index):
                    self._conclude(one, spoken, told)
                    if told.relation.kind is RelationKind.LEVEL:
                        self._said.append(Mention(told.reading.figure, 0, index, True, False))
                    checked.append(one)
                    continue
                relations = [change_of(cell, passage.text, number, relations[0]), *relations[1:]]
            self._check(one, spoken, at, relations, tags.get(place))
            if one.verdicts:
                checked.append(one)
        return checked

    def _check(
        self, one: CheckedDraft, spoken: Spoken, at: int, relations: Sequence[DraftRelation],
        tag: tuple[str, int] | None,
    ) -> None:  # fmt: skip
        known, number = spoken.bound[at].best, spoken.numbers[at]
        if number.kind in (NumberKind.FIRST, NumberKind.ORDINAL) or (known is not None and known.score == SURE):
            if known:
                self._judge(one, spoken, at, tag[1] if tag else None)
        else:
            self._read(one, spoken, at, relations)

    def _is_said(self, passage: Passage, number: DraftNumber) -> bool:
        """Whether a number is a claim: 增加 without a number is one only where it is said than what."""
        return number.kind is not NumberKind.MOVED or (
            passage.cell is None and not self._relations.moved(passage.text, number).is_open
        )

    def _in_row(self, passage: Passage, number: DraftNumber) -> DraftNumber:
        """A number of running text; one without a unit may stand in a row of units."""
        if passage.cell or number.unit or number.kind is not NumberKind.COUNT:
            return number
        text = passage.text[max(number.start - _NEAR, 0) : number.start]
        names, whole = self._values.units, self._values.units.whole
        at = text.rfind(whole)
        named = names.find(text) or [(at, at + len(whole), ALL)] * (at >= 0)
        clause = SEGMENT.split(passage.text[: number.start])[-1]
        if not named or not _ONLY.fullmatch(text[named[-1][1] :]):
            return number
        is_each = self._each.search(clause) is not None
        return as_bare(number, "元/人" if is_each else "%" if self._growth.search(clause) else "")

    def _spoken(
        self, index: int, passage: Passage, numbers: Sequence[DraftNumber], fixed: dict[int, str],
        cell: DraftCell | None = None,
    ) -> Spoken:  # fmt: skip
        background = background_of(passage.heads if not cell else ("", *passage.heads[1:]))
        bound = self._binder.bind(passage.text, numbers, passage.place, fixed, background)
        lead = next((code for head in passage.heads for _, _, code in self._values.units.find(head)), "")
        speaking = Speaking(
            index, self._year, passage.is_plan and not cell, self._goes_back(index), self._is_dated_after,
            "" if cell else lead,
        )  # fmt: skip
        said = [] if cell else self._said
        topics = Topics(passage.text, numbers, self._values.units, self._values.words, speaking, said)
        spoken = Spoken(passage, numbers, bound, topics, background, cell)
        return replace(spoken, met=self._concord.of(spoken))

    def _goes_back(self, index: int) -> bool:
        """Whether the paragraph before spoke of nothing but a year before the draft's."""
        last = self._agreed.get(index - 1, [])
        return (
            bool(last)
            and all(years - {self._year} for years in last)
            and any(self._year not in years for years in last)
        )

    def _of_cell(self, index: int, passage: Passage, one: CheckedDraft, tagged: str) -> Spoken:
        """A number of a cell in the sentence that says what it is."""
        cell, units = passage.cell, self._values.units
        assert cell is not None
        if self._together.fullmatch(cell.label):
            passage = replace(
                passage, cell=replace(cell, label="、".join(self._rows.get(cell.caption, ())) + cell.label)
            )
        elif self._rows.get(cell.caption) and self._rest.match(cell.label):
            passage = replace(passage, cell=replace(cell, label=f"{'、'.join(self._rows[cell.caption])}，{cell.label}"))
        elif cell.label in units.names and cell.label not in self._rows.setdefault(cell.caption, []):
            self._rows[cell.caption].append(cell.label)
        name = tagged or (self._by_name.get(cell.label, "") if _OF_THE_ROW.fullmatch(cell.head) else "")
        read = []
        for each in units_of(cell, one.number):
            sentence, number = sentence_of(passage, each, units.names, units.whole, self._year)
            read.append((each, self._spoken(index, sentence, [number], {0: name} if name else {}, cell)))
        one.number, spoken = max(read, key=lambda each: max((one.score for one in each[1].bound[0].ranked), default=0))
        return spoken

    def _is_of_nobody(self, cell: DraftCell) -> bool:
        """Whether a row of a table of units is of none that is known by its name."""
        rows, units, label = self._rows.get(cell.caption), self._values.units, cell.label
        is_known = label in units.names or units.whole in label or self._together.search(label)
        return bool(rows) and not (is_known or self._rest.match(label) or is_total(label) or units.find(label))

    def _read(self, one: CheckedDraft, spoken: Spoken, at: int, relations: Sequence[DraftRelation]) -> None:
        """Judge what a number says by all that it may be read as."""
        number, topics = spoken.numbers[at], spoken.topics
        if topics.is_threshold(number):
            one.add(NumberVerdict.UNKNOWN, "只是界限，不是某一个数")
            return
        read = self._possible.of(spoken, at, relations)
        best = next((each for each in read if each.reading.value is not None), None)
        guesses = self._unsaid.of(spoken, at, best)
        upshot = self._weighing.of(spoken, at, relations[0], [*read, *guesses])
        if upshot.shown:
            self._conclude(one, spoken, upshot.shown)
            self._remember(one, spoken, at, upshot.shown)
            return
        if _is_figure(number, spoken.is_cell):
            one.add(NumberVerdict.UNKNOWN, self._not_known(upshot))
        if number.kind is NumberKind.COUNT and not number.is_vague and number.unit:
            topics.leave_open(number)

    def _not_known(self, upshot: Upshot) -> str:
        """Why a number cannot be checked, with what comes nearest to it."""
        if upshot.missing:
            name, year, _, is_change = upshot.missing.reading.key
            return f"库中没有{self._indicators[name].zh}" + ("的可比数" if is_change else f"{year}年的数")
        near = f"；最接近的是{self._indicators[upshot.near.reading.key[0]].zh}" if upshot.near else ""
        return f"没有与这个数对应的指标{near}"

    def _remember(self, one: CheckedDraft, spoken: Spoken, at: int, shown: Weighed) -> None:
        """What was said goes on; and of which years a paragraph speaks that agrees."""
        number = spoken.numbers[at]
        is_level = shown.relation.kind is RelationKind.LEVEL and number.kind is NumberKind.COUNT
        figure = shown.reading.figure
        if number.kind is NumberKind.RANK and not one.agrees:
            self._possible.hold(spoken, at, figure)
        if not one.agrees and spoken.topics.year(number) is None:  # what is wrong tells no year
            figure = replace(figure, year=self._year)
        spoken.topics.remember(number, figure, is_level=is_level, is_aside=shown.relation.is_of_last_year)
        if one.agrees and not spoken.cell and information(number) >= 1:
            self._agreed.setdefault(one.passage, []).append({shown.reading.key[1]})

    def _conclude(self, one: CheckedDraft, spoken: Spoken, read: Weighed) -> None:
        best, relation = read.reading, read.relation
        assert best.value is not None
        name, _, scope, is_change = best.key
        indicator = self._indicators[name]
        of_whom = "" if scope == ALL else self._readings.figures.project.units[scope].short_zh
        what = _WHAT.get(one.number.kind, _SAYS[relation.kind]) if is_change else ""
        one.key, one.value, one.zh = best.key, best.value, of_whom + indicator.zh + what
        one.unit = indicator.unit if not is_change else one.number.unit
        if best.is_true:
            one.add(NumberVerdict.AGREES, "")
        elif is_change:
            one.add(NumberVerdict.STALE, said_of(one, best.value.quantize(Decimal("0.01")).normalize() + Decimal(0)))
        else:
            one.add(*verdict_of(one, best.value))
            if not one.agrees:
                one.suggestion = suggest(one.number, best.value, indicator.unit, spoken.cell)

    def _tag(self, passage: Passage, number: DraftNumber) -> tuple[str, int] | None:
        """The indicator and year of the content control that a number stands in."""
        for tag in passage.tags:
            name, _, year = tag.key.rpartition("-")
            if tag.start < number.end and number.start < tag.end and name in self._indicators:
                return name, int(year) + self._years_later
        return None

    def _judge(self, one: CheckedDraft, spoken: Spoken, at: int, tagged_year: int | None) -> None:
        """Hold a bound number against its value."""
        number, known = one.number, spoken.bound[at].best
        assert known is not None
        name, planned = known.indicator_id, f"{TARGET}{known.indicator_id}"
        if number.kind is NumberKind.ORDINAL and spoken.topics.is_ahead(number) and planned in self._indicators:
            name = planned
        change = self._indicators[name]
        tells_both = bool(change.change_of) and number.unit not in CHANGE_UNITS  # 由上年的960人次增至22.6万人次
        name = change.change_of if tells_both else name
        indicator = self._indicators[name]
        if number.unit == "倍" and indicator.unit == "%":  # a growth beyond tenfold is printed in multiples
            number = one.number = in_per_cent(number, "1")
        scope = spoken.topics.units(spoken.numbers[at])[0].scopes[0]
        scope = scope if self._readings.has(name, (scope,)) else ALL
        years = [tagged_year] if tagged_year is not None else self._possible.years(spoken, at, name, DraftRelation())
        values: list[tuple[int, Decimal | None]] = [
            (year - back, value)
            for year in years
            for back, value in enumerate(self._values.compared(change, year) if tells_both else ())
        ] or [(year, self._values.of(name, year, scope)) for year in years]
        true = [each for each in values if each[1] is not None and number.wording.is_true_of(each[1])]
        year, value = (true or [each for each in values if each[1] is not None] or values)[0]
        if value is not None and spoken.cell and spoken.cell.is_in_any_scale and not true:
            larger = in_ten_thousands(number)
            one.number = larger if larger.wording.is_true_of(value) else number
        one.key, one.value, one.unit = (name, year, scope, False), value, indicator.unit
        one.zh = ("" if scope == ALL else self._readings.figures.project.units[scope].short_zh) + indicator.zh
        if value is None:
            one.add(NumberVerdict.UNKNOWN, f"库中没有{one.zh}{year}年的数")
        elif (
            not one.is_tagged
            and known.score < WEAK
            and is_far(one.number.numeral, value)
            and not is_shifted(one.number, value)
        ):
            one.leave_open()
        else:
            one.add(*verdict_of(one, value))
            if not one.agrees:
                one.suggestion = suggest(one.number, value, indicator.unit, spoken.cell)


def _is_figure(number: DraftNumber, is_cell: bool) -> bool:
    """Whether a number that no indicator is known for must be a figure all the same."""
    is_plain = not number.unit and (is_cell or not is_written_out(number))
    return number.kind is NumberKind.COUNT and not number.is_vague and not is_plain
