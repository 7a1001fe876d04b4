"""What a worker is asked: one JSON list a line, of a file to read or of a workbook to mark."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

LINE_END = b"\n"
MARKED, NOT_MARKED = b"marked", b"not marked"


@dataclass(frozen=True)
class ReadRequest:
    """A file to be read, and the name it was sent under: that of a text says what it is, and may say whose."""

    path: Path
    name: str

    def dump(self) -> bytes:
        """The request as a line."""
        return json.dumps([str(self.path), self.name]).encode()


@dataclass(frozen=True)
class MarkRequest:
    """A workbook to be marked: its bytes, the job as JSON, and where the marked workbook goes."""

    workbook: Path
    job: Path
    target: Path

    def dump(self) -> bytes:
        """The request as a line."""
        return json.dumps([str(self.workbook), str(self.job), str(self.target)]).encode()
