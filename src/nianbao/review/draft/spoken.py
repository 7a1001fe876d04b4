"""A number in the sentence that says what it is: the passage it stands in, or one made of what is around its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from nianbao.review.draft.binding import RankedNumber
from nianbao.review.draft.mention import Quantity
from nianbao.review.draft.numbers import DraftNumber, in_unit
from nianbao.review.draft.reading import GOES_ON, SENTENCE_END, DraftCell, Passage, around
from nianbao.review.draft.relations import DraftRelation, RelationKind
from nianbao.review.draft.topics import Topics

_GENERAL_HEAD = re.compile(r"本年|上年|去年|上年同期|上年数|本年数|数值|数量|金额|本期|合计|总计|小计")
_MOVED = re.compile(r"增长|增减|增幅|增速|变化|变动|同比")
_EITHER_WAY = re.compile(r"增减|变化|变动|同比")
_YEAR = re.compile(r"(?P<year>20\d\d)年?度?|(?<![比较])(?:上年|去年)(?:同期|数)?")
_BRACKETS = re.compile(r"[（(][^（()）]*[）)]")
_COLON = re.compile(r"[：:，,]")
_COUNTED = re.compile(r"([家人条个期场件项名])数$")
_TOTAL = re.compile(r"全部|合计|总计|小计|总计数")
_BELOW_NOUGHT = re.compile(r"[-－−—▼↓]\s*$|下降|减少")


@dataclass(frozen=True)
class Met:
    """A figure, or two that are compared, that a number is true of, and by how many digits more than chance."""

    kind: RelationKind
    one: Quantity
    other: Quantity | None
    evidence: float


Year = Callable[["Spoken", int, str], int]
"""The year of which an indicator is said by a number."""


@dataclass(frozen=True)
class Spoken:
    """Numbers in a text that says what they are, each with the indicators it may be of, and what the text speaks of."""

    passage: Passage
    numbers: Sequence[DraftNumber]
    bound: Sequence[RankedNumber]
    topics: Topics
    background: Mapping[str, float]
    cell: DraftCell | None = None
    met: Sequence[Sequence[Met]] = ()

    @property
    def is_cell(self) -> bool:
        """Whether the number stands in a table."""
        return self.cell is not None


def sentence_of(
    passage: Passage, number: DraftNumber, scopes: Mapping[str, str], whole: str, year: int
) -> tuple[Passage, DraftNumber]:
    """A number of a table as a sentence would say it: `各地情况；2022年甲市会员增加6011人`."""
    cell = passage.cell
    assert cell is not None
    label = whole if _TOTAL.fullmatch(cell.label) else cell.label
    cell = replace(cell, head=_COLON.sub("", cell.head))
    head = _YEAR.sub("", cell.head) if not GOES_ON.fullmatch(cell.head) else _YEAR.sub("", cell.of) + cell.head
    head = "" if _GENERAL_HEAD.fullmatch(head) else head
    if scopes.get(head):
        label, head = head, "" if scopes.get(label) else label
    year_said = _year_of(cell, year)
    caption = _BRACKETS.sub("", cell.caption)
    when = f"{year_said}年" if year_said else ""
    names_it = head and not GOES_ON.fullmatch(head)
    if names_it or not (scopes.get(label) or label in ("", whole)):
        lead = f"{caption}；{when}{label}{head}"
    else:
        lead = f"{when}{label}{caption}{head}"
    text = f"{lead}{number.text}"
    moved = replace(number, start=len(lead), end=len(text))
    return replace(passage, text=text, cell=None, tags=()), moved


def units_of(cell: DraftCell, number: DraftNumber) -> list[DraftNumber]:
    """A number of a cell with each unit that its table says; money for a person is one of its own."""
    counted = _COUNTED.search(cell.head)
    unit = cell.unit or (counted[1] if counted else "")
    unit = "元/人" if unit == "元" and "人均" in cell.head else unit
    return [in_unit(number, each) for each in unit.split("、")]


def change_of(cell: DraftCell, text: str, number: DraftNumber, relation: DraftRelation) -> DraftRelation:
    """What a cell says under a head such as 增减: a change, up unless a sign or a word says down."""
    is_change = relation.kind is RelationKind.CHANGE or _MOVED.search(cell.head)
    if not is_change or relation.is_open:
        return relation
    if is_below_nought(text[: number.start]):
        return replace(relation, kind=RelationKind.CHANGE, sign=-1)
    return DraftRelation(RelationKind.CHANGE, 1) if _EITHER_WAY.search(cell.head) else relation


def _year_of(cell: DraftCell, year: int) -> int | None:
    """The year of a cell: that of its row, of its column, or else of the caption."""
    if cell.year:
        return cell.year
    for words in (cell.label, cell.head, cell.caption):
        if not GOES_ON.fullmatch(words) and (said := _YEAR.search(words)):
            return int(said["year"]) if said["year"] else year - 1
    return None


def is_below_nought(before: str) -> bool:
    """Whether a sign or a word before a number says that it is less than nothing."""
    return bool(_BELOW_NOUGHT.search(before))


def is_total(label: str) -> bool:
    """Whether a row is of all others."""
    return bool(_TOTAL.fullmatch(label))


def in_ten_thousands(number: DraftNumber) -> DraftNumber:
    """The number in 万."""
    return in_unit(replace(number, unit=""), f"万{number.unit}")


def says_anything(text: str, numbers: Sequence[DraftNumber]) -> bool:
    """Whether there are any words around the numbers of a text; a cell of a table that was pasted has none."""
    for number in reversed(numbers):
        text = text[: number.start] + text[number.end :]
    return bool(re.search(r"[\u4e00-\u9fff]", text))


def sentence_around(passage: Passage, number: DraftNumber) -> str:
    """The sentence of a number, or what its cell is called."""
    if passage.cell:
        return " · ".join(filter(None, (passage.cell.caption, passage.cell.label, passage.cell.head)))
    return re.sub(r"\s+", " ", around(SENTENCE_END, passage.text, number.start, number.end)).strip()
