"""publish on the Prefect page."""

from pathlib import Path

from prefect import flow

from flows.artifacts import show_editions
from flows.steps import Year, as_task
from nianbao.publish.release import Edition
from nianbao.runs.build import build_tables
from nianbao.runs.publish import publish as run_publish
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home


@flow(name="publish", persist_result=False)
def publish(
    project: Path = Path("."),
    home: Path = Path("var"),
    year: Year | None = None,
    publications: list[str] | None = None,
    unfinished: bool = False,
) -> list[Edition]:
    """Issue the next release of each publication whose figures changed since its last one.

    Args:
        project: Folder with forms/, reference/, sql/ and the other declarations.
        home: Folder of inbox, outbox, archive, warehouse and releases.
        year: Year of the reports; empty for every finished year.
        publications: Only these publications; empty for all of them.
        unfinished: Also a year that is not finished; its edition says so on every page.
    """
    with open_workspace(project.resolve(), Home(home.resolve()), "publish") as workspace:
        build_tables(workspace, as_task)
        editions = run_publish(workspace, year, publications or None, as_task, unfinished)
    show_editions(editions)
    return editions
