"""accept-clock: after a night whose clock ran ahead, the present clock is said to be right, by whom and why."""

from __future__ import annotations

import datetime as dt

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import Workspace
from nianbao.warehouse import ledger


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
