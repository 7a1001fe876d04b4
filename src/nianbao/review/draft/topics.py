"""What a passage speaks of where a number stands: the units named, the year, and the figures said before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nianbao.review.draft.numbers import DraftNumber
from nianbao.review.draft.readings import scopes_in

_CLAUSE = re.compile(r"[，,；;。！？!?：:]")
_SEGMENT = re.compile(r"[；;。！？!?]")
_SENTENCE = re.compile(r"[。！？!?]")
_EACH = re.compile(r"分别")
_AFTER = re.compile(r"的(?:是|为|只有|仅有|还有|有|唯有)?")
_THRESHOLD = re.compile(r"的(?:市|州|县|地区|单位|企业|只有|仅有|还有|有|共有)")
_PLAN = re.compile(r"目标|计划|规划|力争|预计|明年|下一年|年初|任务|将(?!近)")
_AHEAD = re.compile(r"预计|明年|下一年|力争(?:达|到|实现|突破)")
_SUM = re.compile(r"合计|总计|共计|之和|相加|(?<=[一两三四五六七八地州市者])共(?=\d|有|为|计|$)|一共|总共|合占|共占")
_HOW_MANY = re.compile(r"([两三四五六七八])(?:者|地|州|市|市州|个市州|个地区|家)(?![一-鿿]*第)")
_AMONG = re.compile(r"([两二三四五六七八])(?P<what>者|地|州|市|项|类|种)[^，。；]{0,6}?(?:之)?[中内]")
_REST = re.compile(r"其余|其他|其它|余下|另外")
_OF_WHICH = re.compile(r"其中|[中里](?=[，,])")
_LIST = re.compile(r"[、和与及]")
_BARE = 4
"""A clause this short before a rank names nothing."""
_ENDING = 3
"""As much of the last of a list may be meant of all (职代会、厂务公开建制率)."""
_DIGITS = "一二三四五六七八九"
_YEAR = re.compile(
    r"(?P<base>[较比由从到同与于])?(?:(?P<year>(?:19|20)\d\d)\s*年"
    r"|(?:上年|去年|上一年)(?!的[^，。]{0,4}(?:倍|一半|\d)))(?P<day>度?(?:12月)?[末底])?"
)
_PART_OF_YEAR = re.compile(r"(?<![占比较是为到及于过足有当])(?:[上下]半年|前?[一二三四]季度|全年)")
_LIKE = "相当于"
_ALL_OF = re.compile(r"(\d{1,2}|[二三四五六七八九])个?(?:市州|州市|地市|地区|地)")
_ASIDE = re.compile(r"(?:同期|全年|末)?(?:仅|则|只)?(?:为|是|有|的)")


@dataclass(frozen=True)
class SaidYear:
    """A year named for a number; a day of it says a stock and nothing else.

    去年 is also the draft's own year, where it is read out in the year after; and what is done in a year may be of the
    year before (审计上年度资金).
    """

    year: int
    is_day: bool
    may_be_next: bool = False


class Topics:
    """Follows a passage from number to number; `year` is the draft's."""

    def __init__(
        self,
        text: str,
        names: Mapping[str, str],
        whole: str,
        year: int,
        *,
        is_plan: bool = False,
        is_past: bool = False,
    ) -> None:
        self._whole = re.compile(rf"(?<![占居列为比于]){re.escape(whole)}(?!的?第|最|平均)|全部|各级")
        self._text = text
        self._named = scopes_in(names, text)
        self._said: list[tuple[int, str, str]] = []
        self._shared: dict[int, int] = {}
        self._year = year
        self._is_plan, self._is_past = is_plan, is_past

    def clause(self, number: DraftNumber) -> str:
        """The clause up to a number and to its end."""
        stop = _CLAUSE.search(self._text, number.end)
        return self._text[self._from(_CLAUSE, number) : stop.start() if stop else len(self._text)]

    def said_of_rank(self, number: DraftNumber) -> str:
        """By what a rank is: its clause, and the one before where it says no more than the place (为最高)."""
        start = self._from(_CLAUSE, number)
        if number.start - start > _BARE:
            return self.clause(number)
        before = max((stop.end() for stop in _CLAUSE.finditer(self._text, 0, max(start - 1, 0))), default=0)
        return self._text[before : number.end]

    def says_last_year(self, number: DraftNumber) -> bool:
        """Whether the passage speaks of any year before the draft's, up to the sentence of a number."""
        stop = _SENTENCE.search(self._text, number.end)
        said = self._text[: stop.start() if stop else len(self._text)]
        return self._is_past or "同期" in said or names_past(said, self._year)

    def year(self, number: DraftNumber) -> SaidYear | None:
        """The year that is named for a number: in its clause, at the head of its sentence, or in a clause before.

        A year with which something is compared (比2021年), or of which a clause has a number of its own (上年为43个),
        holds no further.
        """
        start = self._from(_SENTENCE, number)
        own = self._from(_CLAUSE, number)
        named = [match for match in _YEAR.finditer(self._text, start) if match.end() <= number.start]
        for match in reversed(named):
            opens = max((stop.end() for stop in _CLAUSE.finditer(self._text, start, match.start())), default=start)
            is_past = not match["year"] or int(match["year"]) < self._year
            if not match["year"] and opens > start and match.start() < own:
                continue  # 主要是上年集中安排 says nothing of the clauses after it
            if match["base"] or (is_past and match.start() < own and opens > start and self._is_aside(match, number)):
                continue
            is_loose = match[0] == "去年" or self._text.startswith("度", match.end())
            return SaidYear(int(match["year"] or self._year - 1), bool(match["day"]), is_loose)
        return None

    def _is_aside(self, match: re.Match[str], number: DraftNumber) -> bool:
        """Whether a year is named for the number of its own clause alone."""
        stop = _CLAUSE.search(self._text, match.end())
        rest = self._text[match.end() : min(stop.start() if stop else number.start, number.start)]
        return bool(_ASIDE.match(rest)) or (not match["year"] and bool(re.search(r"\d", rest)))

    def scopes(self, number: DraftNumber, base: str = "") -> tuple[str, ...]:
        """The unit named last before a number in its stretch, or right after it (最多的是甲市); not its base."""
        start = self._from(_SEGMENT, number)
        before = [(at, code) for at, code in self._named if start <= at < number.start and code != base]
        before = [each for each in before if not self._text.startswith(_LIKE, each[0] - len(_LIKE))] or before
        if match := _AFTER.match(self._text, number.end):
            after = [code for at, code in self._named if match.end() <= at <= match.end() + 2]
            if after:
                return (after[0],)
        if not before:
            return ()
        at, code = before[-1]
        if any(at < whole.start() for whole in self._whole.finditer(self._text, start, number.start)):
            clause = self._from(_CLAUSE, number)
            return () if at < clause and self._whole.search(self._text, clause, number.start) else (code,)
        return (code,)

    def part_of_year(self, number: DraftNumber) -> str:
        """The part of the year that the sentence of a number speaks of last (上半年); empty where it is all of it."""
        said = list(_PART_OF_YEAR.finditer(self._text, self._from(_SENTENCE, number), number.start))
        return said[-1][0] if said and said[-1][0] != "全年" else ""

    def is_threshold(self, number: DraftNumber) -> bool:
        """Whether a number only says which units are meant (超过95%的市州), and is no figure of any."""
        return bool(_THRESHOLD.match(self._text, number.end)) and not self._follows_scope(number)

    def _follows_scope(self, number: DraftNumber) -> bool:
        match = _AFTER.match(self._text, number.end)
        return bool(match and any(match.end() <= at <= match.end() + 2 for at, _ in self._named))

    def speaks_of_plans(self, number: DraftNumber) -> bool:
        """Whether the sentence of a number says what is planned."""
        stop = _SENTENCE.search(self._text, number.end)
        said = self._text[self._from(_SENTENCE, number) : stop.start() if stop else len(self._text)]
        return self._is_plan or bool(_PLAN.search(said))

    def is_ahead(self, number: DraftNumber) -> bool:
        """Whether a number says what is to come: in a section of plans, or of a year after the draft's."""
        said, clause = self.year(number), self._text[self._from(_CLAUSE, number) : number.start]
        return self._is_plan or bool(said and said.year > self._year) or bool(_AHEAD.search(clause))

    def is_sum(self, number: DraftNumber) -> bool:
        """Whether a number adds up what is named."""
        said = self._text[self._from(_CLAUSE, number) : number.start]
        return bool(_SUM.search(said)) and (self.is_rest(number) or len(self.named(number)) > 1)

    def all_together(self, number: DraftNumber) -> int:
        """Of how many units in all a number is the sum (8个市州合计); 0 where it is of named ones, or of none."""
        said = self._text[self._from(_CLAUSE, number) : number.start]
        counted = _ALL_OF.search(said)
        if not counted or not _SUM.search(said) or len(self.named(number)) > 1:
            return 0
        return int(counted[1]) if counted[1].isdigit() else 1 + _DIGITS.index(counted[1])

    def is_rest(self, number: DraftNumber) -> bool:
        """Whether a number adds up the units that were not named (其余六州合计)."""
        return bool(_REST.search(self._text, self._from(_CLAUSE, number), number.start))

    def adds_indicators(self, number: DraftNumber) -> bool:
        """Whether a number adds up things and no units (甲和乙合计)."""
        said = self._text[self._from(_CLAUSE, number) : number.start]
        return bool(_SUM.search(said) and _LIST.search(said)) and len(self.named(number)) < 2

    def follows_sum(self, number: DraftNumber) -> bool:
        """Whether what is spoken of is a sum that nobody reports."""
        found = [match.end() for match in _SUM.finditer(self._text, self._from(_SEGMENT, number), number.start)]
        return bool(found) and not any(found[-1] <= at < number.start for at, _ in self._named)

    def named(self, number: DraftNumber) -> tuple[str, ...]:
        """The units that are added up or compared with one another: those named last, as many as are counted."""
        start = self._from(_SENTENCE, number)
        counted = _HOW_MANY.search(self._text, self._from(_SEGMENT, number), number.start)
        if not counted:
            start = self._from(_SEGMENT, number)
        named = tuple(dict.fromkeys(code for at, code in self._named if start <= at < number.start))
        return named[-1 - _DIGITS.index(counted[1].replace("两", "二")) :] if counted else named

    def among(self, number: DraftNumber) -> tuple[str, ...] | None:
        """Among which units a rank is: none where it is among no units (三项制度中最高), None where it is not said."""
        start = self._from(_SEGMENT, number)
        said = list(_AMONG.finditer(self._text, start, number.start))
        if not said:
            return None
        if said[-1]["what"] in "项类种":
            return ()
        count = 1 + _DIGITS.index(said[-1][1].replace("两", "二"))
        named = tuple(dict.fromkeys(code for at, code in self._named if at < said[-1].start()))
        return named[-count:] if len(named) >= count else None

    def remember(self, number: DraftNumber, name: str, scope: str) -> None:
        """A figure was said here."""
        self._said.append((number.start, name, scope))

    def whole_of(self, number: DraftNumber) -> tuple[str, str] | None:
        """The figure of which others are said to be among (意见68条，其中甲类55条，占八成)."""
        start = self._from(_SENTENCE, number)
        among = [each.start() for each in _OF_WHICH.finditer(self._text, start, number.start)]
        said = [(name, scope) for at, name, scope in self._said if among and start <= at < among[-1]]
        return said[-1] if said else None

    def own(self, number: DraftNumber) -> list[tuple[str, str]]:
        """The figure that a change with 分别 belongs to: the first change to the first figure before, and so on."""
        start = self._from(_SENTENCE, number)
        each = _EACH.search(self._text, start, number.start)
        if not each:
            return []
        said = [(name, scope) for at, name, scope in self._said if start <= at < each.start()]
        count = self._shared[each.start()] = self._shared.get(each.start(), 0) + 1
        return said[-2:][count - 1 : count] if len(said) >= 2 else []

    def before(self, number: DraftNumber) -> list[tuple[str, str]]:
        """The figures said before a number in its sentence, the nearest first."""
        start = self._from(_SENTENCE, number)
        return [(name, scope) for at, name, scope in reversed(self._said) if at >= start]

    def earlier(self, number: DraftNumber) -> list[tuple[str, str]]:
        """The figures said before a number in its passage, the nearest first."""
        return [(name, scope) for at, name, scope in reversed(self._said) if at < number.start]

    def _from(self, stop: re.Pattern[str], number: DraftNumber) -> int:
        return max((match.end() for match in stop.finditer(self._text, 0, number.start)), default=0)


def names_past(text: str, year: int) -> bool:
    """Whether a text names a year before one."""
    return any(not each["year"] or int(each["year"]) < year for each in _YEAR.finditer(text))


@dataclass(frozen=True)
class ListedItem:
    """What a number after 分别 is of: the words, or the unit."""

    words: str
    scope: str
    is_first: bool


def listed(text: str, numbers: Sequence[DraftNumber], index: int, names: Mapping[str, str]) -> ListedItem | None:
    """Of what the number of a list after 分别 is: the first of the first that was named, and so on."""
    number = numbers[index]
    start = max((match.end() for match in _SENTENCE.finditer(text, 0, number.start)), default=0)
    each = next((match for match in reversed(list(_EACH.finditer(text, start, number.start)))), None)
    if each is None or _SEGMENT.search(text, each.end(), number.start):
        return None
    together = [at for at, other in enumerate(numbers) if other.start >= each.end()]
    row: list[int] = together[:1]
    for at in together[1:]:
        if not re.fullmatch(r"[、和与及，]", text[numbers[at - 1].end : numbers[at].start]):
            break
        row.append(at)
    if index not in row or len(row) < 2:
        return None
    place, clause = row.index(index), text[start : each.start()]
    segment = _SEGMENT.split(clause)[-1]
    scopes = [code for _, code in scopes_in(names, _CLAUSE.split(segment)[-1])]
    scopes = scopes if len(scopes) >= len(row) else [code for _, code in scopes_in(names, segment)]
    if _HOW_MANY.search(text, start, each.start()):
        scopes = [code for _, code in scopes_in(names, text[: each.start()])]
    if len(scopes) >= len(row):
        return ListedItem("", scopes[-len(row) :][place], place == 0)
    items = [item for item in _LIST.split(_CLAUSE.split(segment)[-1]) if item]
    if len(items) < len(row):
        return None
    items = items[-len(row) :]
    end = items[-1][-_ENDING:] if place < len(row) - 1 and not items[place].endswith(items[-1][-_ENDING:]) else ""
    return ListedItem(items[place] + end, "", place == 0)
