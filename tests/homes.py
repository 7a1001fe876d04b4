"""Homes for tests: a sample year taken in over two nights, small homes, and what a warehouse comes to in one line."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from nianbao.catalog import Project
from nianbao.clock import OVERRIDE, ZONE
from nianbao.intake.blank.workbook import write_workbook
from nianbao.publish.release import Edition
from nianbao.runs.build import build_tables
from nianbao.runs.collect import Collected, collect
from nianbao.runs.decide import approve, list_to_approve
from nianbao.runs.drafts import refresh_drafts, write_drafts
from nianbao.runs.nightly import nightly
from nianbao.runs.propose import propose
from nianbao.runs.publish import publish
from nianbao.runs.sign import sign
from nianbao.runs.take_over import take_over
from nianbao.runs.workspace import Workspace, open_workspace, open_workspace_to_read
from nianbao.sample.make import make_sample, plan_sample
from nianbao.sample.office import fill_blocks, read_office
from nianbao.sample.planned import Planned
from nianbao.settings import Home
from nianbao.statistics.figures import Figures, read_figures
from nianbao.terms.filled import Filled
from nianbao.terms.sign_off import Identity
from nianbao.warehouse.connect import Connection, rows_of

ROOT = Path(__file__).resolve().parents[1]
YEAR = 2021
FIRST_POST = dt.date(2022, 1, 15)
FIRST_NIGHT, SECOND_NIGHT, ISSUED = "2022-01-16T01:00", "2022-01-26T01:00", "2022-01-27T10:00"
WRITTEN, NEXT_WRITTEN = "2022-01-26T15:00", "2023-01-26T15:00"
NIGHT_BEFORE = "2022-01-27T01:00"
NEXT_POST = dt.date(2023, 1, 15)
NEXT_FIRST_NIGHT, NEXT_SECOND_NIGHT, NEXT_ISSUED = "2023-01-16T01:00", "2023-01-26T01:00", "2023-01-27T10:00"
PUBLICATIONS = ("audit_report", "work_report")
APPROVER = "海北州总工会审核岗"
NIGHT_1 = "night-1"


@contextmanager
def clock_at(moment: str) -> Iterator[None]:
    """Let it be this moment for nianbao, in this process and in those it starts."""
    before = os.environ.get(OVERRIDE)
    os.environ[OVERRIDE] = moment
    try:
        yield
    finally:
        if before is None:
            del os.environ[OVERRIDE]
        else:
            os.environ[OVERRIDE] = before


def live_a_year(project: Project, home: Home) -> None:
    """Take in the sample year over two nights and issue r1; the drafts' figures of the first night are kept aside."""
    make_sample(project, YEAR, home.inbox, sent_by=FIRST_POST)
    with clock_at(FIRST_NIGHT):
        nightly(project.path, home)
    for code in PUBLICATIONS:
        kept = home.path / NIGHT_1 / f"{code}.csv"
        kept.parent.mkdir(exist_ok=True)
        shutil.copyfile(draft(home, code) / "figures.csv", kept)
    make_sample(project, YEAR, home.inbox, sent_after=FIRST_POST)
    with clock_at(SECOND_NIGHT):
        nightly(project.path, home)
    approve_waiting(project, home, SECOND_NIGHT)
    let_office_write(project, home, YEAR, WRITTEN)
    with clock_at(NIGHT_BEFORE):  # the drafts take up what the office wrote
        nightly(project.path, home)
    with clock_at(ISSUED), open_workspace(project.path, home, "publish") as workspace:
        build_tables(workspace)
        issue(workspace)


def issue(
    workspace: Workspace,
    year: int | None = None,
    publications: Sequence[str] | None = None,
    unfinished: bool = False,
) -> list[Edition]:
    """Preview, sign in both roles and release what changed; each role is signed by a user of its own."""
    proposals = [each.proposal for each in propose(workspace, year, publications, unfinished=unfinished)]
    for proposal in proposals:
        for role in workspace.project.sign_off.roles:
            sign(workspace, proposal.name, role.id, Identity(f"user-{role.id}"))
    published = publish(workspace, [each.name for each in proposals]) if proposals else []
    return [each.edition for each in published if each.edition]


def live_next_year(project: Project, home: Home) -> list[Collected]:
    """Take in the sample of 2022 over two nights, in a home that has lived 2021, and issue its r1."""
    nights = []
    for night, window in ((NEXT_FIRST_NIGHT, {"sent_by": NEXT_POST}), (NEXT_SECOND_NIGHT, {"sent_after": NEXT_POST})):
        make_sample(project, YEAR + 1, home.inbox, **window)
        with clock_at(night):
            nights.append(nightly(project.path, home).collected)
    approve_waiting(project, home, NEXT_SECOND_NIGHT)
    let_office_write(project, home, YEAR + 1, NEXT_WRITTEN)
    with clock_at(NEXT_ISSUED), open_workspace(project.path, home, "publish") as workspace:
        build_tables(workspace)
        issue(workspace)
    return nights


def approve_waiting(project: Project, home: Home, moment: str) -> None:
    """Approve for the level above what waits for it, and bring the drafts up to that."""
    with clock_at(moment), open_workspace(project.path, home, "approve") as workspace:
        approve(workspace, [each.standing.submission_id for each in list_to_approve(workspace)], APPROVER)
        build_tables(workspace)
        refresh_drafts(workspace)


def let_office_write(project: Project, home: Home, year: int, moment: str) -> None:
    """Fill the blocks of the drafts in Word and take them over, as the office does before a release."""
    writing = read_office(ROOT / "samples" / str(year))
    with clock_at(moment), open_workspace(project.path, home, "draft") as workspace:
        build_tables(workspace)
        write_drafts(workspace, year)
    for code in PUBLICATIONS:
        word = home.releases / str(year) / code / "draft" / f"{code}-{year}.docx"
        edited = fill_blocks(word, writing, home.path / f"edited-{word.name}")
        with clock_at(moment), open_workspace(project.path, home, "take_over") as workspace:
            take_over(workspace, edited, writing.by)
        edited.unlink()


def draft(home: Home, publication: str) -> Path:
    """The folder of a draft edition."""
    return home.releases / str(YEAR) / publication / "draft"


def release(home: Home, publication: str, number: int, year: int = YEAR) -> Path:
    """The folder of a numbered release."""
    return home.releases / str(year) / publication / f"r{number}"


@cache
def _planned(project_path: Path) -> tuple[Planned, ...]:
    from nianbao.catalog import load_project

    return tuple(plan_sample(load_project(project_path), YEAR))


def post(project: Project, units: Sequence[str], periods: Sequence[str], forms: Sequence[str] = ()) -> list[Planned]:
    """The on-time workbooks of some units and periods of the sample year, if wanted with some forms only."""
    wanted = [
        each
        for each in _planned(project.path)
        if each.unit.code in units and each.period.code in periods and each.story == "on time"
    ]
    return [replace(each, content=only(each.content, forms)) for each in wanted] if forms else wanted


def only(filled: Filled | str, forms: Sequence[str]) -> Filled:
    """The same answers, of some forms only."""
    assert isinstance(filled, Filled)
    return replace(filled, forms={code: parts for code, parts in filled.forms.items() if code in forms}, only=True)


def send(project: Project, inbox: Path, planned: Iterable[Planned]) -> list[Path]:
    """Write workbooks into an inbox, each with the time at which it was sent."""
    paths = []
    for each in planned:
        assert isinstance(each.content, Filled)
        path = inbox / each.unit.short_zh / each.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_workbook(path, project, each.unit, each.period, each.content)
        arrive(path, each.sent_at)
        paths.append(path)
    return paths


def arrive(path: Path, moment: dt.datetime) -> None:
    """Let a file have been put into the inbox at a moment, in the federation's time."""
    stamp = moment.replace(tzinfo=ZONE).timestamp()
    os.utime(path, (stamp, stamp))


def collect_into(project: Project, home: Home) -> Collected:
    """One collect run, to which everything came when its sender says."""
    home.looks.unlink(missing_ok=True)
    with open_workspace(project.path, home, "collect") as workspace:
        return collect(workspace)


def take_in_and_build(project: Project, home: Home) -> Collected:
    """One collect run, to which everything came when its sender says, and the tables built from it, without reports."""
    home.looks.unlink(missing_ok=True)
    with open_workspace(project.path, home, "nightly") as workspace:
        collected = collect(workspace)
        build_tables(workspace)
        return collected


@contextmanager
def warehouse(home: Home) -> Iterator[Connection]:
    """The warehouse of a home, for reading."""
    with open_workspace_to_read(ROOT, home) as workspace:
        yield workspace.connection


def figures_of(home: Home) -> Figures:
    """The figures of a home as last built."""
    with open_workspace_to_read(ROOT, home) as workspace:
        return read_figures(workspace.connection, workspace.project)


def call(*arguments: str, home: Home | None = None) -> subprocess.CompletedProcess[str]:
    """The program as somebody calls it, from the folder of the project."""
    place = ["--home", str(home.path)] if home else []
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}
    command = [sys.executable, "-m", "nianbao", *arguments, *place]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def digest(
    home: Home,
    schemas: Sequence[str] = ("ledger", "raw", "core", "indicator", "mart"),
    without: Sequence[str] = ("run_id",),
) -> dict[str, str]:
    """What every table holds, whatever the order of its rows: one hash a table.

    Runs are left out, with the number of the run that a row came with, what models were built from, and who moved.
    """
    with warehouse(home) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'warehouse' "
            "AND schema_name IN (SELECT unnest($1)) AND schema_name || '.' || table_name NOT IN "
            "('ledger.run', 'ledger.build', 'ledger.moved')",
            [list(schemas)],
        ).fetchall()
        names = [f"{schema}.{table}" for schema, table in sorted(tables)]
        return {name: _hash(connection, name, without) for name in names}


def _hash(connection: Connection, table: str, without: Sequence[str]) -> str:
    names = [row["column_name"] for row in rows_of(connection, f"DESCRIBE {table}")]
    columns = ", ".join(f'"{name}"' for name in names if name not in without)
    lines = connection.execute(
        f"SELECT CAST(line AS VARCHAR) FROM (SELECT {columns} FROM {table}) AS line ORDER BY 1"
    ).fetchall()
    return hashlib.sha256("\n".join(line for (line,) in lines).encode()).hexdigest()


def scratch_files(home: Home) -> list[str]:
    """What a run leaves behind only when it was killed: hidden files and folders anywhere but in the inbox."""
    return sorted(
        path.relative_to(home.path).as_posix() for path in home.path.rglob(".*") if not path.is_relative_to(home.inbox)
    )
