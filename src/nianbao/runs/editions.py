"""What editions of a year rest on, how a run tells of them, and where their files lie."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nianbao import __version__, clock
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.publish.release import Edition, doubted
from nianbao.runs.workspace import Step, Workspace
from nianbao.terms.document import Document
from nianbao.terms.publication import Publication
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import rows_of
from nianbao.warehouse.models import fingerprint_of_built
from nianbao.warehouse.refresh import Change
from nianbao.warehouse.snapshot import write_snapshot

SAMPLE_NOTICE = "本报告由合成样例数据生成，单位所报数字均非真实填报，仅供演示。"


def years_that_count(workspace: Workspace) -> list[int]:
    """The years of which anything counts, the earliest first; those before the first day are history."""
    conventions = workspace.project.conventions
    rows = workspace.connection.execute("SELECT DISTINCT year FROM core.submission ORDER BY year").fetchall()
    return [int(year) for (year,) in rows if conventions.year.span(year)[1] >= conventions.first_day]


def reported_years(workspace: Workspace) -> list[int]:
    """The years of which anything counts, as `years_that_count`.

    Raises:
        UsageError: nothing has been accepted yet.
    """
    years = years_that_count(workspace)
    if not years:
        raise UsageError(
            _("nothing has been accepted yet"), next_step=_("put workbooks into the inbox and run nianbao nightly")
        )
    return years


def year_asked(workspace: Workspace, year: int | None) -> int:
    """The year that is asked about; where none is named the only one of which anything counts: none is "the latest".

    Raises:
        UsageError: nothing has been accepted for it, or several years were reported and none is named.
    """
    reported = reported_years(workspace)
    told = ", ".join(map(str, reported))
    if year is None and len(reported) > 1:
        raise UsageError(
            _("several years were reported: {told}").format(told=told),
            next_step=_("name one: --year {reported}").format(reported=reported[-1]),
        )
    if year is not None and year not in reported:
        raise UsageError(
            _("nothing has been reported for {year}").format(year=year),
            next_step=_("take a year that was reported: {told}").format(told=told),
        )
    return year or reported[0]


def write_analysts_file(workspace: Workspace, step: Step, changes: Mapping[str, Change | None] = {}) -> Path:
    """The analysts' file as the tables stand, written where they changed."""
    as_of: dt.datetime = ledger.known_until(workspace.connection) or clock.now()
    return step(  # type: ignore[no-any-return]
        _("write the analysts' file"),
        write_snapshot,
        workspace.connection,
        workspace.project,
        workspace.home.releases,
        as_of,
        state_of_tables(workspace),
        changes,
    )


def state_of_tables(workspace: Workspace) -> str:
    """Changes when anything that a report prints could change: tables, declarations of reports, the program."""
    declared = hashlib.sha256()
    for path in sorted((workspace.project.path / "reports").rglob("*.toml")):
        declared.update(path.read_bytes())
    tables = fingerprint_of_built(workspace.connection)
    return hashlib.sha256(f"{tables} {declared.hexdigest()} {__version__}".encode()).hexdigest()


def sources_of(workspace: Workspace, year: int) -> dict[str, Any]:
    """The submissions that an edition rests on, with the hash of the file each came in."""
    rows = rows_of(
        workspace.connection,
        "SELECT current.submission_id, delivery.sha256 FROM core.submission AS current "
        "INNER JOIN ledger.delivery AS delivery ON current.delivery_id = delivery.delivery_id "
        "WHERE current.year IN (?, ?) ORDER BY current.submission_id",
        [year - 1, year],
    )
    return {"submissions": {row["submission_id"]: row["sha256"] for row in rows}}


def folder_of(workspace: Workspace, publication: str, year: int) -> Path:
    """Where the editions of a publication for a year lie."""
    return workspace.home.releases / str(year) / publication


def describe_edition(publication: Publication, year: int, name: str, path: Path, written: Document | None) -> Edition:
    """An edition as a run tells of it; without a document it was left as it is."""
    if written is None:
        return Edition(publication.code, year, name, path, 0, 0, is_new=False, zh=publication.zh)
    counts = len(written.figures), len(written.revisions)
    return Edition(publication.code, year, name, path, *counts, True, publication.zh, len(doubted(written)))
