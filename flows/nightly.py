"""nightly on the Prefect page; run as a script, it brings its own Prefect server if there is none."""

import argparse
import contextlib
import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    importlib.import_module("flows")  # before Prefect, so that it finds its settings

from prefect.settings import PREFECT_API_URL

from flows.artifacts import show_collected, show_editions, show_lapsed, show_morning
from flows.secret_blocks import secret
from flows.server import RunServer
from flows.steps import Year, as_task, flow, leave
from nianbao.errors import NianbaoError
from nianbao.language import _
from nianbao.runs.kept import raise_kept
from nianbao.runs.nightly import NightRun
from nianbao.runs.nightly import nightly as run_nightly
from nianbao.runs.sources import raise_stopped
from nianbao.settings import Home


@flow("nightly")
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
    parser = argparse.ArgumentParser(description=_("Collect, build, and refresh the drafts and the analysts' file."))
    parser.add_argument("--project", type=Path, default=Path("."), help=_("Folder of the declarations."))
    parser.add_argument(
        "--home", type=Path, default=Path("var"), help=_("Folder of inbox, outbox, archive, warehouse and releases.")
    )
    parser.add_argument("--year", type=int, help=_("Only the drafts of this year; empty for every year reported."))
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
