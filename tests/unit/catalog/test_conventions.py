"""The years in which a federation counts, and its words, are declared (F7)."""

import datetime as dt
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.catalog import load_project
from nianbao.catalog.conventions import Conventions, read_conventions
from nianbao.errors import DeclarationError
from nianbao.statistics.compile import indicator_models
from nianbao.terms.period import Period
from tests.counting import Sent, count, values_of, with_units
from tests.homes import ROOT

JULY = '[year]\ncode = "fiscal"\nzh = "财政年度"\nfirst_month = 7\n'
UNIT = "QH630100"


def project_from(folder: Path, federation: str) -> Path:
    """A project of one quarterly form and one indicator, with this federation.toml."""
    shutil.copytree(ROOT / "reference", folder / "reference")
    for name in ("forms", "indicators"):
        (folder / name).mkdir()
    shutil.copy(ROOT / "forms" / "GH05.toml", folder / "forms")
    indicator = 'id = "funds"\nzh = "资金"\nen = "funds"\nunit = "元"\nform = "GH05"\nfield = "warmth_funds"\n'
    text = f'section = "S"\npublication = "p"\n\n[[indicators]]\n{indicator}'
    (folder / "indicators" / "s.toml").write_text(text, "utf-8")
    (folder / "federation.toml").write_text(federation, "utf-8")
    return folder


def test_F7_the_year_begins_in_the_declared_month(tmp_path: Path) -> None:
    """F7: July to June is one year, named after its end, for what is owed, what counts, and its coverage."""
    project = with_units(load_project(project_from(tmp_path, JULY)), (UNIT,))
    assert [project.year_of(Period.parse(code)) for code in ("2022Q2", "2022Q3", "2023Q2")] == [2022, 2023, 2023]
    funds = {"2022Q2": 1, "2022Q3": 10, "2022Q4": 20, "2023Q1": 30, "2023Q2": 40, "2023Q3": 500}
    sent = [Sent("GH05", UNIT, period, {"gh05": [{"warmth_funds_yuan": Decimal(n)}]}) for period, n in funds.items()]
    connection = count(project, sent, dt.date(2024, 1, 1))
    assert values_of(connection)["funds", 2023, "all"] == 100
    (row,) = connection.execute(
        "SELECT reported, asked FROM indicator.value WHERE indicator_id = 'funds' AND year = 2023 AND scope = 'all'"
    ).fetchall()
    due = connection.execute("SELECT count(*) FROM reference.due WHERE year = 2023").fetchone()
    connection.close()
    assert row == (1, 1)
    assert due == (4,)


def test_F7_no_other_year_is_counted_unless_it_is_declared(tmp_path: Path) -> None:
    """F7: what federation.toml does not name is not built."""
    project = load_project(project_from(tmp_path, JULY))
    assert [model.name for model in indicator_models(project) if model.name.endswith("_year")] == []
    other = replace(project, conventions=load_project(ROOT).conventions)
    assert [model.name for model in indicator_models(other) if model.name.endswith("_year")] == [
        "step.whole_year",
        "indicator.statistics_year",
    ]


def test_F7_a_period_in_two_years_is_refused(tmp_path: Path) -> None:
    """F7: a yearly form of calendar years has no place in a year from July; with what the error says it is taken."""
    folder = project_from(tmp_path, JULY)
    shutil.copy(ROOT / "forms" / "GH14.toml", folder / "forms")
    with pytest.raises(DeclarationError, match=r"the period Y lies in two years.*for Y07"):
        load_project(folder)
    form = folder / "forms" / "GH14.toml"
    form.write_text(form.read_text("utf-8").replace('periods = ["Y"]', 'periods = ["Y07"]'), "utf-8")
    project = load_project(folder)
    period = Period.parse("2023Y07")
    assert project.year_of(period) == 2023
    assert project.forms["GH14"].periods_closing_with(Period.parse("2023Q2")) == (period,)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (JULY.replace("= 7", "= 13"), "13 is no month"),
        (JULY + "\n[[other_years]]\ncode = 'fiscal'\nzh = '年'\nfirst_month = 1\n", "stands twice"),
        (JULY + "\n[months]\n", "unknown key 'months'"),
    ],
)
def test_a_wrong_year_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """The file and what is wrong are named."""
    path = tmp_path / "federation.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(DeclarationError, match=says):
        read_conventions(path)


def test_without_a_file_the_year_is_the_calendars(tmp_path: Path) -> None:
    """No federation.toml, no other year."""
    assert read_conventions(tmp_path / "federation.toml") == Conventions()
