"""take in: a batch of deliveries read, identified, numbered and judged, and what is to be recorded about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.columns import FileRead, unread
from nianbao.intake.fetch.receive import MAX_BYTES
from nianbao.intake.judge.arrival_faults import arrival_faults
from nianbao.intake.judge.decide import outcome_of
from nianbao.intake.judge.identify import WRONG_SENDER, Identified, identify
from nianbao.intake.judge.isolate import FILE_NOT_JUDGED, cause_of, judge_apart
from nianbao.intake.judge.judge import Judged
from nianbao.intake.judge.night import gather
from nianbao.intake.judge.numbering import Known, Numbered, is_refused, number
from nianbao.intake.worker.pool import ReaderPool
from nianbao.intake.worker.request import ReadRequest
from nianbao.record import Archive, Frame
from nianbao.terms.delivery import Decision, Delivery, Outcome
from nianbao.terms.finding import Severity
from nianbao.terms.form import Part
from nianbao.terms.submission import ReadingFault
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.explanations import rulings
from nianbao.warehouse.kept import Kept
from nianbao.warehouse.stage import submission_row

Progress = Callable[[int], None]

Rows = dict[str, list[dict[str, Any]]]
"""Rows by their kind, as the record and the ledger have them."""


@dataclass(frozen=True)
class Came:
    """What became of a delivery.

    `duplicate_of` is the first one with the same bytes, `unchanged` are the forms that say what counts already.
    """

    delivery: Delivery
    outcome: Outcome
    unit_code: str | None = None
    period: str | None = None
    unchanged: tuple[str, ...] = ()
    duplicate_of: str | None = None


@dataclass(frozen=True)
class Taken:
    """What a batch came to: every delivery with its outcome, everything that was judged, and what that was read from.

    `causes` says of what was kept back, submissions and whole deliveries, what we failed over. `asked` are the parts
    asked of each submission; `cells` are the filled ones, as raw has them, values as text; `run_id` is the run as which
    it was recorded.
    """

    came: tuple[Came, ...]
    judged: Judged
    causes: Mapping[str, str]
    asked: tuple[tuple[str, Part], ...]
    cells: Frame
    run_id: str = ""

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes by delivery."""
        return {each.delivery.delivery_id: each.outcome for each in self.came}

    @property
    def decisions(self) -> dict[str, Decision]:
        """The decisions by submission."""
        return self.judged.decisions

    @property
    def findings(self) -> dict[Severity, int]:
        """How many findings there are of each severity."""
        return {each: sum(found.severity is each for found in self.judged.findings) for each in Severity}


def judge_deliveries(
    connection: Connection,
    project: Project,
    archive: Archive,
    pool: ReaderPool,
    deliveries: Sequence[Delivery],
    progress: Progress = lambda done: None,
    again: Sequence[Kept] = (),
) -> Taken:
    """Read, identify, number and judge deliveries beside what counts now; nothing is kept.

    `again` says of deliveries that were taken in before what was kept back of them, and is to be judged now.

    Raises:
        RuleError: a rule is broken by itself; nothing is known about the batch.
    """
    kept = {each.delivery.delivery_id: each for each in again}
    duplicates = {} if again else _duplicates(connection, deliveries)
    fresh = [delivery for delivery in deliveries if delivery.delivery_id not in duplicates]
    read = _read(archive, pool, fresh, progress)
    causes: dict[str, str] = {}
    identified = [_identify(delivery, each, project, causes) for delivery, each in zip(fresh, read, strict=True)]
    codes = (each.cover.get("unit_code", "") for each in read)
    units = sorted({project.roster.find(code) or code for code in codes})
    numbered = number(identified, Known(*ledger.submission_numbers(connection, units), kept), project)
    night = gather(numbered, arrival_faults(fresh, ledger.sources_of(connection, units)))
    judged = judge_apart(connection, project, night, rulings(connection))
    came = {
        (key := item.identified.delivery.delivery_id): _came(
            item, judged, night.faults[key], project, kept[key].decided if key in kept else ()
        )
        for item in numbered
    }
    return Taken(
        tuple(
            came.get(each.delivery_id) or Came(each, Outcome.DUPLICATE, duplicate_of=duplicates[each.delivery_id])
            for each in deliveries
        ),
        judged,
        causes | dict(judged.causes),
        tuple(
            (each.submission.submission_id, part)
            for each in night.sent
            for part in each.parts
            if each.submission.submission_id in judged.decisions
        ),
        night.cells.filter((night.cells["text"] != "") & night.cells["submission_id"].is_in(list(judged.decisions))),
    )


def _identify(delivery: Delivery, read: FileRead, project: Project, causes: dict[str, str]) -> Identified:
    """What a delivery is; one that we fail over is kept back whole, and its cause goes into `causes`."""
    try:
        return identify(delivery, read, project)
    except Exception as error:
        causes[delivery.delivery_id] = cause_of(error)
        return Identified(delivery, unread(ReadingFault(FILE_NOT_JUDGED)), (ReadingFault(FILE_NOT_JUDGED),))


def _duplicates(connection: Connection, deliveries: Sequence[Delivery]) -> dict[str, str]:
    """Deliveries whose bytes came before, in an earlier run or earlier in this batch: delivery → the first one.

    A file whose name tells whose it is says something else under another name.
    """
    from nianbao.intake.read.cover import cover_of_name  # a rebuild reads nothing, and has no reader

    known = ledger.deliveries_by_hash(connection, [delivery.sha256 for delivery in deliveries])
    tonight: dict[str, Delivery] = {}
    duplicates = {}
    for delivery in deliveries:
        if cover_of_name(delivery.file_name)[0]:
            continue
        first = tonight.setdefault(delivery.sha256, delivery)
        if delivery.sha256 in known:
            duplicates[delivery.delivery_id] = known[delivery.sha256]
        elif first is not delivery and first.sender in ("", delivery.sender):
            # What came from another sender's place may be held there; here it may be where it belongs.
            duplicates[delivery.delivery_id] = first.delivery_id
    return duplicates


def _read(archive: Archive, pool: ReaderPool, deliveries: Sequence[Delivery], progress: Progress) -> list[FileRead]:
    """What the workers read of each file; one that is too large or our own answer is not opened."""
    answers = archive.answers_among(item.sha256 for item in deliveries)
    closed = [_closed(item, item.sha256 in answers) for item in deliveries]
    read = [unread(fault or ReadingFault("TIMEOUT")) for fault in closed]
    readable = [index for index, fault in enumerate(closed) if fault is None]
    due = [deliveries[index] for index in readable]
    asked = [ReadRequest(archive.checked(item.sha256), item.file_name) for item in due]
    for done, (position, answer) in enumerate(pool.read(asked), start=1):
        read[readable[position]] = answer
        progress(done)
    return read


def _closed(delivery: Delivery, is_own_answer: bool) -> ReadingFault | None:
    """Why a file is not opened, if it is not."""
    if is_own_answer:
        return ReadingFault("OWN_ANSWER")
    return ReadingFault("TOO_LARGE", value=str(delivery.size_bytes)) if delivery.size_bytes > MAX_BYTES else None


def _came(
    item: Numbered, judged: Judged, faults: Sequence[ReadingFault], project: Project, decided: Sequence[Decision]
) -> Came:
    """What becomes of a delivery: put aside when nothing could be read, taken in part when a sheet could not.

    `decided` is what was decided before about others of its forms.
    """
    delivery = item.identified.delivery
    if any(fault.code == WRONG_SENDER for fault in item.faults):
        return Came(delivery, Outcome.HELD)
    unchanged = {*item.unchanged, *judged.repeats.get(delivery.delivery_id, ())}
    own = [
        judged.decisions[each.submission.submission_id]
        for each in item.sent
        if each.submission.submission_id in judged.decisions
    ]
    own += decided
    refused = is_refused(faults, project)
    if refused and (own or unchanged):
        own.append(Decision.REJECTED)
    if any(fault.code == FILE_NOT_JUDGED for fault in faults):
        own.append(Decision.KEPT)
    outcome = outcome_of(own, bool(unchanged), was_read=not refused or bool(own))
    return Came(delivery, outcome, item.identified.unit_code, item.identified.period, tuple(sorted(unchanged)))


def facts_of(taken: Taken) -> Rows:
    """What the record is to hold about a batch, by kind; the cells lie beside it in `taken.cells`."""
    received = {each.delivery.delivery_id: each.delivery.received_at for each in taken.came}
    judged = taken.judged
    return {
        "delivery": [
            asdict(each.delivery)
            | {
                "file_name": each.delivery.file_name,
                "unit_code": each.unit_code,
                "period": each.period,
                "outcome": each.outcome.value,
                "unchanged": " ".join(each.unchanged),
                "duplicate_of": each.duplicate_of,
            }
            for each in taken.came
        ],
        "submission": [submission_row(each) for each in judged.submissions],
        "asked": [{"submission_id": key, "form_code": part.form_code, "part": part.code} for key, part in taken.asked],
        # Dated when the delivery was received: a night that ran late does not make a unit late.
        "decision": [
            {
                "submission_id": each.submission_id,
                "decision": judged.decisions[each.submission_id].value,
                "decided_at": received[each.delivery_id],
                "decided_by": None,
                "because": taken.causes.get(each.submission_id),
            }
            for each in judged.submissions
        ],
        "finding": [asdict(finding) | {"severity": finding.severity.value} for finding in judged.findings],
        "explanation": [asdict(item) | {"given": item.given.value} for item in judged.explanations],
    }
