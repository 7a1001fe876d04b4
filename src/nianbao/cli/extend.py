"""extend: more time to report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from nianbao.cli.main import home_option, json_option, project_option, resolve_project
from nianbao.cli.show import say, say_json
from nianbao.language import _
from nianbao.settings import Home
from nianbao.terms.deadline import EVERY


@click.command()
@project_option
@home_option
@click.argument("period")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day (2022-01-25).")
@click.option("--unit", default=EVERY, help="Whose: a unit, a level, or * for everybody, which is the default.")
@click.option("--form", default=EVERY, help="Which form; * for all of them is the default.")
@click.option("--because", required=True, help="Why.")
@click.option("--by", required=True, metavar="ROLE", help="Who grants it, as a role (统计审核岗).")
@json_option
def extend(
    project_path: Path | None, home: Path, period: str, until: dt.datetime, unit: str, form: str, because: str, by: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Grant more time for a PERIOD: to a unit, a level or everybody.

    Granted by the due day it moves that day; granted later it lets the form in, which stays late.
    """
    from nianbao import clock
    from nianbao.runs.extend import extend as grant
    from nianbao.terms.deadline import Extension

    if not because.strip() or not by.strip():
        raise click.UsageError(_("say why and who: --because REASON --by ROLE"))
    asked = Extension(unit, form, period.upper(), clock.now().date(), until.date(), by.strip(), because.strip())
    granted = grant(resolve_project(project_path), Home(home), asked)
    if as_json:
        say_json(vars(granted))
    else:
        say(f"{granted.unit_code} {granted.form_code} {granted.period}: 延期至 {granted.accepted_until}")
        say(_("what was sent back as too late is taken when it is sent again"))
