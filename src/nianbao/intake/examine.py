"""examine: what a batch of deliveries is, what is wrong with it, and what is decided; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.arrival import note_oddities
from nianbao.intake.check import check
from nianbao.intake.cover import cover_of_name
from nianbao.intake.decide import decide, outcome_of
from nianbao.intake.envelope import Numbering, Opened, is_refused, open_delivery
from nianbao.intake.explain import explain
from nianbao.intake.fetch import MAX_BYTES, Archive
from nianbao.intake.reader_pool import ReaderPool
from nianbao.intake.reader_process import ReadRequest
from nianbao.terms.delivery import Decision, Delivery, Outcome
from nianbao.terms.explanation import Explanation
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.form import Part
from nianbao.terms.submission import Reading, ReadingFault, Value
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.explanations import rulings
from nianbao.warehouse.stage import fill_stage

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Examined:
    """A batch that has been read, checked and decided about; `parts` are the staged ones.

    `duplicates` maps a delivery to the first one with the same bytes, `decisions` and `outcomes` go by id.
    """

    opened: list[Opened]
    duplicates: dict[str, str]
    parts: list[Part]
    findings: list[Finding]
    explanations: list[Explanation]
    decisions: dict[str, Decision]
    outcomes: dict[str, Outcome]


def examine(
    connection: Connection,
    project: Project,
    archive: Archive,
    pool: ReaderPool,
    deliveries: Sequence[Delivery],
    progress: Progress = lambda done: None,
) -> Examined:
    """Read, check and decide about deliveries.

    Raises:
        RuleError: a rule could not be evaluated; nothing is known about the batch.
    """
    duplicates = _duplicates(connection, deliveries)
    fresh = [delivery for delivery in deliveries if delivery.delivery_id not in duplicates]
    readings = _read(archive, pool, fresh, progress)
    units = sorted({reading.cover.get("unit_code", "").upper() for reading in readings})
    numbering = Numbering(*ledger.submission_numbers(connection, units))
    opened = [
        open_delivery(delivery, reading, project, numbering) for delivery, reading in zip(fresh, readings, strict=True)
    ]
    note_oddities(opened, ledger.sources_of(connection, units))
    parts = _stage(connection, project, opened)
    findings = check(connection, project, parts, opened)
    explanations = explain(opened, findings, rulings(connection))
    decisions = _decide(opened, findings, explanations)
    findings = _without_repeats(opened, decisions, findings, project)
    explanations = [each for each in explanations if each.submission_id in decisions]
    outcomes = {item.delivery.delivery_id: _outcome(item, decisions, project) for item in opened}
    outcomes |= dict.fromkeys(duplicates, Outcome.DUPLICATE)
    return Examined(opened, duplicates, parts, findings, explanations, decisions, outcomes)


def _duplicates(connection: Connection, deliveries: Sequence[Delivery]) -> dict[str, str]:
    """Deliveries whose bytes came before, in an earlier run or earlier in this batch: delivery → the first one.

    A file whose name tells whose it is says something else under another name.
    """
    first = ledger.deliveries_by_hash(connection, [delivery.sha256 for delivery in deliveries])
    duplicates = {}
    for delivery in deliveries:
        if cover_of_name(delivery.file_name)[0]:
            continue
        earlier = first.setdefault(delivery.sha256, delivery.delivery_id)
        if earlier != delivery.delivery_id:
            duplicates[delivery.delivery_id] = earlier
    return duplicates


def _read(archive: Archive, pool: ReaderPool, deliveries: Sequence[Delivery], progress: Progress) -> list[Reading]:
    answers = archive.answers_among(item.sha256 for item in deliveries)
    readings = [
        Reading(
            faults=(ReadingFault("OWN_ANSWER"),)
            if item.sha256 in answers
            else (ReadingFault("TOO_LARGE", value=str(item.size_bytes)),)
        )
        for item in deliveries
    ]
    readable = [
        index for index, item in enumerate(deliveries) if item.size_bytes <= MAX_BYTES and item.sha256 not in answers
    ]
    due = [deliveries[index] for index in readable]
    asked = [ReadRequest(archive.path_of(item.sha256), item.file_name) for item in due]
    for done, (position, reading) in enumerate(pool.read(asked), start=1):
        readings[readable[position]] = reading
        progress(done)
    return readings


def _stage(connection: Connection, project: Project, opened: Iterable[Opened]) -> list[Part]:
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


def _decide(
    opened: Iterable[Opened], findings: Iterable[Finding], explanations: Iterable[Explanation]
) -> dict[str, Decision]:
    by_submission: dict[str | None, list[Finding]] = {}
    for finding in findings:
        by_submission.setdefault(finding.submission_id, []).append(finding)
    explained = {explanation.explanation_id for explanation in explanations}
    return {
        candidate.submission_id: decide(by_submission.get(candidate.submission_id, ()), explained)
        for item in opened
        for candidate in item.candidates
    }


def _without_repeats(
    opened: Iterable[Opened], decisions: dict[str, Decision], findings: Sequence[Finding], project: Project
) -> list[Finding]:
    """Take what repeats, cell for cell, the accepted submission before it in this batch for unchanged.

    So a form keeps the day on which it first came right, whether its unit's workbooks were taken in together or not.
    Returns the findings about all other submissions.
    """
    accepted: dict[tuple[Any, ...], str] = {}
    for item in opened:
        for candidate in tuple(item.candidates):
            place = tuple(candidate.row[key] for key in ("unit_code", "form_code", "period"))
            is_same = accepted.get(place) == candidate.row["cells_sha256"]
            if is_same and not is_refused(candidate.faults, project):
                item.candidates.remove(candidate)
                item.unchanged.append(str(candidate.row["form_code"]))
                del decisions[candidate.submission_id]
            elif decisions[candidate.submission_id].counts:
                accepted[place] = str(candidate.row["cells_sha256"])
    return [each for each in findings if each.submission_id is None or each.submission_id in decisions]


def _outcome(item: Opened, decisions: dict[str, Decision], project: Project) -> Outcome:
    """What becomes of a delivery: put aside when nothing could be read, taken in part when a sheet could not."""
    own = [decisions[candidate.submission_id] for candidate in item.candidates]
    refused = [fault for fault in item.faults if project.reading_rules[fault.code].severity is Severity.REJECT]
    if refused and (own or item.unchanged):
        own.append(Decision.REJECTED)
    return outcome_of(own, bool(item.unchanged), was_read=not refused or bool(own))


_NUMERIC = (int, Decimal)


def _canonical(value: Value | None) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
