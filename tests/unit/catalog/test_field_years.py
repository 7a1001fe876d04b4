"""A field that the form has gained or lost is required only in the periods in which it is asked (T7)."""

from pathlib import Path

from nianbao.catalog.checks import read_suites
from nianbao.terms.form import Aggregate, Field, FieldType, Form, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.span import Span

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
    return Form(
        "T01",
        "表",
        "form",
        "T01",
        "1",
        ("Y",),
        frozenset({"province"}),
        Span.between("2020", ""),
        10,
        10,
        False,
        (),
        (part,),
    )


def test_T7_a_required_field_is_missed_only_in_its_periods(tmp_path: Path) -> None:
    """T7: the rule made for a field holds from the period in which it came to that in which it went."""
    (tmp_path / "all.yaml").write_text(SUITE, encoding="utf-8")
    span = Span.between("2021Q3", "2022")
    field = Field("visits", 1, "慰问", "visits", FieldType.INT, "次", Aggregate.SUM, True, "", "", False, span)
    (rule,) = read_suites(tmp_path, {"T01": form_with(field)}, {})
    periods = ("2021Q2", "2021Q3", "2022Q4", "2022", "2023Q1")
    assert [code for code in periods if rule.span.covers(Period.parse(code))] == ["2021Q3", "2022Q4", "2022"]
