"""Proof-reading: a draft's numbers found, bound, and held against the warehouse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from nianbao.review.draft.binding import SURE, Binder, BoundNumber
from nianbao.review.draft.candidates import SAID, SURELY, Candidates
from nianbao.review.draft.numbers import DraftNumber, NumberFinder, NumberKind
from nianbao.review.draft.possible import Possible
from nianbao.review.draft.profiles import DraftVocabulary, read_vocabulary
from nianbao.review.draft.reading import DraftCell, Paragraph, Passage, passages
from nianbao.review.draft.readings import TARGET, DraftReading, Readings
from nianbao.review.draft.relations import DraftRelation, RelationKind, moved, relation_of
from nianbao.review.draft.scores import fit_of, is_written_out, says_change
from nianbao.review.draft.spoken import (
    Spoken,
    change_of,
    in_ten_thousands,
    says_anything,
    sentence_around,
    sentence_of,
    unit_of,
)
from nianbao.review.draft.suggest import suggest
from nianbao.review.draft.topics import Topics, names_past
from nianbao.review.draft.values import Values, scope_names
from nianbao.review.draft.verdicts import (
    WEAK,
    CheckedDraft,
    NumberVerdict,
    contradictions,
    is_far,
    is_near,
    is_shifted,
    said_of,
    sums,
    verdict_of,
)
from nianbao.review.draft.wholes import wholes_of
from nianbao.statistics.figures import Figures
from nianbao.statistics.scopes import ALL

# The columns of the annex that hold the figure which the row names; and columns that hold no figures of the report:
# numbering, years, how many units reported, what an earlier release said.
_OF_THE_ROW = re.compile(r"印文|现印文|准确值")
_NO_FIGURES = re.compile(r"(?:计量)?单位|序号?|编号|年度|年份|覆盖|原印文|日期|页码")


NEAR_BY = 5
"""How many paragraphs a year before the draft's may be meant after it was named."""
_SAYS = {
    RelationKind.LEVEL: "", RelationKind.CHANGE: "较上年的变化", RelationKind.TIMES: "的倍数",
    RelationKind.BY_TIMES: "增长的倍数", RelationKind.PER: "的平均数", RelationKind.SHARE: "的比重",
    RelationKind.GAP: "与目标之差", RelationKind.DONE: "对目标的完成率",
}  # fmt: skip
_SPEAKS_OF = frozenset({RelationKind.LEVEL, RelationKind.CHANGE, RelationKind.GAP, RelationKind.TIMES})
_SOME_TOGETHER = re.compile(r"[两二三四五六七八][地州市县]+(?:合计|小计)?|小计")
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
        self._columns: dict[DraftCell, str] = {}
        self._past = -1 - NEAR_BY
        self._rows: dict[DraftCell, list[str]] = {}
        self._candidates = Candidates(self._values, self._readings, self._binder)
        self._possible = Possible(self._values, self._readings, self._candidates)

    def check(self, index: int, passage: Passage) -> list[CheckedDraft]:
        """The figures of a passage; `index` is its number."""
        cell = passage.cell
        if cell and _NO_FIGURES.fullmatch(cell.head):
            return []
        numbers = [each for each in self._finder.find(passage.text) if self._is_said(passage, each)]
        tags = {place: tag for place, number in enumerate(numbers) if (tag := self._tag(passage, number))}
        fixed = {place: name for place, (name, _) in tags.items()}
        if not cell and not tags and not says_anything(passage.text, numbers):
            return []
        prose = None if cell else self._spoken(passage, numbers, fixed)
        checked, relation = [], None
        for place, number in enumerate(numbers):
            one = CheckedDraft(
                number, index, sentence_around(passage, number), passage.place[1], is_tagged=place in tags
            )
            if prose:
                spoken, at = prose, place
                relation = relation_of(passage.text, numbers, place, self._values.scopes, relation)
            else:
                spoken, at = self._of_cell(passage, one, fixed.get(place, "")), 0
                relation = self._relation_of_cell(passage, number, spoken)
            self._check(one, spoken, at, relation, tags.get(place))
            if one.verdicts:
                checked.append(one)
        return checked

    def _check(
        self, one: CheckedDraft, spoken: Spoken, at: int, relation: DraftRelation, tag: tuple[str, int] | None
    ) -> None:
        known, number = spoken.bound[at].best, spoken.numbers[at]
        is_fixed = known is not None and known.score == SURE
        if not is_fixed and self._read(one, spoken, at, relation):
            return
        if known:
            self._judge(one, spoken, at, tag[1] if tag else None)
        elif _is_figure(number, spoken.is_cell):
            one.add(NumberVerdict.UNKNOWN, "没有与这个数对应的指标")

    def _is_said(self, passage: Passage, number: DraftNumber) -> bool:
        """Whether a number is a claim: 增加 without a number is one only where it is said than what."""
        return number.kind is not NumberKind.MOVED or (
            passage.cell is None and not moved(passage.text, number, self._values.scopes).is_open
        )

    def _spoken(
        self, passage: Passage, numbers: Sequence[DraftNumber], fixed: dict[int, str], cell: DraftCell | None = None
    ) -> Spoken:
        bound = self._binder.bind(passage.text, numbers, passage.place, fixed)
        topics = Topics(
            passage.text, self._values.scopes, self._whole, self._year,
            is_plan=passage.is_plan and not cell, is_past=passage.first - self._past <= NEAR_BY,
        )  # fmt: skip
        if not cell and names_past(passage.text, self._year):
            self._past = passage.first
        return Spoken(passage, numbers, bound, topics, cell)

    def _of_cell(self, passage: Passage, one: CheckedDraft, tagged: str) -> Spoken:
        """A number of a cell in the sentence that says what it is."""
        cell = passage.cell
        assert cell is not None
        one.number = unit_of(cell, one.number)
        sentence, number = sentence_of(passage, one.number, self._values.scopes, self._whole, self._year)
        name = tagged or (self._by_name.get(cell.label, "") if _OF_THE_ROW.fullmatch(cell.head) else "")
        return self._spoken(sentence, [number], {0: name} if name else {}, cell)

    def _relation_of_cell(self, passage: Passage, number: DraftNumber, spoken: Spoken) -> DraftRelation:
        assert passage.cell is not None
        relation = relation_of(spoken.passage.text, spoken.numbers, 0, self._values.scopes, None)
        return change_of(passage.cell, passage.text, number, relation)

    def _read(self, one: CheckedDraft, spoken: Spoken, at: int, relation: DraftRelation) -> bool:
        """Judge what a number says by all that it may be read as; False where nothing is known of it."""
        number, topics, known = spoken.numbers[at], spoken.topics, spoken.bound[at].best
        if number.kind in (NumberKind.FIRST, NumberKind.ORDINAL):
            return False
        if number.kind is NumberKind.RANK and (not topics.scopes(number) or topics.among(number) == ()):
            return True  # 最高 of 点击量最高 is no rank of a unit
        if topics.is_threshold(number):
            one.add(NumberVerdict.UNKNOWN, "只是界限，不是某一个数")
            return True
        likely = self._candidates.of(spoken, at, relation)
        if not likely and number.unit == "元/人":
            likely = [
                (name, topics.scopes(number) or (ALL,))
                for name in self._candidates.beside(number, [name for name, _ in topics.before(number)])
                if self._indicators[name].is_formula
            ]
        column = self._column_of(spoken.cell)
        if spoken.cell and (added := self._added_rows(spoken.cell, number)):
            self._conclude(one, spoken, known, relation, added)
            return True
        if of_column := self._columns.get(column) if column else None:
            likely = [(of_column, topics.scopes(number) or (ALL,))]
        is_level = relation.kind is RelationKind.LEVEL and number.kind is NumberKind.COUNT
        own = None if is_level else self._own_change(number, known, [name for name, _ in topics.before(number)])
        if own and own.is_true:
            relation, likely = DraftRelation(), [(own.key[0], (ALL,))]
        readings = [*self._possible.readings(spoken, at, relation, likely), *([own] if own else [])]
        found = next((each for each in readings if each.is_true), None)
        is_sure = known is not None and known.score >= SURELY and bool(readings)
        if relation.kind is RelationKind.SHARE and likely and topics.before(number):
            is_sure = is_sure or self._binder.is_kin(likely[0][0], [topics.before(number)[0][0]])
        if found is None and not is_sure and (topics.is_ahead(number) or _tells(number, relation)):
            weak = self._candidates.weak(spoken, at, relation)
            found = next((each for each in self._possible.readings(spoken, at, relation, weak) if each.is_true), None)
        known_of = [each for each in readings if each.value is not None]
        shifted = (each for each in known_of if is_level and each.value and is_shifted(number, each.value))
        best = found or next(shifted, None) or next(iter(known_of), None)
        if found is None and is_level and (best is None or (known and known.score < WEAK)):
            best = self._only_one_near(spoken, at) or best
        if found is None and topics.adds_indicators(number):
            best = None
        if best is None:
            return self._is_unknown(one, spoken, at, relation, likely)
        if column and best.is_true:
            self._columns.setdefault(column, best.key[0])
        if column:
            self._rows.setdefault(column, []).append(best.key[2])
        self._conclude(one, spoken, known, relation, best)
        if one.key and (relation.kind in _SPEAKS_OF or not best.key[3]):
            topics.remember(number, best.key[0], best.key[2])
        return True

    def _column_of(self, cell: DraftCell | None) -> DraftCell | None:
        """What the cells of a column share, where its rows are units: they are all of one indicator."""
        is_of_units = cell and (self._values.scopes.get(cell.label) or cell.label == self._whole)
        return replace(cell, label="", year=None) if cell and is_of_units else None

    def _added_rows(self, cell: DraftCell, number: DraftNumber) -> DraftReading | None:
        """A number of a row that adds up some of the units above it (三地合计)."""
        column = replace(cell, label="", year=None)
        if not _SOME_TOGETHER.fullmatch(cell.label) or column not in self._columns:
            return None
        read = self._readings.read_sums(number, [self._columns[column]], self._rows[column], self._year)
        return next(iter(read), None)

    def _only_one_near(self, spoken: Spoken, at: int) -> DraftReading | None:
        """The one figure near a number that is reported with what was said before it: an old value of that."""
        number, topics = spoken.numbers[at], spoken.topics
        names = self._candidates.beside(number, [name for name, _ in topics.before(number)])
        scope = next(iter(topics.scopes(number)), ALL)
        near = [
            (name, value)
            for name in names
            if (value := self._value(name, self._year, scope)) is not None and is_near(number.numeral, value)
        ]
        return DraftReading((near[0][0], self._year, scope, False), near[0][1], False) if len(near) == 1 else None

    def _is_unknown(
        self, one: CheckedDraft, spoken: Spoken, at: int, relation: DraftRelation,
        likely: Sequence[tuple[str, tuple[str, ...]]],
    ) -> bool:  # fmt: skip
        """Say that nothing is known of a number; False where it may still be a bound level."""
        number, topics = spoken.numbers[at], spoken.topics
        is_level = relation.kind is RelationKind.LEVEL and number.kind is NumberKind.COUNT
        if is_level and (number.is_vague or not number.unit):
            return bool(likely) and number.is_vague  # 一家 of 由一家推动 need not be a figure at all
        if not likely and (not is_level or topics.is_ahead(number)):
            one.add(NumberVerdict.UNKNOWN, "这是打算，库中没有" if is_level else "不知道是与什么相比")
        elif likely:
            of_what = f"{self._possible.years(spoken, at, likely[0][0], relation)[0]}年的数" if is_level else "的可比数"
            one.add(NumberVerdict.UNKNOWN, f"库中没有{self._indicators[likely[0][0]].zh}{of_what}")
        return bool(likely) or not is_level or topics.is_ahead(number)

    def _own_change(self, number: DraftNumber, known: BoundNumber | None, said: Sequence[str]) -> DraftReading | None:
        """A change or multiple that is an indicator of its own: what it says is that indicator's value."""
        if known is None or known.score < SAID:
            return None
        profile = self._values.profiles[known.indicator_id]
        if not says_change(profile) or fit_of(profile, number) < 1:
            return None
        reading = self._readings.read(number, DraftRelation(), known.indicator_id, ALL, self._year, "")
        is_of_it = reading.is_true or self._binder.is_kin(known.indicator_id, said)
        return reading if reading.value is not None and is_of_it else None

    def _conclude(
        self, one: CheckedDraft, spoken: Spoken, known: BoundNumber | None, relation: DraftRelation, best: DraftReading
    ) -> None:
        assert best.value is not None
        name, _, scope, is_change = best.key
        indicator = self._indicators[name]
        of_whom = "" if scope == ALL else self._units[scope].short_zh
        one.key, one.value, one.zh = (
            best.key,
            best.value,
            of_whom + indicator.zh + (_WHAT.get(one.number.kind, _SAYS[relation.kind]) if is_change else ""),
        )
        one.unit = indicator.unit if not is_change else one.number.unit
        if best.is_true:
            one.add(NumberVerdict.AGREES, "")
        elif not is_change and one.number.is_vague and known and known.score < WEAK:
            one.key, one.value, one.zh, one.unit = None, None, "", ""  # 一件 of 办成一件实事 counts nothing
        elif not is_change and known and known.score < WEAK and self._is_another(one.number, best.value):
            one.add(NumberVerdict.UNKNOWN, f"没有与这个数对应的指标；最接近的是{said_of(one, best.value)}")
            one.key, one.value, one.zh, one.unit = None, None, "", ""
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
        """Hold a bound number against its value, and against those of the indicators that it says as well."""
        number, known = one.number, spoken.bound[at].best
        assert known is not None
        name, planned = known.indicator_id, f"{TARGET}{known.indicator_id}"
        if number.kind is NumberKind.ORDINAL and spoken.topics.is_ahead(number) and planned in self._indicators:
            name = planned
        indicator = self._indicators[name]
        scope = next(iter(spoken.topics.scopes(spoken.numbers[at])), ALL)
        scope = scope if self._candidates.has(name, (scope,)) else ALL
        years = [tagged_year] if tagged_year is not None else self._possible.years(spoken, at, name, DraftRelation())
        values = [(year, self._value(name, year, scope)) for year in years]
        true = [each for each in values if each[1] is not None and number.wording.is_true_of(each[1])]
        year, value = (true or [each for each in values if each[1] is not None] or values)[0]
        if value is not None and spoken.cell and spoken.cell.is_in_any_scale and not true:
            larger = in_ten_thousands(number)
            one.number = larger if larger.wording.is_true_of(value) else number
        one.key, one.value, one.unit = (name, year, scope, False), value, indicator.unit
        one.zh = ("" if scope == ALL else self._units[scope].short_zh) + indicator.zh
        if value is None:
            one.add(NumberVerdict.UNKNOWN, f"库中没有{one.zh}{year}年的数")
        elif not one.is_tagged and known.score < WEAK and self._is_another(one.number, value):
            one.add(NumberVerdict.UNKNOWN, f"没有与这个数对应的指标；最接近的是{said_of(one, value)}")
            one.key, one.value, one.zh, one.unit = None, None, "", ""
        else:
            one.add(*verdict_of(one, value))
            if not one.agrees:
                one.suggestion = suggest(one.number, value, indicator.unit, spoken.cell)
            for other in known.also:
                self._judge_also(one, other)

    def _is_another(self, number: DraftNumber, value: Decimal) -> bool:
        """Whether a value is too far from a number to be what it is of, and has not even its digits."""
        return is_far(number.numeral, value) and not is_shifted(number, value)

    def _value(self, name: str, year: int, scope: str) -> Decimal | None:
        value = self._readings.figures.get(name, year, scope).value
        is_change = value is not None and says_change(self._values.profiles[name])
        return abs(value) if value is not None and is_change else value  # the direction is said in words

    def _judge_also(self, one: CheckedDraft, name: str) -> None:
        """Hold a number against another indicator that it says."""
        assert one.key is not None
        value = self._value(name, *one.key[1:3])
        if value is not None and not one.number.wording.is_true_of(value):
            other = replace(one, zh=self._indicators[name].zh, unit=self._indicators[name].unit)
            one.add(*verdict_of(other, value))


def _tells(number: DraftNumber, relation: DraftRelation) -> bool:
    """Whether a number has so many digits that a figure of which it is true is hardly one by chance."""
    if number.wording.low is None or number.wording.high is None:
        return False
    digits = len(number.numeral.normalize().as_tuple().digits)
    is_change = relation.kind is not RelationKind.LEVEL
    return number.kind is NumberKind.COUNT and digits >= (2 if is_change or number.unit in ("%", "元") else 3)


def _is_figure(number: DraftNumber, is_cell: bool) -> bool:
    """Whether a number that no indicator is known for must be a figure all the same."""
    is_plain = not number.unit and (is_cell or not is_written_out(number))
    return number.kind is NumberKind.COUNT and not number.is_vague and not is_plain
