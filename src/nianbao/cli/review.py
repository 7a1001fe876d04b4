"""The command that takes back what the office wrote into a draft."""

from __future__ import annotations

import json
from pathlib import Path

import click

from nianbao.cli.main import home_option, json_option, project_option, resolve_project
from nianbao.cli.show import say
from nianbao.language import _
from nianbao.settings import Home


@click.group()
def review() -> None:
    """Documents that come back from the office."""


@review.command("take-over")
@project_option
@home_option
@json_option
@click.argument("document", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--by", required=True, metavar="ROLE", help="Who wrote it, as a role (办公室文字岗).")
def take_over_command(project_path: Path | None, home: Path, as_json: bool, document: Path, by: str) -> None:
    """Keep what the office wrote into the blocks (导语, 致谢 …) of a draft's Word document.

    Nothing else is read; a document whose other text was changed is refused, naming the paragraph.
    """
    from nianbao.runs.take_over import take_over
    from nianbao.runs.workspace import open_workspace

    if not by.strip():
        raise click.UsageError(_("say who: --by ROLE"))
    with open_workspace(resolve_project(project_path), Home(home), "take_over") as workspace:
        taken = take_over(workspace, document, by.strip())
    if as_json:
        keys = ("publication", "year", "block_id", "was", "now")
        click.echo(json.dumps([{key: getattr(each, key) for key in keys} for each in taken], ensure_ascii=False))
        return
    for each in taken:
        say(
            _("{publication} {year} {block_id}: {now} paragraphs kept").format(
                publication=each.publication, year=each.year, block_id=each.block_id, now=len(each.now)
            )
        )
    say(
        _("the next night, or nianbao preview, prints them")
        if taken
        else _("nothing was written that is not kept already")
    )
