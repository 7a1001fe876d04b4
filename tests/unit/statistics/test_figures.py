"""Figures: a value where there is one, nought where it was reported as such, nothing where nobody spoke; coverage."""

import datetime as dt
from decimal import Decimal

import pytest

from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.settings import Home
from nianbao.statistics.figures import Figures, plain, read_figures
from nianbao.terms.figure import Coverage
from tests.counting import Sent, count
from tests.homes import figures_of

FULL, PARTIAL = Coverage(53, 53), Coverage(51, 53, ("西宁市总", "海东市总"))
UNIT = "QH630100"


@pytest.fixture
def figures(project: Project) -> Figures:
    """Few values, few reports: GH05 of 2021 from one unit, GH06 from nobody, GH05 of 2020 less complete."""
    values = {
        ("warmth_funds", 2021): {"all": Decimal("100.50"), UNIT: Decimal("100.50")},
        ("relief_std_new", 2021): {"all": Decimal(3)},
    }
    funds = ("warmth_funds", "warmth_persons")
    covered = {(name, 2021): FULL for name in funds} | {(name, 2020): PARTIAL for name in funds}
    covered |= {(name, 2021): PARTIAL for name in ("units_wage_bargaining", "units_bargaining_eligible")}
    reported = frozenset({("GH05", "main", 2021, suffix, unit) for suffix in ("", "Q1") for unit in ("", UNIT)})
    return Figures(project, values, covered, reported)


def test_a_value_is_given_as_it_was_counted(figures: Figures) -> None:
    """Over all units and for one of them."""
    assert figures.get("warmth_funds", 2021).value == figures.get("warmth_funds", 2021, UNIT).value == Decimal("100.50")
    assert figures.years() == [2021]


def test_nothing_that_counts_in_a_report_is_nought(figures: Figures) -> None:
    """Who has reported the form and no row of the kind has none of it."""
    assert figures.get("disaster_funds", 2021).value == 0
    assert figures.get("disaster_funds", 2021, UNIT).value == 0


def test_what_nobody_has_reported_is_not_nought(figures: Figures) -> None:
    """No report, no figure: neither for all, nor for a unit or a year that has none."""
    assert figures.get("posts_online", 2021).value is None
    assert figures.get("disaster_funds", 2021, "QH630200").value is None
    assert figures.get("disaster_funds", 2020).value is None


@pytest.mark.parametrize(("period", "is_asked"), [("2021Q1", False), ("2021Q4", True)])
def test_what_nobody_was_asked_yet_is_not_nought(project: Project, period: str, is_asked: bool) -> None:
    """A part that is asked in the fourth quarter alone has no figure before, though its form was reported."""
    connection = count(project, [Sent("GH07", UNIT, period, {})], dt.date(2022, 3, 1))
    figures = read_figures(connection, project)
    connection.close()
    assert figures.get("nat_pioneers", 2021).value == 0
    assert figures.get("retreat_persons", 2021).value == (0 if is_asked else None)


@pytest.mark.parametrize(
    ("reported", "indicator", "is_whole"),
    [
        (("Q1", "Q2", "Q3", "Q4"), "warmth_funds", True),
        (("Q4",), "warmth_funds", False),
        (("Q4",), "members_total", True),
        (("Q1",), "members_total", False),
        (("Q1", "Q2", "Q3", "Q4"), "warmth_per_person", True),
        (("Q1", "Q2", "Q3"), "warmth_per_person", False),
    ],
)
def test_part_of_a_year_is_told_apart(
    project: Project, reported: tuple[str, ...], indicator: str, is_whole: bool
) -> None:
    """A sum needs every period, a stock the last one, a formula what its parts need."""
    known = frozenset((form, "main", 2021, suffix, "") for form in ("GH01", "GH05") for suffix in reported)
    assert Figures(project, {}, {}, known).has_all_periods(indicator, 2021) is is_whole


def test_a_greatest_value_of_nothing_is_not_nought(figures: Figures) -> None:
    """Only what is added up or counted comes to nought."""
    assert figures.get("relief_std_old", 2021).value is None


def test_a_formula_is_covered_as_its_least_covered_part(figures: Figures) -> None:
    """What compares two years rests on the year that fewer have reported."""
    assert figures.get("warmth_funds", 2021).coverage == FULL
    assert figures.get("warmth_per_person", 2021).coverage == FULL
    assert figures.get("wage_bargaining_rate", 2021).coverage == PARTIAL
    assert PARTIAL.is_full is False and FULL.is_full is True


def test_nothing_is_expected_of_members_where_one_unit_reports(figures: Figures, project: Project) -> None:
    """The federation's own accounts have no coverage."""
    assert project.indicators["income_total"].unit_scope == project.federation.code
    assert figures.get("income_total", 2021).coverage == Coverage(0, 0)


def test_an_unknown_indicator_is_named(figures: Figures) -> None:
    """The error says where they are listed."""
    with pytest.raises(UsageError, match="'warmth' is not declared") as caught:
        figures.get("warmth", 2021)
    assert caught.value.exit_code == 64


@pytest.mark.parametrize(
    ("value", "text"), [("100.500000", "100.5"), ("1000", "1000"), ("0.000000", "0"), ("1E+3", "1000")]
)
def test_a_number_is_written_plainly(value: str, text: str) -> None:
    """Without zeros that say nothing and without an exponent."""
    assert str(plain(Decimal(value))) == text


def test_everybody_has_reported_the_sample_year_but_for_one_sheet(year_home: Home) -> None:
    """Coverage counts 53 member unions, and names the one whose sheet of one quarter never came."""
    figures = figures_of(year_home)
    assert figures.get("warmth_funds", 2021).coverage == Coverage(53, 53)
    jobs = figures.get("posts_online", 2021).coverage
    assert (jobs.reported, jobs.expected, len(jobs.missing)) == (jobs.expected - 1, jobs.expected, 1)


def test_opinions_on_special_funds_are_those_of_the_audits_of_last_years_money(project: Project) -> None:
    """Of an audit of two years they count wherever they are filled in; of one of other years they do not."""
    special = {"auditee_id": "QH630000", "auditee_class": "special", "fund_type": "relief", "funds_audited_yuan": 9}
    audits = [
        {"audit_id": "both", "subject_year": 2020, "opinions": 0},
        {"audit_id": "both", "subject_year": 2019, "opinions": 3},
        {"audit_id": "older", "subject_year": 2019, "opinions": 5},
    ]
    sent = Sent("GH13", "QHB10", "2021Q4", {"gh13_audits": [special | row for row in audits]})
    connection = count(project, [sent], dt.date(2022, 3, 1))
    figures = read_figures(connection, project)
    connection.close()
    assert figures.get("relief_funds_audited", 2021).value == Decimal(9)
    assert figures.get("relief_opinions", 2021).value == figures.get("relief_warmth_opinions", 2021).value == 3


def test_a_contest_of_another_class_is_of_no_provincial_class(project: Project) -> None:
    """The third class of the form is 其他: no report may call it 省级三类."""
    ramen = {"contest_id": "1", "trade_code": "T6202", "industry_code": "62", "edition": 5}
    for held, said in ((3, None), (2, 2)):
        sent = Sent("GH08", "QHB04", "2021Q4", {"gh08_contests": [ramen | {"contest_class": held}]})
        connection = count(project, [sent], dt.date(2022, 3, 1))
        assert read_figures(connection, project).get("ramen_class", 2021).value == said
        connection.close()
