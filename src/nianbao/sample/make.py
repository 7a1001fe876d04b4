"""Makes a sample year: every file that the units would have sent, in a folder for each of them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

from nianbao.catalog.project import Project, load_project
from nianbao.clock import ZONE
from nianbao.errors import UsageError
from nianbao.intake.blank.workbook import write_workbook
from nianbao.language import _
from nianbao.sample.planned import DELIVERIES, Planned, read_planned
from nianbao.sample.sent import SentBefore
from nianbao.settings import SAMPLE_MARK
from nianbao.terms.filled import HeldBefore

Progress = Callable[[int, int], None]
"""Told after each file how many are written, and of how many."""

WORKERS = 2
BATCH = 8
_FEW = 40
"""So many are written before other processes would have started."""


@dataclass(frozen=True)
class SampleDelivery:
    """A file of the sample year as it lies in the inbox."""

    path: Path
    unit_code: str
    period: str
    sent_on: dt.date
    story: str


def make_sample(
    project: Project,
    year: int,
    out: Path,
    sent_by: dt.date | None = None,
    sent_after: dt.date | None = None,
    progress: Progress | None = None,
) -> list[SampleDelivery]:
    """Write the files sent up to `sent_by` and after `sent_after`.

    All that lies in `out` is marked as synthetic by it: whoever calls holds that nothing else does.

    Raises:
        DeclarationError: samples/<year>/ contradicts itself or the forms.
        UsageError: the year is lived in a federation of its own.
    """
    if (project.path / "samples" / str(year) / "base").is_dir():
        raise UsageError(
            _("the sample of {year} has declarations of its own").format(year=year), next_step=_("name another year")
        )
    all_sent = plan_sample(project, year)
    planned = [
        each
        for each in all_sent
        if (sent_by is None or each.sent_at.date() <= sent_by)
        and (sent_after is None or each.sent_at.date() > sent_after)
    ]
    out.mkdir(parents=True, exist_ok=True)
    (out / SAMPLE_MARK).write_text("synthetic sample data 合成样例数据\n", encoding="utf-8")
    return write_planned(project, planned, out, [*_plan_before(project, year), *all_sent], progress)


def first_sample_year(project: Project) -> int:
    """The earliest year of which a project has a sample.

    Raises:
        UsageError: it has none.
    """
    years = sorted(int(path.name) for path in (project.path / "samples").glob("[0-9]*"))
    if not years:
        raise UsageError(_("this project has no sample"), next_step=_("put one into samples/<year>/reported.csv"))
    return years[0]


def plan_sample(project: Project, year: int) -> list[Planned]:
    """Every file of the sample year, not yet written."""
    return read_planned(project, project.path / "samples" / str(year))


def write_planned(
    project: Project,
    planned: Sequence[Planned],
    out: Path,
    all_sent: Sequence[Planned] = (),
    progress: Progress | None = None,
) -> list[SampleDelivery]:
    """Write files as blanks of the declarations in force that were filled in, each with the moment it was sent.

    `all_sent` is what the blanks know of as far as it was sent before their period was over, where that is more.
    """
    before = SentBefore(project, all_sent or planned)
    for folder in {(out / each.file).parent for each in planned}:
        folder.mkdir(parents=True, exist_ok=True)
    jobs = [(out / each.file, each, before.of(each.unit, each.period)) for each in planned]
    if len(jobs) <= _FEW:
        _tell(map(partial(_write, project), jobs), len(jobs), progress)
    else:  # writers start from nothing, so that it does not matter what the calling program has open
        with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
            _tell(pool.map(partial(_write, project.path), jobs, chunksize=BATCH), len(jobs), progress)
    return [
        SampleDelivery(out / each.file, each.unit.code, each.period.code, each.sent_at.date(), each.story)
        for each in planned
    ]


def _plan_before(project: Project, year: int) -> list[Planned]:
    is_there = (project.path / "samples" / str(year - 1) / DELIVERIES).exists()
    return plan_sample(project, year - 1) if is_there else []


def _tell(written: Iterable[None], count: int, progress: Progress | None) -> None:
    for done, _nothing in enumerate(written, start=1):
        if progress:
            progress(done, count)


def _write(project: Project | Path, job: tuple[Path, Planned, HeldBefore]) -> None:
    path, each, before = job
    if isinstance(each.content, str):
        path.write_text(each.content, encoding="utf-8")
    else:
        own = _open(project) if isinstance(project, Path) else project
        write_workbook(path, own, each.unit, each.period, each.content, before)
    moment = each.sent_at.replace(tzinfo=ZONE).timestamp()
    os.utime(path, (moment, moment))


_open = cache(load_project)
