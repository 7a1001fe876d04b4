"""collect on the Prefect page."""

from pathlib import Path

from prefect import flow

from flows.artifacts import show_collected
from flows.secret_blocks import secret
from flows.steps import as_task
from nianbao.runs.collect import Collected
from nianbao.runs.collect import collect as run_collect
from nianbao.runs.kept import raise_kept
from nianbao.runs.morning import open_run
from nianbao.runs.sources import raise_stopped
from nianbao.settings import Home


@flow(name="collect", persist_result=False)
def collect(project: Path = Path("."), home: Path = Path("var")) -> Collected:
    """Take in what is new at the sources and answer every delivery.

    Args:
        project: 申报目录，含forms/、reference/、sql/ Folder of the declarations.
        home: 数据目录，含收件、回执、档案、数据库和发布件 Folder of inbox, outbox, archive, warehouse and releases.
    """
    with open_run(project.resolve(), Home(home.resolve()), "collect") as workspace:
        collected = run_collect(workspace, as_task, secrets=secret)
    show_collected(collected)
    raise_stopped(collected.alarms)
    raise_kept(collected.alarms)
    return collected
