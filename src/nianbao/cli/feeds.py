"""feeds: from a cell to the figures that count it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nianbao.cli.main import home_option, json_option, project_option, resolve_project
from nianbao.cli.show import say, say_json, say_table
from nianbao.language import _
from nianbao.settings import Home

if TYPE_CHECKING:
    from nianbao.runs.feeds import Printed


@click.command()
@project_option
@home_option
@click.argument("submission_id", metavar="SUBMISSION")
@click.option("--cell", help="Only this cell (E12).")
@json_option
def feeds(project_path: Path | None, home: Path, submission_id: str, cell: str | None, as_json: bool) -> None:
    """Trace the other way: the figures, and the releases, that a submission's cells are counted in."""
    from nianbao.runs.feeds import feeds as find
    from nianbao.runs.workspace import open_workspace_to_read

    with open_workspace_to_read(resolve_project(project_path), Home(home)) as workspace:
        found = find(workspace, submission_id, cell and cell.upper())
        names = {indicator.id: indicator.zh for indicator in workspace.project.indicators.values()}
    if as_json:
        say_json(
            {
                "submission_id": found.submission_id, "in_force": found.in_force or None, "releases": found.releases,
                "fed": [
                    {"sheet": each.cell.sheet, "cell": each.cell.cell, "text": each.cell.text, "value": each.cell.value,
                     "indicator_id": each.indicator_id, "year": each.year,
                     "printed": [vars(place) for place in each.printed]}
                    for each in found.fed
                ],
            }
        )  # fmt: skip
        return
    if found.in_force != submission_id:
        now = (
            _("{in_force} counts instead").format(in_force=found.in_force)
            if found.in_force
            else _("nothing counts for this form and period")
        )
        say(_("{submission_id} does not count now: {now}").format(submission_id=submission_id, now=now))
    if found.fed:
        say_table(
            ("工作表", "单元格", "原文", "指标", "名称", "年度", "印在"),
            [
                (
                    *(each.cell.sheet, each.cell.cell, each.cell.text),
                    *(each.indicator_id, names[each.indicator_id], each.year, _places(each.printed)),
                )
                for each in found.fed
            ],
        )
    say(_("releases that rest on it: {releases}").format(releases=", ".join(found.releases) or _("none")))


def _places(printed: tuple[Printed, ...]) -> str:
    """Where a figure is printed, and all its wordings there."""
    texts: dict[str, list[str]] = {}
    for place in printed:
        texts.setdefault(f"{place.publication} {place.edition} {place.section}", []).append(f"“{place.text}”")
    return "；".join(f"{place} {' '.join(said)}" for place, said in texts.items())
