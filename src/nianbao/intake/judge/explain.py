"""explain: what a unit has given as its reason for each finding that needs one, this time or earlier."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from nianbao.intake.judge.night import Night
from nianbao.intake.text import clean
from nianbao.terms.explanation import Explanation, Given, Ruled, Ruling, explained_as, finding_key
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.submission import Submission

_Subject = tuple[str, str, str, str | None]
"""Unit, form, rule and field: what an explanation is remembered for."""


def explain(night: Night, findings: Iterable[Finding], rulings: Sequence[Ruled]) -> list[Explanation]:
    """The explanation of every finding that has one; a finding without stays unexplained.

    What stands beside the finding counts first, then what was approved earlier, then the 说明 of the form. A text that
    was refused does not count again.
    """
    remembered: dict[_Subject, list[Ruled]] = {}
    for ruled in rulings:
        remembered.setdefault((ruled.unit_code, ruled.form_code, ruled.code, ruled.field), []).append(ruled)
    sent = {submission.submission_id: submission for submission in night.submissions}
    found: dict[str, Explanation] = {}
    for finding in findings:
        if finding.severity is Severity.EXPLAIN and finding.submission_id in sent:
            submission = sent[finding.submission_id]
            subject = (submission.unit_code, submission.form_code, finding.code, finding.field)
            explanation = _explanation(night, submission, finding, remembered.get(subject, ()))
            if explanation:
                found.setdefault(explanation.explanation_id, explanation)
    return list(found.values())


def _explanation(
    night: Night, submission: Submission, finding: Finding, rulings: Sequence[Ruled]
) -> Explanation | None:
    at = night.deliveries[submission.delivery_id].received_at
    refused, approved = _in_force(rulings, at, submission.period_end)
    beside = night.beside[submission.delivery_id]
    for given, text, earlier in _reasons(beside, submission, finding, approved):
        if given is Given.EARLIER or clean(text) not in refused:
            return _compose(submission, finding, text, given, earlier, at)
    return None


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
    beside: Mapping[str, str], submission: Submission, finding: Finding, approved: Sequence[Ruled]
) -> Iterator[tuple[Given, str, str | None]]:
    text = beside.get(finding_key(finding), "")
    same = next((ruled for ruled in approved if clean(ruled.explanation) == clean(text)), None)
    if text and not same:
        yield Given.BESIDE, text, None
    earlier = same or next(iter(approved), None)
    if earlier:
        yield Given.EARLIER, earlier.explanation, earlier.explanation_id
    if submission.note:
        yield Given.NOTE, submission.note, None


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
