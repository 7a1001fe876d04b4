"""The way of an explanation: written beside its finding, sent back, recorded, ruled on, remembered."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.intake.acknowledge import MARKED, PAGE, RECEIPT
from nianbao.intake.answer.styles import FILLS
from nianbao.publish.compose import compose
from nianbao.publish.footnotes import with_footnotes
from nianbao.runs.build import build_tables
from nianbao.runs.decide import rule
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.statistics.claims import Claims
from nianbao.statistics.figures import read_figures
from nianbao.terms.explanation import Ruling
from nianbao.terms.finding import Severity
from nianbao.terms.workbook_words import ANSWER_SHEET
from nianbao.warehouse.explanations import approved, explanations
from tests.homes import clock_at, warehouse
from tests.intake.answer.conftest import DEAR, UNIT, Desk
from tests.workbooks import edited

REASON = "本季度只慰问一名因公牺牲职工的家属，按规定发放抚慰金"
LATER, RULED_AT = "2021-10-12T01:00", "2021-10-13T10:00"
NEXT_QUARTER = "2022-01-09T01:00"


def receipt_of(answer: Path) -> dict[str, Any]:
    """The receipt beside an answer's name."""
    receipt: dict[str, Any] = json.loads(answer.with_name(answer.name + RECEIPT).read_text("utf-8"))
    return receipt


def decision(receipt: dict[str, Any], form: str = "GH05") -> str:
    """What was decided about a form."""
    (decided,) = (item["decision"] for item in receipt["submissions"] if item["form"] == form)
    return str(decided)


def explained(answer: Path, text: str = REASON) -> bytes:
    """The marked workbook with a text in every 说明 that is open, saved by another program."""

    def write(workbook: openpyxl.Workbook) -> None:
        sheet = workbook[ANSWER_SHEET]
        for row in sheet.iter_rows():
            if len(row) > 8 and row[8].value and not row[7].protection.locked:
                row[7].value = text

    return edited(answer.with_name(answer.name + MARKED), write)


def rows(desk: Desk, show_all: bool = False) -> list[dict[str, Any]]:
    """The explanations in the ledger; those that wait for a ruling, or all."""
    with warehouse(desk.home) as connection:
        return [row for row in explanations(connection) if show_all or not row["ruling"]]


def rule_on(desk: Desk, row: dict[str, Any], ruling: Ruling, until: str = "") -> None:
    """Rule on an explanation."""
    day = dt.date.fromisoformat(until) if until else None
    with clock_at(RULED_AT), open_workspace(desk.project.path, desk.home, "explanations") as workspace:
        rule(workspace, row["explanation_id"], ruling, "统计审核岗", day)


@pytest.fixture(scope="session")
def lived(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that took in a workbook with a finding that needs a reason, and then the marked one with the reason."""
    desk = Desk(project, Home(tmp_path_factory.mktemp("lived") / "home"))
    waiting = desk.send(desk.planned(forms=DEAR))
    assert decision(receipt_of(waiting)) == "awaiting_explanation"
    desk.send_back(explained(waiting), "回报.xlsx", LATER)
    return desk.home.path


@pytest.fixture
def desk(project: Project, lived: Path, tmp_path: Path) -> Desk:
    """A desk of one's own with that home."""
    shutil.copytree(lived, tmp_path / "home", copy_function=shutil.copy2)
    return Desk(project, Home(tmp_path / "home"))


@pytest.fixture
def waiting(desk: Desk) -> Path:
    """Where the answer to the first workbook lies."""
    return desk.home.outbox / desk.planned().unit.short_zh / desk.planned().file_name


@pytest.fixture
def told(desk: Desk) -> Path:
    """Where the answer to the marked workbook that was sent back lies."""
    return desk.home.outbox / desk.planned().unit.short_zh / "回报.xlsx"


def workbook(desk: Desk, period: str, note: str = "", **changed: Any) -> bytes:
    """A workbook of another quarter, or of the same with another answer, that has the same finding."""
    planned = desk.planned(period, {"GH05": DEAR["GH05"] | changed})
    filled: Any = planned.content
    notes = {"GH05": note} if note else {}
    path = desk.home.path / "workbook.xlsx"
    return desk.write(path, replace(planned, content=replace(filled, notes=notes))).read_bytes()


def test_a_reason_beside_the_finding_lets_the_form_in(told: Path) -> None:
    """Sent back with 说明 filled in, the form is a second submission that is accepted; the others are unchanged."""
    receipt = receipt_of(told)
    assert decision(receipt) == "accepted_with_warnings"
    assert [(item["form"], item["number"]) for item in receipt["submissions"]] == [("GH05", 2)]
    (found,) = (item for item in receipt["findings"] if item["severity"] == "explain")
    assert found["explanation"]["text"] == REASON
    assert found["explanation"]["ruling"] == "pending"
    assert found["severity_zh"] == "已说明"
    assert "没有必须改正或说明的问题" in told.with_name(told.name + PAGE).read_text("utf-8")
    cell = openpyxl.load_workbook(told.with_name(told.name + MARKED))[found["sheet"]][found["cell"]]
    assert cell.fill.fgColor.rgb == FILLS[Severity.WARN]
    assert REASON in told.with_name(told.name + PAGE).read_text("utf-8")


def test_it_is_recorded_with_who_and_when(desk: Desk) -> None:
    """The ledger holds the reason with unit, rule, field and moment."""
    (row,) = rows(desk)
    assert (row["unit_code"], row["code"], row["field"], row["given"]) == (UNIT, "C05-3", "warmth_funds", "beside")
    assert row["explained_at"] == dt.datetime.fromisoformat(LATER)


def test_a_blank_explanation_changes_nothing(desk: Desk, waiting: Path) -> None:
    """The marked workbook sent back as it is explains nothing; the form that is in force stays in force."""
    again = desk.send_back(explained(waiting, ""), "空白.xlsx", RULED_AT)
    assert [item["explanation"] for item in receipt_of(again)["findings"] if item["severity"] == "explain"] in (
        [],
        [None],
    )
    assert len(rows(desk)) == 1


def test_the_forms_own_note_still_counts(desk: Desk) -> None:
    """A 说明 under the form explains its findings without any marked workbook."""
    answer = desk.send_back(workbook(desk, "2021Q2", REASON), "q2.xlsx", LATER, "2021Q2")
    assert decision(receipt_of(answer)) == "accepted_with_warnings"
    assert ("2021Q2", "note", REASON) in [(row["period"], row["given"], row["explanation"]) for row in rows(desk)]


def test_what_was_approved_passes_the_next_time(desk: Desk, told: Path) -> None:
    """The same finding of the same unit passes until the end date, with the reason that was approved."""
    (row,) = rows(desk)
    rule_on(desk, row, Ruling.APPROVED, "2021-12-31")
    assert rows(desk) == []
    assert receipt_of(told)["findings"][0]["explanation"]["ruling"] == "approved"
    answer = desk.send_back(workbook(desk, "2021Q2"), "q2.xlsx", LATER, "2021Q2")
    assert decision(receipt_of(answer)) == "awaiting_explanation", "received before the ruling"
    answer = desk.send_back(workbook(desk, "2021Q1"), "q1.xlsx", NEXT_QUARTER, "2021Q1")
    found = [item for item in receipt_of(answer)["findings"] if item["severity"] == Severity.EXPLAIN.value]
    assert [(item["explanation"]["text"], item["explanation"]["given"]) for item in found] == [(REASON, "earlier")]
    (repeated,) = (item for item in rows(desk, show_all=True) if item["given"] == "earlier")
    assert repeated["earlier_id"] == row["explanation_id"]
    assert rows(desk) == [], "nothing new waits for a ruling"


def test_an_approval_ends_on_its_day(desk: Desk) -> None:
    """For a period that ends after the end date the unit is asked again."""
    (row,) = rows(desk)
    rule_on(desk, row, Ruling.APPROVED, "2021-06-30")
    answer = desk.send_back(workbook(desk, "2021Q3", disaster_funds=Decimal(1)), "again.xlsx", NEXT_QUARTER)
    assert decision(receipt_of(answer)) == "awaiting_explanation"


def test_a_refused_reason_does_not_count_again(desk: Desk, told: Path) -> None:
    """The unit is told, the same words are not taken again, and other words are."""
    (row,) = rows(desk)
    rule_on(desk, row, Ruling.REFUSED)
    assert receipt_of(told)["findings"][0]["explanation"]["ruling"] == "refused"
    assert "未认可" in told.with_name(told.name + PAGE).read_text("utf-8")
    same = desk.send_back(workbook(desk, "2021Q2", f" {REASON} "), "same.xlsx", NEXT_QUARTER, "2021Q2")
    assert decision(receipt_of(same)) == "awaiting_explanation"
    other = desk.send_back(explained(same, "另附抚慰金发放审批单编号 2021-17"), "other.xlsx", NEXT_QUARTER, "2021Q2")
    assert decision(receipt_of(other)) == "accepted_with_warnings"


def test_rulings_survive_a_lost_warehouse(desk: Desk) -> None:
    """Rebuilt from the archive, the ledger holds the same explanations and the same rulings."""
    (row,) = rows(desk)
    rule_on(desk, row, Ruling.APPROVED, "2021-12-31")
    before = rows(desk, show_all=True)
    desk.home.warehouse.unlink()
    shutil.rmtree(desk.home.outbox)
    desk.collect(desk.home.inbox / "nothing", NEXT_QUARTER)
    assert rows(desk, show_all=True) == before


def test_only_sensible_rulings_are_taken(desk: Desk) -> None:
    """An approval needs an end date, every ruling a role, and an id that exists."""
    (row,) = rows(desk)
    known = row["explanation_id"]
    runner = CliRunner()
    for options, code in (
        (("--approve", known, "--by", "岗"), 2),
        (("--refuse", known, "--until", "2021-12-31", "--by", "岗"), 2),
        (("--approve", known, "--refuse", known, "--by", "岗"), 2),
        (("--refuse", known), 2),
        (("--refuse", "E00000000", "--by", "岗"), 64),
    ):
        assert runner.invoke(main, ["explanations", "--home", str(desk.home.path), *options]).exit_code == code, options
    with warehouse(desk.home) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.ruling").fetchall() == [(0,)]


def test_the_operator_rules_at_the_command_line(desk: Desk, told: Path) -> None:
    """`nianbao explanations` lists what waits; once it is approved nothing waits, and the unit has been told."""
    runner, home = CliRunner(), ["--home", str(desk.home.path)]
    (row,) = rows(desk)
    listed = runner.invoke(main, ["explanations", *home]).output
    assert REASON in listed
    assert row["explanation_id"] in listed
    ruling = ["--approve", row["explanation_id"], "--until", "2021-12-31", "--by", "统计审核岗"]
    done = runner.invoke(main, ["explanations", *home, *ruling])
    assert done.exit_code == 0, done.output
    assert json.loads(runner.invoke(main, ["explanations", *home, "--json"]).output) == []
    assert receipt_of(told)["findings"][0]["explanation"]["until"] == "2021-12-31"


def test_the_same_marked_workbook_again_changes_nothing(desk: Desk, waiting: Path) -> None:
    """Sent back once more it brings no new submission."""
    receipt = receipt_of(desk.send_back(explained(waiting), "回报二.xlsx", RULED_AT))
    assert receipt["outcome"] in ("duplicate", "accepted")
    assert receipt["submissions"] == []


def test_an_approved_reason_is_printed_where_the_publication_asks_for_it(desk: Desk) -> None:
    """A section that prints a figure counted from the explained cell says why, once it is approved; others do not."""
    (row,) = rows(desk)

    def notes(least: int = 0) -> list[tuple[str, str]]:
        with warehouse(desk.home) as connection:
            figures = read_figures(connection, desk.project)
            report = desk.project.publications["work_report"]
            document = compose(report, Claims(figures, {}), 2021, "draft", row["explained_at"], ())
            noted = with_footnotes(document, figures, approved(connection), least)
        return [(section.id, note.text) for section in noted.sections for note in section.footnotes]

    with clock_at(RULED_AT), open_workspace(desk.project.path, desk.home, "build") as workspace:
        build_tables(workspace)
    assert notes() == []
    rule_on(desk, row, Ruling.APPROVED, "2021-12-31")
    assert notes() == notes(100) == [("W1.A5", f"省交通运输工会2021年第三季度“送温暖资金”的说明：{REASON}。")]
