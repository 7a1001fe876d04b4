"""Units of which something is said without a number: those that fell, that are above the average, that spent more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nianbao.review.draft.among import AmongUnits, Weighed, Year
from nianbao.review.draft.numbers import DraftNumber, as_member
from nianbao.review.draft.readings import Readings
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.spoken import Spoken
from nianbao.review.draft.topics import CLAUSE
from nianbao.review.draft.values import Values

SAID = 0.8
"""How likely a condition is meant by the words that say it."""
_WHO = re.compile(
    r"的[^，。；：、\d]{0,4}?(?:只|就|还|仅|也|都|唯一)*(?:有|是|为|剩|(?=[两三四五六七八一]))[^，。；：\d]{0,4}?[：:]?$"
)
_ONLY = re.compile(r"(?:只有|唯有|唯独|仅有|只剩|[里中]就|^就|：就|仅)$")
_PLACED = re.compile(r"最|第[一二三四五六七八]|居前|靠前|靠后|前列|领先|居首|末位|垫底|之首")
_AND = re.compile(r"[、和与及]|以及")


@dataclass(frozen=True)
class Members:
    """Finds units that a condition is said of, and holds each against it."""

    _values: Values
    _readings: Readings
    _among: AmongUnits

    def find(self, text: str) -> list[DraftNumber]:
        """The units of a text that are said to be those of which a condition is true."""
        return [as_member(text, start, end) for start, end, _, _ in self._found(text)]

    def of(self, spoken: Spoken, at: int, year: Year) -> Iterator[Weighed]:
        """What is said of a unit by the condition, by all measures that may be meant."""
        number = spoken.numbers[at]
        for start, _, code, clause in self._found(spoken.passage.text):
            condition = self._among.condition(clause)
            if start != number.start or condition is None:
                continue
            sign, is_to_whole = condition
            for one, score in self._among.measures(spoken, at, clause, year, is_to_whole=is_to_whole):
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
            if who and self._among.condition(before[: who.start()]):
                said = before
            elif _ONLY.search(before):
                stop = CLAUSE.search(text, run[-1][1])
                after = text[run[-1][1] : stop.start() if stop else len(text)]
                said = after if self._among.condition(after) and not re.search(r"\d", after) else ""
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
