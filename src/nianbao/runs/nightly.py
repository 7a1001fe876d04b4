"""nightly: the whole line, from the inbox to the drafts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nianbao.intake.fetch.sources import Secrets
from nianbao.publish.release import Edition
from nianbao.runs.build import Built, build_tables
from nianbao.runs.collect import Collected, Progress, collect
from nianbao.runs.drafts import refresh_drafts
from nianbao.runs.lapsed import find_lapsed
from nianbao.runs.sign import Wanted, wanted_signatures
from nianbao.runs.telling import tell_failure, tell_night
from nianbao.runs.workspace import Step, at_once, open_workspace
from nianbao.settings import Home
from nianbao.terms.release import LapsedRelease
from nianbao.warehouse import issued, ledger
from nianbao.warehouse.connect import rows_of


@dataclass
class NightRun:
    """What a night came to."""

    collected: Collected
    built_tables: Built
    editions: list[Edition] = field(default_factory=list)
    completeness: list[dict[str, Any]] = field(default_factory=list)
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
        raise
    night.collected.alarms += tell_night(project_path, home, night, secrets)
    return night


def _run_night(
    project_path: Path, home: Home, year: int | None, step: Step, progress: Progress | None, secrets: Secrets
) -> NightRun:
    with open_workspace(project_path, home, "nightly") as workspace:
        collected = collect(workspace, step, progress, secrets)
        if not ledger.has_accepted(workspace.connection):
            return NightRun(collected, Built())
        built = build_tables(workspace, step)
        editions = refresh_drafts(workspace, () if year is None else (year,), step)
        completeness = rows_of(
            workspace.connection,
            "SELECT * FROM mart.completeness WHERE year IN (SELECT unnest($1::INTEGER[])) ORDER BY form_code, period",
            [sorted({edition.year for edition in editions})],
        )
        lapsed = find_lapsed(workspace)
        unsigned = wanted_signatures(workspace, issued.proposals(workspace.connection))
    return NightRun(collected, built, editions, completeness, lapsed, tuple(unsigned))
