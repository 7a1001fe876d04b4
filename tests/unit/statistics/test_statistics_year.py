"""The statistics year from the same submissions: October to September, where the periods of a form allow it."""

import datetime as dt
import shutil
from collections.abc import Iterator
from decimal import Decimal

import pytest

from nianbao.catalog import Project, load_project
from nianbao.statistics.figures import Figures, read_figures
from nianbao.terms.figure import Coverage
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.core_parts import core_models
from tests.counting import Sent, build_indicators, count, with_units
from tests.homes import ROOT

XINING, HAIDONG, PROVINCE = "QH630100", "QH630200", "QH630000"
STATISTICS = YearBasis("statistics", "统计年度", 10)
DECLARED = {
    "funds": 'form = "GH05"\nfield = "warmth_funds"',
    "persons": 'form = "GH05"\nfield = "warmth_persons"',
    "stock": 'form = "GH05"\nfield = "warmth_funds"\naggregate = "last"',
    "most": 'form = "GH05"\nfield = "warmth_funds"\naggregate = "max"',
    "amounts": 'form = "GH05"\nfield = "warmth_funds"\naggregate = "distinct"',
    "of_2020": 'form = "GH05"\nfield = "warmth_funds"\nwhere = "year = 2020"',
    "of_province": f'form = "GH05"\nfield = "warmth_funds"\nunit_scope = "{PROVINCE}"',
    "half_yearly": 'form = "GH02"\nfield = "units_congress"',
    "half_yearly_stock": 'form = "GH02"\nfield = "units_congress"\naggregate = "last"',
    "yearly": 'form = "GH14"\nfield = "target_value"\naggregate = "max"',
    "in_autumn": 'form = "GH07"\npart = "benefits"\nfield = "subsidy_persons"',
    "of_spring": 'form = "GH05"\nfield = "warmth_funds"\nperiod = "Q1"',
    "per_person": 'formula = "funds / persons"',
    "increase": 'formula = "funds - funds@prev_year"',
    "mixed": 'formula = "funds / half_yearly"',
}
ROWS = [  # unit, period, basis, funds, persons
    (XINING, "2019Q4", "period", "1.00", 1),
    (XINING, "2020Q1", "period", "2.00", 1),
    (XINING, "2020Q2", "period", "3.00", 1),
    (XINING, "2020Q3", "period", "4.00", 1),
    (XINING, "2020Q4", "period", "10.10", 1),
    (XINING, "2021Q1", "cumulative", "20.00", 3),  # 2021 year to date: 20, then 30, 40 and 5 more; 3, then 2, 4 and 1
    (XINING, "2021Q2", "cumulative", "50.00", 5),
    (XINING, "2021Q3", "cumulative", "90.00", 9),
    (XINING, "2021Q4", "cumulative", "95.00", 10),
    (HAIDONG, "2020Q4", "period", "7.00", 1),
    (HAIDONG, "2021Q1", "period", "20.00", 1),
    (HAIDONG, "2021Q2", "period", "6.00", 1),
    (PROVINCE, "2021Q1", "period", "500.00", 1),
]
SENT_OTHERWISE = [("GH02", XINING, "2021H1"), ("GH02", XINING, "2021H2"), ("GH14", XINING, "2021")]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with our forms and the indicators above."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("forms", "reference"):
        shutil.copytree(ROOT / name, folder / name)
    declared = (ROOT / "federation.toml").read_text("utf-8")
    assert "first_day = 2021-01-01 " in declared
    # Everything below is owed, and no history.
    (folder / "federation.toml").write_text(declared.replace("first_day = 2021", "first_day = 2019"), "utf-8")
    form = folder / "forms" / "GH05.toml"
    form.write_text(form.read_text("utf-8").replace("since = 2021", "since = 2019"), "utf-8")
    tables = ['section = "S"\npublication = "p"\n']
    tables += [
        f'[[indicators]]\nid = "{key}"\nzh = "指标"\nen = "indicator"\nunit = "元"\n{declared}\n'
        for key, declared in DECLARED.items()
    ]
    (folder / "indicators").mkdir()
    (folder / "indicators" / "s.toml").write_text("\n".join(tables), "utf-8")
    return with_units(load_project(folder), (XINING, HAIDONG))


@pytest.fixture(scope="module")
def connection(small: Project) -> Iterator[Connection]:
    """A warehouse with the rows above, as raw and core hold them, and every indicator built from them."""
    basis = {("GH05", unit, period): basis for unit, period, basis, *_ in ROWS}
    sent = [
        Sent("GH05", unit, period, {"gh05": [{"warmth_funds_yuan": funds, "warmth_persons": persons}]})
        for unit, period, _, funds, persons in ROWS
    ] + [Sent(form, unit, period, {}) for form, unit, period in SENT_OTHERWISE]
    connection = count(small, sent, dt.date(2022, 3, 1))
    # What was sent year to date becomes values of the quarter, as in a build.
    connection.execute("CREATE SCHEMA raw; CREATE TABLE raw.gh05 AS FROM core.gh05")
    connection.execute("ALTER TABLE core.submission ADD COLUMN basis VARCHAR DEFAULT 'period'")
    for key in (key for key, how in basis.items() if how == "cumulative"):
        connection.execute(
            "UPDATE core.submission SET basis = 'cumulative' WHERE (form_code, unit_code, period) = ($1, $2, $3)", key
        )
    for model in core_models(small):
        if model.name == "core.gh05":
            connection.execute(f"CREATE OR REPLACE TABLE core.gh05 AS {model.sql}")
    build_indicators(connection, small)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def figures(connection: Connection, small: Project) -> Figures:
    """The figures by statistics year."""
    return read_figures(connection, small, STATISTICS)


@pytest.mark.parametrize(
    ("indicator", "scope", "value"),
    [
        # 10.10 of 2020Q4, then 20, 30 and 40 out of what was reported year to date.
        ("funds", XINING, "100.10"),
        ("funds", HAIDONG, "33.00"),
        ("funds", "all", "633.10"),
        ("persons", XINING, "10"),
        # What the quarter to September says; who did not report that one counts with the quarter to June.
        ("stock", XINING, "40.00"),
        ("stock", HAIDONG, "6.00"),
        ("stock", "all", "546.00"),
        ("most", XINING, "40.00"),
        ("most", "all", "500.00"),
        ("amounts", "all", "7"),  # 10.10, 20 twice, 30, 40, 7, 6, 500
        ("of_2020", "all", "17.10"),  # a condition speaks of calendar years
    ],
)
def test_a_statistics_year_is_counted_from_its_quarters(
    figures: Figures, indicator: str, scope: str, value: str
) -> None:
    """2021: the fourth quarter of 2020 and the first three of 2021, exactly."""
    assert figures.get(indicator, 2021, scope).value == Decimal(value)


def test_a_formula_holds_over_statistics_years(figures: Figures) -> None:
    """Ratios are of its sums, and the year before is the statistics year before."""
    assert figures.get("per_person", 2021, XINING).value == Decimal("10.01")
    assert figures.get("funds", 2020).value == Decimal(10)
    assert figures.get("increase", 2021).value == Decimal("623.10")


def test_calendar_years_are_what_they_were(connection: Connection, small: Project) -> None:
    """The same rows by calendar year."""
    calendar = read_figures(connection, small)
    assert [calendar.get("funds", year, XINING).value for year in (2019, 2020, 2021)] == [
        Decimal(value) for value in ("1", "19.10", "95")
    ]
    assert calendar.get("stock", 2021, XINING).value == Decimal(5)
    assert calendar.why_not("half_yearly", 2021) == ""


@pytest.mark.parametrize(
    ("indicator", "reason"),
    [
        ("half_yearly", "GH02 民主管理和集体协商情况表按半年报送"),
        ("half_yearly_stock", "GH02 民主管理和集体协商情况表按半年报送"),
        ("yearly", "GH14 年度目标任务和事项表按年报送"),
        ("in_autumn", "GH07 劳模待遇和疗休养情况只报每年第四季度"),
        ("of_spring", "GH05 送温暖和困难职工帮扶情况只报每年第一季度"),
        ("mixed", "GH02 民主管理和集体协商情况表按半年报送"),
        ("of_province", "GH05 送温暖和困难职工帮扶情况表没有单位报齐2020年第四季度至2021年第三季度"),
    ],
)
def test_what_cannot_be_counted_says_why(figures: Figures, indicator: str, reason: str) -> None:
    """The form is named, and what its periods are or which of them are missing; there is no value, and no nought."""
    assert figures.why_not(indicator, 2021) == reason
    assert figures.get(indicator, 2021).value is None


def test_a_year_that_nobody_has_reported_whole_has_no_figure(figures: Figures) -> None:
    """With one quarter of a statistics year there is neither a sum nor a stock at its end."""
    for indicator, what in (("funds", "2021年第四季度至2022年第三季度"), ("stock", "2022年第三季度")):
        assert figures.get(indicator, 2022).value is None
        assert figures.why_not(indicator, 2022).endswith(f"没有单位报齐{what}")
    assert figures.years() == [2020, 2021]


def test_coverage_is_that_of_the_statistics_year(figures: Figures) -> None:
    """Who lacks a quarter is not complete, though complete in the calendar year; a stock needs the last quarter."""
    assert figures.get("funds", 2021).coverage == Coverage(1, 2, ("海东市总",))
    assert figures.get("stock", 2021).coverage == Coverage(1, 2, ("海东市总",))
    assert figures.get("funds", 2020).coverage == Coverage(1, 2, ("海东市总",))
    assert figures.get("increase", 2021).coverage.reported == 1


def test_every_value_has_one_row(connection: Connection) -> None:
    """By indicator, statistics year and scope."""
    counted = connection.execute(
        "SELECT count(*), count(DISTINCT (indicator_id, year, scope)), count(value) FROM indicator.statistics_year"
    ).fetchone()
    assert counted is not None and counted[0] == counted[1] == counted[2] > 20
