"""Finds the fields of a form whose 代码 is gone, by their titles: only where one title alone is theirs."""

from __future__ import annotations

from collections.abc import Iterator

from nianbao.intake.read.formats.sheet import Sheet
from nianbao.intake.read.header import NAME_TITLE, VALUE_TITLE
from nianbao.intake.read.locate_fields import TITLE_ROWS, FormBlock, Landmarks, Place
from nianbao.intake.read.values import text_of
from nianbao.intake.text import compact
from nianbao.terms import workbook_words
from nianbao.terms.form import Field, Form, Layout, Part
from nianbao.terms.submission import ReadingFault

Texts = dict[str, list[tuple[int, int]]]
"""Where each text of a sheet stands, by the text without blanks."""


def locate_by_header(sheet: Sheet, form: Form, found: Landmarks) -> Iterator[ReadingFault]:
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


def _add_lines(
    sheet: Sheet, form: Form, part: Part, blocks: list[FormBlock], found: Landmarks, texts: Texts
) -> Iterator[ReadingFault]:
    if any(block.is_disputed for block in blocks):
        return
    known = {asked.code for block in blocks for _, _, asked in block.places}
    taken = {row for block in blocks for row, _, _ in block.places}
    block = blocks[0] if blocks else FormBlock(part)
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


def _add_columns(blocks: list[FormBlock], texts: Texts) -> None:
    """The columns of a ledger whose 代码 was deleted, by the titles right above the codes that are left."""
    for block in blocks:
        known = {asked.code for _, _, asked in block.places}
        columns = {column for _, column, _ in block.places}
        for asked in block.part.fields:
            if asked.code not in known:
                titles = {
                    column
                    for row, column in texts.get(compact(asked.zh), ())
                    if block.header_row - TITLE_ROWS <= row < block.header_row and column not in columns
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
    found.add_block(form.code, FormBlock(part, best[0], _below_units(sheet, best[0], row)), sheet)


def _below_units(sheet: Sheet, places: list[Place], row: int) -> int:
    """The last row of the header: units of measure may stand under the titles."""
    units = {asked.unit for _, _, asked in places} | set(workbook_words.MONEY_UNITS) | {""}
    while row + 1 < len(sheet.rows):
        below = {compact(text_of(sheet.at(row + 1, column))).strip("()") for _, column, _ in places}
        if below == {""} or not below <= units:
            break
        row += 1
    return row


def _ambiguous(sheet: Sheet, form: Form, asked: Field, places: list[Place]) -> ReadingFault:
    cells = "、".join(sheet.name_of(row, column) for row, column, _ in places)
    expected = f"{workbook_words.field_code(form.code, asked.line)} {asked.zh}"
    return ReadingFault("FIELD_AMBIGUOUS", form.code, sheet.name, cells, asked.zh, expected)
