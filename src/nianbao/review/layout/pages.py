"""Deviations of the page: paper, margins, lines and characters, page numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from nianbao.review.layout import standard
from nianbao.review.layout.block import MeasuredBlock
from nianbao.review.layout.measure import Measured, PageNumber, PaperSheet
from nianbao.review.layout.standard import Departure

POINTS = 72 / 25.4
"""Points in a millimetre."""

_DASHED = re.compile(r"[—–―－-]\s*\d*\s*[—–―－-]")
_VERTICAL, _HORIZONTAL = ("上", "下"), ("左", "右")


def check_pages(measured: Measured) -> Iterator[Departure]:
    """All sheets."""
    for sheet in measured.sheets:
        where = f"第{sheet.number}节" if len(measured.sheets) > 1 else "页面"
        yield from _paper(sheet, where)
        yield from _numbers(sheet, where)


def check_grid(measured: Measured, running: Sequence[MeasuredBlock]) -> Iterator[Departure]:
    """Lines on a page and characters on a line, by arithmetic; not where the margins alone change them."""
    for block in running:
        sheet = measured.sheets[block.section]
        if sheet.is_landscape or not _is_a4(sheet) or block.main.size != standard.SIZE_3:
            continue
        if not _off(sheet, _VERTICAL) and (found := _lines(block, sheet)):
            yield Departure(standard.PAGE_GRID, block.where, found)
        if not _off(sheet, _HORIZONTAL) and (found := _characters(block, sheet)):
            yield Departure(standard.PAGE_GRID, block.where, found)


def _paper(sheet: PaperSheet, where: str) -> Iterator[Departure]:
    """Size and margins."""
    if not _is_a4(sheet):
        yield Departure(standard.PAGE_SIZE, where, f"{sheet.width:.0f}毫米×{sheet.height:.0f}毫米")
    elif sheet.is_landscape:
        if all(_differ(sheet.margins, margins) for margins in standard.LANDSCAPE_MARGINS):
            said = "、".join(f"{side}{margin:.1f}" for side, margin in sheet.margins.items())
            yield Departure(standard.LANDSCAPE, where, f"横排页边距{said}毫米")
    else:
        for side in _off(sheet, tuple(standard.MARGINS)):
            yield Departure(standard.PAGE_MARGINS, where, f"{side}边距{sheet.margins[side]:.1f}毫米")


def _is_a4(sheet: PaperSheet) -> bool:
    """Whether the sheet is A4, upright or turned."""
    sides = zip(sorted((sheet.width, sheet.height)), standard.PAPER, strict=True)
    return all(abs(measured - said) <= standard.PAPER_TOLERANCE for measured, said in sides)


def _off(sheet: PaperSheet, sides: Sequence[str]) -> list[str]:
    """The sides whose margin is not that of the standard."""
    return [side for side in _differ(sheet.margins, standard.MARGINS) if side in sides]


def _differ(margins: dict[str, float], said: dict[str, float]) -> list[str]:
    """The sides on which margins differ."""
    return [side for side, margin in said.items() if abs(margins[side] - margin) > standard.TOLERANCE]


def _lines(block: MeasuredBlock, sheet: PaperSheet) -> str:
    """What is wrong with the number of lines."""
    height = (sheet.height - sheet.margins["上"] - sheet.margins["下"]) * POINTS
    if block.is_line_fixed:
        pitch = block.line
    elif sheet.grid != "default" and sheet.line_pitch and block.snaps:
        pitch = sheet.line_pitch * max(math.ceil(block.line - 0.01), 1)
    else:
        return f"行距未固定（{block.line:g}倍），每面行数由字体而定"
    lines = math.floor(height / pitch + 0.001) if pitch else 0
    return "" if lines == standard.LINES else f"行距{pitch:g}磅，每面{lines}行"


def _characters(block: MeasuredBlock, sheet: PaperSheet) -> str:
    """What is wrong with the number of characters."""
    width = (sheet.width - sheet.margins["左"] - sheet.margins["右"]) * POINTS
    is_by_grid = sheet.grid in {"linesAndChars", "snapToChars"} and block.snaps
    pitch = standard.SIZE_3 + block.main.tracking + (sheet.character_space if is_by_grid else 0)
    characters = math.floor(width / pitch + 0.001)
    return "" if characters == standard.CHARACTERS else f"字距{pitch:.2f}磅，每行{characters}字"


def _numbers(sheet: PaperSheet, where: str) -> Iterator[Departure]:
    """The page numbers of odd and even pages."""
    for name, number, side in (("单页页脚", sheet.odd, "right"), ("双页页脚", sheet.even, "left")):
        if number is None:
            yield Departure(standard.NUMBER, f"{where}{name}", "没有页码")
            continue
        yield from _number(number, f"{where}{name}", side)
    low, high = standard.NUMBER_DISTANCES
    if (sheet.odd or sheet.even) and not sheet.is_landscape and not low <= sheet.footer_distance <= high:
        yield Departure(standard.NUMBER_PLACE, where, f"页脚距页边{sheet.footer_distance:.1f}毫米")


def _number(number: PageNumber, where: str, side: str) -> Iterator[Departure]:
    """One page number."""
    block = number.block
    if not _DASHED.fullmatch(block.text.strip()):
        yield Departure(standard.NUMBER_DASHES, where, f"页码写作“{block.text.strip()}”")
    if sizes := {piece.size for piece in block.pieces} - {standard.SIZE_4}:
        yield Departure(standard.NUMBER_SIZE, where, f"页码{min(sizes):g}磅")
    digits = [piece for piece in block.pieces if any(character.isdigit() for character in piece.text)]
    if fonts := {piece.latin for piece in digits if not standard.is_of("宋体", piece.latin)}:
        yield Departure(standard.NUMBER_FONT, where, f"页码用{min(fonts) or '未指明的字体'}")
    if number.is_outside:
        return
    if block.align != side:
        yield Departure(standard.NUMBER_SIDE, where, f"页码{_SIDES.get(block.align, block.align)}")
    elif abs(getattr(block, side) - standard.NUMBER_INDENT) > standard.NUMBER_INDENT_TOLERANCE:
        yield Departure(standard.NUMBER_IN, where, f"空{getattr(block, side):.1f}字")


_SIDES = {"left": "居左", "both": "居左", "right": "居右", "center": "居中"}
