"""layout: an issued Word document held against the official layout."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nianbao.cli.main import json_option
from nianbao.cli.show import say, say_json, say_table

DEVIATES = 1
_SEVERITIES = {"must": "必须", "should": "一般"}


@click.command(epilog="Exit codes: 0 the document passes, 1 it deviates, 2 wrong arguments, 64 it is no Word document.")
@click.argument("document", metavar="FILE.docx", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def layout(document: Path, as_json: bool) -> None:
    """Measure a Word document against GB/T 9704 and list where it deviates."""
    from nianbao.publish.layout import deviations, measure

    found = deviations(measure(document))
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
