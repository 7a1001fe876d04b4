"""approve: what a unit reported, looked at by the level above; the approval recorded, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nianbao import clock
from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.intake.worker.pool import ReaderPool
from nianbao.language import _
from nianbao.runs.answer import answer_owed
from nianbao.runs.reconsider import reconsider_owed
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import Workspace
from nianbao.terms.answer import AnswerStanding
from nianbao.terms.approval import Approval, ApprovalEvent
from nianbao.terms.delivery import Decision
from nianbao.terms.period import Period
from nianbao.terms.personal import mask
from nianbao.terms.unit import Unit
from nianbao.warehouse.state import standings_to_approve, states


@dataclass(frozen=True)
class ToApprove:
    """A submission that waits for the unit above, and whether it counts meanwhile."""

    standing: AnswerStanding
    approver: Unit | None

    @property
    def counts(self) -> bool:
        """Whether it counts already."""
        return self.standing.state.counts


def list_to_approve(workspace: Workspace) -> list[ToApprove]:
    """What waits for an approval: of forms that count only with it, and of those that count meanwhile."""
    project = workspace.project
    return [
        ToApprove(standing, project.approver_of(standing.unit_code, Period.parse(standing.period)))
        for standing in standings_to_approve(workspace.connection)
        if _mode(project, standing) is not Approval.NONE
    ]


def approve(workspace: Workspace, submission_ids: Sequence[str], by: str) -> list[Path]:
    """Approve submissions in the name of the unit above theirs; returns the paths of the new receipts.

    Raises:
        UsageError: one is not known, needs no approval, has it, or does not wait for it; nothing was recorded.
    """
    found = [_find(workspace, each) for each in submission_ids]
    for standing in found:
        if standing.approval == ApprovalEvent.APPROVED:
            raise UsageError(
                _("{submission_id} is approved").format(submission_id=standing.submission_id),
                next_step=_("nothing is to be done"),
            )
        if not (standing.state.counts or standing.state is Decision.AWAITING_APPROVAL):
            step = _("the unit must correct or explain it first")
            raise UsageError(
                _("{submission_id} is {state}").format(submission_id=standing.submission_id, state=standing.state),
                next_step=step,
            )
    return _record(workspace, found, ApprovalEvent.APPROVED, by, None)


def withdraw_approval(workspace: Workspace, submission_ids: Sequence[str], because: str, by: str) -> list[Path]:
    """Take approvals back: what counts only with one counts no longer, and the one before it counts again.

    Raises:
        UsageError: one is not known or not approved; nothing was recorded.
    """
    found = [_find(workspace, each) for each in submission_ids]
    for standing in found:
        if standing.approval != ApprovalEvent.APPROVED or not standing.state.counts:
            raise UsageError(
                _("{submission_id} is not approved").format(submission_id=standing.submission_id),
                next_step=_("nianbao approve lists what waits"),
            )
    return _record(workspace, found, ApprovalEvent.WITHDRAWN, by, because)


def _find(workspace: Workspace, submission_id: str) -> AnswerStanding:
    found = states(workspace.connection, submission_id)
    if not found:
        raise UsageError(
            _("there is no submission {submission_id!r}").format(submission_id=submission_id),
            next_step=_("nianbao approve lists what waits"),
        )
    if _mode(workspace.project, found[0]) is Approval.NONE:
        step = _("its form says nothing of an approval, or nobody stands above the unit")
        raise UsageError(_("{submission_id} needs no approval").format(submission_id=submission_id), next_step=step)
    return found[0]


def _mode(project: Project, standing: AnswerStanding) -> Approval:
    return project.approval_of(standing.form_code, standing.unit_code, Period.parse(standing.period))


def _record(
    workspace: Workspace, found: Iterable[AnswerStanding], event: ApprovalEvent, by: str, because: str | None
) -> list[Path]:
    standings = list(found)
    project = workspace.project
    rows = []
    for standing in standings:
        approver = project.approver_of(standing.unit_code, Period.parse(standing.period))
        rows.append({
            "submission_id": standing.submission_id,
            "approval": event.value,
            "decision": _decision(workspace, standing, event),
            "unit_code": approver.code if approver else "",
            "approved_by": mask(by),
            "approved_at": clock.now(),
            "because": mask(because) if because else None,
        })  # fmt: skip
    doing = Doing(
        "approve" if event is ApprovalEvent.APPROVED else "withdraw_approval",
        actor=mask(by),
        because=mask(because) if because else None,
        answered=sorted({standing.delivery_id for standing in standings}),
        summary={event.value: [standing.submission_id for standing in standings]},
    )
    record_run(workspace, doing, {"approval": rows})
    reconsider_owed(workspace)
    with ReaderPool(project.path) as pool:
        return answer_owed(workspace, pool)


def _decision(workspace: Workspace, standing: AnswerStanding, event: ApprovalEvent) -> str | None:
    """The state that an approval, or its end, brings; none for a form that counts at once."""
    if _mode(workspace.project, standing) is Approval.AFTER:
        return None
    if event is ApprovalEvent.WITHDRAWN:
        return Decision.AWAITING_APPROVAL.value
    row = workspace.connection.execute(
        "SELECT count(*) FROM ledger.finding WHERE submission_id = ?", [standing.submission_id]
    ).fetchone()
    return (Decision.ACCEPTED_WITH_WARNINGS if row and row[0] else Decision.ACCEPTED).value
