"""The warehouse as the last run left it, set aside for those who ask while another run writes."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from nianbao.settings import Home
from nianbao.warehouse.lock import is_writing


def keep_last_state(home: Home) -> None:
    """Copy the warehouse aside before a run writes to it; the caller holds the writer's lock.

    After a run that was killed in the middle of writing there is no copy: what the file says alone is not all.
    """
    path, last = home.warehouse, home.last_state
    if not path.exists() or path.with_name(f"{path.name}.wal").exists():
        last.unlink(missing_ok=True)
        return
    if last.exists() and last.stat().st_mtime_ns == path.stat().st_mtime_ns:
        return
    scratch = last.with_name(f".{last.name}.part")
    shutil.copy2(path, scratch)
    os.replace(scratch, last)


def state_before_run(home: Home) -> Path | None:
    """The copy, while a run writes, and then it is said that it is one; None while none does.

    A run has set its copy aside before it began to write; another program that holds the warehouse has not.
    """
    if not is_writing(home.path) or not home.last_state.exists():
        return None
    sys.stderr.write("nianbao: a run is writing; this is the state before it\n")
    return home.last_state
