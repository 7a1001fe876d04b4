"""compile on the Prefect page."""

from pathlib import Path

from prefect import flow

from flows.steps import as_task
from nianbao.runs.compile import Compiled, compile_tables
from nianbao.runs.house import open_house
from nianbao.settings import Home


@flow(name="compile", persist_result=False)
def compile(project: Path = Path("."), home: Path = Path("var")) -> Compiled:
    """Build the tables that changed and hold them to the expectations on built tables.

    Args:
        project: Folder with forms/, reference/, sql/ and the other declarations.
        home: Folder of inbox, outbox, archive, warehouse and releases.
    """
    with open_house(project.resolve(), Home(home.resolve()), "compile") as house:
        return compile_tables(house, as_task)
