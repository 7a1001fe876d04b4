"""collect: what is new in the inbox, taken in and answered."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nianbao import __version__, clock
from nianbao.intake.fetch.sources import Secrets
from nianbao.intake.judge.check import refuse_broken_rules
from nianbao.intake.judge_again import facts_of_reconsidered
from nianbao.intake.read_in import ReadIn, read_in
from nianbao.intake.take_in import Taken, facts_of, judge_night
from nianbao.intake.worker.pool import ReaderPool
from nianbao.language import _
from nianbao.runs.answer import answer_owed
from nianbao.runs.engine import readers_of_run
from nianbao.runs.kept import Write, carry_out, compose_kept, judge_kept, tell_kept
from nianbao.runs.reconsider import reconsider_owed
from nianbao.runs.recording import Doing
from nianbao.runs.sources import open_sources
from nianbao.runs.workspace import Step, Workspace, at_once
from nianbao.terms.delivery import Decision, Delivery, Outcome
from nianbao.terms.finding import Severity
from nianbao.terms.form import Part
from nianbao.terms.numbers import part_thousands
from nianbao.terms.source import Alarm
from nianbao.terms.status import words_of
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import use_every_core
from nianbao.warehouse.expectations import warm_up
from nianbao.warehouse.kept import read_kept
from nianbao.warehouse.kept_models import keep_rules

BATCH_SIZE = 500
Progress = Callable[[int, int], None]


@dataclass
class Collected:
    """What a collect run came to."""

    run_ids: list[str] = field(default_factory=list)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    decisions: Counter[Decision] = field(default_factory=Counter)
    findings: Counter[Severity] = field(default_factory=Counter)
    receipts: list[Path] = field(default_factory=list)
    not_accepted: list[dict[str, Any]] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)

    @property
    def deliveries(self) -> int:
        """How many files were taken in."""
        return sum(self.outcomes.values())

    @property
    def summary(self) -> list[str]:
        """What came in and what became of it, a line for each."""
        told = (
            (_("{number} deliveries: {counts}"), self.outcomes),
            (_("{number} submissions: {counts}"), self.decisions),
            (_("{number} findings: {counts}"), self.findings),
        )
        return [
            said.format(number=f"{sum(counts.values()):,}", counts=_in_words(counts))
            for said, counts in told
            if counts.total()
        ]

    @property
    def run_id(self) -> str:
        """The last run that was recorded, empty when nothing was taken in."""
        return self.run_ids[-1] if self.run_ids else ""


def _in_words(counts: Mapping[Any, int]) -> str:
    return "、".join(f"{words_of(state).zh} {count:,}" for state, count in counts.items() if count)


def collect(
    workspace: Workspace, step: Step = at_once, progress: Progress | None = None, secrets: Secrets = os.environ.get
) -> Collected:
    """Take in what is new at the sources and answer every delivery; what is wrong with a source is an alarm.

    What was received and not judged, or judged and not answered, by a run that was killed is made good, too.
    """
    collected = Collected()
    with open_sources(workspace, secrets) as sources:
        sources.alarms += _clock_alarm(ledger.known_until(workspace.connection))
        sources.receive()
        pending, kept = ledger.pending(workspace.connection), read_kept(workspace.connection)
        if len(pending) > BATCH_SIZE:
            use_every_core(workspace.connection)
        if pending or kept:
            warm_up()  # Great Expectations is imported while the workers read
            keep_rules(workspace.project, workspace.home.rules)
        if kept:
            _refuse_broken_rules(workspace)
        with readers_of_run(workspace.project.path) as pool:
            compose_kept(workspace)
            reconsider_owed(workspace)
            if kept:
                name = _("judge {count} deliveries again").format(count=len(kept))
                taken = step(name, judge_kept, workspace, pool, kept)
                sources.alarms += tell_kept(taken.causes)
            collected.receipts += answer_owed(workspace, pool, sources)
            if pending:
                taken = take_in(workspace, pool, pending, step, progress)
                _count(collected, taken)
                sources.alarms += tell_kept(taken.causes)
                collected.receipts += answer_owed(workspace, pool, sources)
        sources.alarms += tell_kept(ledger.kept_answers(workspace.connection))
        collected.alarms = sources.alarms
    collected.not_accepted = [
        row | {"first_finding": part_thousands(row["first_finding"] or "", workspace.project.measures) or None}
        for row in ledger.not_accepted(workspace.connection, collected.run_ids, workspace.project.forms)
    ]
    return collected


def take_in(
    workspace: Workspace, pool: ReaderPool, pending: Sequence[Delivery], step: Step, progress: Progress | None
) -> Taken:
    """Read a night in batches, judge it as a whole, and record it: one run of the record.

    Raises:
        RuleError: a rule could not be evaluated; nothing of the night is recorded.
    """
    started_at = clock.now()
    night = ReadIn()
    for start in range(0, len(pending), BATCH_SIZE):

        def report(done: int, before: int = start) -> None:
            if progress:
                progress(before + done, len(pending))

        batch = pending[start : start + BATCH_SIZE]
        archive, name = workspace.record.archive, _("read {count} deliveries").format(count=len(batch))
        night.take(step(name, read_in, workspace.project, archive, pool, batch, report))
    pool.rest()

    def judge(some: ReadIn, write: Write) -> Taken:
        return _judge_and_record(workspace, some, started_at, write)

    name = _("judge {count} deliveries").format(count=len(pending))
    taken: Taken = step(name, carry_out, workspace, night, judge)
    return taken


def _judge_and_record(workspace: Workspace, night: ReadIn, started_at: dt.datetime, write: Write) -> Taken:
    taken = judge_night(workspace.connection, workspace.project, night, record=workspace.record)
    _refuse_broken_rules(workspace, [part for key, part in taken.asked if key not in taken.causes])
    rows = facts_of(taken, facts_of_reconsidered(workspace.connection, taken.reconsidered, clock.now()))
    outcomes = Counter(outcome.value for outcome in taken.outcomes.values())
    doing = Doing(
        "collect",
        started_at,
        answered=[row["delivery_id"] for row in rows["delivery"]],
        summary={"deliveries": len(taken.came), "outcomes": dict(outcomes)},
    )
    return replace(taken, run_id=write(doing, rows, taken.cells))


def _refuse_broken_rules(workspace: Workspace, evaluated: Sequence[Part] = ()) -> None:
    """Hold rules by which nothing was judged yet against what they say of nothing, but for those `evaluated` tonight.

    Raises:
        RuleError: a rule is broken by itself.
    """
    if not ledger.has_judged_by(workspace.connection, workspace.project.digest, __version__):
        refuse_broken_rules(workspace.connection, workspace.project, evaluated)


def _clock_alarm(known_until: dt.datetime | None) -> Iterator[Alarm]:
    """An alarm when this machine's clock stands before what was decided already."""
    now = clock.now()
    if known_until and now < known_until:
        what = _("this machine's clock says {now}, and the last decision was taken at {known_until}")
        step = _(
            "set the clock right: what is received meanwhile is dated too early; where the clock ran ahead at "
            "that decision and is right now: nianbao accept-clock --by ROLE --because REASON"
        )
        yield Alarm("clock", "CLOCK", what.format(now=now, known_until=known_until), step)


def _count(collected: Collected, taken: Taken) -> None:
    collected.run_ids.append(taken.run_id)
    collected.outcomes.update(taken.outcomes.values())
    collected.decisions.update(taken.decisions.values())
    collected.findings.update(taken.severities)
