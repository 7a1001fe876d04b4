"""decide: what becomes of each submission, and of the delivery it came in."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.finding import Finding, Severity


def decide(findings: Iterable[Finding], note: str | None) -> Decision:
    """The decision about one submission: an `explain` finding needs the written reason (说明) on its sheet."""
    severities = {finding.severity for finding in findings}
    if Severity.REJECT in severities:
        return Decision.REJECTED
    if Severity.EXPLAIN in severities and not note:
        return Decision.AWAITING_EXPLANATION
    return Decision.ACCEPTED_WITH_WARNINGS if severities else Decision.ACCEPTED


def outcome_of(decisions: Collection[Decision], has_unchanged: bool, was_read: bool) -> Outcome:
    """What became of a delivery: accepted whole, in part, not at all, or never read."""
    if not was_read:
        return Outcome.QUARANTINED
    counted = [decision.counts for decision in decisions]
    if all(counted) and (counted or has_unchanged):
        return Outcome.ACCEPTED
    if any(counted) or has_unchanged:
        return Outcome.PARTLY
    return Outcome.REJECTED
