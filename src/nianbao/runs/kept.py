"""kept: what was kept back for a fault of ours, judged or answered again at the start of a run, and told till then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from nianbao import clock
from nianbao.errors import KeptError
from nianbao.intake.apart import Failed, do_apart, sift
from nianbao.intake.judge.check import refuse_broken_rules
from nianbao.intake.judge_again import facts_of_kept
from nianbao.intake.read_in import ReadIn, read_in
from nianbao.intake.take_in import Rows, Taken, judge_night
from nianbao.intake.worker.pool import ReaderPool
from nianbao.language import _
from nianbao.record import Frame
from nianbao.runs.receipts import compose_receipts
from nianbao.runs.recording import Doing, record_run, try_run
from nianbao.runs.workspace import Workspace
from nianbao.terms.source import Alarm
from nianbao.warehouse import ledger
from nianbao.warehouse.kept import Kept

KEPT = "KEPT"
_NAMED = 8


def compose_kept(workspace: Workspace) -> None:
    """Compose again the receipts that we failed over, and record those that could be composed."""
    owed = ledger.kept_answers(workspace.connection)
    if not owed:
        return
    composed = compose_receipts(workspace.project, workspace.connection, sorted(owed))
    if able := [row["delivery_id"] for row in composed if row["because"] is None]:
        record_run(workspace, Doing("compose_kept", answered=able, summary={"deliveries": len(able)}), {})


def judge_kept(workspace: Workspace, pool: ReaderPool, kept: Sequence[Kept]) -> Taken:
    """Judge again what was kept back and record what could be judged; what could not stays as it is.

    Raises:
        RuleError: a rule is broken by itself; nothing was judged.
    """
    started_at = clock.now()

    def judge(some: ReadIn, write: Write) -> Taken:
        own = [each for each in kept if each.delivery in [item.delivery for item in some.identified]]
        taken = judge_night(workspace.connection, workspace.project, some, own)
        rows = facts_of_kept(taken, own, clock.now())
        if rows["delivery"]:
            ids = [row["delivery_id"] for row in rows["delivery"]]
            doing = Doing("judge_kept", started_at, answered=ids, summary={"deliveries": len(ids)})
            write(doing, rows, taken.cells)
        return taken

    deliveries = [each.delivery for each in kept]
    return carry_out(workspace, read_in(workspace.project, workspace.record.archive, pool, deliveries), judge)


Write = Callable[[Doing, Rows, Frame], str]
"""How the facts of a run and its cells are written down; returns the id of the run, empty when it is only tried."""


def carry_out(workspace: Workspace, night: ReadIn, work: Callable[[ReadIn, Write], Taken]) -> Taken:
    """Judge and record a night; a delivery that we fail over, at whatever stage, is kept back whole, and only that one.

    Raises:
        RuleError: a rule is broken by itself; nothing was judged.
    """

    def write(doing: Doing, rows: Rows, cells: Frame) -> str:
        return record_run(workspace, doing, rows, cells).run_id

    def try_out(doing: Doing, rows: Rows, cells: Frame) -> str:
        try_run(workspace, doing, rows, cells)
        return ""

    done = do_apart(lambda: work(night, write))
    if not isinstance(done, Failed):
        return done
    refuse_broken_rules(workspace.connection, workspace.project)
    everyone = [each.delivery.delivery_id for each in night.identified]
    return work(night.kept_back(sift(lambda chosen: work(night.only(chosen), try_out), everyone)), write)


def tell_kept(kept: Mapping[str, str]) -> Iterator[Alarm]:
    """One alarm for each cause, with what was kept back for it: submissions, files, and answers to them."""
    by_cause: dict[str, list[str]] = {}
    for key, cause in kept.items():
        by_cause.setdefault(cause, []).append(key)
    for cause, keys in by_cause.items():
        more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
        what = f"kept back for a fault of ours: {', '.join(keys[:_NAMED])}{more}: {cause}"
        step = "mend the rule or the program that is named; every run tries them again, and all others went on"
        yield Alarm("judging", KEPT, what, step)


def raise_kept(alarms: Sequence[Alarm]) -> None:
    """End a run that is otherwise done when something was kept back.

    Raises:
        KeptError: something was.
    """
    if any(alarm.code == KEPT for alarm in alarms):
        raise KeptError(_("something was kept back for a fault of ours; everything else was done"))
