"""The recipes of CONTRIBUTING.md for what changes in time do, as printed, what they say."""

import re
import shutil
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from nianbao.catalog import Project, load_project
from nianbao.intake.blank.workbook import write_workbook
from nianbao.terms.check import Severity
from nianbao.terms.period import Period
from nianbao.terms.unit import Standing
from tests.homes import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ONE, TWO, THREE = "QHD31", "QHD32", "QHD33"
BEFORE, WITHIN, AFTER = Period.parse("2023Q1"), Period.parse("2023Q2"), Period.parse("2023Q3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the declarations in which the two units of the recipes are founded."""
    for name in ("forms", "reference", "expectations", "sql", "indicators", "reports"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "federation.toml", tmp_path)
    follow(tmp_path, "Found a unit")
    return tmp_path


def follow(folder: Path, recipe: str) -> Project:
    """Change the declared files as a recipe prints it, and read them."""
    (section,) = re.findall(rf"^### {recipe}\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL)
    file = ""
    for text, diff in re.findall(r"(.*?)^```diff\n(.*?)^```", section, re.MULTILINE | re.DOTALL):
        file = next(iter(re.findall(r"`((?:reference|forms|expectations)/[\w./]+)`", text)), file)
        out = "".join(line[1:] + "\n" for line in diff.splitlines() if line.startswith("-"))
        put = "".join(line[1:] + "\n" for line in diff.splitlines() if line.startswith("+"))
        path = folder / file
        before = path.read_text(encoding="utf-8")
        assert before.count(out) == 1 or not out, (recipe, out)
        path.write_text(before.replace(out, put) if out else before + put, encoding="utf-8")
    return load_project(folder)


def test_T1_a_renamed_unit_has_its_name_of_each_period(folder: Path) -> None:
    """T1: the workbook of an earlier period carries the old name, that of a later one the new."""
    project = follow(folder, "Rename a unit")
    names = []
    for period in (WITHIN, AFTER):
        unit = project.roster.unit_in(ONE, period)
        assert unit
        write_workbook(folder / "w.xlsx", project, unit, period)
        sheets = openpyxl.load_workbook(folder / "w.xlsx").worksheets
        names.append({str(cell.value) for row in sheets[0].iter_rows() for cell in row})
    assert "样例新材料公司工会" in names[0] and "样例材料集团工会" in names[1]


def test_T4_a_moved_unit_stands_where_it_stood(folder: Path) -> None:
    """T4: until the day of the move under the one parent, then under the other."""
    roster = follow(folder, "Move a unit").roster
    assert roster.ancestors(ONE, "industry", WITHIN.end) == ("QH630000",)
    assert roster.ancestors(ONE, "industry", AFTER.end) == ("QHI02", "QH630000")


def test_T2_a_merged_unit_is_its_successors(folder: Path) -> None:
    """T2: whoever took over answers for all of it."""
    project = follow(folder, "Merge units")
    assert project.roster.succeeded(ONE, WITHIN.start, AFTER.end) == (Standing(TWO, Decimal(1)),)
    assert project.roster.changes_between(BEFORE.start, AFTER.end) == ()


def test_T2_a_split_unit_goes_on_with_its_share(folder: Path) -> None:
    """T2: the shares are those declared, and nobody came from nowhere."""
    roster = follow(folder, "Split a unit").roster
    assert {each.unit_code: each.share for each in roster.succeeded(ONE, WITHIN.end, AFTER.end)} == {
        ONE: Decimal("0.7"), THREE: Decimal("0.3"),
    }  # fmt: skip
    assert roster.changes_between(BEFORE.start, AFTER.end) == ()


def test_T3_a_closed_unit_may_send_its_last_report(folder: Path) -> None:
    """T3: it stands in the quarter in which it ended, and owes nothing of it; later it is not there."""
    project = follow(folder, "Close a unit")
    assert project.roster.unit_in(ONE, WITHIN) and not project.roster.unit_in(ONE, AFTER)
    assert ONE not in project.roster.on(WITHIN.end)
    assert [each.unit_code for each in project.roster.changes_between(BEFORE.start, AFTER.end)] == [ONE]


def test_T7_a_field_that_comes_in_mid_year_is_asked_from_then_on(folder: Path) -> None:
    """T7: the workbook of an earlier period has neither the field nor the new edition, and needs neither."""
    project = follow(folder, "Add a field in mid-year")
    form = project.forms["GH11"]
    unit = project.units["QHI11"]
    assert [form.edition_in(period) for period in (WITHIN, AFTER)] == ["2021", "2023"]
    for period, is_asked in ((WITHIN, False), (AFTER, True)):
        write_workbook(folder / "w.xlsx", project, unit, period)
        said = {
            str(cell.value)
            for sheet in openpyxl.load_workbook(folder / "w.xlsx").worksheets
            for row in sheet.iter_rows()
            for cell in row
        }
        assert ("线上培训人数" in said) is is_asked


def test_T25_a_stricter_rule_holds_from_its_period_on(folder: Path) -> None:
    """T25: what was sent for earlier periods is held to the rule of those periods."""
    rules = [rule for rule in follow(folder, "Make a rule stricter").rules if rule.code == "C11-1"]
    holding = {
        period.code: [(rule.severity, rule.kwargs["max_value"]) for rule in rules if rule.span.covers(period)]
        for period in (WITHIN, AFTER)
    }
    assert holding == {"2023Q2": [(Severity.EXPLAIN, 500)], "2023Q3": [(Severity.REJECT, 300)]}


def test_every_recipe_is_followed_by_a_test() -> None:
    """A recipe that nobody tries is a guess."""
    (section,) = re.findall(r"^## When something changes\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
    source = Path(__file__).read_text(encoding="utf-8")
    for recipe in re.findall(r"^### (.*)$", section, re.MULTILINE):
        assert f'"{recipe}"' in source, recipe
