"""The worker: reads or marks one workbook per request line, in a process that may die without harm.

It is asked with a request (request.py) and answers with what was read, as columns, or `MARKED` (wire.py). Memory and
processor time are limited here; the time on the wall by the pool that owns the process.
"""

from __future__ import annotations

import gc
import json
import resource
import signal
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from nianbao.intake.columns import to_columns
from nianbao.intake.read.mask_reading import mask_reading
from nianbao.intake.read.vocabulary import Vocabulary, load_vocabulary
from nianbao.intake.worker.request import MARKED, NOT_MARKED, ReadRequest
from nianbao.intake.worker.wire import dump_answer, dump_file
from nianbao.settings import look_for_garbage_seldom

MEMORY_BYTES = 1 << 30


def main() -> None:
    """Serve requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle; it closes our input
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    vocabulary = load_vocabulary(Path(sys.argv[1]))
    gc.freeze()  # what stays for good is not looked through again for garbage
    look_for_garbage_seldom()
    answers = sys.stdout.buffer
    for request in sys.stdin.buffer:
        asked: list[str] = json.loads(request)
        answer = _read(asked, vocabulary) if len(asked) == len(fields(ReadRequest)) else _mark(asked)
        answers.write(answer)
        answers.flush()


def _read(asked: Sequence[str], vocabulary: Vocabulary) -> bytes:
    from nianbao.intake.read.workbook import read_workbook  # to mark a workbook nothing is read

    path, name = asked
    sent_as = name.encode("utf-8", "replace").decode()
    with open(path, "rb") as file:
        content = file.read()
    return dump_file(to_columns(mask_reading(read_workbook(content, vocabulary, sent_as))))


def _mark(asked: Sequence[str]) -> bytes:
    from nianbao.intake.answer.job import load_job  # only some files are marked, and lxml takes its time
    from nianbao.intake.answer.mark import mark_workbook
    from nianbao.intake.answer.package import UnknownPackage

    workbook, job, target = map(Path, asked)
    try:
        target.write_bytes(mark_workbook(workbook.read_bytes(), load_job(job.read_text(encoding="utf-8"))))
    except (UnknownPackage, OSError, ValueError, KeyError, MemoryError):
        return dump_answer(NOT_MARKED)
    return dump_answer(MARKED)


if __name__ == "__main__":
    main()
