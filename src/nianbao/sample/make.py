"""Makes the sample year: every file that the units would have sent, in a folder for each of them."""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from nianbao.catalog.project import Project, load_project
from nianbao.clock import ZONE
from nianbao.errors import UsageError
from nianbao.intake.blank import write_workbook
from nianbao.language import _
from nianbao.sample.deliveries import Planned, Post
from nianbao.sample.events import Events, read_events
from nianbao.sample.kinds import work_out
from nianbao.sample.ledgers import read_ledgers
from nianbao.sample.records import make_records, read_records
from nianbao.sample.reported import REPORTED, read_reported, write_reported
from nianbao.sample.totals import read_scales, read_totals
from nianbao.sample.workbooks import Bench
from nianbao.sample.working import Working
from nianbao.settings import SAMPLE_MARK
from nianbao.terms.filled import Filled, HeldBefore
from nianbao.terms.period import Period

Progress = Callable[[int, int], None]
"""Told after each file how many are written, and of how many."""

WORKERS = 2
BATCH = 8


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
    seed: int,
    out: Path,
    sent_by: dt.date | None = None,
    sent_after: dt.date | None = None,
    progress: Progress | None = None,
) -> list[SampleDelivery]:
    """Write the files sent up to `sent_by` and after `sent_after`; the same seed gives the same bytes.

    Raises:
        DeclarationError: samples/<year>/ contradicts itself or the forms.
        UsageError: the year is lived in a federation of its own.
    """
    reported = project.path / "samples" / str(year) / REPORTED
    if reported.with_name("base").is_dir():
        raise UsageError(
            _("the sample of {year} has declarations of its own").format(year=year), next_step=_("name another year")
        )
    if reported.exists():
        return _send_reported(project, reported, out, sent_by, sent_after)
    planned = [
        each
        for each in plan_sample(project, year, seed)
        if (sent_by is None or each.sent_at.date() <= sent_by)
        and (sent_after is None or each.sent_at.date() > sent_after)
    ]
    deliveries = [_delivery(each, out) for each in planned]
    for folder in {delivery.path.parent for delivery in deliveries}:
        folder.mkdir(parents=True, exist_ok=True)
    _mark(out)
    _write_all(project, list(zip(deliveries, planned, strict=True)), _records_before(project, year, seed), progress)
    for delivery, each in zip(deliveries, planned, strict=True):
        moment = each.sent_at.replace(tzinfo=ZONE).timestamp()
        os.utime(delivery.path, (moment, moment))
    return deliveries


def first_sample_year(project: Project) -> int:
    """The earliest year of which a project has a sample.

    Raises:
        UsageError: it has none.
    """
    years = sorted(int(path.name) for path in (project.path / "samples").glob("[0-9]*"))
    if not years:
        raise UsageError(_("this project has no sample"), next_step=_("put one into samples/<year>/reported.csv"))
    return years[0]


def _send_reported(
    project: Project, path: Path, out: Path, sent_by: dt.date | None, sent_after: dt.date | None
) -> list[SampleDelivery]:
    """Write a sample that is a list."""
    _mark(out)
    sent = [each for each in read_reported(path) if each.is_sent_between(sent_after, sent_by)]
    return [
        SampleDelivery(file, each.unit_code, each.period.code, each.sent_on, "")
        for file, each in write_reported(project, sent, out)
    ]


def _mark(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / SAMPLE_MARK).write_text("synthetic sample data 合成样例数据\n", encoding="utf-8")


def plan_sample(project: Project, year: int, seed: int) -> list[Planned]:
    """Every file of the sample year in the order in which it is sent, not yet written."""
    folder = project.path / "samples" / str(year)
    desk, events = _work_out_year(project, folder, year, seed)
    ledgers = read_ledgers(folder / "ledgers", desk)
    for records in read_records(folder / "records.toml"):
        for key, rows in make_records(records, desk).items():
            ledgers[key].extend(rows)
    return Post(desk, Bench(desk, ledgers), events).plan()


def _work_out_year(project: Project, folder: Path, year: int, seed: int) -> tuple[Working, Events]:
    """The answers of a sample year; where there is a sample of the year before, on top of the answers of that one."""
    events = read_events(folder / "events.toml")
    left_out = {(each.unit, each.form, each.period) for each in events.left_out}
    desk = Working(project, read_scales(folder), _standards(project.path, year), year, seed, left_out)
    before = folder.with_name(str(year - 1))
    if before.is_dir():
        desk.answers = _work_out_year(project, before, year - 1, seed)[0].answers
    for total in read_totals(folder / "totals"):
        work_out(total, desk)
    return desk, events


def _standards(path: Path, year: int) -> dict[str, Decimal]:
    with (path / "reference" / "standards.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Decimal(row["value"])
            for row in csv.DictReader(file)
            if row["valid_from"][:4] <= str(year) and str(year) <= (row["valid_to"][:4] or str(year))
        }


def _delivery(each: Planned, out: Path) -> SampleDelivery:
    path = out / each.unit.short_zh / each.file_name
    return SampleDelivery(path, each.unit.code, each.period.code, each.sent_at.date(), each.story)


def _records_before(project: Project, year: int, seed: int) -> dict[tuple[str, str], HeldBefore]:
    """How many records each unit sent for the periods of the year before, by unit and the same period of this one."""
    if not (project.path / "samples" / str(year - 1)).is_dir():
        return {}
    return {
        (each.unit.code, Period.of(year, each.period.suffix).code): HeldBefore(
            {(form, part): len(rows) for form, parts in each.content.forms.items() for part, rows in parts.items()}
        )
        for each in plan_sample(project, year - 1, seed)
        if isinstance(each.content, Filled) and each.period.year == year - 1
    }


def _write_all(
    project: Project,
    files: list[tuple[SampleDelivery, Planned]],
    before: Mapping[tuple[str, str], HeldBefore],
    progress: Progress | None,
) -> None:
    jobs = [
        (project.path, delivery.path, each, before.get((each.unit.code, each.period.code))) for delivery, each in files
    ]
    # Writers start from nothing, so that it does not matter what the calling program has open.
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        for done, _ in enumerate(pool.map(_write, jobs, chunksize=BATCH), start=1):
            if progress:
                progress(done, len(files))


def _write(job: tuple[Path, Path, Planned, HeldBefore | None]) -> None:
    project_path, path, each, before = job
    if isinstance(each.content, str):
        path.write_text(each.content, encoding="utf-8")
    else:
        write_workbook(path, _open(project_path), each.unit, each.period, each.content, before)


_open = cache(load_project)
