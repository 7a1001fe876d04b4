"""nightly: the whole line, from the inbox to the drafts."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from nianbao import clock
from nianbao.errors import BusyError, NianbaoError
from nianbao.intake.fetch.sources import Secrets
from nianbao.notices.status_page import write_status_page
from nianbao.publish.release import Edition
from nianbao.runs.build import Built, build_tables
from nianbao.runs.collect import Collected, Progress, collect
from nianbao.runs.corrections import find_lapsed
from nianbao.runs.drafts import refresh_drafts
from nianbao.runs.morning import ALL, add_night, read_standing, refresh_status_page
from nianbao.runs.sign import Wanted, wanted_signatures
from nianbao.runs.telling import tell_failure, tell_night
from nianbao.runs.workspace import Step, at_once, open_workspace, open_workspace_to_read
from nianbao.settings import Home
from nianbao.terms.morning import Morning
from nianbao.terms.release import LapsedRelease
from nianbao.warehouse import issued, ledger


@dataclass
class NightRun:
    """What a night came to."""

    collected: Collected
    built_tables: Built
    editions: list[Edition] = field(default_factory=list)
    morning: Morning | None = None
    lapsed: tuple[LapsedRelease, ...] = ()
    unsigned: tuple[Wanted, ...] = ()


def nightly(
    project_path: Path,
    home: Home,
    year: int | None = None,
    step: Step = at_once,
    progress: Progress | None = None,
    secrets: Secrets = os.environ.get,
) -> NightRun:
    """Collect, build, refresh the drafts and the analysts' file, look which releases no longer hold, and tell of it.

    Raises:
        NianbaoError: the run cannot go on; what was loaded stays, what was published stays as it was.
    """
    try:
        night = _run_night(project_path, home, year, step, progress, secrets)
    except Exception as error:
        tell_failure(project_path, home, error, secrets)
        _show_failure(project_path, home, error)
        raise
    night.collected.alarms += tell_night(project_path, home, night, secrets)
    if night.morning:
        write_status_page(add_night(night.morning, home), home)
    return night


def _run_night(
    project_path: Path, home: Home, year: int | None, step: Step, progress: Progress | None, secrets: Secrets
) -> NightRun:
    with open_workspace(project_path, home, "nightly") as workspace:
        collected = collect(workspace, step, progress, secrets)
        if not ledger.has_accepted(workspace.connection):
            return NightRun(collected, Built(), morning=read_standing(workspace, ALL))
        built = build_tables(workspace, step)
        editions = refresh_drafts(workspace, () if year is None else (year,), step, built.changes)
        lapsed = find_lapsed(workspace)
        unsigned = wanted_signatures(workspace, issued.proposals(workspace.connection))
        morning = read_standing(workspace, ALL, lapsed)
    return NightRun(collected, built, editions, morning, lapsed, tuple(unsigned))


def _show_failure(project_path: Path, home: Home, error: Exception) -> None:
    """Let the status page tell of a night that failed, and of that alone where what is declared cannot be read.

    A fault in telling never hides the fault that is told; that another run was writing is no failure.
    """
    if isinstance(error, BusyError) or not home.is_made:
        return
    with suppress(NianbaoError, OSError):
        try:
            with open_workspace_to_read(project_path, home) as workspace:
                refresh_status_page(workspace)
        except NianbaoError:
            write_status_page(add_night(Morning(clock.now(), (), "", ()), home), home)
