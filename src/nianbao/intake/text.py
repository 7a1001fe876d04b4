"""What people type and do not see: how texts are compared, and how they are kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Generic, TypeVar

_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
"""Control and format characters (Cc and Cf)."""

_WHITE_CONTROL = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_SUSPECT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_LOOK_ALIKE = ("○", "◯")
_SHORT, _KEPT = 512, 8_192

Found = TypeVar("Found")


class _Known(dict[str, Found], Generic[Found]):
    """What texts come to that are no longer than a form's own are; when it is full it begins anew."""

    def __init__(self, work: Callable[[str], Found]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, text: str) -> Found:
        found = self._work(text)
        if len(text) <= _SHORT:
            if len(self) >= _KEPT:
                self.clear()
            self[text] = found
        return found


def remember(work: Callable[[str], Found]) -> Callable[[str], Found]:
    """Remember what texts come to: those that are printed on a form come back on every workbook."""
    return _Known(work).__getitem__


@remember
def clean(text: str) -> str:
    """A text as it is compared: without what nobody sees, widths and variants of a character made one."""
    if not text.isprintable():
        text = _UNSEEN.sub("", text)
    text = unicodedata.normalize("NFKC", text).strip()
    for circle in _LOOK_ALIKE:
        text = text.replace(circle, "〇")
    return text


def narrow(text: str) -> str:
    """A text as digits are looked for in it: full width made half, and nothing else taken for a digit that is none."""
    if not text.isprintable():
        text = _UNSEEN.sub("", text)
    return text.translate(_WIDE).strip()


def tidy(text: str) -> str:
    """A text as it is kept: its characters as they are, without control marks; lines follow one another in one."""
    if text.isprintable():
        return text.strip()
    return _UNSEEN.sub("", _WHITE_CONTROL.sub(" ", text.strip())).strip()


@remember
def compact(text: str) -> str:
    """A heading as it is compared: without any blank and without the colon at its end."""
    return "".join(clean(text).split()).rstrip(":")


def is_blank(text: str) -> bool:
    """Whether nothing of a text is seen."""
    return not text.strip() or not (text.isascii() or text.isprintable() or clean(text))


def has_suspect_mark(text: str) -> bool:
    """Whether a text holds control characters, or marks that show it in another order than it is written."""
    return bool(_SUSPECT.search(text))
