"""publish: numbered releases of what changed."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.publish.compose import compose
from nianbao.publish.release import Edition, doubted, figures_csv, texts_csv, write_edition
from nianbao.publish.revisions import with_revisions
from nianbao.runs.editions import (
    describe_edition,
    documents_of_year,
    folder_of,
    last_reported_year,
    reported_years,
    sources_of,
    write_analysts_file,
)
from nianbao.runs.releases import put_back_missing, record_release, refuse_altered
from nianbao.runs.workspace import Step, Workspace, at_once
from nianbao.statistics.claims import read_claims
from nianbao.statistics.figures import read_figures
from nianbao.statistics.reporting import awaited_until
from nianbao.statistics.targets import read_targets
from nianbao.terms.document import Document
from nianbao.terms.release import Release
from nianbao.terms.target import Target
from nianbao.warehouse import ledger


def publish(
    workspace: Workspace,
    year: int | None = None,
    publications: Sequence[str] | None = None,
    step: Step = at_once,
    unfinished: bool = False,
) -> list[Edition]:
    """Issue the next numbered release of each publication and year whose figures changed since its last one.

    Without a year of every finished year; an unfinished one is issued only on request, and says so on every page.

    Raises:
        UsageError: a publication is not declared, nothing was reported for the year, or it is not finished.
    """
    unknown = set(publications or ()) - workspace.project.publications.keys()
    if unknown:
        known = ", ".join(workspace.project.publications)
        raise UsageError(f"publication {unknown.pop()!r} is not declared", next_step=f"name one of: {known}")
    years = _years_to_issue(workspace, year, unfinished)
    put_back_missing(workspace)
    snapshot = write_analysts_file(workspace, step)
    return [
        _issue(workspace, documents[code], snapshot, step)
        for each in years
        for documents in [documents_of_year(workspace, each, "release")]
        for code in publications or tuple(workspace.project.publications)
    ]


def _years_to_issue(workspace: Workspace, year: int | None, unfinished: bool) -> list[int]:
    """The years that are issued: the one that is asked for, or all that are finished."""
    reported = reported_years(workspace)
    if year is not None and year not in reported:
        told = ", ".join(map(str, reported))
        raise UsageError(f"nothing has been reported for {year}", next_step=f"take a year that was reported: {told}")
    today = clock.now().date()
    open_until = {
        each: day
        for each in (reported if year is None else [year])
        if (day := awaited_until(workspace.connection, workspace.project, each, today))
    }
    asked = [year] if year is not None else reported
    finished = [each for each in asked if unfinished or each not in open_until]
    if not finished:
        last, day = asked[-1], open_until[asked[-1]]
        raise UsageError(
            f"the year {last} is not finished: forms are due until {day}",
            next_step=f"publish after that day, or say that it is unfinished: publish --year {last} --unfinished",
        )
    return finished


def promised(workspace: Workspace, year: int) -> tuple[Target, ...]:
    """The targets of a year, with what has become of them as far as is known."""
    claims = read_claims(workspace.connection, read_figures(workspace.connection, workspace.project))
    as_of = ledger.known_until(workspace.connection) or clock.now()
    return read_targets(workspace.connection, claims, year, as_of.date())


def doubtful_claims(workspace: Workspace, year: int | None = None) -> list[dict[str, Any]]:
    """What the reports of a year say and might not be true once everybody has reported, with the reason."""
    year = year or last_reported_year(workspace)
    claims = read_claims(workspace.connection, read_figures(workspace.connection, workspace.project))
    return [
        {
            "publication": code, "section": figure.section, "indicator": figure.indicator_id, "zh": figure.zh,
            "year": figure.year, "printed": figure.text, "wording": figure.wording, "value": figure.value,
            "unit": figure.unit, "claim": figure.claim, "coverage_reported": figure.coverage.reported,
            "coverage_expected": figure.coverage.expected,
            "missing_share_of_last_year": figure.missing_share_of_last_year, "doubt": figure.doubt,
        }
        for code, publication in workspace.project.publications.items()
        for figure in doubted(compose(publication, claims, year, "draft", clock.now(), ()))
    ]  # fmt: skip


def _issue(workspace: Workspace, document: Document, snapshot: Path, step: Step) -> Edition:
    last = ledger.last_release(workspace.connection, document.publication, document.year)
    content = figures_csv(document.figures) + texts_csv(document.texts)
    content += "".join(f"{each.key} {each.text}\n" for each in document.blocks)
    figures_sha256 = hashlib.sha256(content.encode()).hexdigest()
    if last:
        refuse_altered(workspace.home, last, ledger.release_files(workspace.connection, last))
    before = workspace.home.path / last.path if last else None
    is_unfinished = bool(document.unfinished)
    if last and before and (last.figures_sha256, last.is_unfinished) == (figures_sha256, is_unfinished):
        return describe_edition(document.publication, document.year, last.edition, before, None)
    number = last.number + 1 if last else 1
    target = folder_of(workspace, document.publication, document.year) / f"r{number}"
    # What an unfinished year printed is not put right by the next edition: it was said of other periods.
    issued = document if is_unfinished or (last and last.is_unfinished) else with_revisions(document, before)
    issued = dataclasses.replace(issued, edition=f"r{number}", issued_on=clock.now().date())
    sources = sources_of(workspace, document.year) | {
        "previous": last.edition if last else None,
        "unfinished": document.unfinished,
    }
    release = Release(
        issued.publication, issued.year, number, clock.now(), target.relative_to(workspace.home.path).as_posix(),
        figures_sha256, is_unfinished,
    )  # fmt: skip
    write_edition(
        issued, workspace.project, target, sources, snapshot, step, partial(record_release, workspace, release)
    )
    return describe_edition(issued.publication, issued.year, issued.edition, target, issued)
