"""The record: what was received, judged, ruled and withdrawn stays a fact, whatever is lost or changed afterwards."""

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nianbao.catalog import Project, load_project
from nianbao.cli import main
from nianbao.errors import ExpectationFailed, StoreError
from nianbao.record import Archive, Record
from nianbao.runs.verify import verify_home
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from tests.homes import arrive, clock_at, collect_into, digest, post, scratch_files, send, take_in_and_build
from tests.homes import warehouse as opened

UNITS, PERIOD, FORM = ["QH630100", "QH630200"], "2021Q3", "GH05"
STRICT = """form: GH05
rules:
- code: C99-1
  part: main
  severity: reject
  type: expect_column_values_to_be_between
  column: warmth_persons
  kwargs: {max_value: 0}
  says: 送温暖人次填的是{value}，不应大于0。
  because: 试行。
"""


def run(home: Home, *arguments: str) -> Result:
    """A command as the operator calls it."""
    return CliRunner().invoke(main, [*arguments, "--home", str(home.path)])


def everything(folder: Path) -> dict[str, str]:
    """The hash of every file in a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def declared_in(project: Project, folder: Path) -> Path:
    """The declared files of a project in a folder, to be changed there."""
    for name, content in project.declared_files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def lived(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which two units' forms of a quarter were taken in, one each on two days."""
    home = Home(tmp_path_factory.mktemp("lived"))
    for day, planned in zip((9, 10), post(project, UNITS, [PERIOD], [FORM]), strict=True):
        (path,) = send(project, home.inbox, [planned])
        arrive(path, dt.datetime(2021, 10, 8, day))
        with clock_at(f"2021-10-{day:02d}T01:00"):
            take_in_and_build(project, home)
    return home


@pytest.fixture
def home(lived: Home, tmp_path: Path) -> Home:
    """A copy of it that a test may change."""
    shutil.copytree(lived.path, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def stricter(project: Project, tmp_path: Path) -> Project:
    """The project with one more rule, which no form of the sample keeps."""
    folder = declared_in(project, tmp_path / "stricter")
    (folder / "expectations" / "submission" / "GH05.yaml").write_text(STRICT, "utf-8")
    return load_project(folder)


def states(home: Home) -> list[str]:
    """The state of every submission."""
    with opened(home) as connection:
        rows = connection.execute("SELECT state FROM ledger.state ORDER BY submission_id").fetchall()
    return [state for (state,) in rows]


def test_T25_a_stricter_rule_changes_nothing_that_was_decided(home: Home, project: Project, stricter: Project) -> None:
    """T25: rebuilt by stricter rules, decisions, tables and receipts are what they were."""
    with clock_at("2021-10-12T01:00"):  # what is over, and so compared, is asked on a day
        take_in_and_build(project, home)
    before, receipts = digest(home), everything(home.outbox)
    home.warehouse.unlink()
    shutil.rmtree(home.outbox)
    with clock_at("2021-10-12T01:00"):
        assert take_in_and_build(stricter, home).deliveries == 0
    assert digest(home) == before
    assert everything(home.outbox) == receipts


def test_T25_judging_anew_is_a_command_with_a_preview(home: Home, project: Project, stricter: Project) -> None:
    """T25: it first says which decisions, findings and figures would change, and is recorded with who and why."""
    chosen = ("rejudge", "--project", str(stricter.path), "--form", FORM, "--period", PERIOD)
    with clock_at("2021-10-12T01:00"):
        take_in_and_build(project, home)
    before = digest(home)
    with clock_at("2021-10-12T01:00"):
        previewed = run(home, *chosen, "--json")
        assert previewed.exit_code == 0, previewed.output
        preview = json.loads(previewed.output)
        assert not preview["recorded"]
        assert [change["after"] for change in preview["decisions"]] == ["rejected", "rejected"]
        assert {change["code"] for change in preview["findings"] if change["is_new"]} == {"C99-1"}
        assert "warmth_persons" in {change["indicator_id"] for change in preview["figures"]}
        assert digest(home) == before
        done = run(home, *chosen, "--yes", "--by", "统计审核岗", "--because", "规则收紧")
    assert done.exit_code == 0, done.output
    assert states(home) == ["rejected", "rejected"]
    assert "C99-1" in json.dumps([json.loads(path.read_text("utf-8")) for path in home.outbox.rglob("*.json")])
    last = json.loads(run(home, "runs", "--json").output)[0]
    assert (last["kind"], last["actor"], last["because"]) == ("rejudge", "统计审核岗", "规则收紧")
    after = digest(home, ("ledger", "raw"))
    assert run(home, "rebuild").exit_code == 0
    assert digest(home, ("ledger", "raw")) == after


def test_T25_a_rule_is_rehearsed_on_all_that_was_submitted(home: Home, stricter: Project, project: Project) -> None:
    """T25: how often, whom, and how many of those were corrected later; nothing is changed."""
    before = digest(home)
    found = run(home, "rehearse", "C99-1", "--project", str(stricter.path), "--json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.output)
    assert (told["submissions"], told["corrected"]) == (2, 0)
    assert sorted(hit["unit_code"] for hit in told["hits"]) == UNITS
    assert digest(home) == before
    assert run(home, "rehearse", "C99-9").exit_code == 64


def test_T36_an_archive_older_than_the_warehouse_stops_the_run(home: Home, project: Project, tmp_path: Path) -> None:
    """T36: nothing is written; with the newer archive put back the run goes on."""
    old, new = tmp_path / "old", tmp_path / "new"
    shutil.copytree(home.archive, old)
    (planned,) = post(project, ["QH632300"], [PERIOD], [FORM])
    send(project, home.inbox, [planned])
    with clock_at("2021-10-14T01:00"):
        collect_into(project, home)
    home.archive.rename(new)
    shutil.copytree(old, home.archive)
    before = everything(home.path)
    with clock_at("2021-10-15T01:00"), pytest.raises(StoreError, match="older than the warehouse"):
        collect_into(project, home)
    changed = before.items() ^ everything(home.path).items()
    assert {name for name, _ in changed} <= {"writer.lock", "warehouse.last.duckdb", "looks.json"}  # the test's own
    assert run(home, "verify").exit_code == 74
    shutil.rmtree(home.archive)
    new.rename(home.archive)
    assert run(home, "verify").exit_code == 0
    with clock_at("2021-10-15T01:00"):
        assert collect_into(project, home).deliveries == 0


@pytest.mark.parametrize("harm", ["flipped", "gone"])
def test_T37_a_damaged_file_of_the_archive_is_named(home: Home, harm: str) -> None:
    """T37: what reads it stops and says which it is; no unit is told anything, and verify finds it."""
    with opened(home) as connection:
        ((delivery, sha256),) = connection.execute(
            "SELECT min(delivery_id), min_by(sha256, delivery_id) FROM ledger.delivery"
        ).fetchall()
    path = home.archive / "bytes" / sha256[:2] / sha256
    content = path.read_bytes()
    path.unlink() if harm == "gone" else path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    receipts = everything(home.outbox)
    stopped = run(home, "rejudge", delivery, "--json")
    assert stopped.exit_code == 74
    assert sha256 in stopped.output
    verified = run(home, "verify", "--json")
    assert verified.exit_code == 74
    assert sha256 in verified.output
    assert everything(home.outbox) == receipts
    assert states(home) == ["accepted", "accepted"]


def kinds_of_files(home: Home) -> dict[str, Path]:
    """One file of each kind that the archive holds: a delivery, what was declared, cells, runs."""
    record = Record(Archive(home.archive))
    (number, manifest) = next((each.number, each) for each in record.scan() if each.cells)
    listing = json.loads(record.archive.read(manifest.declarations))
    (cells,) = manifest.cells.values()
    (delivery,) = manifest.facts["delivery"]["sha256"]
    return {
        "delivery": record.archive.path_of(delivery),
        "listing": record.archive.path_of(manifest.declarations),
        "declared": record.archive.path_of(listing["federation.toml"]),
        "cells": home.archive / "record" / cells.path,
        "first run": record.path_of(1),
        "run between": record.path_of(number),
        "last run": record.path_of(record.last_number()),
    }


HARMS: dict[str, Callable[[bytes], bytes | None]] = {
    "byte": lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "gone": lambda content: None,
}


@pytest.mark.parametrize("harm", HARMS)
def test_T37_whatever_is_damaged_is_named(home: Home, harm: str) -> None:
    """T37: a file of each kind in turn, with a byte changed, cut, emptied or gone; put back all is sound again."""
    for kind, path in kinds_of_files(home).items():
        content = path.read_bytes()
        damaged = HARMS[harm](content)
        path.unlink() if damaged is None else path.write_bytes(damaged)
        found = verify_home(home).damages
        named = {each.where for each in found} | {each.what for each in found}
        assert any(path.name in each or path.stem in each for each in named) or (kind == "last run" and found), kind
        path.write_bytes(content)
    assert verify_home(home).damages == []


def test_T37_an_old_copy_of_a_run_or_a_file_of_nobody_is_named(home: Home) -> None:
    """T37: an earlier state of a run put in its place, a copy made beside it, cells that no run recorded."""
    last, before = (Record(Archive(home.archive)).path_of(number) for number in (4, 3))
    content = last.read_bytes()
    last.write_bytes(before.read_bytes())
    assert "R000004" in " ".join(each.where + each.what for each in verify_home(home).damages)
    last.write_bytes(content)
    strays = [
        last.with_name("R000003 (1).json"), last.with_name("R000003.json.bak"), home.archive / "record" / "notes.txt",
        home.archive / "record" / "cells" / "period=2020Q1" / "R000002.parquet",
    ]  # fmt: skip
    for path in strays:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    assert sorted(each.where for each in verify_home(home).damages) == sorted(map(str, strays))
    listed = run(home, "runs", "--json")
    assert len(json.loads(listed.output)) == 4


@pytest.mark.parametrize("harm", [b"x" * 5000, b""])
def test_T38_a_damaged_warehouse_is_told_as_damaged(home: Home, project: Project, harm: bytes) -> None:
    """T38: not as busy; deleted, or rebuilt by the command, everything is as it was."""
    before = digest(home)
    content = home.warehouse.read_bytes()
    home.warehouse.write_bytes(harm + content[len(harm) :] if harm else content[:9000])
    told = run(home, "status")
    assert told.exit_code == 74 and "damaged" in told.output and "rebuild" in told.output
    with clock_at("2021-10-10T02:00"):
        assert run(home, "rebuild").exit_code == 0
    assert digest(home) == before


def test_O8_runs_are_kept_and_listed(home: Home, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """O8: also one that could not go on, as such; all are there after a rebuild, and counted for a scraper."""

    def fail(*_: object, **__: object) -> None:
        raise ExpectationFailed("a table breaks a rule", "mart.figure", "mend it")

    with monkeypatch.context() as patch:
        patch.setattr("nianbao.runs.nightly.build_tables", fail)
        with clock_at("2021-10-12T01:00"):
            assert run(home, "nightly").exit_code == 4
    listed = json.loads(run(home, "runs", "--json").output)
    assert [(each["kind"], each["done"]) for each in listed] == [
        ("nightly", False), ("collect", True), ("receive", True), ("collect", True), ("receive", True)
    ]  # fmt: skip
    assert listed[0]["summary"] == {"failed": "a table breaks a rule", "exit_code": 4}
    home.warehouse.unlink()
    with clock_at("2021-10-13T01:00"):
        collect_into(project, home)
    assert json.loads(run(home, "runs", "--json").output) == listed
    text = run(home, "runs", "--metrics").output
    assert 'nianbao_runs_total{kind="nightly",outcome="failed"} 1' in text
    assert 'nianbao_deliveries{outcome="accepted"} 2' in text


def test_O12_receipts_come_back_from_the_record(home: Home) -> None:
    """O12: the outbox deleted, one command writes every receipt again, byte for byte."""
    before = everything(home.outbox)
    shutil.rmtree(home.outbox)
    written = run(home, "receipts")
    assert written.exit_code == 0, written.output
    assert everything(home.outbox) == before
    assert run(home, "receipts", "D999999").exit_code == 64


def test_O19_what_a_killed_run_left_is_cleared_by_the_next(home: Home, project: Project) -> None:
    """O19: whatever becomes of it, also on a night on which nothing comes."""
    edition = home.releases / "2021" / "work_report"
    left = [
        home.archive / "bytes" / ".receiving-4711", home.archive / "record" / "2021" / ".writing-R000009",
        home.archive / "record" / "cells" / "period=2021Q3" / "R000005.parquet",
        edition / ".writing-draft-4711" / "a.txt", edition / ".replaced-draft-4711" / "a.txt",
        home.releases / ".building-4711.duckdb",
    ]  # fmt: skip
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    with clock_at("2021-10-12T01:00"), open_workspace(project.path, home, "nightly"):
        assert not any(path.exists() for path in left)
    assert scratch_files(home) == []


def test_an_archive_without_a_record_is_refused(home: Home, project: Project, clock: Callable[[str], None]) -> None:
    """What an edition before the record kept is not taken for an empty archive."""
    (home.archive / "index.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(StoreError, match="before the record"):
        collect_into(project, home)
