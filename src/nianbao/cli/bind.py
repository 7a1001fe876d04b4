"""bind: the released reports of an issue as one paper."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import say, say_json
from nianbao.language import _


@click.command()
@place_options
@click.option("--year", type=int, required=True, help="The year of the reports.")
@click.option(
    "--out", "-o", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where to write it."
)
@json_option
def bind(project_path: Path | None, home: Path, year: int, folder: Path, as_json: bool) -> None:
    """Bind the released reports of one issue (reports/issues.toml): one red head, contents, tail; Word and PDF."""
    from nianbao.runs.bind import bind as bind_issues
    from nianbao.runs.workspace import open_workspace
    from nianbao.settings import Home

    with open_workspace(resolve_project(project_path), Home(home), "bind") as workspace:
        written = bind_issues(workspace, year, folder)
    if as_json:
        return say_json([str(path) for path in written])
    for path in written:
        say(_("written: {path}").format(path=path))
