"""Doing it again: the same files, the same night, a lost warehouse."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from nianbao.catalog import Project
from nianbao.runs.nightly import nightly
from nianbao.settings import Home
from tests.homes import (
    FIRST_POST,
    PUBLICATIONS,
    SECOND_NIGHT,
    collect_into,
    digest,
    draft,
    post,
    scratch_files,
    send,
    take_in_and_build,
    warehouse,
)

WHAT_COUNTS = ("raw", "core", "indicator", "mart")


def test_a_night_with_nothing_new_changes_nothing(
    year_copy: Home, project: Project, clock: Callable[[str], None]
) -> None:
    """With the same files in the inbox no table is built, no edition is written and no row is added."""
    before = digest(year_copy)
    editions = {path: path.stat().st_mtime_ns for path in year_copy.releases.rglob("*") if path.is_file()}
    clock("2022-01-28T01:00")
    night = nightly(project.path, year_copy)
    assert night.collected.deliveries == 0
    assert night.built_tables.models == []
    assert [edition.is_new for edition in night.editions] == [False, False]
    assert digest(year_copy) == before
    after = {path: path.stat().st_mtime_ns for path in year_copy.releases.rglob("*") if path.suffix != ".sha256"}
    assert {path: after[path] for path in editions if path.suffix != ".sha256"} == {
        path: stamp for path, stamp in editions.items() if path.suffix != ".sha256"
    }


def test_a_file_that_is_sent_again_changes_nothing(
    year_copy: Home, project: Project, clock: Callable[[str], None]
) -> None:
    """The same bytes, touched or under a new name, are a duplicate delivery: nothing that counts is different."""
    before = digest(year_copy, WHAT_COUNTS)
    touched, copied = sorted(year_copy.inbox.rglob("*-2021Q3.xlsx"))[:2]
    os.utime(touched)
    shutil.copyfile(copied, copied.with_name("再报一次.xlsx"))
    clock("2022-01-28T01:00")
    night = nightly(project.path, year_copy)
    assert {outcome.value: count for outcome, count in night.collected.outcomes.items()} == {"duplicate": 2}
    assert not night.collected.decisions
    assert [edition.is_new for edition in night.editions] == [False, False]
    assert digest(year_copy, WHAT_COUNTS) == before


def test_the_archive_is_enough_to_start_anew(year_copy: Home, project: Project, clock: Callable[[str], None]) -> None:
    """Without warehouse and inbox one night brings back the same decisions, tables and figures.csv, byte for byte."""
    before = digest(year_copy)
    figures = {code: (draft(year_copy, code) / "figures.csv").read_bytes() for code in PUBLICATIONS}
    receipts = {path: path.read_bytes() for path in year_copy.outbox.rglob("*") if path.is_file()}
    year_copy.warehouse.unlink()
    for folder in (year_copy.inbox, year_copy.outbox, year_copy.releases):
        shutil.rmtree(folder)
    clock(SECOND_NIGHT)
    nightly(project.path, year_copy)
    assert {code: (draft(year_copy, code) / "figures.csv").read_bytes() for code in PUBLICATIONS} == figures
    after = digest(year_copy)
    assert {table for table in before if after.get(table) != before[table]} <= {"ledger.release"}
    assert {path: path.read_bytes() for path in year_copy.outbox.rglob("*") if path.is_file()} == receipts


def test_it_does_not_matter_who_comes_first(project: Project, tmp_path: Path, clock: Callable[[str], None]) -> None:
    """Units and quarters one by one, the last first, come to the same tables as all of them in one night."""
    clock(SECOND_NIGHT)
    together, apart = Home(tmp_path / "together"), Home(tmp_path / "apart")
    planned = post(project, ["QH630200", "QH632300", "QHD01"], ["2021Q1", "2021Q3", "2021Q4"], ["GH01", "GH03", "GH05"])
    send(project, together.inbox, planned)
    take_in_and_build(project, together)
    for each in reversed(planned):
        send(project, apart.inbox, [each])
        collect_into(project, apart)
    take_in_and_build(project, apart)
    assert len(planned) > 6
    same = ("core", "indicator", "mart")
    assert digest(apart, same, ["delivery_id"]) == digest(together, same, ["delivery_id"])


def test_the_two_nights_were_not_one(year_home: Home) -> None:
    """The sample year did come in on two days, so that what is told of its past is worth telling."""
    with warehouse(year_home) as connection:
        days = connection.execute("SELECT DISTINCT CAST(received_at AS DATE) FROM ledger.delivery").fetchall()
    assert len(days) == 2
    assert min(days)[0] > FIRST_POST
    assert not scratch_files(year_home)
