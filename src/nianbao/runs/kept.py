"""kept: what was kept back for a fault of ours, judged again at the start of a run, and told until it is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nianbao import clock
from nianbao.errors import KeptError
from nianbao.intake.judge_again import facts_of_kept
from nianbao.intake.take_in import Taken, judge_deliveries
from nianbao.intake.worker.pool import ReaderPool
from nianbao.runs.answer import answer_owed
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.sources import Sources
from nianbao.runs.workspace import Step, Workspace
from nianbao.terms.source import Alarm
from nianbao.warehouse.kept import Kept

KEPT = "KEPT"
_NAMED = 8


def bring_kept(
    workspace: Workspace, pool: ReaderPool, kept: Sequence[Kept], sources: Sources, step: Step
) -> list[Path]:
    """Judge again what was kept back, and answer anew what could be judged; the paths of the receipts.

    Raises:
        RuleError: a rule is broken by itself; nothing was judged.
    """
    taken = step(f"judge again {len(kept)} deliveries", judge_kept, workspace, pool, kept)
    sources.alarms += tell_kept(taken.causes)
    return answer_owed(workspace, pool, sources)


def judge_kept(workspace: Workspace, pool: ReaderPool, kept: Sequence[Kept]) -> Taken:
    """Judge again what was kept back and record what could be judged; what could not stays as it is."""
    started_at, archive = clock.now(), workspace.record.archive
    deliveries = [each.delivery for each in kept]
    taken = judge_deliveries(workspace.connection, workspace.project, archive, pool, deliveries, again=kept)
    rows = facts_of_kept(taken, kept, clock.now())
    if rows["delivery"]:
        ids = [row["delivery_id"] for row in rows["delivery"]]
        doing = Doing("judge_kept", started_at, answered=ids, summary={"deliveries": len(ids)})
        record_run(workspace, doing, rows, taken.cells)
    return taken


def tell_kept(kept: Mapping[str, str]) -> Iterator[Alarm]:
    """One alarm for each cause, with what was kept back for it: submissions, and files that could not be registered."""
    by_cause: dict[str, list[str]] = {}
    for key, cause in kept.items():
        by_cause.setdefault(cause, []).append(key)
    for cause, keys in by_cause.items():
        more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
        what = f"kept back for a fault of ours: {', '.join(keys[:_NAMED])}{more}: {cause}"
        step = "mend the rule or the program that is named; every run judges them again, and all others went on"
        yield Alarm("judging", KEPT, what, step)


def raise_kept(alarms: Sequence[Alarm]) -> None:
    """End a run that is otherwise done when something was kept back.

    Raises:
        KeptError: something was.
    """
    if any(alarm.code == KEPT for alarm in alarms):
        raise KeptError("something was kept back for a fault of ours; everything else was done")
