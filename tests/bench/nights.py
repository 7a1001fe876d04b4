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

NIGHT = Path(__file__).with_name("night.py")
NOW = "2022-01-16T01:00"
FEWER = 4


def measure_nights(project: Path, inbox: Path, folder: Path, repetitions: int) -> Iterator[Measure]:
    """A night with a year's files, nights with none, and a night with a quarter of the files."""
    full = folder / "full"
    shutil.copytree(inbox, full / "inbox")
    night = _night(project, full)
    yield Measure(f"nightly: {night['deliveries']} files, reports and all", night["seconds"], "s")
    quiet = statistics.median(_night(project, full)["seconds"] for _ in range(repetitions))
    yield Measure("nightly: nothing new", quiet, "s", aim="≤ 3 s")
    fewer = folder / "fewer"
    _copy_some(inbox, fewer / "inbox", sorted(inbox.rglob("*.xlsx"))[::FEWER])
    yield from _memory(_night(project, fewer), night)


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
