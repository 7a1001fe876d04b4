"""layout: an issued document held against the official layout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nianbao.cli.main import json_option
from nianbao.cli.show import say, say_json, say_table

if TYPE_CHECKING:
    from nianbao.review.layout import Deviation

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
