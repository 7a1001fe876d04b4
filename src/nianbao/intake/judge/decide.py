"""decide: what becomes of each submission, and of the delivery it came in."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable

from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.explanation import explained_as
from nianbao.terms.finding import Finding, Severity


def decide(findings: Iterable[Finding], explained: Container[str]) -> Decision:
    """The decision about one submission: every `explain` finding needs an explanation, told by its id."""
    found = list(findings)
    severities = {finding.severity for finding in found}
    if Severity.KEEP in severities:
        return Decision.KEPT
    if Severity.REJECT in severities:
        return Decision.REJECTED
    if any(finding.severity is Severity.EXPLAIN and explained_as(finding) not in explained for finding in found):
        return Decision.AWAITING_EXPLANATION
    return Decision.ACCEPTED_WITH_WARNINGS if severities else Decision.ACCEPTED


def outcome_of(decisions: Collection[Decision], has_unchanged: bool, was_read: bool) -> Outcome:
    """What became of a delivery: accepted whole, in part, not at all, never read, or kept back for a fault of ours.

    Where a unit has to correct or explain something beside what is kept back, it is told that.
    """
    if not was_read:
        return Outcome.QUARANTINED
    if Decision.KEPT in decisions and not any(decision.waits for decision in decisions):
        return Outcome.KEPT
    counted = [decision.counts for decision in decisions]
    if Decision.REOPENED in decisions and all(counted):
        return Outcome.REOPENED
    if all(counted) and (counted or has_unchanged):
        return Outcome.ACCEPTED
    if any(counted) or has_unchanged:
        return Outcome.PARTLY
    return Outcome.REJECTED
