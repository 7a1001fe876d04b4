"""What a worker answers: JSON for what there is little of, Arrow for the cells; nothing from it is ever unpickled.

The worker may have opened a hostile file, so the parent takes its columns only under the names and types it expects.
"""

from __future__ import annotations

import io
import json
import struct
from typing import Any

from nianbao.intake.columns import FileRead, SheetRead, cell_schema
from nianbao.terms.submission import ReadingFault

_LENGTHS = struct.Struct(">II")


class BadAnswer(Exception):
    """An answer that no worker of ours gives."""


def dump_answer(head: bytes, body: bytes = b"") -> bytes:
    """An answer as bytes: how long its two parts are, then the parts."""
    return _LENGTHS.pack(len(head), len(body)) + head + body


def take_answer(received: bytearray) -> tuple[bytes, bytes] | None:
    """Take the first whole answer off what was received; None while it is still coming."""
    if len(received) < _LENGTHS.size:
        return None
    head, body = _LENGTHS.unpack_from(received)
    end = _LENGTHS.size + head + body
    if len(received) < end:
        return None
    answer = bytes(received[_LENGTHS.size : _LENGTHS.size + head]), bytes(received[_LENGTHS.size + head : end])
    del received[:end]
    return answer


def dump_file(read: FileRead) -> bytes:
    """What was read of a file as an answer."""
    head = {
        "cover": read.cover,
        "sheets": [vars(sheet) | {"faults": [*map(vars, sheet.faults)]} for sheet in read.sheets],
        "faults": [*map(vars, read.faults)],
        "explanations": read.explanations,
    }
    body = io.BytesIO()
    if read.cells is not None:
        read.cells.write_ipc_stream(body)
    return dump_answer(json.dumps(head, ensure_ascii=False).encode(), body.getvalue())


def load_file(head: bytes, body: bytes) -> FileRead:
    """What `dump_file` wrote.

    Raises:
        BadAnswer: it is something else.
    """
    try:
        document = json.loads(head)
        return FileRead(
            cover=document["cover"],
            sheets=tuple(SheetRead(**sheet | {"faults": _faults(sheet["faults"])}) for sheet in document["sheets"]),
            faults=_faults(document["faults"]),
            explanations=document["explanations"],
            cells=_load_cells(body) if body else None,
        )
    except (ValueError, LookupError, TypeError) as error:
        raise BadAnswer(str(error)) from error


def _load_cells(body: bytes) -> Any:
    import polars as pl

    try:
        cells = pl.read_ipc_stream(io.BytesIO(body))
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise BadAnswer(str(error)) from error
    if dict(cells.schema) != cell_schema():
        raise BadAnswer(f"columns {cells.schema}")
    return cells


def _faults(faults: list[dict[str, Any]]) -> tuple[ReadingFault, ...]:
    return tuple(ReadingFault(**fault) for fault in faults)
