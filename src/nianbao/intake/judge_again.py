"""judge again: what was kept back for a fault of ours is judged in every later run, until it can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from nianbao.intake.take_in import Rows, Taken, facts_of
from nianbao.terms.delivery import Decision
from nianbao.warehouse.kept import Kept


def facts_of_kept(taken: Taken, kept: Sequence[Kept], at: dt.datetime) -> Rows:
    """What is to be recorded about what could be judged now; nothing when all of it stays as it is.

    A file that was kept back whole is said anew whole; of the others, the submissions that could be judged.
    """
    rows = facts_of(taken)
    files = {each.delivery.delivery_id for each in kept if not each.numbers} - taken.causes.keys()
    judged = {key for key, decision in taken.decisions.items() if decision is not Decision.KEPT}
    settled = judged | {each.submission_id for each in taken.judged.submissions if each.delivery_id in files}
    delivered = {
        each.submission_id: each.delivery_id for each in taken.judged.submissions if each.submission_id in settled
    }
    for row in rows["decision"]:
        row["decided_at"] = at
    anew = [{"delivery_id": key, "submission_id": None} for key in sorted(files)]
    anew += [
        {"delivery_id": delivered[key], "submission_id": key} for key in sorted(settled) if delivered[key] not in files
    ]
    concerned = {row["delivery_id"] for row in anew}
    return {
        "anew": anew,
        "delivery": [row for row in rows["delivery"] if row["delivery_id"] in concerned],
        "finding": [row for row in rows["finding"] if row["submission_id"] in settled or row["delivery_id"] in files],
        **{
            kind: [row for row in rows[kind] if row["submission_id"] in settled]
            for kind in ("submission", "asked", "decision", "explanation")
        },
    }
