"""review take-over, layout: a draft that comes back from the office, and an issued document held against GB/T 9704."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import say, say_json, say_table
from nianbao.language import _
from nianbao.settings import Home

if TYPE_CHECKING:
    from nianbao.review.layout import Deviation


@click.group()
def review() -> None:
    """Documents that come back from the office."""


@review.command("take-over")
@place_options
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


DEVIATES = 1
_SEVERITIES = {"must": "必须", "should": "一般"}


@click.command(
    epilog="Exit codes: 0 the document passes, 1 it deviates, 2 wrong arguments, 64 it is neither Word nor PDF."
)
@click.argument("document", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--pages", is_flag=True, help="Also lay a Word document out with LibreOffice and count lines and characters."
)
@json_option
def layout(document: Path, pages: bool, as_json: bool) -> None:
    """Measure a Word document or a PDF against GB/T 9704 and list where it deviates."""
    found = _measured(document, pages)
    if as_json:
        listed = [
            {"rule": each.rule.id, "severity": each.rule.severity, "where": each.where, "places": each.places,
             "found": each.what, "standard": each.rule.says}
            for each in found
        ]  # fmt: skip
        say_json({"file": str(document), "standard": "GB/T 9704-2012", "passes": not found, "deviations": listed})
    else:
        if found:
            rows = [(_SEVERITIES[each.rule.severity], each.where, each.what, each.rule.says) for each in found]
            say_table(("要求", "位置", "现为", "标准"), rows)
            say()
        say(f"不符合GB/T 9704之处：{len(found)}类" if found else "符合GB/T 9704")
    if found:
        sys.exit(DEVIATES)


def _measured(document: Path, is_laid_out: bool) -> list[Deviation]:
    """What deviates: in a PDF on its pages; in a Word document in what it says, and, if asked, on its pages too."""
    from nianbao.review.layout import check_filling, check_sheets, deviations, gathered, lay_out, measure, read_pages

    if document.suffix.lower() == ".pdf":
        return gathered(check_sheets(read_pages(document)))
    measured = measure(document)
    return deviations(measured, check_filling(lay_out(document)) if is_laid_out else ())
