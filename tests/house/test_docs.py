"""What the pages for people tell them to type exists."""

import re
import shlex
from pathlib import Path

import click
import pytest

from docs import build, tables
from nianbao.catalog import load_project
from tests.house.tree import ROOT, files, functions, name, tracked

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
SHELLS = {"", "sh", "bash", "shell", "console"}

BILINGUAL = {"formats.md", "glossary.md", "tables.md"}
"""Pages that have every row, or every chapter, in both languages."""

TO_BE_READ_IN_BOTH = [
    name(path)
    for path in files("docs", "deploy", suffix=".md")
    if path.parent.name in ("docs", "deploy") and path.name not in BILINGUAL and not path.name.endswith(".zh-CN.md")
]
"""What operators, schedulers and analysts read; how it is done inside stands in the folders below."""


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
    """A relative link on a page names a file of the project, and a heading in it."""
    assert [name(path) for path in set(pages()) - set(build.pages())] == []
    assert not build.broken_links()


def test_an_anchor_is_made_as_a_forge_makes_it() -> None:
    """Chinese letters stay, punctuation goes, blanks become hyphens."""
    assert build.anchor_of("What to do when…") == "what-to-do-when"
    assert build.anchor_of("一、拿到报表") == "一拿到报表"
    assert build.anchor_of("core.gh05_x") == "coregh05_x"


def test_the_page_of_published_tables_is_current() -> None:
    """docs/tables.md says what the analysts' file says; `make docs` writes it."""
    assert tables.PAGE.read_text(encoding="utf-8") == tables.page()


def test_no_personal_column_is_published() -> None:
    """What a form marks as personal is not among the columns of the analysts' file."""
    page = tables.PAGE.read_text(encoding="utf-8")
    personal = [(part, field) for part in load_project(ROOT).parts for field in part.fields if field.is_personal]
    assert personal
    for part, field in personal:
        columns = page.partition(f"### core.{part.table}\n")[2].partition("\n#")[0]
        assert columns
        assert f"| `{field.column}` |" not in columns


def test_every_decision_is_held_by_a_test_that_exists() -> None:
    """A page of docs/decisions names the tests that enforce it, by file and, if it likes, by function."""
    known = {function.name for path in files("tests", suffix=".py") for function in functions(path)}
    for path in files("docs/decisions", suffix=".md"):
        words = set(INLINE.findall(path.read_text(encoding="utf-8")))
        modules = {word for word in words if word.startswith("tests/") and word.endswith(".py")}
        assert modules, name(path)
        assert not {module for module in modules if not (ROOT / module).is_file()}, name(path)
        assert not {word for word in words if word.startswith("test_")} - known, name(path)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"])
def test_the_front_door_is_complete(page: str) -> None:
    """The pages that a visitor looks for by name are there."""
    assert (ROOT / page).is_file()


@pytest.mark.parametrize("page", TO_BE_READ_IN_BOTH)
def test_a_page_says_the_same_in_both_languages(page: str) -> None:
    """O17: the same headings by level, tables, commands and examples, and a link from each to the other."""
    english = ROOT / page
    chinese = english.with_suffix(".zh-CN.md")
    both = chinese.read_text(encoding="utf-8"), english.read_text(encoding="utf-8")
    levels, blocks, rows = [], [], []
    for text in both:
        rows.append(len(re.findall(r"^\|", FENCE.sub("", text), flags=re.MULTILINE)))
        levels.append(re.findall(r"^#+(?= )", FENCE.sub("", text), flags=re.MULTILINE))
        code = [(language, re.sub(r" *#.*", "", block)) for language, block in FENCE.findall(text)]
        blocks.append([each for each in code if each[0] != "text"])
    assert levels[0] == levels[1]
    assert rows[0] == rows[1]
    assert blocks[0] == blocks[1]
    assert f"]({english.name})" in both[0] and f"]({chinese.name})" in both[1]
