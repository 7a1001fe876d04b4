"""How text fits a terminal: Chinese characters take two places, and what is too long goes on in the next line."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Sequence

_NARROWEST, _LEAST = 4, 20
_UNBROKEN = 24
"""A word of a few letters goes to the next line whole; a longer one, as a path, is broken where the line ends."""


def width_of(text: str) -> int:
    """How many places a text takes; marks that sit on other characters take none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def terminal_width() -> int | None:
    """The width of the terminal; None where nobody sees one, as in a pipe: there a row stays one line."""
    if not sys.stdout.isatty():
        return None
    return max(shutil.get_terminal_size().columns, _LEAST)


def fold(text: str, width: int) -> list[str]:
    """A text in lines of at most so many places; words are kept whole where they are short."""
    lines, line, room = list[str](), "", width
    for word in _words(text):
        for piece in [word] if width_of(word) <= min(width, _UNBROKEN) else word:
            if width_of(piece) > room:
                lines.append(line.rstrip())
                line, room = "", width
                piece = piece.lstrip()
            line += piece
            room -= width_of(piece)
    return [*lines, line.rstrip()]


def shrink(widths: Sequence[int], room: int) -> list[int]:
    """Widths of columns that fit into the room: the widest give way first, and none below a few places."""
    fitted = list(widths)
    while sum(fitted) > room and (widest := max(fitted)) > _NARROWEST:
        fitted[fitted.index(widest)] -= 1
    return fitted


def _words(text: str) -> list[str]:
    """The pieces between which a line may end: before a space, and around every wide character."""
    words: list[str] = []
    for character in text:
        is_wide = unicodedata.east_asian_width(character) in "WF"
        if words and not is_wide and character != " " and width_of(words[-1][-1]) == 1:
            words[-1] += character
        else:
            words.append(character)
    return words
