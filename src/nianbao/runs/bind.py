"""bind: the released reports of one issue as one paper, a Word document and a PDF under one red head."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.runs.documents import documents_of_year
from nianbao.runs.propose import content_of, revised
from nianbao.runs.releases import MANIFEST
from nianbao.runs.shelf import shelves_of
from nianbao.runs.workspace import Step, Workspace, at_once
from nianbao.terms.document import Document
from nianbao.terms.publication import Issue
from nianbao.terms.release import Release
from nianbao.warehouse import issued


def bind(workspace: Workspace, year: int, folder: Path, step: Step = at_once) -> list[Path]:
    """Write each issue of a year as one Word document and one PDF; gives their paths.

    Every report says what its release says: it is composed anew, and refused where it would say anything else.

    Raises:
        UsageError: no issue binds several reports, one has no release that holds, or today's data print otherwise.
    """
    found = {each.issue.publications: each.issue for each in workspace.project.publications.values() if each.issue}
    issues = [issue for issue in found.values() if len(issue.publications) > 1]
    if not issues:
        raise UsageError(
            _("no issue binds several reports"), next_step=_("name them in publications of reports/issues.toml")
        )
    releases = {code: _release(workspace, code, year) for issue in issues for code in issue.publications}
    documents = documents_of_year(workspace, year, "release")
    bound = {code: _as_released(workspace, documents[code], release) for code, release in releases.items()}
    folder.mkdir(parents=True, exist_ok=True)
    return [path for issue in issues for path in _write(issue, bound, year, folder, step)]


def _release(workspace: Workspace, code: str, year: int) -> Release:
    """The release of a report that holds."""
    shelves = [each for each in shelves_of(workspace) if (each.publication, each.year) == (code, year) and each.holds]
    if not shelves:
        raise UsageError(
            _("no release of {zh} {year} holds").format(zh=workspace.project.publications[code].zh, year=year),
            next_step=_("issue it: nianbao preview, sign, publish"),
        )
    return shelves[0].current.release


def _as_released(workspace: Workspace, document: Document, release: Release) -> Document:
    """A report as it was released, with what that put right."""
    if content_of(document) != release.figures_sha256:
        raise UsageError(
            _("today's data print {name} otherwise").format(name=release.name),
            next_step=_("issue the next one first: nianbao preview, sign, publish"),
        )
    earlier = [
        each
        for each in issued.releases(workspace.connection)
        if (each.publication, each.year) == (release.publication, release.year) and each.number < release.number
    ]
    dated = issued.dated_of(workspace.connection, release)
    whole = revised(workspace, document, earlier[-1] if earlier else None)
    manifest = json.loads((workspace.home.path / release.path / MANIFEST).read_text("utf-8"))
    known_at = dt.datetime.fromisoformat(manifest["as_of"])
    return dataclasses.replace(whole, edition=release.edition, issued_on=dated, as_of=known_at)


def _write(issue: Issue, bound: dict[str, Document], year: int, folder: Path, step: Step) -> list[Path]:
    from nianbao.publish import docx, pdf  # each brings a library that nothing else needs

    documents = [bound[code] for code in issue.publications]
    stem = folder / f"{'-'.join(issue.publications)}-{year}"
    layout = step(
        _("render the bound issue as {format}").format(format="PDF"),
        pdf.write_issue,
        documents,
        stem.with_suffix(".pdf"),
    )
    step(
        _("render the bound issue as {format}").format(format="Word"),
        docx.write_issue,
        documents,
        stem.with_suffix(".docx"),
        layout,
    )
    return [stem.with_suffix(".docx"), stem.with_suffix(".pdf")]
