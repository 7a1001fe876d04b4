"""A reading without personal numbers: masked in the worker, before anything of it is kept."""

from __future__ import annotations

from dataclasses import replace

from nianbao.intake.read.values import ROUNDED_TAIL, TOO_FINE
from nianbao.terms.personal import SUSPECT, mask
from nianbao.terms.submission import Cell, FormFrame, Reading, ReadingFault

_ABOUT_NUMBERS = frozenset({"TOTAL_MISMATCH", ROUNDED_TAIL})
"""Faults whose value is a number that was read as one."""
_APART = "  "
"""What no suspect reaches across: a digit and one other character are taken together."""


def mask_reading(reading: Reading) -> Reading:
    """A reading with its free texts masked: the cover, notes, explanations, text cells, and what could not be read."""
    return replace(
        reading,
        cover={key: mask(text) for key, text in reading.cover.items()},
        frames=tuple(map(_mask_frame, reading.frames)),
        faults=tuple(map(_mask_fault, reading.faults)),
        explanations=tuple((key, mask(text)) for key, text in reading.explanations),
    )


def _mask_frame(frame: FormFrame) -> FormFrame:
    is_suspect = SUSPECT.search(_APART.join([cell.text for cell in filter(_is_free, frame.cells)]))
    return replace(
        frame,
        note=mask(frame.note),
        cells=tuple(map(_mask_cell, frame.cells)) if is_suspect else frame.cells,
        faults=tuple(map(_mask_fault, frame.faults)),
    )


def _is_free(cell: Cell) -> bool:
    """Whether a cell holds text, or whatever stood in the way of a number, a date or a choice.

    A number with too many decimals is a number, and shown as its sender wrote it. A whole one that is too large for
    any answer is not: it may be somebody's card.
    """
    return isinstance(cell.value, str) or cell.fault not in (None, TOO_FINE)


def _mask_cell(cell: Cell) -> Cell:
    if not _is_free(cell) or not SUSPECT.search(cell.text):
        return cell
    value = mask(cell.value) if isinstance(cell.value, str) else cell.value
    return cell._replace(text=mask(cell.text), value=value, shown=None)


def _mask_fault(fault: ReadingFault) -> ReadingFault:
    if not fault.value or fault.code in _ABOUT_NUMBERS:
        return fault
    return replace(fault, value=mask(fault.value))
