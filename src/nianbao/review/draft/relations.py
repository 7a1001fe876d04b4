"""What a number says of a figure: its level, a change and where to, a multiple, a share, a distance to a target."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from nianbao.review.draft.mention import UnitNames
from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.patterns import OUT_OF, SAME_UNIT
from nianbao.review.draft.topics import CLAUSE, SEGMENT, SENTENCE, WITHIN
from nianbao.review.draft.words import DraftWords
from nianbao.statistics.scopes import ALL

_NAME = 6
"""No name of a unit that is looked for is longer."""
MAYBE, HARDLY = 0.7, 0.4
"""How likely a per cent is a share or a growth where the sentence speaks of one, and where nothing says so."""

_YEAR_OF_IT = r"(?<!于)(?:上年|去年|上年同期)(?:的|为|是|只有|仅有|才|只|多达|仅)*$"
_BEFORE_IT = r"[由从]$|[由从与同](?:上年|去年|20\d\d年)度?[末底]?的?$"
_THAN_IT = r"[比较于及](?:上年|去年|前年|20\d\d年)(?:同期|年)?度?[末底]?的?$"
_TO_IT = r"[^，。；、]{0,4}?(?:~up~|~down~|压)?(?:到|至|为|变)|相比|相较"
_COMPARED = (
    r"(?:比|较|同|与|和|超)(?P<base>[^，；。]{0,16}?)"
    r"(?:相比|增|减|(?<!最)[多少高低]|提|下|上升|降|净|翻|持平|有所|相差|之差|$)"
)
_COMPARED_APART = r"[与和同比](?P<base>[^，。；与和同比]{1,16}?)(?:[相仅只]?差|的?差距|之差)"
_COMPARED_BEFORE = r"[比较与同](?P<base>[^，。；比较与同]{1,20}?)(?:相比|相较)?[，,]$"
_MORE_THAN = r"(?P<sign>[高多大快低少小慢])(?:于|出)(?P<base>[^，；。、\d]{2,10})(?<!的)$"
_OF = (
    r"(?:占|是|为|达|达到|(?<=[增升降减])[至到]|相当于|只有|仅有|不到|不足|超过|约为?|仅为?|只及|仅及)"
    r"(?P<base>[^，；。]{0,18}?)的?$"
)
_OVER_PART = r"^(?:超过?|不足|不到|接近|将?近|约)(?P<of>[^，。；]{0,6})的?$"
_IT = ("它", "其")
_OF_BOTH = r"(?:相当于|是|为)[^，；。]*、(?P<base>[^，；。、]{0,18}?)的$"
_SHARE_OF = (
    r"(?:占|相当于)(?P<part>[^，；。（(]{0,18}?)的?$|(?:是|为|达到?|只有|仅有|不到|不足|超过|约|[只仅]及)"
    r"(?P<base>[^，；。（(是为占到足有过约及]{2,18})的$"
)
_HELD_AGAINST = (
    r"(?:[和与同跟]|拿[^，；。]{2,10}?[和与同跟]|[拿用])(?P<base>[^，；。\d]{2,8}?)(?:来|相)?比[，,]"
    r"(?!.*(?:~up~|~down~|~growth~))"
)
_SHARE_IS = r"(?:的?(?:~share~))?(?:合计|~each~|均|都|也|了)?(?:为|是|达到?|约为?|仅为?)?$"
_PER = (
    r"(?:平均[每一]|每(?=[^，；。\d]*平均))(?P<base>(?:个|家|名|位|人|期|场|支|条|件|所|处|次|班|户)[^，；。\d]*)$"
    r"|(?P<each>[户件期家班场站])均[^，；。\d]{0,6}$|(?<=[州市地省])一(?P<one>[户件期家班场站])$"
    r"|(?P<firm>企业|单位)平均[^，。；\d]{0,4}$"
)
_UP = (
    r"(?:(?<![提上回晋新])(?:~up~)[^，。；、\d高低]{0,2}|(?:~growth~)[^，。；、\d高低]{0,4}|净增[^，。；、\d]{0,8})"
    r"(?:了|最多的?)?$"
)
_DOWN = r"(?:(?<!下)(?:~down~)|(?:~decline~)[为达]?到?)[^，。；、\d高低至到]{0,2}了?$"
_LEVEL_AFTER = r"(?:~up~|~down~|压|发展|建设|办)(?:到|至|为)了?$"
_LATER = r"的(?:~growth~)"


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
    OF_INCREASE = "of_increase"
    COUNT = "count"


@dataclass(frozen=True)
class DraftRelation:
    """What a number says: kind, direction (1 up, -1 down, 0 none), the unit it compares with, the base's year.

    `is_open` tells that it compares with something that is no unit and no year: another figure, by the words of
    `base`, or by none where the two figures said last are compared. `is_now` is said of what
    something came to from last year, `is_past` of what it is held against (少于上年的100人); `weight` is how likely
    it is said.
    """

    kind: RelationKind = RelationKind.LEVEL
    sign: int = 0
    base_scope: str = ""
    base_year: int = 0
    is_of_last_year: bool = False
    is_open: bool = False
    base: str = ""
    is_target: bool = False
    is_now: bool = False
    is_past: bool = False
    per_unit: str = ""
    weight: float = 1.0


@dataclass(frozen=True)
class Relations:
    """Reads what numbers say, by the words that are declared for it."""

    _words: DraftWords
    _units: UnitNames

    def of(
        self, text: str, numbers: Sequence[DraftNumber], index: int, last: DraftRelation | None
    ) -> list[DraftRelation]:
        """What one of the numbers of a text may say, the likeliest first; `last` is what the number before it says."""
        number = numbers[index]
        relation = self._likeliest(text, numbers, index, last)
        if number.kind is not NumberKind.COUNT:
            return [relation]
        clause = text[_start(CLAUSE, text, number.start) : number.start]
        if number.unit == "%" and self._is_of_increase(text, number):
            return [DraftRelation(RelationKind.OF_INCREASE)]
        if relation.kind is RelationKind.CHANGE and self._says("(?:新增|净增|新建|增收|新)了?$", clause):
            return [relation, DraftRelation(weight=MAYBE)]
        if relation.kind is not RelationKind.LEVEL:
            return [relation]
        if number.unit == "%" and (within := WITHIN.match(text, number.end)):  # 一半来自甲市
            named = self._units.find(text[within.end() : within.end() + _NAME])
            if named and named[0][0] <= 1:
                return [DraftRelation(RelationKind.SHARE)]
        sentence = text[_start(SENTENCE, text, number.start) : number.end]
        if number.unit == "百分点":
            found = [replace(relation, kind=RelationKind.CHANGE), replace(relation, weight=HARDLY)]
            is_apart = self._says("[高低多少差]", clause)
            return [DraftRelation(RelationKind.CHANGE, is_open=True), *found] if is_apart else found
        if number.unit != "%" or relation.is_target or relation.is_of_last_year:
            return [relation]
        of_growth = self._says(r"~growth~|~decline~|~fast~|~against_last~", sentence)
        of_share = self._says(r"占|~share~", sentence)
        return [
            relation,
            replace(relation, kind=RelationKind.CHANGE, weight=MAYBE if of_growth else HARDLY),
            replace(relation, kind=RelationKind.SHARE, weight=MAYBE if of_share else HARDLY),
            replace(
                relation, kind=RelationKind.DONE, weight=MAYBE if self._says("~done~|~target~", sentence) else HARDLY
            ),
        ]

    def _is_of_increase(self, text: str, number: DraftNumber) -> bool:
        """Whether a number is a share of what something grew by (对增量的贡献率, 占增量的, 新增会员中占)."""
        clause = text[_start(CLAUSE, text, number.start) : number.start]
        segment = text[_start(SEGMENT, text, number.start) : number.start]
        is_of_it = self._says(
            r"贡献[率度]|增[量长][^，。；]{0,4}贡献|占[^，。；]{0,6}(?:增量|增加额|净增|减少额|减量)"
            r"|(?:新增|净增)[^，。；]{0,8}占",
            clause,
        )
        is_before = re.compile(r"的(?:增量|增长|增加额|减少额)").match(text, number.end) and "贡献" in clause
        is_among = self._says(r"(?:增量|净增|新增)[^，。；]{0,8}中", segment) and re.search("占|每", clause)
        return bool(is_of_it or is_before or is_among)

    def _says(self, template: str, text: str) -> re.Match[str] | None:
        return self._words.pattern(template).search(text)

    def _likeliest(
        self, text: str, numbers: Sequence[DraftNumber], index: int, last: DraftRelation | None
    ) -> DraftRelation:
        number = numbers[index]
        clause = text[_start(CLAUSE, text, number.start) : number.start]
        segment = text[_start(SEGMENT, text, number.start) : number.start]
        if number.kind is NumberKind.MOVED:
            return self.moved(text, number)
        if last and (
            goes_on := self._goes_on(text[numbers[index - 1].end : number.start], number, numbers[index - 1], last)
        ):
            return goes_on
        is_before = self._says(_BEFORE_IT, clause) and self._words.pattern(_TO_IT).match(text, number.end)
        of_it = self._says(_YEAR_OF_IT, clause)
        is_level = number.unit not in ("%", "百分点", "倍") or clause.endswith(("为", "是", "只有", "仅有"))
        if number.unit not in ("%", "百分点", "倍") and self._says(_THAN_IT, clause):
            return DraftRelation(is_of_last_year=True, is_past=True)
        if is_before or (of_it and is_level):
            return DraftRelation(is_of_last_year=True)
        if self._says(_LEVEL_AFTER, clause):
            return DraftRelation(is_now=bool(last and last.is_of_last_year))
        if number.unit == "%" and self._says(
            r"(?:~done~)[^，。；、\d]{0,6}$|(?:是|为|占)[^，。；]{0,4}(?:~budget~|~target~)数?的?$", clause
        ):
            return DraftRelation(RelationKind.DONE)
        if number.unit == "倍" and (not self._says(_UP, clause) or self._says("(?:~growth~)的$", clause)):
            return self._multiple(text, clause, number)
        if (per := self._says(_PER, clause)) and number.unit != "元/人":
            counted = per["each"] or per["one"] or ("家" if per["firm"] else per["base"][0])
            return DraftRelation(
                RelationKind.PER, base=(per["base"] or "")[1:], per_unit=SAME_UNIT.get(counted, counted)
            )
        if each := re.search(rf"{OUT_OF}[^，；。\d]*$", clause):
            return DraftRelation(RelationKind.SHARE, base=each["of"])
        sentence = text[_start(SENTENCE, text, number.start) : number.start]
        if number.unit == "%" and (other := self._says(_HELD_AGAINST, sentence)):
            return DraftRelation(RelationKind.SHARE, base=other["base"])
        if planned := self._planned(text, number, clause, segment):
            return planned
        return self._changed(text, number, clause, segment)

    def _goes_on(
        self, between: str, number: DraftNumber, before: DraftNumber, last: DraftRelation
    ) -> DraftRelation | None:
        """What is said of a number that follows another one in a list."""
        if (
            last.kind in (RelationKind.CHANGE, RelationKind.SHARE, RelationKind.DONE)
            and re.fullmatch(r"[和、及与]", between)
            and (number.unit == "%") == (before.unit == "%")
        ):
            return last
        if (
            last.is_open
            and not last.base
            and re.fullmatch(r"(?:[^，、；。\d]{0,6}，其中|[、和，])[^，、；。\d]{2,5}", between)
        ):
            return last
        if last.kind is RelationKind.TIMES and last.base_scope and number.unit == "倍":
            scope = self._scope_in(between) if re.fullmatch(r"[、，和][^，。；、\d]{2,6}的", between) else ""
            return replace(last, base_scope=scope) if scope else None
        return None

    def _planned(self, text: str, number: DraftNumber, clause: str, segment: str) -> DraftRelation | None:
        """What is said of a target or a budget."""
        if self._says(r"[距离][^，。；]{0,8}(?:~target~)数?[为是]?$", clause):
            return DraftRelation(is_target=True)
        is_of_target = self._says(r"(?:[比较超距离]|超过)[^，；。]{0,8}(?:~target~)", clause)
        is_target = self._words.pattern(r"的?(?:年度|全年|预期)?(?:~target~)(?!完成)").match(text, number.end)
        if is_target or (
            not is_of_target and self._says(r"(?:目标任务|~target~)数?(?:[为是]|定为|新建|建设|选树)?$", clause)
        ):
            return DraftRelation(is_target=True)
        in_sentence = text[_start(SENTENCE, text, number.start) : number.start]
        is_to_target = is_of_target or (self._says("~target~", in_sentence) and not self._says("~last_year~", clause))
        for sign, far, near in ((-1, "~below_target~", "~less~"), (1, "~above_target~", "~more~")):
            said = self._says(rf"(?:{far})[^，。；\d]{{0,8}}$", clause)
            compared = is_of_target and self._says(rf"(?:{near})[^，。；、\d最]{{0,3}}$", clause)
            if is_to_target and number.unit != "%" and (said or compared):
                return DraftRelation(RelationKind.GAP, sign)
        over = self._says(
            r"(?:超收|超支|短收|短支|超(?:出)?(?:~budget~)|[低少]于(?:~budget~)|[高多]于(?:~budget~)|比(?:~budget~)数?[多少高低超])了?$",
            clause,
        )
        if over:
            return DraftRelation(RelationKind.GAP, 1 if re.search("超|多|高", over[0]) else -1)
        return None

    def _changed(self, text: str, number: DraftNumber, clause: str, segment: str) -> DraftRelation:
        if re.search(r"分之|成", number.text) and (part := re.search(_OVER_PART, clause)):
            return self._share(part["of"])
        if than := re.search(_MORE_THAN, clause):
            sign = 1 if than["sign"] in "高多大快" else -1
            return self._against(DraftRelation(RelationKind.CHANGE, sign), than["base"])
        if re.search(r"[前后]者[^，；。]{0,4}[高多低少](?:出|了)$", clause):
            return DraftRelation(RelationKind.CHANGE, is_open=True)
        is_left = self._says(r"(?:~left~)(?:分别)?[为有达]?$", clause) and self._says(
            r"[抵余剩没未该支]|应|差额|整改|改了|结", segment + text[number.end :].split("，")[0]
        )
        if self._says(r"(?:~apart~)[为达是]?了?$", clause) or is_left:
            return replace(self._compared(RelationKind.CHANGE, 0, clause, is_apart=True), sign=0)
        if sign := self._direction(clause, segment, text[number.end :]):
            kind = RelationKind.BY_TIMES if number.unit == "倍" else RelationKind.CHANGE
            return self._compared(kind, sign, clause if re.search("[比较超]", clause) else segment)
        if number.unit == "%" and (of := re.search(_SHARE_OF, clause)):
            return self._share(self._words.pattern(_SHARE_IS).sub("", of["part"] or of["base"] or ""))
        return DraftRelation()

    def moved(self, text: str, number: DraftNumber) -> DraftRelation:
        """With what a figure is compared that is said to be larger or smaller without a number (多于乙州, 略有上升)."""
        before = text[_start(CLAUSE, text, number.start) : number.start]
        if re.search(r"于|超|不及|不如", number.text):
            stop = re.compile(r"[，,；;。！？!?：:（(\d]").search(text, number.end)
            base = text[number.end : stop.start() if stop else len(text)]
        else:
            found = list(re.finditer(r"[比较与同](?P<base>[^，；。比较]{1,16}?)(?:相比|也|均|都)*$", before))
            base = found[-1]["base"] if found else _said_before(text, number)
        relation = self._against(DraftRelation(RelationKind.CHANGE, int(number.numeral)), base)
        return replace(relation, is_open=relation.is_open or not (base or self._scope_in(before)))

    def _direction(self, clause: str, segment: str, after: str) -> int:
        """Up or down, as the words next to the number say; 多 and 少 only where something is compared."""
        moved = r"(?<!不)(?:(?P<up>~up~|~growth~)|~down~|~decline~)"
        if headed := self._says(moved + r"[^，。；：:\d]{0,4}[：:][^；。：:]*$", segment):
            return 1 if headed["up"] else -1
        is_its_growth = re.search(r"(?:增长|增幅|增速|涨幅)[^，。；、\d]{0,8}[，,](?:为|达)?$", segment)
        if (
            self._says(_UP, clause)
            or self._words.pattern(_LATER).match(after)
            or (is_its_growth and not after.startswith("的"))
        ):
            return 1
        if self._says(_DOWN, clause):
            return -1
        if alone := re.fullmatch(r"[反也则又]?而?(?P<more>多|少)", clause):
            return 1 if alone["more"] == "多" else -1
        if re.search(r"[比较超]|同比|增速|涨", segment) or re.search(r"[多少]了$", clause):
            if self._says(r"(?<!至)(?<!最)(?:~more~)(?:出)?[^，。；、\d最]{0,3}$", clause):
                return 1
            return -1 if self._says(r"(?<!至)(?<!最)(?:~less~)[^，。；、\d最]{0,3}$", clause) else 0
        return 0

    def _compared(self, kind: RelationKind, sign: int, said: str, *, is_apart: bool = False) -> DraftRelation:
        found = list(re.finditer(_COMPARED_APART if is_apart else _COMPARED, said))
        base = found[-1]["base"] if found else ""
        if is_apart and not base:
            return DraftRelation(kind, sign, is_open=True)
        if not base or self._says("~against_last~", said):
            return DraftRelation(kind, sign)
        return self._against(DraftRelation(kind, sign), base)

    def _against(self, relation: DraftRelation, base: str) -> DraftRelation:
        """The relation with what it compares with: a year, the target, a unit, the whole, or another figure."""
        if year := re.search(r"(20\d\d)年", base):
            return replace(relation, base_year=int(year[1]))
        if not base or self._says("~last_year~|~same_period~", base):
            return relation
        if self._says("~target~|~budget~", base) and not re.search("完成率|执行率", base):
            return replace(relation, kind=RelationKind.GAP)
        if scope := self._scope_in(base):
            return replace(relation, base_scope=scope)
        is_whole = self._says(r"平均|^(?:~average~)$", base)
        return replace(relation, base_scope=ALL) if is_whole else replace(relation, is_open=True, base=base)

    def _scope_in(self, words: str) -> str:
        return next((code for _, _, code in self._units.find(words)), "")

    def _multiple(self, text: str, clause: str, number: DraftNumber) -> DraftRelation:
        if number.text.startswith("翻"):
            return DraftRelation(RelationKind.TIMES)
        of = re.search(_OF_BOTH, clause) or re.search(_OF, clause)
        base = of["base"] if of else ""
        if base in _IT:  # 甲州最少，乙州是它的4倍
            named = self._units.find(text[: number.start - len(clause)])
            base = text[slice(*named[-1][:2])] if named else base
        relation = self._against(DraftRelation(RelationKind.TIMES), base)
        return relation if of else replace(relation, is_open=True)

    def _share(self, base: str) -> DraftRelation:
        if self._says("~last_year~|~same_period~|20\\d\\d年", base):
            return DraftRelation(RelationKind.SHARE, is_of_last_year=True)
        return DraftRelation(RelationKind.SHARE, base_scope=self._scope_in(base), base=base)


def _said_before(text: str, number: DraftNumber) -> str:
    """What the clause before compares with (与2021年的100人相比，略有增加)."""
    clause = text[_start(SEGMENT, text, number.start) : _start(CLAUSE, text, number.start)]
    found = re.search(_COMPARED_BEFORE, clause)
    return found["base"] if found else ""


def _start(stop: re.Pattern[str], text: str, at: int) -> int:
    return max((match.end() for match in stop.finditer(text, 0, at)), default=0)
