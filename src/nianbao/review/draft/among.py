"""What is said of units among one another: their places, of how many something is true, how far they are apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from nianbao.review.draft.mention import DraftPair, Quantity
from nianbao.review.draft.numbers import DraftNumber, NumberKind, as_member
from nianbao.review.draft.profiles import pairs_of
from nianbao.review.draft.quantities import Quantities
from nianbao.review.draft.readings import DraftReading, Readings, Weighed
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.spoken import Spoken, Year
from nianbao.review.draft.subjects import Subjects
from nianbao.review.draft.topics import CLAUSE, SENTENCE
from nianbao.review.draft.values import Values
from nianbao.review.draft.verdicts import Whole
from nianbao.review.draft.wholes import likeness
from nianbao.statistics.scopes import ALL

OF_UNITS, APART, OF_GROWTH = 0.8, 0.9, 1.0
"""How likely units are counted where a condition is said of them, the first is held against the last, and growths."""
FEW = 4
"""Of how many indicators it is tried."""
_COUNTED = frozenset({"家", "个", "市", "州", "地", "县", "区", ""})
_CONDITIONS = (
    (r"(?:[高快好多大]于|超过|超出|跑赢|超)[^，。；]{0,6}(?:~average~)", 1, True),
    (r"(?:[低慢少小]于|不及|不如|不到|达不到|落后于)[^，。；]{0,6}(?:~average~)", -1, True),
    (r"收大于支|收入[大多高]于支出|收入超过支出", 1, False),
    (r"~shortfall~|支出[大多高]于收入|支出超过收入|支大于收", -1, False),
    (r"~up~|~growth~", 1, False),
    (r"~down~|~decline~", -1, False),
)
"""What is said of units that are counted, whether more or less, than the whole or than nothing."""
_BEYOND = ("above", "at_least", "below", "at_most")
_SO_MANY = re.compile(r"的[^，。；\d]{0,6}?(?:只|仅|还|共|均|就)?有?")
_FIRST_AND_LAST = (
    r"首末|首尾|高低|两[头端极]|一高一低|最[高多大快].*最[低少小慢]|最[低少小慢].*最[高多大快]"
    r"|(?:首位|第一).*(?:最后|末位|倒数第一)"
)

SAID = 0.8
"""How likely a condition is meant by the words that say it."""
_WHO = re.compile(
    r"的[^，。；：、\d]{0,4}?(?:只|就|还|仅|也|都|唯一)*(?:有|是|为|剩|(?=[两三四五六七八一]))[^，。；：\d]{0,4}?[：:]?$"
)
_ONLY = re.compile(r"(?:只有|唯有|唯独|仅有|只剩|[里中]就|^就|：就|仅)$")
_PLACED = re.compile(r"最|第[一二三四五六七八]|居前|靠前|靠后|前列|领先|居首|末位|垫底|之首")
_AND = re.compile(r"[、和与及]|以及")
_MEASURES = (
    r"(?P<done>完成率|执行率|完成[^，。；]{0,3}进度|执行进度)|(?P<over>超收|超支|超预算)|(?P<growth>~fast~|以[\d.]+%领跑)"
    r"|占比|比重|份额|金额|资金量|规模|总量|占总"
)


@dataclass(frozen=True)
class AmongUnits:
    """Reads what numbers say of units, and of the parts of a whole, among one another."""

    _values: Values
    _readings: Readings
    _subjects: Subjects
    _quantities: Quantities
    _wholes: Sequence[Whole]

    def placed(self, spoken: Spoken, at: int, relation: DraftRelation, year: Year) -> Iterator[Weighed]:
        """The place of a unit among others or of a part among the parts, by all that may be meant."""
        number, topics = spoken.numbers[at], spoken.topics
        yield from self._of_parts(spoken, at, year)
        among = topics.among(number)
        is_next = number.numeral == 2 and not re.search("[二2]", number.text)
        if among == () or (is_next and topics.are_listed(number)):
            return
        for one, score in self._quantities.of(spoken, at, relation, year):
            for units in topics.units(number):
                if len(units.scopes) == 1 and units.scopes != (ALL,):
                    reading = self._readings.read_rank(number, replace(one, scopes=units.scopes), among=among)
                    yield Weighed(reading, score * units.weight, relation)

    def _of_parts(self, spoken: Spoken, at: int, year: Year) -> Iterator[Weighed]:
        """The place of a part among the parts of its whole (四项收入中完成率最高的是甲收入)."""
        number, topics = spoken.numbers[at], spoken.topics
        if topics.units(number)[0].scopes != (ALL,) or spoken.cell:
            return
        before, sentence = topics.before(number), topics.before(number, SENTENCE)
        named = CLAUSE.split(spoken.passage.text[number.end :])[0] if re.search("[是为数属]$", number.text) else before
        for whole in self._wholes:
            parts = [part for part in whole.parts if not self._readings.is_rate(part)]
            likely = {part: likeness(self._values, part, parts, named) for part in parts}
            best = max(likely, key=lambda part: likely[part], default="")
            if not best or likely[best] <= 0 or list(likely.values()).count(likely[best]) > 1:
                continue
            words = self._family(whole, sentence + "".join(spoken.passage.heads[:1]))
            for measures in self._part_measures(sentence + number.text, parts, year(spoken, at, best)):
                values = {part: self._readings.value(one) for part, one in measures.items()}
                if len(parts) > 2 and all(value is not None for value in values.values()):
                    reading = self._readings.read_place(number, measures[best], values, best)
                    yield Weighed(reading, likely[best] * words, DraftRelation())

    def _family(self, whole: Whole, words: str) -> float:
        """How much the words speak of a whole and its parts."""
        names = [self._values.profiles[each].pairs for each in (*whole.parts, whole.total) if each]
        common = frozenset.intersection(*names[: len(whole.parts)]) if names else frozenset()
        wanted = common or (names[-1] if whole.total else frozenset())
        return 0.4 + 0.6 * len(wanted & pairs_of(words)) / len(wanted) if wanted else 0.4

    def _part_measures(self, words: str, parts: Sequence[str], year: int) -> Iterator[dict[str, Quantity]]:
        """By what parts are placed: what came of the plan, how far it is passed, growth, or how much they are."""
        plain = {part: Quantity((part,), (ALL,), year) for part in parts}
        planned = {part: target for part in parts if (target := self._readings.target(part, year))}
        said = list(self._values.words.pattern(_MEASURES).finditer(words))
        told = (said[-1].lastgroup or "") if said else ""
        if told == "growth":
            yield {part: replace(one, of_growth=True) for part, one in plain.items()}
        elif told and len(planned) == len(parts):
            is_done = told == "done"
            yield {
                part: replace(one, per=planned[part].names) if is_done else replace(one, less=planned[part].names)
                for part, one in plain.items()
            }
        elif not told:
            yield plain

    def counted(self, spoken: Spoken, at: int, year: Year) -> Iterator[Weighed]:
        """Of how many units something is true (高于平均的有4家, 3家比上年下降, 5家支出大于收入)."""
        number, topics = spoken.numbers[at], spoken.topics
        says = self._values.words.pattern
        if number.kind is not NumberKind.COUNT or number.unit not in _COUNTED or number.wording.style != "exact":
            return
        yield from self._beyond(spoken, at, year)
        found = self._condition(topics.around(number))
        largest = max(self._values.units.sizes, default=0)
        if found is None or not 0 < number.numeral <= largest or topics.is_of_all(number):
            return
        sign, is_to_whole = found
        is_said = says("(?:只|仅|还|共|均|就)?有$|(?:~unit_words~)[中里]?$").search(topics.before(number)) or says(
            "的$" if number.numeral == 1 else "的$|^$"
        ).search(topics.before(number))
        for one, score in self._told_apart(spoken, at, year, topics.around(number), is_to_whole=is_to_whole):
            for reading in self._readings.read_count(number, one, sign, is_to_whole=is_to_whole):
                relation = DraftRelation(RelationKind.COUNT)
                yield Weighed(reading, score * OF_UNITS, relation, is_guess=not is_said)

    def _beyond(self, spoken: Spoken, at: int, year: Year) -> Iterator[Weighed]:
        """Of how many units a figure is beyond a number that is said before (超过95%的有5个)."""
        if not at or spoken.numbers[at - 1].wording.style not in _BEYOND:
            return
        limit, number = spoken.numbers[at - 1], spoken.numbers[at]
        if not _SO_MANY.fullmatch(spoken.passage.text[limit.end : number.start]):
            return
        for name, score in [*self._subjects.of_level(spoken, at - 1).items()][:FEW]:
            measure = Quantity((name,), (), year(spoken, at - 1, name))
            for values in self._readings.by_level(measure):
                count = Decimal(sum(limit.wording.is_true_of(value) for value in values.values()))
                key = (name, measure.year, ALL, True)
                reading = DraftReading(key, count, count == number.numeral, replace(measure, scopes=(ALL,)))
                yield Weighed(reading, min(score, 1.0) * OF_UNITS, DraftRelation(RelationKind.COUNT))

    def _condition(self, clause: str) -> tuple[int, bool] | None:
        """What a clause says of units: more (1) or less (-1), and whether than the whole or than nothing."""
        says = self._values.words.pattern
        return next(((sign, whole) for words, sign, whole in _CONDITIONS if says(words).search(clause)), None)

    def _told_apart(
        self, spoken: Spoken, at: int, year: Year, clause: str, *, is_to_whole: bool
    ) -> list[tuple[Quantity, float]]:
        """By what units are told apart: more than nothing is what grew, and what is left of what came in."""
        growth = not is_to_whole or self._quantities.is_by_growth(spoken, spoken.numbers[at])
        found = self._quantities.of(
            spoken, at, DraftRelation(RelationKind.CHANGE), year, condition=clause, by_growth=growth
        )
        return found[:FEW]

    def apart(self, spoken: Spoken, at: int, relation: DraftRelation, year: Year) -> Iterator[DraftPair]:
        """The largest held against the smallest of a level; what is no indicator, against what is said."""
        number, says = spoken.numbers[at], self._values.words.pattern
        if number.unit == "%" or relation.kind not in (RelationKind.CHANGE, RelationKind.TIMES):
            return
        found = self._quantities.of(spoken, at, relation, year)
        found = [(one, score) for one, score in found if self._readings.may_differ_by(one, number)][: 2 * FEW]
        if says(_FIRST_AND_LAST).search(spoken.topics.around(number, SENTENCE)) and number.kind is NumberKind.COUNT:
            for one, score in found:
                for values in self._readings.by_level(one):
                    ordered = sorted(values, key=values.__getitem__)
                    first, last = (replace(one, scopes=(code,)) for code in (ordered[-1], ordered[0]))
                    yield DraftPair(first, last, APART * score)
        for one, score in found:
            if one.is_derived:
                yield from self._against(spoken, at, relation, one, score)

    def _against(
        self, spoken: Spoken, at: int, relation: DraftRelation, one: Quantity, score: float
    ) -> Iterator[DraftPair]:
        """What is no indicator, held against another unit, the whole, or the same of another figure."""
        number = spoken.numbers[at]
        base = self._values.words.pattern("~filler~|~growth~|~average~").sub("", relation.base)
        others = self._subjects.named(base, spoken) if base and one.of_growth else []
        for units in spoken.topics.units(number, relation.base_scope):
            own, weight = replace(one, scopes=units.scopes), score * units.weight * OF_GROWTH
            if len(units.scopes) == 2 and relation.is_open:
                first, second = units.scopes
                yield DraftPair(replace(one, scopes=(first,)), replace(one, scopes=(second,)), weight)
                yield DraftPair(replace(one, scopes=(second,)), replace(one, scopes=(first,)), weight)
            elif relation.base_scope:
                yield DraftPair(own, replace(own, scopes=(relation.base_scope,)), weight)
            elif not others and units.scopes != (ALL,):
                yield DraftPair(own, replace(own, scopes=(ALL,)), weight)
            for other, said in others[:2]:
                if other != one.names[0]:
                    yield DraftPair(own, replace(own, names=(other,)), weight * said)

    def members(self, text: str) -> list[DraftNumber]:
        """The units of a text that are said to be those of which a condition is true."""
        return [as_member(text, start, end) for start, end, _, _ in self._found(text)]

    def is_member(self, spoken: Spoken, at: int, year: Year) -> Iterator[Weighed]:
        """What is said of a unit by the condition, by all that may be meant."""
        number = spoken.numbers[at]
        for start, _, code, clause in self._found(spoken.passage.text):
            condition = self._condition(clause)
            if start != number.start or condition is None:
                continue
            sign, is_to_whole = condition
            for one, score in self._told_apart(spoken, at, year, clause, is_to_whole=is_to_whole):
                reading = self._readings.read_member(one, code, sign, is_to_whole=is_to_whole)
                yield Weighed(reading, score * SAID, DraftRelation(RelationKind.COUNT))

    def _found(self, text: str) -> Iterator[tuple[int, int, str, str]]:
        """Units with their places, their codes and the clause that says the condition."""
        for run in self._runs(text):
            start = max((stop.end() for stop in CLAUSE.finditer(text, 0, run[0][0])), default=0)
            before, said = text[start : run[0][0]], ""
            if before and not before.strip("：:"):
                continue
            if text[start - 1 : start] in ("：", ":"):
                start = max((stop.end() for stop in CLAUSE.finditer(text, 0, start - 1)), default=0)
                before = text[start : run[0][0]]
            who = None if _PLACED.search(before) else _WHO.search(before)
            if who and self._condition(before[: who.start()]):
                said = before
            elif _ONLY.search(before):
                stop = CLAUSE.search(text, run[-1][1])
                after = text[run[-1][1] : stop.start() if stop else len(text)]
                said = after if self._condition(after) and not re.search(r"\d", after) else ""
            if said:
                yield from ((at, end, code, said) for at, end, code in run)

    def _runs(self, text: str) -> Iterator[list[tuple[int, int, str]]]:
        """Units that are listed together."""
        run: list[tuple[int, int, str]] = []
        for each in self._values.units.find(text):
            if run and not _AND.fullmatch(text[run[-1][1] : each[0]]):
                yield run
                run = []
            run.append(each)
        if run:
            yield run
