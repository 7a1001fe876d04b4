"""Reminders: ready to be sent, in two wordings, once, and never to who has reported (O4)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from nianbao.cli import main
from nianbao.runs.amend import extend
from nianbao.runs.workspace import open_workspace_as_of
from nianbao.terms.deadline import Extension
from nianbao.terms.reminder import Reminding
from tests.federation import Federation, a01, a02
from tests.homes import clock_at

ROLE = "统计审核岗"
CONTACTS = (
    "unit_code,office,phone,mail\nP1,统计办公室（样例）,0000-0000001,p1@example.invalid\n"
    "A2,财务部（样例）,0000-0000002,\n"
)
CHOSEN = ("--period", "2021Q4")
TRAINING = a02(("安全培训", "2021-11-02", 20))


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    """Three cities, of which A1 has reported the last quarter whole and A2 one of its two forms."""
    made = Federation(tmp_path)
    (made.folder / "reference" / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    made.send("A1", "2021Q4", {"A01": a01(100, 5000, 10), "A02": TRAINING}, "2022-01-06T10:00")
    made.send("A2", "2021Q4", {"A01": a01(100, 5000, 10)}, "2022-01-06T10:00")
    made.night("2022-01-07T01:00")
    return made


def remind(federation: Federation, now: str, *arguments: str) -> Result:
    """What `nianbao remind` does at a moment."""
    place = ("--project", str(federation.folder), "--home", str(federation.home.path))
    with clock_at(now):
        return CliRunner().invoke(main, ["remind", *CHOSEN, *arguments, *place])


def told(result: Result) -> dict[str, tuple[str, list[str]]]:
    """By unit the kind of reminder and its forms."""
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    found = answer if isinstance(answer, list) else answer["reminders"]
    return {each["unit_code"]: (each["kind"], [form["form_code"] for form in each["forms"]]) for each in found}


def test_O4_before_the_last_day_and_after_it_the_words_differ(federation: Federation) -> None:
    """O4: what is owed, the last day, where to send and whom to ask; who has reported everything gets no text."""
    before = remind(federation, "2022-01-07T09:00", "--json")
    assert told(before) == {"A2": ("before", ["A02"]), "A3": ("before", ["A01", "A02"])}
    text = json.loads(before.stdout)[1]["text"]
    assert "丙市总工会：" in text and "即将到期" in text
    assert "A01《会员和慰问情况表》、A02《培训登记表》，2022年1月10日前报送（含当日，还有3天）" in text
    assert "报送和咨询：统计办公室（样例）（电话0000-0000001，p1@example.invalid）" in text
    after = remind(federation, "2022-01-12T09:00", "--json")
    assert told(after) == {"A2": ("after", ["A02"]), "A3": ("after", ["A01", "A02"])}
    text = json.loads(after.stdout)[0]["text"]
    assert "应于2022年1月10日前报送（含当日），已逾期2天，最迟2022年1月20日接收" in text
    assert (
        "已过接收期限，须先申请延期" in json.loads(remind(federation, "2022-02-12T09:00", "--json").stdout)[0]["text"]
    )
    assert told(remind(federation, "2022-01-07T09:00", "--days", "2", "--json")) == {}


def test_O4_an_extension_moves_the_day_that_is_named(federation: Federation) -> None:
    """O4: who was given more time is not told that the form is late."""
    with clock_at("2022-01-08T09:00"):
        until = Extension("A3", "*", "2021Q4", dt.date(2022, 1, 8), dt.date(2022, 1, 25), ROLE, "人员调整")
        extend(federation.folder, federation.home, until)
    federation.night("2022-01-12T01:00")
    found = remind(federation, "2022-01-12T09:00", "--json")
    assert told(found) == {"A2": ("after", ["A02"])}


def test_O4_it_is_said_once_and_recorded(federation: Federation, tmp_path: Path) -> None:
    """O4: a text for each unit and a list; the record says who was reminded of what, when and by whom."""
    out = tmp_path / "out"
    done = remind(federation, "2022-01-12T09:00", "--out", str(out), "--by", ROLE)
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in out.iterdir()) == [
        "催报-A2-乙市总工会.txt", "催报-A3-丙市总工会.txt", "催报.xlsx",
    ]  # fmt: skip
    sheet = openpyxl.load_workbook(out / "催报.xlsx").worksheets[0]
    assert [row[:5] for row in sheet.iter_rows(min_row=2, max_row=2, values_only=True)] == [
        ("A2", "乙市总工会", "催报", "财务部（样例）", "0000-0000002")
    ]
    assert told(remind(federation, "2022-01-12T10:00", "--json")) == {}
    assert "--again" in remind(federation, "2022-01-12T10:00").output, "who was reminded before is silent still"
    assert set(told(remind(federation, "2022-01-12T10:00", "--again", "--json"))) == {"A2", "A3"}
    rows = federation.ask(
        "SELECT unit_code, form_code, kind, actor, reminded_at::VARCHAR FROM ledger.reminder ORDER BY 1, 2"
    )
    assert rows == [
        (unit, form, "after", ROLE, "2022-01-12 09:00:00")
        for unit, form in (("A2", "A02"), ("A3", "A01"), ("A3", "A02"))
    ]


def test_O4_who_reports_after_a_reminder_is_left_alone(federation: Federation) -> None:
    """O4: what came since, though it is late, is not asked for again."""
    own = a02(("消防演练", "2021-12-03", 31))
    federation.send("A2", "2021Q4", {"A02": own}, "2022-01-12T10:00")
    federation.night("2022-01-13T01:00")
    assert set(told(remind(federation, "2022-01-13T09:00", "--again", "--json"))) == {"A3"}


def test_O4_nothing_is_noted_where_nothing_was_said(federation: Federation, tmp_path: Path) -> None:
    """O4: without a role, a channel or room for the files nobody counts as reminded."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "催报.xlsx").touch()
    now = "2022-01-12T09:00"
    assert remind(federation, now, "--out", str(tmp_path / "new")).exit_code == 2
    assert remind(federation, now, "--out", str(tmp_path / "out"), "--by", ROLE).exit_code == 64
    assert remind(federation, now, "--notify", "--by", ROLE).exit_code == 64
    assert set(told(remind(federation, now, "--json"))) == {"A2", "A3"}


def test_O4_what_was_declared_before_there_were_reminders_is_still_read(federation: Federation) -> None:
    """O4: a record whose list of columns does not know theirs answers as of a day as before."""
    federation.edit("reference/columns.csv", "reminded_at,", "reminded_then,")
    federation.send("A3", "2021Q4", {"A01": a01(7, 700, 3)}, "2022-01-08T10:00")
    federation.night("2022-01-09T01:00")
    with open_workspace_as_of(federation.home, dt.date(2022, 1, 9)) as past:
        assert past.connection.execute("SELECT count(*) FROM ledger.reminder").fetchone() == (0,)


def test_O4_both_wordings_have_a_name() -> None:
    """O4: a reminder before the day is no demand."""
    assert {each.zh for each in Reminding} == {"报送提醒", "催报"}
