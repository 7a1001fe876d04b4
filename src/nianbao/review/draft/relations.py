"""What a number says of a figure: its level, a change and where to, a multiple, a share, a distance to a target."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.patterns import OUT_OF
from nianbao.statistics.scopes import ALL

_STOP = re.compile(r"[，,；;。！？!?：:]")
_SEGMENT = re.compile(r"[；;。！？!?]")
_MOVES = r"(?:增加|增长|提高|提升|上升|扩大|减少|下降|降低|增|升|降|减)"
_LEVEL_AFTER = re.compile(rf"{_MOVES}(?:到|至|为)了?$")
_BEFORE_IT = re.compile(r"[由从]$|[由从与同](?:上年|去年|20\d\d年)度?[末底]?的?$")
_TO_IT = re.compile(rf"[^，。；、]{{0,4}}?{_MOVES}?(?:到|至|为)|相比|相较")
_YEAR_OF_IT = re.compile(r"(?<!于)(?:上年|去年|上年同期)(?:的|为|是)?$")
_UP = re.compile(
    r"(?:增加|增长|提高|提升|上升|扩大|净增(?:加)?[^，。；、\d]{0,8}|增[幅速][^，。；、\d高低]{0,2}|(?<!新)增|增收|增支|涨|添|(?<![提上回晋])升)(?:了|最多的?)?$"
)
_DOWN = re.compile(r"(?:减少|下降|降低|下滑|缩减|回落|降幅[为达]?到?|减幅[为达]?到?|减|减收|减支|(?<!下)降)了?$")
_MORE = re.compile(r"(?<!至)(?<!最)(?:多|高)(?:出)?[^，。；、\d最]{0,3}$")
_LESS = re.compile(r"(?<!至)(?<!最)(?:少|低)[^，。；、\d最]{0,3}$")
_GROWTH_AFTER = re.compile(r"的(?:增幅|增速|涨幅)|领跑")
_APART = re.compile(r"(?:相差|差距[为达]?|之差[为是]?)(?:了)?$")
_LEFT = re.compile(r"(?:结余|节余|尚有|还有|仍有|余下|剩余|剩下|净)$")
_COMPARED = re.compile(
    r"(?:比|较|同|与|和|超)(?P<base>[^，；。]{0,16}?)(?:相比|增|减|(?<!最)[多少高低]|提|下|上升|降|净|翻|持平|有所|相差|之差|$)"
)
_YEARS = re.compile(r"上年|去年|上一年|同期|年初|往年|20\d\d年")
_LAST_YEAR = re.compile(r"上年|去年|同期")
_SINCE_LAST = re.compile(r"同比")
_WHOLE = re.compile(r"平均|^全[省市区县国]$")
_TARGET = re.compile(r"目标|计划任务|年度任务|超额完成")
_ABOVE_TARGET = re.compile(r"超额完成|超出|超过|超$|超[^，；。\d]{0,4}(?:计划|目标|任务)数?$")
_BELOW_TARGET = re.compile(r"[还尚]?差|距|未完成")
_PLANNED = re.compile(r"(?:目标任务|目标|计划|任务)数?(?:[为是]|定为|新建|建设|选树)?$")
_OF_TARGET = re.compile(r"[比较超距离][^，；。]{0,8}(?:计划|目标|任务)")
_OF = re.compile(
    r"(?:占|是|为|达|达到|相当于|只有|仅有|不到|不足|超过|约为?|仅为?|只及|仅及)(?P<base>[^，；。]{0,18}?)的?$"
)
_SHARE_OF = re.compile(
    r"(?:占|相当于)(?P<part>[^，；。（(]{0,18}?)的?$|(?:是|为|达到?|只有|仅有|不到|不足|超过|约|[只仅]及)(?P<base>[^，；。（(是为占到足有过约及]{2,18})的$"
)
_OF_EACH = re.compile(rf"{OUT_OF}[^，；。\d]*$")
_SHARE_IS = re.compile(r"(?:的?(?:比重|比例|份额|百分比|比))?(?:合计|分别|均|都|也)?(?:为|是|达到?|约为?|仅为?)?$")
_MORE_THAN = re.compile(r"(?P<sign>[高多大低少小])(?:于|出)(?P<base>[^，；。、\d]{2,10})(?<!的)$")
_PARTS_OF_IT = re.compile(r"(?:[^，、；。\d]{0,6}，其中|[、和，])[^，、；。\d]{2,5}")
_GREW = re.compile(r"(?:增长|增幅|增速|涨幅)[^，。；、\d]{0,8}[，,](?:为|达)?$")
_PER = re.compile(
    r"(?:平均每|每(?=[^，；。\d]*平均))(?P<base>(?:个|家|名|位|人|期|场|支|条|件|所|处|次|班)[^，；。\d]*)$"
)
_OF_BOTH = re.compile(r"(?:相当于|是|为)[^，；。]*、(?P<base>[^，；。、]{0,18}?)的$")
_DONE = re.compile(r"完成(?:全年|年度)?(?:目标|计划|任务)(?:任务)?的?$")
_BUDGET = re.compile(r"(?:超收|超支|短收|短支|超(?:出)?预算|[低少]于预算|[高多]于预算|比预算数?[多少高低超])了?$")
_COMPARED_BEFORE = re.compile(r"[比较与同](?P<base>[^，。；比较与同]{1,20}?)(?:相比|相较)?[，,]$")
_COMPARED_APART = re.compile(r"[与和同比](?P<base>[^，。；与和同比]{1,16}?)(?:相差|的?差距|之差)")
_IS_TARGET = re.compile(r"的?(?:年度|全年|预期)?(?:目标|任务|计划)")
_TIED_TO = re.compile(r"于|超|不及|不如")


class RelationKind(StrEnum):
    """What is said of the figure."""

    LEVEL = "level"
    CHANGE = "change"
    TIMES = "times"
    BY_TIMES = "by_times"
    SHARE = "share"
    PER = "per"
    GAP = "gap"
    DONE = "done"


@dataclass(frozen=True)
class DraftRelation:
    """What a number says: kind, direction (1 up, -1 down, 0 none), the unit it compares with, the base's year.

    `is_open` tells that it compares with something that is no unit and no year: another figure, by the words of
    `base`, or by none where the two figures said last are compared.
    """

    kind: RelationKind = RelationKind.LEVEL
    sign: int = 0
    base_scope: str = ""
    base_year: int = 0
    is_of_last_year: bool = False
    is_open: bool = False
    base: str = ""
    is_target: bool = False


def relation_of(
    text: str, numbers: Sequence[DraftNumber], index: int, scopes: Mapping[str, str], last: DraftRelation | None
) -> DraftRelation:
    """What one of the numbers of a text says; `last` is what the number before it says."""
    number = numbers[index]
    clause = text[_start(_STOP, text, number.start) : number.start]
    segment = text[_start(_SEGMENT, text, number.start) : number.start]
    if number.kind is NumberKind.MOVED:
        return moved(text, number, scopes)
    if (
        last
        and last.kind in (RelationKind.CHANGE, RelationKind.SHARE)
        and re.fullmatch(r"[和、及与]", text[numbers[index - 1].end : number.start])
        and (number.unit == "%") == (numbers[index - 1].unit == "%")
    ):
        return last
    if last and last.is_open and not last.base and _PARTS_OF_IT.fullmatch(text[numbers[index - 1].end : number.start]):
        return last
    if last and last.kind is RelationKind.TIMES and last.base_scope and number.unit == "倍":
        between = text[numbers[index - 1].end : number.start]
        if re.fullmatch(r"[、，和][^，。；、\d]{2,6}的", between) and (scope := _scope_in(between, scopes)):
            return replace(last, base_scope=scope)
    is_before = _BEFORE_IT.search(clause) and _TO_IT.match(text, number.end)
    if is_before or (_YEAR_OF_IT.search(clause) and number.unit not in ("%", "百分点", "倍")):
        return DraftRelation(is_of_last_year=True)
    if _LEVEL_AFTER.search(clause):
        return DraftRelation()
    if _DONE.search(clause) and number.unit == "%":
        return DraftRelation(RelationKind.DONE)
    if number.unit == "倍" and not _UP.search(clause):
        return _multiple(clause, number, scopes)
    if (per := _PER.search(clause)) and number.unit != "元/人":
        return DraftRelation(RelationKind.PER, base=per["base"])
    if each := _OF_EACH.search(clause):
        return DraftRelation(RelationKind.SHARE, base=each["of"])
    is_of_target = _OF_TARGET.search(clause)
    if _IS_TARGET.match(text, number.end) or (_PLANNED.search(clause) and not is_of_target):
        return DraftRelation(is_target=True)
    is_to_target = is_of_target or (_TARGET.search(segment) and not _LAST_YEAR.search(clause))
    if is_to_target and (sign := _to_target(clause)) and number.unit != "%":
        return DraftRelation(RelationKind.GAP, sign)
    if than := _MORE_THAN.search(clause):
        sign = 1 if than["sign"] in "高多大" else -1
        return _against(DraftRelation(RelationKind.CHANGE, sign), than["base"], scopes)
    if _APART.search(clause) or (_LEFT.search(clause) and re.search(r"[抵余剩]|应|差额|整改", segment)):
        return replace(_compared(RelationKind.CHANGE, 0, clause, scopes, is_apart=True), sign=0)
    if over := _BUDGET.search(clause):
        sign = 1 if re.search("超|多", over[0]) else -1
        return DraftRelation(RelationKind.CHANGE, sign, is_open=True, base="预算")
    sign = _direction(clause, segment, text[number.end :])
    if sign:
        kind = RelationKind.BY_TIMES if number.unit == "倍" else RelationKind.CHANGE
        return _compared(kind, sign, clause if re.search("[比较超]", clause) else segment, scopes)
    if number.unit == "%" and (of := _SHARE_OF.search(clause)):
        return _share(_SHARE_IS.sub("", of["part"] or of["base"] or ""), scopes)
    return DraftRelation()


def moved(text: str, number: DraftNumber, scopes: Mapping[str, str]) -> DraftRelation:
    """With what a figure is compared that is said to be larger or smaller without a number (多于乙州, 略有上升)."""
    before = text[_start(_STOP, text, number.start) : number.start]
    if _TIED_TO.search(number.text):
        stop = re.compile(r"[，,；;。！？!?：:（(\d]").search(text, number.end)
        base = text[number.end : stop.start() if stop else len(text)]
    else:
        found = list(re.finditer(r"[比较与同](?P<base>[^，；。比较]{1,16}?)(?:相比|也|均|都)*$", before))
        base = found[-1]["base"] if found else _said_before(text, number)
    relation = _against(DraftRelation(RelationKind.CHANGE, int(number.numeral)), base, scopes)
    return replace(relation, is_open=relation.is_open or not base)


def _said_before(text: str, number: DraftNumber) -> str:
    """What the clause before compares with (与2021年的100人相比，略有增加)."""
    clause = text[_start(_SEGMENT, text, number.start) : _start(_STOP, text, number.start)]
    found = _COMPARED_BEFORE.search(clause)
    return found["base"] if found else ""


def _start(stop: re.Pattern[str], text: str, at: int) -> int:
    return max((match.end() for match in stop.finditer(text, 0, at)), default=0)


def _direction(clause: str, segment: str, after: str) -> int:
    """Up or down, as the words next to the number say; 多 and 少 only where something is compared."""
    is_its_growth = _GREW.search(segment) and not after.startswith("的")
    if _UP.search(clause) or _GROWTH_AFTER.match(after) or is_its_growth:
        return 1
    if _DOWN.search(clause):
        return -1
    if re.search(r"[比较超]", segment):
        return 1 if _MORE.search(clause) or clause.endswith("超预算") else -1 if _LESS.search(clause) else 0
    return 0


def _to_target(clause: str) -> int:
    if _BELOW_TARGET.search(clause) or _LESS.search(clause):
        return -1
    return 1 if _ABOVE_TARGET.search(clause) or _MORE.search(clause) else 0


def _compared(
    kind: RelationKind, sign: int, said: str, scopes: Mapping[str, str], *, is_apart: bool = False
) -> DraftRelation:
    found = list((_COMPARED_APART if is_apart else _COMPARED).finditer(said))
    base = found[-1]["base"] if found else ""
    if is_apart and not base:
        return DraftRelation(kind, sign, is_open=True)
    if not base or _SINCE_LAST.search(said):
        return DraftRelation(kind, sign)
    return _against(DraftRelation(kind, sign), base, scopes)


def _against(relation: DraftRelation, base: str, scopes: Mapping[str, str]) -> DraftRelation:
    """The relation with what it compares with: a year, the target, a unit, the whole, or another figure."""
    if year := re.search(r"(20\d\d)年", base):
        return replace(relation, base_year=int(year[1]))
    if not base or _YEARS.search(base):
        return relation
    if _TARGET.search(base):
        return replace(relation, kind=RelationKind.GAP)
    if scope := _scope_in(base, scopes):
        return replace(relation, base_scope=scope)
    return replace(relation, base_scope=ALL) if _WHOLE.search(base) else replace(relation, is_open=True, base=base)


def _scope_in(words: str, scopes: Mapping[str, str]) -> str:
    return next((scopes[name] for name in sorted(scopes, key=len, reverse=True) if name in words), "")


def _multiple(clause: str, number: DraftNumber, scopes: Mapping[str, str]) -> DraftRelation:
    if number.text.startswith("翻"):
        return DraftRelation(RelationKind.TIMES)
    of = _OF_BOTH.search(clause) or _OF.search(clause)
    base = of["base"] if of else ""
    relation = _against(DraftRelation(RelationKind.TIMES), base, scopes)
    return relation if of else replace(relation, is_open=True)


def _share(base: str, scopes: Mapping[str, str]) -> DraftRelation:
    if _YEARS.search(base):
        return DraftRelation(RelationKind.SHARE, is_of_last_year=True)
    return DraftRelation(RelationKind.SHARE, base_scope=_scope_in(base, scopes), base=base)
