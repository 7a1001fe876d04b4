"""kept: what was kept back for a fault of ours, judged again at the start of a run, and told until it is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nianbao import clock
from nianbao.errors import KeptError
from nianbao.intake.fetch import Archive
from nianbao.intake.judge_again import judge_again
from nianbao.intake.reader_pool import ReaderPool
from nianbao.runs.answer import answer_deliveries
from nianbao.runs.house import House, Step
from nianbao.runs.sources import Sources
from nianbao.terms.source import Alarm
from nianbao.warehouse.kept import Kept

KEPT = "KEPT"
_NAMED = 8


def bring_kept(
    house: House, archive: Archive, pool: ReaderPool, kept: Sequence[Kept], run_id: str, sources: Sources, step: Step
) -> list[Path]:
    """Judge again what was kept back, and answer anew what could be judged; the paths of the receipts.

    Raises:
        RuleError: a rule is broken by itself; nothing was judged.
    """
    taken = step(
        f"judge again {len(kept)} deliveries",
        judge_again,
        house.connection,
        house.project,
        archive,
        pool,
        kept,
        run_id,
        clock.now(),
    )
    sources.alarms += tell_kept(taken.causes)
    judged, still = set[str](), {*taken.causes}
    for each in taken.judged.submissions:
        (still if each.submission_id in taken.causes else judged).add(each.delivery_id)
    settled = [key for key in taken.outcomes if key in judged or key not in still]
    return answer_deliveries(house, pool, settled, sources)


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
