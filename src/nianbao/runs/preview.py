"""preview: what a release would change and what is open in it, told to those who sign before they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nianbao import clock
from nianbao.publish.figure_lines import changed_texts
from nianbao.publish.release import doubted, texts_csv
from nianbao.runs.corrections import TEXTS, lines_of
from nianbao.runs.editions import folder_of
from nianbao.runs.workspace import Workspace
from nianbao.statistics.reporting import not_reported
from nianbao.statistics.texts import read_texts
from nianbao.terms.document import Document, OpenPassage, Revision
from nianbao.terms.period import Period
from nianbao.terms.preview import Absent, ChangedText, Preview, ToBeWritten, Unruled
from nianbao.terms.sign_off import Proposal
from nianbao.terms.status import Status
from nianbao.warehouse.connect import rows_of
from nianbao.warehouse.explanations import explanations

_NAMED, _SHOWN = 3, 20


def preview_of(workspace: Workspace, document: Document, proposal: Proposal, before: Path | None) -> Preview:
    """Everything about a proposed edition; `before` is the folder of the last release."""
    unwritten = list(to_be_written(workspace, document))
    return Preview(
        proposal=proposal,
        previous=before.name if before else "",
        unfinished=document.unfinished,
        revisions=document.revisions,
        texts=tuple(_changed_texts(document, before)) if before and not document.unfinished else (),
        doubtful=tuple(doubted(document)),
        unruled=tuple(_unruled(workspace, document.year)),
        to_write=tuple(unwritten),
        absent=tuple(_absent(workspace, document.year)),
    )


def to_be_written(workspace: Workspace, document: Document) -> Iterator[ToBeWritten]:
    """The texts and blocks of a document that nobody has written, with who writes them and where."""
    last_year = read_texts(workspace.connection, workspace.project, document.year - 1).texts
    titles = {section.id: section.title or section.id for section in document.sections}
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


def _unruled(workspace: Workspace, year: int) -> Iterator[Unruled]:
    """The explanations of submissions in force of a year that nobody has ruled on."""
    project = workspace.project
    counting = {
        row["submission_id"] for row in rows_of(workspace.connection, "SELECT submission_id FROM ledger.in_force")
    }
    for row in explanations(workspace.connection):
        period = Period.parse(row["period"])
        if not row["ruling"] and row["submission_id"] in counting and project.year_of(period) == year:
            unit = project.roster.named(row["unit_code"], period)
            name = unit.short_zh if unit else row["unit_code"]
            form = _named(workspace, row["form_code"])
            yield Unruled(row["explanation_id"], name, row["form_code"], form, row["period"], row["explanation"])


def _absent(workspace: Workspace, year: int) -> Iterator[Absent]:
    for row in not_reported(workspace.connection, clock.now().date(), [year]):
        status = Status(row["status"])
        if status is not Status.LATE:
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
        "previous": preview.previous or None,
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


def preview_in_markdown(preview: Preview, escape: Callable[[str], str] = str) -> str:
    """A preview as a page for people: headings and lists, the most serious first, long lists cut with their length.

    `escape` makes plain text of what came from outside, where something would act on it.
    """
    proposal = preview.proposal
    against = f"与 {preview.previous} 相比" if preview.previous else "第一次发布"
    lines = [
        f"# 送签稿 {proposal.name}",
        f"{against}；成文日期 {proposal.dated}；文件 {proposal.path}；清单 SHA-256 {proposal.manifest_sha256}",
    ]
    if preview.unfinished:
        lines.append(f"**{preview.unfinished}**")
    moved = [each for each in preview.revisions if each.before_holds is not False]
    lists = {
        "必写而未写，不能签发": list(preview.open_required),
        "原表述不再成立": [_revised(each) for each in preview.untrue],
        "其他变动的数字": [_revised(each) for each in moved],
        "变动的引用文字": [
            f"{each.zh}（{each.unit_zh}）：{each.before or '新增'} → {each.after or '不再引用'}"
            for each in preview.texts
        ],
        "可能不成立的表述": [f"{each.zh}（{each.year}）“{each.text}”：{each.doubt}" for each in preview.doubtful],
        "未裁定的说明": [
            f"{each.id} {each.unit_zh} {each.form_code} {each.form_zh} {_zh(each.period)}：{each.explanation}"
            for each in preview.unruled
        ],
        "可写而未写": [each.sentence for each in preview.to_write if not each.is_required],
        "未计入": [
            f"{each.unit_zh} {each.form_code} {each.form_zh} {_zh(each.period)} {each.status_zh}"
            for each in preview.absent
        ],
    }
    for title, items in lists.items():
        lines.append(f"## {title}：{len(items) or '无'}{'条' if items else ''}")
        lines += [f"- {escape(each)}" for each in items[:_SHOWN]]
        if len(items) > _SHOWN:
            lines.append(f"- … 另有{len(items) - _SHOWN}条，见 nianbao preview --json")
    return "\n\n".join(lines).replace("\n\n- ", "\n- ") + "\n"


def _zh(period: str) -> str:
    return Period.parse(period).zh


def _revised(revision: Revision) -> str:
    moved = f"{revision.before} → {revision.after}"
    return f"{revision.zh}（{revision.year}）{revision.section}：{moved}，{revision.because_zh}"
