"""A field that the form has gained or lost is asked only in its years."""

from pathlib import Path

from nianbao.catalog.checks import read_suites
from nianbao.terms.form import Aggregate, Field, FieldType, Form, Layout, Part
from nianbao.warehouse.connect import open_memory
from nianbao.warehouse.expectations import validate

SUITE = """
form: "*"
rules:
- code: C00-7
  each: required
  severity: reject
  type: expect_column_values_to_not_be_null
  says: 没有填
  because: 必填
"""


def form_with(field: Field) -> Form:
    """A form of one part with one field."""
    part = Part("T01", "main", "表", "form", Layout.INDICATOR, "", ("Y",), frozenset({"province"}), (field,))
    return Form("T01", "表", "form", "T01", "1", ("Y",), frozenset({"province"}), 2020, 10, 10, False, (), (part,))


def test_a_required_field_is_missed_only_in_its_years(tmp_path: Path) -> None:
    """A blank cell of a year before `since` or after `until` is no finding; one of a year between is."""
    (tmp_path / "all.yaml").write_text(SUITE, encoding="utf-8")
    field = Field("visits", 1, "慰问", "visits", FieldType.INT, "次", Aggregate.SUM, True, "", "", False, 2021, 2022)
    rules = read_suites(tmp_path, {"T01": form_with(field)}, {})
    connection = open_memory()
    connection.execute("ATTACH ':memory:' AS stage")
    connection.execute("CREATE TABLE stage.t01 (submission_id VARCHAR, row_no INTEGER, year INTEGER, visits BIGINT)")
    for year in (2020, 2021, 2022, 2023):
        connection.execute("INSERT INTO stage.t01 VALUES (?, 1, ?, NULL)", [f"of {year}", year])
    offenders = validate(connection, "stage", "t01", rules)
    assert sorted(offender.submission_id for offender in offenders) == ["of 2021", "of 2022"]
