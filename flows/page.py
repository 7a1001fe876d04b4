"""Starts a Prefect server with the first of its two pages: the second asks hosts outside for its settings.

Run as a script; the page is then at http://127.0.0.1:4200, or where --host and --port say.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    importlib.import_module("flows")  # before Prefect, so that it finds its settings

from nianbao.language import _


def main() -> None:
    """Serve until it is ended."""
    parser = argparse.ArgumentParser(description=_("Prefect: timetable, history and page."))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4200)
    given = parser.parse_args()

    os.environ.setdefault(
        "PREFECT_UI_API_URL", "/api"
    )  # of the host and port that the page came from, whichever they are
    import prefect
    import uvicorn

    prefect.__ui_v2_static_path__ = Path("/dev/null/none")  # a page that is not there is neither served nor offered
    from prefect.server.api.server import create_app

    print(f"http://{given.host}:{given.port}", flush=True)
    uvicorn.run(create_app(final=True), host=given.host, port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
