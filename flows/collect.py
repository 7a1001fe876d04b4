"""collect on the Prefect page."""

from pathlib import Path

from flows.artifacts import show_collected
from flows.secret_blocks import secret
from flows.steps import as_task, flow
from nianbao.runs.collect import Collected
from nianbao.runs.collect import collect as run_collect
from nianbao.runs.kept import raise_kept
from nianbao.runs.morning import open_run
from nianbao.runs.sources import raise_stopped
from nianbao.settings import Home


@flow("collect")
def collect(project: Path = Path("."), home: Path = Path("var")) -> Collected:
    """Take in what is new at the sources and answer every delivery.

    Args:
        project: Folder of the declarations.
        home: Folder of inbox, outbox, archive, warehouse and releases.
    """
    with open_run(project.resolve(), Home(home.resolve()), "collect") as workspace:
        collected = run_collect(workspace, as_task, secrets=secret)
    show_collected(collected)
    raise_stopped(collected.alarms)
    raise_kept(collected.alarms)
    return collected
