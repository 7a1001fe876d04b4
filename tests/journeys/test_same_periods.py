"""What a comparison of the same periods takes is what explain, feeds, claims and pages show of it."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from nianbao.cli import main
from nianbao.errors import UsageError
from nianbao.runs.editions import year_asked, years_that_count
from nianbao.runs.feeds import feeds
from nianbao.runs.nightly import nightly
from nianbao.runs.workspace import Workspace, open_workspace
from nianbao.statistics.claims import Claims, read_claims
from nianbao.statistics.figures import read_figures
from nianbao.statistics.intervals import Interval
from nianbao.statistics.trace import outline_all, trace
from tests.federation import Federation, a01
from tests.homes import clock_at

FUNDS = {"A1": 10000, "A2": 5000, "A3": 4000}
GREW = 11000
END = "2022-04-12T01:00"
MEMBERS_GROWTH = """[[indicators]]
id = "members_growth"
zh = "会员增长率"
en = "growth of members"
unit = "%"
formula = "100 * (members - members@prev_year) / members@prev_year"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """All of 2021, more in each quarter, and of 2022 the first quarter of two cities; its due day has passed."""
    federation = Federation(tmp_path)
    federation.edit("indicators/members.toml", "[[indicators]]", f"{MEMBERS_GROWTH}\n[[indicators]]")
    for quarter, day in enumerate(("2021-04-05", "2021-07-05", "2021-10-05", "2022-01-05"), start=1):
        for unit, funds in FUNDS.items():
            own = {"A01": a01(1000 + 100 * quarter, funds + 100 * quarter, 100)}
            federation.send(unit, f"2021Q{quarter}", own, f"{day}T09:00")
    for unit, funds in (("A1", GREW), ("A3", 4150)):
        federation.send(unit, "2022Q1", {"A01": a01(1430, funds, 100)}, "2022-04-05T09:00")
    federation.night(END)
    with clock_at(END), open_workspace(federation.folder, federation.home, "build") as workspace:
        yield workspace


@pytest.fixture
def claims(workspace: Workspace) -> Claims:
    """The figures with what is missing from them."""
    return read_claims(workspace.connection, read_figures(workspace.connection, workspace.project))


BASE = sum(FUNDS.values()) + 300


def test_T22_explain_shows_what_the_growth_took(workspace: Workspace, claims: Claims) -> None:
    """T22: the operands of a growth over the same periods are those of the periods, with their cells and no others."""
    figure = claims.figures.get("funds_growth", 2022)
    found = trace(workspace.connection, claims.figures, "funds_growth", 2022)
    before, now = sorted(found.operands, key=lambda operand: operand.key)
    assert (now.key, now.value, now.periods, now.is_part) == ("funds-2022", GREW + 4150, ("2022Q1",), False)
    assert (before.key, before.value, before.periods, before.is_part) == ("funds-2021", BASE, ("2021Q1",), True)
    assert now.value is not None and before.value is not None and figure.value is not None
    assert round(figure.value, 6) == round(100 * (now.value - before.value) / before.value, 6)
    assert {cell.period for cell in found.cells} == {"2021Q1", "2022Q1"}
    assert sum(cell.value for cell in found.cells if cell.period == "2021Q1") == BASE  # type: ignore[misc]
    (outlined,) = outline_all(workspace.connection, claims.figures, [("funds_growth", 2022)]).values()
    assert outlined.counted == len(found.cells) == 5


def test_a_quarter_that_is_not_compared_feeds_no_change(workspace: Workspace) -> None:
    """Feeds names the change over the year before for the first quarter, and not for those that it leaves out."""
    fed = {quarter: feeds(workspace, f"A1-2021Q{quarter}-A01-1").fed for quarter in (1, 3)}
    figures = {quarter: {(each.indicator_id, each.year) for each in own} for quarter, own in fed.items()}
    assert ("funds_growth", 2022) in figures[1]
    assert ("funds_growth", 2022) not in figures[3] and ("funds", 2021) in figures[3]


def test_T22_no_year_is_the_latest_one(workspace: Workspace) -> None:
    """T22: what names no year is refused where several were reported, with the years that there are."""
    assert years_that_count(workspace) == [2021, 2022]
    with pytest.raises(UsageError, match="several years were reported: 2021, 2022"):
        year_asked(workspace, None)


def test_T22_a_stock_of_the_same_periods_grew_as_the_others_did_over_them(claims: Claims) -> None:
    """T22: what a missing city may hold grows as the others from first quarter to first quarter, not since December."""
    possible = claims.possible(claims.figures.get("members_growth", 2022))
    here, before = Decimal(2 * 1430), Decimal(3 * 1100)
    most = here + 2 * Decimal("1.3") * 1100
    assert (round(possible.low, 6), round(possible.high, 6)) == tuple(
        round(100 * (now - before) / before, 6) for now in (here, most)
    )


def test_a_claim_about_a_change_rests_on_the_periods_that_it_compares(claims: Claims) -> None:
    """What the missing city may hold is bounded by its first quarter, added to the first quarter of the others."""
    figure = claims.figures.get("funds_growth", 2022)
    here = Decimal(GREW + 4150)
    growth = here / (FUNDS["A1"] + FUNDS["A3"] + 200)
    most = here + 2 * growth * (FUNDS["A2"] + 100)

    def change(now: Decimal) -> Decimal:
        return 100 * (now - BASE) / BASE

    possible = claims.possible(figure)
    assert (round(possible.low, 6), round(possible.high, 6)) == (round(change(here), 6), round(change(most), 6))
    assert isinstance(possible, Interval) and claims.missing_share("funds_growth", 2022) is not None


def test_F7_a_yearly_form_belongs_to_the_year_that_begins_in_july(tmp_path: Path) -> None:
    """F7: taken, due, counted, compared, and in the history once, as the year and as no part of it."""
    federation = Federation(tmp_path)
    year = 'first_day = 2020-07-01\n\n[year]\ncode = "work"\nzh = "工作年度"\nfirst_month = 7\n'
    (federation.folder / "federation.toml").write_text(year, encoding="utf-8")
    federation.edit("forms/A01.toml", 'periods = ["Q1", "Q2", "Q3", "Q4"]', 'periods = ["Y07"]')
    federation.edit("forms/A01.toml", "since = 2021", "since = 2020")
    for ends, more in ((2021, 0), (2022, 190)):
        for unit, funds in FUNDS.items():
            own = {"A01": a01(1000, funds + more, 100)}
            federation.send(unit, f"{ends}Y07", own, f"{ends}-07-05T09:00")
        federation.night(f"{ends}-07-12T01:00")
    due = federation.ask("SELECT DISTINCT period, year, due_on FROM core.reporting WHERE form_code = 'A01' ORDER BY 1")
    assert due == [(f"{ends}Y07", ends, dt.date(ends, 7, 10)) for ends in (2021, 2022)]
    with clock_at("2022-07-12T09:00"):
        place = ("--project", str(federation.folder), "--home", str(federation.home.path))
        assert CliRunner().invoke(main, ["status", "--year", "2022", *place]).stdout.startswith("2022工作年度报送情况")
    whole = sum(FUNDS.values())
    assert [federation.value("funds", ends) for ends in (2021, 2022)] == [whole, whole + 3 * 190]
    assert federation.value("funds_growth", 2022) == 3
    query = "SELECT period, value FROM mart.figure_history WHERE indicator_id = 'funds' AND scope = 'all' ORDER BY 1"
    assert federation.ask(query) == [("2021", whole), ("2022", whole + 3 * 190)]


@pytest.mark.parametrize("since", ["2018-01-01", "2022-02-01"], ids=["nobody came", "one came"])
def test_T24_a_change_without_a_comparable_basis_says_who_came(tmp_path: Path, since: str) -> None:
    """T24: where a formula of the federation's own looks back, the report names the unit that came."""
    federation = Federation(tmp_path)
    federation.edit("reference/units.csv", "City C,,P1,,2018-01-01", f"City C,,P1,,{since}")
    for quarter in range(8):
        year, factor = 2021 + quarter // 4, 100 + quarter
        day = f"{year + quarter % 4 // 3}-{3 * (quarter + 1) % 12 + 1:02d}"
        for unit, funds in FUNDS.items():
            if unit != "A3" or day > since:
                own = {"A01": a01(1000 + quarter, funds * factor, factor)}
                federation.send(unit, f"{year}Q{quarter % 4 + 1}", own, f"{day}-05T09:00")
    with clock_at("2023-01-12T01:00"):
        nightly(federation.folder, federation.home)
    page = (federation.home.releases / "2022" / "yearbook" / "draft" / "index.html").read_text(encoding="utf-8")
    said = "慰问资金增长率：没有剔除2021年以来新增丙市总，不是可比口径。"
    assert (said in page) == (since > "2021")
