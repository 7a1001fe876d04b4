"""People are spoken to in their language: Chinese in a Chinese locale or by a setting, else English."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nianbao.cli.fit import width_of
from nianbao.cli.main import COMMANDS
from tests.messages import MO, compiled, find_messages, read_catalogue

_ENGLISH = re.compile(r"\b[A-Za-z]?[a-z]+ [a-z]+ [a-z]+\b")
_PLACE = re.compile(r"\{[^}]*\}|%\(\w+\)s")
_LOCALES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "NIANBAO_LANGUAGE")


_EVERY_HELP = """
from nianbao.cli.main import COMMANDS, main
for command in ("", *COMMANDS):
    main([*filter(None, [command]), "--help"], standalone_mode=False)
"""


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
