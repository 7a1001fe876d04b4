"""Reasons and corrections have bounds: a reason answers its finding, an approval reaches so far."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from nianbao.intake.blank.workbook import write_workbook
from nianbao.runs.build import build_tables
from nianbao.runs.decide import rule
from nianbao.runs.drafts import refresh_drafts
from nianbao.runs.workspace import open_workspace
from nianbao.terms.explanation import Ruling
from nianbao.terms.filled import Filled
from nianbao.terms.period import Period
from tests.federation import Federation, a01, a02, codes_of
from tests.homes import ROOT, arrive, clock_at

WAITS = "awaiting_explanation"
REASON = "2022年春节慰问标准提高，一季度慰问资金增加较多"


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    """A small federation of which one city reported two quarters of 2021."""
    federation = Federation(tmp_path)
    federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, "2021-04-05T09:00")
    federation.send("A1", "2021Q2", {"A01": a01(1001, 10001, 101)}, "2021-07-05T09:00")
    federation.night("2021-07-06T01:00")
    return federation


def approve(federation: Federation, submission_id: str, most_pct: int | None = None) -> None:
    """Approve the one explanation of a submission for the whole year."""
    rows = federation.ask("SELECT explanation_id FROM ledger.explanation WHERE submission_id = $1", submission_id)
    with clock_at("2022-04-06T09:00"), open_workspace(federation.folder, federation.home, "explanations") as workspace:
        rule(workspace, rows[0][0], Ruling.APPROVED, "统计审核岗", dt.date(2022, 12, 31), most_pct)


@pytest.mark.parametrize(
    ("funds", "state"),
    [(16900, "accepted_with_warnings"), (4_000_000, WAITS), (2000, WAITS)],
    ids=["like", "far", "down"],
)
def test_T17_an_approval_reaches_as_far_as_it_was_given(federation: Federation, funds: int, state: str) -> None:
    """T17: a like change in the same direction counts with the approved words; far more, or the other way, waits."""
    federation.send("A1", "2022Q1", {"A01": a01(1002, 17000, 102, REASON)}, "2022-04-05T09:00")
    federation.night("2022-04-06T01:00")
    approve(federation, "A1-2022Q1-A01-1")
    federation.send("A1", "2022Q2", {"A01": a01(1003, funds, 103)}, "2022-07-05T09:00")
    federation.night("2022-07-06T01:00")
    assert federation.states()["A1-2022Q2-A01-1"] == state


def test_T17_who_rules_may_say_how_far(federation: Federation) -> None:
    """T17: a larger change is let through when the ruling says so."""
    federation.send("A1", "2022Q1", {"A01": a01(1002, 17000, 102, REASON)}, "2022-04-05T09:00")
    federation.night("2022-04-06T01:00")
    approve(federation, "A1-2022Q1-A01-1", most_pct=300)
    federation.send("A1", "2022Q2", {"A01": a01(1003, 39000, 103)}, "2022-07-05T09:00")
    federation.night("2022-07-06T01:00")
    assert federation.states()["A1-2022Q2-A01-1"] == "accepted_with_warnings"


@pytest.mark.parametrize("note", ["无", "情况属实。", "经核实，数据属实！", "见附件"])
def test_T18_words_that_say_nothing_are_no_reason(federation: Federation, note: str) -> None:
    """T18: the form waits, and the clerk is told why the note does not count."""
    path = federation.send("A1", "2022Q1", {"A01": a01(1002, 17000, 102, note)}, "2022-04-05T09:00")
    federation.night("2022-04-06T01:00")
    assert federation.states()["A1-2022Q1-A01-1"] == WAITS
    assert "没有说明原因" in "".join(each.sentence for each in federation.receipt(path).findings)


def test_T18_one_note_is_the_reason_for_what_it_names(federation: Federation) -> None:
    """T18: of three findings the note explains the one that it is about; the form waits for the others."""
    path = federation.send("A1", "2022Q1", {"A01": a01(5000, 90000, 900, REASON)}, "2022-04-05T09:00")
    federation.night("2022-04-06T01:00")
    assert federation.states()["A1-2022Q1-A01-1"] == WAITS
    told = federation.receipt(path)
    assert [(each.field, each.is_explained) for each in told.findings if each.severity.asks] == [
        ("members", False), ("funds", True), ("persons", False),
    ]  # fmt: skip
    assert "没有写明是哪一项" in "".join(each.sentence for each in told.findings)


def test_T18_a_note_left_from_the_quarter_before_asks(federation: Federation) -> None:
    """T18: the same words under the next period are last period's, and the form waits."""
    federation.send("A1", "2022Q1", {"A01": a01(1002, 17000, 102, REASON)}, "2022-04-05T09:00")
    federation.night("2022-04-06T01:00")
    assert federation.states()["A1-2022Q1-A01-1"] == "accepted_with_warnings"
    path = federation.send("A1", "2022Q2", {"A01": a01(1003, 52000, 103, REASON)}, "2022-07-05T09:00")
    federation.night("2022-07-06T01:00")
    assert federation.states()["A1-2022Q2-A01-1"] == WAITS
    assert "与2022年第一季度的说明完全相同" in "".join(each.sentence for each in federation.receipt(path).findings)


def test_T27_a_refund_is_an_answer_where_the_field_takes_one(federation: Federation) -> None:
    """T27: a field with refunds = true takes a negative amount, and what is reported year to date may fall by it."""
    refused = federation.send("A1", "2021Q3", {"A01": a01(1002, -300, 102)}, "2021-10-05T09:00")
    federation.night("2021-10-06T01:00")
    assert codes_of(federation.receipt(refused)) == ["C00-7"]
    federation.edit("forms/A01.toml", 'code = "funds"', 'code = "funds"\nrefunds = true')
    federation.send("A1", "2021Q3", {"A01": a01(1002, -300, 102)}, "2021-10-07T09:00", status="更正")
    federation.send("A1", "2021Q4", {"A01": a01(1003, 19000, 400)}, "2022-01-05T09:00", basis="累计")
    federation.night("2022-01-06T01:00")
    assert federation.in_force()[2:] == ["A1-2021Q3-A01-2", "A1-2021Q4-A01-1"]
    assert federation.value("funds", 2021) == 19000


FIRST = tuple((f"班{number}", "2021-08-01", 20) for number in range(1, 6))


def test_T19_rows_that_counted_and_are_gone_are_asked_about(federation: Federation) -> None:
    """T19: where a form takes no supplements, rows that are gone go on to count until the second desk says why."""
    federation.edit("forms/A02.toml", "supplements = true\n", "")
    federation.send("A1", "2021Q3", {"A02": a02(*FIRST)}, "2021-10-05T09:00")
    federation.night("2021-10-06T01:00")
    second = federation.send(
        "A1", "2021Q3", {"A02": a02(("补的班", "2021-08-02", 6))}, "2021-10-07T09:00", status="补报"
    )
    federation.night("2021-10-08T01:00")
    assert federation.in_force("A02") == ["A1-2021Q3-A02-1"]
    told = "".join(each.sentence for each in federation.receipt(second).findings if each.severity.asks)
    assert "有5行" in told and "其中5行" in told and "班1" in told and "新的1行" in told
    whole = {"A02": a02(*FIRST, ("补的班", "2021-08-02", 6))}
    federation.send("A1", "2021Q3", whole, "2021-10-08T09:00", status="补报")
    federation.night("2021-10-09T01:00")
    assert federation.in_force("A02") == ["A1-2021Q3-A02-3"]
    assert federation.value("trainees", 2021) == 106


def test_T30_nothing_to_report_is_a_report_in_every_format(federation: Federation) -> None:
    """T30: an empty list of records, a header without rows, a blank ledger on a sheet: each counts as reported."""
    fourth = "ZZ001,prefecture,丁市总工会,丁市总,City D,,P1,,2018-01-01,,assumed,样例\n"
    federation.edit("reference/units.csv", "A3,", f"{fourth}A3,")
    federation.send("A1", "2021Q3", {"A02": a02()}, "2021-10-05T09:00")
    csv = federation.home.inbox / "ZZ001-2021Q3-A02.csv"
    csv.write_text("A02-01,A02-02,A02-03\n", encoding="utf-8")
    arrive(csv, dt.datetime(2021, 10, 5, 9))
    small = federation.project
    book = federation.home.inbox / "A3.xlsx"
    write_workbook(book, small, small.units["A3"], Period.parse("2021Q3"), Filled({"A02": {"main": []}}, only=True))
    arrive(book, dt.datetime(2021, 10, 5, 9))
    federation.night("2021-10-06T01:00")
    assert federation.in_force("A02") == ["A1-2021Q3-A02-1", "A3-2021Q3-A02-1", "ZZ001-2021Q3-A02-1"]


def test_T19_a_receipt_says_cell_by_cell_what_a_correction_changes(federation: Federation) -> None:
    """T19: what stood in a cell, what is gone and what is new, against what counted before; a moved row is none."""
    rows = (("班一", "2021-08-01", 20), ("班二", "2021-08-02", 30))
    federation.send("A1", "2021Q3", {"A01": a01(1002, 500, 50), "A02": a02(*rows)}, "2021-10-05T09:00")
    federation.night("2021-10-06T01:00")
    corrected = {"A01": a01(1002, 600, 50), "A02": a02(("班三", "2021-08-03", 40), rows[1], ("班一", "2021-08-01", 21))}
    path = federation.send("A1", "2021Q3", corrected, "2021-10-07T09:00", status="更正")
    federation.night("2021-10-08T01:00")
    changes = [(each.form, each.row, each.field, each.before, each.after) for each in federation.receipt(path).changes]
    assert sorted(changes) == [
        ("A01", "", "funds", "500", "600"),
        ("A02", "班一", "trainees", "20", "21"),
        ("A02", "班三", "held_on", None, "2021-08-03"),
        ("A02", "班三", "title", None, "班三"),
        ("A02", "班三", "trainees", None, "40"),
    ]
    page = (federation.home.outbox / f"{path.name}.回执.html").read_text(encoding="utf-8")
    assert "改动5处" in page and ">行</th>" in page


def test_T19_a_receipt_names_no_rows_where_a_form_has_none(federation: Federation) -> None:
    """T19: an empty column asks what is missing in it."""
    federation.send("A1", "2021Q3", {"A01": a01(1002, 500, 50)}, "2021-10-05T09:00")
    federation.night("2021-10-06T01:00")
    path = federation.send("A1", "2021Q3", {"A01": a01(1002, 600, 50)}, "2021-10-07T09:00", status="更正")
    federation.night("2021-10-08T01:00")
    page = (federation.home.outbox / f"{path.name}.回执.html").read_text(encoding="utf-8")
    assert "改动1处" in page and ">行</th>" not in page


def test_T28_a_record_that_stands_twice_is_asked_about_and_neither_refused_nor_taken(federation: Federation) -> None:
    """T28: one course three times in a ledger waits for a word; said that these are several, all of them count."""
    shutil.copyfile(ROOT / "sql/check/C00_10_row_reported_twice.sql", federation.folder / "sql/check/C00_10_twice.sql")
    thrice = (("同一个班", "2021-08-01", 30),) * 3
    path = federation.send("A1", "2021Q3", {"A02": a02(*thrice)}, "2021-10-05T09:00")
    federation.night("2021-10-06T01:00")
    assert federation.states("A02") == {"A1-2021Q3-A02-1": WAITS}
    assert set(codes_of(federation.receipt(path))) == {"C00-10"}
    said = a02(*thrice, note="培训班名称相同的三个班同一天在三个教室分别开课，各30人")
    federation.send("A1", "2021Q3", {"A02": said}, "2021-10-07T09:00", status="更正")
    federation.night("2021-10-08T01:00")
    assert federation.in_force("A02") == ["A1-2021Q3-A02-2"]
    assert federation.value("trainees", 2021) == 90


def draft_says(federation: Federation, now: str) -> str:
    """The text of the draft of 2022 after the office's page was brought up to date, its folder left where it was."""
    with clock_at(now), open_workspace(federation.folder, federation.home, "draft") as workspace:
        build_tables(workspace)
        refresh_drafts(workspace)
    return (federation.home.releases / "2022" / "yearbook" / "draft" / "index.html").read_text(encoding="utf-8")


def test_S14_a_ruling_alone_brings_the_words_into_the_draft(federation: Federation) -> None:
    """S14: no figure moves by it, the draft is not deleted, and yet it prints what was approved."""
    federation.edit("reports/yearbook/publication.toml", "title =", "footnotes_from = 2\ntitle =")
    federation.send("A1", "2022Q1", {"A01": a01(1002, 17000, 102, REASON)}, "2022-04-05T09:00")
    federation.night("2022-04-06T01:00")
    before, funds = draft_says(federation, "2022-04-06T02:00"), federation.value("funds", 2022)
    assert REASON not in before
    approve(federation, "A1-2022Q1-A01-1")
    after = draft_says(federation, "2022-04-06T10:00")
    assert federation.value("funds", 2022) == funds and REASON in after
