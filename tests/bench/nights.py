"""Whole nights without a server: a year at once, nothing new, and the memory that more files take."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.measures import Measure
from tests.bench.spent import spend

NIGHT = Path(__file__).with_name("night.py")
NOW = "2022-01-16T01:00"
FEWER = 4
PEER = Path(__file__).with_name("peer.py")
PLAIN = "calamine, polars, DuckDB"
DBT = Path(sys.prefix) / "peer" / "bin" / "dbt"
"""Where `make bench` installs dbt, apart: it asks for other versions of what we have."""

_TABLES = ("collect", "build")


def measure_nights(project: Path, inbox: Path, folder: Path, repetitions: int) -> Iterator[Measure]:
    """A night with a year's files, nights with none, and a night with a quarter of the files."""
    full = folder / "full"
    shutil.copytree(inbox, full / "inbox")
    night = _night(project, full)
    yield Measure(f"nightly: {night['deliveries']} files, pages and all", night["seconds"], "s")
    yield from _steps(night)
    quiet = statistics.median(_night(project, full)["seconds"] for _ in range(repetitions))
    yield Measure("nightly: nothing new", quiet, "s", aim="≤ 3 s")
    fewer = folder / "fewer"
    _copy_some(inbox, fewer / "inbox", sorted(inbox.rglob("*.xlsx"))[::FEWER])
    yield from _memory(_night(project, fewer), night)
    yield from _measure_peer(project, inbox, folder / "peer", repetitions)


def _steps(night: Mapping[str, Any]) -> Iterator[Measure]:
    """Where the time of a night goes, what takes most first; the rest is opening, receiving and answering."""
    whole, steps = night["processor"], night["steps"]
    yield Measure("  of all processors", whole, "s of CPU")
    for name, taken in sorted(steps.items(), key=lambda step: -step[1]):
        yield Measure(f"  of it: {name}", taken, "s of CPU", taken / whole, "the night")
    rest = whole - sum(steps.values())
    yield Measure("  of it: everything else", rest, "s of CPU", rest / whole, "the night")


def _measure_peer(project: Path, inbox: Path, folder: Path, repetitions: int) -> Iterator[Measure]:
    """A first night, and collect and build alone, each beside a plain pipeline over the same files, in turns."""
    ours = {"nightly: receipts, reports and all": (("nightly",), "≤ 1"), "collect and build": (_TABLES, "≤ 0.7")}
    dbt, plain = ([str(DBT)], f"{PLAIN}, dbt") if DBT.exists() else ([], f"{PLAIN}, no dbt")
    peers, own = [], {name: [] for name in ours}
    for turn in range(repetitions):
        home = folder / str(turn)
        (home / "peer").mkdir(parents=True)
        command = [sys.executable, str(PEER), str(project), str(inbox), str(home / "peer" / "peer.duckdb"), *dbt]
        peers.append(spend(command, {}))
        for name, (commands, _) in ours.items():
            shutil.copytree(inbox, home / commands[0] / "inbox")
            place = ["--project", str(project), "--home", str(home / commands[0])]
            runs = [spend([sys.executable, "-m", "nianbao", each, *place], {"NIANBAO_NOW": NOW}) for each in commands]
            own[name].append((sum(run.processor for run in runs), max(run.peak_mb for run in runs)))
    processor, peak = (
        statistics.median(values) for values in zip(*((p.processor, p.peak_mb) for p in peers), strict=True)
    )
    yield Measure(f"{plain}: no receipts, no documents", processor, "s of CPU")
    yield Measure("  peak memory of all its processes", peak, "MB")
    for name, (_, aim) in ours.items():
        seconds, most = (statistics.median(values) for values in zip(*own[name], strict=True))
        yield Measure(name, seconds, "s of CPU", seconds / processor, plain, aim)
        yield Measure("  peak memory of all its processes", most, "MB", most / peak, plain, "< 600 MB")


def _night(project: Path, home: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(NIGHT), str(project), str(home)],
        env=os.environ | {"NIANBAO_NOW": NOW}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def _memory(few: Mapping[str, Any], many: Mapping[str, Any]) -> Iterator[Measure]:
    for key, who in (("parent_mb", "the run"), ("reader_mb", "a reader")):
        share, of = many[key] / few[key], f"with {few['deliveries']} files"
        yield Measure(f"peak memory of {who}, {many['deliveries']} files", many[key], "MB", share, of, "flat")


def _copy_some(inbox: Path, target: Path, paths: Sequence[Path]) -> None:
    for path in paths:
        copy = target / path.relative_to(inbox)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
