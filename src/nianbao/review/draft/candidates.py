"""Which indicators a number of running text may be of, and of which units, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nianbao.review.draft.binding import ENOUGH, Binder, BoundNumber, RankedNumber
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.patterns import SAME_UNIT
from nianbao.review.draft.profiles import pairs_of
from nianbao.review.draft.reading import NOWHERE, Passage, Place
from nianbao.review.draft.readings import IN, TARGET, Readings
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.scores import fit_of, may_change_by, says_change
from nianbao.review.draft.spoken import Spoken
from nianbao.review.draft.topics import Topics, listed
from nianbao.review.draft.values import Values
from nianbao.statistics.scopes import ALL

ALSO, ALSO_EXACT = 0.75, 0.5
"""How near to the likeliest another indicator must come to be meant as well, the less the more digits would fit."""
SAID, SAID_OF_RANK, OWN_WORDS = 0.3, 0.08, 0.13
"""How well words alone must fit for a change, and for a rank; with less a number has no words of its own."""
SURELY = 0.6
"""From this score on the words next to a number leave no doubt."""
_FILLING = re.compile(r"全部|总额|的|其中|约|近")
_YEAR_SAID = re.compile(r"(?:19|20)\d\d年")
_SHARE = re.compile(r"100 \* ([a-z][a-z0-9_]*) / ([a-z][a-z0-9_]*)")


_ALL: tuple[str, ...] = (ALL,)
_NOUN = re.compile(r"(?<!\w)(?:资金|金额|经费|人数|人次)(?![^，。；]{0,2}[：:])")
_MONEY_WORDS, _MONEY, _PEOPLE = ("资金", "金额", "经费"), frozenset({"元"}), frozenset({"人", "名", "人次"})
_NO_SUBJECT = re.compile(r"(?:约|仅|只|就|也|大约|几乎)?占[全各总]")
_BALANCE = re.compile(r"结余|节余")
_LAST_TWO = re.compile(r"[前后]者")


@dataclass(frozen=True)
class Candidates:
    """Looks for the indicators that a number may be of: by its words, and by what was said before it."""

    _values: Values
    _readings: Readings
    _binder: Binder

    def of(self, spoken: Spoken, at: int, relation: DraftRelation) -> list[tuple[str, tuple[str, ...]]]:
        """The indicators that a number may be of, the likeliest first, each with the units it may be of."""
        number, topics = spoken.numbers[at], spoken.topics
        before = topics.before(number)
        if not before and (named := topics.scopes(number)):
            before = [each for each in topics.earlier(number)[:2] if self.has(each[0], named)]
        item = listed(spoken.passage.text, spoken.numbers, at, self._values.scopes)
        scopes = (item.scope,) if item and item.scope else topics.scopes(number, relation.base_scope)
        if item and item.scope and not item.is_first and before and self._may_be(before[0][0], number):
            return [(before[0][0], scopes)]
        own = self._alone(spoken, number, item.words) if item and item.words else spoken
        place = 0 if own is not spoken else at
        words = self._by_words(own.passage.text, own.numbers, place, own.passage.place)
        if scopes and (having := [each for each in words if self.has(each[0], scopes)]):
            words = having
        if topics.is_ahead(number) or relation.is_target:
            said_before = [(name, SAID) for name, _ in before] if relation.is_target else []
            ranked = [(each.indicator_id, each.score) for each in own.bound[place].ranked]
            planned = self._planned(number, relation, [*ranked, *words, *said_before])
            if planned or topics.is_ahead(number):
                return planned
        if relation.kind is RelationKind.LEVEL and number.kind is NumberKind.COUNT:
            levels = self._levels(number, own.bound[place], scopes, before, words, topics.clause(number), relation)
            return levels if topics.speaks_of_plans(number) else self._without_plans(levels, spoken.passage) or levels
        found = self._not_levels(number, own.bound[place].best, relation, scopes, words, topics)
        return found or self._going_on(number, relation, topics)

    def _going_on(
        self, number: DraftNumber, relation: DraftRelation, topics: Topics
    ) -> list[tuple[str, tuple[str, ...]]]:
        """What the sentences before were of, where a change is said of the money or of the people alone."""
        noun = _NOUN.search(topics.clause(number).partition(number.text)[0])
        if relation.kind not in (RelationKind.CHANGE, RelationKind.BY_TIMES) or noun is None:
            return []
        units = _MONEY if noun[0] in _MONEY_WORDS else _PEOPLE
        indicators = self._values.figures.project.indicators
        said = [(name, scope) for name, scope in topics.earlier(number) if indicators[name].unit in units]
        return [(name, (scope,)) for name, scope in said[:1]]

    def _not_levels(
        self, number: DraftNumber, known: BoundNumber | None, relation: DraftRelation, scopes: tuple[str, ...],
        words: list[tuple[str, float]], topics: Topics,
    ) -> list[tuple[str, tuple[str, ...]]]:  # fmt: skip
        """The indicators of which a number may say a change, a share, a multiple or a rank."""
        before = topics.before(number)
        if relation.kind is RelationKind.SHARE and scopes and relation.base and self._is_whole(relation.base):
            subject = topics.clause(number).partition("占")[0]
            alone = [_moved(number, len(subject))]
            own = self._by_words(f"{subject}{number.text}", alone, 0, NOWHERE) if subject else []
            return self._shares_of_whole(scopes, own, before)
        spoken_of = [each for each in before if self._may_be(each[0], number)]
        least = SAID_OF_RANK if number.kind is NumberKind.RANK else SAID / 2
        sure = [name for name, score in words if score >= least and score >= ALSO * words[0][1]]
        if relation.kind in (RelationKind.GAP, RelationKind.DONE):
            sure = [name.removeprefix(TARGET) for name in sure]
            spoken_of = [(name.removeprefix(TARGET), scope) for name, scope in spoken_of]
        if known and known.is_change and known.indicator_id not in sure:
            sure.append(known.indicator_id)
        if relation.kind is RelationKind.CHANGE:  # what it changes was said last
            spoken_of = spoken_of[: 1 if number.unit not in ("%", "百分点") else 2]
        if relation.kind is RelationKind.SHARE and spoken_of and _NO_SUBJECT.match(topics.clause(number)):
            sure = []  # the words of the clause are those of the whole
        found: dict[str, tuple[str, ...]] = {}
        said = [(name, "") for name in sure]
        in_order = [*said, *spoken_of] if words and words[0][1] >= SAID else [*spoken_of, *said]
        for name, scope in [*topics.own(number), *in_order]:
            found.setdefault(name, self._of(name, scopes or ((scope,) if scope else ())))
        if relation.kind is RelationKind.SHARE:
            return self._shares(found, relation, known, before)
        return [(name, units) for name, units in found.items() if name.removeprefix(TARGET) not in {*found} - {name}]

    def _shares_of_whole(
        self, scopes: tuple[str, ...], words: list[tuple[str, float]], before: Sequence[tuple[str, str]]
    ) -> list[tuple[str, tuple[str, ...]]]:
        """The indicators of which a unit has a share of the whole: by its words or else what was said last."""
        indicators = self._values.figures.project.indicators
        named = [name for name, score in words if score >= SAID / 2 and indicators[name].unit != "%"]
        said = [name for name, _ in before if indicators[name].unit != "%"]
        in_order = [*named[:2], *said[:2]] if named else said[:2]
        return [(name, self._of(name, scopes)) for name in dict.fromkeys(in_order)]

    def _alone(self, spoken: Spoken, number: DraftNumber, words: str) -> Spoken:
        """A number of a list with the words that are its own."""
        alone = _moved(number, len(words))
        passage = replace(spoken.passage, text=f"{words}{number.text}")
        return replace(
            spoken, passage=passage, numbers=[alone], bound=self._binder.bind(passage.text, [alone], passage.place)
        )

    def _may_be(self, name: str, number: DraftNumber) -> bool:
        return may_change_by(self._values.profiles[name], number)

    def weak(self, spoken: Spoken, at: int, relation: DraftRelation) -> list[tuple[str, tuple[str, ...]]]:
        """What a number may be of by few words, or by what was said before it: enough to agree, not to object."""
        number, topics = spoken.numbers[at], spoken.topics
        said = [name for name, _ in topics.before(number)]
        scopes = topics.scopes(number, relation.base_scope) or tuple({scope for _, scope in topics.before(number)[:1]})
        is_level = relation.kind is RelationKind.LEVEL and number.kind is NumberKind.COUNT
        words = self._by_words(spoken.passage.text, spoken.numbers, at, spoken.passage.place)
        if topics.is_ahead(number):
            known = spoken.bound[at].best
            return [(known.indicator_id, (ALL,))] if known else []
        names = [name for name, score in words if score >= SAID_OF_RANK]
        names += [each.indicator_id for each in spoken.bound[at].ranked]
        names += self.beside(number, said)
        fitting = [name for name in dict.fromkeys(names) if not is_level or fit_of(self._values.profiles[name], number)]
        return [(name, self._of(name, scopes)) for name in fitting]

    def beside(self, number: DraftNumber, said: Sequence[str]) -> list[str]:
        """The indicators of a number's very unit that are reported with those that were said before it."""
        profiles = self._values.profiles
        return [name for name in profiles if fit_of(profiles[name], number) == 1 and self._is_beside(name, said)]

    def _is_beside(self, name: str, said: Sequence[str]) -> bool:
        """Whether an indicator is computed from one that was said, or reported in the same part of the same form."""
        own, others = self._values.profiles[name].indicator, [self._values.profiles[each].indicator for each in said]
        if own.is_formula:
            return self._binder.is_kin(name, said)
        return any((own.form, own.part, own.section) == (other.form, other.part, other.section) for other in others)

    def compared(
        self, spoken: Spoken, at: int, relation: DraftRelation, likely: Sequence[tuple[str, tuple[str, ...]]]
    ) -> list[tuple[tuple[str, str], tuple[str, str]]]:
        """Pairs of figures that a number may compare: by the words of the base, or the two that were said last."""
        number, topics = spoken.numbers[at], spoken.topics
        if not relation.base or _LAST_TWO.search(relation.base):
            said = [each for each in dict.fromkeys(topics.before(number)) if self._may_be(each[0], number)]
            if _BALANCE.search(topics.clause(number)) and not (len(said) > 1 and IN in self._zh(said[1][0])):
                scope = next(iter(topics.scopes(number)), ALL)
                balances = self._readings.balances(topics.part_of_year(number))
                return [((one, scope), (other, scope)) for one, other in balances if self.has(one, (scope,))]
            if len(said) < 2:
                return []
            scope = next(iter(topics.scopes(number)), "")
            is_rest = scope and any(of == ALL for _, of in said) and len({name for name, _ in said}) > 1
            if is_rest:
                said = [(name, scope) for name in dict.fromkeys(name for name, _ in said)]
            later, earlier = said[:2]
            first = _LAST_TWO.search(topics.clause(number))
            if first and first[0] == "前者":
                return [(earlier, later)]
            return [(later, earlier)] if first else [(later, earlier), (earlier, later)]
        pairs = []
        if whole := self._called(relation.base):
            parts = [each for each in likely if each[0] != whole and self._is_alike(each[0], whole)]
            return [((name, scope), (whole, scope)) for name, scopes in parts for scope in scopes]
        for name, scopes in likely[:3]:
            own = self._values.figures.project.indicators[name]
            for words in (relation.base, f"{own.zh}{relation.base}"):
                found = self._by_words(f"{words}{number.text}", [_moved(number, len(words))], 0, spoken.passage.place)
                others = [(other, score) for other, score in found if other != name and self._is_alike(name, other)]
                pairs += [
                    ((name, scope), (other, scope)) for other, score in others[:2] if score >= SAID for scope in scopes
                ]
        return pairs

    def pairs_per(
        self, spoken: Spoken, at: int, relation: DraftRelation
    ) -> list[tuple[tuple[str, str], tuple[str, str]]]:
        """What a number may be for each of what (平均每期77人): said before, or by the words around it."""
        number, topics, profiles = spoken.numbers[at], spoken.topics, self._values.profiles
        scope = next(iter(topics.scopes(number)), ALL)
        counted = replace(number, unit=SAME_UNIT.get(relation.base[0], relation.base[0]))
        said = [name for name, _ in topics.earlier(number)]
        by_words = self._by_words(spoken.passage.text, spoken.numbers, at, spoken.passage.place)
        names = [name for name, score in by_words if score >= SAID / 2]
        base = relation.base[1:]
        named = self._binder.by_words(f"{base}{number.text}", [_moved(number, len(base))], 0, spoken.passage.place)
        of_each = [name for name, score in named if score >= SAID] if pairs_of(base) else []
        ones = [name for name in dict.fromkeys([*names, *said]) if fit_of(profiles[name], number)]
        others = [name for name in dict.fromkeys([*of_each, *said, *names]) if fit_of(profiles[name], counted)]
        return [((one, scope), (other, scope)) for other in others[:3] for one in ones[:3] if one != other]

    def _zh(self, name: str) -> str:
        return self._values.figures.project.indicators[name].zh

    def _called(self, words: str) -> str:
        """The one indicator that is called just so."""
        wanted = pairs_of(words)
        profiles = self._values.profiles
        found = [
            name
            for name, each in profiles.items()
            if wanted in [one.pairs for one in each.phrases] and not says_change(each)
        ]
        return found[0] if wanted and len(found) == 1 else ""

    def _is_alike(self, name: str, other: str) -> bool:
        indicators = self._values.figures.project.indicators
        return indicators[name].unit == indicators[other].unit

    def _by_words(self, text: str, numbers: Sequence[DraftNumber], at: int, place: Place) -> list[tuple[str, float]]:
        return [
            (name, score)
            for name, score in self._binder.by_words(text, numbers, at, place)
            if not says_change(self._values.profiles[name]) and self._may_be(name, numbers[at])
        ]

    def _planned(
        self, number: DraftNumber, relation: DraftRelation, words: list[tuple[str, float]]
    ) -> list[tuple[str, tuple[str, ...]]]:
        """The targets that a number of a plan may say; what is planned otherwise nobody has reported."""
        if relation.kind is not RelationKind.LEVEL or number.kind is not NumberKind.COUNT:
            return []
        names = [f"{TARGET}{name.removeprefix(TARGET)}" for name, score in words if score >= SAID / 2]
        return [(name, _ALL) for name in dict.fromkeys(names) if name in self._values.profiles][:2]

    def _without_plans(
        self, levels: list[tuple[str, tuple[str, ...]]], passage: Passage
    ) -> list[tuple[str, tuple[str, ...]]]:
        """What a number may be of where nothing is said of plans: no target, unless its section prints targets."""
        return [
            each
            for each in levels
            if not each[0].startswith(TARGET) or passage.place in self._values.profiles[each[0]].printed
        ]

    def _levels(
        self, number: DraftNumber, bound: RankedNumber, scopes: tuple[str, ...],
        spoken: list[tuple[str, str]], words: list[tuple[str, float]], clause: str, relation: DraftRelation,
    ) -> list[tuple[str, tuple[str, ...]]]:  # fmt: skip
        """The indicators whose level a number may say; without words of its own it goes on with the last."""
        known, ranked = bound.best, bound.ranked
        last = spoken[0][0] if spoken else ""
        if known is None and last.startswith(TARGET) and fit_of(self._values.profiles[last], number):
            return [(last.removeprefix(TARGET), _ALL)]  # what was planned is followed by what was done
        if known is None or (words and words[0][1] < OWN_WORDS and spoken):
            alike = [name for name, _ in spoken if fit_of(self._values.profiles[name], number) == 1]
            alike = [name for name in alike if not scopes or self.has(name, scopes)] or alike
            goes_on = bool(scopes) or bool(_YEAR_SAID.search(clause)) or relation.is_of_last_year
            if known is None or (alike and goes_on):
                return [(name, self._of(name, scopes)) for name in dict.fromkeys(alike[:1])] if goes_on else []
        if scopes and not self.has(known.indicator_id, scopes):
            having = [each for each in ranked if self.has(each.indicator_id, scopes)]
            known = having[0] if having and having[0].score >= ENOUGH else known
            said_of_them = [name for name, _ in spoken if self.has(name, scopes)]
            said_of_them = [name for name in said_of_them if fit_of(self._values.profiles[name], number) == 1]
            if not having and said_of_them:
                pairs = pairs_of(clause)
                name = max(said_of_them, key=lambda each: len(pairs & self._values.profiles[each].name))
                return [(name, self._of(name, scopes))]
        digits = len(number.numeral.normalize().as_tuple().digits)
        least = (ALSO_EXACT if digits > 1 else ALSO) * known.score
        said = [name for name, _ in spoken]
        names = dict.fromkeys(
            [
                known.indicator_id,
                *(
                    each.indicator_id
                    for each in ranked
                    if each.score >= least
                    or (each.indicator_id not in said and self._binder.is_kin(each.indicator_id, said))
                ),
            ]
        )
        if scopes and (of_them := [name for name in names if self.has(name, scopes)]):
            names = dict.fromkeys(of_them)
        return [(name, self._of(name, scopes)) for name in names]

    def _shares(
        self, found: dict[str, tuple[str, ...]], relation: DraftRelation, known: BoundNumber | None,
        before: Sequence[tuple[str, str]],
    ) -> list[tuple[str, tuple[str, ...]]]:  # fmt: skip
        """Declared shares of what is spoken of come first, then whatever the words after 占 may name."""
        declared: dict[str, tuple[str, ...]] = {}
        if known and self._values.figures.project.indicators[known.indicator_id].unit == "%" and known.score >= SAID:
            declared[known.indicator_id] = (ALL,)
        for name, indicator in self._values.figures.project.indicators.items():
            part = _SHARE.fullmatch(indicator.formula)
            if part and part[1] in found and self._is_named(part[2], relation.base):
                declared.setdefault(name, (ALL,))
        last = before[0][0] if before else ""
        meant = known.indicator_id if known else ""
        declared = dict(
            sorted(declared.items(), key=lambda each: (last not in self._parts_of(each[0]), each[0] != meant))
        )
        if known and known.indicator_id in declared and known.score >= SURELY:
            return [*declared.items()]
        return [*declared.items(), *found.items()]

    def _parts_of(self, name: str) -> list[str]:
        part = _SHARE.fullmatch(self._values.figures.project.indicators[name].formula)
        return [part[1]] if part else []

    def _is_whole(self, words: str) -> bool:
        whole = self._values.figures.project.conventions.words.whole
        return not pairs_of(_FILLING.sub("", words.replace(whole, "")))

    def _is_named(self, name: str, words: str) -> bool:
        """Whether words may mean an indicator: they name none, or share most of their pairs with its names."""
        whole = self._values.figures.project.conventions.words.whole
        pairs = pairs_of(_FILLING.sub("", words.replace(whole, "")))
        return not pairs or 2 * len(pairs & self._values.profiles[name].pairs) >= len(pairs)

    def _of(self, name: str, scopes: Sequence[str]) -> tuple[str, ...]:
        """Of these units those that have a value of an indicator; the whole where none is named or has one."""
        return tuple(scope for scope in scopes if self.has(name, (scope,))) or (ALL,)

    def has(self, name: str, scopes: Sequence[str]) -> bool:
        """Whether an indicator has a value of its own for one of the units."""
        values = self._readings.figures.values
        return any(scope in values.get((name, self._values.year - back), {}) for back in (0, 1) for scope in scopes)


def _moved(number: DraftNumber, start: int) -> DraftNumber:
    """The number in another text."""
    return replace(number, start=start, end=start + len(number.text))
