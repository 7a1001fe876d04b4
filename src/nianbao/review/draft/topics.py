"""What a passage speaks of where a number stands: the units it may be of, the year, and the figures said before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from nianbao.review.draft.mention import (
    NO_ITEM,
    WHOLE,
    ListedItem,
    Mention,
    Quantity,
    SaidYear,
    Speaking,
    UnitNames,
    UnitsMeant,
    names_past,
)
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.numerals import DIGITS, count_of
from nianbao.review.draft.words import DraftWords
from nianbao.statistics.scopes import ALL

CLAUSE = re.compile(r"[，,；;。！？!?：:]|——")
SEGMENT = re.compile(r"[；;。！？!?]")
SENTENCE = re.compile(r"[。！？!?]")
CARRIED, ASIDE, IN_LEAD, PASSED = 0.9, 0.35, 0.7, 0.25
"""How likely a unit of an earlier clause is meant, a unit or the whole beside it, the one a paragraph opens with."""
NAMES_NOTHING = (
    rf"[两{DIGITS}\d]+个?(?:~unit_words~)|~sum~|~filler~|~up~|~down~|~more~|~less~|~compare~|~last_year~|~part_of~"
    "|~against_last~|~rest~|~each~|(?<![人户件家期班])(?:~every~)|~apart~"
)
WITHIN = re.compile(r"(?:都|是|就|正|均)?(?:来自|出自|花在|用在|落在|集中在|投向|投在|在)了?")
_AFTER = re.compile(r"的?(?:是|为|只有|仅有|还有|有|唯有)?")
_LIST = re.compile(r"\s*(?:[、和与及]|以及)\s*")
_OF_UNITS = ("家", "个", "地", "市", "州", "")
_BARE = 4
"""A clause this short before a rank names nothing."""
_ENDING = 3
"""As much of the last of a list may be meant of all (职代会、厂务公开建制率)."""
OPENING_YEAR = 16
_OPENING = 6
"""Within so many characters a paragraph that speaks of a unit names it."""


class Topics:
    """Follows a passage from number to number."""

    def __init__(
        self, text: str, numbers: Sequence[DraftNumber], units: UnitNames, words: DraftWords, speaking: Speaking,
        said: list[Mention],
    ) -> None:  # fmt: skip
        self._text, self._numbers, self._units, self._words = text, numbers, units, words
        of_units = words.pattern("~unit_words~|~things~")
        self._counts = [
            each
            for each in numbers
            if each.kind is NumberKind.COUNT and not each.is_vague and not of_units.match(text, each.end)
        ]
        self.speaking = speaking
        self._said, self._open = said, list[int]()
        self._named = units.find(text)
        self._whole = re.compile(rf"(?<![占居列为比于是及当对]){re.escape(units.whole)}(?!的?第|最|平均)|全部|各级")
        self._counted = words.pattern(rf"(?P<count>[两{DIGITS}]|\d{{1,2}})个?(?P<what>~unit_words~|~things~)")

    def start_of(self, stop: re.Pattern[str], number: DraftNumber) -> int:
        """Where the stretch up to a number begins that such stops bound."""
        return max((match.end() for match in stop.finditer(self._text, 0, number.start)), default=0)

    def before(self, number: DraftNumber, stop: re.Pattern[str] = CLAUSE) -> str:
        """What is said up to a number since the last stop."""
        return self._text[self.start_of(stop, number) : number.start]

    def around(self, number: DraftNumber, stop: re.Pattern[str] = CLAUSE) -> str:
        """What is said around a number between two stops."""
        end = stop.search(self._text, number.end)
        return self._text[self.start_of(stop, number) : end.start() if end else len(self._text)]

    def own_words(self, number: DraftNumber) -> str:
        """The words that a sentence gives a number alone: what stands since the number before it, without units."""
        start = max([self.start_of(SENTENCE, number), *(each.end for each in self._counts if each.end <= number.start)])
        said = self._text[start : number.start]
        for at, end, _ in reversed(self._named):
            if start <= at < number.start:
                said = said[: at - start] + " " + said[end - start :]
        return self._words.pattern(NAMES_NOTHING).sub(" ", said)

    def said_of_rank(self, number: DraftNumber) -> str:
        """By what a rank is: its clause, and the one before where it says no more than the place (为最高)."""
        start = self.start_of(CLAUSE, number)
        own = self._words.pattern(r"在?[^，。；]{0,6}(?:~unit_words~)[中里内]?").sub(
            "", self._text[start : number.start]
        )
        if len(own) > _BARE:
            return self.around(number)
        before = max((stop.end() for stop in CLAUSE.finditer(self._text, 0, max(start - 1, 0))), default=0)
        return self._text[before : number.end]

    def item(self, number: DraftNumber) -> ListedItem:
        """Of what the number of a list after 分别 is: the first of the first that was named, and so on."""
        text, start = self._text, self.start_of(SENTENCE, number)
        each = next(reversed(list(self._words.pattern("~each~").finditer(text, start, number.end))), None)
        if each is None or SEGMENT.search(text, each.end(), number.start):
            return NO_ITEM
        row = _row(text, self._numbers, each.start())
        if number not in row or len(row) < 2:
            return NO_ITEM
        place, segment = row.index(number), SEGMENT.split(text[start : each.start()])[-1]
        scopes = self._listed_units(segment, len(row))
        if not scopes and self._words.pattern(rf"[两{DIGITS}]个?(?:~unit_words~)").search(text, start, each.start()):
            scopes = self._listed_units(text[: each.start()], len(row))
        if scopes:
            return ListedItem(scope=scopes[place])
        items = [item for item in _LIST.split(CLAUSE.split(segment)[-1]) if item][-len(row) :]
        if len(items) == len(row):
            last = items[-1][-_ENDING:]
            return ListedItem(items[place] + (last if not items[place].endswith(last) else ""))
        said = [mention for mention in reversed(self.in_sentence(row[0])) if mention.is_level][-len(row) :]
        return ListedItem(mention=said[place]) if len(said) == len(row) else NO_ITEM

    def _listed_units(self, text: str, count: int) -> list[str]:
        for part in (CLAUSE.split(text)[-1], text):
            scopes = [code for _, _, code in self._units.find(part)]
            if len(scopes) >= count:
                return scopes[-count:]
        return []

    def units(self, number: DraftNumber, base: str = "") -> list[UnitsMeant]:
        """The units that a number may be of, the likeliest first; not the one it is compared with."""
        if listed := self.item(number).scope or self._named_after(number):
            return [UnitsMeant((listed,))]
        clause, segment = self.start_of(CLAUSE, number), self.start_of(SEGMENT, number)
        passed = max([clause, *(each.end for each in self._counts if each.end <= number.start)])
        named = [each for each in self._named if segment <= each[0] < number.start and each[2] != base]
        named = [each for each in named if not self._is_likened(*each[:2])] or named
        own = [each for each in named if each[0] >= passed]
        if number.kind is not NumberKind.RANK and (together := self._together(number, passed, own)):
            return together
        if own:
            return self._of_own(number, own)
        end = clause if base == ALL else number.start
        whole = [match.start() for match in self._whole.finditer(self._text, segment, end)]
        if named and not (whole and whole[-1] > named[-1][0]):
            return [UnitsMeant(self._carried(named[-1]), CARRIED), UnitsMeant((ALL,), ASIDE)]
        last = next(iter(self.in_sentence(number)), None)
        goes_on = last is not None and len(last.scopes) > 1 and whole and last.at > whole[-1]
        if whole and not goes_on:
            return [WHOLE, *(UnitsMeant((each[2],), ASIDE) for each in named[-1:])]
        if lead := self._lead(number):
            return [UnitsMeant((lead,), IN_LEAD), UnitsMeant((ALL,), IN_LEAD)]
        if last is None or last.scopes == (ALL,):
            return [WHOLE]
        if len(last.scopes) > 1:
            return [UnitsMeant(last.scopes, CARRIED), UnitsMeant((ALL,), ASIDE)]
        return [WHOLE, UnitsMeant(last.scopes, PASSED)]

    def _named_after(self, number: DraftNumber) -> str:
        match = _AFTER.match(self._text, number.end)
        begins = number.kind is NumberKind.RANK and not self._units.find(self.before(number))
        if number.unit == "%" and (within := WITHIN.match(self._text, number.end)):
            match, begins = within, True
        if not match or not (match[0] or begins or re.search(r"第.+名|[是为数属]$", number.text)):
            return ""
        if number.kind is NumberKind.RANK and not any(end == number.start for _, end, _ in self._named):
            begins = begins or any(at == number.end for at, _, _ in self._named)  # 末位甲州的15倍
        near = 2 if match[0] else 0
        return next((code for at, _, code in self._named if match.end() <= at <= match.end() + near), "")

    def _is_likened(self, at: int, end: int) -> bool:
        return self._text.startswith("的", end) and bool(
            self._words.pattern("(?:相当于|是|为|只及|仅及)$").search(self._text[max(at - 3, 0) : at])
        )

    def _together(self, number: DraftNumber, passed: int, own: Sequence[tuple[int, int, str]]) -> list[UnitsMeant]:
        """Units that a number is of together: a list of them, as many as are counted, the rest, or all."""
        said = self._text[passed : number.start]
        if self._words.pattern("~rest~").search(said) and not own:
            named = self.named(number)
            return [UnitsMeant(named, is_rest=True)] if named else []
        found = self._counted.finditer(self._text, passed, number.start)
        counted = [each for each in found if each["what"] not in self._words.groups["things"]]
        run = [code for _, _, code in self._run(own)]
        if not own and not counted and self._words.pattern("~sum~").search(said):
            run = list(self.named(number))
        if counted and not self._words.pattern(r"^[^，。；]{0,6}[中里内]").match(self._text[counted[-1].end() :]):
            count = count_of(counted[-1]["count"])
            named = tuple(dict.fromkeys(run if len(run) >= count else self.named(number)))
            if 1 < count <= len(named) and (own or len(named) == count or count not in self._units.sizes):
                run = list(named[-count:])
            elif count in self._units.sizes:
                return [UnitsMeant((), of_level=count)]
        if len(run) < 2:
            return []
        if self._words.pattern("~every~").search(said):
            return [UnitsMeant((code,)) for code in run]
        is_one = not counted and not self._words.pattern("~sum~|共|~apart~").search(said)
        return [UnitsMeant(tuple(run)), UnitsMeant((run[-1],), 1.0 if is_one else ASIDE), UnitsMeant((ALL,), PASSED)]

    def _run(self, own: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
        """The last of these units and those that are listed with it."""
        run = list(own[-1:])
        for before, after in zip(reversed(own[:-1]), reversed(own[1:]), strict=True):
            if not _LIST.fullmatch(self._text[before[1] : after[0]]):
                break
            run.insert(0, before)
        return run

    def _of_own(self, number: DraftNumber, own: Sequence[tuple[int, int, str]]) -> list[UnitsMeant]:
        at, _, code = own[-1]
        if self._whole.search(self._text, at, number.start):
            return [WHOLE, UnitsMeant((code,), ASIDE)]
        return [UnitsMeant((code,)), UnitsMeant((ALL,), PASSED)]

    def _carried(self, named: tuple[int, int, str]) -> tuple[str, ...]:
        """The units of an earlier clause: those of the figure said last, or else the one named last."""
        said = [each for each in self._said if each.passage == self.speaking.passage and each.at > named[0]]
        if said and named[2] in said[-1].scopes:
            return said[-1].scopes
        run = self._run([each for each in self._named if each[0] <= named[0]])
        stop = CLAUSE.search(self._text, named[1])
        together = self._words.pattern("~sum~").search(self._text, named[1], stop.start() if stop else len(self._text))
        return tuple(code for _, _, code in run) if together else (named[2],)

    def _lead(self, number: DraftNumber) -> str:
        """The unit that the paragraph opens with or its heading names, until another one is named."""
        earlier = [each for each in self._named if each[0] < number.start]
        if earlier:
            alone = len({code for _, _, code in earlier}) == 1 and earlier[0][0] <= _OPENING
            return earlier[0][2] if alone and not self._whole.search(self._text, 0, number.start) else ""
        return self.speaking.lead

    def named(self, number: DraftNumber) -> tuple[str, ...]:
        """The units named before a number, in its sentence or else in its passage, the last one last."""
        for start in (self.start_of(SENTENCE, number), 0):
            named = [code for at, _, code in self._named if start <= at < number.start]
            if len(set(named)) > 1:
                return tuple(reversed(dict.fromkeys(reversed(named))))
        return tuple(dict.fromkeys(named))

    def among(self, number: DraftNumber) -> tuple[str, ...] | None:
        """Among which units a rank is: none where it is among things (三项制度中最高), None where it is not said."""
        start = self.start_of(SEGMENT, number)
        said = [
            each
            for each in self._counted.finditer(self._text, start, number.start)
            if re.match(r"[^，。；]{0,6}?之?[中内里]", self._text[each.end() : number.start])
        ]
        if not said:
            return None
        if said[-1]["what"] in self._words.groups["things"]:
            return ()
        named = tuple(dict.fromkeys(code for at, _, code in self._named if at < said[-1].start()))
        count = count_of(said[-1]["count"])
        return named[-count:] if len(named) >= count and count not in self._units.sizes else None

    def year(self, number: DraftNumber) -> SaidYear | None:
        """The year that is named for a number: in its clause, at the head of its sentence, or in a clause before.

        A year with which something is compared (比2021年), or of which a clause has a number of its own (上年为43个),
        holds no further.
        """
        start, own = self.start_of(SENTENCE, number), self.start_of(CLAUSE, number)
        pattern = self._words.pattern(
            r"(?P<base>[较比由从到同与于])?(?:(?<!年[（(])(?P<year>(?:19|20)\d\d)\s*年"
            r"|(?P<this>~this_year~)|(?:上年|去年|上一年|前年)(?!的[^，。]{0,4}(?:倍|一半|\d)))(?P<day>度?(?:12月)?[末底])?"
        )
        named = [match for match in pattern.finditer(self._text, start) if match.end() <= number.start]
        for match in reversed(named):
            if match["this"]:
                if self.speaking.is_dated_after and match[0] == "今年":
                    return SaidYear(self.speaking.year + 1, bool(match["day"]))
                continue
            opens = max((stop.end() for stop in CLAUSE.finditer(self._text, start, match.start())), default=start)
            is_past = not match["year"] or int(match["year"]) < self.speaking.year
            if not match["year"] and opens > start and match.start() < own:
                continue  # 主要是上年集中安排 says nothing of the clauses after it
            if match["base"] or (is_past and match.start() < own and opens > start and self._is_aside(match, number)):
                continue
            if match[0].startswith("去年") and self.speaking.is_dated_after:
                return SaidYear(self.speaking.year, bool(match["day"]))
            is_loose = match[0] == "去年" or self._text.startswith("度", match.end())
            return SaidYear(int(match["year"] or self.speaking.year - 1), bool(match["day"]), is_loose)
        return None

    def _is_aside(self, match: re.Match[str], number: DraftNumber) -> bool:
        """Whether a year is named for the number of its own clause alone."""
        stop = CLAUSE.search(self._text, match.end())
        rest = self._text[match.end() : min(stop.start() if stop else number.start, number.start)]
        aside = re.match(r"(?:同期|全年|末)?(?:仅|则|只)?(?:为|是|有|的)", rest)
        return bool(aside) or (not match["year"] and bool(re.search(r"\d", rest)))

    def says_last_year(self, number: DraftNumber) -> bool:
        """Whether the passage speaks of any year before the draft's, up to the sentence of a number."""
        stop = SENTENCE.search(self._text, number.end)
        said = self._text[: stop.start() if stop else len(self._text)]
        return bool(self._words.pattern("~same_period~").search(said)) or names_past(said, self.speaking.year)

    def opens_with_past(self) -> bool:
        """Whether the passage begins with a year before the draft's, of which all of it then speaks."""
        opening = self._text[:OPENING_YEAR]
        return names_past(opening, self.speaking.year) and not re.match(r"[与同和比较]", opening)

    def part_of_year(self, number: DraftNumber) -> str:
        """The part of the year that the sentence of a number speaks of last (上半年); empty where it is all of it."""
        parts = re.compile(r"(?<![占比较是为到及于过足有当])(?:[上下]半年|前?[一二三四]季度|全年)")
        said = list(parts.finditer(self._text, self.start_of(SENTENCE, number), number.start))
        return said[-1][0] if said and said[-1][0] != "全年" else ""

    def is_threshold(self, number: DraftNumber) -> bool:
        """Whether a number only says which units are meant (超过95%的市州), and is no figure of any."""
        said = "" if number.kind is not NumberKind.MOVED else r"[^，。；\d]{0,8}?(?:[（(][^）)]*[）)])?"
        is_of_some = self._words.pattern(
            rf"{said}的(?:~unit_words~|单位|企业|[只仅还共]?有|[两三四五六七八九]|分别)"
        ).match(self._text, number.end)
        return bool(is_of_some) and not self._named_after(number)

    def is_of_units(self, number: DraftNumber) -> bool:
        """Whether a number counts units as such (八个市州), and not what they have."""
        places = self._words.pattern("个?(?:市州|州市|地市|地区|市|州|地|县)")
        return bool(places.match(self._text, number.end)) or self.is_of_all(number)

    def is_of_all(self, number: DraftNumber) -> bool:
        """Whether a number counts all units of a level (八个市州中, 八家都)."""
        after = self._words.pattern("[家地]?(?:~unit_words~)?[里中都均全]").match(self._text, number.end)
        return bool(after) and number.numeral in self._units.sizes and number.unit in _OF_UNITS

    def are_listed(self, number: DraftNumber) -> bool:
        """Whether several units stand before a number that is said of them together."""
        return (
            len(self._run([each for each in self._named if self.start_of(CLAUSE, number) <= each[0] < number.start]))
            > 1
        )

    def is_of_each(self, number: DraftNumber) -> bool:
        """Whether a number is said of each of several units, and not of them together."""
        return bool(self._words.pattern("(?<![人平户])(?:~every~)").search(self.before(number)))

    def is_by_time(self, number: DraftNumber) -> bool:
        """Whether a number is so many a day or a month, of which nobody reports anything."""
        return bool(re.search("每(?:[天日月周]|个月|小时)", self.before(number)))

    def speaks_of_plans(self, number: DraftNumber) -> bool:
        """Whether the sentence of a number says what is planned."""
        return self.speaking.is_plan or bool(self._words.pattern("~plan~").search(self.around(number, SENTENCE)))

    def is_ahead(self, number: DraftNumber) -> bool:
        """Whether a number says what is to come: in a section of plans, or of a year after the draft's."""
        said = self.year(number)
        is_later = bool(said and said.year > self.speaking.year)
        return self.speaking.is_plan or is_later or bool(self._words.pattern("~ahead~").search(self.before(number)))

    def remember(self, number: DraftNumber, figure: Quantity, *, is_level: bool, is_aside: bool) -> None:
        """A figure was said here."""
        is_place, own = number.kind is NumberKind.RANK, self.speaking.passage
        self._said.append(Mention(figure, number.start, own, is_level, is_aside, is_place))

    def leave_open(self, number: DraftNumber) -> None:
        """Nobody knows what was said here."""
        self._open.append(number.start)

    def goes_on_from_unknown(self, number: DraftNumber) -> bool:
        """Whether the last figure of the sentence before a number is not known."""
        last = next(iter(self.in_sentence(number)), None)
        start = last.at if last else self.start_of(SENTENCE, number)
        return any(start <= at < number.start for at in self._open)

    def recent(self, number: DraftNumber) -> list[Mention]:
        """The figures said before a number, the nearest first, of this passage and those before it."""
        own = self.speaking.passage
        return [each for each in reversed(self._said) if each.passage < own or each.at < number.start]

    def in_sentence(self, number: DraftNumber) -> list[Mention]:
        """The figures said before a number in its sentence, the nearest first."""
        start = self.start_of(SENTENCE, number)
        said = self.recent(number)
        return [each for each in said if each.passage == self.speaking.passage and each.at >= start]

    def whole_of(self, number: DraftNumber) -> Mention | None:
        """The figure of which others are said to be among (意见68条，其中甲类55条，占八成)."""
        start = self.start_of(SENTENCE, number)
        pattern = self._words.pattern("~of_which~|[中里](?=[，,])")
        among = [each.start() for each in pattern.finditer(self._text, start, number.start)]
        return next((each for each in self.in_sentence(number) if among and each.at < among[-1]), None)


def _row(text: str, numbers: Sequence[DraftNumber], start: int) -> list[DraftNumber]:
    """The numbers of a list that begins at a place."""
    together = [each for each in numbers if each.start >= start]
    row = together[:1]
    for before, after in pairwise(together):
        if not re.fullmatch(r"[、和与及，]", text[before.end : after.start]):
            break
        row.append(after)
    return row
