"""What a command takes: the processor time of it and of all that it starts, and the most memory they hold together."""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE") / 1e6
_EVERY = 0.05


@dataclass(frozen=True)
class Spent:
    """Seconds of all processors together, seconds on the wall, the peak of memory in MB, and what was printed."""

    processor: float
    wall: float
    peak_mb: float
    printed: str


def spend(command: Sequence[str], environment: Mapping[str, str]) -> Spent:
    """Run a command to its end.

    Raises:
        CalledProcessError: it failed.
    """
    started = time.perf_counter()
    peak = [0.0]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **environment}, text=True) as process:
        watch = threading.Thread(target=_watch, args=(process.pid, peak))
        watch.start()
        printed = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, printed)
    # A process's usage holds that of the children it has waited for.
    return Spent(usage.ru_utime + usage.ru_stime, time.perf_counter() - started, peak[0], printed)


def peak_mb(process: int | str = "self") -> float:
    """The most memory of a process since its program was loaded, in MB; nothing once it has ended.

    What getrusage tells began as the size of the process that started it, which exec does not take back.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def largest_child(work: Callable[[], object]) -> float:
    """Do a piece of work; the peak of the largest process that it started, in MB."""
    peaks, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY):
            peaks.extend(map(peak_mb, _below(os.getpid())))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        work()
    finally:
        ended.set()
        watching.join()
    return max(peaks)


def _watch(process: int, peak: list[float]) -> None:
    """Note the most memory that a process and all below it hold together, until it ends."""
    while resident := sum(map(_resident, [process, *_below(process)])):
        peak[0] = max(peak[0], resident)
        time.sleep(_EVERY)


def _below(process: int) -> Iterator[int]:
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return  # it has ended meanwhile
    own = _command_of(process)
    for child in children:
        if _command_of(child) != own:  # until its program is loaded it is one with the process that starts it
            yield child
            yield from _below(child)


def _command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _resident(process: int) -> float:
    """MB in memory; nothing once it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0.0
