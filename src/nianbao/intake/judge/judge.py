"""judge: what is wrong with a night's submissions, what their units say about it, and what is decided; nothing is kept.

The same for what came tonight, for files that are only checked, and for what the record holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nianbao.catalog import Project
from nianbao.intake.judge.check import check
from nianbao.intake.judge.decide import decide
from nianbao.intake.judge.explain import explain
from nianbao.intake.judge.night import Night
from nianbao.intake.judge.numbering import find_repeats
from nianbao.terms.delivery import Decision
from nianbao.terms.explanation import Explanation, Ruled
from nianbao.terms.finding import Finding
from nianbao.terms.form import Part
from nianbao.terms.submission import Submission
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.stage import fill_stage


@dataclass(frozen=True)
class Judged:
    """What was decided about a night, with its reasons.

    `decisions` go by the ids of submissions, `repeats` are the forms that only repeated what had just been accepted,
    by the ids of their deliveries; `parts` are those that have rows in staging. `causes` says of each submission that
    was kept back what we failed over.
    """

    submissions: tuple[Submission, ...]
    findings: tuple[Finding, ...]
    explanations: tuple[Explanation, ...]
    decisions: dict[str, Decision]
    repeats: dict[str, tuple[str, ...]]
    parts: tuple[Part, ...]
    causes: Mapping[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> list[str]:
        """The ids of the submissions that count."""
        return [key for key, decision in self.decisions.items() if decision.counts]


def judge(connection: Connection, project: Project, night: Night, rulings: Sequence[Ruled]) -> Judged:
    """Stage a night beside what counts now, check it, and decide about every submission of it.

    Raises:
        RuleError: a rule could not be evaluated; nothing is known about the night.
    """
    asked = [(each.submission.submission_id, part) for each in night.sent for part in each.parts]
    parts = fill_stage(connection, project, night.submissions, night.cells, asked)
    findings = check(connection, project, parts, night)
    explanations = explain(night, findings, rulings)
    decisions = _decide(night.submissions, findings, explanations)
    repeats = find_repeats(night.sent, decisions, project)
    kept = {key: decision for key, decision in decisions.items() if key not in repeats}
    return Judged(
        submissions=tuple(each for each in night.submissions if each.submission_id in kept),
        findings=tuple(each for each in findings if each.submission_id is None or each.submission_id in kept),
        explanations=tuple(each for each in explanations if each.submission_id in kept),
        decisions=kept,
        repeats={
            key: tuple(
                each.form_code
                for each in night.submissions
                if each.delivery_id == key and each.submission_id in repeats
            )
            for key in {each.delivery_id for each in night.submissions if each.submission_id in repeats}
        },
        parts=tuple(parts),
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
