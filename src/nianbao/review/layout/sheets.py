"""Deviations of pages as they are laid out: the type area, lines on a page, characters on a line, page numbers."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from itertools import pairwise

from nianbao.review.layout import standard
from nianbao.review.layout.printed import PrintedLine, PrintedPage
from nianbao.review.layout.standard import Departure

_MM = 72 / 25.4
_NUMBER = re.compile(r"[—–―－-]\d+[—–―－-]")
_LEVEL = re.compile(r"[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]")
_LISTED = re.compile(r"[.…·]{3,}\d*$")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TOP, _LEFT = standard.MARGINS["上"], standard.MARGINS["左"]
_RIGHT, _BOTTOM = standard.PAPER[0] - standard.MARGINS["右"], standard.PAPER[1] - standard.MARGINS["下"]
_SIZE_TOLERANCE = 0.3
_INDENTED = 25.0
"""A heading begins no further right of the edge of the text, in millimetres: twice what it is set in."""
_ADJACENT = (20.0, 40.0)
"""Lines of running text so many points apart follow each other."""
_ENOUGH = 5
"""From so many lines on it can be said how they are set."""
_NUMBER_ROOM = (5.0, 14.0)
"""Between the type area and the foot of the page number, in millimetres, where its dashes are 7 mm below."""


def check_sheets(pages: Sequence[PrintedPage]) -> Iterator[Departure]:
    """All that a PDF shows."""
    for page in pages:
        where = f"第{page.number}面"
        if any(
            abs(a - b) > standard.PAPER_TOLERANCE
            for a, b in zip((page.width, page.height), standard.PAPER, strict=True)
        ):
            yield Departure(standard.PAGE_SIZE, where, f"{page.width:.0f}毫米×{page.height:.0f}毫米")
            continue
        yield from _type_area(page, where)
        yield from _sizes(page)
        yield from _number(page, where)
        for name in page.missing_fonts:
            yield Departure(standard.EMBEDDED, where, f"没有嵌入{name or '一种字体'}")
    if others := sorted({font for page in pages for font in page.fonts if not standard.is_standard(font)}):
        yield Departure(standard.PDF_FONT, "全文", f"用了{'、'.join(others)}")
    yield from check_filling(pages)


def check_filling(pages: Sequence[PrintedPage]) -> Iterator[Departure]:
    """Lines on a page and characters on a line, as they are counted."""
    pitches = [
        (after.letters[0].foot - before.letters[0].foot) * _MM
        for page in pages
        for before, after in pairwise(page.lines)
        if _is_running(before) and _is_running(after)
    ]
    pitches = [pitch for pitch in pitches if _ADJACENT[0] <= pitch <= _ADJACENT[1]]
    if len(pitches) >= _ENOUGH:
        pitch = statistics.median(pitches)
        lines = int((_BOTTOM - _TOP) * _MM / pitch + 0.05)
        if lines != standard.LINES:
            yield Departure(standard.PAGE_GRID, "实际版面", f"行距{pitch:.1f}磅，每面{lines}行")
    for page in pages:
        if (count := sum(map(_is_running, page.lines))) > standard.LINES:
            yield Departure(standard.PAGE_GRID, f"第{page.number}面", f"{count}行")
    widths = [width for page in pages for line in page.lines if _is_running(line) for width in _widths(line)]
    if len(widths) >= _ENOUGH:
        characters = int((_RIGHT - _LEFT) * _MM / statistics.median(widths) + 0.05)
        if characters != standard.CHARACTERS:
            yield Departure(
                standard.PAGE_GRID, "实际版面", f"字距{statistics.median(widths):.2f}磅，每行{characters}字"
            )


def _is_running(line: PrintedLine) -> bool:
    return abs(line.size - standard.SIZE_3) <= _SIZE_TOLERANCE


def _widths(line: PrintedLine) -> Iterator[float]:
    """From one Chinese character to the next, in points."""
    for letter, after in pairwise(line.letters):
        if _CHINESE.fullmatch(letter.text) and _CHINESE.fullmatch(after.text):
            yield (after.left - letter.left) * _MM


def _type_area(page: PrintedPage, where: str) -> Iterator[Departure]:
    """Letters outside the type area; a mark of punctuation may hang over its right edge."""
    inside = [letter for line in page.lines for letter in line.letters if letter.foot < _BOTTOM + 2]
    words = [letter for letter in inside if letter.text.isalnum()]
    if not words:
        return
    off = {
        "左": _LEFT - min(letter.left for letter in words),
        "右": max(letter.right for letter in words) - _RIGHT,
        "上": _TOP - min(letter.foot - letter.size / _MM for letter in words),
        "下": max(letter.foot for letter in inside) - _BOTTOM,
    }
    for side, distance in off.items():
        if distance > standard.TOLERANCE:
            yield Departure(standard.PAGE_MARGINS, where, f"{side}边超出版心{distance:.0f}毫米")


def _sizes(page: PrintedPage) -> Iterator[Departure]:
    """Headings by their numbers that are not as large as the text; those in the contents end with a page."""
    for line in page.lines:
        begins_a_line = line.letters[0].left < _LEFT + _INDENTED  # a cell of a table begins anywhere
        if _LEVEL.match(line.text) and begins_a_line and not _LISTED.search(line.text) and not _is_running(line):
            yield Departure(standard.BODY_SIZE, f"第{page.number}面“{line.text[:12]}”", f"{line.size:g}磅")


def _number(page: PrintedPage, where: str) -> Iterator[Departure]:
    """The number under the type area, outside."""
    below = [line for line in page.lines if line.letters[0].foot > _BOTTOM + 2]
    number = next((line for line in below if any(letter.text.isdigit() for letter in line.letters)), None)
    if number is None:
        yield Departure(standard.NUMBER, where, "没有页码")
        return
    if not _NUMBER.fullmatch(number.text):
        yield Departure(standard.NUMBER_DASHES, where, f"页码写作“{number.text}”")
    if abs(number.size - standard.SIZE_4) > _SIZE_TOLERANCE:
        yield Departure(standard.NUMBER_SIZE, where, f"页码{number.size:g}磅")
    is_right = number.letters[0].left > (_LEFT + _RIGHT) / 2
    if is_right != bool(page.number % 2):
        yield Departure(standard.NUMBER_SIDE, where, "页码居" + ("右" if is_right else "左"))
    low, high = _NUMBER_ROOM
    if not low <= (room := number.letters[0].foot - _BOTTOM) <= high:
        yield Departure(standard.NUMBER_PLACE, where, f"页码在版心下边缘之下{room:.0f}毫米")
