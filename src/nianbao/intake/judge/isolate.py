"""isolate: a round judged; a submission that we fail over is kept back, and only that one.

A rule that overflows over one amount, a sentence that does not fit one value: such a fault is ours. It is found by
judging parts of the round, so that all others are judged together, as if the one had not been sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nianbao.catalog import Project
from nianbao.intake.apart import Failed, do_apart, sift
from nianbao.intake.judge.check import find_fault, refuse_broken_rules
from nianbao.intake.judge.explain import SaidBefore
from nianbao.intake.judge.judge import Judged, judge
from nianbao.intake.judge.night import Night
from nianbao.terms.delivery import Decision
from nianbao.terms.submission import ReadingFault
from nianbao.warehouse.connect import Connection

NOT_JUDGED, FILE_NOT_JUDGED = "NOT_JUDGED", "FILE_NOT_JUDGED"
"""What the unit is told of a form, or of a whole file, that we failed over."""


def judge_apart(connection: Connection, project: Project, night: Night, before: SaidBefore) -> Judged:
    """Judge a round; what we fail over is kept back with its cause, and the rest is judged without it.

    Raises:
        RuleError: a rule is broken by itself; nothing is judged without it.
    """

    def attempt(chosen: Sequence[str]) -> Judged:
        return judge(connection, project, night.only(chosen), before)

    everyone = [each.submission_id for each in night.submissions if each.submission_id not in night.failed]
    judged = do_apart(lambda: attempt(everyone))
    causes = dict(night.failed)
    if isinstance(judged, Failed):
        refuse_broken_rules(connection, project)
        causes |= sift(attempt, everyone)
        judged = attempt([key for key in everyone if key not in causes])
    if not causes:
        return judged
    kept = [each for each in night.submissions if each.submission_id in causes]
    said = [find_fault(ReadingFault(NOT_JUDGED, each.form_code, each.sheet), each, project) for each in kept]
    return replace(
        judged,
        submissions=(*judged.submissions, *kept),
        findings=(*judged.findings, *said),
        decisions={**judged.decisions, **dict.fromkeys(causes, Decision.KEPT)},
        causes=causes,
    )
