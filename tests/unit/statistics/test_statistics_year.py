"""The statistics year from the same submissions: October to September, where the periods of a form allow it."""

import shutil
from collections.abc import Iterator
from decimal import Decimal

import pytest

from nianbao.catalog import Project, load_project
from nianbao.statistics.compile import indicator_models
from nianbao.statistics.figures import Figures, read_figures
from nianbao.terms.figure import Coverage
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.connect import Connection, open_memory
from nianbao.warehouse.core_parts import core_models
from tests.homes import ROOT

XINING, HAIDONG, PROVINCE = "QH630100", "QH630200", "QH630000"
STATISTICS = YearBasis.STATISTICS
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
    tables = ['section = "S"\npublication = "p"\n']
    tables += [
        f'[[indicators]]\nid = "{key}"\nzh = "指标"\nen = "indicator"\nunit = "元"\n{declared}\n'
        for key, declared in DECLARED.items()
    ]
    (folder / "indicators").mkdir()
    (folder / "indicators" / "s.toml").write_text("\n".join(tables), "utf-8")
    return load_project(folder)


@pytest.fixture(scope="module")
def connection(small: Project) -> Iterator[Connection]:
    """A warehouse with the rows above, as raw and core hold them, and every indicator built from them."""
    connection = open_memory()
    connection.execute("CREATE SCHEMA raw; CREATE SCHEMA core; CREATE SCHEMA indicator")
    for part in small.parts:
        columns = ", ".join(f'"{field.column}" DECIMAL(18, 2)' for field in part.fields)
        connection.execute(f"CREATE TABLE raw.{part.table} (submission_id VARCHAR, row_no INTEGER, {columns})")
    connection.execute(
        "CREATE TABLE core.submission (submission_id VARCHAR, form_code VARCHAR, unit_code VARCHAR, period VARCHAR, "
        "year INTEGER, basis VARCHAR);"
        "CREATE TABLE core.unit (unit_code VARCHAR, short_zh VARCHAR, is_counted BOOLEAN);"
        "CREATE TABLE core.reporting (form_code VARCHAR, period VARCHAR, year INTEGER, unit_code VARCHAR, "
        "submission_id VARCHAR, status VARCHAR);"
        f"INSERT INTO core.unit VALUES ('{XINING}', '西宁市总', TRUE), ('{HAIDONG}', '海东市总', TRUE), "
        f"('{PROVINCE}', '省总', FALSE)"
    )
    sent = [("GH05", *row[:3]) for row in ROWS] + [(*row, "period") for row in SENT_OTHERWISE]
    for form, unit, period, basis in sent:
        key = f"{unit}-{period}-{form}"
        connection.execute(
            "INSERT INTO core.submission VALUES ($1, $2, $3, $4, $5, $6)", [key, form, unit, period, period[:4], basis]
        )
        connection.execute(
            "INSERT INTO core.reporting VALUES ($1, $2, $3, $4, $5, 'on_time')", [form, period, period[:4], unit, key]
        )
    for unit, period, _, funds, persons in ROWS:
        connection.execute(
            "INSERT INTO raw.gh05 (submission_id, row_no, warmth_funds_yuan, warmth_persons) VALUES ($1, 1, $2, $3)",
            [f"{unit}-{period}-GH05", funds, persons],
        )
    for model in [*core_models(small), *indicator_models(small)]:
        connection.execute(f"CREATE TABLE {model.name} AS {model.sql}")
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
    assert figures.get("funds", 2020).coverage == Coverage(1, 1)
    assert figures.get("increase", 2021).coverage.reported == 1


def test_every_value_has_one_row(connection: Connection) -> None:
    """By indicator, statistics year and scope."""
    counted = connection.execute(
        "SELECT count(*), count(DISTINCT (indicator_id, year, scope)), count(value) FROM indicator.statistics_year"
    ).fetchone()
    assert counted is not None and counted[0] == counted[1] == counted[2] > 20
