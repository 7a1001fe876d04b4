"""Answers: the recorded receipts, written into the outbox with marked workbooks and sent back to the sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.intake.acknowledge import acknowledge
from nianbao.intake.reader_pool import ReaderPool
from nianbao.runs.house import House
from nianbao.runs.sources import Sources, note_unsent
from nianbao.warehouse import ledger
from nianbao.warehouse.models import built_from, remember_built

_WRITTEN = "outbox"
"""Up to which run the receipts were written: a run that was killed before is made good by the next."""

_AT_ONCE = 500


def answer_owed(house: House, pool: ReaderPool, sources: Sources | None = None) -> list[Path]:
    """Write the receipts that were recorded and not written out yet; the paths of their JSON.

    Without open sources the next collect run sends the answers back to them.
    """
    owed = set(ledger.owed_receipts(house.connection, built_from(house.connection, _WRITTEN) or ""))
    owed |= set(sources.unsent()) if sources else set()
    written = answer_deliveries(house, pool, sorted(owed), sources)
    remember_built(house.connection, _WRITTEN, ledger.last_run(house.connection), clock.now())
    return written


def write_again(house: House, delivery_ids: Sequence[str] = ()) -> list[Path]:
    """Write recorded receipts out again where they are not there, of all deliveries or of some.

    Raises:
        UsageError: a delivery has no receipt.
    """
    known = ledger.owed_receipts(house.connection, "")
    if unknown := set(delivery_ids) - set(known):
        raise UsageError(f"there is no receipt for {min(unknown)}", next_step="look for its id: nianbao status")
    with ReaderPool(house.project.path) as pool:
        written = answer_deliveries(house, pool, sorted(delivery_ids) or known)
    if not delivery_ids:
        remember_built(house.connection, _WRITTEN, ledger.last_run(house.connection), clock.now())
    return written


def answer_deliveries(
    house: House, pool: ReaderPool, delivery_ids: Iterable[str], sources: Sources | None = None
) -> list[Path]:
    """Write the receipts of deliveries into the outbox as they were recorded, and send them back."""
    rest, written = iter(delivery_ids), []
    while some := list(islice(rest, _AT_ONCE)):
        replies = ledger.replies(house.connection, some)
        written += acknowledge(replies, house.record.archive, pool, house.home.outbox)
        for reply in replies:
            if sources:
                sources.send_back(reply)
            else:
                note_unsent(house, reply)
    return written
