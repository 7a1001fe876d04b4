"""held: what came from another unit's place is confirmed as the report of the unit on its cover, or sent back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.intake.worker.pool import ReaderPool
from nianbao.language import _
from nianbao.runs.answer import answer_owed
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import Workspace
from nianbao.terms.delivery import Outcome
from nianbao.terms.personal import mask
from nianbao.terms.source import CONFIRMED
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import rows_of
from nianbao.warehouse.held import Held, read_held


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
    record_run(workspace, doing, rows)
    with ReaderPool(workspace.project.path) as pool:
        return answer_owed(workspace, pool)
