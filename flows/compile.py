"""compile on the Prefect page."""

from pathlib import Path

from prefect import flow

from flows.steps import HomeFolder, Project, as_task
from nianbao.runs.compile import Compiled, compile_tables
from nianbao.runs.house import open_house
from nianbao.settings import Home


@flow(name="compile", persist_result=False)
def compile(project: Project = Path("."), home: HomeFolder = Path("var")) -> Compiled:
    """Build the tables that changed and hold them to the expectations on built tables."""
    with open_house(project.resolve(), Home(home.resolve()), "compile") as house:
        return compile_tables(house, as_task)
