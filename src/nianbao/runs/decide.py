"""What people decide of what was sent: approve, withdraw, rule on a reason, confirm a held file, accept a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

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
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.explanation import Ruled, Ruling, deviation_of, usual_bound
from nianbao.terms.period import Period
from nianbao.terms.personal import mask
from nianbao.terms.source import CONFIRMED
from nianbao.terms.unit import Unit
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import rows_of
from nianbao.warehouse.explanations import explanations
from nianbao.warehouse.held import Held, read_held
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


def _record_and_answer(
    workspace: Workspace, doing: Doing, rows: Mapping[str, Sequence[Mapping[str, Any]]]
) -> list[Path]:
    """Record what was decided, look again at what stood on it, and answer those whom it concerns."""
    record_run(workspace, doing, rows)
    reconsider_owed(workspace)
    with ReaderPool(workspace.project.path) as pool:
        return answer_owed(workspace, pool)


def _standing(workspace: Workspace, submission_id: str, step: str) -> AnswerStanding:
    found = states(workspace.connection, submission_id)
    if not found:
        said = _("there is no submission {submission_id!r}").format(submission_id=submission_id)
        raise UsageError(said, next_step=step)
    return found[0]


def _find(workspace: Workspace, submission_id: str) -> AnswerStanding:
    standing = _standing(workspace, submission_id, _("nianbao approve lists what waits"))
    if _mode(workspace.project, standing) is Approval.NONE:
        step = _("its form says nothing of an approval, or nobody stands above the unit")
        raise UsageError(_("{submission_id} needs no approval").format(submission_id=submission_id), next_step=step)
    return standing


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
    return _record_and_answer(workspace, doing, {"approval": rows})


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


def withdraw(workspace: Workspace, submission_id: str, because: str, by: str) -> list[Path]:
    """Withdraw an accepted submission and answer its delivery anew; returns the paths of the receipts.

    Raises:
        UsageError: there is no such submission, or it does not count.
    """
    standing = _standing(workspace, submission_id, _("look for its id in the receipt"))
    if not standing.state.is_loaded:
        raise UsageError(
            _("{submission_id} is {state}: it does not count").format(
                submission_id=submission_id, state=standing.state
            ),
            next_step=_("nothing is to be done"),
        )
    decision = {
        "submission_id": submission_id,
        "decision": Decision.WITHDRAWN.value,
        "decided_at": clock.now(),
        "decided_by": mask(by),
        "because": mask(because),
    }
    summary = {"withdrawn": [submission_id]}
    doing = Doing("withdraw", clock.now(), mask(by), mask(because), [standing.delivery_id], summary)
    return _record_and_answer(workspace, doing, {"decision": [decision]})


def rule(
    workspace: Workspace,
    explanation_id: str,
    ruling: Ruling,
    by: str,
    until: dt.date | None = None,
    most_pct: int | None = None,
) -> list[Path]:
    """Approve or refuse an explanation, and answer its delivery anew; returns the paths of the receipts.

    An approval of a change holds for later ones in the same direction, of `most_pct` per cent at most; unless that is
    said, as far as this one, rounded up to ten per cent.

    Raises:
        UsageError: there is no such explanation, or it only repeats an earlier one.
    """
    found = explanations(workspace.connection, ids=[explanation_id])
    if not found:
        raise UsageError(
            _("there is no explanation {explanation_id!r}").format(explanation_id=explanation_id),
            next_step=_("list them: nianbao explanations --all"),
        )
    row = found[0]
    if row["earlier_id"]:
        raise UsageError(
            _("{explanation_id} repeats an explanation that was approved earlier").format(
                explanation_id=explanation_id
            ),
            next_step=_("rule on {earlier_id}").format(earlier_id=row["earlier_id"]),
        )
    found_change = deviation_of(row["value"], row["expected"]) if ruling is Ruling.APPROVED else None
    direction, percent = found_change or (None, None)
    if most_pct is not None and percent is None:
        raise UsageError(
            _("{explanation_id} is about no change of a number").format(explanation_id=explanation_id),
            next_step=_("leave out --at-most"),
        )
    if most_pct is None and percent is not None:
        most_pct = usual_bound(percent)
    ruled = Ruled(
        explanation_id=explanation_id,
        ruling=ruling,
        until=until,
        ruled_by=by,
        ruled_at=clock.now(),
        direction=direction,
        most_pct=most_pct,
        **{name: row[name] for name in ("unit_code", "form_code", "code", "field", "explanation")},
    )
    doing = Doing("rule", actor=by, answered=[row["delivery_id"]], summary={"ruled": explanation_id, "ruling": ruling})
    return _record_and_answer(workspace, doing, {"ruling": [asdict(ruled) | {"ruling": ruling.value}]})


def confirm(workspace: Workspace, delivery_id: str, because: str, by: str) -> list[Path]:
    """Let a held file be taken in by the next run, as the report of the unit on its cover.

    It becomes a delivery of its own, received now, whose answer lies apart from the sender's: who sent for another unit
    is not told that unit's values. Returns the paths of the receipts for the sender, who learns that it was passed on.

    Raises:
        UsageError: nothing of this id is held, or the unit on the cover is not in the roster.
    """
    held = _held(workspace, delivery_id)
    unit_code = workspace.project.roster.find(held.cover_unit)
    if unit_code is None:
        raise UsageError(
            _("the unit {cover_unit!r} on the cover is not in the roster").format(cover_unit=held.cover_unit),
            next_step=_("send it back"),
        )
    (delivery,) = ledger.received(workspace.connection, [delivery_id])
    confirmed = replace(
        delivery,
        delivery_id=f"D{ledger.count_received(workspace.connection) + 1:06d}",
        source=f"{unit_code}/{delivery.file_name}",
        origin=CONFIRMED,
        source_version=delivery_id,
        sender=unit_code,
        received_at=clock.now(),
    )
    return _decide(workspace, held, Outcome.PASSED_ON, because, by, [asdict(confirmed)])


def send_back(workspace: Workspace, delivery_id: str, because: str, by: str) -> list[Path]:
    """Put a held file aside for good: its sender has to correct it. Returns the paths of the receipts.

    Raises:
        UsageError: nothing of this id is held.
    """
    return _decide(workspace, _held(workspace, delivery_id), Outcome.QUARANTINED, because, by, [])


def _held(workspace: Workspace, delivery_id: str) -> Held:
    found = next((each for each in read_held(workspace.connection) if each.delivery_id == delivery_id), None)
    if found is None:
        raise UsageError(
            _("{delivery_id} is not held").format(delivery_id=delivery_id), next_step=_("nianbao held lists what is")
        )
    return found


def _decide(
    workspace: Workspace, held: Held, outcome: Outcome, because: str, by: str, received: Sequence[Mapping[str, Any]]
) -> list[Path]:
    """Say anew what became of the delivery, who decided it and why, in one run."""
    wanted = [held.delivery_id]
    deliveries = rows_of(workspace.connection, "SELECT * FROM ledger.delivery WHERE delivery_id = $1", wanted)
    findings = rows_of(workspace.connection, "SELECT * FROM ledger.finding WHERE delivery_id = $1", wanted)
    doing = Doing(
        "held", actor=mask(by), because=mask(because), answered=wanted, summary={outcome.value: held.delivery_id}
    )
    rows: dict[str, Sequence[Mapping[str, Any]]] = {
        "received": received,
        "anew": [{"delivery_id": held.delivery_id, "submission_id": None}],
        "delivery": [row | {"outcome": outcome.value} for row in deliveries],
        "finding": findings if outcome is Outcome.QUARANTINED else [],
    }
    return _record_and_answer(workspace, doing, rows)


def accept_clock(workspace: Workspace, because: str, by: str) -> dt.datetime:
    """Record that this clock is right though decisions are dated later; returns what the last of them was dated.

    From then on what is known is known as of the decisions after it. Nothing that was recorded is changed: for a
    question as of a day, runs dated ahead count as made by the day of the runs that follow them.

    Raises:
        UsageError: no decision is dated later than now.
    """
    until = ledger.known_until(workspace.connection)
    if until is None or until <= clock.now():
        raise UsageError(_("no decision is dated later than this clock says"), next_step=_("nothing is to be done"))
    record_run(workspace, Doing(ledger.CLOCK_ACCEPTED, actor=by, because=because, summary={"dated": str(until)}), {})
    return until
