"""Rulings about explanations: recorded, and told to the unit."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.intake.worker.pool import ReaderPool
from nianbao.language import _
from nianbao.runs.answer import answer_owed
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import Workspace
from nianbao.terms.explanation import Ruled, Ruling, deviation_of, usual_bound
from nianbao.warehouse.explanations import explanations


def rule(
    workspace: Workspace,
    explanation_id: str,
    ruling: Ruling,
    by: str,
    until: dt.date | None = None,
    most_pct: int | None = None,
) -> list[Path]:
    """Approve or refuse an explanation, and answer its delivery anew; returns the paths of the receipts.

    An approval of a change holds for later ones in the same direction, of `most_pct` per cent at most; unless that is
    said, as far as this one, rounded up to ten per cent.

    Raises:
        UsageError: there is no such explanation, or it only repeats an earlier one.
    """
    found = explanations(workspace.connection, ids=[explanation_id])
    if not found:
        raise UsageError(
            _("there is no explanation {explanation_id!r}").format(explanation_id=explanation_id),
            next_step=_("list them: nianbao explanations --all"),
        )
    row = found[0]
    if row["earlier_id"]:
        raise UsageError(
            _("{explanation_id} repeats an explanation that was approved earlier").format(
                explanation_id=explanation_id
            ),
            next_step=_("rule on {earlier_id}").format(earlier_id=row["earlier_id"]),
        )
    found_change = deviation_of(row["value"], row["expected"]) if ruling is Ruling.APPROVED else None
    direction, percent = found_change or (None, None)
    if most_pct is not None and percent is None:
        raise UsageError(
            _("{explanation_id} is about no change of a number").format(explanation_id=explanation_id),
            next_step=_("leave out --at-most"),
        )
    if most_pct is None and percent is not None:
        most_pct = usual_bound(percent)
    ruled = Ruled(
        explanation_id=explanation_id,
        ruling=ruling,
        until=until,
        ruled_by=by,
        ruled_at=clock.now(),
        direction=direction,
        most_pct=most_pct,
        **{name: row[name] for name in ("unit_code", "form_code", "code", "field", "explanation")},
    )
    doing = Doing("rule", actor=by, answered=[row["delivery_id"]], summary={"ruled": explanation_id, "ruling": ruling})
    record_run(workspace, doing, {"ruling": [asdict(ruled) | {"ruling": ruling.value}]})
    with ReaderPool(workspace.project.path) as pool:
        return answer_owed(workspace, pool)
