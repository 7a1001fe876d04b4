"""A cover is held against the roster and the form of its period, not of today."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from nianbao.catalog import Project
from nianbao.intake.columns import to_columns
from nianbao.intake.judge.identify import Identified, identify
from nianbao.terms.delivery import Delivery
from nianbao.terms.form import FormEdition
from nianbao.terms.period import Period
from nianbao.terms.roster import Roster
from nianbao.terms.span import Span
from nianbao.terms.submission import Cell, FormFrame, Reading
from nianbao.terms.unit import Unit

RENAMED, HEIR = "QH630100", "QH630200"
OLD_NAME = "西宁市总工会"


def in_the_roster(project: Project, *versions: Unit) -> Project:
    """The project in which these versions stand for their units."""
    codes = {unit.code for unit in versions}
    others = tuple(unit for unit in project.roster.versions if unit.code not in codes)
    return replace(project, roster=Roster(project.roster.levels, (*others, *versions), ()))


@pytest.fixture
def changed(project: Project) -> Project:
    """On 1 July 2021 a unit is renamed and moved, and its old name passes to another."""
    before, heir = project.units[RENAMED], project.units[HEIR]
    june, july = dt.date(2021, 6, 30), dt.date(2021, 7, 1)
    return in_the_roster(
        project,
        replace(before, valid_to=june),
        replace(before, zh="新名总工会", short_zh="新名", place_parent="QHI01", valid_from=july),
        replace(heir, valid_to=june),
        replace(heir, zh=OLD_NAME, short_zh="西宁市总", valid_from=july),
    )


def sent(project: Project, unit: str, name: str, period: str, arrived: str, edition: str = "2021") -> Identified:
    """What a workbook with GH05 turns out to be."""
    day = dt.datetime.fromisoformat(arrived)
    delivery = Delivery("D000007", "a.xlsx", "ab" * 32, 9, 0, day, day)
    cover = {"unit_code": unit, "unit_name": name, "period": period, "basis": "本期", "money_unit": "元"}
    frame = FormFrame("GH05", "GH05 表", edition, "", (Cell("main", 1, "warmth_funds", "E6", "5", Decimal(5), None),))
    return identify(delivery, to_columns(Reading(cover, (frame,))), project)


def codes(found: Identified) -> list[str]:
    """What is wrong with the cover."""
    return [fault.code for fault in found.faults]


def test_T1_earlier_periods_of_a_renamed_unit_are_taken(changed: Project) -> None:
    """T1: a correction of the first quarter is in the roster and due, under the name of that quarter."""
    found = sent(changed, RENAMED, OLD_NAME, "2021Q1", "2021-09-03")
    (submission,) = (each.submission for each in found.sent)
    assert codes(found) == []
    assert submission.in_roster and submission.is_due


def test_T5_a_name_is_whose_it_was_in_the_period(changed: Project) -> None:
    """T5: a name that passed on is another unit's in later periods, and the new owner's there."""
    assert codes(sent(changed, RENAMED, OLD_NAME, "2021Q3", "2021-10-05")) == ["UNIT_NAME_OF_ANOTHER"]
    assert codes(sent(changed, HEIR, OLD_NAME, "2021Q3", "2021-10-05")) == []
    assert codes(sent(changed, HEIR, OLD_NAME, "2021Q1", "2021-10-05")) == ["UNIT_NAME_OF_ANOTHER"]


def test_T3_the_last_report_of_a_unit_that_ended_within_a_period_is_taken(project: Project) -> None:
    """T3: as soon as the unit has ended, and for no period after that."""
    project = in_the_roster(project, replace(project.units[RENAMED], valid_to=dt.date(2021, 8, 15)))
    found = sent(project, RENAMED, OLD_NAME, "2021Q3", "2021-08-20")
    assert codes(found) == []
    assert [each.submission.in_roster and each.submission.is_due for each in found.sent] == [True]
    later = sent(project, RENAMED, OLD_NAME, "2021Q4", "2022-01-05")
    assert [each.submission.in_roster for each in later.sent] == [False]


def test_T7_a_form_of_an_earlier_period_carries_its_own_edition(project: Project) -> None:
    """T7: since the third quarter there is a new edition; a correction of the second is right on the old one."""
    form = replace(
        project.forms["GH05"], edition="2021b", earlier_editions=(FormEdition("2021", Span.between("", "2021Q2")),)
    )
    project = replace(project, forms=project.forms | {"GH05": form})

    def told(period: str, edition: str) -> list[str]:
        found = sent(project, RENAMED, OLD_NAME, period, "2022-01-05", edition)
        return [fault.code for each in found.sent for fault in each.faults if fault.code == "TEMPLATE_VERSION"]

    assert told("2021Q2", "2021") == told("2021Q3", "2021b") == []
    assert told("2021Q3", "2021") == told("2021Q2", "2021b") == ["TEMPLATE_VERSION"]


def test_F12_a_workbook_is_named_by_the_units_own_period(project: Project) -> None:
    """F12: where another form is monthly, who owes quarters alone gets the workbook of the quarter."""
    monthly = replace(project.forms["GH05"], suffixes=("M12",), reporters=frozenset({"QHB03"}))
    project = replace(project, forms={"GH01": project.forms["GH01"], "GH05": monthly})
    asked = Period.parse("2022M12")
    assert str(project.workbook_period(asked)) == "2022M12"
    assert str(project.workbook_period(asked, project.units[RENAMED])) == "2022Q4"
    assert str(project.workbook_period(asked, project.units["QHB03"])) == "2022M12"
