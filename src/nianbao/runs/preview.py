"""preview: what a release would change and what is open in it, told to those who sign before they do."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from nianbao import clock
from nianbao.catalog import Project
from nianbao.publish.figure_lines import changed_texts
from nianbao.publish.plain import revision_places, section_titles
from nianbao.publish.release import doubted, texts_csv
from nianbao.runs.corrections import TEXTS, lines_of
from nianbao.runs.editions import folder_of
from nianbao.runs.workspace import Workspace
from nianbao.statistics.formulas import counted_behind
from nianbao.statistics.reporting import not_reported
from nianbao.statistics.texts import read_texts
from nianbao.terms.document import Document, OpenPassage
from nianbao.terms.period import Period
from nianbao.terms.preview import Absent, ChangedText, Preview, ToBeWritten, Unruled
from nianbao.terms.sign_off import Proposal
from nianbao.terms.status import Status
from nianbao.warehouse import issued
from nianbao.warehouse.connect import rows_of
from nianbao.warehouse.explanations import explanations

_NAMED = 3


def preview_of(workspace: Workspace, document: Document, proposal: Proposal, before: Path | None) -> Preview:
    """Everything about a proposed edition; `before` is the folder of the last release."""
    forms = _forms_of(workspace.project, document)
    placed = zip(document.revisions, revision_places(document), strict=True)
    return Preview(
        proposal=proposal,
        title=document.title,
        previous=before.name if before else "",
        unfinished=document.unfinished,
        revisions=tuple(each._replace(section=place) for each, place in placed),
        texts=tuple(_changed_texts(document, before)) if before and not document.unfinished else (),
        doubtful=tuple(doubted(document)),
        unruled=tuple(_unruled(workspace, document.year, forms)),
        to_write=tuple(to_be_written(workspace, document)),
        absent=tuple(_absent(workspace, document.year, forms)),
        recalled=_why_recalled(workspace, document, before.name) if before else "",
    )


def _why_recalled(workspace: Workspace, document: Document, previous: str) -> str:
    """Why a release was called back; empty where it was not."""
    of_report = (document.publication, document.year)
    recalls = [each for each in issued.recalls(workspace.connection) if (each.publication, each.year) == of_report]
    return next((each.because for each in recalls if f"r{each.number}" == previous), "")


def _forms_of(project: Project, document: Document) -> set[str]:
    """The forms that a report counts or quotes: what is said of others is no concern of those who sign it."""
    bases = {
        base
        for figure in document.figures
        for base, _ in counted_behind(project.indicators[figure.indicator_id], project.indicators)
    }
    quoted = [text.text_id for text in document.texts] + [each.text_id for each in document.open_passages]
    return {project.indicators[base].form for base in bases} | {
        project.wordings.texts[text_id].form for text_id in quoted if text_id
    }


def to_be_written(workspace: Workspace, document: Document) -> Iterator[ToBeWritten]:
    """The texts and blocks of a document that nobody has written, with who writes them and where."""
    last_year = read_texts(workspace.connection, workspace.project, document.year - 1).texts
    titles = section_titles(document)
    for each in document.open_passages:
        if each.text_id:
            said = [text.unit_zh for text in last_year.get(each.text_id, ())]
            office, where = _office_of_text(workspace, each, document.year, said)
        else:
            draft = folder_of(workspace, document.publication, document.year) / "draft"
            word = draft.relative_to(workspace.home.path) / f"{document.publication}-{document.year}.docx"
            office = document.issuer
            where = f"nianbao draft 之后写入 {word.as_posix()} 的〔{each.zh}〕，再 nianbao review take-over"
        yield ToBeWritten(each.zh, titles.get(each.section, each.section), each.is_required, office, where)


def _office_of_text(workspace: Workspace, passage: OpenPassage, year: int, said: list[str]) -> tuple[str, str]:
    """Who reports a text and where: who did last year, else all who owe the form."""
    declared = workspace.project.wordings.texts[passage.text_id]
    form = workspace.project.forms[declared.form]
    owing = [unit.short_zh for unit in workspace.project.units.values() if form.is_reported_by(unit)]
    named = list(dict.fromkeys(said)) or owing
    more = f"等{len(named)}个单位" if len(named) > _NAMED else ""
    place = f"{form.code} {form.zh}（{year}年）“{form.part(declared.part).zh}”，主题 {declared.topic}"
    return "、".join(named[:_NAMED]) + more, f"填入 {place}"


def _changed_texts(document: Document, before: Path) -> Iterator[ChangedText]:
    now = texts_csv(document.texts).splitlines(keepends=True)
    for was, row in changed_texts(lines_of(before / TEXTS), now):
        told = was or row
        assert told, "one of the two is there"
        yield ChangedText(told["zh"], told["unit_zh"], was["text"] if was else "", row["text"] if row else "")


def _unruled(workspace: Workspace, year: int, forms: Collection[str]) -> Iterator[Unruled]:
    """The explanations of submissions in force of a year and of these forms that nobody has ruled on."""
    project = workspace.project
    counting = {
        row["submission_id"] for row in rows_of(workspace.connection, "SELECT submission_id FROM ledger.in_force")
    }
    for row in explanations(workspace.connection):
        period = Period.parse(row["period"])
        is_open = row["form_code"] in forms and not row["ruling"] and row["submission_id"] in counting
        if is_open and project.year_of(period) == year:
            unit = project.roster.named(row["unit_code"], period)
            name = unit.short_zh if unit else row["unit_code"]
            form = _named(workspace, row["form_code"])
            yield Unruled(row["explanation_id"], name, row["form_code"], form, row["period"], row["explanation"])


def _absent(workspace: Workspace, year: int, forms: Collection[str]) -> Iterator[Absent]:
    for row in not_reported(workspace.connection, clock.now().date(), [year]):
        status = Status(row["status"])
        if row["form_code"] in forms and status is not Status.LATE:
            yield Absent(
                row["short_zh"], row["form_code"], _named(workspace, row["form_code"]), row["period"], status.zh
            )


def _named(workspace: Workspace, form_code: str) -> str:
    form = workspace.project.forms.get(form_code)
    return form.zh if form else ""


def tell_preview(preview: Preview) -> dict[str, Any]:
    """A preview for programs, and for the record."""
    return {
        "name": preview.proposal.name,
        "title": preview.title,
        "previous": preview.previous or None,
        "recalled": preview.recalled or None,
        "sha256": preview.proposal.manifest_sha256,
        "dated": preview.proposal.dated,
        "path": preview.proposal.path,
        "unfinished": preview.unfinished,
        "revisions": [
            {
                "zh": each.zh, "year": each.year, "section": each.section, "before": each.before, "after": each.after,
                "before_holds": each.before_holds, "submissions": [cause.submissions for cause in each.because],
            }
            for each in preview.revisions
        ],
        "texts": [vars(each) for each in preview.texts],
        "doubtful": [
            {"zh": each.zh, "year": each.year, "section": each.section, "printed": each.text, "doubt": each.doubt}
            for each in preview.doubtful
        ],
        "unruled": [vars(each) for each in preview.unruled],
        "to_write": [vars(each) for each in preview.to_write],
        "absent": [vars(each) for each in preview.absent],
        "open_required": list(preview.open_required),
    }  # fmt: skip
