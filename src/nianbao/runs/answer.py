"""Answers: the recorded receipts, written into the outbox with marked workbooks and sent back to the sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from nianbao import clock
from nianbao.errors import KeptError, UsageError
from nianbao.intake.acknowledge import acknowledge
from nianbao.intake.worker.pool import ReaderPool
from nianbao.language import _
from nianbao.runs.kept import tell_kept
from nianbao.runs.sources import Sources, note_owed, note_unsent
from nianbao.runs.workspace import Workspace
from nianbao.warehouse import ledger
from nianbao.warehouse.models import built_from, remember_built

_WRITTEN = "outbox"
"""Up to which run the receipts were written: a run that was killed before is made good by the next."""

_AT_ONCE = 500


def answer_owed(workspace: Workspace, pool: ReaderPool, sources: Sources | None = None) -> list[Path]:
    """Write the receipts that were recorded and not written out yet; the paths of their JSON.

    Without open sources the next collect run sends the answers back to them.
    """
    before = built_from(workspace.connection, _WRITTEN)
    owed = set(ledger.owed_receipts(workspace.connection, before or ""))
    owed |= set(sources.unsent()) if sources else set()
    written = answer_deliveries(workspace, pool, sorted(owed), sources)
    if (last := ledger.last_run(workspace.connection)) != before:
        remember_built(workspace.connection, _WRITTEN, last, clock.now())
    return written


def write_again(workspace: Workspace, delivery_ids: Sequence[str] = ()) -> list[Path]:
    """Write recorded receipts out again where they are not there, of all deliveries or of some.

    Raises:
        UsageError: a delivery has no receipt.
    """
    known = ledger.owed_receipts(workspace.connection, "")
    if unknown := set(delivery_ids) - set(known):
        raise UsageError(
            _("there is no receipt for {unknown}").format(unknown=min(unknown)),
            next_step=_("look for its id: nianbao status"),
        )
    with ReaderPool(workspace.project.path) as pool:
        written = answer_deliveries(workspace, pool, sorted(delivery_ids) or known)
    if not delivery_ids:
        remember_built(workspace.connection, _WRITTEN, ledger.last_run(workspace.connection), clock.now())
    return written


def answer_deliveries(
    workspace: Workspace, pool: ReaderPool, delivery_ids: Iterable[str], sources: Sources | None = None
) -> list[Path]:
    """Write the receipts of deliveries into the outbox as they were recorded, and send them back.

    An answer that we fail over is owed; with open sources that is an alarm.

    Raises:
        KeptError: it is, and there are no sources; everything else was done.
    """
    rest, written, causes = iter(delivery_ids), list[Path](), dict[str, str]()
    while some := list(islice(rest, _AT_ONCE)):
        replies = ledger.replies(workspace.connection, some)
        answered = acknowledge(replies, workspace.record.archive, pool, workspace.home.outbox)
        written += answered.written
        causes |= answered.causes
        for reply in replies:
            if sources:
                sources.send_back(reply)
            else:
                note_unsent(workspace, reply)
    for delivery_id in causes:
        note_owed(workspace.home, delivery_id, is_owed=True)
    if sources:
        sources.alarms += tell_kept(causes)
    elif causes:
        raise KeptError("; ".join(alarm.what for alarm in tell_kept(causes)))
    return written
