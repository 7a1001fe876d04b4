"""Deviations of what opens and closes a document: the red head and the tail lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nianbao.review.layout import standard
from nianbao.review.layout.block import MeasuredBlock
from nianbao.review.layout.measure import Measured, MeasuredTable
from nianbao.review.layout.standard import Departure

_NUMBER = re.compile(r"[\s　]*第[\s　]*\d*[\s　]*期|.*〔\d{4}〕.*号")
_RECEIVER = re.compile(r"[\s　]*(?:分送|抄送|主送)\s*[：:]")
_PRINTED = re.compile(r"\S+\s+.*\d*年.*月.*日\s*印发[\s　]*$")
_MM = 72 / 25.4
_BLANKS = 2


def is_tail(table: MeasuredTable) -> bool:
    """Whether a table holds tail lines."""
    return any(_RECEIVER.match(block.text) or block.text.rstrip().endswith("印发") for block in table.blocks)


def check_head(measured: Measured, title: MeasuredBlock | None) -> Iterator[Departure]:
    """The red head, where there is one."""
    end = title.number if title else 0
    head = [block for block in measured.blocks if block.number < end]
    names = [block for block in head if any(each.is_red and each.size > standard.SIZE_2 for each in block.pieces)]
    if not names or title is None:
        return
    name = names[0]
    yield from _check_name(name, [block for block in head if block.number < name.number])
    below = [block for block in head if block.number > name.number]
    number = next((block for block in below if _NUMBER.match(block.text)), None)
    if number is None:
        yield Departure(standard.ISSUE, name.where, "没有发文字号或期号")
    elif number.align != "center" or number.main.size != standard.SIZE_3 or not _is(number, "仿宋"):
        yield Departure(standard.ISSUE, number.where, f"{number.main.font}{number.main.size:g}磅")
    lines = [block for block in below if block.has_red_line]
    if not lines:
        yield Departure(standard.RED_LINE, name.where, "没有红色分隔线")
    elif lines[-1].left or lines[-1].right:
        yield Departure(standard.RED_LINE, lines[-1].where, "分隔线与版心不等宽")
    elif (room := _room(lines[-1], title)) < _BLANKS - 0.5:
        yield Departure(standard.TITLE_PLACE, title.where, f"空{room:.1f}行")


def _check_name(name: MeasuredBlock, above: Sequence[MeasuredBlock]) -> Iterator[Departure]:
    """The name of who issues it."""
    if not _is(name, "小标宋"):
        yield Departure(standard.NAME_FONT, name.where, f"用{name.main.font or '未指明的字体'}")
    if name.align != "center":
        yield Departure(standard.NAME_CENTRED, name.where, "没有居中")
    top = (sum(block.depth for block in above) + name.before) / _MM
    if abs(top - standard.NAME_TOP) > standard.NAME_TOLERANCE:
        yield Departure(standard.NAME_PLACE, name.where, f"距版心上边缘约{top:.0f}毫米")


def _is(block: MeasuredBlock, family: str) -> bool:
    return standard.is_of(family, block.main.font)


def _room(line: MeasuredBlock, title: MeasuredBlock) -> float:
    """Lines between the red line and the title; a paragraph without text counts one."""
    return title.number - line.number - 1 + title.before / 29


def check_tail(measured: Measured, tails: Sequence[MeasuredTable]) -> Iterator[Departure]:
    """The tail lines; a document with a red head must have them."""
    has_head = any(each.is_red and each.size > standard.SIZE_2 for block in measured.blocks for each in block.pieces)
    if not tails:
        written = [block for block in measured.blocks if _RECEIVER.match(block.text) or _PRINTED.match(block.text)]
        if has_head and not written:
            yield Departure(standard.TAIL, "文末", "没有版记")
        yield from _check_letters(written)
        return
    tail = tails[-1]
    yield from _check_letters(tail.blocks)
    where = f"版记“{tail.blocks[0].text[:8]}…”"
    if not any(_PRINTED.match(block.text) for block in tail.blocks):
        yield Departure(standard.PRINTED, where, "没有印发机关和印发日期")
    for side, right in (("top", standard.THICK), ("bottom", standard.THICK), ("insideH", standard.THIN)):
        weight = tail.lines.get(side, 0)
        if abs(weight - right) > standard.LINE_TOLERANCE and (side != "insideH" or len(tail.rows) > 1):
            yield Departure(standard.TAIL_LINES, where, f"{_SIDES[side]}分隔线{weight / _MM:.2f}毫米")
    if tail.number != max(table.number for table in (*measured.tables, *tails)) or measured.after_tables:
        yield Departure(standard.TAIL_LAST, where, "版记之后还有内容")


_SIDES = {"top": "首条", "bottom": "末条", "insideH": "中间的"}


def _check_letters(blocks: Sequence[MeasuredBlock]) -> Iterator[Departure]:
    for block in blocks:
        if block.main.size != standard.SIZE_4 or not _is(block, "仿宋"):
            yield Departure(
                standard.TAIL_FONT, block.where, f"{block.main.font or '未指明的字体'}{block.main.size:g}磅"
            )
