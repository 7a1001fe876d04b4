"""T32: every state in every place: deliveries, submissions and forms in all their states, wherever they are shown."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.artifacts import tell_collected, tell_completeness, tell_morning
from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.cli.run import _say_collected
from nianbao.intake.worker.pool import ReaderPool
from nianbao.publish.site import write
from nianbao.runs.answer import answer_owed
from nianbao.runs.collect import Collected
from nianbao.runs.morning import Asked, read_morning
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.rejudge import build_if_possible
from nianbao.runs.workspace import open_workspace, open_workspace_to_read
from nianbao.settings import Home
from nianbao.statistics.reporting import due_counts, due_in_year
from nianbao.terms.delivery import Decision, Delivery, Outcome
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.period import Period
from nianbao.terms.status import TOLD, Status, words_of
from nianbao.terms.submission import Submission
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import rows_of
from nianbao.warehouse.stage import submission_row
from tests.homes import clock_at, warehouse
from tests.unit.publish.synthetic import document

TODAY, AT, YEAR, FORM, PERIOD = "2021-10-10T12:00", dt.datetime(2021, 10, 9, 1), 2021, "GH05", "2021Q3"
OF_DELIVERIES = {f"D{number:06d}": outcome for number, outcome in enumerate(Outcome, start=101)}
SENT = [(decision, False) for decision in Decision] + [(Decision.ACCEPTED, True)]
"""What was decided about the form of each unit, and whether it came late; the units after these sent nothing."""

STATUSES = {
    **{(decision, False): Status.ON_TIME for decision in Decision if decision.counts},
    **{(decision, False): Status(decision.value) for decision in Decision if not decision.counts},
    (Decision.ACCEPTED, True): Status.LATE,
}
CODES = {each.value for state in (Outcome, Decision, Status) for each in state} - {"held"}
"""How tables tell a state; `held` is a command, too."""


def submission(unit: str, delivery_id: str, is_late: bool) -> Submission:
    """The form of a unit, as it came in a delivery."""
    period = Period.parse(PERIOD)
    due = dt.date(2021, 10, 10)
    return Submission(
        delivery_id=delivery_id, file_name="a.xlsx", unit_code=unit, unit_level="prefecture", form_code=FORM,
        period=PERIOD, suffix=period.suffix, year=YEAR, period_start=period.start, period_end=period.end,
        basis="period", money_unit="元", edition="2021", declared_status="", note=None, cells_sha256="0",
        arrived_on=due + dt.timedelta(days=is_late), due_on=due, accepted_until=due + dt.timedelta(days=9),
        in_roster=True, is_due=True, sheet=FORM, number=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def units(project: Project) -> list[str]:
    """Units that owe the form, one for each state and one that sends nothing."""
    owing = [
        code
        for code, unit in project.roster.units_in(Period.parse(PERIOD)).items()
        if project.forms[FORM].is_reported_by(unit)
    ]
    return owing[: len(SENT) + 1]


@pytest.fixture(scope="module")
def home(project: Project, units: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home with a delivery of every outcome and a form in every state, recorded, answered and built."""
    home = Home(tmp_path_factory.mktemp("states") / "home")
    home.inbox.mkdir(parents=True)
    with clock_at(TODAY), open_workspace(project.path, home, "collect") as workspace:
        sha256 = workspace.record.archive.keep_bytes(b"no workbook")
        sent = {f"D{n:06d}": (unit, *what) for n, (unit, what) in enumerate(zip(units, SENT, strict=False), start=1)}
        deliveries = {
            key: asdict(Delivery(key, f"{key}/a.xlsx", sha256, 9, 0, AT, AT)) for key in (*sent, *OF_DELIVERIES)
        }
        submissions = {key: submission(unit, key, is_late) for key, (unit, _, is_late) in sent.items()}
        rows = {
            "received": list(deliveries.values()),
            "delivery": [
                row
                | {"file_name": "a.xlsx", "file": f"{key}/a.xlsx", "unit_code": None, "period": None}
                | {"unchanged": "", "duplicate_of": None}
                | {"outcome": OF_DELIVERIES.get(key, Outcome.ACCEPTED).value}
                for key, row in deliveries.items()
            ],
            "submission": [submission_row(each) for each in submissions.values()],
            "decision": [
                {
                    "submission_id": submissions[key].submission_id, "decision": decision.value, "decided_at": AT,
                    "decided_by": None, "because": None,
                }
                for key, (_, decision, _) in sent.items()
            ],
            "finding": [
                asdict(finding_of(submissions[key], severity)) | {"severity": severity.value}
                for key, severity in zip(sent, Severity, strict=False)
            ],
        }  # fmt: skip
        record_run(
            workspace, Doing("collect", answered=[*deliveries], summary={"outcomes": dict.fromkeys(Outcome, 1)}), rows
        )
        with ReaderPool(project.path) as pool:
            answer_owed(workspace, pool)
        build_if_possible(workspace)
    with clock_at(TODAY):
        yield home


def finding_of(about: Submission, severity: Severity) -> Finding:
    """Something found about a submission."""
    return Finding(
        "C99-1", severity, FORM, None, None, None, FORM, None, None, None, "请核对。", about.submission_id,
        about.delivery_id, None,
    )  # fmt: skip


def call(home: Home, *arguments: str) -> str:
    """What a command says."""
    result = CliRunner().invoke(main, [*arguments, "--home", str(home.path)])
    assert result.exit_code == 0, result.output
    return result.stdout


def codes_in(text: str) -> set[str]:
    """The codes of states that a text for people shows."""
    return {code for code in CODES if re.search(rf"(?<![\w-]){code}(?![\w-])", text)}


def test_T32_the_status_command_names_every_status(home: Home, units: list[str], project: Project) -> None:
    """T32: as a table in words, and for programs with the word beside the code."""
    said = call(home, "status", "--year", str(YEAR))
    assert all(status.zh in said for status in Status)
    assert not codes_in(said)
    absent = json.loads(call(home, "status", "--year", str(YEAR), "--json"))["not_reported"]
    assert all(row["status_zh"] == Status(row["status"]).zh for row in absent)
    found = {
        row["unit_code"]: Status(row["status"]) for row in absent if (row["form_code"], row["period"]) == (FORM, PERIOD)
    }
    for unit, what in zip(units, SENT, strict=False):
        assert found.get(unit, Status.ON_TIME) is STATUSES[what]
        own = call(home, "status", "--year", str(YEAR), "--unit", unit)
        assert STATUSES[what].zh in own
        assert not codes_in(own)
    assert found[units[len(SENT)]] is Status.NOT_DUE
    assert {Status(row["status"]) for row in absent} == {*Status} - {Status.ON_TIME}


def test_T32_receipts_name_every_outcome_and_decision(home: Home) -> None:
    """T32: as JSON and as a page, which shows no code."""
    outcomes, decisions, severities = set(), set(), set()
    for path in home.outbox.rglob("*.回执.json"):
        told = json.loads(path.read_text("utf-8"))
        shown = re.sub(r"<style>.*?</style>|<[^>]*>", " ", path.with_suffix(".html").read_text("utf-8"), flags=re.S)
        assert not codes_in(shown)
        outcome = Outcome(told["outcome"])
        assert told["outcome_zh"] == TOLD[outcome]
        assert TOLD[outcome] in shown
        outcomes.add(outcome)
        for line in told["submissions"]:
            decision = Decision(line["decision"])
            assert line["decision_zh"] == words_of(decision).zh
            assert words_of(decision).zh in shown
            decisions.add(decision)
        for item in told["findings"]:
            assert item["severity_zh"] == words_of(Severity(item["severity"])).zh
            assert item["severity_zh"] in shown
            severities.add(Severity(item["severity"]))
    assert (outcomes, decisions, severities) == ({*Outcome}, {*Decision}, {*Severity})


def collected(home: Home) -> Collected:
    """What a night of all of it would have come to."""
    with warehouse(home) as connection:
        (run_id,) = {row["run_id"] for row in rows_of(connection, "SELECT run_id FROM ledger.delivery")}
        left = ledger.not_accepted(connection, [run_id], {})
    return Collected([run_id], Counter(Outcome), Counter(Decision), Counter(Severity), not_accepted=left)


def test_T32_the_prefect_page_speaks_in_words(home: Home, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """T32: both artifacts name every state, and no code."""
    monkeypatch.setenv("LANGUAGE", "zh")
    night = collected(home)
    said = tell_collected(night)
    for state in (*Outcome, *Decision, *Severity):
        assert words_of(state).zh in said
    assert not codes_in(said.replace("\\", ""))
    with open_workspace_to_read(project.path, home) as workspace:
        morning = read_morning(workspace, Asked(YEAR))
    table = tell_completeness(morning)
    (row,) = [row for row in table if (row["代码"], row["报告期"]) == (FORM, Period.parse(PERIOD).zh)]
    assert {*row} == {"代码", "报表", "报告期", "应报"} | {each.zh for each in Status}
    assert not codes_in(tell_morning(morning).replace("\\", ""))
    counts = Counter(STATUSES.values())
    assert {status: row[status.zh] for status in counts} == counts


def test_T32_commands_and_the_list_of_runs_speak_in_words(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """T32: what a run says at its end, and what `nianbao runs` says of it later."""
    _say_collected(collected(home))
    said = capsys.readouterr().out
    for state in (*Outcome, *Decision):
        assert words_of(state).zh in said
    assert not codes_in(said)
    listed = call(home, "runs")
    assert all(words_of(outcome).zh in listed for outcome in Outcome)
    assert not codes_in(listed)


def test_T32_the_page_of_completeness_names_every_status(home: Home, project: Project, tmp_path: Path) -> None:
    """T32: each unit's forms under their word and sign."""
    with warehouse(home) as connection:
        today = dt.datetime.fromisoformat(TODAY).date()
        due = due_in_year(connection, today, YEAR)
        counts = due_counts(connection, today, YEAR)
    units = {code: unit.zh for code, unit in project.units.items()}
    forms = {code: form.zh for code, form in project.forms.items()}
    whole = document()
    background = replace(whole.background, due=tuple(due), due_counts=counts, units=units, forms=forms)
    (tmp_path / "work_report-2021.docx").touch()
    write(replace(whole, background=background), tmp_path)
    page = (tmp_path / "completeness.html").read_text("utf-8")
    shown = re.sub(r"<[^>]*>", " ", page)
    for status in Status:
        assert status.zh in shown
        assert status.sign in shown
    assert not codes_in(shown)


def test_T32_tables_count_every_status_under_its_word(home: Home, units: list[str]) -> None:
    """T32: a column each with its words; what is kept back or sent back is not missing."""
    with warehouse(home) as connection:
        for table, what in (("completeness", "units"), ("unit_record", "forms")):
            comments = {
                row["column_name"]: row["comment"]
                for row in rows_of(
                    connection,
                    "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'mart' AND table_name = ?",
                    [table],
                )
            }
            for status in {*Status} - {Status.NOT_DUE}:
                zh, _, en = comments[f"{what}_{status}"].partition(" / ")
                assert zh.startswith(status.zh)
                assert en.endswith(status.en)
        records = {
            row["unit_code"]: row
            for row in rows_of(connection, "SELECT * FROM mart.unit_record WHERE year = ?", [YEAR])
        }
    for unit, what in zip(units, SENT, strict=False):
        assert records[unit][f"forms_{STATUSES[what]}"] >= 1
    for row in records.values():
        assert row["forms_due"] == sum(row[f"forms_{status}"] for status in Status if status is not Status.NOT_DUE)
