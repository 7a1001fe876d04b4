"""read in: deliveries read by the workers and identified, batch by batch; the night they make is judged as a whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from nianbao.catalog import Project
from nianbao.intake.apart import each_apart
from nianbao.intake.columns import FileRead, unread
from nianbao.intake.fetch.receive import MAX_BYTES
from nianbao.intake.judge.identify import Identified, identify
from nianbao.intake.judge.isolate import FILE_NOT_JUDGED
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

    @property
    def sound(self) -> list[Identified]:
        """Those that were not kept back."""
        return [each for each in self.identified if each.delivery.delivery_id not in self.causes]

    def only(self, chosen: Collection[str]) -> ReadIn:
        """The same as if only these deliveries had come."""
        return ReadIn([each for each in self.identified if each.delivery.delivery_id in chosen], self.causes)

    def kept_back(self, causes: Mapping[str, str]) -> ReadIn:
        """The same with some deliveries kept back whole, for these causes."""
        found = [_kept(each.delivery) if each.delivery.delivery_id in causes else each for each in self.identified]
        return ReadIn(found, {**self.causes, **causes})


def read_in(
    project: Project,
    archive: Archive,
    pool: ReaderPool,
    deliveries: Sequence[Delivery],
    progress: Progress = lambda done: None,
) -> ReadIn:
    """Read and identify deliveries; one that we fail over is kept back whole."""
    causes: dict[str, str] = {}
    reads = zip(deliveries, _read(archive, pool, deliveries, progress), strict=True)
    keyed = ((delivery.delivery_id, (delivery, read)) for delivery, read in reads)
    found = dict(each_apart(keyed, lambda each: identify(*each, project), causes))
    return ReadIn([found.get(each.delivery_id) or _kept(each) for each in deliveries], causes)


def _kept(delivery: Delivery) -> Identified:
    """A delivery that is kept back whole: nothing of it is known."""
    fault = ReadingFault(FILE_NOT_JUDGED)
    return Identified(delivery, unread(fault), (fault,))


def _read(archive: Archive, pool: ReaderPool, deliveries: Sequence[Delivery], progress: Progress) -> list[FileRead]:
    """What the workers read of each file; one that is too large is not opened."""
    read = [unread(_too_large(item) if item.size_bytes > MAX_BYTES else ReadingFault("TIMEOUT")) for item in deliveries]
    readable = [index for index, item in enumerate(deliveries) if item.size_bytes <= MAX_BYTES]
    due = [deliveries[index] for index in readable]
    asked = [ReadRequest(archive.checked(item.sha256), item.file_name) for item in due]
    for done, (position, answer) in enumerate(pool.read(asked), start=1):
        read[readable[position]] = answer
        progress(done)
    return read


def _too_large(delivery: Delivery) -> ReadingFault:
    return ReadingFault("TOO_LARGE", value=str(delivery.size_bytes))
