"""collect on the Prefect page."""

from pathlib import Path

from prefect import flow

from flows.artifacts import show_collected
from flows.secret_blocks import secret
from flows.steps import HomeFolder, Project, as_task
from nianbao.runs.collect import Collected
from nianbao.runs.collect import collect as run_collect
from nianbao.runs.house import open_house
from nianbao.runs.sources import raise_stopped
from nianbao.settings import Home


@flow(name="collect", persist_result=False)
def collect(project: Project = Path("."), home: HomeFolder = Path("var")) -> Collected:
    """Take in what is new at the sources and answer every delivery."""
    with open_house(project.resolve(), Home(home.resolve()), "collect") as house:
        collected = run_collect(house, as_task, secrets=secret)
    show_collected(collected)
    raise_stopped(collected.alarms)
    return collected
