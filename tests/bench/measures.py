"""What is measured, and how: medians of several repetitions, told as shares of what the bare tool takes."""

import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measure:
    """One line of the report: a value, and its share of another one where that says more."""

    what: str
    value: float
    unit: str
    share: float | None = None
    of: str = ""
    aim: str = ""


@dataclass(frozen=True)
class Effort:
    """What a piece of work took: on the wall, and of all processors together, those of child processes included."""

    wall: float
    processor: float

    @staticmethod
    def median(efforts: Sequence["Effort"]) -> "Effort":
        """The median of each."""
        return Effort(*(statistics.median(values) for values in zip(*map(astuple, efforts), strict=True)))


def effort(work: Callable[[], object]) -> Effort:
    """What one go at a piece of work takes."""
    wall, processor = time.perf_counter(), _processor()
    work()
    return Effort(time.perf_counter() - wall, _processor() - processor)


def seconds(work: Callable[[], object], repetitions: int) -> float:
    """The median of the seconds that a piece of work takes."""
    return statistics.median(effort(work).wall for _ in range(repetitions))


def _processor() -> float:
    ended = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in ended) + sum(map(_processor_of, _children()))


def _children() -> list[int]:
    """The processes that this one has started and that still run."""
    return [
        int(child) for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()
    ]


def _processor_of(process: int) -> float:
    """Linux numbers the processor clocks of processes so (clock_getcpuclockid)."""
    return time.clock_gettime(~process << 3 | 2)
