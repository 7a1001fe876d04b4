"""One writer at a time: its lock, the state before its run for those who ask meanwhile, and Ctrl-C in its queries."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao import clock
from nianbao.errors import BusyError
from nianbao.language import _
from nianbao.settings import Home, copy_whole

if TYPE_CHECKING:
    from nianbao.warehouse.connect import Connection


def is_writing(home: Path) -> bool:
    """Whether a run is writing under `home`; needs no right to write there."""
    try:
        with (home / "writer.lock").open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def writer_lock(home: Path, purpose: str) -> Iterator[None]:
    """Hold the right to write under `home`.

    Raises:
        BusyError: another process holds it; the message names it, and since when.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "writer.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise BusyError(file.read().strip() or _("another process")) from None
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()} ({purpose}) since {clock.now():%Y-%m-%d %H:%M}")
        file.flush()
        yield


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


def keep_last_state(home: Home) -> None:
    """Copy the warehouse aside, unless it is what the copy is: after a run, for whoever asks while the next one writes.

    The caller holds the writer's lock, and nobody in this process has the file open. After a run that was killed in the
    middle of writing there is no copy: what the file says alone is not all.
    """
    path, last = home.warehouse, home.last_state
    if not path.exists() or path.with_name(f"{path.name}.wal").exists():
        last.unlink(missing_ok=True)
        return
    if last.exists() and last.stat().st_mtime_ns == path.stat().st_mtime_ns:
        return
    scratch = last.with_name(f".{last.name}.part")
    try:
        copy_whole(path, scratch)
        shutil.copystat(path, scratch)
        os.replace(scratch, last)
    finally:
        scratch.unlink(missing_ok=True)


def state_before_run(home: Home) -> Path | None:
    """The copy, while a run writes, and then it is said that it is one; None while none does.

    The copy was set aside before the run began to write; another program that holds the warehouse has not.
    """
    if not is_writing(home.path) or not home.last_state.exists():
        return None
    sys.stderr.write("nianbao: a run is writing; this is the state before it\n")
    return home.last_state
