"""A few reused worker processes that read workbooks; a crash costs one file."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from nianbao.intake.reader_process import LINE_END
from nianbao.intake.wire import load_reading
from nianbao.terms.submission import Reading, ReadingFault

SECONDS_PER_FILE = 20.0
_START_UP_SECONDS = 60.0


class _Worker:
    """One process, what it is reading, and since when."""

    def __init__(self, project: Path) -> None:
        source = Path(__file__).resolve().parents[2]
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(source), "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nianbao.intake.reader_process", str(project)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment, bufsize=0, start_new_session=True,
        )  # fmt: skip
        assert self.process.stdin is not None and self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.task: tuple[int, Path] | None = None
        self.deadline = 0.0
        self.received = bytearray()
        self.is_new = True

    def ask(self, task: tuple[int, Path]) -> None:
        self.task = task
        self.deadline = time.monotonic() + (_START_UP_SECONDS if self.is_new else SECONDS_PER_FILE)
        with contextlib.suppress(BrokenPipeError):  # a dead worker is noticed by the end of its output
            self.stdin.write(str(task[1]).encode() + LINE_END)

    def stop(self) -> None:
        self.process.kill()
        self.stdin.close()
        self.stdout.close()
        self.process.wait()


class ReaderPool:
    """Worker processes for one project; use it as a context manager."""

    def __init__(self, project: Path, workers: int | None = None) -> None:
        self._project = project
        self._count = workers or min(os.cpu_count() or 1, 8)
        self._workers: list[_Worker] = []

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in self._workers:
            worker.stop()
        self._workers.clear()

    def read(self, paths: Iterable[Path]) -> Iterator[tuple[int, Reading]]:
        """Read files in parallel; yields (position, reading) as they are done.

        A file that kills its worker or takes too long yields a reading with that fault.
        """
        waiting = deque(enumerate(paths))
        selector = selectors.DefaultSelector()
        try:
            while len(self._workers) < min(self._count, len(waiting)):
                self._workers.append(_Worker(self._project))
            busy = 0
            for worker in self._workers:
                if waiting:
                    self._start(worker, waiting.popleft(), selector)
                    busy += 1
            while busy:
                for worker, reading in self._collect(selector):
                    assert worker.task is not None
                    position = worker.task[0]
                    worker.task = None
                    busy -= 1
                    if waiting:
                        if worker.process.poll() is not None:
                            worker = self._replace(worker)
                        self._start(worker, waiting.popleft(), selector)
                        busy += 1
                    yield position, reading
        finally:
            selector.close()
            self._workers = [worker for worker in self._workers if worker.task is None and worker.process.poll() is None]

    def _start(self, worker: _Worker, task: tuple[int, Path], selector: selectors.BaseSelector) -> None:
        worker.ask(task)
        if worker.stdout not in selector.get_map():
            selector.register(worker.stdout, selectors.EVENT_READ, worker)

    def _collect(self, selector: selectors.BaseSelector) -> Iterator[tuple[_Worker, Reading]]:
        """Wait for news, then give the workers that are done with their file, well or not."""
        for key, _ in selector.select(timeout=0.5):
            worker: _Worker = key.data
            chunk = os.read(worker.stdout.fileno(), 1 << 20)
            worker.received += chunk
            if not chunk:
                selector.unregister(worker.stdout)
                worker.stop()
                yield worker, Reading(faults=(ReadingFault("PARSER_CRASH"),))
            elif worker.received.endswith(LINE_END):
                line, worker.received, worker.is_new = bytes(worker.received), bytearray(), False
                yield worker, load_reading(line)
        now = time.monotonic()
        for key in list(selector.get_map().values()):
            worker = key.data
            if worker.task is not None and now > worker.deadline:
                selector.unregister(worker.stdout)
                worker.stop()
                yield worker, Reading(faults=(ReadingFault("TIMEOUT"),))

    def _replace(self, worker: _Worker) -> _Worker:
        fresh = _Worker(self._project)
        self._workers[self._workers.index(worker)] = fresh
        return fresh
