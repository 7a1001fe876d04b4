"""Indicators become queries that count what was declared, and formulas hold year by year and unit by unit."""

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from nianbao.catalog import Project, load_project
from nianbao.errors import DeclarationError
from nianbao.statistics.counted import rows_query
from nianbao.statistics.formulas import counted_behind, expand, operands
from tests.counting import Sent, count, values_of
from tests.homes import ROOT

COUNTED = {
    "funds": "",
    "persons": 'field = "warmth_persons"',
    "q4_funds": 'period = "Q4"',
    "large_funds": 'where = "warmth_funds_yuan >= 100"',
    "doubled": 'measure = "2 * warmth_funds_yuan"',
    "stock": 'aggregate = "last"',
    "most": 'aggregate = "max"',
    "least": 'aggregate = "min"',
    "reports": 'aggregate = "count"',
    "amounts": 'aggregate = "distinct"',
    "own": 'unit_scope = "QH630000"',
    "of_counted": 'unit_scope = "counted"',
}
FORMULAS = {
    "increase": "funds - funds@prev_year",
    "growth": "100 * increase / funds@prev_year",
    "per_person": "funds / persons",
    "per_pair": "2 * (funds - q4_funds) / (persons + persons)",
    "chained": "funds / persons / q4_funds",
    "below_the_bar": "persons / increase",
    "increase_of_increase": "increase - increase@prev_year",
    "two_years": "funds@prev_year@prev_year",
    "less": "funds - (q4_funds - persons)",
}
ROWS = [  # unit, period, funds, persons
    ("QH630100", "2020Q4", "80.05", 4),
    ("QH630100", "2021Q1", "100.10", 3),
    ("QH630100", "2021Q4", "50.20", 2),
    ("QH630200", "2021Q1", "50.20", 0),
    ("QH630000", "2021Q4", "7", None),
    ("QH630100", "2022Q4", "80.05", 1),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with our forms and the indicators above."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("forms", "reference"):
        shutil.copytree(ROOT / name, folder / name)
    names = 'zh = "指标"\nen = "indicator"\nunit = "元"\n'
    field = 'field = "warmth_funds"\n'
    tables = ['section = "S"\npublication = "p"\n']
    tables += [
        f'[[indicators]]\nid = "{key}"\n{names}form = "GH05"\n{"" if "field =" in more else field}{more}\n'
        for key, more in COUNTED.items()
    ]
    tables += [f'[[indicators]]\nid = "{key}"\n{names}formula = "{formula}"\n' for key, formula in FORMULAS.items()]
    (folder / "indicators").mkdir()
    (folder / "indicators" / "s.toml").write_text("\n".join(tables), "utf-8")
    return load_project(folder)


@pytest.fixture(scope="module")
def values(small: Project) -> Mapping[tuple[str, int, str], Decimal]:
    """What the models come to: indicator, year and scope to value."""
    sent = [
        Sent("GH05", unit, period, {"gh05": [{"warmth_funds_yuan": Decimal(funds), "warmth_persons": persons}]})
        for unit, period, funds, persons in ROWS
    ]
    connection = count(small, sent, dt.date(2023, 3, 1))
    found = values_of(connection)
    connection.close()
    return found


@pytest.mark.parametrize(
    ("indicator", "everybody", "xining"),
    [
        ("funds", "207.50", "150.30"),
        ("persons", "5", "5"),
        ("q4_funds", "57.20", "50.20"),
        ("large_funds", "100.10", "100.10"),
        ("doubled", "415.00", "300.60"),
        # The last quarter of each unit, whichever that is: 50.20 of Q4, 50.20 of Q1, 7 of Q4.
        ("stock", "107.40", "50.20"),
        ("most", "100.10", "100.10"),
        ("least", "7", "50.20"),
        ("reports", "4", "2"),
        ("amounts", "3", "2"),
        ("own", "7", None),
        ("of_counted", "200.50", "150.30"),
    ],
)
def test_an_indicator_counts_what_it_declares(
    values: Mapping[tuple[str, int, str], Decimal], indicator: str, everybody: str, xining: str | None
) -> None:
    """Over all units and by unit, exactly."""
    assert values[indicator, 2021, "all"] == Decimal(everybody)
    assert values.get((indicator, 2021, "QH630100")) == (Decimal(xining) if xining else None)


@pytest.mark.parametrize(
    ("indicator", "year", "scope", "value"),
    [
        # T22: of 2020 the fourth quarter alone was reported, so a change rests on the fourth quarters.
        ("increase", 2021, "all", Decimal("57.20") - Decimal("80.05")),
        ("increase", 2021, "QH630100", Decimal("50.20") - Decimal("80.05")),
        ("increase", 2022, "all", Decimal("80.05") - Decimal("207.50")),
        ("increase", 2020, "all", None),
        ("increase", 2021, "QH630200", None),
        ("growth", 2021, "all", 100 * Decimal("-22.85") / Decimal("80.05")),
        ("per_person", 2021, "all", Decimal("41.5")),
        ("per_person", 2021, "QH630200", None),
        ("per_pair", 2021, "all", 2 * (Decimal("207.50") - Decimal("57.20")) / 10),
        ("chained", 2021, "all", Decimal("207.50") / 5 / Decimal("57.20")),
        ("below_the_bar", 2021, "all", 2 / Decimal("-22.85")),
        ("increase_of_increase", 2022, "all", Decimal("80.05") - Decimal("207.50") - Decimal("127.45")),
        ("increase_of_increase", 2021, "all", None),
        ("two_years", 2022, "all", Decimal("80.05")),
        ("less", 2021, "all", Decimal("207.50") - (Decimal("57.20") - 5)),
    ],
)
def test_a_formula_holds_for_each_year_and_scope(
    values: Mapping[tuple[str, int, str], Decimal], indicator: str, year: int, scope: str, value: Decimal | None
) -> None:
    """Ratios are ratios of sums; where an operand is missing or a divisor nought there is no figure."""
    found = values.get((indicator, year, scope))
    if value is None:
        assert found is None
    else:
        assert found is not None
        assert abs(found - value) < Decimal("1e-9")


def test_money_is_added_up_to_the_cent(values: Mapping[tuple[str, int, str], Decimal]) -> None:
    """No sum of money goes through a binary fraction."""
    assert values["funds", 2021, "all"] == Decimal("207.50")
    assert values["increase", 2021, "all"].normalize().as_tuple().exponent == -2


def test_what_a_formula_names_and_what_is_behind_it(small: Project) -> None:
    """As written, and down to what is counted with the years that it lies back."""
    declared = small.indicators
    assert operands(declared["growth"]) == ["increase", "funds@prev_year"]
    assert counted_behind(declared["increase_of_increase"], declared) == [("funds", 0), ("funds", 1), ("funds", 2)]
    assert counted_behind(declared["below_the_bar"], declared) == [("persons", 0), ("funds", 0), ("funds", 1)]
    assert counted_behind(declared["funds"], declared) == [("funds", 0)]


def test_every_quotient_is_guarded(small: Project) -> None:
    """Also one within another, and one that comes in from another formula."""
    assert expand(small.indicators["chained"], small.indicators).sql("duckdb").upper().count("NULLIF") == 2
    assert expand(small.indicators["growth"], small.indicators).sql("duckdb").upper().count("NULLIF") == 1


def test_a_condition_that_is_no_sql_is_refused(small: Project) -> None:
    """The error names the indicator."""
    wrong = replace(small.indicators["funds"], where="warmth_funds_yuan >=")
    with pytest.raises(DeclarationError, match="the condition of funds is not SQL"):
        rows_query(wrong, small, small.conventions.year)
