"""Quality notices: shares by a declared rule, nothing against a unit that it could not have done better (O4)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner, Result

from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.intake.judge import isolate
from nianbao.intake.judge.explain import SaidBefore
from nianbao.intake.judge.judge import Judged, judge
from nianbao.intake.judge.night import Night
from nianbao.runs.amend import extend
from nianbao.settings import Home
from nianbao.statistics.quality import rank_units
from nianbao.terms.deadline import Extension
from nianbao.terms.quality import FormQuality, Measure, QualityRule, UnitQuality
from nianbao.warehouse.connect import Connection
from tests.federation import Federation, a01, a02
from tests.homes import ROOT, clock_at, warehouse

RULE = 'shown = ["on_time", "first_time", "corrected"]\nrank = ["on_time", "first_time"]\nsmallest = 2\n'
TRAINING = a02(("安全培训", "2021-11-02", 20))
QUARTER = "2021Q4"


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    """Three cities: A1 reports both forms in time, A2 one of them, A3 none."""
    made = Federation(tmp_path)
    (made.folder / "reference" / "quality.toml").write_text(RULE, encoding="utf-8")
    made.send("A1", QUARTER, {"A01": a01(100, 5000, 10), "A02": TRAINING}, "2022-01-06T10:00")
    made.send("A2", QUARTER, {"A01": a01(100, 5000, 10)}, "2022-01-06T10:00")
    made.night("2022-01-07T01:00")
    return made


def ask(folder: Path, home: Home, now: str, *arguments: str) -> Result:
    """What `nianbao quality` does at a moment."""
    place = ("--project", str(folder), "--home", str(home.path))
    with clock_at(now):
        return CliRunner().invoke(main, ["quality", "--period", QUARTER, *arguments, *place])


def told(federation: Federation, now: str) -> dict[str, dict[str, Any]]:
    """The rows by unit."""
    result = ask(federation.folder, federation.home, now, "--json")
    assert result.exit_code == 0, result.output
    return {row["unit_code"]: row for row in json.loads(result.stdout)}


def test_O4_what_is_not_due_is_not_counted(federation: Federation) -> None:
    """O4: up to and on the due day nothing is counted of anybody; the day after it is."""
    before = told(federation, "2022-01-10T09:00")
    assert {row["shares"]["on_time"]["of"] for row in before.values()} == {0}
    assert {row["place"] for row in before.values()} == {None}
    after = told(federation, "2022-01-11T09:00")
    assert {code: tuple(row["shares"]["on_time"].values()) for code, row in after.items()} == {
        "A1": (2, 2), "A2": (1, 2), "A3": (0, 2),
    }  # fmt: skip


def test_O4_a_small_denominator_has_no_place(federation: Federation) -> None:
    """O4: one form that can be judged is too little to be ranked by, and none is."""
    assert {code: row["place"] for code, row in told(federation, "2022-01-11T09:00").items()} == {
        "A1": 1, "A2": None, "A3": None,
    }  # fmt: skip


def test_O4_within_an_extension_nothing_is_held_against_a_unit(federation: Federation) -> None:
    """O4: also where it was granted after the due day."""
    with clock_at("2022-01-12T09:00"):
        until = Extension("A3", "*", QUARTER, dt.date(2022, 1, 12), dt.date(2022, 1, 25), "统计审核岗", "人员调整")
        extend(federation.folder, federation.home, until)
    federation.night("2022-01-13T01:00")
    row = told(federation, "2022-01-14T09:00")["A3"]
    assert row["shares"]["on_time"] == {"part": 0, "of": 0}
    assert {form["set_aside"] for form in row["forms"]} == {"extended"}
    assert told(federation, "2022-01-26T09:00")["A3"]["shares"]["on_time"] == {"part": 0, "of": 2}


def test_O4_our_fault_is_not_counted(federation: Federation, monkeypatch: pytest.MonkeyPatch) -> None:
    """O4: what we failed over is set aside, and the submission behind it is named."""
    federation.send("A3", QUARTER, {"A01": a01(100, 5000, 10), "A02": TRAINING}, "2022-01-08T10:00")
    federation.edit("reference/quality.toml", "smallest = 2", "smallest = 1")
    with monkeypatch.context() as broken:
        broken.setattr(isolate, "judge", _fail_over_a3)
        federation.night("2022-01-09T01:00")
    kept = federation.ask("SELECT form_code FROM ledger.state WHERE unit_code = 'A3' AND state = 'kept'")
    row = told(federation, "2022-01-11T09:00")["A3"]
    assert kept and row["shares"]["on_time"]["of"] == 2 - len(kept)
    assert {form["form_code"] for form in row["forms"] if form["set_aside"] == "our_fault"} == {f for (f,) in kept}


def _fail_over_a3(connection: Connection, project: Project, night: Night, before: SaidBefore) -> Judged:
    if any(each.unit_code == "A3" for each in night.submissions):
        raise RuntimeError("a fault of ours")
    return judge(connection, project, night, before)


def test_O4_who_is_equal_shares_a_place() -> None:
    """O4: places 1, 1, 3; of corrections the smaller share is the better one."""

    def unit(code: str, corrected: int) -> UnitQuality:
        counted = [{Measure.CORRECTED: number < corrected} for number in range(4)]
        day = dt.date(2022, 1, 10)
        return UnitQuality(
            code, code, tuple(FormQuality(code, "A01", QUARTER, day, "on_time", (), None, each) for each in counted)
        )

    rule = QualityRule((Measure.CORRECTED,), (Measure.CORRECTED,), 4)
    ranked = rank_units([unit("C", 3), unit("A", 1), unit("B", 1)], rule)
    assert [(each.unit_code, each.place) for each in ranked] == [("A", 1), ("B", 1), ("C", 3)]
    assert {each.place for each in rank_units(ranked, QualityRule(rule.shown, rule.rank, 5))} == {None}


def test_O4_without_a_rule_it_says_how_to_declare_one(federation: Federation) -> None:
    """O4: the file is optional, its faults are named."""
    federation.edit("reference/quality.toml", '"on_time", "first_time"]\nsmallest', '"answered"]\nsmallest')
    wrong = ask(federation.folder, federation.home, "2022-01-11T09:00")
    assert (wrong.exit_code, "answered" in wrong.output) == (78, True)
    (federation.folder / "reference" / "quality.toml").unlink()
    none = ask(federation.folder, federation.home, "2022-01-11T09:00")
    assert (none.exit_code, "reference/quality.toml" in none.output) == (64, True)


def test_O4_the_year_counts_as_the_ledger_does(year_home: Home, tmp_path: Path) -> None:
    """O4: shares of the sample year are those of an independent count over the ledger, and the notice prints them."""
    out = tmp_path / "notice.docx"
    result = ask(ROOT, year_home, "2022-03-01T09:00", "--json", "-o", str(out))
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    with warehouse(year_home) as connection:
        due = connection.execute(
            "SELECT unit_code, form_code, period, status FROM core.reporting "
            "WHERE period IN ('2021Q4', '2021H2', '2021')"
        ).fetchall()
        sent = connection.execute(
            "SELECT unit_code, form_code, period, number, counts, state FROM ledger.state"
        ).fetchall()
    first = {each[:3]: each[4] for each in sorted(sent, key=lambda each: -each[3])}
    aside = ("kept", "awaiting_approval")
    assert not [each for each in sent if each[5] == "kept"]
    for row in rows:
        own = [each for each in due if each[0] == row["unit_code"] and each[3] not in aside]
        on_time, first_time = row["shares"]["on_time"], row["shares"]["first_time"]
        came = [first[each[:3]] for each in own if each[:3] in first]
        if not any(form["set_aside"] for form in row["forms"]):
            assert (on_time["part"], on_time["of"]) == (sum(each[3] == "on_time" for each in own), len(own))
            assert (first_time["part"], first_time["of"]) == (sum(came), len(came))
    word = docx.Document(str(out))
    printed = {cells[0].text for table in word.tables for cells in (line.cells for line in table.rows)}
    assert {row["unit"] for row in rows} <= printed
    cells = {cell.text for table in word.tables for line in table.rows for cell in line.cells}
    assert not [text for text in cells if "/" in text], "a share is its percentage alone: four of them fit the page"


def test_O4_a_level_that_is_none_is_answered_with_those_that_are(federation: Federation) -> None:
    """O4: the codes of the levels stand in the message, with their names; the code is 64."""
    wrong = ask(federation.folder, federation.home, "2022-01-11T09:00", "--level", "nowhere")
    assert wrong.exit_code == 64
    levels = (federation.folder / "reference" / "levels.csv").read_text("utf-8").splitlines()[1:]
    assert all(line.split(",")[0] in wrong.output for line in levels), wrong.output
