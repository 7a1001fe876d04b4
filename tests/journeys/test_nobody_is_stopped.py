"""A fault of ours over one submission, at whatever stage of a night, costs that one: all others arrive (issue 7.4)."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from nianbao.catalog import Project
from nianbao.errors import KeptError, StoreError
from nianbao.intake import acknowledge as answering
from nianbao.intake import read_in, take_in
from nianbao.intake.answer.receipt import ReceiptWriter
from nianbao.intake.apart import do_apart, sift
from nianbao.intake.judge import isolate
from nianbao.intake.judge.rounds import Known, Rounds
from nianbao.runs import recording
from nianbao.runs.kept import raise_kept
from nianbao.settings import Home
from nianbao.warehouse import projection
from nianbao.warehouse.connect import Connection
from tests.homes import collect_into, post, scratch_files, send, warehouse

NIGHT, NEXT_NIGHT = "2021-10-09T01:00", "2021-10-10T01:00"
UNITS, GUILTY = ["QH630100", "QH630200", "QH632200"], "QH630200"
PERIOD, FORMS = "2021Q3", ["GH05"]

QUERYING = """
from nianbao.intake.apart import do_apart, sift
from nianbao.warehouse.connect import open_memory

connection = open_memory()
print("asking", flush=True)

def query(_=None):
    while True:
        connection.execute("SELECT count(*) FROM range(30000000) AS a WHERE hash(a.range) % 3 = 1").fetchall()

"""

ENDLESS = """-- It never ends.
-- code: C99-1
-- form: GH05
-- severity: reject
-- says: {value}应为{expected}。
-- because: 试验。
SELECT submission_id, row_no, 'warmth_funds' AS field, warmth_funds_yuan AS value, 1 AS expected
FROM stage.gh05, range(1000000000) AS endless, range(1000000000) AS more
WHERE hash(endless.range + more.range) % 3 = 7
"""

TELLING = """
from nianbao.cli import main
from nianbao.warehouse.dialect import LentConnection

execute = LentConnection.execute

def tell(self, statement, *parameters):
    if "endless" in statement:
        print("asking", flush=True)
    return execute(self, statement, *parameters)

LentConnection.execute = tell
main()
"""
"""The commands, telling on a line of its own when Great Expectations asks the rule that never ends."""

ANSWERING: list[tuple[Any, str]] = [
    (ReceiptWriter, "compose"),
    (answering, "_due"),
    (answering, "_make_room"),
    (answering, "is_to_be_marked"),
    (answering, "compose_job"),
    (answering, "render_page"),
    (answering, "to_plain"),
]
"""Where the answer to a delivery is made: what holds it, and its name."""


JUDGING: list[tuple[Any, str]] = [
    (read_in, "identify"),
    (take_in, "arrival_faults"),
    (Rounds, "__init__"),
    (take_in, "gather"),
    (isolate, "judge"),
    (take_in, "find_faults_of"),
    (take_in, "_outcome"),
]
"""Where a delivery is judged, alone or with all others."""


@pytest.fixture
def home(project: Project, tmp_path: Path) -> Home:
    """A home with the workbooks of three units in its inbox."""
    home = Home(tmp_path / "home")
    send(project, home.inbox, post(project, UNITS, [PERIOD], FORMS))
    return home


def fail_over(monkeypatch: pytest.MonkeyPatch, holder: Any, name: str) -> list[str]:
    """Let a function fail whenever what it is given names the guilty unit; the calls that did are listed."""
    sound, failed = getattr(holder, name), []

    @wraps(sound)
    def work(*arguments: Any) -> Any:
        if any(GUILTY in repr(each) for each in arguments if not isinstance(each, Project | Connection | Known)):
            failed.append(name)
            raise ZeroDivisionError
        return sound(*arguments)

    monkeypatch.setattr(holder, name, work)
    return failed


def counting(home: Home) -> set[str]:
    """The units something of which counts."""
    with warehouse(home) as connection:
        return {unit for (unit,) in connection.execute("SELECT unit_code FROM ledger.state WHERE counts").fetchall()}


def outcomes(home: Home) -> dict[str, str]:
    """What the receipts in the outbox say, by the id of their delivery; each has its page beside it."""
    found = {}
    for path in home.outbox.rglob("*.回执.json"):
        told = json.loads(path.read_text("utf-8"))
        found[told["delivery_id"]] = told["outcome"]
        assert path.with_suffix(".html").exists()
    return found


@pytest.mark.parametrize(("holder", "name"), JUDGING, ids=[f"{holder.__name__}.{name}" for holder, name in JUDGING])
def test_a_fault_of_ours_over_one_delivery_costs_that_delivery(
    holder: Any, name: str, project: Project, home: Home, clock: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All others count and are answered; the one is kept back, alarmed and told that it was, and judged when mended."""
    clock(NIGHT)
    failed = fail_over(monkeypatch, holder, name)
    night = collect_into(project, home)
    assert failed
    assert counting(home) == {*UNITS} - {GUILTY}
    assert [(alarm.source, alarm.code) for alarm in night.alarms] == [("judging", "KEPT")]
    assert "ZeroDivisionError" in night.alarms[0].what
    with pytest.raises(KeptError):
        raise_kept(night.alarms)
    assert sorted(outcomes(home).values()) == ["accepted", "accepted", "kept"]
    monkeypatch.undo()
    clock(NEXT_NIGHT)
    assert not collect_into(project, home).alarms
    assert counting(home) == {*UNITS}
    assert [*outcomes(home).values()] == ["accepted"] * len(UNITS)


@pytest.mark.parametrize(("holder", "name"), ANSWERING, ids=[name for _, name in ANSWERING])
def test_a_fault_of_ours_over_one_answer_costs_that_answer(
    holder: Any, name: str, project: Project, home: Home, clock: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are judged and all others answered; the one is told that its file came, alarmed, and answered when mended."""
    clock(NIGHT)
    failed = fail_over(monkeypatch, holder, name)
    night = collect_into(project, home)
    assert failed
    assert counting(home) == {*UNITS}
    assert [(alarm.source, alarm.code) for alarm in night.alarms] == [("judging", "KEPT")]
    assert "ZeroDivisionError" in night.alarms[0].what
    with pytest.raises(KeptError):
        raise_kept(night.alarms)
    told = outcomes(home)
    others = {key: outcome for key, outcome in told.items() if key not in night.alarms[0].what}
    assert [*others.values()] == ["accepted"] * (len(UNITS) - 1)
    assert {*told.values()} <= {"accepted", "kept"}
    clock(NEXT_NIGHT)
    assert [alarm.code for alarm in collect_into(project, home).alarms] == ["KEPT"]
    monkeypatch.undo()
    clock(NEXT_NIGHT)
    assert not collect_into(project, home).alarms
    assert [*outcomes(home).values()] == ["accepted"] * len(UNITS)
    assert not collect_into(project, home).receipts


def test_ctrl_c_within_a_query_is_no_fault_of_a_submission() -> None:
    """DuckDB makes a common error of it; the run ends, and nobody is kept back."""
    for work in ("do_apart(query)", "sift(query, ['one', 'two'])"):
        child = subprocess.Popen(
            [sys.executable, "-c", QUERYING + work], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()  # now it asks
        while child.poll() is None:
            child.send_signal(signal.SIGINT)
            time.sleep(0.5)
        said = child.communicate()[1].decode()
        assert said.splitlines()[-1].startswith("KeyboardInterrupt")


def test_ctrl_c_within_a_rule_ends_the_run_at_once(
    project: Project, home: Home, clock: Callable[[str], None], tmp_path: Path
) -> None:
    """One is enough, in a query of Great Expectations that never ends: code 130, nothing half written, all later."""
    clock(NIGHT)
    folder = tmp_path / "project"
    for name in ("forms", "reference", "expectations", "sql", "indicators", "reports"):
        shutil.copytree(project.path / name, folder / name)
    shutil.copyfile(project.path / "federation.toml", folder / "federation.toml")
    (folder / "sql" / "check" / "C99_1_endless.sql").write_text(ENDLESS, encoding="utf-8")
    command = [sys.executable, "-c", TELLING, "collect", "--project", str(folder), "--home", str(home.path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    while "asking" not in (line := child.stdout.readline()):
        assert line, child.communicate()[1]
    time.sleep(1)  # the query has begun
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=300)[1]
    assert child.returncode == 130, said
    assert not counting(home)
    assert not outcomes(home)
    assert not scratch_files(home)
    assert not collect_into(project, home).alarms
    assert counting(home) == {*UNITS}


def test_a_fault_of_ours_while_facts_are_brought_in_costs_one_delivery(
    project: Project, home: Home, clock: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The projection fails over one: it is kept back, alarmed and told; all others count; when mended it counts too."""
    clock(NIGHT)
    sound, failed = projection.apply_facts, []

    def apply(connection: Connection, project: Project, applied: projection.Applied) -> None:
        asked = applied.facts.get("asked")
        if asked is not None and asked["submission_id"].str.starts_with(GUILTY).any():
            failed.append(applied.at)
            raise ZeroDivisionError
        sound(connection, project, applied)

    monkeypatch.setattr(recording, "apply_facts", apply)
    night = collect_into(project, home)
    assert failed
    assert counting(home) == {*UNITS} - {GUILTY}
    assert [(alarm.source, alarm.code) for alarm in night.alarms] == [("judging", "KEPT")]
    assert sorted(outcomes(home).values()) == ["accepted", "accepted", "kept"]
    monkeypatch.undo()
    clock(NEXT_NIGHT)
    assert not collect_into(project, home).alarms
    assert counting(home) == {*UNITS}


def test_a_fault_of_ours_while_a_warehouse_is_made_anew_leaves_the_record_whole(
    project: Project, home: Home, clock: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The projection fails over what is recorded: the run ends with that fault, and the next one makes all good."""
    clock(NIGHT)
    collect_into(project, home)
    home.warehouse.unlink()
    with monkeypatch.context() as broken:
        broken.setattr(projection, "_spread", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            collect_into(project, home)
    assert not scratch_files(home)
    assert not collect_into(project, home).alarms
    assert counting(home) == {*UNITS}


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), StoreError("a file of the archive is gone")])
def test_what_is_nobodys_fault_ends_the_run(fault: Exception) -> None:
    """A full disk and a damaged archive are passed on; a name that is too long is a fault of the one."""

    def work() -> None:
        raise fault

    with pytest.raises(type(fault)):
        do_apart(work)
    assert sift(lambda chosen: Path("x" * 300).touch() if "b" in chosen else None, ["a", "b", "c"]).keys() == {"b"}


def test_nobody_else_catches_everything() -> None:
    """What catches every error is intake/apart.py alone, besides where a library or a server may raise anything."""
    source = Path(__file__).resolve().parents[2] / "src" / "nianbao"
    catching = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if "except Exception" in path.read_text("utf-8")
    }
    assert catching == {
        "intake/apart.py",
        "intake/fetch/sources/mailbox.py",
        "intake/fetch/sources/patience.py",
        "intake/read/formats/unlock.py",
        "runs/nightly.py",
        "runs/take_over.py",
        "warehouse/expectations.py",
        "warehouse/models.py",
    }
