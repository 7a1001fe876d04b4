"""What a cell of an .xlsx sheet holds, by its type: as the formula bar of a spreadsheet shows it, or nothing at all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from nianbao.intake.read.formats.number_format import NumberFormat
from nianbao.intake.read.formats.rich_text import unescaped
from nianbao.intake.read.formats.sheet import SeenAs

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?", re.ASCII)
_BLANKS = " \t\n\r"
_BOOLEANS = {"1": True, "0": False, "true": True, "false": False}
_SECONDS = 86_400
_LEAP_DAY = 60
"""A 29th of February that never was: spreadsheets count it all the same."""

_LAST_DAY = {False: 2_958_465, True: 2_957_003}
_KEPT = 128
"""So many numbers of a style are remembered as they were read: noughts and a form's own counts come often."""

_EPOCH = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}


class Malformed(Exception):
    """What is written for a cell cannot be told for sure."""


Reader = Callable[[str], object]
"""Makes of what is written in a cell what it holds; `Malformed` is raised where that cannot be told."""


class SharedTexts(dict[str, str]):
    """The shared texts of a workbook by their numbers, as these are written."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(zip(_numbers(len(texts)), texts, strict=True))

    def __missing__(self, said: str) -> str:
        """The text of a number that is written otherwise.

        Raises:
            Malformed: there is no such text.
        """
        return self[str(_index(said, len(self)))]


class Formats:
    """The number formats of a workbook by the numbers of styles, and its calendar: how values are read.

    Two are the same only where they are one: what is remembered of rows goes by it.
    """

    def __init__(self, formats: Sequence[NumberFormat], is_1904: bool) -> None:
        self._formats, self._is_1904 = formats, is_1904
        self.plain = frozenset(str(number) for number, shown in enumerate(formats) if shown.shows_whole)
        """The styles that show every whole number as it is that is not negative."""
        self._readers: dict[tuple[str | None, str | None], Reader] = {}

    def reader_of(self, kind: str | None, style: str | None) -> Reader:
        """How a cell is read that has no shared text, by the kind and the style that it names.

        Raises:
            Malformed: there is no such kind or style.
        """
        known = self._readers.get((kind, style))
        if known is None:
            known = self._readers[kind, style] = self._new_reader("n" if kind is None else kind, style)
        return known

    def _new_reader(self, kind: str, style: str | None) -> Reader:
        if kind != "n":
            if kind not in _OTHERS:
                raise Malformed
            return _OTHERS[kind]
        if not self._formats and style in (None, "0"):  # without any styles a number is shown as it is
            return number_of
        shown = self._formats[_index(style or "0", len(self._formats))]
        return number_of if shown.is_plain else lru_cache(maxsize=_KEPT)(partial(self._formatted, shown))

    def _formatted(self, shown: NumberFormat, said: str) -> object:
        """A number whose format may show something else: a day, or a number with what else it is shown as."""
        number = number_of(said)
        if shown.shows_as_it_is(number):
            return number
        is_day = shown.is_date_for(number)
        held = day_of(number, self._is_1904) if is_day else number
        seen = shown.day_shown(number, held) if is_day else shown.number_shown(number)
        return held if seen is None else HeldAndSeen(held, seen)


class HeldAndSeen(NamedTuple):
    """What a cell holds, and what its format shows instead."""

    held: object
    shown: SeenAs


def number_of(said: str) -> float:
    """The number that is written.

    Raises:
        Malformed: it is none, or larger than a spreadsheet can hold.
    """
    if said.isascii() and said.isdigit() and len(said) < 300:
        return float(said)
    text = said.strip(_BLANKS)
    if not _NUMBER.fullmatch(text) or abs(number := float(text)) == float("inf"):
        raise Malformed
    return number


def boolean_of(said: str) -> bool:
    """Yes or no.

    Raises:
        Malformed: it is neither.
    """
    try:
        return _BOOLEANS[said.strip(_BLANKS)]
    except KeyError:
        raise Malformed from None


def moment_of(said: str) -> dt.date | dt.datetime:
    """A day or a moment that is written as such.

    Raises:
        Malformed: it is none.
    """
    text = said.strip(_BLANKS)
    try:
        if not _MOMENT.fullmatch(text):
            raise Malformed
        return _without_midnight(dt.datetime.fromisoformat(text.removesuffix("Z")))
    except ValueError:
        raise Malformed from None


def day_of(number: float, is_1904: bool) -> object:
    """What a number is that is shown as a day or a time; one that no calendar holds stays a number."""
    if not 0 <= number < _LAST_DAY[is_1904] + 1 or (int(number) == _LEAP_DAY and not is_1904):
        return number
    days, seconds = int(number), round((number - int(number)) * _SECONDS, 3)
    if not days and seconds and not is_1904:
        return (_EPOCH[False] + dt.timedelta(seconds=seconds)).time()
    if not is_1904 and days < _LEAP_DAY:
        days += 1
    return _without_midnight(_EPOCH[is_1904] + dt.timedelta(days=days, seconds=seconds))


def _without_midnight(moment: dt.datetime) -> dt.date | dt.datetime:
    return moment if moment.time() != dt.time() else moment.date()


def _index(said: str, count: int) -> int:
    text = said if said.isdigit() else said.strip(_BLANKS)
    if not (text.isascii() and text.isdigit() and len(text) < 10) or (index := int(text)) >= count:
        raise Malformed
    return index


@lru_cache(maxsize=64)
def _numbers(count: int) -> Sequence[str]:
    """The first numbers as they are written."""
    return [str(number) for number in range(count)]


_OTHERS: dict[str, Reader] = {"str": unescaped, "inlineStr": str, "b": boolean_of, "d": moment_of}
"""How a value is read by the kind of its cell, where it is neither a number nor the number of a shared text."""
