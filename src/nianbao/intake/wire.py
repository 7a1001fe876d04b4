"""Readings as JSON, so that nothing from a worker that opened a hostile file is ever unpickled."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from nianbao.terms.submission import Cell, FormFrame, Reading, ReadingFault, Value

_NUMBER, _DAY = "n", "d"
_VALUE = Cell._fields.index("value")


def dump_reading(reading: Reading) -> bytes:
    """A reading as one line of JSON."""
    frames = [
        [
            frame.form_code, frame.sheet, frame.edition, frame.note,
            frame.cells,
            [_dump_fault(fault) for fault in frame.faults],
        ]
        for frame in reading.frames
    ]  # fmt: skip
    document = {
        "cover": reading.cover,
        "frames": frames,
        "faults": [_dump_fault(fault) for fault in reading.faults],
        "explanations": reading.explanations,
    }
    return _JSON.encode(document).encode()


def load_reading(line: bytes) -> Reading:
    """The reading that `dump_reading` wrote."""
    document = json.loads(line)
    return Reading(
        document["cover"],
        tuple(
            FormFrame(
                form_code, sheet, edition, note,
                tuple(map(_load_cell, cells)),
                tuple(ReadingFault(*fault) for fault in faults),
            )
            for form_code, sheet, edition, note, cells, faults in document["frames"]
        ),
        tuple(ReadingFault(*fault) for fault in document["faults"]),
        tuple((key, text) for key, text in document["explanations"]),
    )  # fmt: skip


def _load_cell(cell: list[Any]) -> Cell:
    value = cell[_VALUE]
    if isinstance(value, list):
        cell[_VALUE] = _load_value(*value)
    return Cell._make(cell)


def _dump_fault(fault: ReadingFault) -> list[str | None]:
    return [fault.code, fault.form_code, fault.sheet, fault.cell, fault.value, fault.expected]


def _dump_value(value: object) -> tuple[str, str]:
    """What JSON has no word for: an exact number, a day."""
    if isinstance(value, Decimal):
        return _NUMBER, str(value)
    if isinstance(value, dt.date):
        return _DAY, value.isoformat()
    raise TypeError(type(value).__name__)


def _load_value(kind: str, value: str) -> Value:
    return Decimal(value) if kind == _NUMBER else dt.date.fromisoformat(value)


_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_dump_value)
