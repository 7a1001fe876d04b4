"""The documents of a year: composed and traced, whole or as far as a night shows them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from nianbao import clock
from nianbao.publish.background import background
from nianbao.publish.compose import compose
from nianbao.publish.footnotes import with_footnotes
from nianbao.publish.plain import day_zh
from nianbao.publish.rows import indicators_summed, units_listed
from nianbao.publish.site import UNITS_A_LEAF, UNITS_IN_MATRIX
from nianbao.runs.editions import SAMPLE_NOTICE
from nianbao.runs.workspace import Workspace
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
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.explanations import approved


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
