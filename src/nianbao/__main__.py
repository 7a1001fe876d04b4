"""The program: `nianbao`, and python -m nianbao."""

from __future__ import annotations

import os
import sys

from nianbao.cli import main


def run() -> None:
    """Carry out a command and end at once.

    Python would take apart all that was imported and made, object by object: up to a fifth of a command, for nothing.
    What a command keeps it has written and closed by then; a fault that is none of ours ends in Python's own way.
    """
    try:
        main()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            _end(end.code or 0)
        raise


def _end(code: int) -> None:
    """End the process, once all that it said is out; where nobody takes that, Python is left to say so."""
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


if __name__ == "__main__":
    run()
