"""What units report as year-to-date becomes the value of each period."""

import itertools
from collections.abc import Iterator
from decimal import Decimal

import pytest

from nianbao.catalog import Project
from nianbao.warehouse.connect import Connection, insert_columns, open_memory, rows_of
from nianbao.warehouse.core_parts import core_models

Report = tuple[str, Decimal | None] | None
"""What a unit says in a quarter: `period` or `cumulative` with a value or a blank; nothing when it does not report."""

AMOUNTS = [Decimal("10.10"), Decimal("7.07"), Decimal(100), Decimal("1003.30")]


def every_year() -> Iterator[list[Report]]:
    """Every way in which a unit may report the four quarters of a year."""
    ways: list[list[Report]] = [
        [None, *((basis, value) for basis in ("period", "cumulative") for value in (amount, None))]
        for amount in AMOUNTS
    ]
    return map(list, itertools.product(*ways))


@pytest.fixture(scope="module")
def model_sql(project: Project) -> str:
    """The model of core.gh05, as it is made from the form."""
    (model,) = (each for each in core_models(project) if each.name == "core.gh05")
    assert model.reads == {"raw.gh05", "core.submission"}
    return model.sql


@pytest.fixture(scope="module")
def connection(project: Project) -> Iterator[Connection]:
    """A warehouse with what core.gh05 is made from."""
    connection = open_memory()
    columns = ", ".join(f"{field.column} DECIMAL(18, 2)" for field in project.forms["GH05"].part("main").fields)
    connection.execute(
        "CREATE SCHEMA raw; CREATE SCHEMA core; CREATE TABLE core.submission "
        "(submission_id VARCHAR, unit_code VARCHAR, period VARCHAR, year INTEGER, basis VARCHAR);"
        f"CREATE TABLE raw.gh05 (submission_id VARCHAR, row_no INTEGER, {columns})"
    )
    yield connection
    connection.close()


def report(connection: Connection, reported: dict[tuple[str, int], list[Report]]) -> None:
    """Let units report the warmth funds of years, quarter by quarter, and nothing else be known."""
    connection.execute("DELETE FROM raw.gh05; DELETE FROM core.submission")
    rows = [
        (f"{unit}-{year}Q{quarter}", unit, f"{year}Q{quarter}", year, *said)
        for (unit, year), reports in reported.items()
        for quarter, said in enumerate(reports, start=1)
        if said is not None
    ]
    key, unit, period, year, basis, value = map(list, zip(*rows, strict=True))
    nothing = [7] * len(rows)
    raw = {"submission_id": key, "row_no": nothing, "warmth_funds_yuan": value, "relief_std_new": nothing}
    submissions = {"submission_id": key, "unit_code": unit, "period": period, "year": year, "basis": basis}
    insert_columns(connection, "raw.gh05", raw, dict.fromkeys(raw, "DECIMAL(18, 2)") | {"submission_id": "VARCHAR"})
    insert_columns(connection, "core.submission", submissions, dict.fromkeys(submissions, "VARCHAR"))


def period_values(reports: list[Report]) -> list[Decimal | None]:
    """The same by hand: a year-to-date value stands for itself less all that is known of the year before it."""
    known, values = Decimal(0), []
    for said in reports:
        if said is not None:
            basis, value = said
            own = value if value is None or basis == "period" else value - known
            known += own or 0
            values.append(own)
    return values


def built(connection: Connection, model_sql: str) -> dict[tuple[str, int], list[Decimal | None]]:
    """The period values that the model makes, by unit and year."""
    found: dict[tuple[str, int], list[Decimal | None]] = {}
    for row in rows_of(connection, f"SELECT * FROM ({model_sql}) ORDER BY unit_code, period"):
        found.setdefault((row["unit_code"], row["year"]), []).append(row["warmth_funds_yuan"])
    return found


def test_period_values_are_what_is_left_of_the_year_to_date(connection: Connection, model_sql: str) -> None:
    """Whatever mixture of bases, blanks and missing quarters a unit sends, each period gets its part of the year."""
    years = list(every_year())
    reported = {(f"U{number}", 2021): reports for number, reports in enumerate(years)}
    reported |= {(f"U{number}", 2020): reports for number, reports in enumerate(reversed(years))}
    report(connection, reported)
    found = built(connection, model_sql)
    assert len(years) == 5**4
    assert found == {key: values for key, reports in reported.items() if (values := period_values(reports))}


def test_periods_add_up_to_the_year_to_date(connection: Connection, model_sql: str) -> None:
    """What was reported up to a quarter whose year-to-date value is known comes to that value."""
    ten, five, thirty = Decimal(10), Decimal(5), Decimal(30)
    reports: list[Report] = [("cumulative", ten), ("period", five), ("cumulative", None), ("cumulative", thirty)]
    report(connection, {("U1", 2021): reports})
    ((_, values),) = built(connection, model_sql).items()
    assert values == [10, 5, None, 15]
    assert sum(value or 0 for value in values) == thirty


def test_what_is_not_a_sum_is_left_as_it_is(connection: Connection, model_sql: str) -> None:
    """A standard that is the same all year is not made smaller by what it was before."""
    report(connection, {("U1", 2021): [("cumulative", Decimal(1)), ("cumulative", Decimal(2))]})
    assert [row["relief_std_new"] for row in rows_of(connection, model_sql)] == [7, 7]


def test_a_form_that_is_cumulative_by_definition_keeps_its_values(project: Project) -> None:
    """The accounts of a half-year and of a year are both wanted as they were reported."""
    for model in core_models(project):
        if model.name.startswith("core.gh12"):
            assert "OVER" not in model.sql
