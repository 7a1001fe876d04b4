"""The headings that a paragraph stands under: what its numbers are of where it does not say so itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 25
"""A heading, or what opens a paragraph as one, has no more characters."""

_LEVELS = (
    re.compile(r"第[一二三四五六七八九十]+[章节部]分?|附(?:件|表|录)"),
    re.compile(r"[一二三四五六七八九十]+、|【(?=[^】]*】)"),
    re.compile(r"[（(][一二三四五六七八九十]+[）)]"),
    re.compile(r"\d{1,2}[.．、](?!\d(?!\d{3}年))|[①-⑳]"),
    re.compile(r"[（(]\d{1,2}[）)]"),
    re.compile(r"[—\-–*●○◆◇■□▲·•]+\s*|[一二三四五六七八九十]+[是要]"),
)
_STOP = re.compile(r"[。：:，,；;】、]|\d")
_CLOSED = re.compile(r"[。：；.!?:…！？]\s*$")
_ASKED = re.compile(r"(?:记者)?(?:提?问|记者)[：:]")
_OPENED = re.compile(r"[^，。；：:\d]{2,12}[。：:]")
PLAIN = 1
"""The level of a short line without any number that is no sentence."""


class Headings:
    """Follows the headings of a draft; what stands beside a numbered lead stands under those over it."""

    def __init__(self) -> None:
        self._open: dict[int, str] = {}

    def enter(self, text: str, *, is_heading: bool = False) -> Sequence[str]:
        """The headings over a paragraph, the nearest first, and before them what it opens with itself."""
        text = text.strip()
        level, begun = next(
            ((place, match.end()) for place, each in enumerate(_LEVELS) if (match := each.match(text))), (None, 0)
        )
        is_line = len(text) <= LONGEST and not re.search(r"\d", text) and not _CLOSED.search(text)
        if level is None and (is_heading or is_line):
            level = PLAIN
        own = ""
        if asked := _ASKED.match(text):  # an answer is about what it was asked
            level, begun = len(_LEVELS), asked.end()
        if level is not None:
            own = text[begun:] if asked else lead_of(text[begun:])
            self._open = {each: said for each, said in self._open.items() if each < level}
        elif opened := _OPENED.match(text):
            own = opened[0][:-1]
        above = [self._open[each] for each in sorted(self._open, reverse=True)]
        if level is not None:
            self._open[level] = own
        return own, *above


def lead_of(text: str) -> str:
    """What a paragraph opens with, up to its first stop or number; a heading as it is."""
    if len(text) <= LONGEST and not _CLOSED.search(text) and not re.search("[，。：；]", text):
        return text.strip("】")
    stop = _STOP.search(text)
    return text[: stop.start() if stop else LONGEST][:LONGEST].strip()
