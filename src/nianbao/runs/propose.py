"""propose: the next edition of a publication, written whole and laid before those who sign, with what it changes."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.publish.figure_lines import figures_csv, with_revisions
from nianbao.publish.release import texts_csv, write_edition
from nianbao.runs.corrections import Corrections
from nianbao.runs.documents import documents_of_year
from nianbao.runs.editions import (
    folder_of,
    reported_years,
    sources_of,
    write_analysts_file,
)
from nianbao.runs.preview import preview_of
from nianbao.runs.preview_page import preview_in_markdown
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.releases import MANIFEST, put_back_missing, refuse_altered, submissions_of
from nianbao.runs.shelf import refresh_office_page
from nianbao.runs.workspace import Step, Workspace, at_once
from nianbao.settings import sha256_of
from nianbao.statistics.reporting import awaited_until
from nianbao.terms.document import Document
from nianbao.terms.preview import Preview
from nianbao.terms.release import Release
from nianbao.terms.sign_off import Proposal
from nianbao.warehouse import issued

PROPOSED = "proposed"
"""The folder of the edition that lies before those who sign, beside the releases."""


def propose(
    workspace: Workspace,
    year: int | None = None,
    publications: Sequence[str] | None = None,
    step: Step = at_once,
    unfinished: bool = False,
) -> list[Preview]:
    """Write the next release of each publication and year that changed since its last one, for those who sign it.

    Without a year of every finished year; an unfinished one only on request, and it says so on every page. What prints
    the same as the last release, or as what already lies there, is not written: signatures hold as long as the bytes
    stay the same.

    Raises:
        UsageError: a publication is not declared, nothing was reported for the year, or it is not finished.
        StoreError: the last release is not what was issued.
    """
    unknown = set(publications or ()) - workspace.project.publications.keys()
    if unknown:
        known = ", ".join(workspace.project.publications)
        raise UsageError(
            _("publication {unknown!r} is not declared").format(unknown=unknown.pop()),
            next_step=_("name one of: {known}").format(known=known),
        )
    years = _years_to_issue(workspace, year, unfinished)
    put_back_missing(workspace)
    snapshot = write_analysts_file(workspace, step)
    laid_down = [
        preview
        for each in years
        for documents in [documents_of_year(workspace, each, "release")]
        for code in publications or tuple(workspace.project.publications)
        for preview in [_propose(workspace, documents[code], snapshot, step)]
        if preview
    ]
    refresh_office_page(workspace)
    return laid_down


def lay_down(
    workspace: Workspace,
    year: int | None = None,
    publications: Sequence[str] | None = None,
    step: Step = at_once,
    unfinished: bool = False,
    renew: bool = False,
) -> list[Proposal]:
    """What lies before those who sign; written first where nothing does, or where it is to be what today's data print.

    Raises:
        UsageError: as `propose`.
    """
    if renew or not _wanted(workspace, year, publications):
        propose(workspace, year, publications, step, unfinished)
    return _wanted(workspace, year, publications)


def _wanted(workspace: Workspace, year: int | None, publications: Sequence[str] | None) -> list[Proposal]:
    return [
        each
        for each in issued.proposals(workspace.connection)
        if year in (None, each.year) and (not publications or each.publication in publications)
    ]


def content_of(document: Document) -> str:
    """The hash of what a document says: its figures, texts and blocks."""
    content = figures_csv(document.figures) + texts_csv(document.texts)
    content += "".join(f"{each.key} {each.text}\n" for each in document.blocks)
    return hashlib.sha256(content.encode()).hexdigest()


def is_issued(workspace: Workspace, document: Document, last: Release) -> bool:
    """Whether the last release prints the same as a document, and holds."""
    recalled = {(each.publication, each.year, each.number) for each in issued.recalls(workspace.connection)}
    same = (last.figures_sha256, last.is_unfinished) == (content_of(document), bool(document.unfinished))
    return same and (last.publication, last.year, last.number) not in recalled


def _years_to_issue(workspace: Workspace, year: int | None, unfinished: bool) -> list[int]:
    """The years that are issued: the one that is asked for, or all that are finished."""
    reported = reported_years(workspace)
    if year is not None and year not in reported:
        told = ", ".join(map(str, reported))
        raise UsageError(
            _("nothing has been reported for {year}").format(year=year),
            next_step=_("take a year that was reported: {told}").format(told=told),
        )
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
            _("the year {last} is not finished: forms are due until {day}").format(last=last, day=day),
            next_step=_(
                "wait for that day, or say that it is unfinished: nianbao preview --year {last} --unfinished"
            ).format(last=last),
        )
    return finished


def _propose(workspace: Workspace, document: Document, snapshot: Path, step: Step) -> Preview | None:
    last = issued.last_release(workspace.connection, document.publication, document.year)
    if last:
        refuse_altered(workspace.home, last, issued.release_files(workspace.connection, last))
        if is_issued(workspace, document, last):
            return None
    number = last.number + 1 if last else 1
    before = workspace.home.path / last.path if last else None
    target = folder_of(workspace, document.publication, document.year) / PROPOSED
    lying = _lying(workspace, document, number)
    dated = lying.dated if lying and lying.content_sha256 == content_of(document) else clock.now().date()
    proposed = dataclasses.replace(revised(workspace, document, last), edition=f"r{number}", issued_on=dated)
    sources = sources_of(workspace, document.year) | {
        "previous": last.edition if last else None,
        "unfinished": document.unfinished,
    }
    write_edition(proposed, workspace.project, target, sources, snapshot, step)
    proposal = Proposal(
        publication=document.publication,
        year=document.year,
        number=number,
        proposed_at=clock.now(),
        dated=dated,
        path=target.relative_to(workspace.home.path).as_posix(),
        content_sha256=content_of(document),
        manifest_sha256=sha256_of(target / MANIFEST),
    )
    preview = preview_of(workspace, proposed, proposal, before)
    preview = dataclasses.replace(preview, proposal=dataclasses.replace(proposal, open_required=preview.open_required))
    if lying is None or (lying.manifest_sha256, lying.open_required) != (
        proposal.manifest_sha256,
        preview.open_required,
    ):
        _record(workspace, preview)
    return preview


def _lying(workspace: Workspace, document: Document, number: int) -> Proposal | None:
    """What lies before those who sign already."""
    wanted = document.publication, document.year, number
    lying = issued.proposals(workspace.connection)
    return next((each for each in lying if (each.publication, each.year, each.number) == wanted), None)


def revised(workspace: Workspace, document: Document, last: Release | None) -> Document:
    """The document with what it changes; what an unfinished year printed is not put right: it was of other periods."""
    if last is None or last.is_unfinished or document.unfinished:
        return document
    corrections = Corrections.since(workspace, last, submissions_of(workspace, last))
    return with_revisions(
        document, workspace.home.path / last.path, corrections.behind, workspace.project.renamed_indicators
    )


def _record(workspace: Workspace, preview: Preview) -> None:
    proposal = preview.proposal
    key = {"publication": proposal.publication, "year": proposal.year, "number": proposal.number}
    row = dataclasses.asdict(proposal) | {
        "open_required": "\n".join(proposal.open_required),
        "preview": preview_in_markdown(preview),
    }
    record_run(workspace, Doing("preview", summary=key), {"proposal": [row]})
