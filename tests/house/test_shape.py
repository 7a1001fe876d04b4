"""Modules and functions stay small, and their names say what they are."""

import ast
import re
from collections import defaultdict

from tests.house.tree import files, functions, name, parsed

EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc", "v2"}
SENTENCE_END = re.compile(r"[.。!?！？]$")


def words(identifier: str) -> set[str]:
    """The words of a snake_case or CamelCase name."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", identifier)}


def test_no_module_is_longer_than_400_lines() -> None:
    """A module that nobody can read in one sitting is two modules."""
    lengths = {
        name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files("src", "flows", suffix=".py")
    }
    assert not {path: length for path, length in lengths.items() if length > 400}


def test_no_function_is_longer_than_60_lines() -> None:
    """A function fits on a screen."""
    assert not [
        f"{name(path)}:{function.lineno} {function.name} has {length} lines"
        for path in files("src", "flows", suffix=".py")
        for function in functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > 60
    ]


def test_no_name_is_an_empty_word() -> None:
    """What is called utils, helpers, common, manager, base or v2 has not been given a name yet."""
    offenders = []
    for path in files("src", "flows", suffix=".py"):
        defined = [node.name for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef)]
        defined += [function.name for function in functions(path)]
        offenders += [
            f"{name(path)}: {each}" for each in [path.stem, path.parent.name, *defined] if EMPTY_WORDS & words(each)
        ]
    assert not offenders


def test_every_test_says_its_promise_in_one_sentence() -> None:
    """The docstring of a test is one line and ends like a sentence."""
    offenders = []
    for path in files("tests", suffix=".py"):
        for function in functions(path):
            if function.name.startswith("test_"):
                promise = ast.get_docstring(function) or ""
                if "\n" in promise or not SENTENCE_END.search(promise):
                    offenders.append(f"{name(path)}:{function.lineno} {function.name}")
    assert not offenders


def test_one_public_type_has_one_name() -> None:
    """A name of a public type is defined once in src: nobody has to ask which Table is meant."""
    places = defaultdict(list)
    for path in files("src", suffix=".py"):
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name(path))
    assert {each: found for each, found in places.items() if len(found) > 1} == {}
