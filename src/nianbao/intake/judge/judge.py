"""judge: what is wrong with a round's submissions, what their units say about it, and what is decided; nothing is kept.

The same for what came tonight, for files that are only checked, and for what the record holds.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from nianbao.catalog import Project
from nianbao.intake.judge.check import check, find_fault
from nianbao.intake.judge.decide import decide, hold_for_approval
from nianbao.intake.judge.explain import SaidBefore, explain
from nianbao.intake.judge.night import Night
from nianbao.terms.delivery import Decision
from nianbao.terms.explanation import Explanation
from nianbao.terms.finding import Finding
from nianbao.terms.submission import Place, Submission
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.stage import fill_stage


@dataclass(frozen=True)
class Judged:
    """What was decided about a round, with its reasons; `decisions` go by the ids of submissions.

    `causes` says of each submission that was kept back what we failed over.
    """

    submissions: tuple[Submission, ...] = ()
    findings: tuple[Finding, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    causes: Mapping[str, str] = field(default_factory=dict)

    def held_for_approval(self, project: Project) -> Judged:
        """The same, with what counts only once the level above has approved it waiting for that."""
        held = {
            each.submission_id: hold_for_approval(
                self.decisions[each.submission_id], each.form_code, each.unit_code, each.period, project
            )
            for each in self.submissions
        }
        return replace(self, decisions={**self.decisions, **held})

    @property
    def accepted(self) -> list[str]:
        """The ids of the submissions that count."""
        return [key for key, decision in self.decisions.items() if decision.counts]

    @property
    def waiting(self) -> set[Place]:
        """The places of which the last submission waits for a reason: without being sent again it may yet count."""
        last = {each.place: self.decisions[each.submission_id] for each in self.submissions}
        return {place for place, decision in last.items() if decision is Decision.AWAITING_EXPLANATION}

    def only(self, chosen: Container[str]) -> Judged:
        """What was decided about some of the submissions."""
        return Judged(
            tuple(each for each in self.submissions if each.submission_id in chosen),
            tuple(each for each in self.findings if (each.submission_id or "") in chosen),
            tuple(each for each in self.explanations if each.submission_id in chosen),
            {key: each for key, each in self.decisions.items() if key in chosen},
            self.causes,
        )

    def followed_by(self, later: Judged) -> Judged:
        """This and a later round as one; what was judged in both is as it was judged later."""
        again = later.decisions.keys()
        return Judged(
            (*(each for each in self.submissions if each.submission_id not in again), *later.submissions),
            (*(each for each in self.findings if each.submission_id not in again), *later.findings),
            (*(each for each in self.explanations if each.submission_id not in again), *later.explanations),
            {**self.decisions, **later.decisions},
            {**self.causes, **later.causes},
        )


def judge(connection: Connection, project: Project, night: Night, before: SaidBefore) -> Judged:
    """Stage a round beside what counts, check it, and decide about every submission of it.

    Raises:
        RuleError: a rule could not be evaluated; nothing is known about the round.
    """
    asked = [(each.submission.submission_id, part) for each in night.sent for part in each.parts]
    parts = fill_stage(connection, project, night.submissions, night.cells, asked)
    findings = check(connection, project, parts, night)
    explained = explain(project, night, findings, before)
    findings += (find_fault(fault, submission, project) for submission, fault in explained.not_counted)
    return Judged(
        submissions=tuple(night.submissions),
        findings=tuple(findings),
        explanations=tuple(explained.explanations),
        decisions=_decide(night.submissions, findings, explained.explanations),
    )


def _decide(
    submissions: Iterable[Submission], findings: Iterable[Finding], explanations: Iterable[Explanation]
) -> dict[str, Decision]:
    by_submission: dict[str | None, list[Finding]] = {}
    for finding in findings:
        by_submission.setdefault(finding.submission_id, []).append(finding)
    explained = {explanation.explanation_id for explanation in explanations}
    return {
        submission.submission_id: decide(by_submission.get(submission.submission_id, ()), explained)
        for submission in submissions
    }
