"""reconsider: what counts was changed by a person, not by a night: the last pass over what that concerns."""

from __future__ import annotations

from collections.abc import Sequence

from nianbao import clock
from nianbao.intake.judge.last_pass import submission_of
from nianbao.intake.judge_again import facts_of_reconsidered
from nianbao.intake.take_in import look_again
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import Workspace
from nianbao.warehouse.connect import rows_of


def reconsider_others(workspace: Workspace, submission_ids: Sequence[str]) -> None:
    """Judge again what these submissions concern, which count now or no longer: open ones of others, and later periods.

    As after a night: what waited may count, what counts may be reopened, nothing else is taken away. It is a run of
    its own, recorded where anything is otherwise; the answers are owed.

    Raises:
        RuleError: a rule could not be evaluated; nothing of this was recorded.
    """
    connection, project = workspace.connection, workspace.project
    rows = rows_of(
        connection,
        "SELECT s.*, d.file_name FROM ledger.submission AS s INNER JOIN ledger.delivery AS d "
        "ON s.delivery_id = d.delivery_id WHERE s.submission_id IN (SELECT unnest($1::VARCHAR[]))",
        [list(submission_ids)],
    )
    changed = [submission_of(row, project) for row in rows]
    reconsidered, cells = look_again(connection, project, workspace.record, changed)
    if not reconsidered:
        return
    facts = facts_of_reconsidered(connection, reconsidered, clock.now())
    doing = Doing(
        "reconsider",
        answered=[row["delivery_id"] for row in facts["delivery"]],
        summary={"because_of": list(submission_ids), "reconsidered": [e.standing.submission_id for e in reconsidered]},
    )
    record_run(workspace, doing, facts, cells)
