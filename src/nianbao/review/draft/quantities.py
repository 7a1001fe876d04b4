"""The quantity that a clause speaks of, of whatever units: a figure, its growth, a share, so much for each, a balance.

Places, counts of units, gaps and levels all ask here, so that a share that is defined in words (占本地会员比重) is
placed and compared as an indicator is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nianbao.review.draft.computed import Computed
from nianbao.review.draft.mention import Quantity
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.numerals import CHARACTERS
from nianbao.review.draft.readings import RATES, Readings
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.spoken import Spoken, Year
from nianbao.review.draft.subjects import Subjects
from nianbao.review.draft.topics import CLAUSE, SEGMENT, SENTENCE
from nianbao.review.draft.values import Values

BY_THE_WAY, UNSAID = 0.5, 0.05
"""How likely growth is meant where only the sentence speaks of it, and a level where the clause says growth."""
KNOWN, OTHERWISE = 1.0, 0.15
"""How likely the quantity is that a number beside tells, or a definition; and what words mean then."""
TOLD = 0.5
"""By how many digits more than chance a number must meet a figure to tell the quantity."""
FEW = 4
_GROWTH = r"~fast~|以[\d.]+%领跑"
_MOVING = r"~growth~|~fast~|增得|涨得"
_BALANCES = r"(?P<short>~shortfall~|收支差额)|结余|盈余"
_UNEQUAL = r"收大于支|支大于收|收入[大多高]于支出|支出[大多高]于收入|支出超过收入|~shortfall~|超过[收支]"
_ELSE = r"[。；]|占|~growth~|~up~|~down~"
"""What says that a number after a place is of something else."""
_ITEM = r"[^，。；：、\d（）()]"
_SHARES = (
    rf"(?P<one>{_ITEM}{{0,12}}?)占(?P<of>{_ITEM}{{1,12}}?)(?:总[数量额])?的?(?:~share~|计(?=[，,])|来?看|来?算)",
    rf"(?:拿|用|以|按)?(?P<one>{_ITEM}{{2,10}}?)(?:[与和同跟]|除以)(?P<of>{_ITEM}{{2,10}}?)(?:之比|相比|的比[例重]|来比|比)(?=[，,])",
    rf"(?:[按用拿以论]|除以)(?P<of>{_ITEM}{{2,8}}?)(?:一除|平均|来?折?算|[来相]?比|计)(?=[，,])",
    rf"每[{CHARACTERS}]+[名个位]?(?P<of>{_ITEM}{{2,8}}?)(?:中[，,]?)?(?:平均)?有?(?P<one>{_ITEM}{{0,8}})$",
)
"""What defines a share: of what (`of`), and of which part, unless that is what was said last."""


@dataclass(frozen=True)
class Quantities:
    """Finds what a clause speaks of."""

    _values: Values
    _readings: Readings
    _subjects: Subjects
    _computed: Computed

    def of(
        self,
        spoken: Spoken,
        at: int,
        relation: DraftRelation,
        year: Year,
        *,
        condition: str = "",
        by_growth: bool | None = None,
    ) -> list[tuple[Quantity, float]]:
        """What a number's clause speaks of, of no units yet, and how likely; by growth or not where that is known.

        A condition is what is said of units (收大于支的有两家).
        """
        number = spoken.numbers[at]
        found = list(self._by_words(spoken, at, relation, year, condition, by_growth))
        if last := self.said_last(spoken, at):
            found.append((replace(last, scopes=()), KNOWN))
        known = self.told(spoken, at)
        sure = [(known, KNOWN)] if known else list(self.defined(spoken, at, year))
        is_amount = number.kind is NumberKind.RANK and re.search("[多少]", number.text)  # 最多 is said of amounts
        if is_amount and not self._values.words.pattern(_GROWTH).search(spoken.topics.before(number)):
            found, sure = (
                [each for each in some if self._readings.unit(each[0]) not in RATES] for some in (found, sure)
            )
        found = [(one, OTHERWISE * weight) for one, weight in found] + sure if sure else found
        if relation.is_of_last_year:  # 由上年的第七位升至第六位
            found = [(replace(one, year=self._values.year - 1), weight) for one, weight in found]
        return found

    def _by_words(
        self, spoken: Spoken, at: int, relation: DraftRelation, year: Year, condition: str, by_growth: bool | None
    ) -> Iterator[tuple[Quantity, float]]:
        """A figure, its growth, or what came in less what went out, by the words for it."""
        number, says = spoken.numbers[at], self._values.words.pattern
        is_place, topics = number.kind is NumberKind.RANK, spoken.topics
        balance = says(_BALANCES).search(topics.before(number)) if is_place else None
        if balance or says(_UNEQUAL).search(condition):
            for came, went in self._readings.balances(""):
                if self._readings.by_level(Quantity((came,), (), self._values.year)):
                    one, other = (went, came) if balance and balance["short"] else (came, went)
                    yield Quantity((one,), (), self._values.year, less=(other,)), KNOWN
            return
        ways = {by_growth: 1.0} if by_growth is not None else self._ways(spoken, number)
        bare = replace(number, unit="百分点")  # whatever is counted: it is of any figure
        moved = replace(spoken, numbers=[bare if each is number else each for each in spoken.numbers])
        for name, score in self._subjects.of_change(moved, at, relation).items():
            for is_growth, part in ways.items():
                yield Quantity((name,), (), year(spoken, at, name), of_growth=bool(is_growth)), score * part

    def _ways(self, spoken: Spoken, number: DraftNumber) -> dict[bool | None, float]:
        if self.is_by_growth(spoken, number):
            return {True: 1.0, False: UNSAID}
        is_near = self._values.words.pattern(_GROWTH).search(spoken.topics.around(number, SENTENCE))
        return {False: 1.0, True: BY_THE_WAY} if is_near else {False: 1.0}

    def is_by_growth(self, spoken: Spoken, number: DraftNumber) -> bool:
        """Whether words next to a number say that it is of growth."""
        if number.kind is not NumberKind.RANK:
            return bool(self._values.words.pattern(_MOVING).search(spoken.topics.around(number, SEGMENT)))
        growth = self._values.words.pattern(_GROWTH)
        return bool(growth.search(spoken.topics.said_of_rank(number)) or growth.search(number.text))

    def defined(self, spoken: Spoken, at: int, year: Year) -> Iterator[tuple[Quantity, float]]:
        """A share that is defined before a number in its sentence (以参保人数占会员人数计), and not taken back."""
        topics, number = spoken.topics, spoken.numbers[at]
        start, sentence = topics.start_of(SENTENCE, number), topics.before(number, SENTENCE)
        found = [match for each in _SHARES for match in self._values.words.pattern(each).finditer(sentence)]
        if not found:
            return
        said = max(found, key=lambda match: match.end())
        since = CLAUSE.split(sentence[said.end() :], maxsplit=1)[-1] if said.end() < len(sentence) else ""
        if self._subjects.tells(since) and topics.start_of(CLAUSE, number) > start + said.end():
            return
        own = self._subjects.named(said["one"], spoken) if "one" in said.re.groupindex and said["one"] else []
        if not own:
            recent = [each for each in topics.recent(number) if not each.figure.is_made_up]
            own = [(each.name, 1.0) for each in recent[:1]]
            own = own or [*self._subjects.of_level(spoken, at).items()][:1]
        for name, score in own[:2]:
            for whole, likely in self._subjects.named(said["of"], spoken)[:2]:
                if whole != name and not self._readings.is_rate(name) and not self._readings.is_rate(whole):
                    share = Quantity((name,), (), year(spoken, at, name), whole=(whole,))
                    yield share, min(1.0, score) * min(1.0, likely)

    def derived(self, spoken: Spoken, at: int, year: Year) -> Iterator[tuple[Quantity, float]]:
        """What is no indicator, of which a number may say how much it is."""
        number = spoken.numbers[at]
        last = self.said_last(spoken, at)
        if last and (last.per or last.less or last.is_share or last.of_growth):
            yield last, KNOWN
        elif beside := self._beside(spoken, at):
            yield beside, KNOWN
        for one, score in self.defined(spoken, at, year):
            if number.unit in RATES:
                yield one, score

    def said_last(self, spoken: Spoken, at: int, *, is_share: bool = False) -> Quantity | None:
        """What was said last, where it is no indicator and the number has no words but those of its whole."""
        number = spoken.numbers[at]
        last = next(iter(spoken.topics.recent(number)), None)
        if last is None or last.passage != spoken.topics.speaking.passage or not last.figure.is_derived:
            return None
        if not number.unit and number.kind is not NumberKind.MOVED:
            return None
        is_moved = number.kind is NumberKind.MOVED
        if (
            is_moved
            and last.figure.is_share
            and not self._values.words.pattern("~share~").search(spoken.topics.before(number))
        ):
            return None
        is_sum = is_share and not last.figure.less and not last.figure.per
        is_own = not is_sum and self._subjects.has_own_words(spoken, number)
        if len(last.figure.names) > 1 and spoken.topics.units(number)[0].scopes != last.scopes:
            return None
        is_meant = last.figure.is_made_up or self._readings.may_differ_by(last.figure, number)
        return last.figure if is_meant and not is_own else None

    def _beside(self, spoken: Spoken, at: int) -> Quantity | None:
        """What is no indicator, and the number after this one surely says of another unit."""
        number, following = spoken.numbers[at], spoken.numbers[at + 1 : at + 2]
        if not following or following[0].unit != number.unit or self._subjects.has_own_words(spoken, number):
            return None
        if SENTENCE.search(spoken.passage.text, number.end, following[0].start):
            return None
        met = self._met(spoken, at + 1, spoken.topics.units(following[0])[0].scopes)
        return met if met and met.is_derived else None

    def told(self, spoken: Spoken, at: int) -> Quantity | None:
        """The quantity that is known without words: of the number beside a place, or of the place told before it."""
        number, topics = spoken.numbers[at], spoken.topics
        if number.kind is not NumberKind.RANK:
            return None
        scopes, clause = topics.units(number)[0].scopes, topics.start_of(CLAUSE, number)
        names_it = self._subjects.has_own_words(spoken, number)
        start = clause if names_it else topics.start_of(SEGMENT, number)
        last = next((each for each in topics.in_sentence(number) if each.is_place), None)
        measure, is_by_growth = None, self.is_by_growth(spoken, number)
        for other in range(at - 1, -1, -1):
            beside = spoken.numbers[other]
            if beside.start < start or beside.kind is NumberKind.RANK:
                break
            if beside.kind is NumberKind.COUNT:
                measure = self._met(spoken, other, scopes)
                before = spoken.numbers[other - 1] if other else None
                words = spoken.passage.text[before.end : beside.start] if before else topics.before(beside, SENTENCE)
                if not measure and not self._subjects.tells(words):
                    is_by_growth |= "增" in topics.before(beside)  # 企业由57家到74家，增长近三成，第一
                    continue
                last, names_it = None, True
                if measure and not measure.of_growth:  # 增速是全体的5.8倍，甲市以25888人居首位
                    said = spoken.passage.text[topics.start_of(CLAUSE, beside) : number.end]
                    is_by_growth = bool(self._values.words.pattern(_GROWTH).search(said))
                break
        following = spoken.numbers[at + 1 : at + 2]
        if not measure and following and following[0].kind is NumberKind.COUNT:
            between = spoken.passage.text[number.end : following[0].start]
            is_next = not self._subjects.tells(between) and not self._values.words.pattern(_ELSE).search(between)
            if (is_next or not names_it) and not self._values.units.find(between):
                measure = self._met(spoken, at + 1, scopes)
        if not measure and not names_it:
            measure = replace(last.figure, year=self._values.year) if last else self._of_row(spoken, at)
        return replace(measure, of_growth=True, per=(), whole=(), whole_of=()) if measure and is_by_growth else measure

    def _of_row(self, spoken: Spoken, at: int) -> Quantity | None:
        """The quantity of the figure that was said last, of another unit, in the sentence or the one before."""
        start = spoken.topics.start_of(SENTENCE, spoken.numbers[at])
        for other in range(at - 1, -1, -1):
            if spoken.numbers[other].start < start:
                return None
            units = spoken.topics.units(spoken.numbers[other])[0].scopes
            if measure := self._met(spoken, other, units):
                return measure
        return None

    def _met(self, spoken: Spoken, at: int, scopes: tuple[str, ...]) -> Quantity | None:
        """The quantity of a number that surely is of a unit."""
        met = next(iter(spoken.met[at]), None) if spoken.met else None
        if met is None or met.evidence < TOLD or met.one.scopes != scopes:
            return None
        quantity = self._readings.said(spoken.numbers[at], DraftRelation(met.kind), met.one, met.other)
        is_moved = met.kind is RelationKind.CHANGE and not quantity.of_growth
        return None if is_moved else quantity
