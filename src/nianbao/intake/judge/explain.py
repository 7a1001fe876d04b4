"""explain: what a unit has given as its reason for each finding that needs one, this time or earlier."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nianbao.catalog import Project
from nianbao.intake.judge.night import Night
from nianbao.intake.text import clean, compact
from nianbao.terms import workbook_words
from nianbao.terms.explanation import Explanation, Given, Ruled, Ruling, explained_as, finding_key
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.period import Period
from nianbao.terms.submission import ReadingFault, Submission

NOTE_NOT_COUNTED = "NOTE_NOT_COUNTED"
"""What the unit is told of a 说明 that is a reason for nothing."""

_EMPTY, _UNCLEAR, _UNCHANGED = "没有说明原因", "没有写明是哪一项的原因", "与{}的说明完全相同"
_CLAUSES = re.compile(r"[\W_]+")
_LONGEST = 60

_Subject = tuple[str, str, str, str | None]
"""Unit, form, rule and field: what an explanation is remembered for."""


@dataclass(frozen=True)
class SaidBefore:
    """What was ruled about explanations, and the notes of forms: unit, form, period and words."""

    rulings: Sequence[Ruled] = ()
    notes: Sequence[tuple[str, str, str, str]] = ()


@dataclass
class NightReasons:
    """The explanations of a round, and the notes that are a reason for nothing, with why."""

    explanations: list[Explanation] = field(default_factory=list)
    not_counted: list[tuple[Submission, ReadingFault]] = field(default_factory=list)


def explain(project: Project, night: Night, findings: Iterable[Finding], before: SaidBefore) -> NightReasons:
    """The explanation of every finding that has one; a finding without stays unexplained.

    What stands beside the finding counts first, then what was approved earlier and reaches so far, then the 说明 of the
    form, if it is this finding's: the only one that is left, or one that it names. A text that was refused does not
    count again, nor do words that say nothing or were written for an earlier period.
    """
    remembered: dict[_Subject, list[Ruled]] = {}
    for ruled in before.rulings:
        remembered.setdefault((ruled.unit_code, ruled.form_code, ruled.code, ruled.field), []).append(ruled)
    notes = [*before.notes, *((*each.place, each.note) for each in night.submissions if each.note)]
    asked: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.severity is Severity.EXPLAIN and finding.submission_id:
            asked.setdefault(finding.submission_id, []).append(finding)
    explained = NightReasons()
    for submission in night.submissions:
        if own := asked.get(submission.submission_id):
            _explain_one(project, night, submission, own, remembered, notes, explained)
    return explained


def _explain_one(
    project: Project,
    night: Night,
    submission: Submission,
    findings: Sequence[Finding],
    remembered: Mapping[_Subject, Sequence[Ruled]],
    notes: Sequence[tuple[str, str, str, str]],
    explained: NightReasons,
) -> None:
    """The explanations of one submission."""
    at = night.deliveries[submission.delivery_id].received_at
    found: dict[str, Explanation] = {}
    left: list[tuple[Finding, set[str]]] = []
    for finding in findings:
        subject = (submission.unit_code, submission.form_code, finding.code, finding.field)
        refused, approved = _in_force(remembered.get(subject, ()), at, submission.period_end)
        covering = [ruled for ruled in approved if ruled.covers(finding)]
        for given, text, earlier in _reasons(night.beside[submission.delivery_id], finding, covering):
            if given is Given.EARLIER or _says_something(text, refused, project):
                new = _compose(submission, finding, text, given, earlier, at)
                found.setdefault(new.explanation_id, new)
                break
        else:
            left.append((finding, refused))
    if left and submission.note:
        heard, why = _hear(submission, left, notes, project)
        for finding in heard:
            new = _compose(submission, finding, submission.note, Given.NOTE, None, at)
            found.setdefault(new.explanation_id, new)
        if why:
            fault = ReadingFault(
                NOTE_NOT_COUNTED, submission.form_code, submission.sheet, None, submission.note[:_LONGEST], why
            )
            explained.not_counted.append((submission, fault))
    explained.explanations += found.values()


def _in_force(rulings: Iterable[Ruled], at: dt.datetime, period_end: dt.date) -> tuple[set[str], list[Ruled]]:
    """The texts that are refused, and the approved explanations that still hold for a period."""
    latest: dict[str, Ruled] = {}
    for ruled in rulings:
        if ruled.ruled_at <= at:
            latest[ruled.explanation_id] = ruled
    refused = {clean(ruled.explanation) for ruled in latest.values() if ruled.ruling is Ruling.REFUSED}
    approved = [
        ruled
        for ruled in latest.values()
        if ruled.ruling is Ruling.APPROVED and ruled.until is not None and period_end <= ruled.until
    ]
    return refused, sorted(approved, key=lambda ruled: ruled.ruled_at, reverse=True)


def _reasons(
    beside: Mapping[str, str], finding: Finding, approved: Sequence[Ruled]
) -> Iterator[tuple[Given, str, str | None]]:
    text = beside.get(finding_key(finding), "")
    same = next((ruled for ruled in approved if clean(ruled.explanation) == clean(text)), None)
    if text and not same:
        yield Given.BESIDE, text, None
    earlier = same or next(iter(approved), None)
    if earlier:
        yield Given.EARLIER, earlier.explanation, earlier.explanation_id


def _hear(
    submission: Submission,
    left: Sequence[tuple[Finding, set[str]]],
    notes: Sequence[tuple[str, str, str, str]],
    project: Project,
) -> tuple[list[Finding], str]:
    """The findings that the 说明 of a form is the reason for, and why it is none for others."""
    note = submission.note or ""
    if not _says_something(note, set(), project):
        return [], _EMPTY
    own = Period.parse(submission.period)
    earlier = [
        Period.parse(period)
        for unit, form, period, words in notes
        if (unit, form) == submission.place[:2] and clean(words) == clean(note)
    ]
    if said := max((period for period in earlier if period.end < own.start), key=lambda each: each.end, default=None):
        return [], _UNCHANGED.format(said.zh)
    meant = [(finding, refused) for finding, refused in left if len(left) == 1 or _is_named(finding, note, project)]
    heard = [finding for finding, refused in meant if clean(note) not in refused]
    return heard, "" if len(meant) == len(left) else _UNCLEAR


def _is_named(finding: Finding, note: str, project: Project) -> bool:
    """Whether a note names the field of a finding: by its name, its 代码 or its cell."""
    text = compact(note)
    names = [finding.cell or ""]
    try:
        field = project.forms[finding.form_code or ""].part(finding.part or "").field(finding.field or "")
        names += [field.zh, workbook_words.field_code(finding.form_code or "", field.line)]
    except KeyError:
        pass
    return any(compact(name) in text for name in names if name)


def _says_something(text: str, refused: set[str], project: Project) -> bool:
    """Whether words may be a reason: not refused before, and more than that all is well."""
    if clean(text) in refused:
        return False
    empty = {compact(each) for each in project.conventions.words.no_reasons}
    clauses = [clause for clause in _CLAUSES.split(compact(text)) if clause]
    return any(clause not in empty for clause in clauses)


def _compose(
    submission: Submission, finding: Finding, text: str, given: Given, earlier: str | None, at: dt.datetime
) -> Explanation:
    return Explanation(
        explanation_id=explained_as(finding),
        submission_id=submission.submission_id,
        delivery_id=submission.delivery_id,
        unit_code=submission.unit_code,
        form_code=submission.form_code,
        period=submission.period,
        code=finding.code,
        part=finding.part,
        field=finding.field,
        row_no=finding.row_no,
        sentence=finding.sentence,
        explanation=text,
        given=given,
        earlier_id=earlier,
        explained_at=at,
    )
