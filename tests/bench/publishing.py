"""Rendering both publications, format by format and as a whole, once the libraries are there; and what comes out."""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nianbao import clock
from nianbao.publish.figure_set import write_set
from nianbao.runs.build import build_tables
from nianbao.runs.drafts import write_reports
from nianbao.runs.workspace import Workspace, open_workspace
from nianbao.settings import Home
from nianbao.statistics.figures import read_figures
from tests.bench.measures import Measure, effort, seconds

LIMIT = "≤ 10 s"


def measure_publishing(project: Path, home: Home, year: int, repetitions: int) -> Iterator[Measure]:
    """Every format of every publication, all of it together, the figures as files, and the sizes."""
    with open_workspace(project, home, "bench") as workspace, tempfile.TemporaryDirectory(dir=home.path) as folder:
        build_tables(workspace)
        out = Path(folder)
        render(workspace, out)  # imports, fonts
        runs = [render(workspace, out) for _ in range(repetitions)]
        names = [name for name in runs[0] if name.startswith("render ")]
        for name in names:
            yield Measure(name, statistics.median(run[name] for run in runs), "s")
        whole, processor = (statistics.median(run[name] for run in runs) for name in ("whole", "processor"))
        yield Measure("both publications in all formats: composed, traced, rendered, written", whole, "s", aim=LIMIT)
        yield Measure("the same, of all processors", processor, "s")
        yield _figure_set(workspace, out / "set", year, repetitions)
        yield from _sizes(out)


def render(workspace: Workspace, out: Path) -> Mapping[str, float]:
    """The seconds of each step of writing both publications, and of the whole."""
    taken: dict[str, float] = {}

    def timed(name: str, work: Callable[..., Any], *arguments: Any) -> Any:
        """A step, with a stop-watch."""
        results = []
        taken[name] = effort(lambda: results.append(work(*arguments))).wall
        return results[0]

    whole = effort(lambda: write_reports(workspace, out, step=timed))
    taken["whole"], taken["processor"] = whole.wall, whole.processor
    return taken


def _figure_set(workspace: Workspace, folder: Path, year: int, repetitions: int) -> Measure:
    figures = read_figures(workspace.connection, workspace.project, workspace.project.year_basis("statistics"))
    taken = seconds(lambda: write_set(figures, year, clock.now(), folder), repetitions)
    return Measure("figures by statistics year, of all and by unit, as CSV and SDMX", taken, "s")


def _sizes(out: Path) -> Iterator[Measure]:
    """What the site of an edition takes, all its pages and what they need, and each of the other files."""
    for folder in sorted(out.glob("*_report")):
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        site = [path for path in files if path.parent != folder or path.suffix == ".html"]
        yield Measure(f"{folder.name}: the site, {len(site)} files", _kib(site), "KiB")
        for path in files:
            if path not in site:
                yield Measure(f"{folder.name}: {path.name}", _kib([path]), "KiB")


def _kib(files: Sequence[Path]) -> float:
    return sum(each.stat().st_size for each in files) / 1024
