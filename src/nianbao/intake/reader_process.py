"""The worker: reads one workbook per request line, in a process that may die without harm.

Request: a path, one line. Answer: one line of JSON (wire.py). Memory and processor time are limited here; the time
on the wall by the pool that owns the process.
"""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path

from nianbao.intake.personal import mask_reading
from nianbao.intake.vocabulary import load_vocabulary
from nianbao.intake.wire import dump_reading
from nianbao.intake.workbook import read_workbook

MEMORY_BYTES = 1 << 30
LINE_END = b"\n"


def main() -> None:
    """Serve requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle; it closes our input
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    vocabulary = load_vocabulary(Path(sys.argv[1]))
    answers = sys.stdout.buffer
    for request in sys.stdin.buffer:
        content = Path(request.rstrip(LINE_END).decode()).read_bytes()
        answers.write(dump_reading(mask_reading(read_workbook(content, vocabulary))) + LINE_END)
        answers.flush()


if __name__ == "__main__":
    main()
