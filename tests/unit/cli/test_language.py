"""People are spoken to in their language: Chinese in a Chinese locale or by a setting, else English."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao import errors
from nianbao.cli.main import COMMANDS
from nianbao.cli.show import width_of
from tests.homes import ROOT
from tests.messages import MO, compiled, find_messages, read_catalogue

_ENGLISH = re.compile(r"\b[A-Za-z]?[a-z]+ [a-z]+ [a-z]+\b")
_PLACE = re.compile(r"\{[^}]*\}|%\(\w+\)s")
_LOCALES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "NIANBAO_LANGUAGE")


_EVERY_HELP = """
from nianbao.cli.main import COMMANDS, main
for command in ("", *COMMANDS):
    main([*filter(None, [command]), "--help"], standalone_mode=False)
"""


_WORD = re.compile(r"[A-Za-z]{2}")
_SPOKEN = {"fail": (0,), "Diagnosis": (2, 3)} | {
    name: {"DeclarationError": (2,)}.get(name, (0, 2))
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.NianbaoError)
}
"""What is called with texts for people, and where among the arguments they stand; `next_step` is one by its name."""


def unmarked(source: str) -> list[int]:
    """The lines of a module on which an error has a text in words that is not marked."""
    tree = ast.parse(source)
    set_to: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            set_to.setdefault(node.targets[0].id, []).append(node.value)
    return sorted(
        {
            text.lineno
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            for said in _spoken(node)
            for text in _texts(said, set_to)
            if _WORD.search(text.value)
        }
    )


def _spoken(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of an error that people read."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    for place in _SPOKEN.get(name, ()):
        yield from call.args[place : place + 1]
    if name in _SPOKEN:
        yield from (keyword.value for keyword in call.keywords if keyword.arg in ("what", "message", "next_step"))


def _texts(said: ast.expr, set_to: dict[str, list[ast.expr]]) -> Iterator[ast.Constant]:
    """The words that an expression says as they stand in the code; of a name, those it is set to in the module."""
    if isinstance(said, ast.Constant) and isinstance(said.value, str):
        yield said
    elif isinstance(said, ast.Name):
        for value in set_to.get(said.id, ()):
            if not isinstance(value, ast.Name):
                yield from _texts(value, set_to)
    elif isinstance(said, ast.JoinedStr | ast.BoolOp | ast.BinOp | ast.IfExp):
        parts = ast.iter_child_nodes(said)
        for part in parts:
            if isinstance(part, ast.expr) and part is not getattr(said, "test", None):
                yield from _texts(part, set_to)


def run(command: list[str], language: dict[str, str]) -> str:
    """What a program says on a terminal of eighty places, in these settings of language."""
    others = {key: value for key, value in os.environ.items() if key not in _LOCALES}
    environment = others | {"COLUMNS": "80", "PYTHONUTF8": "1"} | language
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    return done.stdout + done.stderr


def test_every_message_has_its_translation() -> None:
    """O17: what is marked stands in the catalogue, and nothing else; none is empty or doubtful. `make messages`."""
    catalogue = read_catalogue()
    assert {each.id for each in catalogue if each.id} == set(find_messages())
    assert [each.id for each in catalogue if each.id and (not each.string or each.fuzzy)] == []


def test_every_error_is_told_in_the_language_of_the_reader() -> None:
    """O17: what an error says, and its way out, is marked wherever one is raised."""
    found = {str(path.relative_to(ROOT)): unmarked(path.read_text("utf-8")) for path in (ROOT / "src").rglob("*.py")}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "raised",
    [
        'raise UsageError("there is none")',
        'raise UsageError(f"there is no {name}", next_step=step)',
        'raise UsageError(_("there is none"), next_step="make one")',
        'raise StoreError(_("it is gone"), str(path), "put it back")',
        'raise DeclarationError(path, 1, f"{code} is not declared")',
        'raise declared.fail("urls is empty", "urls")',
        'raise errors.KeptError("it was kept" if name else _("they were kept"))',
        'step = "make one"; raise UsageError(_("there is none"), next_step=step)',
    ],
)
def test_an_error_without_a_mark_is_found(raised: str) -> None:
    """The walk sees a plain text, one with places, one behind a name, and one of two."""
    assert unmarked(raised) == [1]


def test_a_translation_says_what_its_message_says_of_the_case() -> None:
    """Each place of a message is a place of its translation; the last form of a plural, where there are several."""
    for each in read_catalogue():
        if each.id:
            message = each.id[-1] if isinstance(each.id, tuple) else each.id
            spoken = each.string[0] if isinstance(each.string, tuple) else each.string
            assert set(_PLACE.findall(spoken)) == set(_PLACE.findall(message)), message


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    """The program reads the compiled one: `make messages`."""
    assert MO.read_bytes() == compiled(read_catalogue())


def test_help_is_chinese_in_a_chinese_locale() -> None:
    """O17, S18: no English sentence in the help of any command, and no line that is wider than the terminal."""
    said = run([sys.executable, "-c", _EVERY_HELP], {"LANG": "zh_CN.UTF-8"})
    assert said.count("显示本帮助后退出") >= len(COMMANDS) + 1
    assert [line for line in said.splitlines() if _ENGLISH.search(line)] == []
    assert [line for line in said.splitlines() if width_of(line) > 80 and "|" not in line] == []


@pytest.mark.parametrize(
    ("language", "is_chinese"),
    [
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "zh_TW.UTF-8", "LANG": "C"}, True),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, False),
        ({"NIANBAO_LANGUAGE": "zh", "LANG": "C.UTF-8"}, True),
        ({"NIANBAO_LANGUAGE": "en", "LANG": "zh_CN.UTF-8"}, False),
        ({}, False),
    ],
)
def test_the_locale_or_the_setting_chooses(language: dict[str, str], is_chinese: bool) -> None:
    """As gettext has it; what was said of wrong arguments follows."""
    said = run([sys.executable, "-m", "nianbao", "feeds", "--colour"], language)
    assert ("没有'--colour'这个选项" in said) is is_chinese
    assert ("No such option '--colour'" in said) is not is_chinese


def test_faults_are_told_with_their_way_out_in_the_same_language(tmp_path: Path) -> None:
    """O17: what happened and what to do next, of a command and of wrong arguments."""
    asked = [sys.executable, "-m", "nianbao", "held", "--confirm", "D000001"]
    assert "请写明由谁决定：--by 岗位" in run(asked, {"LANG": "zh_CN.UTF-8"})
    asked = [
        sys.executable,
        "-m",
        "nianbao",
        "template",
        "--period",
        "2021Q4",
        "--unit",
        "QH000000",
        "--out",
        str(tmp_path),
    ]
    assert "单位名册中没有'QH000000'\n  处理办法：请查看reference/units.csv" in run(asked, {"LANG": "zh_CN.UTF-8"})
    assert "is not in the roster\n  next: look into" in run(asked, {"LANG": "C.UTF-8"})
