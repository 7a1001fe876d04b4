"""Ctrl-C while DuckDB works: the query ends at once, not when it is done."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from nianbao.warehouse.connect import Connection

_UNUSED = -1


@contextmanager
def ended_by_ctrl_c(connection: Connection) -> Iterator[None]:
    """Let Ctrl-C end the query that a connection is at.

    Python tells nobody of a signal before the main thread is back from DuckDB, and DuckDB asks for one only where its
    own thread has nothing to do. The system's handler writes the number of the signal at once; a thread waits for that.
    The query then fails, and Python raises KeyboardInterrupt as ever. Elsewhere than in the main thread, and where
    somebody else is told of signals already (an event loop), nothing is changed.
    """
    is_main = threading.current_thread() is threading.main_thread()
    told, telling = socket.socketpair()
    telling.setblocking(False)  # asked for by Python: a signal may not wait
    before = signal.set_wakeup_fd(telling.fileno(), warn_on_full_buffer=False) if is_main else _UNUSED
    if before != _UNUSED:
        signal.set_wakeup_fd(before)
    watch = threading.Thread(target=_watch, args=(told, connection), name="ctrl-c", daemon=True)
    watch.start()
    try:
        yield
    finally:
        if is_main and before == _UNUSED:
            signal.set_wakeup_fd(_UNUSED)
        telling.close()
        watch.join()
        told.close()


def _watch(told: socket.socket, connection: Connection) -> None:
    """Interrupt the connection for each Ctrl-C, until nobody tells of one any more."""
    while number := told.recv(1):
        if number[0] == signal.SIGINT:
            connection.interrupt()
