"""Measures of the first page, in points."""

from __future__ import annotations

from collections.abc import Iterable

from nianbao.publish.plain import text_width
from nianbao.publish.typeset.block import Block, RedHead, TypesetLine
from nianbao.publish.typeset.look import BY_ID, LINE, RED_NAME_BELOW

_WIDTH, _LARGEST = 410, 46
_LINES, _HEAD_LINES = 22, 3.5
"""Lines of a page; lines of a red head beside its name."""
_LOWEST = 16
_BOX = 10
"""What the frame around a notice adds to its line."""


def name_size(name: str) -> float:
    """The size of a bulletin's name: as large as its line allows, not larger than the standard's own example."""
    return min(_LARGEST, int(_WIDTH * 2 / max(text_width(name), 1)))


def room_over_name(notices: int) -> float:
    """The space over the name, so that it stands 35 mm under the top of the type area below so many notices."""
    line = BY_ID["Notice"].line or 0
    return max(RED_NAME_BELOW - notices * (line + _BOX), 0)


def contents_line(head: Iterable[Block], entries: int) -> float:
    """How high the lines of the contents are: a little lower where that keeps all of them on the first page."""
    room, notices = float(_LINES * LINE), 0
    for block in head:
        if isinstance(block, RedHead):
            room -= room_over_name(notices) + name_size(block.name) * 1.2 + _HEAD_LINES * LINE
        elif isinstance(block, TypesetLine):
            look, rows = BY_ID[block.style], block.text.count("\n") + 1
            notices += look.boxed
            room -= look.before + (look.line or 0) * rows + look.after + _BOX * look.boxed
    title = BY_ID["ContentsTitle"]
    room -= title.before + (title.line or 0) + title.after
    usual = BY_ID["TOC1"].line or 0
    fitting = int(room / entries)
    return float(fitting) if _LOWEST <= fitting < usual else usual
