"""numbering: for the how many-th time each form was sent, and which say nothing new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nianbao.catalog import Project
from nianbao.intake.judge.identify import Identified, Sent
from nianbao.terms.delivery import Decision
from nianbao.terms.finding import Severity
from nianbao.terms.submission import Place, ReadingFault
from nianbao.warehouse.kept import Kept


@dataclass(frozen=True)
class Known:
    """What was sent before: the last number of each place, and the digest of the cells that count there now.

    `kept` says of deliveries that are judged again which of their forms were kept back, and under which numbers.
    """

    numbers: Mapping[Place, int]
    in_force: Mapping[Place, str]
    kept: Mapping[str, Kept] = field(default_factory=dict)


@dataclass(frozen=True)
class Numbered:
    """A delivery whose forms have their numbers; `unchanged` are the forms that say what counts already."""

    identified: Identified
    faults: tuple[ReadingFault, ...]
    sent: tuple[Sent, ...]
    unchanged: tuple[str, ...]


def number(identified: Sequence[Identified], known: Known, project: Project) -> list[Numbered]:
    """Number what deliveries hold, one after another, each after all that was sent before."""
    numbers = dict(known.numbers)
    return [
        _number_again(item, kept)
        if (kept := known.kept.get(item.delivery.delivery_id)) and kept.numbers
        else _number(item, numbers, known.in_force, project)
        for item in identified
    ]


def _number_again(item: Identified, kept: Kept) -> Numbered:
    """What was kept back of a delivery, under the numbers that it has; the rest of it stands as decided."""
    sent = [
        replace(each, submission=replace(each.submission, number=kept.numbers[each.submission.place]))
        for each in item.sent
        if each.submission.place in kept.numbers
    ]
    return Numbered(item, item.faults, tuple(sent), kept.unchanged)


def _number(item: Identified, numbers: dict[Place, int], in_force: Mapping[Place, str], project: Project) -> Numbered:
    """Number one delivery; the numbers go on from there."""
    sent, unchanged = [], []
    for each in item.sent:
        place = each.submission.place
        if in_force.get(place) == each.submission.cells_sha256 and not is_refused(each.faults, project):
            unchanged.append(each.submission.form_code)
            continue
        numbers[place] = numbers.get(place, 0) + 1
        sent.append(replace(each, submission=replace(each.submission, number=numbers[place])))
    missing = "、".join(words for place, words in item.absent.items() if place not in numbers)
    faults = (*item.faults, ReadingFault("FORM_MISSING", expected=missing)) if missing else item.faults
    return Numbered(item, faults, tuple(sent), tuple(unchanged))


def is_refused(faults: Sequence[ReadingFault], project: Project) -> bool:
    """Whether a sheet has a fault for which it goes back: what is read from it may not be what was meant."""
    return any(project.reading_rules[fault.code].severity is Severity.REJECT for fault in faults)


def find_repeats(sent: Sequence[Sent], decisions: Mapping[str, Decision], project: Project) -> frozenset[str]:
    """The submissions of a batch that repeat, cell for cell, the accepted one before them in it.

    So a form keeps the day on which it first came right, whether its unit's workbooks were taken in together or not.
    """
    repeats = set()
    accepted: dict[Place, str] = {}
    for each in sent:
        submission = each.submission
        is_same = accepted.get(submission.place) == submission.cells_sha256
        if is_same and not is_refused(each.faults, project):
            repeats.add(submission.submission_id)
        elif decisions[submission.submission_id].counts:
            accepted[submission.place] = submission.cells_sha256
    return frozenset(repeats)
