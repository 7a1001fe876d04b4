"""Writes the parts of a form: one line per field, or one row per record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import repeat

from xlsxwriter.utility import xl_rowcol_to_cell

from nianbao.intake.blank.cells import shown, write_value
from nianbao.intake.blank.earlier import EARLIER_WIDTH, Beside, known_columns, values_of, write_answer, write_earlier
from nianbao.intake.blank.formulas import Placed
from nianbao.intake.blank.limits import MONEY_UNIT_NAME, Limits, limit_entry
from nianbao.intake.blank.options import Options
from nianbao.intake.blank.page import BlankBook, Page
from nianbao.intake.blank.self_check import SelfCheck, write_title
from nianbao.intake.blank.style import ROW_HEIGHT, input_style, text_height, text_width
from nianbao.terms.filled import Row
from nianbao.terms.form import Field, FieldType, Layout, Part
from nianbao.terms.submission import Value
from nianbao.terms.workbook_words import EARLIER, INDICATOR_HEADER, LEDGER_NUMBER, RUNNING, field_code

LEDGER_ROWS, ROOM = 40, Decimal("1.5")
"""A ledger has this many rows to fill in, or so many times as it had records a year before, where that is more."""

_HEADER_HEIGHT = 24.0
_NUMBER_WIDTH = 6.0
_WIDTHS = {
    FieldType.INT: 12.0,
    FieldType.MONEY: 20.0,
    FieldType.DECIMAL: 14.0,
    FieldType.TEXT: 26.0,
    FieldType.DATE: 13.0,
    FieldType.BOOL: 10.0,
}
_LABEL_WIDTHS = (12.0, 34.0)
_VALUE_WIDTH = 22.0
_CHECK_WIDTH = 8.0


def column_widths(part: Part, fields: Sequence[Field], book: BlankBook, is_checked: bool) -> list[float]:
    """How wide the printed columns of a part want to be: those of earlier values of records want no room (`Beside`)."""
    own = _answer_widths(part, fields, book.options)
    if part.layout is Layout.LEDGER and known_columns(book.before, part, fields):
        return own
    earlier = len(EARLIER) if book.before.has_values_of(part.form_code, part.code) else 0
    return own + [EARLIER_WIDTH] * earlier + [_CHECK_WIDTH] * is_checked


def _answer_widths(part: Part, fields: Sequence[Field], options: Options) -> list[float]:
    if part.layout is Layout.INDICATOR:
        longest = max(text_width(field.zh) for field in fields)
        return [_NUMBER_WIDTH, _between(longest + 4, (24.0, 40.0)), 12.0, 11.0, _VALUE_WIDTH]
    return [_NUMBER_WIDTH, *(_field_width(field, options) for field in fields)]


def write_table(page: Page, check: SelfCheck, part: Part, fields: Sequence[Field], rows: Sequence[Row]) -> range:
    """Write a part under the current row and go below it; returns its header rows."""
    if part.layout is Layout.INDICATOR:
        return _write_lines(page, check, part, fields, rows[0] if rows else {})
    return _write_records(page, check, part, fields, rows)


def _field_width(field: Field, options: Options) -> float:
    if field.type is FieldType.CODE:
        longest = max(map(text_width, options.labels(field.codes).values()), default=0)
        return _between(max(longest + 4, text_width(field.zh) + 2), _LABEL_WIDTHS)
    return max(_WIDTHS[field.type], _between(text_width(field.zh) / 2 + 3, (8.0, 18.0)))


def _between(width: float, bounds: tuple[float, float]) -> float:
    return min(max(float(width), bounds[0]), bounds[1])


def _write_lines(page: Page, check: SelfCheck, part: Part, fields: Sequence[Field], answers: Row) -> range:
    sheet, styles, options = page.sheet, page.styles, page.book.options
    page.set_height(page.row, _HEADER_HEIGHT)
    for column, title in enumerate(INDICATOR_HEADER):
        page.put(column, title, "header")
    first, value_column = page.row + 1, len(INDICATOR_HEADER) - 1
    has_earlier = page.book.before.has_values_of(part.form_code, part.code)
    beside = len(INDICATOR_HEADER)
    for column, title in enumerate(EARLIER if has_earlier else (), start=beside):
        page.put(column, title, "header")
    at = beside + len(EARLIER) * has_earlier
    placed = Placed(sheet.name, part, tuple(fields), range(first, first + len(fields)), at)
    if check.is_of(part):
        write_title(page, placed.check_column)
    check.placed[part.code] = placed
    page.wait_at(first, value_column)
    for number, field in enumerate(fields, start=1):
        row, value = page.row + number, answers.get(field.code)
        texts = ((field.zh, page.widths[1]), (shown(value, field, options), page.widths[value_column]))
        page.set_height(row, max(text_height(text, width) for text, width in texts))
        sheet.write_number(row, 0, number, styles["centred"])
        sheet.write_string(row, 1, field.zh, styles["label"])
        _write_unit(page, row, 2, field, "centred")
        sheet.write_string(row, 3, field_code(part.form_code, field.line), styles["line_code"])
        write_answer(page, row, value_column, part, field, answers)
        limit_entry(sheet, (row, value_column, row, value_column), field, _limits(check, placed, field))
        if has_earlier:
            _write_earlier(page, row, beside, part, field)
    page.row = first + len(fields)
    return range(first - 1, first)


def _write_earlier(page: Page, row: int, first: int, part: Part, field: Field) -> None:
    """What counts of the line's earlier periods, as values, greyed and locked; money in 元, whatever the cover says."""
    earlier = page.book.before.values.get((part.form_code, part.code, field.code, ()))
    for column, value in enumerate(values_of(earlier), start=first):
        write_earlier(page, row, column, field, value)


def _write_records(page: Page, check: SelfCheck, part: Part, fields: Sequence[Field], rows: Sequence[Row]) -> range:
    is_checked = check.is_of(part)
    beside = Beside.of(page, part, fields, is_checked)
    header = range(page.row, page.row + _write_ledger_header(page, part, fields, beside, is_checked))
    first = page.row
    running = list(_running(page, part, fields))
    records = list(_prefilled(page, part, fields[0], rows) if part.rows else _with_blank(page, part, running, rows))
    key_styles = _key_styles(page, part) if part.rows else {}
    placed = check.placed[part.code] = Placed(
        page.sheet.name, part, tuple(fields), range(first, first + len(records)), beside.stop
    )
    for number, record in enumerate(records, start=1):
        _write_number(page, header.stop, number <= len(running), number)
        _write_record(page, part, fields, record, key_styles, part.running if number <= len(running) else ())
        beside.write(page, record)
        page.row += 1
    for column, field in enumerate(fields[1:] if part.rows else fields, start=2 if part.rows else 1):
        page.wait_at(first, column)
        if records:
            limit_entry(page.sheet, (first, column, page.row - 1, column), field, _limits(check, placed, field))
    return header


def _write_ledger_header(page: Page, part: Part, fields: Sequence[Field], beside: Beside, is_checked: bool) -> int:
    """The titles, their units of measure where there are any, and the codes; returns how many rows that takes."""
    sheet, styles = page.sheet, page.styles
    has_units = any(field.unit for field in fields)
    rows = 3 if has_units else 2
    page.merge(0, 0, LEDGER_NUMBER, "header", rows)
    beside.write_titles(page, rows)
    if is_checked:
        write_title(page, beside.stop, rows)
    heights = [text_height(field.zh, page.widths[column]) for column, field in enumerate(fields, start=1)]
    page.set_height(page.row, max(_HEADER_HEIGHT, beside.title_height - ROW_HEIGHT, *heights))
    for column, field in enumerate(fields, start=1):
        page.put(column, field.zh, "header")
        if has_units:
            _write_unit(page, page.row + 1, column, field, "header_unit")
        sheet.write_string(page.row + rows - 1, column, field_code(part.form_code, field.line), styles["header_code"])
    page.set_height(page.row + rows - 1, 12)
    page.row += rows
    return rows


def _write_unit(page: Page, row: int, column: int, field: Field, style: str) -> None:
    """The unit of measure; that of money follows what the cover says."""
    if field.type is FieldType.MONEY and field.unit == "元":
        shown_now = page.book.cover["money_unit"]
        page.sheet.write_formula(row, column, f"={MONEY_UNIT_NAME}", page.styles[style], shown_now)
    else:
        page.sheet.write_string(row, column, field.unit, page.styles[style])


def _write_number(page: Page, header: int, is_running: bool, number: int) -> None:
    """The running number, counted from the header, so that it stays right when rows are put in or taken away."""
    formula = f"ROW()-ROW({xl_rowcol_to_cell(header - 1, 0, row_abs=True, col_abs=True)})"
    formula, shown_now = (f'"{RUNNING}"&{formula}', f"{RUNNING}{number}") if is_running else (formula, number)
    page.sheet.write_formula(page.row, 0, f"={formula}", page.styles["centred"], shown_now)


def _write_record(
    page: Page, part: Part, fields: Sequence[Field], record: Row, key_styles: dict[Value, str], running: Sequence[str]
) -> None:
    """Write a record; what is filled in in advance of one that runs on has a look of its own, and stays open."""
    sheet, styles, options = page.sheet, page.styles, page.book.options
    height = float(ROW_HEIGHT)
    for column, field in enumerate(fields, start=1):
        value = record.get(field.code)
        if value is None or field.stands_all_year:
            write_answer(page, page.row, column, part, field, record)
            continue
        style = key_styles.get(value, input_style(field)) if column == 1 else input_style(field)
        style = f"running_{style}" if field.code in running else style
        write_value(sheet, page.row, column, value, styles[style], field, options)
        height = max(height, text_height(shown(value, field, options), page.widths[column]))
    if height > ROW_HEIGHT:
        page.set_height(page.row, height)


def _key_styles(page: Page, part: Part) -> dict[Value, str]:
    """The look of each key filled in advance: locked, and set in by its depth in the list."""
    depths = page.book.options.depths(part.rows)
    return {code: f"key{min(depths[code], 2)}" if code in depths else "label" for code in _keys(page, part)}


def _keys(page: Page, part: Part) -> Iterable[str]:
    return page.book.options.labels(part.rows)


def _prefilled(page: Page, part: Part, key: Field, rows: Sequence[Row]) -> Iterator[Row]:
    """A row for each code of the part's list, then the rows whose key is none of them."""
    left = list(rows)
    for code in _keys(page, part):
        own = [row for row in left if row.get(key.code) == code]
        left = [row for row in left if row.get(key.code) != code]
        yield from own or [{key.code: code}]
    yield from left


def _running(page: Page, part: Part, fields: Sequence[Field]) -> Iterator[Row]:
    """The records that run on, but for those whose key, or a code of them, can no longer be chosen."""
    lists = {field.code: page.book.options.labels(field.codes) for field in fields if field.type is FieldType.CODE}
    for record in page.book.before.running.get((part.form_code, part.code), ()):
        known = {code: value for code, value in record.items() if code not in lists or value in lists[code]}
        if set(part.row_key) <= set(known):
            yield known


def _with_blank(page: Page, part: Part, running: Sequence[Row], rows: Sequence[Row]) -> Iterator[Row]:
    """The records, those that run on first, and what is left blank; where there are more, rows were put in between."""
    due = max(LEDGER_ROWS, math.ceil(ROOM * page.book.before.rows.get((part.form_code, part.code), 0)))
    left = list(rows)
    for record in running:
        key = {code: record[code] for code in part.row_key}
        own = next((row for row in left if key.items() <= row.items()), None)
        if own is not None:
            left.remove(own)
        yield own or record
    yield from left
    yield from repeat({}, due - len(running) - len(left))


def _limits(check: SelfCheck, placed: Placed, field: Field) -> Limits | None:
    limits = check.book.limits.get((placed.part.form_code, placed.part.code, field.column))
    test, words = check.limit_of(placed, field)
    return replace(limits or Limits(), test=test, words=words) if test else limits
