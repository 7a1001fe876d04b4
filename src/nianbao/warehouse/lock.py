"""One writer at a time: an operating-system lock that a killed process gives back by itself."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nianbao import clock
from nianbao.errors import BusyError
from nianbao.language import _


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
