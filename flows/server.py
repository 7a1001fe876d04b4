"""A Prefect server that lasts as long as one run, for where there is no other.

Prefect would start one by itself, but later (after a second import of everything), and leave it behind when the run
is killed. This one listens from the beginning and ends when its standard input does.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import urllib.request
from types import TracebackType

from nianbao.errors import StoreError
from nianbao.language import _

STARTS_WITHIN_SECONDS = 120.0


class RunServer:
    """Starts when it is made; entering it waits until it answers and lets Prefect use it."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(listener.fileno())],
                stdin=subprocess.PIPE,
                pass_fds=[listener.fileno()],
                env={**os.environ, "PREFECT_SERVER_UI_ENABLED": "false"},
                start_new_session=True,  # an interrupted run still says goodbye to it
            )

    def __enter__(self) -> RunServer:
        from prefect.settings import PREFECT_API_URL, temporary_settings

        try:  # the connection waits in the listener's queue until the server takes it, and is reset if the server dies
            urllib.request.urlopen(f"{self.url}/health", timeout=STARTS_WITHIN_SECONDS).close()
        except OSError as error:
            self.close()
            step = _("see its message above, or run without Prefect: nianbao nightly")
            raise StoreError(
                _("the Prefect server did not start ({error})").format(error=error), next_step=step
            ) from error
        self._settings = temporary_settings({PREFECT_API_URL: self.url})
        self._settings.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        send_logs()
        self._settings.__exit__(kind, error, trace)
        self.close()

    def close(self) -> None:
        """End the server."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def send_logs() -> None:
    """Let the server have what runs said: Prefect sends it every few seconds, and nobody waits for it at the end."""
    from prefect.logging.handlers import APILogHandler

    APILogHandler().flush()


def _serve(listener: socket.socket) -> None:
    import uvicorn
    from prefect.server.api.server import create_app

    threading.Thread(target=_end_with_the_run, daemon=True).start()
    config = uvicorn.Config(create_app(ephemeral=True, final=True), log_level="error", lifespan="on")
    uvicorn.Server(config).run(sockets=[listener])


def _end_with_the_run() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
