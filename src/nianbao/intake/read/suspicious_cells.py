"""What is odd about a table that was read: one fault for each kind, naming the first of its cells."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from nianbao.intake.read.formats.sheet import Sheet, address, column_number
from nianbao.intake.read.header import NAME_TITLE
from nianbao.intake.read.locate_fields import FormBlock
from nianbao.intake.read.tables import FormTable, total_word
from nianbao.intake.read.values import ROUNDED_TAIL, text_of
from nianbao.intake.text import compact, has_suspect_mark, tidy
from nianbao.terms import workbook_words
from nianbao.terms.form import Layout

_FORMULA_LIKE = ("=", "＝", "@", "+")
_NAMED = 5
_LABEL, _COVERED = 60, 20
_TITLE_ROWS = 3
_PLACE = re.compile(r"([A-Z]+)(\d+)")


def note_suspicious_cells(table: FormTable) -> None:
    """Note what is odd about the cells of a form, and what stands beside them that is none of the form's."""
    sheet, filled = table.sheet, [cell for cell in table.cells if cell.text]
    if has_suspect_mark("".join(cell.text for cell in filled)):
        _note_cells(table, "CONTROL_CHAR", [cell.cell for cell in filled if has_suspect_mark(cell.text)])
    texts = (cell for cell in filled if isinstance(cell.value, str))
    _note_cells(table, "FORMULA_TEXT", [cell.cell for cell in texts if cell.text.startswith(_FORMULA_LIKE)])
    if sheet.formulas:
        # Where the blank itself stood as a formula, so that a number follows the unit on the cover, one is no fault.
        own = [cell.cell for cell in filled if not table.form.part(cell.part).field(cell.field).stands_all_year]
        _note_cells(table, "FORMULA_IN_INPUT", [cell for cell in own if cell in sheet.formulas])
    if sheet.shown:
        _note_cells(table, "NUMBER_FORMAT", list(_shown_otherwise(table)))
    _note_cells(table, ROUNDED_TAIL, list(table.rounded.values()))
    if sheet.hidden_rows or sheet.hidden_columns:
        _note_cells(table, "HIDDEN_CELLS", [cell.cell for cell in filled if _is_hidden(sheet, cell.cell)])
    if sheet.covered:
        _note_cells(table, "COVERED_CELLS", [f"{cell}（{_short(held)}）" for cell, held in sheet.covered.items()])
    for area in _merged_answers(table):
        table.note("MERGED", area.partition(":")[0], area)
    _note_repeated_keys(table)
    for block in table.landmarks.blocks[table.form.code]:
        if block.part.layout is Layout.INDICATOR and not block.is_disputed:
            _note_extra_lines(table, block)
    for block, rows in table.recorded:
        _note_extra_columns(table, block, rows)


def _note_cells(table: FormTable, code: str, places: Sequence[str]) -> None:
    if places:
        named = "、".join(places[:_NAMED]) + ("等" if len(places) > _NAMED else "")
        table.note(code, places[0].partition("（")[0], named)


def _shown_otherwise(table: FormTable) -> Iterator[str]:
    """The numbers that their formats show in another size than that in which they are read."""
    for cell in table.cells:
        shown = table.sheet.shown.get(cell.cell)
        if shown is not None and cell.text:
            due = table.unit_of(table.form.part(cell.part).field(cell.field))
            if shown.is_scaled or not _is_unit(shown.unit, due):
                yield f"{cell.cell}（显示为“{shown.text}”，读作{cell.text}{due}）"


def _is_unit(shown: str, due: str) -> bool:
    """Whether the word beside a number is the unit in which it is due: 万 stands for 万元, too."""
    return due.startswith(shown) or (shown == "元" and "元" not in due)


def _is_hidden(sheet: Sheet, place: str) -> bool:
    match = _PLACE.fullmatch(place)
    if match is None:
        return False
    return int(match[2]) - 1 in sheet.hidden_rows or column_number(match[1]) - 1 in sheet.hidden_columns


def _merged_answers(table: FormTable) -> Iterator[str]:
    """Merged areas over more than one answer: only the first of them is kept."""
    asked = sorted({row for rows, _ in table.asked for row in rows})
    for (top, left), (bottom, right) in table.sheet.merged:
        first = bisect_left(asked, top)
        if first == len(asked) or asked[first] > bottom:
            continue
        inside = sum(
            sum(top <= row <= bottom for row in rows) * sum(left <= column <= right for column in columns)
            for rows, columns in table.asked
        )
        if inside > 1 or (inside and _covers_answer(table, (top, left), (bottom, right))):
            yield f"{address(top, left)}:{address(bottom, right)}"


def _covers_answer(table: FormTable, first: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether something that was filled in for an answer lies unseen under a merged area."""
    return any(
        address(row, column) in table.sheet.covered
        for rows, columns in table.asked
        for row in rows
        if first[0] <= row <= last[0]
        for column in columns
        if first[1] <= column <= last[1]
    )


def _short(held: object) -> str:
    return tidy(text_of(held))[:_COVERED]


def _note_repeated_keys(table: FormTable) -> None:
    """The records of a ledger with rows printed in advance that repeat a key: a unit counted twice."""
    keys = {part.code: part.fields[0].code for part in table.form.parts if part.rows}
    seen: dict[tuple[str, object], str] = {}
    for cell in table.cells:
        if keys.get(cell.part) == cell.field and cell.value is not None:
            first = seen.setdefault((cell.part, cell.value), cell.cell)
            if first != cell.cell:
                table.note("DUPLICATE_ROW", cell.cell, cell.text, first)


def _note_extra_lines(table: FormTable, block: FormBlock) -> None:
    """Filled lines under the same header that are none of the form's."""
    known = {row for row, _, _ in block.places}
    first, column, _ = min(block.places, key=lambda place: place[0])
    landmarks = table.landmarks
    header = landmarks.header_above(first, column)
    if header is None or (names := header.column_of(NAME_TITLE)) is None:
        return
    for row in range(first, len(table.sheet.rows)):
        if (
            row in landmarks.borders or row in landmarks.tops
        ):  # what stands under the titles of a ledger are its records
            return
        if row in known or row in landmarks.ends:  # an unknown code has a finding of its own
            continue
        label = table.sheet.at(row, names)
        is_line = isinstance(label, str) and compact(label) and table.sheet.at(row, column) != ""
        if is_line and not total_word(table.sheet.rows[row][landmarks.margin :]):
            table.note("EXTRA_LINE", table.sheet.name_of(row, column), tidy(str(label))[:_LABEL])


def _note_extra_columns(table: FormTable, block: FormBlock, rows: Sequence[int]) -> None:
    """Titled and filled columns of a ledger that are none of the form's."""
    sheet, known = table.sheet, {column for _, column, _ in block.places}
    ours = {workbook_words.LEDGER_NUMBER, workbook_words.SELF_CHECK}
    for each in block.part.fields:
        ours.update(compact(workbook_words.earlier_title(at, each.zh)) for at in range(len(workbook_words.EARLIER)))
    for column in range(max((len(sheet.rows[row]) for row in rows), default=0)):
        if column not in known and any(sheet.at(row, column) != "" for row in rows):
            above = range(block.header_row, max(block.header_row - _TITLE_ROWS, 0) - 1, -1)
            titles = (compact(text) for text in (sheet.at(row, column) for row in above) if isinstance(text, str))
            title = next(filter(None, titles), "")
            if title and title not in ours:
                table.note("EXTRA_COLUMN", sheet.name_of(block.header_row, column), title[:_LABEL])
