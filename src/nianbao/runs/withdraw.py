"""withdraw: an accepted submission taken back by the operator; the one before it counts again."""

from __future__ import annotations

from pathlib import Path

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.intake.worker.pool import ReaderPool
from nianbao.language import _
from nianbao.runs.answer import answer_owed
from nianbao.runs.reconsider import reconsider_owed
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import Workspace
from nianbao.terms.delivery import Decision
from nianbao.terms.personal import mask
from nianbao.warehouse.state import states


def withdraw(workspace: Workspace, submission_id: str, because: str, by: str) -> list[Path]:
    """Withdraw an accepted submission and answer its delivery anew; returns the paths of the receipts.

    Raises:
        UsageError: there is no such submission, or it does not count.
    """
    found = states(workspace.connection, submission_id)
    if not found:
        raise UsageError(
            _("there is no submission {submission_id!r}").format(submission_id=submission_id),
            next_step=_("look for its id in the receipt"),
        )
    standing = found[0]
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
    doing = Doing(
        "withdraw",
        actor=mask(by),
        because=mask(because),
        answered=[standing.delivery_id],
        summary={"withdrawn": [submission_id]},
    )
    record_run(workspace, doing, {"decision": [decision]})
    reconsider_owed(workspace)
    with ReaderPool(workspace.project.path) as pool:
        return answer_owed(workspace, pool)
