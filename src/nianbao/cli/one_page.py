"""onepager: pages of key figures of what was released."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.cli.main import home_option, json_option, project_option, resolve_project
from nianbao.cli.show import progress, say, say_json
from nianbao.language import _


@click.command()
@project_option
@home_option
@click.option("--year", type=int, help="Only this year; by default every one that was released.")
@click.option("--publication", "publications", multiple=True, help="Only this publication; may be given again.")
@json_option
def onepager(
    project_path: Path | None, home: Path, year: int | None, publications: tuple[str, ...], as_json: bool
) -> None:
    """Write the pages of key figures of what was released: one of each report, one of every unit, HTML and PDF."""
    from nianbao.runs.one_page import write_one_pages
    from nianbao.runs.workspace import open_workspace
    from nianbao.settings import Home

    project = resolve_project(project_path)
    with open_workspace(project, Home(home), "onepager") as workspace, progress("writing") as report:
        written = write_one_pages(workspace, year, publications, report)
    if as_json:
        return say_json({name: [str(path) for path in paths] for name, paths in written.items()})
    for name, paths in written.items():
        say(
            _("{name}: {paths} files written").format(name=name, paths=len(paths))
            if paths
            else _("{name}: unchanged").format(name=name)
        )
    say(_("see {page}").format(page=Home(home).releases / "index.html"))
