"""Which indicators a number may be of, scored: by its words, the headings over it, and what was said before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nianbao.review.draft.binding import Binder, RankedNumber
from nianbao.review.draft.mention import DraftPair, Mention, Quantity
from nianbao.review.draft.numbers import DraftNumber, moved_to
from nianbao.review.draft.profiles import pairs_of
from nianbao.review.draft.reading import NOWHERE
from nianbao.review.draft.readings import IN, TARGET, Readings
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.scores import COUNTER, fit_of, is_written_out, may_change_by, says_change
from nianbao.review.draft.spoken import Spoken
from nianbao.review.draft.topics import CLAUSE, NAMES_NOTHING, SENTENCE
from nianbao.review.draft.values import Values
from nianbao.statistics.scopes import ALL

SAID = 0.3
"""How well words must fit that name what something is compared with, or is a part of."""
CARRIED_ALONE, CARRIED = (1.0, 0.7, 0.45, 0.25), (0.35, 0.25, 0.15, 0.08)
"""What a figure counts that was said before: in the sentence, the paragraph, the one before, earlier; the first where a
number has no words of its own."""
PASSED = 0.3
"""What is left of any other figure where a number goes on from the one just said."""
FADES = 0.7
"""What is left of that for each other figure said since."""
AGAIN = 0.15
"""What is left where the very same figure would be said again."""
RATE_BY_PER_CENT = 0.4
"""How likely a rate is said to have moved by per cent, and not by points."""
AGAIN_BY_WORDS = 0.5
"""And where words name it once more in its sentence."""
EXPLAINED = 0.34
"""What part of its telling words must be an indicator's for a number to be called wrong by it."""
OF_A_RATE = 0.3
"""How likely a rate is said where the number is a share of the whole federation's."""
FEW, MANY = 6, 12
PART_SAID, _AFTER_IT = 0.34, 8
"""How much of the words that tell a part from its whole must be said for it to be meant, and how far after a number."""
SHARE_OF = re.compile(r"100 \* ([a-z][a-z0-9_]*) / ([a-z][a-z0-9_]*)")


@dataclass(frozen=True)
class Subjects:
    """Scores the indicators of a project for the numbers of a passage."""

    _values: Values
    _readings: Readings
    _binder: Binder
    _wholes: dict[str, str] = field(default_factory=dict)

    def of_level(self, spoken: Spoken, at: int) -> dict[str, float]:
        """The indicators whose level a number may say, the likeliest first."""
        number = spoken.numbers[at]
        item = spoken.topics.item(number)
        if item.mention:
            name = item.mention.name
            kin = [
                each for each in self._values.profiles if self._fits(each, number) and self._binder.is_kin(each, [name])
            ]
            return {name: 1.0} if self._fits(name, number) else dict.fromkeys(kin, 1.0)
        ranked = self._alone(spoken, number, item.words) if item.words else spoken.bound[at]
        scores = {each.indicator_id: each.score for each in ranked.ranked if not each.is_change}
        if ranked.best and not ranked.best.is_change:
            scores[ranked.best.indicator_id] = max(ranked.best.score, scores.get(ranked.best.indicator_id, 0.0))
        has_own = bool(item.words) or self.has_own_words(spoken, number)
        for name, weight in self._carried(spoken, number, has_own=has_own).items():
            fit = fit_of(self._values.profiles[name], number)
            if fit >= COUNTER or (fit and is_written_out(number) and not number.unit):
                scores[name] = scores.get(name, 0.0) + weight * fit
        units = spoken.topics.units(number)[0].scopes
        for said in spoken.topics.in_sentence(number):
            if said.is_level and said.scopes == units and said.name in scores and not spoken.topics.year(number):
                scores[said.name] *= AGAIN_BY_WORDS
        return _ordered(scores)

    def of_change(self, spoken: Spoken, at: int, relation: DraftRelation) -> dict[str, float]:
        """The indicators of which a number may say a change, a share, a multiple or a rank, the likeliest first."""
        number = spoken.numbers[at]
        item = spoken.topics.item(number)
        if item.mention:
            return {item.mention.name: 1.0}
        if item.words:
            text, place = f"{item.words}{number.text}", 0
            numbers: Sequence[DraftNumber] = [moved_to(number, len(item.words))]
        else:
            text, numbers, place = spoken.passage.text, spoken.numbers, at
        named = self._binder.by_words(text, numbers, place, spoken.passage.place, spoken.background)
        scores = {name: score for name, score in named if self._may_be(name, number)}
        has_own = bool(item.words) or self.has_own_words(spoken, number)
        carried = self._carried(spoken, number, has_own=has_own, is_change=True)
        if not has_own and (going_on := self._going_on(spoken, number)):
            passed = {name for name in (*scores, *carried) if name not in going_on}
            passed -= {name for name in passed if self._is_of(name, going_on)}
            scores = {name: score * (PASSED if name in passed else 1) for name, score in scores.items()}
            carried = {name: score * (PASSED if name in passed else 1) for name, score in carried.items()}
        for name, weight in carried.items():
            is_share = relation.kind is RelationKind.SHARE and self._readings.is_rate(name)
            if self._may_be(name, number) and not is_share:
                scores[name] = scores.get(name, 0.0) + weight
        if self._values.words.pattern("~for_each~").search(spoken.topics.own_words(number)):
            scores = {name: score * (2 if self._readings.is_for_each(name) else 0.5) for name, score in scores.items()}
        if number.unit == "%" and relation.kind is RelationKind.CHANGE:  # rates move by points
            scores = {
                name: score * (RATE_BY_PER_CENT if self._readings.is_rate(name) else 1)
                for name, score in scores.items()
            }
        if relation.kind in (RelationKind.GAP, RelationKind.DONE):
            plain: dict[str, float] = {}
            for name, score in scores.items():
                plain[name.removeprefix(TARGET)] = max(score, plain.get(name.removeprefix(TARGET), 0.0))
            scores = plain
        return _ordered(scores)

    def planned(self, spoken: Spoken, at: int) -> dict[str, float]:
        """The targets that a number of a plan may say; what is planned otherwise nobody has reported."""
        found: dict[str, float] = {}
        changed, level = self.of_change(spoken, at, DraftRelation()), self.of_level(spoken, at)
        for name, score in (*changed.items(), *level.items()):
            target = f"{TARGET}{name.removeprefix(TARGET)}"
            if target in self._values.profiles and score >= SAID / 2 and self._fits(target, spoken.numbers[at]):
                found[target] = max(score, found.get(target, 0.0))
        return _ordered(found)

    def _alone(self, spoken: Spoken, number: DraftNumber, words: str) -> RankedNumber:
        """A number of a list with the words that are its own."""
        alone = moved_to(number, len(words))
        return self._binder.bind(f"{words}{number.text}", [alone], spoken.passage.place)[0]

    def has_own_words(self, spoken: Spoken, number: DraftNumber) -> bool:
        """Whether words since the number before tell what a number is of."""
        return self.tells(spoken.topics.own_words(number) + " " + number.noun)

    def tells(self, words: str) -> bool:
        """Whether words tell of any indicator."""
        words = self._values.words.pattern(NAMES_NOTHING).sub(" ", words)
        return any(pair in self._binder.telling for pair in pairs_of(words))

    def explains(self, spoken: Spoken, number: DraftNumber, names: Sequence[str]) -> bool:
        """Whether indicators account for a fair part of the telling words that a number has for itself."""
        telling = self._binder.telling
        clause = self._values.words.pattern("~for_each~").sub(" ", CLAUSE.split(spoken.topics.own_words(number))[-1])
        own = pairs_of(f"{clause} {number.noun}") & telling.keys()
        theirs = frozenset().union(*(self._values.profiles[name].pairs for name in names))
        return sum(telling[pair] for pair in own & theirs) >= EXPLAINED * sum(telling[pair] for pair in own)

    def names_other(self, spoken: Spoken, number: DraftNumber, one: str, other: str) -> bool:
        """Whether the words that a number has for itself tell one of two indicators from the other."""
        own = pairs_of(spoken.topics.item(number).words or f"{spoken.topics.own_words(number)} {number.noun}")
        ones, others = (self._values.profiles[name].pairs for name in (one, other))
        if not spoken.topics.item(number).words and not self.has_own_words(spoken, number):
            after = CLAUSE.split(spoken.passage.text[number.end :])[0]
            if pairs_of(after) & (others - ones):
                return False
            last = next(iter(spoken.topics.in_sentence(number)), None)
            going = last.figure.named if last else ()
            return self._is_of(one, going) and not self._is_of(other, going)
        return bool(own & (ones - others)) and not own & (others - ones)

    def _carried(
        self, spoken: Spoken, number: DraftNumber, *, has_own: bool, is_change: bool = False
    ) -> dict[str, float]:
        """What was said before, by how near it was said."""
        weights = CARRIED if has_own else CARRIED_ALONE
        topics, scores = spoken.topics, {}
        recent = topics.recent(number)[:MANY]
        units, year = topics.units(number)[0], topics.year(number)
        start = topics.start_of(SENTENCE, number)
        for back, said in enumerate(each for each in recent if not each.figure.is_made_up):
            apart = topics.speaking.passage - said.passage
            near = 0 if not apart and said.at >= start else 1 if not apart else 2 if apart == 1 else 3
            weight = weights[near] * FADES**back
            is_same = said.scopes == units.scopes and not units.is_rest and (year is None or year.year == said.year)
            if is_same and said.is_level and not is_change and number.wording.style == "exact":
                weight *= AGAIN
            if said.name not in scores:
                scores[said.name] = weight
        return scores

    def _is_of(self, name: str, names: Sequence[str]) -> bool:
        """Whether an indicator is one of these or the share of one."""
        part = SHARE_OF.fullmatch(self._values.figures.project.indicators[name].formula)
        return name in names or bool(part and part[1] in names)

    def _going_on(self, spoken: Spoken, number: DraftNumber) -> tuple[str, ...]:
        """The indicators of the figure just said, in the clause of a number or the one before it."""
        last = next(iter(spoken.topics.in_sentence(number)), None)
        between = spoken.passage.text[last.at : number.start] if last else "。"
        return last.figure.named if last and not re.search("[；：]", between) and between.count("，") <= 1 else ()

    def _fits(self, name: str, number: DraftNumber) -> bool:
        return fit_of(self._values.profiles[name], number) >= COUNTER

    def _may_be(self, name: str, number: DraftNumber) -> bool:
        profile = self._values.profiles[name]
        return not says_change(profile) and may_change_by(profile, number)

    def wholes(
        self, spoken: Spoken, at: int, relation: DraftRelation, name: str, scopes: tuple[str, ...], year: int
    ) -> list[DraftPair]:
        """Of what a figure may be a share: what the words say, the whole of its units, or what it is among."""
        indicators, own = self._values.figures.project.indicators, Quantity((name,), scopes, year)
        is_whole, whole_word = self._is_filling(relation.base), self._values.units.whole
        plain = relation.base.replace(whole_word, "")
        if indicators[name].unit == "%":  # no rate is a part of the whole, and what is done of a plan is none either
            is_none = self._is_done(name) or self._values.units.whole in relation.base
            return [DraftPair(own, None, OF_A_RATE if is_none else 1.0)]
        found = []
        if relation.base_scope:
            found.append(DraftPair(own, Quantity((name,), (relation.base_scope,), year), 1.0))
        elif scopes != (ALL,) and (is_whole or (whole_word in relation.base and self._is_named(name, plain))):
            found.append(DraftPair(own, Quantity((name,), (ALL,), year), 1.0))
        for share, indicator in indicators.items():
            part = SHARE_OF.fullmatch(indicator.formula)
            if (
                part
                and part[1] == name
                and not self._is_done(share)
                and (is_whole or self._is_named(part[2], relation.base))
            ):
                found.append(DraftPair(Quantity((share,), scopes, year), None, 0.9 if scopes == (ALL,) else 0.5))
                found.append(DraftPair(own, Quantity((part[2],), scopes, year), 0.8 if scopes == (ALL,) else 0.5))
        if is_whole and scopes == (ALL,) and self._values.units.whole not in relation.base:
            found += [DraftPair(own, Quantity((each,), scopes, year), 0.8) for each in self._of_like_name(name)]
        others = (
            [] if is_whole else [(each, score) for each, score in self.named(relation.base, spoken) if each != name]
        )
        found += [
            DraftPair(own, Quantity((each,), scopes, year), 0.9 * score)
            for each, score in others[:2]
            if indicators[each].unit == indicators[name].unit
        ]
        if whole := spoken.topics.whole_of(spoken.numbers[at]):
            found.append(DraftPair(own, whole.figure, 0.8))
        said = [each for each in spoken.topics.in_sentence(spoken.numbers[at]) if each.name != name]
        same = [each for each in said if indicators[each.name].unit == indicators[name].unit]
        return found + [DraftPair(own, Quantity((each.name,), each.scopes, each.year), 0.4) for each in same[-1:]]

    def is_unsaid_part(self, spoken: Spoken, number: DraftNumber, name: str) -> bool:
        """Whether nothing in the passage or over it says the part that an indicator is of a like-named one."""
        whole = self._wholes.get(name)
        if whole is None:
            whole = self._wholes[name] = next(iter(self._of_like_name(name)), "")
        if not whole:
            return False
        own = self._values.profiles[name].name - self._values.profiles[whole].name
        said = pairs_of(" ".join((spoken.passage.text[: number.end + _AFTER_IT], *spoken.passage.heads)))
        return len(own & said) < PART_SAID * len(own)

    def wholes_of(self, name: str) -> list[str]:
        """The indicators that one is a part of: of its kind, or of all the year."""
        return [*self._of_like_name(name), *filter(None, [self._readings.of_year(name)])]

    def _is_done(self, name: str) -> bool:
        """Whether a rate is what came of a plan."""
        part = SHARE_OF.fullmatch(self._values.figures.project.indicators[name].formula)
        return bool(part and self._values.words.pattern("~budget~|~target~").search(self._zh(part[2])))

    def _of_like_name(self, name: str) -> list[str]:
        """The indicator of the whole whose name ends the one of a part (资金 of 地方资金)."""
        indicators, zh = self._values.figures.project.indicators, self._zh(name)
        ends = [
            other
            for other, each in indicators.items()
            if other != name and zh.endswith(each.zh) and each.unit == indicators[name].unit
        ]
        return sorted(ends, key=lambda other: -len(indicators[other].zh))[:1]

    def compared(
        self, spoken: Spoken, at: int, relation: DraftRelation, likely: Mapping[str, float]
    ) -> list[DraftPair]:
        """Pairs of figures that a number may compare: by the words of the base, by two units, or the two said last."""
        number, topics = spoken.numbers[at], spoken.topics
        units, year = topics.units(number), self._year_said(spoken, number)
        words = self._values.words
        if relation.base and not re.search(r"[前后]者", relation.base):
            found = []
            last = next((each.name for each in topics.in_sentence(number) if self._may_be(each.name, number)), "")
            ones = {**({last: max(likely.values(), default=1.0)} if last else {}), **likely}
            for name, weight in [*ones.items()][:3]:
                own = self._values.figures.project.indicators[name]
                if twin := self._readings.balanced(name, relation.base):
                    found += [
                        DraftPair(Quantity((name,), each.scopes, year), Quantity((twin,), each.scopes, year), weight)
                        for each in units
                    ]
                    continue
                for text in (relation.base, f"{own.zh}{relation.base}"):
                    found += [
                        DraftPair(
                            Quantity((name,), each.scopes, year),
                            Quantity((other,), each.scopes, year),
                            weight * score,
                        )
                        for other, score in self.named(text, spoken)[:2]
                        if other != name and self._values.unit(name) == self._values.unit(other)
                        for each in units[:1]
                    ]
            return found + self._made_up_against(spoken, number, relation.base)
        said = [each for each in topics.in_sentence(number) if self._may_be(each.name, number)]
        said = [*{(each.name, each.scopes): each for each in said}.values()]
        before = topics.before(number)
        said_both = len(said) > 1 and said[0].name != said[1].name and IN in self._zh(said[1].name)
        said_both = said_both and said[0].scopes == said[1].scopes == units[0].scopes
        if number.unit == "元" and words.pattern("~balance~|余额").search(before) and not said_both:
            scopes = units[0].scopes
            balances = self._readings.balances(topics.part_of_year(number))
            years = [(year, 1.0), *([(year - 1, 0.6)] if topics.says_last_year(number) else [])]
            return [
                DraftPair(
                    Quantity((one,), scopes, each),
                    Quantity((other,), scopes, each),
                    part * (likely.get(one, 0.0) + 0.5),
                )
                for one, other in balances
                for each, part in years
                if self._readings.has(one, scopes)
            ]
        found = []
        if len(units[0].scopes) == 2:
            one, other = units[0].scopes
            found = [
                DraftPair(Quantity((name,), (first,), year), Quantity((name,), (second,), year), weight)
                for name, weight in [*likely.items()][:FEW]
                for first, second in ((one, other), (other, one))
            ]
        return found + self._of_two_said(spoken, number, said)

    def _year_said(self, spoken: Spoken, number: DraftNumber) -> int:
        """The year that is named for a number, or of which the sentence spoke last."""
        said, last = spoken.topics.year(number), next(iter(spoken.topics.in_sentence(number)), None)
        return said.year if said else last.year if last else self._values.year

    def _made_up_against(self, spoken: Spoken, number: DraftNumber, base: str) -> list[DraftPair]:
        """What was computed last, held against what words name (男职工是女职工的1.5倍)."""
        last = next((each for each in spoken.topics.in_sentence(number) if each.is_level), None)
        if last is None or not last.figure.is_made_up:
            return []
        named = self.named(base, spoken)[:1]
        return [DraftPair(last.figure, Quantity((other,), last.scopes, last.year), score) for other, score in named]

    def _of_two_said(self, spoken: Spoken, number: DraftNumber, said: Sequence[Mention]) -> list[DraftPair]:
        if len(said) < 2:
            return []
        scopes = spoken.topics.units(number)[0].scopes
        operands = [each.figure if each.figure.per else Quantity((each.name,), each.scopes, each.year) for each in said]
        if scopes != (ALL,) and any(each.scopes == (ALL,) for each in said) and len({each.name for each in said}) > 1:
            operands = [Quantity((name,), scopes, said[0].year) for name in dict.fromkeys(each.name for each in said)]
        later, earlier = operands[:2]
        first = re.search(r"[前后]者", spoken.topics.around(number))
        if first:
            pairs = [(earlier, later)] if first[0] == "前者" else [(later, earlier)]
        else:
            pairs = [(later, earlier), (earlier, later)]
        return [DraftPair(one, other, 0.7) for one, other in pairs]

    def named(self, words: str, spoken: Spoken) -> list[tuple[str, float]]:
        """The indicators that words may mean, the likeliest first."""
        wanted = pairs_of(words)
        if not wanted:
            return []
        profiles = self._values.profiles
        for said in (wanted, pairs_of(self._values.words.pattern("~filler~").sub("", words))):
            exact = [
                name
                for name, each in profiles.items()
                if said and said in [one.pairs for one in each.phrases] and not says_change(each)
            ]
            if len(exact) == 1:
                return [(exact[0], 1.0)]
        number = moved_to(spoken.numbers[0], len(words))
        return [
            (name, score)
            for name, score in self._binder.by_words(f"{words}{number.text}", [number], 0, NOWHERE)
            if score >= SAID and not says_change(profiles[name])
        ]

    def _zh(self, name: str) -> str:
        return self._values.figures.project.indicators[name].zh

    def _is_filling(self, words: str) -> bool:
        """Whether words name nothing of their own, but the whole."""
        plain = words.replace(self._values.units.whole, "")
        return not pairs_of(self._values.words.pattern("~filler~|~average~").sub("", plain))

    def _is_named(self, name: str, words: str) -> bool:
        """Whether words may mean an indicator: most of their pairs are of its names."""
        pairs = pairs_of(self._values.words.pattern("~filler~").sub("", words))
        return not pairs or 2 * len(pairs & self._values.profiles[name].pairs) >= len(pairs)


def _ordered(scores: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(scores.items(), key=lambda each: -each[1])[:MANY])
