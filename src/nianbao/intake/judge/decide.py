"""decide: what becomes of each submission, and of the delivery it came in."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable

from nianbao.catalog import Project
from nianbao.terms.approval import Approval
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.explanation import explained_as
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.period import Period


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


def hold_for_approval(decision: Decision, form_code: str, unit_code: str, period: str, project: Project) -> Decision:
    """The decision, or that it waits: what counts only with the approval of the level above has none yet."""
    if not decision.counts or decision is Decision.REOPENED:
        return decision
    approval = project.approval_of(form_code, unit_code, Period.parse(period))
    return Decision.AWAITING_APPROVAL if approval is Approval.BEFORE else decision


def outcome_of(decisions: Collection[Decision], has_unchanged: bool, was_read: bool) -> Outcome:
    """What became of a delivery: accepted whole, in part, not at all, never read, or kept back for a fault of ours.

    Where a unit has to correct or explain something beside what is kept back, it is told that.
    """
    if not was_read:
        return Outcome.QUARANTINED
    if Decision.KEPT in decisions and not any(decision.waits for decision in decisions):
        return Outcome.KEPT
    counted = [decision.is_loaded for decision in decisions]
    if Decision.REOPENED in decisions and all(counted):
        return Outcome.REOPENED
    if all(counted) and (counted or has_unchanged):
        return Outcome.ACCEPTED
    if any(counted) or has_unchanged:
        return Outcome.PARTLY
    return Outcome.REJECTED
