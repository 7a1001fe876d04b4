"""Forms: who owes what for which period, and until when."""

import datetime as dt

import pytest

from nianbao.catalog import Project
from nianbao.terms.codes import Code
from nianbao.terms.form import Aggregate, Field, FieldType, Form, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.span import Span
from nianbao.terms.unit import Level, Unit

Q4, Q1 = Period.parse("2021Q4"), Period.parse("2021Q1")


LEVELS = {
    code: Level(code, code, code, code, code, "province", True, "") for code in ("prefecture", "county", "department")
}


def unit(code: str = "QH630100", level: str = "prefecture", until: dt.date | None = None) -> Unit:
    """A unit that has existed since 2018."""
    return Unit(code, LEVELS[level], "某总工会", "某总", "", "", "", "", dt.date(2018, 1, 1), until, "confirmed", "")


def field(code: str, line: int, type: FieldType = FieldType.INT, since: str = "", until: str = "") -> Field:
    """A question."""
    return Field(code, line, code, code, type, "", Aggregate.SUM, True, "", "", False, Span.between(since, until))


def part(code: str, suffixes: tuple[str, ...], reporters: frozenset[str]) -> Part:
    """A part with one question on money."""
    return Part("GH98", code, "", "", Layout.INDICATOR, "", suffixes, reporters, (field("funds", 1, FieldType.MONEY),))


@pytest.fixture
def form() -> Form:
    """A form of prefectures and one office, for quarters and the year, with a part that only the office owes."""
    everybody, suffixes = frozenset({"prefecture", "QHB03"}), ("Q1", "Q4", "Y")
    parts = (part("main", suffixes, everybody), part("accounts", ("Y",), frozenset({"QHB03"})))
    return Form(
        "GH98", "表", "Form", "98表", "2021", suffixes, everybody, Span.between("2021", ""), 10, 5, False, (), parts
    )


def owed(form: Form, who: Unit, period: Period) -> list[str]:
    """The parts that a unit owes in a period."""
    return [part.code for part in form.parts_of(who, period)]


def test_a_level_or_a_single_unit_is_asked(form: Form) -> None:
    """Reporters are levels and single codes; nobody else owes the form."""
    office = unit("QHB03", "department")
    assert owed(form, unit(), Q4) == ["main"]
    assert owed(form, office, Q4) == ["main"]
    assert owed(form, office, Period.parse("2021")) == ["main", "accounts"]
    assert owed(form, unit(), Period.parse("2021")) == ["main"]
    assert owed(form, unit("QHB04", "department"), Q4) == []
    assert owed(form, unit("C", "county"), Q4) == []


def test_a_form_is_owed_in_its_own_periods_only(form: Form) -> None:
    """A quarterly form is not asked for half a year."""
    assert owed(form, unit(), Period.parse("2021Q2")) == []
    assert owed(form, unit(), Period.parse("2021H2")) == []


def test_periods_that_end_together_share_a_workbook(form: Form) -> None:
    """With the fourth quarter goes the year, with the first nothing else."""
    assert [str(period) for period in form.periods_closing_with(Q4)] == ["2021Q4", "2021"]
    assert [str(period) for period in form.periods_closing_with(Q1)] == ["2021Q1"]
    assert form.periods_closing_with(Period.parse("2021Q2")) == ()


def test_money_says_its_unit_in_the_name_of_its_column(form: Form) -> None:
    """A column of money cannot be mistaken for one of thousands."""
    assert form.part("main").field("funds").column == "funds_yuan"
    assert field("persons", 2).column == "persons"


def test_a_table_is_named_after_form_and_part(form: Form) -> None:
    """The main part is the form's own table."""
    assert [each.table for each in form.parts] == ["gh98", "gh98_accounts"]


def test_what_is_not_there_is_an_error_that_names_it(form: Form) -> None:
    """A part or field that the form does not have is never another one."""
    with pytest.raises(KeyError, match="GH98 has no part 'other'"):
        form.part("other")
    with pytest.raises(KeyError, match=r"GH98\.main has no field 'persons'"):
        form.part("main").field("persons")


def test_a_question_is_asked_in_its_years() -> None:
    """T7: from the first period to the last, both included; a period that began before is not asked."""
    asked = field("x", 1, since="2020", until="2022Q3")
    periods = ["2019Q4", "2020Q1", "2020", "2022Q3", "2022H2", "2022Q4", "2022"]
    assert [code for code in periods if asked.is_asked_in(Period.parse(code))] == ["2020Q1", "2020", "2022Q3"]


def test_units_and_codes_are_valid_from_day_to_day() -> None:
    """The first and the last day count; an open end has none."""
    last = dt.date(2021, 12, 31)
    days = (dt.date(2017, 12, 31), dt.date(2018, 1, 1), last, dt.date(2022, 1, 1))
    assert [unit(until=last).is_valid_on(day) for day in days] == [False, True, True, False]
    assert unit().is_valid_on(dt.date(2999, 1, 1))
    code = Code("l", "c", "", "", "", "", "", dt.date(2018, 1, 1), last)
    assert [code.is_valid_on(day) for day in days] == [False, True, True, False]
    assert Code("l", "c", "", "", "", "", "", None, None).is_valid_on(dt.date(1900, 1, 1))


def test_a_prefecture_owes_quarter_half_year_and_year_together(project: Project) -> None:
    """At the end of the year one workbook holds forms of a quarter, a half-year and a year."""
    periods = {form.code: str(own) for form, own, _ in project.due_forms(project.units["QH630100"], Q4)}
    assert (periods["GH05"], periods["GH02"], periods["GH12"]) == ("2021Q4", "2021H2", "2021")
    assert "GH14" not in periods
