"""build on the Prefect page."""

from pathlib import Path

from flows.steps import as_task, flow
from nianbao.runs.build import Built, build_tables
from nianbao.runs.morning import open_run
from nianbao.settings import Home


@flow("build")
def build(project: Path = Path("."), home: Path = Path("var")) -> Built:
    """Build the tables that changed and hold them to the expectations on built tables.

    Args:
        project: Folder of the declarations.
        home: Folder of inbox, outbox, archive, warehouse and releases.
    """
    with open_run(project.resolve(), Home(home.resolve()), "build") as workspace:
        return build_tables(workspace, as_task)
