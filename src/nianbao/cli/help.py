"""Help in the language of the reader: texts of commands translated when they are shown, lines that fit the terminal."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator

import click

from nianbao.cli.show import width_of
from nianbao.language import _

_CLOSING = "，。；：、！？）》”’…"
_WORDS = re.compile(rf"\s+|(?:[\x21-\x7e]+|[^\x00-\x7f])[{_CLOSING}]*")
_INDENT, _GAP = 2, 2


class _Wrapping(click.HelpFormatter):
    """Lays texts out by the places that characters take: Chinese ones take two and need no blank to end a line."""

    def write_text(self, text: str) -> None:
        """Paragraphs, each from a line of its own."""
        room = max(self.width - self.current_indent, 11)
        for number, paragraph in enumerate(joined(text).split("\n\n")):
            self.write("\n" * bool(number))
            for line in wrap(paragraph, room):
                self.write(f"{'':>{self.current_indent}}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = _GAP) -> None:
        """Names, and beside each what it is."""
        rows = list(rows)
        widest = min(max((width_of(name) for name, _text in rows), default=0), col_max) + col_spacing
        room = max(self.width - self.current_indent - widest, 10)
        for name, text in rows:
            lines = list(wrap(joined(text), room)) or [""]
            start = f"{'':>{self.current_indent}}{name}"
            if width_of(name) > widest - col_spacing:
                self.write(f"{start}\n")
                start = " " * self.current_indent
            fill = self.current_indent + widest - width_of(start)
            self.write(f"{start}{'' if not lines[0] else ' ' * fill}{lines[0]}\n")
            for line in lines[1:]:
                self.write(f"{'':>{self.current_indent + widest}}{line}\n")


class _Context(click.Context):
    formatter_class = _Wrapping


def speak_the_language(command: click.Command) -> click.Command:
    """The command with its help, and that of its options and its own commands, in the language of the reader."""
    command.context_class = _Context
    command.help, command.epilog = _translated(command.help), _translated(command.epilog)
    command.short_help = _translated(command.short_help)
    for option in command.params:
        if isinstance(option, click.Option | click.Argument) and getattr(option, "help", None):
            option.help = _translated(option.help)
    if isinstance(command, click.Group):
        for each in command.commands.values():
            speak_the_language(each)
    return command


def joined(text: str) -> str:
    """A text as paragraphs without line breaks: as messages are known."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())


def wrap(text: str, room: int) -> Iterator[str]:
    """Lines of a paragraph that take at most so many places; no line begins with a mark that closes."""
    line = ""
    for word in _WORDS.findall(text):
        word = " " if word.isspace() else word
        if line and width_of(line) + width_of(word.rstrip()) > room:
            yield line.rstrip()
            line = ""
        if line or word != " ":
            line += word
    if line.strip():
        yield line.rstrip()


def _translated(text: str | None) -> str | None:
    return _(joined(text)) if text else text
