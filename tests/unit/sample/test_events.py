"""Ordinary life in the sample year: what is late, wrong, sent twice or no workbook."""

import datetime as dt
from collections import Counter
from decimal import Decimal

from nianbao.catalog import Project
from nianbao.sample.planned import Planned
from nianbao.terms.filled import Filled

FIRST_NIGHT = dt.date(2022, 1, 15)
SECOND_NIGHT = dt.date(2022, 1, 25)


def of(planned: list[Planned], unit: str, period: str = "2021Q4") -> list[tuple[Planned, Filled]]:
    """The workbooks of a unit for a period, in the order in which they were sent."""
    return [
        (each, each.content)
        for each in planned
        if (each.unit.code, each.period.code) == (unit, period) and isinstance(each.content, Filled)
    ]


def test_workbooks_are_on_time_unless_told_otherwise(project: Project, planned: list[Planned]) -> None:
    """What is on time is sent after the period and by the earliest due day of its forms, in office hours."""
    for each in planned:
        assert 8 <= each.sent_at.hour < 18
        if each.story == "on time" and isinstance(each.content, Filled):
            due = [
                project.deadline(form, own, each.unit).due_on
                for form, own, _ in project.due_forms(each.unit, each.period)
                if form.code in each.content.forms
            ]
            assert each.period.end < each.sent_at.date() <= min(due)


def test_two_units_are_late_and_one_misses_the_first_night(project: Project, planned: list[Planned]) -> None:
    """Both come within the days of grace, so both count."""
    late = [each for each in planned if each.story.startswith("late")]
    assert [each.unit.code for each in late] == ["QHD09", "QH632700"]
    assert late[0].sent_at.date() <= FIRST_NIGHT < late[1].sent_at.date() <= SECOND_NIGHT
    form = project.forms["GH01"]
    deadlines = [project.deadline(form, each.period, each.unit) for each in late]
    assert all(d.due_on < each.sent_at.date() <= d.accepted_until for d, each in zip(deadlines, late, strict=True))


def test_one_unit_leaves_one_sheet_out(planned: list[Planned]) -> None:
    """The workbook comes without the sheet, and the writer is told to write only what is there."""
    ((_, filled),) = of(planned, "QHD14", "2021Q3")
    assert "GH06" not in filled.forms
    assert "GH05" in filled.forms
    assert filled.only


def test_one_unit_corrects_one_number_later(planned: list[Planned]) -> None:
    """The correction is declared as one, holds one form, and differs in what was forgotten."""
    (_, first), (again, corrected) = of(planned, "QH630200")
    assert corrected.cover["status"] == "更正"
    assert list(corrected.forms) == ["GH05"]
    assert FIRST_NIGHT < again.sent_at.date() <= SECOND_NIGHT
    (wrong,), (right,) = first.forms["GH05"]["main"], corrected.forms["GH05"]["main"]
    assert {name for name in right if right[name] != wrong[name]} == {"warmth_funds", "warmth_persons"}


def test_one_workbook_is_full_of_faults_and_comes_again(planned: list[Planned]) -> None:
    """More women than members, a blank, parts that do not add up and words for a number, all mended later."""
    (_, first), (again, mended) = of(planned, "QHI06")
    rows = {form: first.forms[form]["main"][0] for form in ("GH01", "GH03", "GH05", "GH06")}
    assert Decimal(str(rows["GH01"]["members_female"])) > Decimal(str(rows["GH01"]["members_total"]))
    assert "media_items" not in rows["GH03"]
    assert rows["GH05"]["relief_living"] != mended.forms["GH05"]["main"][0]["relief_living"]
    assert isinstance(rows["GH06"]["posts"], str)
    assert isinstance(mended.forms["GH06"]["main"][0]["posts"], int)
    assert set(mended.forms) == set(first.forms)
    assert FIRST_NIGHT < again.sent_at.date() <= SECOND_NIGHT


def test_one_explanation_comes_later(planned: list[Planned]) -> None:
    """A form that needs a reason is sent without it, and again with it and with the same numbers."""
    (_, first), (_, again) = of(planned, "QHI11")
    assert "GH02" not in first.notes
    assert again.notes["GH02"]
    assert again.forms == {"GH02": first.forms["GH02"]}


def test_one_workbook_comes_twice(planned: list[Planned]) -> None:
    """The duplicate has the same content and another name."""
    (first, filled), (copy, again) = of(planned, "QH632500")
    assert again == filled
    assert copy.file_name != first.file_name
    assert copy.sent_at > first.sent_at


def test_one_file_is_no_workbook(planned: list[Planned]) -> None:
    """A text is sent under the name of a workbook."""
    (stray,) = [each for each in planned if isinstance(each.content, str)]
    assert stray.file_name.endswith(".xlsx")


def test_no_two_files_lie_in_the_same_place(planned: list[Planned]) -> None:
    """Every file of a unit has a name of its own."""
    places = Counter((each.unit.short_zh, each.file_name) for each in planned)
    assert max(places.values()) == 1


def test_what_stands_before_the_year_is_only_what_is_compared(planned: list[Planned]) -> None:
    """The workbooks of 2020 hold no form that 2021 does not look back at."""
    forms = {
        form
        for each in planned
        if isinstance(each.content, Filled) and each.period.year == 2020
        for form in each.content.forms
    }
    assert forms == {"GH05", "GH07", "GH08", "GH12", "GH13"}
