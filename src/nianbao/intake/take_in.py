"""One batch of deliveries through read, check, decide and load: the straight line of the intake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.check import check
from nianbao.intake.decide import decide, outcome_of
from nianbao.intake.envelope import Numbering, Opened, open_delivery
from nianbao.intake.fetch import MAX_BYTES, Archive
from nianbao.intake.reader_pool import ReaderPool
from nianbao.terms.delivery import Decision, Delivery, Outcome
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.submission import Reading, ReadingFault, Value
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import Connection, transaction
from nianbao.warehouse.stage import fill_stage, load_stage

Progress = Callable[[int], None]


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
    duplicates = _duplicates(connection, batch.deliveries)
    fresh = [delivery for delivery in batch.deliveries if delivery.delivery_id not in duplicates]
    readings = _read(archive, pool, fresh, progress)
    units = sorted({reading.cover.get("unit_code", "").upper() for reading in readings})
    numbering = Numbering(*ledger.submission_numbers(connection, units))
    opened = [
        open_delivery(delivery, reading, project, numbering) for delivery, reading in zip(fresh, readings, strict=True)
    ]
    parts = _stage(connection, project, opened)
    findings = check(connection, project, parts, opened)
    decisions = _decide(opened, findings)
    findings = _without_repeats(opened, decisions, findings)
    outcomes = {item.delivery.delivery_id: _outcome(item, decisions) for item in opened}
    outcomes |= dict.fromkeys(duplicates, Outcome.DUPLICATE)
    with transaction(connection):
        accepted = [submission_id for submission_id, decision in decisions.items() if decision.counts]
        load_stage(connection, parts, accepted)
        ledger.record(connection, _ledger_rows(batch, run_id, opened, outcomes, duplicates, decisions, findings))
        if batch.deliveries:
            ledger.set_archive_offset(connection, batch.index_end, batch.deliveries[-1].received_at)
    counts = {severity: sum(finding.severity is severity for finding in findings) for severity in Severity}
    return Taken(outcomes, decisions, counts)


def _duplicates(connection: Connection, deliveries: Sequence[Delivery]) -> dict[str, str]:
    """Deliveries whose bytes came before, in an earlier run or earlier in this batch: delivery → the first one."""
    first = ledger.deliveries_by_hash(connection, [delivery.sha256 for delivery in deliveries])
    duplicates = {}
    for delivery in deliveries:
        earlier = first.setdefault(delivery.sha256, delivery.delivery_id)
        if earlier != delivery.delivery_id:
            duplicates[delivery.delivery_id] = earlier
    return duplicates


def _read(archive: Archive, pool: ReaderPool, deliveries: Sequence[Delivery], progress: Progress) -> list[Reading]:
    readings = [Reading(faults=(ReadingFault("TOO_LARGE", value=str(item.size_bytes)),)) for item in deliveries]
    readable = [index for index, item in enumerate(deliveries) if item.size_bytes <= MAX_BYTES]
    paths = [archive.path_of(deliveries[index].sha256) for index in readable]
    for done, (position, reading) in enumerate(pool.read(paths), start=1):
        readings[readable[position]] = reading
        progress(done)
    return readings


def _stage(connection: Connection, project: Project, opened: Iterable[Opened]) -> list[Any]:
    candidates = [candidate for item in opened for candidate in item.candidates]
    cells = [
        {
            "submission_id": candidate.submission_id,
            "form_code": candidate.row["form_code"],
            "sheet": candidate.row["sheet"],
            **{name: getattr(cell, name) for name in ("part", "row_no", "field", "cell", "text", "fault")},
            "read_as": _canonical(cell.value),
            "value": cell.value if isinstance(cell.value, _NUMERIC) and not isinstance(cell.value, bool) else None,
        }
        for candidate in candidates
        for cell in candidate.cells
        if cell.text
    ]
    asked = [(candidate.submission_id, part) for candidate in candidates for part in candidate.parts]
    return fill_stage(connection, project, [candidate.row for candidate in candidates], cells, asked)


def _decide(opened: Iterable[Opened], findings: Iterable[Finding]) -> dict[str, Decision]:
    by_submission: dict[str | None, list[Finding]] = {}
    for finding in findings:
        by_submission.setdefault(finding.submission_id, []).append(finding)
    return {
        candidate.submission_id: decide(by_submission.get(candidate.submission_id, ()), candidate.row["note"])
        for item in opened
        for candidate in item.candidates
    }


def _without_repeats(
    opened: Iterable[Opened], decisions: dict[str, Decision], findings: Sequence[Finding]
) -> list[Finding]:
    """Take what repeats, cell for cell, the accepted submission before it in this batch for unchanged.

    So a form keeps the day on which it first came right, whether its unit's workbooks were taken in together or not.
    Returns the findings about all other submissions.
    """
    accepted: dict[tuple[Any, ...], str] = {}
    for item in opened:
        for candidate in tuple(item.candidates):
            place = tuple(candidate.row[key] for key in ("unit_code", "form_code", "period"))
            if accepted.get(place) == candidate.row["cells_sha256"]:
                item.candidates.remove(candidate)
                item.unchanged.append(str(candidate.row["form_code"]))
                del decisions[candidate.submission_id]
            elif decisions[candidate.submission_id].counts:
                accepted[place] = str(candidate.row["cells_sha256"])
    return [each for each in findings if each.submission_id is None or each.submission_id in decisions]


def _outcome(item: Opened, decisions: dict[str, Decision]) -> Outcome:
    own = [decisions[candidate.submission_id] for candidate in item.candidates]
    return outcome_of(own, bool(item.unchanged), was_read=not item.faults or bool(own))


def _ledger_rows(
    batch: Batch,
    run_id: str,
    opened: Sequence[Opened],
    outcomes: dict[str, Outcome],
    duplicates: dict[str, str],
    decisions: dict[str, Decision],
    findings: Sequence[Finding],
) -> dict[str, list[dict[str, Any]]]:
    by_id = {item.delivery.delivery_id: item for item in opened}
    candidates = [candidate for item in opened for candidate in item.candidates]
    received = {delivery.delivery_id: delivery.received_at for delivery in batch.deliveries}
    deliveries = []
    for delivery in batch.deliveries:
        item = by_id.get(delivery.delivery_id)
        deliveries.append(
            asdict(delivery)
            | {
                "run_id": run_id,
                "file_name": delivery.file_name,
                "unit_code": item.unit_code if item else None,
                "period": item.period if item else None,
                "outcome": outcomes[delivery.delivery_id].value,
                "duplicate_of": duplicates.get(delivery.delivery_id),
            }
        )
    explained = {finding.submission_id: finding for finding in findings if finding.severity is Severity.EXPLAIN}
    return {
        "delivery": deliveries,
        "submission": [dict(candidate.row) for candidate in candidates],
        # Decided when the delivery was received: a rebuild from the archive tells the same story (--as-of).
        "decision": [
            {
                "submission_id": candidate.submission_id,
                "decision": decisions[candidate.submission_id].value,
                "decided_at": received[candidate.row["delivery_id"]],
                "run_id": run_id,
            }
            for candidate in candidates
        ],
        "finding": [asdict(finding) | {"severity": finding.severity.value} for finding in findings],
        "explanation": [
            {
                "submission_id": candidate.submission_id,
                "code": explained[candidate.submission_id].code,
                "explanation": candidate.row["note"],
                "explained_at": received[candidate.row["delivery_id"]],
            }
            for candidate in candidates
            if candidate.submission_id in explained and candidate.row["note"]
        ],
    }


_NUMERIC = (int, Decimal)


def _canonical(value: Value | None) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
