"""A federation's year, night by night: four quarters, and after the first and the last of them a few files and none.

Before it the same federation as if it had begun with the last quarter: the same files in an empty house, and after them
the same few and none. What the last nights of the year take beyond that, they take for what is stored.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nianbao.catalog import Project
from nianbao.terms.period import Period
from tests.bench.federation import QUARTERS, Federation, found
from tests.bench.measures import Measure
from tests.bench.spent import Spent, spend

CLOSED = {"2021Q1": "2021-04-16", "2021Q2": "2021-07-16", "2021Q3": "2021-10-16", "2021Q4": "2022-01-16"}
FEW = 5
_AIMS = {"nothing new": "≤ 0.8 s", f"{FEW} new": "≤ 5 s"}
_MOST = "< 800 MB"


@dataclass(frozen=True)
class Night:
    """One night: what came, how many files lay there before, how many forms were judged, and what it took.

    `kind` is empty where a whole quarter came; `begins` says that the federation had nothing before this quarter.
    """

    quarter: str
    kind: str
    begins: bool
    files: int
    stored: int
    forms: int
    spent: Spent

    @property
    def name(self) -> str:
        """As it is printed."""
        return ", ".join(part for part in (self.quarter, "to begin with" if self.begins else "", self.kind) if part)

    @property
    def ms_a_file(self) -> float:
        """Milliseconds of processor time for each file that came."""
        return 1000 * self.spent.processor / self.files if self.files else 0.0


def live(federation: Federation, home: Path, late: int = FEW) -> Iterator[Night]:
    """The last quarter to begin with, then the whole year; each quarter as one night.

    After a first and a last one a night with nothing, and one with the `late` units that were kept back.
    """
    last = QUARTERS[-1]
    begun = federation.beginning(Period.parse(last).start)
    yield from _live(begun, home.with_name(f"{home.name}-begun"), [last], late)
    yield from _live(federation, home, QUARTERS, late)


def _live(federation: Federation, home: Path, quarters: Sequence[str], late: int) -> Iterator[Night]:
    held_back = range(0, federation.size, max(federation.size // late, 1))[:late]
    in_time = [number for number in range(federation.size) if number not in held_back]
    begins, stored = len(quarters) == 1, 0
    for quarter in quarters:
        day, is_looked_at = CLOSED[quarter], quarter in (quarters[0], quarters[-1])
        files = federation.send(quarter, home / "inbox", in_time)
        yield Night(quarter, "", begins, files, stored, *_night(federation, home, f"{day}T01:00"))
        stored += files
        if is_looked_at:
            yield Night(quarter, "nothing new", begins, 0, stored, *_night(federation, home, f"{day}T02:00"))
        files = federation.send(quarter, home / "inbox", held_back)
        if is_looked_at:
            yield Night(quarter, f"{files} new", begins, files, stored, *_night(federation, home, f"{day}T03:00"))
        stored += files


def measure_year(project: Project, units: int, folder: Path) -> Iterator[Measure]:
    """The nights of a year: processor time of all processes, beside the night with nothing stored, and memory."""
    first: dict[tuple[str, str], Night] = {}
    for night in live(found(project, units, folder), folder / "home"):
        before = first.setdefault((night.quarter, night.kind), night)
        share = night.spent.processor / before.spent.processor if before is not night else None
        what = f"{night.name}: {night.files} files on {night.stored}"
        yield Measure(
            what, night.spent.processor, "s of CPU", share, before.name if share else "", _AIMS.get(night.kind, "")
        )
        yield Measure("  peak memory of all its processes", night.spent.peak_mb, "MB", aim=_MOST if night.kind else "")


def _night(federation: Federation, home: Path, moment: str) -> tuple[int, Spent]:
    command = [sys.executable, "-m", "nianbao", "nightly", "--project", str(federation.project), "--home", str(home)]
    spent = spend([*command, "--json"], {"NIANBAO_NOW": moment})
    decided = json.loads(spent.printed)["collected"]["decisions"]
    if set(decided) - {"accepted", "accepted_with_warnings", "awaiting_explanation"}:
        raise ValueError(
            f"the night of {moment} came to {decided}: the federation's workbooks are not as they should be"
        )
    return sum(decided.values()), spent
