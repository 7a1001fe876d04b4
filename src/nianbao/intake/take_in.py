"""take in: one batch of deliveries examined, and loaded together with what the ledger says about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.examine import Examined, Progress, examine
from nianbao.intake.fetch import Archive
from nianbao.intake.reader_pool import ReaderPool
from nianbao.terms.delivery import Decision, Delivery, Outcome
from nianbao.terms.finding import Severity
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import Connection, transaction
from nianbao.warehouse.stage import load_stage


@dataclass(frozen=True)
class Batch:
    """Deliveries taken in together, and the end of their lines in the archive's index."""

    deliveries: tuple[Delivery, ...]
    index_end: int


@dataclass(frozen=True)
class Taken:
    """What a batch came to: outcomes by delivery, decisions by submission, how many findings of each severity."""

    outcomes: dict[str, Outcome]
    decisions: dict[str, Decision]
    findings: dict[Severity, int]


def take_in(
    connection: Connection,
    project: Project,
    archive: Archive,
    pool: ReaderPool,
    batch: Batch,
    run_id: str,
    progress: Progress = lambda done: None,
) -> Taken:
    """Read, check, decide and load one batch; the load and the ledger are one transaction.

    Raises:
        RuleError: a rule could not be evaluated; nothing of the batch is loaded.
    """
    examined = examine(connection, project, archive, pool, batch.deliveries, progress)
    with transaction(connection):
        accepted = [submission_id for submission_id, decision in examined.decisions.items() if decision.counts]
        load_stage(connection, examined.parts, accepted)
        ledger.record(connection, ledger_rows(batch.deliveries, run_id, examined))
        if batch.deliveries:
            ledger.set_archive_offset(connection, batch.index_end, batch.deliveries[-1].received_at)
    counts = {severity: sum(found.severity is severity for found in examined.findings) for severity in Severity}
    return Taken(examined.outcomes, examined.decisions, counts)


def ledger_rows(deliveries: Sequence[Delivery], run_id: str, examined: Examined) -> dict[str, list[dict[str, Any]]]:
    """What the ledger is to hold about a batch, by table."""
    by_id = {item.delivery.delivery_id: item for item in examined.opened}
    candidates = [candidate for item in examined.opened for candidate in item.candidates]
    received = {delivery.delivery_id: delivery.received_at for delivery in deliveries}
    rows = []
    for delivery in deliveries:
        item = by_id.get(delivery.delivery_id)
        rows.append(
            asdict(delivery)
            | {
                "run_id": run_id,
                "file_name": delivery.file_name,
                "unit_code": item.unit_code if item else None,
                "period": item.period if item else None,
                "outcome": examined.outcomes[delivery.delivery_id].value,
                "unchanged": " ".join(sorted(set(item.unchanged))) if item else "",
                "duplicate_of": examined.duplicates.get(delivery.delivery_id),
            }
        )
    return {
        "delivery": rows,
        "submission": [dict(candidate.row) for candidate in candidates],
        # Decided when the delivery was received: a rebuild from the archive tells the same story (--as-of).
        "decision": [
            {
                "submission_id": candidate.submission_id,
                "decision": examined.decisions[candidate.submission_id].value,
                "decided_at": received[candidate.row["delivery_id"]],
                "run_id": run_id,
                "decided_by": None,
                "because": None,
            }
            for candidate in candidates
        ],
        "finding": [asdict(finding) | {"severity": finding.severity.value} for finding in examined.findings],
        "explanation": [asdict(item) | {"given": item.given.value} for item in examined.explanations],
    }
