"""A printed year is corrected after workbooks of the next came in: what no longer holds is named, then issued anew."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from nianbao.catalog import Project
from nianbao.runs.build import build_tables
from nianbao.runs.corrections import Corrections
from nianbao.runs.decide import withdraw
from nianbao.runs.editions import sources_of
from nianbao.runs.nightly import NightRun, nightly
from nianbao.runs.workspace import open_workspace
from nianbao.sample.make import plan_sample
from nianbao.settings import Home
from nianbao.terms.release import Release
from nianbao.terms.workbook_words import STATUSES
from tests.federation import Federation, a01
from tests.homes import PUBLICATIONS, YEAR, arrive, call, clock_at, issue, release, send
from tests.workbooks import answer_cell, cover_cell, edited

UNIT, FORM, FIELD, MORE = "QH632800", "GH05", "warmth_funds", 60_000
QUARTER, SETTLED, NIGHT = "2022Q1", "2022-02-10T01:00", "2022-04-11T01:00"
CORRECTED, LATER = "2022-04-12T01:00", "2022-04-13T10:00"


@dataclass(frozen=True)
class Corrected:
    """The home, the night with the first workbook of 2022, and the night after a correction to 2021."""

    home: Home
    first: NightRun
    second: NightRun


@pytest.fixture(scope="module")
def corrected(project: Project, changed_year: Home) -> Corrected:
    """The sample year 2021 as issued, one workbook of 2022, and then one cell of 2021 put right."""
    first = next(
        each for each in plan_sample(project, YEAR + 1) if (each.unit.code, each.period.code) == (UNIT, QUARTER)
    )
    with clock_at(SETTLED):
        nightly(project.path, changed_year)  # what the office wrote last goes into the drafts
    send(project, changed_year.inbox, [first])
    with clock_at(NIGHT):
        night = nightly(project.path, changed_year)

    def add(workbook: Workbook) -> None:
        answer_cell(workbook, project.forms[FORM], FIELD).value += MORE
        cover_cell(workbook, "status").value = STATUSES[1]

    original = _workbook_of(changed_year, project)
    path = original.with_name(f"{original.stem}（更正）.xlsx")
    path.write_bytes(edited(original, add))
    arrive(path, dt.datetime.fromisoformat(NIGHT) + dt.timedelta(hours=8))
    with clock_at(CORRECTED):
        return Corrected(changed_year, night, nightly(project.path, changed_year))


def _workbook_of(home: Home, project: Project) -> Path:
    """The unit's workbook of the second quarter of 2021."""
    return next(home.inbox.glob(f"{project.units[UNIT].short_zh}/*2021Q2*.xlsx"))


def test_T23_every_year_whose_figures_changed_is_refreshed(corrected: Corrected) -> None:
    """The first workbook of 2022 leaves the drafts of 2021 alone; a correction to 2021 moves those of both years."""
    years = {(each.publication, each.year): each.is_new for each in corrected.first.editions}
    assert years == {(code, year): year > YEAR for code in PUBLICATIONS for year in (YEAR, YEAR + 1)}
    assert all(each.is_new for each in corrected.second.editions)


def test_T23_the_releases_that_no_longer_hold_are_named(corrected: Corrected) -> None:
    """By the night and by status: which figure, then and now, and whose correction; before it all held."""
    assert corrected.first.lapsed == ()
    lapsed = {each.release.name: each for each in corrected.second.lapsed}
    assert "work_report/2021/r1" in lapsed
    found = [each for each in lapsed["work_report/2021/r1"].lapses if each.zh == "送温暖筹资额"]
    assert found and all(each.before != each.after for each in found)
    assert {each.because_zh for each in found} == {"海西州总2021年第二季度《送温暖和困难职工帮扶情况表》更正"}
    assert any(each.before_holds is False for each in found)
    told = json.loads(call("status", "--json", home=corrected.home).stdout)["lapsed"]
    assert [each["release"] for each in told] == [each.release.name for each in corrected.second.lapsed]
    assert "已不再成立" in call("status", home=corrected.home).stdout


def test_T23_what_is_issued_anew_holds_again(corrected: Corrected, project: Project) -> None:
    """r2 of the corrected year prints today's figures; nothing lapsed is left, and nothing of 2022 was issued."""
    with clock_at(LATER), open_workspace(project.path, corrected.home, "publish") as workspace:
        build_tables(workspace)
        editions = issue(workspace)
    issued = {(each.publication, each.year, each.name) for each in editions if each.is_new}
    assert issued == {(each.release.publication, YEAR, "r2") for each in corrected.second.lapsed}
    told: Any = json.loads(call("status", "--json", home=corrected.home).stdout)
    assert told["lapsed"] == []
    assert not release(corrected.home, "work_report", 1, YEAR + 1).exists()


def test_T23_a_correction_that_was_taken_back_is_not_called_one(tmp_path: Path) -> None:
    """T23: after a correction, and after its withdrawal, it is said which of the two makes a release hold no longer."""
    federation = Federation(tmp_path)
    federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, "2021-04-05T09:00")
    federation.night("2021-04-06T01:00")
    said, release_of_year = [], Release("yearbook", YEAR, 1, dt.datetime(2021, 4, 7), "", "")
    with clock_at("2021-04-07T09:00"), open_workspace(federation.folder, federation.home, "test") as workspace:
        first = sources_of(workspace, YEAR)["submissions"]
    federation.send("A1", "2021Q1", {"A01": a01(1000, 11000, 100)}, "2021-04-07T10:00", status="更正")
    federation.night("2021-04-08T01:00")
    for is_withdrawn in (False, True):
        with clock_at("2021-04-08T09:00"), open_workspace(federation.folder, federation.home, "test") as workspace:
            known = sources_of(workspace, YEAR)["submissions"] if is_withdrawn else first
            if is_withdrawn:
                withdraw(workspace, "A1-2021Q1-A01-2", "更正有误", "统计审核岗")
                build_tables(workspace)
            said += [each.zh for each in Corrections.since(workspace, release_of_year, known).changed]
    form = "甲市总2021年第一季度《会员和慰问情况表》"
    assert said == [f"{form}更正", f"{form}撤回后一次报送，恢复前一次"]
