"""rounds: a night put in order; the k-th new submission of each unit, form and period is judged in round k.

So each is judged as if it had come alone, after all that came before it, and all of a round are judged together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nianbao.catalog import Project
from nianbao.intake.judge.identify import Identified, Sent
from nianbao.terms import workbook_words
from nianbao.terms.finding import Severity
from nianbao.terms.submission import Place, ReadingFault, Submission
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
class Turn:
    """A form of a delivery whose turn it is."""

    item: Identified
    sent: Sent


class Rounds:
    """What is to be judged of a night, by place and in order.

    What is declared to correct or to supplement comes after what is not, whatever the clocks of the senders say.
    """

    def __init__(self, identified: Sequence[Identified], known: Known, project: Project) -> None:
        self._project = project
        self._kept = known.kept
        self._numbers = dict(known.numbers)
        self._in_force = dict(known.in_force)
        self._queues: dict[Place, deque[Turn]] = {}
        self._unchanged: dict[str, list[str]] = {}
        for turn in sorted(_turns(identified), key=_is_declared_later):
            if self._is_wanted(turn):
                self._queues.setdefault(turn.sent.submission.place, deque()).append(turn)
        self._places = self._numbers.keys() | self._queues.keys()

    def next_round(self) -> list[Turn]:
        """The forms whose turn it is, numbered, in the order in which they came; none when all were judged."""
        chosen = [turn for place in list(self._queues) if (turn := self._next(place))]
        return sorted(chosen, key=lambda turn: turn.item.delivery.delivery_id)

    def take_back(self, repeated: Iterable[Sent]) -> None:
        """Let forms whose turn it was say nothing new, after all: the next one of their place has their number."""
        for each in repeated:
            submission = each.submission
            self._numbers[submission.place] = submission.number - 1
            self._unchanged.setdefault(submission.delivery_id, []).append(submission.form_code)

    def note(self, accepted: Iterable[Submission]) -> None:
        """Let what a round accepted count for the rounds to come."""
        self._in_force |= {submission.place: submission.cells_sha256 for submission in accepted}

    def unchanged_of(self, delivery_id: str) -> tuple[str, ...]:
        """The forms of a delivery that said what counted already."""
        kept = self._kept.get(delivery_id)
        return tuple(sorted({*self._unchanged.get(delivery_id, ()), *(kept.unchanged if kept else ())}))

    def missing_of(self, item: Identified) -> tuple[ReadingFault, ...]:
        """What a workbook lacks that its unit owes, and that came neither before nor this night."""
        missing = "、".join(words for place, words in item.absent.items() if place not in self._places)
        return (ReadingFault("FORM_MISSING", expected=missing),) if missing else ()

    def _is_wanted(self, turn: Turn) -> bool:
        kept = self._kept.get(turn.item.delivery.delivery_id)
        return kept is None or not kept.numbers or turn.sent.submission.place in kept.numbers

    def _next(self, place: Place) -> Turn | None:
        """The next one of a place that says something new, numbered."""
        queue = self._queues[place]
        while queue:
            turn = queue.popleft()
            kept = self._kept.get(turn.item.delivery.delivery_id)
            if kept and kept.numbers:
                return _numbered(turn, kept.numbers[place])
            if self._says_what_counts(turn):
                own = self._unchanged.setdefault(turn.item.delivery.delivery_id, [])
                own.append(turn.sent.submission.form_code)
                continue
            self._numbers[place] = self._numbers.get(place, 0) + 1
            return _numbered(turn, self._numbers[place])
        del self._queues[place]
        return None

    def _says_what_counts(self, turn: Turn) -> bool:
        submission = turn.sent.submission
        is_same = self._in_force.get(submission.place) == submission.cells_sha256
        return is_same and not is_refused(turn.sent.faults, self._project)


def is_refused(faults: Sequence[ReadingFault], project: Project) -> bool:
    """Whether a sheet has a fault for which it goes back: what is read from it may not be what was meant."""
    return any(project.reading_rules[fault.code].severity is Severity.REJECT for fault in faults)


def _turns(identified: Iterable[Identified]) -> Iterator[Turn]:
    return (Turn(item, sent) for item in identified for sent in item.sent)


def _is_declared_later(turn: Turn) -> bool:
    return turn.sent.submission.declared_status in workbook_words.STATUSES[1:]


def _numbered(turn: Turn, number: int) -> Turn:
    submission = replace(turn.sent.submission, number=number)
    return Turn(turn.item, replace(turn.sent, submission=submission))
