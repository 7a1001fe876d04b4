"""nightly on the Prefect page; run as a script, it brings its own Prefect server if there is none."""

import argparse
import contextlib
import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    importlib.import_module("flows")  # before Prefect, so that it finds its settings

from prefect import flow
from prefect.settings import PREFECT_API_URL

from flows.artifacts import show_collected, show_editions, show_lapsed, show_morning
from flows.secret_blocks import secret
from flows.server import RunServer
from flows.steps import Year, as_task, explained, leave
from nianbao.errors import NianbaoError
from nianbao.runs.kept import raise_kept
from nianbao.runs.nightly import NightRun
from nianbao.runs.nightly import nightly as run_nightly
from nianbao.runs.sources import raise_stopped
from nianbao.settings import Home


@flow(name="nightly", persist_result=False)
@explained
def nightly(project: Path = Path("."), home: Path = Path("var"), year: Year | None = None) -> NightRun:
    """Collect, build, and refresh the drafts and the analysts' file.

    Args:
        project: Folder of the declarations.
        home: Folder of inbox, outbox, archive, warehouse and releases.
        year: Only the drafts of this year; empty for every year reported.
    """
    night = run_nightly(project.resolve(), Home(home.resolve()), year, as_task, secrets=secret)
    show_collected(night.collected)
    show_morning(night.morning)
    show_editions(night.editions)
    show_lapsed(night.lapsed)
    raise_stopped(night.collected.alarms)
    raise_kept(night.collected.alarms)
    return night


def main() -> int:
    """Run the flow once; a fault becomes its message and its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, default=Path("."))
    parser.add_argument("--home", type=Path, default=Path("var"))
    parser.add_argument("--year", type=int)
    given = parser.parse_args()
    try:
        with contextlib.nullcontext() if PREFECT_API_URL.value() else RunServer():
            nightly(given.project, given.home, given.year)
    except NianbaoError as error:
        print(f"nianbao: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    leave(main())
