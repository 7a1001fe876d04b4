"""A Prefect server as docs/schedulers.md starts it, with its page and all its services, on a port of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.homes import ROOT


@contextmanager
def prefect_server(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of programs that talk to a server in a folder; it is ended with its context."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    environment = kept | {"PREFECT_HOME": str(folder)}
    command = [sys.executable, "flows/page.py", "--port", str(port)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=ROOT) as process,
    ):
        while process.poll() is None:
            try:
                urllib.request.urlopen(f"{url}/health", timeout=60).close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
        try:
            yield environment | {"PREFECT_API_URL": url}
        finally:
            process.terminate()
            process.wait()
