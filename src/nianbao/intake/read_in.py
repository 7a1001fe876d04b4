"""read in: deliveries read by the workers and identified, batch by batch; the night they make is judged as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nianbao.catalog import Project
from nianbao.intake.columns import FileRead, unread
from nianbao.intake.fetch.receive import MAX_BYTES
from nianbao.intake.judge.identify import Identified, identify
from nianbao.intake.judge.isolate import FILE_NOT_JUDGED, cause_of
from nianbao.intake.worker.pool import ReaderPool
from nianbao.intake.worker.request import ReadRequest
from nianbao.record import Archive
from nianbao.terms.delivery import Delivery
from nianbao.terms.submission import ReadingFault

Progress = Callable[[int], None]


@dataclass
class ReadIn:
    """What deliveries turned out to be, in their order.

    `causes` says of each that was kept back whole what we failed over.
    """

    identified: list[Identified] = field(default_factory=list)
    causes: dict[str, str] = field(default_factory=dict)

    def take(self, batch: ReadIn) -> None:
        """Add a further batch."""
        self.identified += batch.identified
        self.causes |= batch.causes


def read_in(
    project: Project,
    archive: Archive,
    pool: ReaderPool,
    deliveries: Sequence[Delivery],
    progress: Progress = lambda done: None,
) -> ReadIn:
    """Read and identify deliveries; one that we fail over is kept back whole."""
    batch = ReadIn()
    for delivery, read in zip(deliveries, _read(archive, pool, deliveries, progress), strict=True):
        try:
            batch.identified.append(identify(delivery, read, project))
        except Exception as error:
            batch.causes[delivery.delivery_id] = cause_of(error)
            fault = ReadingFault(FILE_NOT_JUDGED)
            batch.identified.append(Identified(delivery, unread(fault), (fault,)))
    return batch


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
