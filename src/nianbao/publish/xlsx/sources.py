"""The sheets that say where every figure comes from: by unit, and down to the cells of the workbooks sent in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from nianbao.publish.plain import unit_names
from nianbao.publish.xlsx.book import Entry, XlsxBook, XlsxColumn, exact_number
from nianbao.terms.document import Document, PrintedFigure
from nianbao.terms.figure import TracedCell

UNITS, CELLS = "来源", "单元格"
_UNIT = "单位"

_UNIT_HEADS = ("指标", "指标代码", "年度", "来自", "代码", "名称", "数值", "计量单位")
_CELL_HEADS = (
    *("指标", "指标代码", "单位代码", "单位", "报告期", "报送编号"),
    *("文件", "工作表", "单元格", "原文", "数值", "SHA-256"),
)


def unit_sum(row: int) -> str:
    """The formula in a row of the list of figures (from zero) that adds up the units of its indicator and year.

    It asks for them by name, so that it holds in whatever order the rows are sorted.
    """
    columns = (f"'{UNITS}'!${letter}:${letter}" for letter in "GBCD")
    value, code, year, kind = columns
    return f'=SUMIFS({value},{code},$B{row + 1},{year},$C{row + 1},{kind},"{_UNIT}")'


class SourcesSheet:
    """What figures are made of, as rows of the two sheets, and where the rows of a figure begin."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._names = unit_names(document)
        self._figures: dict[str, PrintedFigure] = {}
        for figure in document.figures:
            self._figures.setdefault(figure.key, figure)
        self._titles = {figure.indicator_id: figure.zh for figure in document.figures}
        self.first_rows: dict[str, int] = {}
        self._rows = list(self._unit_rows())

    def write(self, book: XlsxBook) -> None:
        """Write both sheets."""
        book.add_lists(UNITS, [*map(XlsxColumn, _UNIT_HEADS)], self._rows)
        book.add_lists(CELLS, [*map(XlsxColumn, _CELL_HEADS)], self._cell_rows())

    def _unit_rows(self) -> Iterator[list[Entry]]:
        """Per figure: the indicators that it is computed from, then what each unit contributes."""
        row = 1
        for key, trace in self._document.traces.items():
            indicator, _, year = key.rpartition("-")
            figure = self._figures.get(key)
            unit = figure.unit if figure else ""
            opening: list[Entry] = [
                self._titles.get(indicator, indicator),
                indicator,
                int(year) if year.isdecimal() else year,
            ]
            if trace.operands or trace.by_unit:
                self.first_rows[key] = row
            for operand in trace.operands:
                part = self._figures.get(operand.key)
                name, its_unit = (part.zh, part.unit) if part else (operand.key, "")
                name += f"（{'、'.join(operand.periods)}）" if operand.periods else ""
                yield [*opening, "指标", operand.key, name, exact_number(operand.value, its_unit), its_unit]
            for each in trace.by_unit:
                yield [*opening, _UNIT, each.unit_code, each.zh, exact_number(each.value, unit), unit]
            row += len(trace.operands) + len(trace.by_unit)

    def _cell_rows(self) -> Iterator[list[Entry]]:
        """Every cell once, also when several figures count it for the same indicator."""
        cells = dict.fromkeys(cell for trace in self._document.traces.values() for cell in trace.cells)
        return map(self._cell_row, cells)

    def _cell_row(self, cell: TracedCell) -> list[Entry]:
        """One cell: whose, when, where it stands, what stood there and what it counted as."""
        value: Entry = exact_number(cell.value) if isinstance(cell.value, Decimal) else cell.value
        return [
            self._titles.get(cell.indicator_id, cell.indicator_id),
            cell.indicator_id,
            cell.unit_code,
            self._names.get(cell.unit_code, cell.unit_code),
            cell.period,
            cell.submission_id,
            cell.file,
            cell.sheet,
            cell.cell,
            cell.text,
            value,
            cell.sha256,
        ]
