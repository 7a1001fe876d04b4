"""template and sample: the workbooks that nianbao writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from nianbao.catalog.shipped import EXAMPLES
from nianbao.cli.main import place_options, resolve_project
from nianbao.cli.show import progress, say
from nianbao.cli.units import unit_asked
from nianbao.language import _

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@place_options
@click.option("--like", type=click.Choice(EXAMPLES), help="First make a project in DIR: a copy of this example.")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
def init(project_path: Path | None, home: Path, like: str | None, folder: Path | None) -> None:
    """Make a home: the folder of inbox, outbox, archive, warehouse and releases; with --like a project first."""
    from nianbao.catalog.shipped import make_project
    from nianbao.settings import Home

    if (like is None) != (folder is None):
        raise click.UsageError(_("a new project is a copy in a folder: --like smallest DIR"))
    if like and folder:
        make_project(like, folder)
        home = folder.resolve() / "var"
        say(
            _("a project like {like} is made in {folder}: what it declares is yours to change").format(
                like=like, folder=folder
            )
        )
    made = Home(home)
    is_new = not made.inbox.is_dir()
    made.inbox.mkdir(parents=True, exist_ok=True)
    said = _("a home is made: put workbooks into {inbox}") if is_new else _("a home was there already: {inbox}")
    say(said.format(inbox=made.inbox))
    if folder:
        say(_("next: cd {folder} && nianbao doctor && nianbao sample && nianbao nightly").format(folder=folder))


@click.command()
@place_options
@click.option("--unit", "unit_text", help="The unit: its code, name or short name, as in reference/units.csv.")
@click.option("--all", "for_all", is_flag=True, help="Every unit that owes a form in the period.")
@click.option("--period", required=True, help="Reporting period; 2021Q4 also holds 2021H2 and 2021.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("."),
    show_default=True,
    help="Folder to write to.",
)
def template(
    project_path: Path | None, home: Path, unit_text: str | None, for_all: bool, period: str, out: Path
) -> None:
    """Write the blank workbook of a unit and period, or of all units, with what the home holds of earlier periods."""
    from nianbao.catalog import load_project
    from nianbao.errors import UsageError
    from nianbao.intake.blank.workbook import write_workbook
    from nianbao.runs.before import read_all_before
    from nianbao.settings import Home
    from nianbao.terms.period import Period

    project = load_project(resolve_project(project_path))
    try:
        asked = project.workbook_period(Period.parse(period))
    except ValueError as error:
        raise UsageError(str(error)) from error
    if asked is None:
        suffixes = dict.fromkeys(suffix for form in project.forms.values() for suffix in form.suffixes)
        known = ", ".join("2021" if suffix == "Y" else f"2021{suffix}" for suffix in suffixes)
        raise UsageError(
            _("no form is asked for {period}").format(period=period),
            next_step=_("name a period like one of: {known}").format(known=known),
        )
    if for_all == (unit_text is not None):
        raise click.UsageError(_("name one unit with --unit, or take --all"))
    unit_code = None if unit_text is None else unit_asked(project.roster, unit_text).code
    units = project.roster.units_in(asked)
    owing = [
        (unit, own)
        for code, unit in units.items()
        if unit_code in (None, code)
        and project.due_forms(unit, asked)
        and (own := project.workbook_period(asked, unit))
    ]
    if not owing:
        raise UsageError(
            _("{unit_code} owes no form for {asked}").format(unit_code=unit_code, asked=asked),
            next_step=_("choose a quarter, half-year or year"),
        )
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"{unit.zh}-{own}.xlsx" for unit, own in owing]
    _refuse_to_overwrite(paths)
    before = read_all_before(project, Home(home), owing)
    with progress("writing") as report:
        for done, (path, (unit, own)) in enumerate(zip(paths, owing, strict=True), start=1):
            write_workbook(path, project, unit, own, before=before.get(unit.code))
            if report:
                report(done, len(owing))
    say(_("{owing} workbooks in {out}").format(owing=len(owing), out=out) if for_all else str(path))


def _refuse_to_overwrite(paths: Sequence[Path]) -> None:
    """Refuse where a workbook lies already: somebody may have filled it in."""
    from nianbao.errors import StoreError

    if lying := [path for path in paths if path.exists()]:
        more = f" and {len(lying) - 1} more" if len(lying) > 1 else ""
        step = _("move it away, or name another folder with --out; nothing was written")
        raise StoreError(_("it is there already{more}, and may be filled in").format(more=more), str(lying[0]), step)


@click.command()
@place_options
@click.option("--year", type=int, help="The year, as in samples/<year>/; by default the earliest.")
@click.option("--sent-by", type=_DAY, help="Only what was sent up to this day.")
@click.option("--sent-after", type=_DAY, help="Only what was sent after this day.")
def sample(
    project_path: Path | None, home: Path, year: int | None, sent_by: dt.datetime | None, sent_after: dt.datetime | None
) -> None:
    """Write the synthetic sample year into the inbox."""
    from nianbao.catalog import load_project
    from nianbao.sample.make import first_sample_year, make_sample
    from nianbao.sample.real import refuse_real_home
    from nianbao.settings import Home

    project, made = load_project(resolve_project(project_path)), Home(home)
    refuse_real_home(made)
    year, inbox = year or first_sample_year(project), made.inbox
    window = sent_by and sent_by.date(), sent_after and sent_after.date()
    with progress("writing") as report:
        deliveries = make_sample(project, year, inbox, *window, report)
    made.looks.unlink(missing_ok=True)  # they came when their senders say, whenever a night looked there before
    say(
        _("{deliveries} synthetic deliveries of samples/{year} in {inbox}").format(
            deliveries=len(deliveries), year=year, inbox=inbox
        )
    )
