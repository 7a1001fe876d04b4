"""Reads the tables of a form off a sheet: lines and records, totals set apart, and what is odd about their cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from nianbao.intake.formats.sheet import Sheet, address
from nianbao.intake.landmarks import UNIT_TITLE, Block, Landmarks
from nianbao.intake.text import clean, compact, has_suspect_mark
from nianbao.intake.values import MAX_TEXT, read_value, scaled, text_of
from nianbao.intake.vocabulary import Vocabulary
from nianbao.terms import layout
from nianbao.terms.form import Aggregate, Field, FieldType, Form, Layout
from nianbao.terms.submission import Cell, ReadingFault

_GRAND_TOTALS = frozenset({"合计", "总计", "共计", "总合计"})
_SUBTOTALS = frozenset({"小计"})
_LONGEST_TOTAL = 12
_FORMULA_LIKE = ("=", "＝", "@", "+")
_SHOWN = 5
_LARGEST_AREA = 10_000
_PLACE = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True)
class Terms:
    """What the cover says about every sheet: the unit of money and the year, as far as it can be told."""

    money_unit: str
    year: int | None

    @property
    def scale(self) -> int:
        """By how much money is multiplied."""
        return layout.MONEY_UNITS.get(self.money_unit, 1)


@dataclass
class Table:
    """The cells of one form on one sheet, as they are read."""

    sheet: Sheet
    form: Form
    vocabulary: Vocabulary
    terms: Terms
    cells: list[Cell] = field(default_factory=list)
    faults: list[ReadingFault] = field(default_factory=list)
    places: set[tuple[int, int]] = field(default_factory=set)

    def read(self, landmarks: Landmarks) -> None:
        """Read every part of the form that is on the sheet."""
        for part in self.form.parts:
            blocks = landmarks.blocks_of(self.form, part)
            if not blocks:
                self.faults.append(self._fault("PART_MISSING", expected=part.zh))
            elif part.layout is Layout.INDICATOR:
                self._read_lines(blocks[0], landmarks)
            else:
                self._read_records(blocks, landmarks)
            if blocks:
                self._note_missing(part.fields, {asked.code for block in blocks for _, _, asked in block.places})
        self._note_repeated_keys()
        self._note_oddities()

    def _read_lines(self, block: Block, landmarks: Landmarks) -> None:
        for row, column, asked in block.places:
            self.cells.append(self._read_cell(block, 1, asked, row, column))
            if asked.type is FieldType.MONEY and asked.unit == "元":
                header = landmarks.header_above(row, layout.INDICATOR_HEADER[4], column)
                self._compare_unit(row, header.get(UNIT_TITLE))

    def _read_records(self, blocks: Sequence[Block], landmarks: Landmarks) -> None:
        """The records under each header of a ledger; a header may be repeated, as at the head of a page."""
        row_no = 0
        sums: dict[str, dict[str, Decimal]] = {"all": {}, "since": {}}
        for block in blocks:
            for _, column, asked in block.places:
                if asked.type is FieldType.MONEY and asked.unit == "元":
                    self._compare_unit(block.header_row - 1, column)
            for row in range(block.header_row + 1, len(self.sheet.rows)):
                if row in landmarks.ends:
                    break
                cells = self._read_row(block, row_no + 1, row)
                if not cells:
                    continue
                if total := _total_word(self.sheet.rows[row], cells):
                    self._compare_total(total, block, cells, sums)
                elif _is_record(block, cells):
                    row_no += 1
                    self.cells += cells
                    _add_up(block, cells, sums)

    def _read_row(self, block: Block, row_no: int, row: int) -> list[Cell]:
        values = self.sheet.rows[row]
        blank = all(values[column] == "" for _, column, _ in block.places if column < len(values))
        if blank and not (self.sheet.odd and any(address(row, at) in self.sheet.odd for _, at, _ in block.places)):
            return []
        return [self._read_cell(block, row_no, asked, row, column) for _, column, asked in block.places]

    def _read_cell(self, block: Block, row_no: int, asked: Field, row: int, column: int) -> Cell:
        """One cell of a field; a blank one has no text."""
        part, place = block.part.code, self.sheet.name_of(row, column)
        self.places.add((row, column))
        odd = self.sheet.odd.get(place)
        if odd:
            return Cell(part, row_no, asked.code, place, odd.value, None, odd.code)
        raw = self.sheet.at(row, column)
        text = text_of(raw) if raw != "" else ""
        if not text.strip() or not (text.isascii() or clean(text)):
            return Cell(part, row_no, asked.code, place, "", None, None)
        value, fault = read_value(asked, raw, text, self.vocabulary)
        return Cell(part, row_no, asked.code, place, text[:MAX_TEXT], scaled(value, asked, self.terms.scale), fault)

    def _compare_total(
        self, word: str, block: Block, cells: Sequence[Cell], sums: dict[str, dict[str, Decimal]]
    ) -> None:
        """Hold a row of totals to the records above it; a list with levels has totals among its own rows."""
        expected = sums["since" if word in _SUBTOTALS else "all"]
        for cell, (_, _, asked) in zip(cells, block.places, strict=False):
            if asked.aggregate is Aggregate.SUM and isinstance(cell.value, Decimal) and block.part.rows != "accounts":
                due = expected.get(asked.code, Decimal(0))
                if cell.value != due:
                    self.faults.append(self._fault("TOTAL_MISMATCH", cell.cell, cell.text, f"{due.normalize():f}"))
        sums["since"] = {}

    def _compare_unit(self, row: int, column: int | None) -> None:
        """What a sheet prints as the unit of money is what the cover declares, unless somebody typed over it."""
        if column is None or row < 0:
            return
        printed = self.sheet.at(row, column)
        is_typed = isinstance(printed, str) and address(row, column) not in self.sheet.formulas
        said = compact(printed) if is_typed and isinstance(printed, str) else ""
        if said in layout.MONEY_UNITS and said != self.terms.money_unit in layout.MONEY_UNITS:
            place = self.sheet.name_of(row, column)
            self.faults.append(self._fault("MONEY_UNIT_CONFLICT", place, said, self.terms.money_unit))

    def _note_missing(self, fields: Sequence[Field], found: set[str]) -> None:
        for asked in fields:
            due = self.terms.year is None or asked.is_asked_in(self.terms.year)
            if asked.required and due and asked.code not in found:
                expected = f"{layout.field_code(self.form.code, asked.line)} {asked.zh}"
                self.faults.append(self._fault("LINE_MISSING", expected=expected))

    def _note_repeated_keys(self) -> None:
        """The records of a ledger with rows printed in advance that repeat a key: a unit counted twice."""
        keys = {part.code: part.fields[0].code for part in self.form.parts if part.rows}
        seen: dict[tuple[str, object], str] = {}
        for cell in self.cells:
            if keys.get(cell.part) == cell.field and cell.value is not None:
                first = seen.setdefault((cell.part, cell.value), cell.cell)
                if first != cell.cell:
                    self.faults.append(self._fault("DUPLICATE_ROW", cell.cell, cell.text, first))

    def _note_oddities(self) -> None:
        """One fault for each kind of oddity of the form's cells, naming the first of them."""
        filled = [cell for cell in self.cells if cell.text]
        self._note_cells("CONTROL_CHAR", [cell.cell for cell in filled if has_suspect_mark(cell.text)])
        texts = [cell for cell in filled if isinstance(cell.value, str) and cell.text.startswith(_FORMULA_LIKE)]
        self._note_cells("FORMULA_TEXT", [cell.cell for cell in texts])
        if self.sheet.formulas:
            self._note_cells("FORMULA_IN_INPUT", [cell.cell for cell in filled if cell.cell in self.sheet.formulas])
        if self.sheet.hidden_rows or self.sheet.hidden_columns:
            self._note_cells("HIDDEN_CELLS", [cell.cell for cell in filled if self._is_hidden(cell.cell)])
        self._note_merged()
        if "" in self.sheet.odd:
            self.faults.append(self._fault(self.sheet.odd[""].code, value=self.sheet.odd[""].value))

    def _note_cells(self, code: str, places: Sequence[str]) -> None:
        if places:
            more = "等" if len(places) > _SHOWN else ""
            self.faults.append(self._fault(code, places[0], "、".join(places[:_SHOWN]) + more))

    def _note_merged(self) -> None:
        """Merged areas over more than one answer: only the first of them is kept."""
        for (top, left), (bottom, right) in self.sheet.merged:
            inside = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
            if sum(place in self.places for place in islice(inside, _LARGEST_AREA)) > 1:
                area = f"{address(top, left)}:{address(bottom, right)}"
                self.faults.append(self._fault("MERGED", address(top, left), area))

    def _is_hidden(self, place: str) -> bool:
        match = _PLACE.fullmatch(place)
        if match is None:
            return False
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        return int(match[2]) - 1 in self.sheet.hidden_rows or column - 1 in self.sheet.hidden_columns

    def _fault(
        self, code: str, cell: str | None = None, value: str | None = None, expected: str | None = None
    ) -> ReadingFault:
        return ReadingFault(code, self.form.code, self.sheet.name, cell, value, expected)


def _total_word(row: Sequence[object], cells: Sequence[Cell]) -> str:
    """The word with which a row of totals begins, empty for any other row; the running number may stand before it."""
    firsts = (next((cell for cell in row if cell != ""), ""), next((cell.text for cell in cells if cell.text), ""))
    for first in firsts:
        if isinstance(first, str) and len(first) <= _LONGEST_TOTAL:
            word = compact(first)
            if word in _GRAND_TOTALS or word in _SUBTOTALS:
                return word
    return ""


def _is_record(block: Block, cells: Sequence[Cell]) -> bool:
    """Whether a row holds a record: more than the key that was printed in advance."""
    filled = [cell for cell in cells if cell.text or cell.fault]
    return bool(filled) and not (block.part.rows and all(cell.field == block.part.fields[0].code for cell in filled))


def _add_up(block: Block, cells: Sequence[Cell], sums: dict[str, dict[str, Decimal]]) -> None:
    for cell in cells:
        if isinstance(cell.value, Decimal):
            for kept in sums.values():
                kept[cell.field] = kept.get(cell.field, Decimal(0)) + cell.value
