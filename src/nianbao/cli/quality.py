"""quality: how well units report, on the screen, as JSON, or as a notice in the official layout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import say, say_json, say_table
from nianbao.cli.units import unit_asked
from nianbao.errors import UsageError
from nianbao.settings import Home

if TYPE_CHECKING:
    from nianbao.terms.quality import QualityNotice, UnitQuality


@click.command()
@place_options
@click.option("--period", "period_text", required=True, help="What ends within this period (2021Q4).")
@click.option("--under", "under_text", metavar="UNIT", help="Only the units that stand below this unit.")
@click.option("--level", default="", help="Only the units of this level (its code in reference/levels.csv).")
@json_option
@click.option(
    "-o", "out", type=click.Path(path_type=Path, dir_okay=False), help="Write the notice into this file (.docx)."
)
def quality(
    project_path: Path | None, home: Path, period_text: str, under_text: str | None, level: str, as_json: bool,
    out: Path | None,
) -> None:  # fmt: skip
    """Tell how well units report for a period, by the rule of reference/quality.toml: shares, and places from them.

    What is not due, within an extension, or kept back by our fault is not counted.
    """
    from nianbao.runs.quality import tell_quality, write_notice
    from nianbao.runs.workspace import open_workspace_to_read
    from nianbao.terms.period import Period

    try:
        period = Period.read(period_text)
    except ValueError as error:
        raise UsageError(str(error)) from error
    with open_workspace_to_read(resolve_project(project_path), Home(home)) as workspace:
        under = unit_asked(workspace.project.roster, under_text) if under_text else None
        notice = tell_quality(workspace, period, under, level)
        if out:
            write_notice(workspace, notice, out)
    say_json(_told(notice)) if as_json else _say(notice)
    if out and not as_json:
        say(str(out))


def _say(notice: QualityNotice) -> None:
    shown = notice.rule.shown
    for level in notice.levels:
        say(level.level_zh)
        say_table(
            ("名次", "单位", *(measure.zh for measure in shown), "不计份数"),
            [
                (unit.place or "—", unit.unit_zh, *(unit.share(measure).zh for measure in shown), unit.set_aside)
                for unit in level.units
            ],
            numbers=(0, *range(2, 3 + len(shown))),
        )


def _told(notice: QualityNotice) -> list[dict[str, Any]]:
    return [
        {"level": level.level_code, "unit_code": unit.unit_code, "unit": unit.unit_zh, "place": unit.place}
        | _shares(notice, unit)
        for level in notice.levels
        for unit in level.units
    ]


def _shares(notice: QualityNotice, unit: UnitQuality) -> dict[str, Any]:
    forms = [
        {
            "form_code": form.form_code, "period": form.period, "status": form.status, "set_aside": form.set_aside,
            "counted": form.counted, "submissions": form.submissions,
        }
        for form in unit.forms
    ]  # fmt: skip
    return {"shares": {each: unit.share(each)._asdict() for each in notice.rule.shown}, "forms": forms}
