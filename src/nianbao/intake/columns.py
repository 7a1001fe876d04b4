"""What was read of a file, as columns: the cells as a frame, so that nothing is told cell by cell between stages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from nianbao.terms.submission import FormFrame, Reading, ReadingFault, Value

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class SheetRead:
    """What a sheet said besides its cells; `said_sha256` is the digest of what the cells say, wherever they stand."""

    form_code: str
    sheet: str
    edition: str
    note: str
    said_sha256: str
    faults: tuple[ReadingFault, ...] = ()


@dataclass(frozen=True)
class FileRead:
    """What was read of a file: `cells` are those of all its sheets, told apart by their place in `sheets`.

    `explanations` go by the keys of findings. A file of which nothing could be read has no cells.
    """

    cover: Mapping[str, str]
    sheets: tuple[SheetRead, ...]
    faults: tuple[ReadingFault, ...]
    explanations: Mapping[str, str]
    cells: pl.DataFrame | None = None


def unread(fault: ReadingFault) -> FileRead:
    """A file of which nothing could be read."""
    return FileRead({}, (), (fault,), {})


def cell_schema() -> dict[str, pl.DataType]:
    """The columns of cells, numbers as texts: a blank cell has no text, one that could not be read has a fault."""
    import polars as pl  # takes a tenth of a second, which commands that read no file need not wait

    return {
        "sheet_no": pl.UInt32(), "part": pl.String(), "row_no": pl.Int32(), "field": pl.String(), "cell": pl.String(),
        "text": pl.String(), "read_as": pl.String(), "value": pl.String(), "fault": pl.String(),
        "shown": pl.String(),
    }  # fmt: skip


def to_columns(reading: Reading) -> FileRead:
    """A reading with its cells as columns."""
    import polars as pl

    cells = [cell for frame in reading.frames for cell in frame.cells]
    parts, rows, fields, places, texts, values, faults, shown = zip(*cells, strict=True) if cells else ((),) * 8
    columns = (
        [number for number, frame in enumerate(reading.frames) for _ in frame.cells],
        parts, rows, fields, places, texts, [*map(_canonical, values)], [*map(_number, values)], faults, shown,
    )  # fmt: skip
    return FileRead(
        cover=reading.cover,
        sheets=tuple(map(_sheet, reading.frames)),
        faults=reading.faults,
        explanations=dict(reading.explanations),
        cells=pl.DataFrame(dict(zip(cell_schema(), columns, strict=True)), schema=cell_schema()) if cells else None,
    )


def _sheet(frame: FormFrame) -> SheetRead:
    said = sorted((cell.part, cell.row_no, cell.field, cell.said) for cell in frame.cells if cell.text)
    return SheetRead(frame.form_code, frame.sheet, frame.edition, frame.note, digest_of(said), frame.faults)


def digest_of(said: Sequence[object]) -> str:
    """The SHA-256 of something as JSON, in which nothing runs together."""
    return hashlib.sha256(_TO_JSON.encode(said).encode()).hexdigest()


_TO_JSON = json.JSONEncoder(ensure_ascii=False)


def _number(value: Value | None) -> str | None:
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _canonical(value: Value | None) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
