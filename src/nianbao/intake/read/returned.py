"""Reads the sheet 审核结果 of a marked workbook that has been sent back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass

from nianbao.terms.workbook_words import ANSWER_HEADER, ANSWER_KEY, ANSWER_PATTERN

_SHEET, _PLACE, _EXPLANATION = ANSWER_HEADER[2], ANSWER_HEADER[3], ANSWER_HEADER[-1]
_HEADER_WITHIN = 20
_MAX_TEXT = 2_000

Grid = Sequence[Sequence[object]]


@dataclass(frozen=True)
class AnsweredRow:
    """A row of the sheet: the finding's key, what the sender wrote, and what we noted of the marked cell."""

    key: str
    explanation: str
    sheet: str
    cell: str
    pattern: str


def take_explanations(grids: MutableMapping[str, Grid]) -> tuple[tuple[str, str], ...]:
    """What the sender explains, by the keys of findings; the sheets it stands on are taken out of the grids."""
    found: dict[str, str] = {}
    for sheet in [sheet for sheet, grid in grids.items() if _header(grid)]:
        for row in read_answer_sheet(grids.pop(sheet)):
            if row.key and row.explanation:
                found.setdefault(row.key, row.explanation)
    return tuple(sorted(found.items()))


def is_answer_sheet(grid: Grid) -> bool:
    """Whether a grid is a sheet 审核结果 of ours, whatever it is called now."""
    return _header(grid) is not None


def read_answer_sheet(grid: Grid) -> Iterator[AnsweredRow]:
    """The rows under the header of a sheet 审核结果."""
    header = _header(grid)
    if header is None:
        return
    start, columns = header
    for row in grid[start + 1 :]:
        texts = [_text(row, columns.get(title)) for title in (ANSWER_KEY, _EXPLANATION, _SHEET, _PLACE, ANSWER_PATTERN)]
        if any(texts):
            yield AnsweredRow(*texts)


def _header(grid: Grid) -> tuple[int, Mapping[str, int]] | None:
    for index, row in enumerate(grid[:_HEADER_WITHIN]):
        if ANSWER_KEY not in row:
            continue
        columns = {cell.strip(): column for column, cell in enumerate(row) if isinstance(cell, str)}
        if ANSWER_KEY in columns and _EXPLANATION in columns:
            return index, columns
    return None


def _text(row: Sequence[object], column: int | None) -> str:
    if column is None or column >= len(row):
        return ""
    cell = row[column]
    return cell.strip()[:_MAX_TEXT] if isinstance(cell, str) else "" if cell is None else str(cell)
