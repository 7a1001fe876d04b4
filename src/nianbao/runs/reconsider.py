"""reconsider: what counts was changed by a person, not by a night: the last pass over what that concerns.

That a pass is owed follows from the record: somebody decided something after the last one. So a run that is killed
between a decision and its pass is made good by the next that decides anything or takes anything in.
"""

from __future__ import annotations

from nianbao import clock
from nianbao.intake.judge.last_pass import submission_of
from nianbao.intake.judge_again import facts_of_reconsidered
from nianbao.intake.take_in import look_again
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import Workspace
from nianbao.warehouse.connect import rows_of

_RECONSIDER = "reconsider"

_DECIDED_SINCE = """
    SELECT s.*, d.file_name
    FROM ledger.submission AS s INNER JOIN ledger.delivery AS d ON s.delivery_id = d.delivery_id
    WHERE s.submission_id IN (
        SELECT submission_id FROM ledger.event
        WHERE state IS NOT NULL AND done_by IS NOT NULL
            AND run_id > coalesce((SELECT max(run_id) FROM ledger.run WHERE kind = $1), '')
    )
    ORDER BY s.submission_id
"""


def reconsider_owed(workspace: Workspace) -> None:
    """Judge again what submissions concern that persons made count, or count no longer, since this was last done.

    As after a night: what waited may count, what counts may be reopened, nothing else is taken away. It is a run of
    its own, recorded whether anything is otherwise or not; the answers are owed.

    Raises:
        RuleError: a rule could not be evaluated; nothing of this was recorded, and it is owed still.
    """
    connection, project = workspace.connection, workspace.project
    changed = [submission_of(row, project) for row in rows_of(connection, _DECIDED_SINCE, [_RECONSIDER])]
    if not changed:
        return
    reconsidered, cells = look_again(connection, project, workspace.record, changed)
    facts = facts_of_reconsidered(connection, reconsidered, clock.now())
    doing = Doing(
        _RECONSIDER,
        answered=[row["delivery_id"] for row in facts["delivery"]],
        summary={
            "because_of": [each.submission_id for each in changed],
            "reconsidered": [each.standing.submission_id for each in reconsidered],
        },
    )
    record_run(workspace, doing, facts, cells)
