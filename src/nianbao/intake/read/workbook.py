"""Bytes of a delivery → the cells of its forms: a plain function that a worker process calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nianbao.intake.read.cover import Cover, cover_of_name, declared, read_covers
from nianbao.intake.read.formats.route import open_file
from nianbao.intake.read.formats.sheet import Grid, Opened, Sheet, Unreadable
from nianbao.intake.read.locate_by_header import locate_by_header
from nianbao.intake.read.locate_fields import NoteText, locate_by_code, named_forms
from nianbao.intake.read.returned import take_explanations
from nianbao.intake.read.rival_sheets import choose, has_lines, is_blank, says_nothing
from nianbao.intake.read.suspicious_cells import note_suspicious_cells
from nianbao.intake.read.tables import FormTable, Terms
from nianbao.intake.read.values import MAX_TEXT
from nianbao.intake.read.vocabulary import Vocabulary
from nianbao.intake.text import tidy
from nianbao.terms import workbook_words
from nianbao.terms.form import Form
from nianbao.terms.period import Period
from nianbao.terms.submission import FormFrame, Reading, ReadingFault

_HEADERS = "、".join(workbook_words.INDICATOR_HEADER[1:])
_NOT_FORMS = frozenset({workbook_words.COVER_SHEET, workbook_words.CODES_SHEET, workbook_words.GUIDE_SHEET})


def read_workbook(content: bytes, vocabulary: Vocabulary, file_name: str = "") -> Reading:
    """Read every form of a delivery, whatever its format and the order of its sheets, rows and columns.

    What cannot be read is a fault in the answer; nothing is raised for bad input that a parser survives.
    """
    try:
        opened = open_file(content, file_name, vocabulary.fields)
    except Unreadable as unreadable:
        return Reading(faults=(unreadable.fault,))
    if opened.is_own_answer:
        return Reading(faults=(ReadingFault("OWN_ANSWER"),))
    grids: dict[str, Grid] = {sheet.name: sheet.rows for sheet in opened.sheets}
    explanations = take_explanations(grids)
    sheets = [sheet for sheet in opened.sheets if sheet.name in grids]
    cover, form_code, faults = _cover_of(opened, sheets, file_name)
    if not cover:
        return Reading(faults=(*opened.faults, *faults))
    frames, more = _read_frames(sheets, form_code, vocabulary, _terms(cover), cover)
    return Reading(cover, tuple(frames), (*opened.faults, *faults, *more), explanations)


def _cover_of(
    opened: Opened, sheets: Sequence[Sheet], file_name: str
) -> tuple[Cover, str | None, tuple[ReadingFault, ...]]:
    if opened.cover:
        return dict(opened.cover), None, ()
    named, form_code = cover_of_name(file_name)
    covers = read_covers(sheets)
    if len({declared(cover) for cover in covers}) > 1:
        values = "、".join("-".join(declared(cover)) for cover in covers)
        return {}, None, (ReadingFault("COVER_AMBIGUOUS", sheet=covers[1]["sheet"], value=values),)
    if covers:
        return covers[0], form_code, ()
    if named:
        return named, form_code, ()
    return {}, None, (ReadingFault("NO_COVER", expected=workbook_words.COVER_SHEET),)


def _terms(cover: Cover) -> Terms:
    try:
        period = Period.parse(cover.get("period", ""))
    except ValueError:
        period = None
    return Terms(cover.get("money_unit", ""), period)


def _read_frames(
    sheets: Sequence[Sheet], form_code: str | None, vocabulary: Vocabulary, terms: Terms, cover: Cover
) -> tuple[list[FormFrame], list[ReadingFault]]:
    found: dict[str, list[tuple[Sheet, FormFrame]]] = {}
    faults: list[ReadingFault] = []
    for sheet in sheets:
        if sheet.name not in _NOT_FORMS:
            frames = list(_read_sheet(sheet, form_code, vocabulary, terms, cover))
            for frame in frames:
                found.setdefault(frame.form_code, []).append((sheet, frame))
            if not frames and not sheet.is_hidden:
                faults += _unread(sheet, vocabulary)
    chosen = [choose(rivals, vocabulary) for rivals in found.values()]
    if chosen and all(is_blank(frame) for frame in chosen) and any(map(has_lines, chosen)):
        return [], [*faults, ReadingFault("EMPTY_SUBMISSION")]
    faults += [ReadingFault("ALL_ZERO")] if chosen and says_nothing(chosen) else []
    return chosen, faults


def _read_sheet(
    sheet: Sheet, form_code: str | None, vocabulary: Vocabulary, terms: Terms, cover: Cover
) -> Iterator[FormFrame]:
    landmarks = locate_by_code(sheet, vocabulary)
    forms = [vocabulary.forms[code] for code in landmarks.blocks] or _forms_by_header(sheet, form_code, vocabulary)
    for form in sorted(forms, key=lambda form: form.code):
        table = FormTable(sheet, form, landmarks, vocabulary, terms)
        table.faults += (fault for fault in landmarks.faults if fault.form_code == form.code)
        if landmarks.lacks(form, form.parts) and landmarks.lacks(form, terms.asked(form)):
            table.faults += locate_by_header(sheet, form, landmarks)
        if form.code not in landmarks.blocks:
            continue
        table.read()
        note_suspicious_cells(table)
        table.faults += (replace(fault, form_code=form.code) for fault in sheet.faults)
        written = landmarks.notes.get(form.code, NoteText())
        note = tidy(written.text)
        if odd := sheet.odd.get(written.place):
            table.note(odd.code, written.place, odd.value)
        if len(note) > MAX_TEXT:
            table.note("NOTE_TOO_LONG", value=str(len(note)), expected=str(MAX_TEXT))
        edition = landmarks.editions.get(form.code) or cover.get("edition", "")
        yield FormFrame(form.code, sheet.name, edition, note[:MAX_TEXT], tuple(table.cells), tuple(table.faults))


def _forms_by_header(sheet: Sheet, form_code: str | None, vocabulary: Vocabulary) -> list[Form]:
    """The one form that a sheet without any 代码 names; else the one that the name of the file names."""
    named = named_forms(sheet, vocabulary)
    if not named and form_code in vocabulary.forms:
        named = [vocabulary.forms[form_code]]
    return named if len(named) == 1 else []


def _unread(sheet: Sheet, vocabulary: Vocabulary) -> Iterator[ReadingFault]:
    """A sheet that names a form, but on which nothing of the form is found."""
    named = named_forms(sheet, vocabulary)
    if len(named) == 1:
        yield ReadingFault("HEADER_MISSING", named[0].code, sheet.name, None, None, _HEADERS)
