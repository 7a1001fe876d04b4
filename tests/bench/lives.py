"""A federation's year, night by night: four quarters, and after the first and the last of them a few files and none."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nianbao.catalog import Project
from tests.bench.federation import QUARTERS, Federation, found
from tests.bench.measures import Measure
from tests.bench.spent import Spent, spend

CLOSED = {"2021Q1": "2021-04-16", "2021Q2": "2021-07-16", "2021Q3": "2021-10-16", "2021Q4": "2022-01-16"}
FEW = 5
_AIMS = {"nothing new": "≤ 0.8 s", f"{FEW} new": "≤ 5 s"}
_MOST = "< 800 MB"


@dataclass(frozen=True)
class Night:
    """One night: what came, how many files lay there before, how many forms were judged, and what it took."""

    name: str
    files: int
    stored: int
    forms: int
    spent: Spent

    @property
    def ms_a_file(self) -> float:
        """Milliseconds of processor time for each file that came."""
        return 1000 * self.spent.processor / self.files if self.files else 0.0

    @property
    def is_quarter(self) -> bool:
        """Whether a whole quarter came."""
        return "," not in self.name


def live(federation: Federation, home: Path, late: int = FEW) -> Iterator[Night]:
    """Each quarter as one night; then the `late` units that were kept back, and a night with nothing."""
    held_back = range(0, federation.size, max(federation.size // late, 1))[:late]
    in_time = [number for number in range(federation.size) if number not in held_back]
    stored = 0
    for place, quarter in enumerate(QUARTERS):
        day = CLOSED[quarter]
        files = federation.send(quarter, home / "inbox", in_time)
        yield Night(quarter, files, stored, *_night(federation, home, f"{day}T01:00"))
        stored += files
        if place in (0, len(QUARTERS) - 1):
            yield Night(f"{quarter}, nothing new", 0, stored, *_night(federation, home, f"{day}T02:00"))
        files = federation.send(quarter, home / "inbox", held_back)
        if place in (0, len(QUARTERS) - 1):
            yield Night(f"{quarter}, {files} new", files, stored, *_night(federation, home, f"{day}T03:00"))
        stored += files


def measure_year(project: Project, units: int, folder: Path) -> Iterator[Measure]:
    """The nights of a year: processor time of all processes, its share of the first such night's, and memory."""
    first: dict[str, Night] = {}
    for night in live(found(project, units, folder), folder / "home"):
        kind = night.name.partition(", ")[2]
        before = first.setdefault(kind, night)
        share = night.spent.processor / before.spent.processor if before is not night else None
        what = f"{night.name}: {night.files} files on {night.stored}"
        yield Measure(what, night.spent.processor, "s of CPU", share, before.name if share else "", _AIMS.get(kind, ""))
        yield Measure("  peak memory of all its processes", night.spent.peak_mb, "MB", aim=_MOST if kind else "")


def _night(federation: Federation, home: Path, moment: str) -> tuple[int, Spent]:
    command = [sys.executable, "-m", "nianbao", "nightly", "--project", str(federation.project), "--home", str(home)]
    spent = spend([*command, "--json"], {"NIANBAO_NOW": moment})
    decided = json.loads(spent.printed)["collected"]["decisions"]
    if set(decided) - {"accepted", "accepted_with_warnings", "awaiting_explanation"}:
        raise ValueError(
            f"the night of {moment} came to {decided}: the federation's workbooks are not as they should be"
        )
    return sum(decided.values()), spent
