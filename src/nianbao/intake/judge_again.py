"""judge again: what is said anew of earlier nights.

What was kept back for a fault of ours is judged in every later run, until it can be; what a night concerns of those
before it is looked at again by the rules that look beyond.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict

from nianbao.intake.judge.decide import outcome_of
from nianbao.intake.judge.last_pass import Reconsidered
from nianbao.intake.take_in import Rows, Taken, facts_of
from nianbao.terms.delivery import Decision
from nianbao.warehouse.concerned import outcomes_of_deliveries
from nianbao.warehouse.connect import Connection
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


def facts_of_reconsidered(connection: Connection, reconsidered: Sequence[Reconsidered], at: dt.datetime) -> Rows:
    """What is to be recorded about submissions of earlier nights about which something is otherwise now."""
    changed = {each.standing.submission_id: each for each in reconsidered}
    deliveries = outcomes_of_deliveries(connection, sorted({e.standing.delivery.delivery_id for e in changed.values()}))
    for row in deliveries:
        states = [
            changed[each["id"]].decision if each["id"] in changed else Decision(each["state"])
            for each in row.pop("states")
        ]
        row["outcome"] = outcome_of(states, bool(row["unchanged"]), was_read=True).value
    return {
        "anew": [
            {"delivery_id": each.standing.delivery.delivery_id, "submission_id": key} for key, each in changed.items()
        ],
        "delivery": deliveries,
        "submission": [dict(each.standing.row) for each in changed.values()],
        "asked": [
            {"submission_id": key, "form_code": each.standing.place[1], "part": part}
            for key, each in changed.items()
            for part in each.standing.asked
        ],
        "finding": [
            asdict(finding) | {"severity": finding.severity.value}
            for each in changed.values()
            for finding in each.findings
        ],
        "explanation": [
            asdict(item) | {"given": item.given.value} for each in changed.values() for item in each.explanations
        ],
        "decision": [
            {
                "submission_id": key, "decision": each.decision.value, "decided_at": at, "decided_by": None,
                "because": None,
            }
            for key, each in changed.items()
        ],
    }  # fmt: skip
