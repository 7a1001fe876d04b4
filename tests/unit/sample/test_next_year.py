"""The sample of 2022 follows on that of 2021, keeps the new chart of accounts and answers the targets."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

import pytest

from nianbao.catalog import Project
from nianbao.catalog.held_before import hold_before
from nianbao.sample.make import plan_sample
from nianbao.sample.planned import Planned
from nianbao.terms.period import Period
from tests.unit.sample.in_force import InForce, Submitted, number

YEAR = 2022


@pytest.fixture(scope="module")
def next_year(project: Project) -> list[Planned]:
    """The files of 2022."""
    return plan_sample(project, YEAR)


@pytest.fixture(scope="module")
def now(project: Project, next_year: list[Planned]) -> InForce:
    """What counts at the end of 2022."""
    return InForce(project, next_year)


@pytest.fixture(scope="module")
def before(project: Project, planned: list[Planned]) -> InForce:
    """What counts at the end of 2021."""
    return InForce(project, planned)


def test_both_years_fit_into_one_inbox(planned: list[Planned], next_year: list[Planned]) -> None:
    """No file of one year lies where one of the other does, and nothing of 2021 is sent again."""
    places = [(each.unit.code, each.file_name) for each in (*planned, *next_year)]
    assert len(set(places)) == len(places)
    assert {each.period.year for each in next_year} == {YEAR}


def test_S17_last_year_s_relief_is_asked_only_while_the_office_does_not_hold_it(
    project: Project, now: InForce, before: InForce
) -> None:
    """S17: in 2021 each unit says what it was; from 2022 on it is on no form, and stands beside the cell instead."""
    form = project.forms["GH05"]
    asked = {
        year: form.part("main").field("relief_total_prev").is_asked_in(Period.of(year, "Q1")) for year in (2021, 2022)
    }
    assert asked == {2021: True, 2022: False}
    assert all("relief_total_prev" in each.parts["main"][0] for each in before.of("GH05", 2021))
    reported = {each.unit.code: each.parts["main"] for each in before.of("GH05", 2021) if each.period.suffix == "Q1"}
    for each in now.of("GH05", YEAR):
        if each.period.suffix == "Q1":
            held = hold_before(
                project,
                each.unit,
                each.period,
                lambda part, unit, _: {"2021Q1": reported[unit.code]} if part.form_code == "GH05" else {},
            )
            assert "relief_total_prev" not in each.parts["main"][0]
            assert (
                held.values["GH05", "main", "relief_total", ()].year_ago == reported[each.unit.code][0]["relief_total"]
            )
            assert ("GH05", "main", "relief_total_prev", ()) not in held.values


def lines(now: InForce) -> Iterator[tuple[Submitted, dict[str, Decimal]]]:
    """Every GH12 with what stands under each account."""
    for each in now.of("GH12", YEAR):
        yield each, {str(row["account_code"]): number(row["actual"]) for row in each.parts["main"]}


def test_accounts_are_those_of_the_new_chart_and_add_up(now: InForce) -> None:
    """508 is the subsidy to lower unions now, the old 50x subdivisions are gone, and details make their totals."""
    used = set()
    for each, accounts in lines(now):
        used |= accounts.keys()
        for side in "45":
            details = sum(amount for code, amount in accounts.items() if len(code) == 3 and code[0] == side)
            assert accounts[side] == details, each.unit.code
    assert {"502", "503", "508", "510"} <= used
    assert not {code for code in used if len(code) > 3} and "501" not in used


def test_what_the_province_pays_down_is_received_below(now: InForce) -> None:
    """For the half-year and for the year."""
    received: dict[str, Decimal] = defaultdict(Decimal)
    paid: dict[str, Decimal] = {}
    for each, accounts in lines(now):
        if each.unit.level.code == "province":
            paid[each.period.code] = accounts["508"]
        else:
            received[each.period.code] += accounts["403"]
    assert paid == received and len(paid) == 2


def test_two_sheets_never_come(now: InForce) -> None:
    """One unit's services of the last quarter and one's bargaining of the second half; they sent the same before."""
    sent = {(each.unit.code, each.form, each.period.code) for form in ("GH02", "GH06") for each in now.of(form, YEAR)}
    for unit, form, left_out, earlier in (("QHD22", "GH06", "2022Q4", "2022Q3"), ("QHI09", "GH02", "2022H2", "2022H1")):
        assert (unit, form, earlier) in sent
        assert (unit, form, left_out) not in sent


def test_every_promise_of_2021_is_answered_but_one(project: Project, now: InForce, before: InForce) -> None:
    """What was promised for 2022 is an indicator; the reform's mechanisms are not counted by anybody in 2022."""
    promised = {
        str(row["indicator_id"])
        for each in before.of("GH14", 2021)
        for row in each.parts["main"]
        if row.get("comparator") and row["target_year"] == YEAR
    }
    assert len(promised) == 16 and promised <= project.indicators.keys()
    said = {str(row["indicator_id"]) for each in now.of("GH14", YEAR) for row in each.parts["main"]}
    assert "reform_mechanisms" in promised - said
