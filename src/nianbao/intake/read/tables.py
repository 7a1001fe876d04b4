"""Reads the tables of a form off a sheet: lines and records, with rows of totals set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter

from nianbao.intake.read.formats.sheet import Sheet, address, column_letters
from nianbao.intake.read.header import UNIT_TITLE
from nianbao.intake.read.locate_fields import FormBlock, Landmarks, Place
from nianbao.intake.read.values import MAX_TEXT, ROUNDED_TAIL, read_value, text_of
from nianbao.intake.read.vocabulary import Vocabulary
from nianbao.intake.text import compact, is_blank
from nianbao.terms import workbook_words
from nianbao.terms.form import Aggregate, Field, FieldType, Form, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.submission import Cell, ReadingFault, Value

_GRAND_TOTALS = frozenset({"合计", "总计", "共计", "总合计"})
_SUBTOTALS = frozenset({"小计"})
_LONGEST_TOTAL = 12
_TOTAL_ENDS = "计"
_NONE: frozenset[int] = frozenset()
_WITH_LEVELS = "accounts"
"""A list whose codes have levels has totals among its own rows."""


@dataclass(frozen=True)
class Terms:
    """What the cover says about every sheet: the unit of money and the period, as far as it can be told."""

    money_unit: str
    period: Period | None

    @property
    def scale(self) -> int:
        """By how much money is multiplied."""
        return workbook_words.MONEY_UNITS.get(self.money_unit, 1)

    def asked(self, form: Form) -> list[Part]:
        """The parts of a form that are asked for the period; all of them where it cannot be told."""
        periods = form.periods_closing_with(self.period) if self.period else ()
        suffixes = {period.suffix for period in periods}
        return [part for part in form.parts if not suffixes or not suffixes.isdisjoint(part.suffixes)]


@dataclass
class FormTable:
    """The cells of one form on one sheet as they are read.

    `asked` are the rows and columns in which they stand, block by block; `recorded` the rows of a ledger in which a
    record stands, for each of its headers; `rounded` says what cells that lost an arithmetical tail are read as.
    """

    sheet: Sheet
    form: Form
    landmarks: Landmarks
    vocabulary: Vocabulary
    terms: Terms
    cells: list[Cell] = field(default_factory=list)
    faults: list[ReadingFault] = field(default_factory=list)
    asked: list[tuple[Sequence[int], Sequence[int]]] = field(default_factory=list)
    recorded: list[tuple[FormBlock, list[int]]] = field(default_factory=list)
    rounded: dict[str, str] = field(default_factory=dict)

    def read(self) -> None:
        """Read every part of the form that is on the sheet."""
        for part in self.form.parts:
            blocks = self.landmarks.blocks_of(self.form, part)
            if not blocks:
                self.note("PART_MISSING", expected=part.zh)
                continue
            if any(block.is_disputed for block in blocks):
                continue
            if part.layout is Layout.INDICATOR:
                self._read_lines(blocks[0])
            else:
                self._read_records(blocks)
            self._note_missing(part, {asked.code for block in blocks for _, _, asked in block.places})

    def unit_of(self, asked: Field) -> str:
        """The unit in which a field is filled in: that of the cover where it is money."""
        return self.terms.money_unit if _is_money(asked) else asked.unit

    def note(self, code: str, cell: str | None = None, value: str | None = None, expected: str | None = None) -> None:
        """Note what is wrong with the form."""
        self.faults.append(ReadingFault(code, self.form.code, self.sheet.name, cell, value, expected))

    def _read_lines(self, block: FormBlock) -> None:
        for row, column, asked in block.places:
            self.asked.append(((row,), (column,)))
            self.cells += self._read_row(block.part.code, 1, row, ((row, column, asked),))
            if _is_money(asked):
                header = self.landmarks.header_above(row, column)
                self._compare_unit(row, header.column_of(UNIT_TITLE) if header else None)

    def _read_records(self, blocks: Sequence[FormBlock]) -> None:
        """The records under each header of a ledger; a header may be repeated, as at the head of a page."""
        sums = _Sums()
        row_no = 0
        for block in blocks:
            recorded: list[int] = []
            for _, column, asked in block.places:
                if _is_money(asked):
                    self._compare_unit(block.header_row - 1, column)
            columns = [column for _, column, _ in block.places]
            rows = self._filled_rows(block, columns)
            self.asked.append((rows, columns))
            for row in rows:
                if (block.part.rows and self._is_printed(block, row)) or self._only_runs_on(block, row):
                    continue
                cells = self._read_row(block.part.code, row_no + 1, row, block.places)
                if word := total_word(self.sheet.rows[row][self.landmarks.margin :], cells):
                    self._compare_total(block, cells, sums.take(word))
                elif _is_record(block.part, cells):
                    row_no += 1
                    recorded.append(row)
                    self.cells += cells
                    sums.add(cells)
            self.recorded.append((block, recorded))

    def _filled_rows(self, block: FormBlock, columns: Sequence[int]) -> list[int]:
        """The rows of a ledger in which something stands, up to where the table ends."""
        first, last = block.header_row + 1, len(self.sheet.rows)
        end = min((row for row in self.landmarks.ends if row >= first), default=last)
        rows: Sequence[int] = range(first, min(end, last))
        cells, odd = self.sheet.rows, self.sheet.odd_columns
        if min([len(cells[row]) for row in rows], default=0) <= max(columns):
            return [row for row in rows if not self._is_blank(row, columns)]
        take, blank = itemgetter(columns[0], *columns), ("",) * (len(columns) + 1)  # most are: a look at each
        return [row for row in rows if take(cells[row]) != blank or not odd.get(row, _NONE).isdisjoint(columns)]

    def _is_blank(self, row: int, columns: Sequence[int]) -> bool:
        """Whether nothing stands in these columns; a formula without a result is something."""
        if any(self.sheet.at(row, column) != "" for column in columns):
            return False
        return self.sheet.odd_columns.get(row, _NONE).isdisjoint(columns)

    def _is_printed(self, block: FormBlock, row: int) -> bool:
        """Whether nothing but the key stands in a row that was printed in advance, and no word for a total."""
        key = block.part.fields[0]
        for _, column, asked in block.places:
            value = self.sheet.at(row, column)
            if value != "" and (asked is not key or (isinstance(value, str) and _TOTAL_ENDS in value)):
                return False
        return not self.sheet.odd and not total_word(self.sheet.rows[row][self.landmarks.margin :])

    def _only_runs_on(self, block: FormBlock, row: int) -> bool:
        """Whether a record that runs on says nothing but what was filled in in advance."""
        number = self.sheet.at(row, self.landmarks.margin) if block.part.running else ""
        if not isinstance(number, str) or not number.startswith(workbook_words.RUNNING):
            return False
        return self._is_blank(
            row, [column for _, column, asked in block.places if asked.code not in block.part.filled_in]
        )

    def _read_row(self, part: str, row_no: int, row: int, places: Sequence[Place]) -> list[Cell]:
        """The cells of fields in a row; a blank one has no text."""
        sheet, vocabulary, scale = self.sheet, self.vocabulary, self.terms.scale
        values, number, has_columns = sheet.rows[row], str(row + 1), not sheet.pointers
        width = len(values)
        cells = []
        for _, column, asked in places:
            place = column_letters(column) + number if has_columns else sheet.name_of(row, column)
            raw = values[column] if column < width else ""
            text = raw if isinstance(raw, str) else text_of(raw)
            value: Value | None = None
            fault: str | None = None
            if sheet.odd and (odd := sheet.odd.get(place)):
                text, fault = odd.value, odd.code
            elif not text or is_blank(text):
                text = ""
            else:
                value, fault = read_value(asked, raw, text, vocabulary, scale)
                text = text[:MAX_TEXT]
                if fault == ROUNDED_TAIL:
                    self.rounded[place] = f"{place}（读作{(Decimal(str(value)) / self._scale(asked)).normalize():f}）"
                    fault = None
            shown = sheet.shown[place].text if place in sheet.shown and text else None
            cells.append(Cell(part, row_no, asked.code, place, text, value, fault, shown))
        return cells

    def _compare_total(self, block: FormBlock, cells: Sequence[Cell], due: dict[str, Decimal]) -> None:
        """Hold a row of totals to the records above it."""
        for cell, (_, _, asked) in zip(cells, block.places, strict=True):
            if asked.aggregate is Aggregate.SUM and isinstance(cell.value, Decimal) and block.part.rows != _WITH_LEVELS:
                expected = due.get(asked.code, Decimal(0))
                if cell.value != expected:
                    self.note("TOTAL_MISMATCH", cell.cell, cell.text, f"{expected / self._scale(asked):f}")

    def _scale(self, asked: Field) -> int:
        return self.terms.scale if _is_money(asked) else 1

    def _compare_unit(self, row: int, column: int | None) -> None:
        """What a sheet prints as the unit of money is what the cover declares, unless somebody typed over it."""
        if column is None or row < 0 or self.terms.money_unit not in workbook_words.MONEY_UNITS:
            return
        printed = self.sheet.at(row, column)
        if printed == self.terms.money_unit or not isinstance(printed, str):
            return
        said = compact(printed)
        is_typed = address(row, column) not in self.sheet.formulas
        if is_typed and said in workbook_words.MONEY_UNITS and said != self.terms.money_unit:
            self.note("MONEY_UNIT_CONFLICT", self.sheet.name_of(row, column), said, self.terms.money_unit)

    def _note_missing(self, part: Part, found: set[str]) -> None:
        for asked in part.fields:
            is_due = asked.required and (self.terms.period is None or asked.is_asked_in(self.terms.period))
            if is_due and asked.code not in found:
                self.note(
                    "LINE_MISSING", expected=f"{workbook_words.field_code(self.form.code, asked.line)} {asked.zh}"
                )


class _Sums:
    """What the records come to so far: all of them, and those since the last subtotal."""

    def __init__(self) -> None:
        self._all: dict[str, Decimal] = {}
        self._since: dict[str, Decimal] = {}

    def add(self, cells: Sequence[Cell]) -> None:
        """Count a record."""
        for cell in cells:
            if isinstance(cell.value, Decimal):
                for sums in (self._all, self._since):
                    sums[cell.field] = sums.get(cell.field, Decimal(0)) + cell.value

    def take(self, word: str) -> dict[str, Decimal]:
        """What a row of totals that begins with this word should say."""
        due, self._since = self._since, {}
        return due if word in _SUBTOTALS else self._all


def total_word(row: Sequence[object], cells: Sequence[Cell] = ()) -> str:
    """The word with which a row of totals begins, empty for any other row; the running number may stand before it."""
    firsts = (next((cell for cell in row if cell != ""), ""), next((cell.text for cell in cells if cell.text), ""))
    for first in firsts:
        if isinstance(first, str) and _TOTAL_ENDS in first and len(first) <= _LONGEST_TOTAL:
            word = compact(first)
            if word in _GRAND_TOTALS or word in _SUBTOTALS:
                return word
    return ""


def _is_money(asked: Field) -> bool:
    return asked.type is FieldType.MONEY and asked.unit == "元"


def _is_record(part: Part, cells: Sequence[Cell]) -> bool:
    """Whether a row holds a record: more than the key that was printed in advance."""
    filled = [cell for cell in cells if cell.text or cell.fault]
    return bool(filled) and not (part.rows and all(cell.field == part.fields[0].code for cell in filled))
