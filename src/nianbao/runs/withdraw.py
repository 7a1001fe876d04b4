"""withdraw: an accepted submission taken back by the operator; the one before it counts again."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nianbao import __version__, clock
from nianbao.errors import UsageError
from nianbao.intake.personal import mask
from nianbao.intake.reader_pool import ReaderPool
from nianbao.runs import journal
from nianbao.runs.answer import answer_deliveries
from nianbao.runs.house import House
from nianbao.terms.delivery import Decision
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import transaction
from nianbao.warehouse.state import states

_WITHDRAWALS = "withdrawals.jsonl"


@dataclass(frozen=True)
class Withdrawal:
    """What was withdrawn, by whom, why and when.

    Delivery, form and period name the submission in a rebuilt warehouse too. `index_end` is how much of the archive's
    index had been taken in by then: what is behind it was judged without the submission.
    """

    submission_id: str
    delivery_id: str
    form_code: str
    period: str
    because: str
    withdrawn_by: str
    withdrawn_at: dt.datetime
    index_end: int


def withdraw(house: House, submission_id: str, because: str, by: str) -> list[Path]:
    """Withdraw an accepted submission and answer its delivery anew; returns the paths of the receipts.

    Raises:
        UsageError: there is no such submission, or it does not count.
    """
    found = states(house.connection, submission_id)
    if not found:
        raise UsageError(f"there is no submission {submission_id!r}", next_step="look for its id in the receipt")
    standing = found[0]
    if not standing.state.counts:
        raise UsageError(f"{submission_id} is {standing.state}: it does not count", next_step="nothing is to be done")
    withdrawal = Withdrawal(
        submission_id=submission_id,
        delivery_id=standing.delivery_id,
        form_code=standing.form_code,
        period=standing.period,
        because=mask(because),
        withdrawn_by=mask(by),
        withdrawn_at=clock.now(),
        index_end=ledger.archive_offset(house.connection),
    )
    journal.append(house.home.archive / _WITHDRAWALS, dataclasses.asdict(withdrawal))
    replay_withdrawals(house, [withdrawal])
    with ReaderPool(house.project.path) as pool:
        return answer_deliveries(house, pool, [standing.delivery_id])


def read_withdrawals(house: House) -> list[Withdrawal]:
    """Everything that was ever withdrawn."""
    entries = journal.read(house.home.archive / _WITHDRAWALS)
    return [
        Withdrawal(**entry | {"withdrawn_at": dt.datetime.fromisoformat(entry["withdrawn_at"])}) for entry in entries
    ]


def replay_withdrawals(house: House, withdrawals: Iterable[Withdrawal]) -> list[str]:
    """Bring withdrawals into the ledger, where they are not there: after a kill, or a lost warehouse.

    Returns the deliveries that must be answered anew.
    """
    connection = house.connection
    rows, deliveries = [], []
    for each in withdrawals:
        for found in states(connection, place=(each.delivery_id, each.form_code, each.period)):
            if found.state.counts:
                deliveries.append(each.delivery_id)
                rows.append(
                    {
                        "submission_id": found.submission_id,
                        "decision": Decision.WITHDRAWN.value,
                        "decided_at": each.withdrawn_at,
                        "decided_by": each.withdrawn_by,
                        "because": each.because,
                    }
                )
    if not rows:
        return []
    with transaction(connection):
        run_id = ledger.start_run(connection, "withdraw", clock.now(), __version__, house.project.digest)
        ledger.record(connection, {"decision": [row | {"run_id": run_id} for row in rows]})
        ledger.finish_run(connection, run_id, clock.now(), {"withdrawn": [row["submission_id"] for row in rows]})
    return deliveries
