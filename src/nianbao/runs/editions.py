"""What editions are made of: the documents of a year, what they rest on, and the places of their files."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nianbao import __version__, clock
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.publish.background import background
from nianbao.publish.compose import compose
from nianbao.publish.footnotes import with_footnotes
from nianbao.publish.plain import day_zh
from nianbao.publish.release import Edition, doubted
from nianbao.publish.rows import indicators_summed, units_listed
from nianbao.publish.site import UNITS_A_LEAF, UNITS_IN_MATRIX
from nianbao.runs.workspace import Step, Workspace
from nianbao.statistics.claims import read_claims
from nianbao.statistics.figures import FewUnits, Figures, read_figures
from nianbao.statistics.reporting import awaited_until, due_counts, due_in_year
from nianbao.statistics.targets import read_targets
from nianbao.statistics.texts import read_blocks, read_texts
from nianbao.statistics.trace import outline_all, trace_all
from nianbao.terms.document import Document
from nianbao.terms.publication import Publication
from nianbao.terms.reported import WrittenBlock
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import Connection, rows_of
from nianbao.warehouse.explanations import approved
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


def documents_of_year(workspace: Workspace, year: int, edition: str, is_whole: bool = True) -> dict[str, Document]:
    """The documents of all publications, composed and traced; each figure is traced once for all of them.

    What is not whole has the first units behind each figure and counts the cells: its cost is that of what it shows.
    """
    explained = approved(workspace.connection)
    shown = units_listed(workspace.project) | {row["unit_code"] for row in explained}
    few = None if is_whole else FewUnits(frozenset(shown), UNITS_A_LEAF)
    summed = indicators_summed(workspace.project)
    figures = read_figures(workspace.connection, workspace.project, few=few, summed=summed)
    claims = read_claims(workspace.connection, figures)
    as_of = ledger.known_until(workspace.connection) or clock.now()
    targets = read_targets(workspace.connection, claims, year, as_of.date())
    notices = (SAMPLE_NOTICE,) if workspace.home.is_sample else ()
    reported = read_texts(workspace.connection, workspace.project, year)
    unfinished = _unfinished(workspace, year, as_of.date() if edition == "as_of" else clock.now().date())
    documents = {
        code: _footnoted(
            compose(
                publication,
                claims,
                year,
                edition,
                as_of,
                notices,
                targets,
                dataclasses.replace(reported, blocks=_blocks_of(workspace, publication, year)),
                unfinished,
            ),
            publication,
            figures,
            explained,
        )
        for code, publication in workspace.project.publications.items()
    }
    wanted = {(figure.indicator_id, figure.year) for document in documents.values() for figure in document.figures}
    traces = (trace_all if is_whole else outline_all)(workspace.connection, figures, sorted(wanted))
    due = due_in_year(workspace.connection, as_of.date(), year, None if is_whole else UNITS_IN_MATRIX)
    behind = background(figures, year, due, due_counts(workspace.connection, as_of.date(), year), targets)
    return {
        code: dataclasses.replace(
            document,
            traces={figure.key: traces[figure.key] for figure in document.figures},
            background=behind,
            is_whole=is_whole,
        )
        for code, document in documents.items()
    }


def _blocks_of(workspace: Workspace, publication: Publication, year: int) -> dict[str, WrittenBlock]:
    """What the office wrote into a report; the number of an issue stands in the report that leads it."""
    blocks, issue = read_blocks(workspace.connection, publication.code, year), publication.issue
    if issue and issue.leader != publication.code:
        leading = read_blocks(workspace.connection, issue.leader, year)
        blocks = {**blocks, **{key: said for key, said in leading.items() if key == issue.head.issue_block}}
    return blocks


def _unfinished(workspace: Workspace, year: int, today: dt.date) -> str:
    """What every page of a year that is not over says: which periods its figures are made of."""
    if not awaited_until(workspace.connection, workspace.project, year, today):
        return ""
    return say_unfinished(workspace.connection, year)


def say_unfinished(connection: Connection, year: int) -> str:
    """What a year that is not over says of itself: up to when its periods are in it."""
    row = connection.execute("SELECT max(period_end) FROM core.submission WHERE year = ?", [year]).fetchone()
    until = f"截至{day_zh(row[0])}的报告期" if row and row[0] else "零星报表"
    return f"本年度尚未结束：只含{until}，不是全年数。"


def _footnoted(
    document: Document, publication: Publication, figures: Figures, explained: list[dict[str, Any]]
) -> Document:
    if publication.footnotes_from is None:
        return document
    return with_footnotes(document, figures, explained, publication.footnotes_from)


def write_analysts_file(workspace: Workspace, step: Step, changes: Mapping[str, Change | None] = {}) -> Path:
    """The analysts' file as the tables stand, written where they changed."""
    as_of: dt.datetime = ledger.known_until(workspace.connection) or clock.now()
    return step(  # type: ignore[no-any-return]
        "write the analysts' file",
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
