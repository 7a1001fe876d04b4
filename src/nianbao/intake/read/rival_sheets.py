"""Chooses among the sheets that hold the same form, and tells what says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from nianbao.intake.read.formats.sheet import Sheet
from nianbao.intake.read.locate_fields import named_forms
from nianbao.intake.read.vocabulary import Vocabulary
from nianbao.terms.submission import FormFrame, ReadingFault


def choose(rivals: Sequence[tuple[Sheet, FormFrame]], vocabulary: Vocabulary) -> FormFrame:
    """The sheet that counts for a form: a visible one before a hidden one, one that names the form, one that is filled.

    When more than one is left and they differ, the form is refused, for nobody knows which is meant.
    """
    sheet, frame = rivals[0] if len(rivals) == 1 else _pick(rivals, vocabulary)
    if sheet.is_hidden:
        frame = _with_fault(frame, ReadingFault("HIDDEN_SHEET", frame.form_code, frame.sheet))
    if is_blank(frame) and has_lines(frame):
        frame = _with_fault(frame, ReadingFault("EMPTY_FORM", frame.form_code, frame.sheet))
    return frame


def _pick(rivals: Sequence[tuple[Sheet, FormFrame]], vocabulary: Vocabulary) -> tuple[Sheet, FormFrame]:
    left = list(rivals)
    for is_better in (_is_visible, lambda sheet, frame: _is_named(sheet, frame, vocabulary), _is_filled):
        left = [rival for rival in left if is_better(*rival)] or left
    sheet, frame = left[0]
    if any(_said(other) != _said(frame) for _, other in left[1:]):
        code, names = "FORM_TWICE", "、".join(other.sheet for _, other in left)
    else:
        code, names = "SHEET_IGNORED", "、".join(other.sheet for _, other in rivals if other is not frame)
    return sheet, _with_fault(frame, ReadingFault(code, frame.form_code, frame.sheet, None, names, frame.sheet))


def is_blank(frame: FormFrame) -> bool:
    """Whether no cell of a form is filled in."""
    return not any(cell.text or cell.fault for cell in frame.cells)


def has_lines(frame: FormFrame) -> bool:
    """Whether a form has cells that are asked of everybody; a ledger may well be empty."""
    return bool(frame.cells)


def says_nothing(frames: Sequence[FormFrame]) -> bool:
    """Whether everything that is filled in is nought."""
    filled = [cell for frame in frames for cell in frame.cells if cell.text or cell.fault]
    return bool(filled) and all(isinstance(cell.value, Decimal) and not cell.value for cell in filled)


def _is_visible(sheet: Sheet, frame: FormFrame) -> bool:
    return not sheet.is_hidden


def _is_named(sheet: Sheet, frame: FormFrame, vocabulary: Vocabulary) -> bool:
    return any(form.code == frame.form_code for form in named_forms(sheet, vocabulary))


def _is_filled(sheet: Sheet, frame: FormFrame) -> bool:
    return not is_blank(frame)


def _said(frame: FormFrame) -> tuple[str, list[tuple[str, int, str, str]]]:
    return frame.note, sorted((cell.part, cell.row_no, cell.field, cell.said) for cell in frame.cells if cell.text)


def _with_fault(frame: FormFrame, fault: ReadingFault) -> FormFrame:
    return replace(frame, faults=(*frame.faults, fault))
