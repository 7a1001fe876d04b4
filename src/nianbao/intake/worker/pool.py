"""A few reused worker processes that read workbooks, and mark them for the answer; a crash costs one file."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from nianbao.intake.columns import FileRead, unread
from nianbao.intake.worker.request import LINE_END, MARKED, MarkRequest, ReadRequest
from nianbao.intake.worker.wire import BadAnswer, load_file, take_answer
from nianbao.terms.submission import ReadingFault

SECONDS_PER_FILE = 20.0
_CRASH = "PARSER_CRASH"
_START_UP_SECONDS = 60.0
_CHUNK = 1 << 16
_AHEAD = 2
"""How many files a worker is asked at a time: it finds the next one waiting when it is done with the first."""

_WORTH_A_WORKER = 256
"""Reading so many files takes four times as long as starting a worker and showing it every form: fewer are read by one
while the run itself makes ready to judge them."""

Task = tuple[int, bytes]
Answer = tuple[bytes, bytes]


class _Worker:
    """One process, the requests it has not answered yet, and until when the first of them may take."""

    def __init__(self, project: Path) -> None:
        source = Path(__file__).resolve().parents[3]
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(source), "LANG": "C.UTF-8"}
        environment["POLARS_MAX_THREADS"] = "1"  # there is a worker for every processor already
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nianbao.intake.worker.process", str(project)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment, bufsize=0, start_new_session=True,
        )  # fmt: skip
        assert self.process.stdin is not None and self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.tasks: deque[Task] = deque()
        self.deadline = time.monotonic() + _START_UP_SECONDS
        self._received = bytearray()

    def ask(self, task: Task) -> None:
        """Queue a request; the clock runs for the first in the queue only."""
        if not self.tasks:
            self.deadline = max(self.deadline, time.monotonic() + SECONDS_PER_FILE)
        self.tasks.append(task)
        with contextlib.suppress(BrokenPipeError):  # a dead worker is noticed by the end of its output
            self.stdin.write(task[1] + LINE_END)

    def answers(self) -> list[Answer] | None:
        """The answers that have come in, None when the worker is dead."""
        chunk = os.read(self.stdout.fileno(), _CHUNK)
        if not chunk:
            return None
        self._received += chunk
        answers = []
        while answer := take_answer(self._received):
            answers.append(answer)
        if answers:
            self.deadline = time.monotonic() + SECONDS_PER_FILE
        return answers

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.stdin.close()
        self.stdout.close()
        self.process.wait()


class ReaderPool:
    """Worker processes for one project; use it as a context manager.

    `workers` are started where there are as many files; else one for each processor where there is work for them.
    """

    def __init__(self, project: Path, workers: int | None = None) -> None:
        self._project = project
        self._count = workers or min(os.cpu_count() or 1, 8)
        self._files_each = 1 if workers else _WORTH_A_WORKER
        self._workers: list[_Worker] = []

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.stop()
        self._workers.clear()

    def read(self, requests: Iterable[ReadRequest]) -> Iterator[tuple[int, FileRead]]:
        """Read files in parallel; yields (position, what was read) as they are done.

        Of a file that kills its worker, takes too long or makes it talk nonsense nothing was read but that fault.
        """
        for position, answer in self._ask(request.dump() for request in requests):
            yield position, unread(ReadingFault(answer)) if isinstance(answer, str) else _load(*answer)

    def mark(self, requests: Iterable[MarkRequest]) -> Iterator[tuple[int, bool]]:
        """Write marked workbooks in parallel; yields (position, whether it was written) as they are done."""
        for position, answer in self._ask(request.dump() for request in requests):
            yield position, answer == (MARKED, b"")

    def rest(self) -> None:
        """Let all workers go but one: what comes next takes memory, and asks little of them."""
        for worker in self._workers[1:]:
            self._drop(worker)

    def _ask(self, requests: Iterable[bytes]) -> Iterator[tuple[int, Answer | str]]:
        """The answers to requests as they come, by position; what a request failed with is a text."""
        waiting = deque(enumerate(requests))
        wanted = max(len(waiting) // self._files_each, 1) if waiting else 0
        while len(self._workers) < min(self._count, wanted):
            self._workers.append(_Worker(self._project))
        try:
            while waiting or any(worker.tasks for worker in self._workers):
                self._hand_out(waiting)
                for worker, answer in self._collect(waiting):
                    yield worker.tasks.popleft()[0], answer
        finally:
            for worker in [worker for worker in self._workers if worker.tasks]:
                self._drop(worker)

    def _hand_out(self, waiting: deque[Task]) -> None:
        """Give every worker its first request before any gets its second."""
        for ahead in range(_AHEAD):
            for worker in self._workers:
                if waiting and len(worker.tasks) <= ahead:
                    worker.ask(waiting.popleft())

    def _collect(self, waiting: deque[Task]) -> Iterator[tuple[_Worker, Answer | str]]:
        """Wait for news, then give the workers that are done with their first request, well or not."""
        busy = {worker.stdout: worker for worker in self._workers if worker.tasks}
        ready, _, _ = select.select(list(busy), [], [], 0.5)
        for stdout, worker in busy.items():
            answers = worker.answers() if stdout in ready else []
            if answers is None:
                yield worker, self._replaced(worker, waiting, _CRASH)
            elif not answers and time.monotonic() > worker.deadline:
                yield worker, self._replaced(worker, waiting, "TIMEOUT")
            for answer in answers or ():
                yield worker, answer

    def _replaced(self, worker: _Worker, waiting: deque[Task], fault: str) -> str:
        """Start another process in place of one that failed over its first request; the others go back to the queue."""
        self._drop(worker)
        self._workers.append(_Worker(self._project))
        while len(worker.tasks) > 1:
            waiting.appendleft(worker.tasks.pop())
        return fault

    def _drop(self, worker: _Worker) -> None:
        worker.stop()
        self._workers.remove(worker)


def _load(head: bytes, body: bytes) -> FileRead:
    try:
        return load_file(head, body)
    except BadAnswer:
        return unread(ReadingFault(_CRASH))
