"""explain: what a unit has given as its reason for each finding that needs one, this time or earlier."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nianbao.intake.envelope import Candidate, Opened
from nianbao.intake.text import clean
from nianbao.terms.explanation import Explanation, Given, Ruled, Ruling, explained_as, finding_key
from nianbao.terms.finding import Finding, Severity

_Subject = tuple[str, str, str, str | None]
"""Unit, form, rule and field: what an explanation is remembered for."""


def explain(opened: Iterable[Opened], findings: Iterable[Finding], rulings: Sequence[Ruled]) -> list[Explanation]:
    """The explanation of every finding that has one; a finding without stays unexplained.

    What stands beside the finding counts first, then what was approved earlier, then the 说明 of the form. A text that
    was refused does not count again.
    """
    remembered: dict[_Subject, list[Ruled]] = {}
    for ruled in rulings:
        remembered.setdefault((ruled.unit_code, ruled.form_code, ruled.code, ruled.field), []).append(ruled)
    sent = {candidate.submission_id: (item, candidate) for item in opened for candidate in item.candidates}
    found: dict[str, Explanation] = {}
    for finding in findings:
        if finding.severity is Severity.EXPLAIN and finding.submission_id in sent:
            item, candidate = sent[finding.submission_id]
            subject = (str(candidate.row["unit_code"]), str(candidate.row["form_code"]), finding.code, finding.field)
            explanation = _explanation(item, candidate, finding, remembered.get(subject, ()))
            if explanation:
                found.setdefault(explanation.explanation_id, explanation)
    return list(found.values())


def _explanation(item: Opened, candidate: Candidate, finding: Finding, rulings: Sequence[Ruled]) -> Explanation | None:
    at, period_end = item.delivery.received_at, candidate.row["period_end"]
    refused, approved = _in_force(rulings, at, period_end)
    for given, text, earlier in _reasons(item.explanations, candidate, finding, approved):
        if given is Given.EARLIER or clean(text) not in refused:
            return _compose(candidate, finding, text, given, earlier, at)
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
    beside: Mapping[str, str], candidate: Candidate, finding: Finding, approved: Sequence[Ruled]
) -> Iterator[tuple[Given, str, str | None]]:
    text = beside.get(finding_key(finding), "")
    same = next((ruled for ruled in approved if clean(ruled.explanation) == clean(text)), None)
    if text and not same:
        yield Given.BESIDE, text, None
    earlier = same or next(iter(approved), None)
    if earlier:
        yield Given.EARLIER, earlier.explanation, earlier.explanation_id
    if candidate.row["note"]:
        yield Given.NOTE, str(candidate.row["note"]), None


def _compose(
    candidate: Candidate, finding: Finding, text: str, given: Given, earlier: str | None, at: dt.datetime
) -> Explanation:
    row: Mapping[str, Any] = candidate.row
    return Explanation(
        explanation_id=explained_as(finding),
        submission_id=candidate.submission_id,
        delivery_id=str(row["delivery_id"]),
        unit_code=str(row["unit_code"]),
        form_code=str(row["form_code"]),
        period=str(row["period"]),
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
