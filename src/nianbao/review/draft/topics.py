"""What a passage speaks of where a number stands: the units named, and the figures said before it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nianbao.review.draft.numbers import DraftNumber
from nianbao.review.draft.readings import scopes_in

_CLAUSE = re.compile(r"[，,；;。！？!?：:]")
_SEGMENT = re.compile(r"[；;。！？!?]")
_SENTENCE = re.compile(r"[。！？!?]")
_EACH = re.compile(r"分别")
_AFTER = re.compile(r"的(?:是|为)")
_PLAN = re.compile(r"目标|计划|规划|力争|预计|明年|下一年|年初|任务|将(?!近)")
_SUM, _LIST = re.compile(r"合计|总计|共计|之和"), re.compile(r"[、和及与两三四]")


class Topics:
    """Follows a passage from number to number."""

    def __init__(self, text: str, names: Mapping[str, str], whole: str) -> None:
        self._whole = re.compile(rf"(?<![占居列]){re.escape(whole)}(?!的?第)|全部|各级")
        self._text = text
        self._named = scopes_in(names, text)
        self._said: list[tuple[int, str, str]] = []
        self._shared: dict[int, int] = {}

    def clause(self, number: DraftNumber) -> str:
        """The clause up to a number and to its end."""
        stop = _CLAUSE.search(self._text, number.end)
        return self._text[self._from(_CLAUSE, number) : stop.start() if stop else len(self._text)]

    def scopes(self, number: DraftNumber, base: str = "") -> tuple[str, ...]:
        """The unit named last before a number in its stretch, or right after it (最多的是甲市); not its base."""
        start = self._from(_SEGMENT, number)
        before = [(at, code) for at, code in self._named if start <= at < number.start and code != base]
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

    def speaks_of_plans(self, number: DraftNumber) -> bool:
        """Whether the sentence of a number says what is planned."""
        stop = _SENTENCE.search(self._text, number.end)
        return bool(_PLAN.search(self._text, self._from(_SENTENCE, number), stop.start() if stop else len(self._text)))

    def is_sum(self, number: DraftNumber) -> bool:
        """Whether a number adds up what the clause names."""
        said = self._text[self._from(_CLAUSE, number) : number.start]
        return bool(_SUM.search(said) and (_LIST.search(said) or len(self.named(number)) > 1))

    def follows_sum(self, number: DraftNumber) -> bool:
        """Whether what is spoken of is a sum that nobody reports."""
        return bool(_SUM.search(self._text, self._from(_SEGMENT, number), number.start))

    def named(self, number: DraftNumber) -> tuple[str, ...]:
        """The units named before a number in its stretch."""
        start = self._from(_SEGMENT, number)
        return tuple(dict.fromkeys(code for at, code in self._named if start <= at < number.start))

    def remember(self, number: DraftNumber, name: str, scope: str) -> None:
        """A figure was said here."""
        self._said.append((number.start, name, scope))

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

    def _from(self, stop: re.Pattern[str], number: DraftNumber) -> int:
        return max((match.end() for match in stop.finditer(self._text, 0, number.start)), default=0)
