"""Bytes of a workbook → the cells of its forms: a plain function that a worker process calls."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from nianbao.intake import number
from nianbao.intake.answer.returned import take_explanations
from nianbao.intake.container import OddCell, UnreadableContainer, inspect
from nianbao.intake.vocabulary import Vocabulary
from nianbao.terms import layout
from nianbao.terms.form import NUMBERS, Field, FieldType, Form, Layout, Part
from nianbao.terms.submission import Cell, FormFrame, Reading, ReadingFault, Value

_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
_TOTALS = frozenset({"合计", "小计", "总计", "共计"})
_LABELS = {number.clean(label): key for key, label in layout.COVER_LABELS.items()}
_MAX_TEXT = 2_000
_UNREAD_SHEETS = frozenset({layout.CODES_SHEET, layout.GUIDE_SHEET})

_BELOW_RECORDS = (layout.NOTE_LABEL, layout.NOTES_HEADING, *layout.SIGNATURES)

Grid = Sequence[Sequence[object]]


def read_workbook(content: bytes, vocabulary: Vocabulary) -> Reading:
    """Read every form of a workbook, whatever the order of its sheets, rows and columns.

    What cannot be read is a fault in the answer; nothing is raised for bad input that a parser survives.
    """
    from python_calamine import CalamineWorkbook  # the compiled parser is needed in worker processes only

    try:
        odd = inspect(content)
    except UnreadableContainer as unreadable:
        return Reading(faults=(unreadable.fault,))
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        grids: dict[str, Grid] = {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in workbook.sheet_names
            if name not in _UNREAD_SHEETS
        }
    except Exception as error:  # any parser error means the same to the sender: it cannot be opened
        return Reading(faults=(ReadingFault("TRUNCATED", value=type(error).__name__),))
    explanations = take_explanations(grids)
    cover = _read_cover(grids)
    if "unit_code" not in cover:
        return Reading(faults=(ReadingFault("NO_COVER", expected=layout.COVER_SHEET),))
    scale = layout.MONEY_UNITS.get(cover.get("money_unit", "元"), 1)
    frames: list[FormFrame] = []
    for sheet, grid in grids.items():
        if sheet != layout.COVER_SHEET:
            odd_here = {item.cell: item for item in odd if item.sheet == sheet}
            frames += _read_sheet(sheet, grid, vocabulary, scale, odd_here)
    return Reading(cover, tuple(frames), explanations=explanations)


def _read_cover(grids: Mapping[str, Grid]) -> dict[str, str]:
    """The answers on the cover by key, with `<key>_cell` telling where each stands."""
    for sheet, grid in sorted(grids.items(), key=lambda item: item[0] != layout.COVER_SHEET):
        cover: dict[str, str] = {}
        for row_index, row in enumerate(grid):
            for column, cell in enumerate(row[:-1]):
                key = _LABELS.get(number.clean(cell).rstrip(":")) if isinstance(cell, str) else None
                if key and key not in cover:
                    cover[key] = number.clean(_text(row[column + 1]))
                    cover[f"{key}_cell"] = _address(row_index, column + 1)
        if cover.get("unit_code"):
            return cover | {"sheet": sheet}
    return {}


@dataclass
class _Landmarks:
    """What a sheet is read by: its 代码 cells by form and part, the rows where a ledger ends, its edition and note."""

    places: dict[str, dict[str, list[tuple[int, int, Field]]]]
    ends: set[int]
    edition: str
    note: str


def _read_sheet(
    sheet: str, grid: Grid, vocabulary: Vocabulary, scale: int, odd: dict[str, OddCell]
) -> Iterator[FormFrame]:
    landmarks = _survey(grid, vocabulary)
    for form_code, by_part in sorted(landmarks.places.items()):
        form = vocabulary.forms[form_code]
        cells: list[Cell] = []
        faults: list[ReadingFault] = []
        for part in form.parts:
            places = by_part.get(part.code)
            if places and part.layout is Layout.INDICATOR:
                cells += _read_lines(grid, part, places, vocabulary, scale, odd)
            elif places:
                cells += _read_records(grid, part, places, landmarks.ends, vocabulary, scale, odd)
            if places:
                faults += _missing_fields(form, part, places, sheet)
        yield FormFrame(form_code, sheet, landmarks.edition, landmarks.note, tuple(cells), tuple(faults))


def _survey(grid: Grid, vocabulary: Vocabulary) -> _Landmarks:
    """Find the landmarks in one pass: most cells are blank or numbers, and only texts can be landmarks."""
    found = _Landmarks({}, set(), "", "")
    texts = (
        (row, column, cell)
        for row, cells in enumerate(grid)
        for column, cell in enumerate(cells)
        if cell and isinstance(cell, str)
    )
    last_row = -1
    for row, column, text in texts:
        if row != last_row and _ends_table(text.strip()):
            found.ends.add(row)
        last_row = row
        if text.startswith(layout.EDITION_LABEL):
            found.edition = number.clean(text.removeprefix(layout.EDITION_LABEL))
        elif text.strip() == layout.NOTE_LABEL and column + 1 < len(grid[row]):
            found.note = number.clean(_text(grid[row][column + 1]))[:_MAX_TEXT]
        elif "-" in text and (code := layout.parse_field_code(text)) and code[0] in vocabulary.forms:
            found.ends.add(row)
            if code in vocabulary.fields:
                part, field = vocabulary.fields[code]
                found.places.setdefault(part.form_code, {}).setdefault(part.code, []).append((row, column, field))
    return found


def _ends_table(first: str) -> bool:
    """Whether a row that begins like this stands below the records: the note, the signatures, the next part."""
    return first.startswith(_BELOW_RECORDS) or first == layout.LEDGER_NUMBER or layout.is_part_heading(first)


def _read_lines(
    grid: Grid,
    part: Part,
    places: list[tuple[int, int, Field]],
    vocabulary: Vocabulary,
    scale: int,
    odd: dict[str, OddCell],
) -> Iterator[Cell]:
    for row_index, column, field in places:
        raw = grid[row_index][column + 1] if column + 1 < len(grid[row_index]) else ""
        yield _read_cell(part, 1, field, _address(row_index, column + 1), raw, vocabulary, scale, odd)


def _read_records(
    grid: Grid,
    part: Part,
    places: list[tuple[int, int, Field]],
    ends: set[int],
    vocabulary: Vocabulary,
    scale: int,
    odd: dict[str, OddCell],
) -> Iterator[Cell]:
    header_row = places[0][0]
    columns = [(column, field) for row, column, field in places if row == header_row]
    row_no = 0
    for row_index in range(header_row + 1, len(grid)):
        if row_index in ends:
            return
        raws = [grid[row_index][column] for column, _ in columns]
        if raws.count("") == len(raws) and not _is_odd(row_index, columns, odd):
            continue
        cells = [
            _read_cell(part, row_no + 1, field, _address(row_index, column), raw, vocabulary, scale, odd)
            for (column, field), raw in zip(columns, raws, strict=True)
        ]
        filled = [cell for cell in cells if cell.text]
        only_prefilled = part.rows and all(cell.field == part.fields[0].code for cell in filled)
        if filled and not only_prefilled and filled[0].text not in _TOTALS:
            row_no += 1
            yield from cells


def _is_odd(row_index: int, columns: list[tuple[int, Field]], odd: dict[str, OddCell]) -> bool:
    return bool(odd) and any(_address(row_index, column) in odd for column, _ in columns)


def _read_cell(
    part: Part,
    row_no: int,
    field: Field,
    address: str,
    raw: object,
    vocabulary: Vocabulary,
    scale: int,
    odd: dict[str, OddCell],
) -> Cell:
    """One cell of a field; a blank one has no text."""
    if address in odd:
        return Cell(part.code, row_no, field.code, address, odd[address].value, None, odd[address].code)
    text = _text(raw)
    cleaned = number.clean(text) if text else ""
    if not cleaned:
        return Cell(part.code, row_no, field.code, address, "", None, None)
    value, fault = _read_value(field, raw, cleaned, vocabulary)
    if scale != 1 and isinstance(value, Decimal) and field.type is FieldType.MONEY and field.unit == "元":
        value *= scale
    return Cell(part.code, row_no, field.code, address, text[:_MAX_TEXT], value, fault)


def _read_value(field: Field, raw: object, text: str, vocabulary: Vocabulary) -> tuple[Value | None, str | None]:
    if field.type in NUMBERS:
        return _number(field, text)
    if field.type is FieldType.DATE:
        return _date(raw, text)
    if field.type is FieldType.BOOL:
        return {layout.YES: (True, None), layout.NO: (False, None)}.get(text, (None, "BOOL"))
    if field.type is FieldType.CODE:
        # An unknown code is kept as it stands: the suite for the field says which ones there are.
        return vocabulary.code_of(field.codes, text) or text, None
    return text[:_MAX_TEXT], None


_DECIMALS = {FieldType.INT: 0, FieldType.MONEY: 2, FieldType.DECIMAL: 4}
_TOO_LARGE = 10**14


def _number(field: Field, text: str) -> tuple[Value | None, str | None]:
    value = number.read_number(text)
    if isinstance(value, str):
        return None, value
    if abs(value) >= _TOO_LARGE:
        return None, "TOO_LARGE_A_NUMBER"
    if value != round(value, _DECIMALS[field.type]):
        return None, "TOO_FINE"
    return value, None


def _date(raw: object, text: str) -> tuple[Value | None, str | None]:
    if isinstance(raw, dt.datetime):
        return (raw.date(), None) if raw.time() == dt.time() else (None, "DATE")
    if isinstance(raw, dt.date):
        return raw, None
    for pattern in _DATES:
        try:
            return dt.datetime.strptime(text, pattern).date(), None
        except ValueError:
            continue
    return None, "DATE"


def _missing_fields(form: Form, part: Part, places: list[tuple[int, int, Field]], sheet: str) -> Iterator[ReadingFault]:
    found = {field.code for _, _, field in places}
    for field in part.fields:
        if field.required and field.code not in found:
            expected = f"{layout.field_code(form.code, field.line)} {field.zh}"
            yield ReadingFault("LINE_MISSING", form.code, sheet, None, None, expected)


def _text(raw: object) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return layout.YES if raw else layout.NO
    if isinstance(raw, int | float):
        return number.text_of_number(raw)
    if isinstance(raw, dt.datetime) and raw.time() == dt.time():
        return raw.date().isoformat()
    return str(raw)


def _address(row: int, column: int) -> str:
    return f"{_letters(column)}{row + 1}"


@cache
def _letters(column: int) -> str:
    """`A` for column 0, `AA` for column 26."""
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)
