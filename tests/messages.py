"""The catalogue of messages: what is marked in src, and the help of commands; `make messages` brings it up to date."""

from __future__ import annotations

import ast
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from nianbao.cli.help import joined
from nianbao.cli.main import COMMANDS, load_command, main
from nianbao.language import CATALOGUES, DOMAIN, documented
from tests.homes import ROOT

PO = CATALOGUES / "zh" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")
_DAY = dt.datetime(2022, 1, 1, tzinfo=dt.UTC)  # the same messages are the same bytes
_OF_CLICK = (
    "Usage:", "Options", "Commands", "Positional arguments", "Show this message and exit.",
    "Show the version and exit.", "default: {default}", "required", "Missing command.", "Error: {message}",
    "Missing argument", "Missing option", "Missing parameter", "No such command {name!r}.",
    "No such option {name!r}.", "Try '{command} {option}' for help.", "Invalid value for {param_hint}: {message}",
    "Invalid value: {message}", "directory", "file", "path", "{name} {filename!r} does not exist.",
    "{name} {filename!r} is a directory.", "{name} {filename!r} is a file.",
    "{value!r} is not a valid {number_type}.", "{value} is not in the range {range}.", "Aborted!",
    "Option {name!r} does not take a value.", "Choose from:\n\t{choices}", "%(prog)s, version %(version)s",
    "Could not open file {filename!r}: {message}",
    "usage: ", "options", "show this help message and exit",
)  # fmt: skip
"""What click, and argparse for the scripts of flows, say in their own name, marked there in the same way."""

PLURALS_OF_CLICK = (
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("{value!r} does not match the format {format}.", "{value!r} does not match the formats {formats}."),
)  # fmt: skip


def find_messages() -> list[str | tuple[str, str]]:
    """Every message, in a fixed order: those of help, of the program, of click."""
    flows = sorted((ROOT / "flows").glob("*.py"))
    marked = [text for path in [*sorted((ROOT / "src").rglob("*.py")), *flows] for text in _marked(path)]
    marked += [text for path in flows for text in _explained(path)]
    commands = [main, *map(load_command, COMMANDS)]
    helped = [text for command in commands for text in _texts(command)]
    told = [text for _, text in COMMANDS.values()]
    return list(dict.fromkeys([*told, *map(joined, helped), *marked, *_OF_CLICK, *PLURALS_OF_CLICK]))


def _explained(path: Path) -> Iterator[str]:
    """What the page says of the flows of a module and of their parameters."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and f"flow('{node.name}')" in map(ast.unparse, node.decorator_list):
            said, arguments = documented(ast.get_docstring(node) or "")
            yield from (*said, *arguments.values())


def read_catalogue() -> Catalog:
    """The catalogue as it stands in the tree."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh", domain=DOMAIN)


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the program reads it."""
    target = io.BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def _marked(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_" and node.args:
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value
            elif isinstance(text, ast.JoinedStr):
                raise AssertionError(f'{path}:{node.lineno}: _(f"…") has no one text; use _("…").format(…)')


def _texts(command: click.Command) -> Iterator[str]:
    yield from filter(None, (command.help, command.epilog))
    yield from filter(None, (getattr(option, "help", None) for option in command.params))
    if isinstance(command, click.Group) and command is not main:
        for each in command.commands.values():
            yield from _texts(each)


def update() -> None:
    """Add new messages without a translation, drop those that nobody says any more, and compile."""
    known = read_catalogue() if PO.exists() else Catalog(locale="zh", domain=DOMAIN)
    catalogue = Catalog(
        "zh", DOMAIN, "# What nianbao says, in Chinese: make messages", project="nianbao", version="1", fuzzy=False,
        msgid_bugs_address="-", last_translator="-", language_team="-", creation_date=_DAY, revision_date=_DAY,
    )  # fmt: skip
    for message in find_messages():
        found = known.get(message[0] if isinstance(message, tuple) else message)
        catalogue.add(message, found.string if found else "")
    with PO.open("wb") as file:
        write_po(file, catalogue, omit_header=False, width=0)
    MO.write_bytes(compiled(read_catalogue()))
    missing = [each.id for each in read_catalogue() if each.id and not each.string]
    print(f"{len(catalogue)} messages, {len(missing)} without a translation", *missing, sep="\n  ")


if __name__ == "__main__":
    update()
