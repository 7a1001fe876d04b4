"""What the pages for people tell them to type exists."""

import re
import shlex
from pathlib import Path

import click
import pytest

from tests.house.tree import ROOT, name, tracked

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
SHELLS = {"", "sh", "bash", "shell", "console"}


def pages() -> list[Path]:
    """Every page written for people."""
    return [path for path in tracked() if path.suffix == ".md"]


def commands(program: str) -> list[tuple[str, list[str]]]:
    """Every call of a program that a page shows, as (page, arguments)."""
    calls = []
    for path in pages():
        page = path.read_text(encoding="utf-8")
        shown = [line for language, block in FENCE.findall(page) if language in SHELLS for line in block.splitlines()]
        shown += INLINE.findall(FENCE.sub("", page))
        for line in shown:
            match = re.match(rf"\s*(?:\$ )?(?:[\w./-]*/)?{program} +(.+)", line)
            if match and "…" not in match[1]:
                calls.append((name(path), shlex.split(match[1], comments=True)))
    return calls


def resolve(arguments: list[str]) -> tuple[click.Command, list[str]]:
    """The command of `nianbao` that these arguments call, and the options they give it or a group above it."""
    from nianbao.cli import main

    command: click.Command = main
    options = []
    for argument in arguments:
        if argument in {"|", "&&", ";", ">", ">>"}:
            break
        if argument.startswith("--"):
            options.append(argument.partition("=")[0])
        elif isinstance(command, click.Group) and re.fullmatch(r"[a-z][a-z-]*", argument):
            found = command.get_command(click.Context(command), argument)
            assert found is not None, f"nianbao has no command {argument}"
            command = found
    return command, options


def test_a_newcomer_finds_the_first_command_at_once() -> None:
    """Each README shows a command within its first 20 lines."""
    for readme in ("README.md", "README.zh-CN.md"):
        head = (ROOT / readme).read_text(encoding="utf-8").splitlines()[:20]
        assert any(re.match(r"\s*(\$ )?(make|nianbao) ", line) for line in head), readme


def test_every_make_target_shown_exists() -> None:
    """`make X` on a page is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert not [
        (page, call[0]) for page, call in commands("make") if re.fullmatch("[a-z]+", call[0]) and call[0] not in targets
    ]


def test_every_nianbao_command_shown_exists() -> None:
    """`nianbao X --option` on a page is a command with that option."""
    for page, arguments in commands("nianbao"):
        command, options = resolve(arguments)
        known = {spelling for parameter in command.params for spelling in (*parameter.opts, *parameter.secondary_opts)}
        unknown = set(options) - known - {"--help", "--version"}
        assert not unknown, f"{page}: nianbao {' '.join(arguments)}: {unknown}"


def test_every_link_between_pages_leads_somewhere() -> None:
    """A relative link on a page names a file of the project."""
    assert not [
        f"{name(path)}: {target}"
        for path in pages()
        for target in LINK.findall(path.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists()
    ]


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"])
def test_the_front_door_is_complete(page: str) -> None:
    """The pages that a visitor looks for by name are there."""
    assert (ROOT / page).is_file()
