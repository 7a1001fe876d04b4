"""How answers are shown: tables that fit a terminal, plain lines elsewhere, JSON for programs; and progress."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import zip_longest
from typing import Any, ClassVar

import click

from nianbao.language import _

_ALIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_BETWEEN = "  "
_LONGEST_SPAN = 10_000
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def say(text: str = "", indent: str = "") -> None:
    """One line of an answer, in as many as the terminal needs, those after the first with an indent."""
    width = terminal_width()
    if width is None or width_of(text) <= width:
        click.echo(text)
        return
    first, *rest = fold(text, width - width_of(indent))
    for line in (first, *(f"{indent}{line}" for line in rest)):
        click.echo(line)


def say_json(answer: Any) -> None:
    """An answer as JSON: numbers exact, as texts where JSON could not keep them."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=_plain))


def say_alarms(alarms: Sequence[Mapping[str, Any]]) -> None:
    """What is wrong with the sources, and what to do about it."""
    for alarm in alarms:
        say(_("ALARM {source} {code}: {what}").format(source=alarm["source"], code=alarm["code"], what=alarm["what"]))
        say(_("      next: {next_step}").format(next_step=alarm["next_step"]))


_REPORTED_DECIMALS = 4


def say_table(head: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Sequence[int] = ()) -> None:
    """A table with aligned columns; Chinese characters take two places, the columns in `numbers` are right-aligned.

    On a terminal it is no wider than that: what is too long for its column goes on below.
    """
    texts = [list(head), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(width_of(row[column]) for row in texts) for column in range(len(head))]
    if (room := terminal_width()) is not None:
        widths = shrink(widths, room - len(_BETWEEN) * (len(head) - 1))
    for index, row in enumerate(texts):
        for cells in zip_longest(*(_cell_lines(cell, width, room) for cell, width in zip(row, widths, strict=True))):
            padded = (
                _pad(cell or "", width, column in numbers)
                for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
            )
            click.echo(_BETWEEN.join(padded).rstrip())
        if index == 0:
            click.echo(_BETWEEN.join("-" * width for width in widths))


def _cell_lines(cell: str, width: int, room: int | None) -> list[str]:
    return [cell] if room is None or width_of(cell) <= width else fold(cell, width)


def _pad(cell: str, width: int, is_number: bool) -> str:
    room = " " * (width - width_of(cell))
    return room + cell if is_number else cell + room


def say_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """An answer as CSV; a text that a spreadsheet would take for a formula is kept from it by an apostrophe."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_inert(cell) for cell in row] for row in rows)


def _inert(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    is_alive = cell.startswith(_ALIVE) and not _NUMBER.fullmatch(cell)
    # A bare carriage return would end the line: the writer quotes only what it ends lines with itself.
    return ("'" if is_alive else "") + cell.replace("\r\n", "\n").replace("\r", "\n")


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on a terminal, nothing anywhere else; call it with (done, total)."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return number_zh(cell) if isinstance(cell, Decimal) else str(cell)


def number_zh(value: Decimal) -> str:
    """A number as people read it: a quotient to two decimals, or three digits where it is less than one.

    What was reported has four decimals at most and is told whole; JSON and CSV hold every digit.
    """
    if -int(value.normalize().as_tuple().exponent) > _REPORTED_DECIMALS:
        value = round(value, 2) if abs(value) >= 1 else Decimal(f"{value:.3g}")
    return f"{value.normalize():,f}"


def share_zh(share: Decimal | None) -> str:
    """A share between 0 and 1 in per cent."""
    return "不知道" if share is None else f"{100 * share:.1f}%"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else format(value, "f")
    return str(value)


class TimeSpan(click.ParamType[dt.timedelta]):
    """A span of time as people write it: 26h, 90m, 2d."""

    name = "time"
    _UNITS: ClassVar[dict[str, str]] = {"m": "minutes", "h": "hours", "d": "days"}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.timedelta:
        """The span, or the usual complaint of wrong arguments."""
        if isinstance(value, dt.timedelta):
            return value
        number, unit = str(value)[:-1], str(value)[-1:]
        if unit not in self._UNITS or not number.isdecimal() or not 0 < int(number) <= _LONGEST_SPAN:
            self.fail(_("{value!r} is no time; write it like 26h, 90m or 2d").format(value=value), param, ctx)
        return dt.timedelta(**{self._UNITS[unit]: int(number)})


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
