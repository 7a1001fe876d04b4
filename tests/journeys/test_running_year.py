"""T22: a year that has just begun grows against the same periods, and is issued only where somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from nianbao.catalog import Project
from nianbao.runs.nightly import nightly
from nianbao.sample.make import plan_sample
from nianbao.settings import Home
from tests.homes import YEAR, call, clock_at, draft, figures_of, post, send, warehouse

UNITS = ("QH632800", "QH632700")
QUARTERS = tuple(f"{YEAR}Q{number}" for number in range(1, 5))
THEN, NOW, RUNNING = "2022-01-12T01:00", "2022-04-12T01:00", YEAR + 1


@pytest.fixture(scope="module")
def begun(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Two units with all of 2021 and the first quarter of 2022."""
    home = Home(tmp_path_factory.mktemp("begun") / "home")
    send(project, home.inbox, post(project, UNITS, QUARTERS))
    with clock_at(THEN):
        nightly(project.path, home)
    first = [each for each in plan_sample(project, RUNNING)
             if each.unit.code in UNITS and each.period.code == f"{RUNNING}Q1"]  # fmt: skip
    send(project, home.inbox, first)
    with clock_at(NOW):
        nightly(project.path, home)
        yield home


def in_quarter(home: Home, column: str, table: str, period: str) -> Decimal:
    """What is in force of a column for a quarter, added up by hand."""
    with warehouse(home) as connection:
        row = connection.execute(f"SELECT sum({column}) FROM {table} WHERE period = ?", [period]).fetchone()
    assert row is not None and row[0] is not None
    return Decimal(row[0])


@pytest.mark.parametrize(
    ("indicator", "column"), [("warmth_funds", "warmth_funds_yuan"), ("warmth_persons", "warmth_persons")]
)
def test_T22_growth_compares_the_same_periods(indicator: str, column: str, begun: Home) -> None:
    """The first quarter is held against the first quarter; the values of both years stay those of all that came."""
    figures = figures_of(begun)
    now, then = (in_quarter(begun, column, "core.gh05", f"{year}Q1") for year in (RUNNING, YEAR))
    change = figures.get(f"{indicator}_change", RUNNING).value
    assert change is not None and round(change, 6) == round((now - then) / then * 100, 6)
    assert figures.get(indicator, RUNNING).value == now
    assert figures.get(indicator, YEAR).value == sum(
        in_quarter(begun, column, "core.gh05", quarter) for quarter in QUARTERS
    )
    assert figures.compared(f"{indicator}_change", RUNNING) == (f"{RUNNING}Q1",)
    assert figures.compared(f"{indicator}_change", YEAR) == ()


def test_T22_the_tree_holds_whole_years_and_compares_the_same_periods(begun: Home) -> None:
    """A unit's value with all below it is that of everything reported; its change is that of the quarter."""
    with warehouse(begun) as connection:
        rows = dict(
            connection.execute(
                "SELECT indicator_id, value FROM indicator.tree WHERE year = ? AND scope = 'QH630000' "
                "AND unit_line = 'place' AND indicator_id IN ('warmth_funds', 'warmth_funds_change')",
                [RUNNING],
            ).fetchall()
        )
    figures = figures_of(begun)
    assert rows == {name: figures.get(name, RUNNING).value for name in ("warmth_funds", "warmth_funds_change")}


def test_T22_the_draft_says_which_periods_it_compares(begun: Home) -> None:
    """比上年同期 in the sentence, the quarter in a note, and on every page that the year is not over."""
    page = (begun.releases / str(RUNNING) / "work_report" / "draft" / "index.html").read_text(encoding="utf-8")
    assert "比上年同期" in page and "两年都只取第一季度" in page
    assert "本年度尚未结束：只含截至2022年3月31日的报告期" in page
    assert "比上年同期" not in (draft(begun, "work_report") / "index.html").read_text(encoding="utf-8")


def test_T22_an_unfinished_year_is_proposed_only_on_request(begun: Home) -> None:
    """Without a year it is left, with it refused, a year that nobody reported is refused; --unfinished proposes it."""
    refused = call("preview", "--year", str(RUNNING), home=begun)
    assert refused.returncode == 64 and "not finished" in refused.stderr
    assert call("preview", "--year", "2031", home=begun).returncode == 64
    asked = ("preview", "--year", str(RUNNING), "--publication", "audit_report", "--unfinished")
    proposed = begun.releases / str(RUNNING) / "audit_report" / "proposed"
    assert not proposed.exists()
    assert "尚未结束" in call(*asked, home=begun).stdout
    pages = list(proposed.rglob("*.html"))
    assert pages and all("尚未结束" in page.read_text(encoding="utf-8") for page in pages)
