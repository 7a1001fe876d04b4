"""What a number says of a figure: its level, a change and where to, a multiple, a share, a distance to a target."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from nianbao.review.draft.numbers import DraftNumber

_STOP = re.compile(r"[，,；;。！？!?：:]")
_SEGMENT = re.compile(r"[；;。！？!?]")
_LEVEL_AFTER = re.compile(
    r"(?:增加|增长|提高|提升|上升|扩大|减少|下降|降低|增|升|降|减)(?:到|至|为)了?$|(?<!超出)(?<!超过)目标(?:为|是)?$"
)
_BEFORE_IT = re.compile(r"[由从]$|[由从](?:上年|去年|20\d\d年)的?$")
_TO_IT = re.compile(r"[^，。；、]{0,4}?(?:增加|增长|提高|提升|上升|扩大|减少|下降|降低|增|升|降|减)?(?:到|至|为)")
_UP = re.compile(r"(?:增加|增长|提高|提升|上升|扩大|净增|增幅[为达]?到?|增速[为达]?到?|多[发返办]|(?<!新)增|涨)了?$")
_DOWN = re.compile(r"(?:减少|下降|降低|下滑|缩减|回落|降幅[为达]?到?|减幅[为达]?到?|减)了?$")
_MORE, _LESS = re.compile(r"(?:多|高|高出|多出)了?$"), re.compile(r"(?:少|低|低于)了?$")
_COMPARED = re.compile(
    r"(?:比|较|同)(?P<base>[^，；。]{0,16}?)(?:相比|增|减|多|少|高|低|提|下|上升|降|净|翻|持平|有所)"
)
_YEARS = re.compile(r"上年|去年|上一年|同期|年初|往年|20\d\d年")
_SINCE_LAST = re.compile(r"同比")
_TARGET = re.compile(r"目标|计划任务|年度任务|超额完成")
_ABOVE_TARGET, _BELOW_TARGET = re.compile(r"超额完成|超出|超过|超$"), re.compile(r"[还尚]?差|距|未完成")
_OF = re.compile(r"(?:占|是|为|达|达到|相当于|只有|仅有|不到|不足|超过|约为?|仅为?)(?P<base>[^，；。]{0,18}?)的?$")
_YEAR_OF_IT = re.compile(r"(?:上年|去年)的?$")
_DONE = re.compile(r"完成(?:全年|年度)?(?:目标|计划|任务)(?:任务)?的?$")


class RelationKind(StrEnum):
    """What is said of the figure."""

    LEVEL = "level"
    CHANGE = "change"
    TIMES = "times"
    BY_TIMES = "by_times"
    SHARE = "share"
    GAP = "gap"
    DONE = "done"


@dataclass(frozen=True)
class DraftRelation:
    """What a number says: kind, direction (1 up, -1 down, 0 none), the unit it compares with, the base's year.

    `is_open` tells that it compares with something that is not known here, so that nothing can be said of it.
    """

    kind: RelationKind = RelationKind.LEVEL
    sign: int = 0
    base_scope: str = ""
    base_year: int = 0
    is_of_last_year: bool = False
    is_open: bool = False
    base: str = ""


def relation_of(
    text: str, numbers: Sequence[DraftNumber], index: int, scopes: Mapping[str, str], last: DraftRelation | None
) -> DraftRelation:
    """What one of the numbers of a text says; `last` is what the number before it says."""
    number = numbers[index]
    clause = text[_start(_STOP, text, number.start) : number.start]
    segment = text[_start(_SEGMENT, text, number.start) : number.start]
    if (
        last
        and last.kind is RelationKind.CHANGE
        and re.fullmatch(r"[和、及]", text[numbers[index - 1].end : number.start])
    ):
        return last
    is_before = _BEFORE_IT.search(clause) and _TO_IT.match(text, number.end)
    if is_before or (_YEAR_OF_IT.search(clause) and number.unit not in ("%", "倍")):
        return DraftRelation(is_of_last_year=True)
    if _LEVEL_AFTER.search(clause):
        return DraftRelation()
    if _DONE.search(clause) and number.unit == "%":
        return DraftRelation(RelationKind.DONE)
    if number.unit == "倍" and not _UP.search(clause):
        return _multiple(clause, number, scopes)
    if _TARGET.search(segment) and (sign := _to_target(clause)) and number.unit != "%":
        return DraftRelation(RelationKind.GAP, sign)
    sign = _direction(clause, segment)
    if sign:
        kind = RelationKind.BY_TIMES if number.unit == "倍" else RelationKind.CHANGE
        return _compared(kind, sign, clause if "比" in clause or "较" in clause else segment, scopes)
    if number.unit == "%" and (of := _OF.search(clause)):
        return _share(of["base"], scopes)
    return DraftRelation()


def _start(stop: re.Pattern[str], text: str, at: int) -> int:
    return max((match.end() for match in stop.finditer(text, 0, at)), default=0)


def _direction(clause: str, segment: str) -> int:
    """Up or down, as the words next to the number say; 多 and 少 only where something is compared."""
    if _UP.search(clause):
        return 1
    if _DOWN.search(clause):
        return -1
    if re.search(r"[比较超]", segment):
        return 1 if _MORE.search(clause) else -1 if _LESS.search(clause) else 0
    return 0


def _to_target(clause: str) -> int:
    if _BELOW_TARGET.search(clause) or _LESS.search(clause):
        return -1
    return 1 if _ABOVE_TARGET.search(clause) or _MORE.search(clause) else 0


def _compared(kind: RelationKind, sign: int, said: str, scopes: Mapping[str, str]) -> DraftRelation:
    found = list(_COMPARED.finditer(said))
    base = found[-1]["base"] if found else ""
    if year := re.search(r"(20\d\d)年", base):
        return DraftRelation(kind, sign, base_year=int(year[1]))
    if not base or _YEARS.search(base) or _SINCE_LAST.search(said):
        return DraftRelation(kind, sign)
    if _TARGET.search(base):
        return DraftRelation(RelationKind.GAP, sign)
    scope = next((scopes[name] for name in sorted(scopes, key=len, reverse=True) if name in base), "")
    return DraftRelation(kind, sign, base_scope=scope, is_open=not scope)


def _multiple(clause: str, number: DraftNumber, scopes: Mapping[str, str]) -> DraftRelation:
    if number.text.startswith("翻"):
        return DraftRelation(RelationKind.TIMES)
    of = _OF.search(clause)
    base = of["base"] if of else ""
    scope = next((scopes[name] for name in sorted(scopes, key=len, reverse=True) if name in base), "")
    is_known = bool(scope) or bool(_YEARS.search(base)) or not base
    return DraftRelation(RelationKind.TIMES, base_scope=scope, is_open=not is_known or not of)


def _share(base: str, scopes: Mapping[str, str]) -> DraftRelation:
    if _YEARS.search(base):
        return DraftRelation(RelationKind.SHARE, is_of_last_year=True)
    scope = next((scopes[name] for name in sorted(scopes, key=len, reverse=True) if name in base), "")
    return DraftRelation(RelationKind.SHARE, base_scope=scope, base=base)
