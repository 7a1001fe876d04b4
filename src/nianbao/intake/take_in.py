"""take in: a night of deliveries judged in rounds, and what is to be recorded about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.apart import Failed, do_apart
from nianbao.intake.judge.arrival_faults import arrival_faults
from nianbao.intake.judge.check import find_faults_of
from nianbao.intake.judge.decide import outcome_of
from nianbao.intake.judge.explain import SaidBefore
from nianbao.intake.judge.identify import WRONG_SENDER, Identified
from nianbao.intake.judge.isolate import judge_apart
from nianbao.intake.judge.judge import Judged
from nianbao.intake.judge.last_pass import Beyond, Reconsidered, needs_pass, pass_over, reconsider
from nianbao.intake.judge.night import Night, gather
from nianbao.intake.judge.rounds import Known, Rounds, is_refused
from nianbao.intake.judge.supplement import join_supplements
from nianbao.intake.read_in import Progress, ReadIn, read_in
from nianbao.intake.worker.pool import ReaderPool
from nianbao.record import Archive, Frame, Record
from nianbao.terms.delivery import Decision, Delivery, Outcome
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.form import Part
from nianbao.terms.submission import ReadingFault, Submission
from nianbao.warehouse import ledger
from nianbao.warehouse.concerned import ConcernedSubmission, cells_of_standing, find_standing
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.explanations import notes_before, rulings
from nianbao.warehouse.kept import Kept
from nianbao.warehouse.known import attach_known, begin_night, end_round
from nianbao.warehouse.stage import submission_row

Rows = dict[str, list[dict[str, Any]]]
"""Rows by their kind, as the record and the ledger have them."""


@dataclass(frozen=True)
class Came:
    """What became of a delivery.

    `duplicate_of` is the first one with the same bytes, where all in it counts already; `unchanged` are the forms that
    say what counts already.
    """

    delivery: Delivery
    outcome: Outcome
    unit_code: str | None = None
    period: str | None = None
    unchanged: tuple[str, ...] = ()
    duplicate_of: str | None = None


@dataclass(frozen=True)
class Taken:
    """What a night came to: every delivery with its outcome, everything that was judged, and what that was read from.

    `causes` says of what was kept back, submissions and whole deliveries, what we failed over. `asked` are the parts
    asked of each submission; `cells` are the filled ones, as raw has them, values as text. `reconsidered` is what
    became of earlier nights' submissions, whose cells are among `cells`; `run_id` is the run as which it was recorded.
    """

    came: tuple[Came, ...]
    judged: Judged
    findings_of_files: tuple[Finding, ...]
    causes: Mapping[str, str]
    asked: tuple[tuple[str, Part], ...]
    cells: Frame
    reconsidered: tuple[Reconsidered, ...] = ()
    run_id: str = ""

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes by delivery."""
        return {each.delivery.delivery_id: each.outcome for each in self.came}

    @property
    def decisions(self) -> Mapping[str, Decision]:
        """The decisions by submission."""
        return self.judged.decisions

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, about files and about submissions."""
        return (*self.findings_of_files, *self.judged.findings)

    @property
    def severities(self) -> dict[Severity, int]:
        """How many findings there are of each severity."""
        return {each: sum(found.severity is each for found in self.findings) for each in Severity}


def judge_deliveries(
    connection: Connection,
    project: Project,
    archive: Archive,
    pool: ReaderPool,
    deliveries: Sequence[Delivery],
    progress: Progress = lambda done: None,
) -> Taken:
    """Read and judge deliveries beside what counts now; nothing is kept.

    Raises:
        RuleError: a rule is broken by itself; nothing is known about the deliveries.
    """
    return judge_night(connection, project, read_in(project, archive, pool, deliveries, progress))


def judge_night(
    connection: Connection,
    project: Project,
    night: ReadIn,
    again: Sequence[Kept] = (),
    record: Record | None = None,
) -> Taken:
    """Judge what was read of a night as a whole, in rounds, beside what counts now; nothing is kept.

    With a `record` also what the night concerns of those before is looked at again.

    Raises:
        RuleError: a rule is broken by itself; nothing is known about the night.
    """
    kept = {each.delivery.delivery_id: each for each in again}
    units = _units(night, project)
    rounds = Rounds(night.sound, Known(*ledger.submission_numbers(connection, units), kept), project)
    before = SaidBefore(rulings(connection), notes_before(connection, units))
    attach_known(connection, project.parts)
    begin_night(connection, project.parts)
    judged, gathered, accepted = Judged(), list[Night](), set[str]()
    while turns := rounds.next_round():
        if gathered:  # what was accepted is set apart only for those that it is held against
            end_round(connection, project.parts, sorted(accepted))
        whole = gather(turns, project.rules)
        night_of_round, repeated = join_supplements(connection, project, whole, judged.waiting, kept)
        rounds.take_back(repeated)
        gathered.append(night_of_round)
        this_round = judge_apart(connection, project, gathered[-1], before).held_for_approval(project)
        accepted = set(this_round.accepted)
        rounds.note(each for each in this_round.submissions if each.submission_id in accepted)
        judged = judged.followed_by(this_round)
    standing = _find_standing(connection, project, judged) if record else []
    standing_cells = cells_of_standing(connection, record, [s.submission_id for s in standing]) if record else None
    reconsidered: list[Reconsidered] = []
    if needs_pass(gathered, judged, standing):
        if gathered:
            end_round(connection, project.parts, sorted(accepted))
        others = sorted({each.place[0] for each in standing} - set(units))
        before = replace(before, notes=[*before.notes, *notes_before(connection, others)])
        later = pass_over(connection, project, gathered, judged, standing, standing_cells, before)
        judged = judged.followed_by(later.only(judged.decisions).held_for_approval(project))
        reconsidered = reconsider(standing, later, project)
    faults = _faults(connection, night, rounds, units)
    came = _came(connection, night, judged, rounds, faults, kept, project)
    told = [each.delivery for each in came if each.outcome is not Outcome.DUPLICATE]
    return Taken(
        came=came,
        judged=judged,
        findings_of_files=tuple(
            finding
            for each in told
            for finding in _findings_of_file(each, faults[each.delivery_id], project, each.delivery_id in night.causes)
        ),
        causes={**night.causes, **judged.causes},
        asked=tuple((each.submission.submission_id, part) for n in gathered for each in n.sent for part in each.parts),
        cells=_filled(gathered, reconsidered, standing_cells),
        reconsidered=tuple(reconsidered),
    )


def _find_standing(connection: Connection, project: Project, judged: Judged) -> list[ConcernedSubmission]:
    """What tonight's submissions concern of earlier nights."""
    beyond, accepted = Beyond.of(project), set(judged.accepted)
    counting = [each for each in judged.submissions if each.submission_id in accepted]
    return find_standing(connection, judged.submissions, counting, beyond.codes, beyond.across)


def look_again(
    connection: Connection, project: Project, record: Record, changed: Sequence[Submission]
) -> tuple[list[Reconsidered], Frame]:
    """What is otherwise about what some submissions concern that count now or no longer, with its filled cells.

    Raises:
        RuleError: a rule is broken by itself.
    """
    beyond = Beyond.of(project)
    standing = find_standing(connection, changed, changed, beyond.codes, beyond.across)
    cells = cells_of_standing(connection, record, [each.submission_id for each in standing])
    if not standing:
        return [], cells
    attach_known(connection, project.parts)
    begin_night(connection, project.parts)
    before = SaidBefore(rulings(connection), notes_before(connection, sorted({each.place[0] for each in standing})))
    later = pass_over(connection, project, (), Judged(), standing, cells, before)
    reconsidered = reconsider(standing, later, project)
    anew = [each.standing.submission_id for each in reconsidered]
    return reconsidered, cells.filter(cells["submission_id"].is_in(anew))


def _units(night: ReadIn, project: Project) -> list[str]:
    """The units that the covers name, known or not."""
    codes = (each.read.cover.get("unit_code", "") for each in night.sound)
    return sorted({project.roster.find(code) or code for code in codes})


def _filled(nights: Sequence[Night], reconsidered: Sequence[Reconsidered], standing: Frame | None) -> Frame:
    """The filled cells of all rounds, and those of what is said anew of earlier nights."""
    import polars as pl

    cells = [night.cells.filter(night.cells["text"] != "") for night in nights or [gather((), ())]]
    if standing is not None and reconsidered:
        anew = [each.standing.submission_id for each in reconsidered]
        cells.append(standing.filter(standing["submission_id"].is_in(anew)))
    return pl.concat(cells, how="diagonal_relaxed")


def _faults(
    connection: Connection, night: ReadIn, rounds: Rounds, units: Sequence[str]
) -> dict[str, tuple[ReadingFault, ...]]:
    """What is wrong with each delivery besides its submissions; of one that is kept back nothing else is said."""
    arrival = arrival_faults([each.delivery for each in night.sound], ledger.sources_of(connection, units))
    told = {
        item.delivery.delivery_id: (*item.faults, *rounds.missing_of(item), *more)
        for item, more in zip(night.sound, arrival, strict=True)
    }
    return {each.delivery.delivery_id: told.get(each.delivery.delivery_id, each.faults) for each in night.identified}


def _findings_of_file(
    delivery: Delivery, faults: Sequence[ReadingFault], project: Project, is_kept: bool
) -> Sequence[Finding]:
    """The findings about a delivery as a whole; one that is kept back may be one of which nothing can be said."""
    if not is_kept:
        return find_faults_of(delivery, faults, project)
    found = do_apart(lambda: find_faults_of(delivery, faults, project))
    return () if isinstance(found, Failed) else found


def _came(
    connection: Connection,
    night: ReadIn,
    judged: Judged,
    rounds: Rounds,
    faults: Mapping[str, tuple[ReadingFault, ...]],
    kept: Mapping[str, Kept],
    project: Project,
) -> tuple[Came, ...]:
    """What became of each delivery."""
    decisions: dict[str, list[Decision]] = {key: list(each.decided) for key, each in kept.items()}
    for submission in judged.submissions:
        own = decisions.setdefault(submission.delivery_id, [])
        own.append(judged.decisions[submission.submission_id])
    came = [
        Came(item.delivery, Outcome.KEPT)
        if key in night.causes
        else _outcome(item, decisions.get(key, []), rounds.unchanged_of(key), faults[key], project)
        for item in night.identified
        if (key := item.delivery.delivery_id)
    ]
    first = _first_of_bytes(connection, came)
    return tuple(
        Came(each.delivery, Outcome.DUPLICATE, each.unit_code, each.period, duplicate_of=first[each.delivery.sha256])
        if first.get(each.delivery.sha256, each.delivery.delivery_id) != each.delivery.delivery_id
        and each.delivery.delivery_id not in decisions
        and each.outcome is Outcome.ACCEPTED
        else each
        for each in came
    )


def _first_of_bytes(connection: Connection, came: Sequence[Came]) -> dict[str, str]:
    """Of bytes in which all counts already the first delivery, of an earlier night or of this one."""
    known = ledger.deliveries_by_hash(connection, [each.delivery.sha256 for each in came if each.unchanged])
    tonight: dict[str, str] = {}
    for each in came:
        if each.outcome is not Outcome.HELD:
            tonight.setdefault(each.delivery.sha256, each.delivery.delivery_id)
    return tonight | known


def _outcome(
    item: Identified,
    decisions: Sequence[Decision],
    unchanged: tuple[str, ...],
    faults: Sequence[ReadingFault],
    project: Project,
) -> Came:
    """What becomes of a delivery: put aside when nothing could be read, taken in part when a sheet could not."""
    if any(fault.code == WRONG_SENDER for fault in item.faults):
        return Came(item.delivery, Outcome.HELD)
    own = list(decisions)
    refused = is_refused(faults, project)
    if refused and (own or unchanged):
        own.append(Decision.REJECTED)
    outcome = outcome_of(own, bool(unchanged), was_read=not refused or bool(own))
    return Came(item.delivery, outcome, item.unit_code, item.period, unchanged)


def facts_of(taken: Taken, anew: Rows | None = None) -> Rows:
    """What the record is to hold about a night, by kind; the cells lie beside it in `taken.cells`.

    `anew` is what is said anew of earlier nights.
    """
    rows = _facts_of_tonight(taken)
    for kind, more in (anew or {}).items():
        rows.setdefault(kind, []).extend(more)
    return rows


def _facts_of_tonight(taken: Taken) -> Rows:
    received = {each.delivery.delivery_id: each.delivery.received_at for each in taken.came}
    judged = taken.judged
    return {
        "delivery": [
            vars(each.delivery)
            | {
                "file_name": each.delivery.shown_name,
                "file": each.delivery.shown,
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
        "finding": [vars(finding) | {"severity": finding.severity.value} for finding in taken.findings],
        "explanation": [vars(item) | {"given": item.given.value} for item in judged.explanations],
    }
