"""A name stands for one thing in all the declared folders."""

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from nianbao.catalog.conventions import WORDS
from nianbao.catalog.passages import YEAR_WORDS
from tests.house.tree import ROOT, files, name


def toml(path: Path) -> dict[str, Any]:
    """A declaration as its file says it."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def forms() -> list[dict[str, Any]]:
    """All declared forms."""
    return [toml(path) for path in files("forms", suffix=".toml")]


def indicators() -> list[dict[str, Any]]:
    """All declared indicators of all sections."""
    return [each for path in files("indicators", suffix=".toml") for each in toml(path).get("indicators", [])]


def repeated(names: Iterable[object]) -> list[object]:
    """What occurs more than once."""
    return [each for each, times in Counter(names).items() if times > 1]


def test_a_form_is_called_like_its_file() -> None:
    """forms/GH05.toml declares GH05 and nothing else."""
    assert not [name(path) for path in files("forms", suffix=".toml") if toml(path)["code"] != path.stem]


def test_a_table_holds_one_part_of_one_form() -> None:
    """No two parts of forms share a table, and no two forms a title or table number."""
    tables = [(form["code"], part["code"]) for form in forms() for part in form["parts"]]
    assert not repeated(tables)
    assert not repeated(form["zh"] for form in forms())
    assert not repeated(form["table_no"] for form in forms())


def test_a_field_and_its_line_are_unique_in_a_form() -> None:
    """The code GH05-01 printed beside a cell leads to one field."""
    for form in forms():
        fields = [(part["code"], field) for part in form["parts"] for field in part["fields"]]
        assert not repeated(field["line"] for _, field in fields), form["code"]
        assert not repeated((part, field["code"]) for part, field in fields), form["code"]
        assert not repeated((part, field["zh"]) for part, field in fields), form["code"]


def test_an_indicator_id_means_one_measure() -> None:
    """Ids are unique over all sections and hold no year."""
    ids = [each["id"] for each in indicators()]
    assert not repeated(ids)
    assert not [each for each in ids if re.search(r"(?<!\d)20\d\d(?!\d)", each)]


def test_every_figure_in_a_sentence_is_a_declared_indicator() -> None:
    """A binding such as {warmth_funds | over 3} in a section names an indicator."""
    known = {each["id"] for each in indicators()} | YEAR_WORDS | set(WORDS)
    known |= {f"{each['id']}_change" for each in indicators() if each.get("compare")}
    offenders = []
    for path in files("reports", suffix=".toml"):
        bound = re.findall(r"\{\s*([a-z][a-z0-9_]*)(?:@\w+)?\s*(?:\|[^}]*)?\}", path.read_text(encoding="utf-8"))
        offenders += [f"{name(path)}: {each}" for each in bound if each not in known]
    assert not offenders


def test_a_section_has_one_place() -> None:
    """Section ids are unique within a publication."""
    for publication in files("reports", suffix="publication.toml"):
        sections = [toml(path)["id"] for path in files(name(publication.parent / "sections"), suffix=".toml")]
        assert sections, name(publication)
        assert not repeated(sections), name(publication)


def test_a_check_code_has_one_severity_and_kind_for_a_form() -> None:
    """A rule file name begins with its code, and a rule in a suite is not declared twice for the same columns."""
    rules = []
    for path in files("expectations/submission", suffix=".yaml"):
        suite = yaml.safe_load(path.read_text(encoding="utf-8"))
        for rule in suite["rules"]:
            target = (
                rule.get("part"),
                rule.get("column"),
                rule.get("each"),
                repr(rule.get("kwargs")),
                rule.get("name"),
            )
            rules.append((suite["form"], rule["code"], rule.get("type"), rule["severity"], *target))
    assert not repeated(rules)
    for path in files("sql/check", suffix=".sql"):
        declared = re.search(r"^-- code: *(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert declared, name(path)
        assert path.stem.startswith(declared[1].replace("-", "_") + "_"), name(path)


def test_every_code_in_reference_is_unique() -> None:
    """A code of a list, and its Chinese word, stand for one thing at any time."""
    with (ROOT / "reference" / "codes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert not repeated((row["list"], row["code"], row["valid_from"]) for row in rows)
    assert not repeated((row["list"], row["zh"], row["valid_from"]) for row in rows)
    with (ROOT / "reference" / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        units = list(csv.DictReader(file))
    assert not repeated((unit["unit_code"], unit["valid_from"]) for unit in units)
