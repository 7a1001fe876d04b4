"""What becomes of a submission follows from its findings, and of a delivery from its submissions."""

import itertools
from dataclasses import replace

import pytest

from nianbao.intake.judge.decide import decide, outcome_of
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.explanation import explained_as
from nianbao.terms.finding import Finding, Severity

ACCEPTED, WARNED, WAITING, REJECTED, _, _, KEPT, REOPENED = Decision


def finding(severity: Severity, field: str = "warmth_funds") -> Finding:
    """A finding about one field."""
    return Finding(
        "C05-3", severity, "GH05", "main", field, 1, "GH05", "E6", "1", None, "请核对。",
        "QH630100-2021Q4-GH05-1", "D000001", None,
    )  # fmt: skip


REJECT, EXPLAIN, WARN, KEEP = map(finding, Severity)
REASON = {explained_as(EXPLAIN)}


@pytest.mark.parametrize(
    ("findings", "explained", "decision"),
    [
        ((), (), ACCEPTED),
        ((WARN,), (), WARNED),
        ((EXPLAIN,), REASON, WARNED),
        ((EXPLAIN, WARN), REASON, WARNED),
        ((EXPLAIN,), (), WAITING),
        ((WARN, EXPLAIN), (), WAITING),
        ((REJECT,), (), REJECTED),
        ((REJECT, EXPLAIN, WARN), REASON, REJECTED),
        ((KEEP,), (), KEPT),
        ((REJECT, EXPLAIN, KEEP), (), KEPT),
    ],
)
def test_the_worst_finding_decides(findings: tuple[Finding, ...], explained: set[str], decision: Decision) -> None:
    """One that refuses refuses, one that asks for a reason waits for it, one that only tells does not matter."""
    for order in itertools.permutations(findings):
        assert decide(order, explained) is decision


def test_every_question_needs_its_own_answer() -> None:
    """A reason for one finding does not answer another."""
    other = finding(Severity.EXPLAIN, "warmth_persons")
    assert decide((EXPLAIN, other), REASON) is WAITING
    assert decide((EXPLAIN, other), REASON | {explained_as(other)}) is WARNED


def test_a_reason_is_for_one_submission() -> None:
    """The next version of the form asks again."""
    again = replace(EXPLAIN, submission_id="QH630100-2021Q4-GH05-2")
    assert decide((again,), REASON) is WAITING


def test_only_what_is_accepted_counts() -> None:
    """Rows of a submission that waits are not loaded."""
    assert [decision.counts for decision in Decision] == [True, True, False, False, False, False, False, True]


@pytest.mark.parametrize(
    ("decisions", "has_unchanged", "was_read", "outcome"),
    [
        ((), False, False, Outcome.QUARANTINED),
        ((ACCEPTED, WARNED), False, True, Outcome.ACCEPTED),
        ((ACCEPTED,), True, True, Outcome.ACCEPTED),
        ((), True, True, Outcome.ACCEPTED),
        ((ACCEPTED, REJECTED), False, True, Outcome.PARTLY),
        ((ACCEPTED, WAITING), False, True, Outcome.PARTLY),
        ((REJECTED,), True, True, Outcome.PARTLY),
        ((REJECTED, WAITING), False, True, Outcome.REJECTED),
        ((), False, True, Outcome.REJECTED),
        ((KEPT,), False, True, Outcome.KEPT),
        ((KEPT, ACCEPTED), True, True, Outcome.KEPT),
        ((KEPT, REJECTED), False, True, Outcome.REJECTED),
        ((KEPT, ACCEPTED, WAITING), False, True, Outcome.PARTLY),
        ((REOPENED, ACCEPTED), False, True, Outcome.REOPENED),
        ((REOPENED, REJECTED), False, True, Outcome.PARTLY),
    ],
)
def test_a_delivery_is_what_its_submissions_are(
    decisions: tuple[Decision, ...], has_unchanged: bool, was_read: bool, outcome: Outcome
) -> None:
    """Whole, in part, not at all, or never read; what is in force already is as good as accepted."""
    assert outcome_of(decisions, has_unchanged, was_read) is outcome
