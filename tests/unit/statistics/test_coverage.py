"""Coverage counts whoever was asked, in the periods that an indicator uses, and stands beside every value."""

import datetime as dt
import shutil
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.statistics.figures import read_figures
from nianbao.terms.roster import Roster
from tests.counting import Sent, count, with_units
from tests.homes import ROOT

XINING, HAIDONG, COUNTY = "QH630100", "QH630200", "QH630102"
TODAY = dt.date(2022, 3, 1)
INDICATORS = """section = "S"
publication = "p"

[[indicators]]
id = "flow"
zh = "资金"
en = "funds"
unit = "元"
form = "GH05"
field = "warmth_funds"

[[indicators]]
id = "stock"
zh = "年末数"
en = "stock"
unit = "元"
form = "GH05"
field = "warmth_funds"
aggregate = "last"

[[indicators]]
id = "new"
zh = "新指标"
en = "new"
unit = "人"
form = "GH05"
field = "warmth_persons"

[[indicators]]
id = "of_june"
zh = "上半年"
en = "half"
unit = "元"
form = "GH05"
field = "warmth_funds"
period = "Q2"

[[indicators]]
id = "share"
zh = "占比"
en = "share"
unit = "%"
formula = "100 * flow / flow@all"
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two prefectures that owe GH05, whose second field is asked since the third quarter of 2021."""
    for name in ("forms", "reference"):
        shutil.copytree(ROOT / name, tmp_path / name)
    form = tmp_path / "forms" / "GH05.toml"
    text = form.read_text("utf-8").replace('code = "warmth_persons"\n', 'code = "warmth_persons"\nsince = "2021Q3"\n')
    form.write_text(text, "utf-8")
    (tmp_path / "indicators").mkdir()
    (tmp_path / "indicators" / "s.toml").write_text(INDICATORS, "utf-8")
    return with_units(load_project(tmp_path), (XINING, HAIDONG))


def covered(project: Project, reported: Iterable[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Reported and asked of 2021 by indicator, as the table of values and as a figure say it, which must agree."""
    row = {"warmth_funds_yuan": Decimal(10), "warmth_persons": 1}
    connection = count(project, [Sent("GH05", unit, period, {"gh05": [row]}) for unit, period in reported], TODAY)
    rows = connection.execute(
        "SELECT indicator_id, reported, asked FROM indicator.value WHERE year = 2021 AND scope = 'all'"
    ).fetchall()
    figures = read_figures(connection, project)
    connection.close()
    for name, sent, asked in rows:
        coverage = figures.get(name, 2021).coverage
        assert (coverage.reported, coverage.expected) == (sent, asked), name
    return {name: (sent, asked) for name, sent, asked in rows}


def quarters(unit: str, numbers: str) -> list[tuple[str, str]]:
    """The quarters of 2021 that a unit reported."""
    return [(unit, f"2021Q{number}") for number in numbers]


def test_T7_quarters_that_did_not_ask_are_not_missing(project: Project) -> None:
    """T7: a field that comes in the third quarter is complete with the third and the fourth."""
    found = covered(project, quarters(XINING, "34") + quarters(HAIDONG, "1234"))
    assert found["new"] == (2, 2)
    assert found["flow"] == (1, 2)


def test_T35_only_the_periods_that_an_indicator_uses_count(project: Project) -> None:
    """T35: a figure of one period is covered by that period, a stock by the last one."""
    found = covered(project, quarters(XINING, "2") + quarters(HAIDONG, "4"))
    assert found["of_june"] == (1, 2)
    assert found["stock"] == (1, 2)
    assert found["flow"] == (0, 2)


def test_T34_coverage_stands_beside_every_value(project: Project) -> None:
    """T34: a value of a part of a year says so, for everybody, a unit, a formula and the tree."""
    row = {"warmth_funds_yuan": Decimal(10)}
    sent = [
        Sent("GH05", unit, period, {"gh05": [row]})
        for unit, period in quarters(XINING, "1234") + quarters(HAIDONG, "1")
    ]
    connection = count(project, sent, TODAY)
    value = connection.execute(
        "SELECT indicator_id, scope, value, reported, asked FROM indicator.value "
        "WHERE indicator_id IN ('flow', 'share') ORDER BY ALL"
    ).fetchall()
    tree = connection.execute(
        "SELECT scope, value, reported, asked FROM indicator.tree "
        "WHERE indicator_id = 'flow' AND unit_line = 'place' AND year = 2021 ORDER BY ALL"
    ).fetchall()
    connection.close()
    assert [(name, scope, int(value), sent, asked) for name, scope, value, sent, asked in value] == [
        ("flow", XINING, 40, 1, 1),
        ("flow", HAIDONG, 10, 0, 1),
        ("flow", "all", 50, 1, 2),
        ("share", XINING, 80, 1, 1),
        ("share", HAIDONG, 20, 0, 1),
        ("share", "all", 100, 1, 2),
    ]
    assert [(scope, int(value), sent, asked) for scope, value, sent, asked in tree] == [
        ("QH630000", 50, 1, 2),
        (XINING, 40, 1, 1),
        (HAIDONG, 10, 0, 1),
    ]


def test_F2_a_county_that_owes_a_form_is_counted(project: Project) -> None:
    """F2, F3: coverage counts the levels that are declared to count; a parent has the sum of what stands below it."""
    whole = load_project(ROOT).roster
    county = replace(whole.levels["county"], is_counted=True)
    kept = [unit for unit in whole.versions if unit.code in (XINING, COUNTY, whole.root.code)]
    versions = tuple(replace(unit, level=county) if unit.code == COUNTY else unit for unit in kept)
    form = project.forms["GH05"]
    asked = form.reporters | {"county"}
    parts = tuple(replace(part, reporters=asked) for part in form.parts)
    project = replace(
        project,
        roster=Roster(whole.levels | {"county": county}, versions, ()),
        forms=project.forms | {"GH05": replace(form, reporters=asked, parts=parts)},
    )
    row = {"warmth_funds_yuan": Decimal(10)}
    sent = [
        Sent("GH05", unit, period, {"gh05": [row]}) for unit, period in quarters(XINING, "1234") + quarters(COUNTY, "1")
    ]
    connection = count(project, sent, TODAY)
    rows = connection.execute(
        "SELECT scope, value, reported, asked FROM indicator.tree "
        "WHERE indicator_id = 'flow' AND unit_line = 'place' AND year = 2021 ORDER BY value DESC, scope"
    ).fetchall()
    figure = read_figures(connection, project).get("flow", 2021)
    connection.close()
    assert (figure.coverage.reported, figure.coverage.expected) == (1, 2)
    assert [(scope, int(value), sent, asked) for scope, value, sent, asked in rows] == [
        ("QH630000", 50, 1, 2),
        (XINING, 50, 1, 2),
        (COUNTY, 10, 0, 1),
    ]
