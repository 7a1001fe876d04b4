"""collect: what is new in the inbox, taken in and answered."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nianbao import __version__, clock
from nianbao.intake.fetch import Archive
from nianbao.intake.judge.check import refuse_broken_rules
from nianbao.intake.reader_pool import ReaderPool
from nianbao.intake.sources import Secrets
from nianbao.intake.take_in import Batch, Taken, take_in
from nianbao.runs.answer import answer_deliveries
from nianbao.runs.explanations import replay_rulings
from nianbao.runs.house import House, Step, at_once
from nianbao.runs.kept import bring_kept, tell_kept
from nianbao.runs.replay import Replay
from nianbao.runs.sources import Sources, open_sources
from nianbao.terms.delivery import Decision, Delivery, Outcome
from nianbao.terms.finding import Severity
from nianbao.terms.source import Alarm
from nianbao.warehouse import ledger
from nianbao.warehouse.expectations import warm_up
from nianbao.warehouse.kept import read_kept

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
    alarms: list[Alarm] = field(default_factory=list)
    rejudged: int = 0
    """How many deliveries an earlier run judged by other rules than today's."""

    @property
    def deliveries(self) -> int:
        """How many files were taken in."""
        return sum(self.outcomes.values())


def collect(
    house: House, step: Step = at_once, progress: Progress | None = None, secrets: Secrets = os.environ.get
) -> Collected:
    """Take in what is new at the sources and answer every delivery; what is wrong with a source is an alarm.

    What the archive's index holds and the ledger does not is taken in too: after a kill, or a lost warehouse.
    """
    collected = Collected()
    with open_sources(house, secrets) as sources:
        _collect(house, sources, collected, step, progress)
        collected.alarms = sources.alarms
    return collected


def _collect(house: House, sources: Sources, collected: Collected, step: Step, progress: Progress | None) -> None:
    archive = Archive(house.home.archive)
    connection = house.connection
    offset = ledger.archive_offset(connection)
    archive.mend(offset)
    pending = archive.deliveries(offset)
    number = ledger.count_deliveries(connection) + len(pending)
    sources.alarms += _clock_alarm(ledger.known_until(connection))
    sources.receive(archive, number, [delivery for delivery, _ in pending])
    late = sorted({*ledger.unanswered(connection), *sources.unsent()})
    pending = archive.deliveries(offset)
    replay_rulings(house)
    replay = Replay(house)
    kept = read_kept(connection)
    with ReaderPool(house.project.path) as pool:
        if pending or kept:
            warm_up()  # Great Expectations is imported while the workers read
            if not ledger.has_judged_by(connection, house.project.digest, __version__):
                refuse_broken_rules(connection, house.project)
            collected.run_id = ledger.start_run(connection, "collect", clock.now(), __version__, house.project.digest)
        if kept:
            collected.receipts += bring_kept(house, archive, pool, kept, collected.run_id, sources, step)
        if pending:
            _collect_batches(house, archive, pool, replay, pending, sources, collected, step, progress)
        if pending or kept:
            _finish(house, sources, collected)
        _bring_withdrawals(house, pool, replay, sources, collected)
        if late:
            collected.receipts += answer_deliveries(house, pool, late, sources)
    ledger.close_runs(connection, clock.now())


def _bring_withdrawals(house: House, pool: ReaderPool, replay: Replay, sources: Sources, collected: Collected) -> None:
    deliveries = replay.bring_withdrawals()
    if deliveries:
        collected.receipts += answer_deliveries(house, pool, deliveries, sources)


def _clock_alarm(known_until: dt.datetime | None) -> Iterator[Alarm]:
    """An alarm when this machine's clock stands before what was decided already."""
    now = clock.now()
    if known_until and now < known_until:
        what = f"this machine's clock says {now}, and the last decision was taken at {known_until}"
        yield Alarm("clock", "CLOCK", what, "set the clock right: what is received meanwhile is dated too early")


def _collect_batches(
    house: House,
    archive: Archive,
    pool: ReaderPool,
    replay: Replay,
    pending: list[tuple[Delivery, int]],
    sources: Sources,
    collected: Collected,
    step: Step,
    progress: Progress | None,
) -> None:
    for slice_ in replay.batches(pending, BATCH_SIZE):
        _bring_withdrawals(house, pool, replay, sources, collected)
        batch = Batch(tuple(delivery for delivery, _ in slice_), slice_[-1][1])

        def report(done: int, before: int = collected.deliveries) -> None:
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
            collected.run_id,
            report,
        )
        collected.receipts += answer_deliveries(house, pool, [item.delivery_id for item in batch.deliveries], sources)
        _count(collected, taken)
        sources.alarms += tell_kept(taken.causes)
        if replay.was_judged_otherwise(batch.index_end):
            collected.rejudged += len(batch.deliveries)


def _finish(house: House, sources: Sources, collected: Collected) -> None:
    ledger.finish_run(
        house.connection,
        collected.run_id,
        clock.now(),
        {
            "deliveries": collected.deliveries,
            "outcomes": {key.value: n for key, n in collected.outcomes.items()},
            "rejudged": collected.rejudged,
            "alarms": [asdict(alarm) for alarm in sources.alarms],
        },
    )
    collected.not_accepted = ledger.not_accepted(house.connection, collected.run_id)


def _count(collected: Collected, taken: Taken) -> None:
    for outcome in taken.outcomes.values():
        collected.outcomes[outcome] = collected.outcomes.get(outcome, 0) + 1
    for decision in taken.decisions.values():
        collected.decisions[decision] = collected.decisions.get(decision, 0) + 1
    for severity, count in taken.findings.items():
        collected.findings[severity] = collected.findings.get(severity, 0) + count
