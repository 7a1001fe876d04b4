"""Rulings about explanations: kept beside the archive's index, so that a rebuilt warehouse knows them too."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.intake.reader_pool import ReaderPool
from nianbao.runs import journal
from nianbao.runs.answer import answer_deliveries
from nianbao.runs.house import House
from nianbao.terms.explanation import Ruled, Ruling
from nianbao.warehouse.explanations import explanations, record_rulings

_RULINGS = "rulings.jsonl"


def rule(house: House, explanation_id: str, ruling: Ruling, by: str, until: dt.date | None = None) -> list[Path]:
    """Approve or refuse an explanation, and answer its delivery anew; returns the paths of the receipts.

    Raises:
        UsageError: there is no such explanation, or it only repeats an earlier one.
    """
    found = explanations(house.connection, ids=[explanation_id])
    if not found:
        raise UsageError(
            f"there is no explanation {explanation_id!r}", next_step="list them: nianbao explanations --all"
        )
    row = found[0]
    if row["earlier_id"]:
        raise UsageError(
            f"{explanation_id} repeats an explanation that was approved earlier",
            next_step=f"rule on {row['earlier_id']}",
        )
    ruled = Ruled(
        explanation_id=explanation_id,
        ruling=ruling,
        until=until,
        ruled_by=by,
        ruled_at=clock.now(),
        **{name: row[name] for name in ("unit_code", "form_code", "code", "field", "explanation")},
    )
    journal.append(house.home.archive / _RULINGS, dataclasses.asdict(ruled))
    replay_rulings(house)
    with ReaderPool(house.project.path) as pool:
        return answer_deliveries(house, pool, [row["delivery_id"]])


def replay_rulings(house: House) -> None:
    """Bring what was ruled into the ledger, where it is not there: after a kill, or a lost warehouse."""
    record_rulings(house.connection, _read(house.home.archive / _RULINGS))


def _read(path: Path) -> list[Ruled]:
    ruled = []
    for data in journal.read(path):
        data["ruling"] = Ruling(data["ruling"])
        data["ruled_at"] = dt.datetime.fromisoformat(data["ruled_at"])
        data["until"] = dt.date.fromisoformat(data["until"]) if data["until"] else None
        ruled.append(Ruled(**data))
    return ruled
