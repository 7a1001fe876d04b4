"""nightly, collect, build: the runs, from the command line and without any server."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from nianbao.cli.lapsed import say_lapsed, tell_lapsed
from nianbao.cli.main import json_option, past_day, place_options, resolve_project
from nianbao.cli.show import progress, say, say_alarms, say_json
from nianbao.language import _
from nianbao.settings import Home
from nianbao.terms.status import words_of_code

_DAY = click.DateTime(["%Y-%m-%d"])
_LINES = 20


@click.command()
@place_options
@click.option("--year", type=int, help="Only the drafts of this year; by default of every year reported.")
@json_option
def nightly(project_path: Path | None, home: Path, year: int | None, as_json: bool) -> None:
    """Collect, build, and refresh the drafts and the analysts' file."""
    from nianbao.runs.kept import raise_kept
    from nianbao.runs.nightly import nightly as run_nightly
    from nianbao.runs.sources import raise_stopped

    with progress("reading") as report:
        night = run_nightly(resolve_project(project_path), Home(home), year, progress=report)
    answer = {
        "collected": _collected(night.collected),
        "built": night.built_tables.models,
        "editions": _editions(night.editions),
        "lapsed": tell_lapsed(night.lapsed),
    }
    if as_json:
        say_json(answer)
    else:
        _say_collected(night.collected)
        say(
            _("built {models} tables, verified by {verified} rules").format(
                models=len(night.built_tables.models), verified=night.built_tables.verified
            )
        )
        _say_editions(night.editions)
        say_lapsed(night.lapsed)
    raise_stopped(night.collected.alarms)
    raise_kept(night.collected.alarms)


@click.command()
@place_options
@json_option
def collect(project_path: Path | None, home: Path, as_json: bool) -> None:
    """Take in what is new at the sources and answer every delivery."""
    from nianbao.runs.collect import collect as run_collect
    from nianbao.runs.kept import raise_kept
    from nianbao.runs.morning import open_run
    from nianbao.runs.sources import raise_stopped

    with (
        open_run(resolve_project(project_path), Home(home), "collect") as workspace,
        progress("reading") as report,
    ):
        collected = run_collect(workspace, progress=report)
    if as_json:
        say_json(_collected(collected))
    else:
        _say_collected(collected)
    raise_stopped(collected.alarms)
    raise_kept(collected.alarms)


@click.command(name="build")
@place_options
@click.option(
    "--as-of", "as_of", type=_DAY, callback=past_day, help="Write the reports as they were known on this day, to --out."
)
@click.option("--year", type=int, help="Year of the reports of --as-of, where several were reported.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the reports of --as-of.")
@json_option
def build_command(
    project_path: Path | None, home: Path, as_of: dt.datetime | None, year: int | None, out: Path | None, as_json: bool
) -> None:
    """Build and verify the tables; with --as-of, report as it was known on a day."""
    from nianbao.runs.build import build_tables
    from nianbao.runs.drafts import write_reports
    from nianbao.runs.morning import open_run
    from nianbao.runs.workspace import open_workspace_as_of

    path, place = resolve_project(project_path), Home(home)
    if as_of is not None:
        if out is None:
            raise click.UsageError(_("--as-of needs --out DIR: the drafts of today are not touched"))
        with open_workspace_as_of(place, as_of.date()) as past:
            build_tables(past)
            editions = write_reports(past, out.resolve(), year)
        say_json(_editions(editions)) if as_json else _say_editions(editions)
        return
    if out is not None or year is not None:
        raise click.UsageError(_("--out and --year need --as-of DAY: the drafts of today are written by nightly"))
    with open_run(path, place, "build") as workspace:
        built = build_tables(workspace)
    if as_json:
        say_json({"built": built.models, "verified": built.verified})
    else:
        say(
            _("built {models} tables, verified by {verified} rules").format(
                models=len(built.models), verified=built.verified
            )
        )


@click.command()
@place_options
@click.option("--year", type=int, help="Year of the draft, where several were reported.")
@click.option("--publication", "publications", multiple=True, help="Only this one; may be given several times.")
@json_option
def draft(
    project_path: Path | None, home: Path, year: int | None, publications: tuple[str, ...], as_json: bool
) -> None:
    """Write the drafts whole: PDF, Word, workbook, SDMX, every unit and cell.

    A night writes their pages and lists; the next one that brings news puts those in the place of what this wrote.
    """
    from nianbao.runs.build import build_tables
    from nianbao.runs.drafts import write_drafts
    from nianbao.runs.workspace import open_workspace

    with open_workspace(resolve_project(project_path), Home(home), "draft") as workspace:
        build_tables(workspace)
        editions = write_drafts(workspace, year, publications)
    say_json(_editions(editions)) if as_json else _say_editions(editions)


def _collected(collected: Any) -> dict[str, Any]:
    return {
        "run_id": collected.run_id,
        "deliveries": collected.deliveries,
        "outcomes": {key.value: count for key, count in collected.outcomes.items()},
        "decisions": {key.value: count for key, count in collected.decisions.items()},
        "findings": {key.value: count for key, count in collected.findings.items()},
        "not_accepted": collected.not_accepted,
        "alarms": [vars(alarm) for alarm in collected.alarms],
    }


def _say_collected(collected: Any) -> None:
    say_alarms([vars(alarm) for alarm in collected.alarms])
    if not collected.deliveries:
        say(_("nothing was taken in") if collected.alarms else _("nothing new"))
        return
    for line in collected.summary:
        say(line)
    for row in collected.not_accepted[:_LINES]:
        became = words_of_code(row["decision"] or row["outcome"]).zh
        what = " ".join(filter(None, (row["form_code"], row["form_zh"], became)))
        say(f"  {row['file_name']}  {what}  {row['first_finding'] or ''}".rstrip())
    if len(collected.not_accepted) > _LINES:
        say(_("  … {rest} more: nianbao status, or --json").format(rest=len(collected.not_accepted) - _LINES))


def _editions(editions: list[Any]) -> list[dict[str, Any]]:
    keys = ("publication", "year", "name", "path", "figures", "revisions", "is_new", "doubtful")
    return [{key: getattr(edition, key) for key in keys} for edition in editions]


def _say_editions(editions: list[Any]) -> None:
    for edition in editions:
        say(f"{edition.summary}  {_short(edition.path)}")
        if edition.doubtful:
            say(
                _(
                    "  {doubtful} claims might not be true once all have reported: "
                    "nianbao figures --year {year} --doubtful"
                ).format(doubtful=edition.doubtful, year=edition.year)
            )


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
