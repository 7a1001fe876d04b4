"""The sheets of the report's tables and of the points of its charts, with real numbers."""

from __future__ import annotations

from nianbao.publish.xlsx.book import Book, Column, Entry, Number, exact_number
from nianbao.terms.document import Document, PrintedTable, TableCell

CHARTS = "图表数据"
_CHART_COLUMNS = tuple(map(Column, ("图", "图名", "项目", "系列", "数值", "计量单位")))


def table_names(document: Document) -> dict[str, PrintedTable]:
    """The tables of the report in order, by the name of their sheet: 表1, 表2."""
    tables = [table for section in document.sections for table in section.tables]
    return {f"表{number}": table for number, table in enumerate(tables, start=1)}


def write_table(book: Book, name: str, table: PrintedTable) -> None:
    """A table of the report on its own sheet."""
    sheet = book.add_sheet(name, is_wide=len(table.head) > 6)
    sheet.write_line("title", f"{name}　{table.title}")
    sheet.write_line("unit", f"单位：{table.unit}" if table.unit else "", max(len(table.head) - 1, 0))
    rows: list[list[Entry]] = [[label, *map(_entry, cells)][: len(table.head)] for label, cells in table.rows]
    sheet.write_list([*map(Column, table.head)], rows, has_total=table.has_total)
    if table.note:
        sheet.write_line("meta", f"注：{table.note}")


def write_charts(book: Book, document: Document) -> None:
    """The points of all charts in one list."""
    rows: list[list[Entry]] = []
    charts = [chart for section in document.sections for chart in section.charts]
    for number, chart in enumerate(charts, start=1):
        for point in chart.points:
            value = exact_number(point.value)
            rows.append([f"图{number}", chart.title, point.label, point.series, value, chart.unit])
    book.add_sheet(CHARTS, is_wide=True).write_list(_CHART_COLUMNS, rows)


def _entry(cell: TableCell) -> Entry:
    """The exact value with the decimals that are printed, or the text where there is none."""
    return Number(cell.value, cell.decimals) if cell.value is not None else cell.text
