"""Readings as JSON, so that nothing from a worker that opened a hostile file is ever unpickled."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from nianbao.terms.submission import Cell, FormFrame, Reading, ReadingFault, Value


def dump_reading(reading: Reading) -> bytes:
    """A reading as one line of JSON."""
    frames = [
        [
            frame.form_code,
            frame.sheet,
            frame.edition,
            frame.note,
            [
                [cell.part, cell.row_no, cell.field, cell.cell, cell.text, *_dump_value(cell.value), cell.fault]
                for cell in frame.cells
            ],
            [_dump_fault(fault) for fault in frame.faults],
        ]
        for frame in reading.frames
    ]
    document = {
        "cover": reading.cover,
        "frames": frames,
        "faults": [_dump_fault(fault) for fault in reading.faults],
        "explanations": reading.explanations,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def load_reading(line: bytes) -> Reading:
    """The reading that `dump_reading` wrote."""
    document = json.loads(line)
    return Reading(
        document["cover"],
        tuple(
            FormFrame(
                form_code, sheet, edition, note,
                tuple(_load_cell(*cell) for cell in cells),
                tuple(ReadingFault(*fault) for fault in faults),
            )
            for form_code, sheet, edition, note, cells, faults in document["frames"]
        ),
        tuple(ReadingFault(*fault) for fault in document["faults"]),
        tuple((key, text) for key, text in document["explanations"]),
    )  # fmt: skip


def _load_cell(
    part: str, row_no: int, field: str, address: str, text: str, kind: str, value: Any, fault: str | None
) -> Cell:
    return Cell(part, row_no, field, address, text, _load_value(kind, value), fault)


def _dump_fault(fault: ReadingFault) -> list[str | None]:
    return [fault.code, fault.form_code, fault.sheet, fault.cell, fault.value, fault.expected]


def _dump_value(value: Value | None) -> tuple[str, Any]:
    if isinstance(value, Decimal):
        return "n", str(value)
    if isinstance(value, dt.date):
        return "d", value.isoformat()
    return "", value


def _load_value(kind: str, value: Any) -> Value | None:
    if kind == "n":
        return Decimal(value)
    if kind == "d":
        return dt.date.fromisoformat(value)
    return value  # type: ignore[no-any-return]
