"""Finds the forms on a sheet: the place of every field by its 代码, else by its header, never by position."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from nianbao.intake.formats.sheet import Sheet
from nianbao.intake.header import CODE_TITLE, NAME_TITLE, TITLES, VALUE_TITLE, Header
from nianbao.intake.number import read_number
from nianbao.intake.text import compact, remember, tidy
from nianbao.intake.values import text_of
from nianbao.intake.vocabulary import Vocabulary
from nianbao.terms import layout
from nianbao.terms.form import Field, Form, Layout, Part
from nianbao.terms.submission import ReadingFault

_NOTE = layout.NOTE_LABEL.rstrip("：")
_BELOW_RECORDS = (_NOTE, "填报说明", "单位负责人", "填表人", "审核人", "报出日期", "联系电话", "联系人")
_WORDS = "|".join(r"\s*".join(word) for word in _BELOW_RECORDS)
_NUMBER = r"\s*".join(layout.LEDGER_NUMBER)
_BORDER = re.compile(rf"\s*(?:{_WORDS}|备?\s*注\s*[:：]|{_NUMBER}\s*$|[(（][一二三四五六七八九十][)）]\s*\S)")
"""How a row begins that stands above or below the records: the note, the signatures, the next part."""

_TITLE_ROWS = 3
_HEAD_ROWS = 12
_LONGEST_TITLE = 60
_COVER = frozenset(compact(label) for label in layout.COVER_LABELS.values())


class Kind(Enum):
    """What a text can be by itself."""

    EDITION = auto()
    TITLE = auto()
    NOTE = auto()
    CODE = auto()
    OTHER = auto()


class Mark(NamedTuple):
    """A text that can be a landmark; `begins_border` where its row, if it is the first in it, ends a table."""

    kind: Kind
    begins_border: bool
    said: str = ""
    code: tuple[str, int] = ("", 0)


Place = tuple[int, int, Field]
"""Row and column of a field: the cell of its value on a line, the cell of its header in a ledger."""


@dataclass
class Block:
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

    blocks: dict[str, list[Block]] = field(default_factory=dict)
    headers: dict[int, Header] = field(default_factory=dict)
    borders: set[int] = field(default_factory=set)
    ends: set[int] = field(default_factory=set)
    tops: set[int] = field(default_factory=set)
    margin: int = 0
    editions: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    faults: list[ReadingFault] = field(default_factory=list)

    def blocks_of(self, form: Form, part: Part) -> list[Block]:
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

    def add_block(self, form_code: str, block: Block, sheet: Sheet) -> None:
        """Add a block; the rows of titles above a ledger end the table above them."""
        self.blocks.setdefault(form_code, []).append(block)
        if block.part.layout is not Layout.INDICATOR:
            self.end_above(block, sheet)

    def end_above(self, block: Block, sheet: Sheet) -> None:
        """Let the table above a ledger end with the first row that holds a title of the ledger in its column."""
        top = block.header_row
        for above in range(top - 1, max(top - _TITLE_ROWS, 0) - 1, -1):
            if any(compact(text_of(sheet.at(above, at))) == compact(asked.zh) for _, at, asked in block.places):
                top = above
        self.tops.add(top)
        self.ends |= set(range(top, block.header_row + 1))


@remember
def _mark(text: str) -> Mark | None:
    """What a text can be, None for most that people write."""
    begins_border = bool(_BORDER.match(text))
    if text.startswith(layout.EDITION_LABEL):
        return Mark(Kind.EDITION, begins_border, text.removeprefix(layout.EDITION_LABEL).strip())
    if (title := compact(text)) in TITLES:
        return Mark(Kind.TITLE, begins_border, title)
    if text.startswith(_NOTE) and compact(text) == _NOTE:
        return Mark(Kind.NOTE, begins_border)
    if "-" in text and (code := layout.parse_field_code(text)):
        return Mark(Kind.CODE, begins_border, text.strip(), code)
    return Mark(Kind.OTHER, begins_border) if begins_border else None


def _marks(sheet: Sheet) -> list[tuple[int, int, Mark]]:
    """The texts that can be landmarks, row by row."""
    return [(row, column, mark) for row, column, text in sheet.texts if (mark := _mark(text)) is not None]


def find_landmarks(sheet: Sheet, vocabulary: Vocabulary) -> Landmarks:
    """Find the landmarks in one pass: by their texts alone, wherever they stand."""
    marks = _marks(sheet)
    found = Landmarks(margin=min((column for _, column, _ in marks), default=0))
    codes: list[tuple[int, int, Part, Field]] = []
    titles: dict[int, dict[str, list[int]]] = {}
    edition, note, form_code = "", "", ""
    for row, column, mark in marks:
        if mark.begins_border and _begins_row(sheet, row, column, found.margin):
            found.borders.add(row)
        if mark.kind is Kind.EDITION:
            edition = mark.said
        elif mark.kind is Kind.TITLE:
            titles.setdefault(row, {}).setdefault(mark.said, []).append(column)
        elif mark.kind is Kind.NOTE and _begins_row(sheet, row, column, found.margin):
            note = _beside(sheet, row, column)
            if form_code:
                found.notes[form_code], note = note, ""
        elif mark.kind is Kind.CODE and mark.code[0] in vocabulary.forms:
            found.ends.add(row)
            known = vocabulary.fields.get(mark.code)
            if known is None:
                where = sheet.name_of(row, column)
                found.faults.append(ReadingFault("UNKNOWN_LINE", mark.code[0], sheet.name, where, mark.said))
                continue
            form_code = mark.code[0]
            found.editions.setdefault(form_code, edition)
            if note:
                found.notes[form_code], note = note, ""
            codes.append((row, column, *known))
    found.headers = {row: Header(row, columns) for row, columns in titles.items()}
    found.ends |= found.borders | {row for row, columns in titles.items() if len(columns) > 1}
    _gather(found, codes, sheet)
    return found


def _begins_row(sheet: Sheet, row: int, column: int, margin: int) -> bool:
    """Whether nothing stands left of a cell: a record may well say 说明 or 联系人 somewhere, and means itself."""
    return not any(cell != "" for cell in sheet.rows[row][margin:column])


def _beside(sheet: Sheet, row: int, column: int) -> str:
    """The first filled cell right of a label."""
    return next((text_of(cell) for cell in sheet.rows[row][column + 1 :] if cell != ""), "")


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
        or name == compact(layout.sheet_name(form.code, form.zh)).upper().removeprefix(form.code)
    ]


def _gather(found: Landmarks, codes: list[tuple[int, int, Part, Field]], sheet: Sheet) -> None:
    """Put the codes together into blocks; a code that stands twice where it may stand once is a fault."""
    disputed: dict[tuple[int, int], bool] = {}
    known: dict[tuple[str, str, int], Block] = {}
    taken: set[tuple[str, str, int, int]] = set()
    for row, column, part, asked in codes:
        header_row = -1 if part.layout is Layout.INDICATOR else row
        key = (part.form_code, part.code, header_row)
        block = known.get(key)
        if block is None:
            block = known[key] = Block(part, [], header_row)
            found.blocks.setdefault(part.form_code, []).append(block)
        if (*key, asked.line) in taken:
            code = layout.field_code(part.form_code, asked.line)
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
        faults = list(_header_faults(sheet, header, row, at, form_code))
        found.faults += faults
        disputed[key] = bool(faults)
    return None if disputed[key] else at


def _unknown_header(found: Landmarks, sheet: Sheet, row: int, column: int) -> Header | None:
    """A row of titles above the first line none of which is ours: both the 代码 and what is right of it are titled."""
    above = row - 1
    if above < 0 or above in found.ends or not all(_is_title(sheet.at(above, at)) for at in (column, column + 1)):
        return None
    if compact(text_of(sheet.at(above, column))) in _COVER:
        return None
    return found.headers.setdefault(above, Header(above))


def _header_faults(sheet: Sheet, header: Header, row: int, at: int | None, form_code: str) -> Iterator[ReadingFault]:
    """What a header says of the column of values that is not 数值, or says of more than one."""
    if at is None:
        cells = "、".join(sheet.name_of(header.row, column) for column in header.columns[VALUE_TITLE])
        yield ReadingFault("HEADER_TWICE", form_code, sheet.name, cells, None, VALUE_TITLE)
        return
    title = sheet.at(header.row, at)
    if VALUE_TITLE in header.columns:
        below = range(header.row + 1, row)
        split = (each for each in below if all(_is_title(sheet.at(each, column)) for column in (at, at + 1)))
        if (first := next(split, None)) is None:
            return
        header, title = Header(first), sheet.at(first, at)
    elif not _is_title(title):
        return
    where = sheet.name_of(header.row, at)
    yield ReadingFault("HEADER_CHANGED", form_code, sheet.name, where, tidy(str(title))[:_LONGEST_TITLE], VALUE_TITLE)


def _is_title(cell: object) -> bool:
    """Whether a cell holds words; a single one numbers the columns (甲, 乙) or is their unit of measure."""
    if not isinstance(cell, str):
        return False
    said = compact(cell).strip("()")
    return len(said) > 1 and said not in layout.MONEY_UNITS and isinstance(read_number(said), str)


def find_by_header(sheet: Sheet, form: Form, found: Landmarks) -> Iterator[ReadingFault]:
    """Add the fields of a form whose 代码 is gone, where one header alone is theirs."""
    texts: dict[str, list[tuple[int, int]]] = {}
    for row, column, text in sheet.texts:
        texts.setdefault(compact(text), []).append((row, column))
    for part in form.parts:
        blocks = found.blocks_of(form, part)
        if part.layout is Layout.INDICATOR:
            yield from _add_lines(sheet, form, part, blocks, found, texts)
        elif blocks:
            _add_columns(blocks, texts)
        else:
            yield from _add_ledger(sheet, form, part, found, texts)


Texts = dict[str, list[tuple[int, int]]]


def _add_lines(
    sheet: Sheet, form: Form, part: Part, blocks: list[Block], found: Landmarks, texts: Texts
) -> Iterator[ReadingFault]:
    if any(block.is_disputed for block in blocks):
        return
    known = {asked.code for block in blocks for _, _, asked in block.places}
    taken = {row for block in blocks for row, _, _ in block.places}
    block = blocks[0] if blocks else Block(part)
    for asked in part.fields:
        if asked.code in known:
            continue
        places = []
        for row, column in texts.get(compact(asked.zh), ()):
            header = found.header_above(row, column)
            if row in taken or header is None or header.column_of(NAME_TITLE) != column:
                continue
            if (at := header.column_of(VALUE_TITLE)) is not None:
                places.append((row, at, asked))
        if len(places) == 1:
            block.places.append(places[0])
        elif places:
            yield _ambiguous(sheet, form, asked, places)
    if block.places and not blocks:
        found.blocks.setdefault(form.code, []).append(block)


def _add_columns(blocks: list[Block], texts: Texts) -> None:
    """The columns of a ledger whose 代码 was deleted, by the titles right above the codes that are left."""
    for block in blocks:
        known = {asked.code for _, _, asked in block.places}
        columns = {column for _, column, _ in block.places}
        for asked in block.part.fields:
            if asked.code not in known:
                titles = {
                    column
                    for row, column in texts.get(compact(asked.zh), ())
                    if block.header_row - _TITLE_ROWS <= row < block.header_row and column not in columns
                }
                if len(titles) == 1:
                    block.places.append((block.header_row, titles.pop(), asked))


def _add_ledger(sheet: Sheet, form: Form, part: Part, found: Landmarks, texts: Texts) -> Iterator[ReadingFault]:
    """A ledger without any 代码: the row in which most of its titles stand side by side."""
    rows: dict[int, list[Place]] = {}
    for asked in part.fields:
        for row, column in texts.get(compact(asked.zh), ()):
            rows.setdefault(row, []).append((row, column, asked))
    enough = min(len(part.fields), 2)
    rows = {row: places for row, places in rows.items() if len({asked.code for _, _, asked in places}) >= enough}
    if not rows:
        return
    most = max(map(len, rows.values()))
    best = [places for places in rows.values() if len(places) == most]
    if len(best) > 1 or len({asked.code for _, _, asked in best[0]}) < most:
        yield _ambiguous(sheet, form, best[0][0][2], [place for places in best for place in places[:1]])
        return
    row = best[0][0][0]
    found.add_block(form.code, Block(part, best[0], _below_units(sheet, best[0], row)), sheet)


def _below_units(sheet: Sheet, places: list[Place], row: int) -> int:
    """The last row of the header: units of measure may stand under the titles."""
    units = {asked.unit for _, _, asked in places} | set(layout.MONEY_UNITS) | {""}
    while row + 1 < len(sheet.rows):
        below = {compact(text_of(sheet.at(row + 1, column))).strip("()") for _, column, _ in places}
        if below == {""} or not below <= units:
            break
        row += 1
    return row


def _ambiguous(sheet: Sheet, form: Form, asked: Field, places: list[Place]) -> ReadingFault:
    cells = "、".join(sheet.name_of(row, column) for row, column, _ in places)
    expected = f"{layout.field_code(form.code, asked.line)} {asked.zh}"
    return ReadingFault("FIELD_AMBIGUOUS", form.code, sheet.name, cells, asked.zh, expected)
