"""Finds the forms on a sheet: the place of every field by its 代码, never by position."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from nianbao.intake.read.formats.sheet import Sheet, address
from nianbao.intake.read.header import CODE_TITLE, TITLES, VALUE_TITLE, Header, header_faults, is_title
from nianbao.intake.read.values import text_of
from nianbao.intake.read.vocabulary import Vocabulary
from nianbao.intake.text import compact, remember
from nianbao.terms import workbook_words
from nianbao.terms.form import Field, Form, Layout, Part
from nianbao.terms.submission import ReadingFault

_NOTE = workbook_words.NOTE_LABEL.rstrip("：")
_BELOW_RECORDS = (_NOTE, "填报说明", "单位负责人", "填表人", "审核人", "报出日期", "联系电话", "联系人")
_WORDS = "|".join(r"\s*".join(word) for word in _BELOW_RECORDS)
_NUMBER = r"\s*".join(workbook_words.LEDGER_NUMBER)
_BORDER = re.compile(rf"\s*(?:{_WORDS}|备?\s*注\s*[:：]|{_NUMBER}\s*$|[(（][一二三四五六七八九十][)）]\s*\S)")
"""How a row begins that stands above or below the records: the note, the signatures, the next part."""

TITLE_ROWS = 3
_HEAD_ROWS = 12
_COVER = frozenset(compact(label) for label in workbook_words.COVER_LABELS.values())


class LandmarkKind(Enum):
    """What a text can be by itself."""

    EDITION = auto()
    TITLE = auto()
    NOTE = auto()
    CODE = auto()
    OTHER = auto()


class Landmark(NamedTuple):
    """A text that can be a landmark; `begins_border` where its row, if it is the first in it, ends a table."""

    kind: LandmarkKind
    begins_border: bool
    said: str = ""
    code: tuple[str, int] = ("", 0)


class NoteText(NamedTuple):
    """The 说明 of a form, and the address of its cell."""

    text: str = ""
    place: str = ""


Place = tuple[int, int, Field]
"""Row and column of a field: the cell of its value on a line, the cell of its header in a ledger."""


@dataclass
class FormBlock:
    """A part of a form on a sheet: its lines, or one header row of a ledger and the columns under it.

    Where a header leaves open which column is the value the block is disputed, and nothing is read of it.
    """

    part: Part
    places: list[Place] = field(default_factory=list)
    header_row: int = -1
    is_disputed: bool = False


@dataclass
class Landmarks:
    """What a sheet is read by: the blocks of each form, the rows that end a table, editions and notes.

    `headers` are the headers of lines by row, `borders` the rows above and below a table, `tops` the first rows of
    ledgers; `margin` is the column in which the sheet begins: what stands left of it is somebody's own numbering.
    """

    blocks: dict[str, list[FormBlock]] = field(default_factory=dict)
    headers: dict[int, Header] = field(default_factory=dict)
    borders: set[int] = field(default_factory=set)
    ends: set[int] = field(default_factory=set)
    tops: set[int] = field(default_factory=set)
    margin: int = 0
    editions: dict[str, str] = field(default_factory=dict)
    notes: dict[str, NoteText] = field(default_factory=dict)
    faults: list[ReadingFault] = field(default_factory=list)

    def blocks_of(self, form: Form, part: Part) -> list[FormBlock]:
        """The blocks of a part, from top to bottom."""
        return [block for block in self.blocks.get(form.code, ()) if block.part is part]

    def lacks(self, form: Form, parts: Iterable[Part]) -> bool:
        """Whether a field of these parts of a form has no place."""
        found = sum(len(block.places) for block in self.blocks.get(form.code, ()))
        return found < sum(len(part.fields) for part in parts)

    def header_above(self, row: int, column: int) -> Header | None:
        """The nearest header above a row, as far as it is about the table that a column is in."""
        for above in range(row - 1, -1, -1):
            header = self.headers.get(above)
            if header is not None and header.is_telling:
                return header.table_at(column)
            if above in self.borders:
                break
        return None

    def add_block(self, form_code: str, block: FormBlock, sheet: Sheet) -> None:
        """Add a block; the rows of titles above a ledger end the table above them."""
        self.blocks.setdefault(form_code, []).append(block)
        if block.part.layout is not Layout.INDICATOR:
            self.end_above(block, sheet)

    def end_above(self, block: FormBlock, sheet: Sheet) -> None:
        """Let the table above a ledger end with the first row that holds a title of the ledger in its column."""
        top = block.header_row
        for above in range(top - 1, max(top - TITLE_ROWS, 0) - 1, -1):
            if any(compact(text_of(sheet.at(above, at))) == compact(asked.zh) for _, at, asked in block.places):
                top = above
        self.tops.add(top)
        self.ends |= set(range(top, block.header_row + 1))


@remember
def _mark(text: str) -> Landmark | None:
    """What a text can be, None for most that people write."""
    begins_border = bool(_BORDER.match(text))
    if text.startswith(workbook_words.EDITION_LABEL):
        return Landmark(LandmarkKind.EDITION, begins_border, text.removeprefix(workbook_words.EDITION_LABEL).strip())
    if (title := compact(text)) in TITLES:
        return Landmark(LandmarkKind.TITLE, begins_border, title)
    if text.startswith(_NOTE) and compact(text) == _NOTE:
        return Landmark(LandmarkKind.NOTE, begins_border)
    if "-" in text and (code := workbook_words.parse_field_code(text)):
        return Landmark(LandmarkKind.CODE, begins_border, text.strip(), code)
    return Landmark(LandmarkKind.OTHER, begins_border) if begins_border else None


def _marks(sheet: Sheet) -> list[tuple[int, int, Landmark]]:
    """The texts that can be landmarks, row by row."""
    return [(row, column, mark) for row, column, text in sheet.texts if (mark := _mark(text)) is not None]


def locate_by_code(sheet: Sheet, vocabulary: Vocabulary) -> Landmarks:
    """Find the landmarks in one pass: by their texts alone, wherever they stand."""
    marks = _marks(sheet)
    found = Landmarks(margin=min((column for _, column, _ in marks), default=0))
    codes: list[tuple[int, int, Part, Field]] = []
    titles: dict[int, dict[str, list[int]]] = {}
    edition, note, form_code = "", NoteText(), ""
    for row, column, mark in marks:
        if mark.begins_border and _begins_row(sheet, row, column, found.margin):
            found.borders.add(row)
        if mark.kind is LandmarkKind.EDITION:
            edition = mark.said
        elif mark.kind is LandmarkKind.TITLE:
            titles.setdefault(row, {}).setdefault(mark.said, []).append(column)
        elif mark.kind is LandmarkKind.NOTE and _begins_row(sheet, row, column, found.margin):
            note = _note_beside(sheet, row, column)
            if form_code:
                found.notes[form_code], note = note, NoteText()
        elif mark.kind is LandmarkKind.CODE and mark.code[0] in vocabulary.forms:
            found.ends.add(row)
            known = vocabulary.fields.get(mark.code)
            if known is None:
                where = sheet.name_of(row, column)
                found.faults.append(ReadingFault("UNKNOWN_LINE", mark.code[0], sheet.name, where, mark.said))
                continue
            form_code = mark.code[0]
            found.editions.setdefault(form_code, edition)
            if note.place:
                found.notes[form_code], note = note, NoteText()
            codes.append((row, column, *known))
    found.headers = {row: Header(row, columns) for row, columns in titles.items()}
    found.ends |= found.borders | {row for row, columns in titles.items() if len(columns) > 1}
    _gather(found, codes, sheet)
    return found


def _begins_row(sheet: Sheet, row: int, column: int, margin: int) -> bool:
    """Whether nothing stands left of a cell: a record may well say 说明 or 联系人 somewhere, and means itself."""
    left = sheet.rows[row][margin:column]
    return left.count("") == len(left)


def _note_beside(sheet: Sheet, row: int, column: int) -> NoteText:
    """The first filled cell right of a label; an error or a formula without a result fills a cell, too."""
    for at in range(column + 1, len(sheet.rows[row])):
        place, cell = address(row, at), sheet.at(row, at)
        if cell != "" or place in sheet.odd:
            return NoteText(text_of(cell), place)
    return NoteText()


def named_forms(sheet: Sheet, vocabulary: Vocabulary) -> list[Form]:
    """The forms that a sheet's name or title names."""
    head = {compact(text) for row, _, text in sheet.texts if row < _HEAD_ROWS}
    name = compact(sheet.name).upper()
    return [
        form
        for form in vocabulary.forms.values()
        if name.startswith(form.code)
        or compact(form.zh) in head
        or any(text.endswith(compact(form.table_no)) for text in head)
        or name == compact(workbook_words.sheet_name(form.code, form.zh)).upper().removeprefix(form.code)
    ]


def _gather(found: Landmarks, codes: list[tuple[int, int, Part, Field]], sheet: Sheet) -> None:
    """Put the codes together into blocks; a code that stands twice where it may stand once is a fault."""
    disputed: dict[tuple[int, int], bool] = {}
    known: dict[tuple[str, str, int], FormBlock] = {}
    taken: set[tuple[str, str, int, int]] = set()
    for row, column, part, asked in codes:
        header_row = -1 if part.layout is Layout.INDICATOR else row
        key = (part.form_code, part.code, header_row)
        block = known.get(key)
        if block is None:
            block = known[key] = FormBlock(part, [], header_row)
            found.blocks.setdefault(part.form_code, []).append(block)
        if (*key, asked.line) in taken:
            code = workbook_words.field_code(part.form_code, asked.line)
            where = sheet.name_of(row, column)
            found.faults.append(
                ReadingFault("DUPLICATE_FIELD", part.form_code, sheet.name, where, code, f"{code} {asked.zh}")
            )
            continue
        taken.add((*key, asked.line))
        at: int | None = column
        if part.layout is Layout.INDICATOR:
            at = _value_column(found, sheet, row, column, part.form_code, disputed)
        if at is None:
            block.is_disputed = True
        else:
            block.places.append((row, at, asked))
    for block in known.values():
        if block.header_row >= 0:
            found.end_above(block, sheet)


def _value_column(
    found: Landmarks, sheet: Sheet, row: int, column: int, form_code: str, disputed: dict[tuple[int, int], bool]
) -> int | None:
    """The column of the value of a line: under 数值, else right of its 代码; None where a header says something else.

    `disputed` remembers what was found of a header, so that its fault is told once.
    """
    header = found.header_above(row, column) or _unknown_header(found, sheet, row, column)
    if header is None or column not in header.columns.get(CODE_TITLE, [column]):
        return column + 1
    at = header.column_of(VALUE_TITLE) if VALUE_TITLE in header.columns else column + 1
    key = header.row, column
    if key not in disputed:
        faults = list(header_faults(sheet, header, row, at, form_code))
        found.faults += faults
        disputed[key] = bool(faults)
    return None if disputed[key] else at


def _unknown_header(found: Landmarks, sheet: Sheet, row: int, column: int) -> Header | None:
    """A row of titles above the first line none of which is ours: both the 代码 and what is right of it are titled."""
    above = row - 1
    if above < 0 or above in found.ends or not all(is_title(sheet.at(above, at)) for at in (column, column + 1)):
        return None
    if compact(text_of(sheet.at(above, column))) in _COVER:
        return None
    return found.headers.setdefault(above, Header(above))
