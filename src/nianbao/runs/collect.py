"""collect: what is new in the inbox, taken in and answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nianbao import __version__, clock
from nianbao.intake.acknowledge import acknowledge
from nianbao.intake.fetch import Archive, Found, fetch
from nianbao.intake.reader_pool import ReaderPool
from nianbao.intake.take_in import Batch, Taken, take_in
from nianbao.runs.house import House, Step, at_once
from nianbao.terms.delivery import Decision, Delivery, Outcome
from nianbao.terms.finding import Severity
from nianbao.warehouse import ledger
from nianbao.warehouse.expectations import warm_up

BATCH_SIZE = 500
Progress = Callable[[int, int], None]


@dataclass
class Collected:
    """What a collect run came to."""

    run_id: str = ""
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    decisions: dict[Decision, int] = field(default_factory=dict)
    findings: dict[Severity, int] = field(default_factory=dict)
    receipts: list[Path] = field(default_factory=list)
    not_accepted: list[dict[str, Any]] = field(default_factory=list)

    @property
    def deliveries(self) -> int:
        """How many files were taken in."""
        return sum(self.outcomes.values())


def collect(house: House, step: Step = at_once, progress: Progress | None = None) -> Collected:
    """Take in what is new in the inbox and answer every delivery.

    What the archive's index holds and the ledger does not is taken in first: after a kill, or a lost warehouse.
    """

    archive = Archive(house.home.archive)
    connection = house.connection
    collected = Collected()
    house.home.inbox.mkdir(parents=True, exist_ok=True)
    offset = ledger.archive_offset(connection)
    archive.mend(offset)
    pending = archive.deliveries(offset)
    number = ledger.count_deliveries(connection) + len(pending)
    waiting = {(item.source, item.size_bytes, item.modified_ns) for item, _ in pending}

    def unknown(found: list[Found]) -> list[Found]:
        known = ledger.known_sources(connection, [item.source for item in found]) | waiting
        return [item for item in found if (item.source, item.size, item.modified_ns) not in known]

    for found in fetch(house.home.inbox, unknown):
        delivery = archive.receive(found, number + 1)
        number += delivery is not None
    late = ledger.unanswered(connection)
    pending = archive.deliveries(offset)
    if pending:
        _collect_batches(house, archive, pending, collected, step, progress)
    if late:
        collected.receipts += _acknowledge(house, late)
    return collected


def _collect_batches(
    house: House,
    archive: Archive,
    pending: list[tuple[Delivery, int]],
    collected: Collected,
    step: Step,
    progress: Progress | None,
) -> None:

    warm_up()  # Great Expectations is imported while the workers read
    run_id = ledger.start_run(house.connection, "collect", clock.now(), __version__)
    collected.run_id = run_id
    with ReaderPool(house.project.path) as pool:
        for start in range(0, len(pending), BATCH_SIZE):
            slice_ = pending[start : start + BATCH_SIZE]
            batch = Batch(tuple(delivery for delivery, _ in slice_), slice_[-1][1])

            def report(done: int, before: int = start) -> None:
                if progress:
                    progress(before + done, len(pending))

            taken = step(
                f"take in {len(batch.deliveries)} deliveries",
                take_in,
                house.connection,
                house.project,
                archive,
                pool,
                batch,
                run_id,
                report,
            )
            collected.receipts += _acknowledge(house, [item.delivery_id for item in batch.deliveries])
            _count(collected, taken)
    ledger.finish_run(
        house.connection,
        run_id,
        clock.now(),
        {"deliveries": collected.deliveries, "outcomes": {key.value: n for key, n in collected.outcomes.items()}},
    )
    collected.not_accepted = ledger.not_accepted(house.connection, run_id)


def _count(collected: Collected, taken: Taken) -> None:
    for outcome in taken.outcomes.values():
        collected.outcomes[outcome] = collected.outcomes.get(outcome, 0) + 1
    for decision in taken.decisions.values():
        collected.decisions[decision] = collected.decisions.get(decision, 0) + 1
    for severity, count in taken.findings.items():
        collected.findings[severity] = collected.findings.get(severity, 0) + count


def _acknowledge(house: House, delivery_ids: list[str]) -> list[Path]:

    return [
        acknowledge(answer, house.project, house.home.outbox)
        for answer in ledger.answers(house.connection, delivery_ids)
    ]
