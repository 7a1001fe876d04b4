"""The sheets of the report's tables and of the points of its charts: real numbers, and sums as formulas."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlsxwriter.utility import xl_range

from nianbao.publish.plain import exact_text
from nianbao.publish.xlsx.book import Entry, Sum, XlsxBook, XlsxColumn, XlsxNumber, exact_number, widths_of
from nianbao.publish.xlsx.native import charts_of, points_of
from nianbao.terms.document import Document, PrintedTable, RowSum, TableCell

CHARTS = "图表数据"
_CHART_COLUMNS = tuple(map(XlsxColumn, ("图", "图名", "项目", "系列", "数值", "计量单位")))


def table_names(document: Document) -> dict[str, PrintedTable]:
    """The tables of the report in order, by the name of their sheet: 表1, 表2."""
    return {table.label.text: table for section in document.sections for table in section.tables}


def write_table(book: XlsxBook, name: str, table: PrintedTable) -> None:
    """A table of the report on its own sheet."""
    sheet = book.add_sheet(name)
    columns = [*map(XlsxColumn, table.head)]
    rows: list[list[Entry]] = [[label, *map(_entry, cells)][: len(columns)] for label, cells in table.rows]
    widths = widths_of(columns, rows)
    sheet.write_across("table title", f"{name}　{table.title}", widths)
    sheet.write_line("unit", f"单位：{table.unit}" if table.unit else "", max(len(columns) - 1, 0))
    top = sheet.row
    for each in table.sums:
        for column in each.columns:
            if _is_sum(table, each, column):
                number = rows[each.row][column + 1]
                assert isinstance(number, XlsxNumber)
                cells = xl_range(top + 1 + each.first, column + 1, top + each.stop, column + 1)
                rows[each.row][column + 1] = Sum(f"=SUM({cells})", number)
    totals = {each.row for each in table.sums} | ({len(rows) - 1} if table.has_total else set())
    sheet.keep_in_sight()
    sheet.write_rows(columns, rows, totals)
    if not totals:  # with a filter one could sort the rows, and a total would no longer be that of the rows above it
        sheet.worksheet.autofilter(top, 0, sheet.row - 1, max(len(columns) - 1, 0))
    for note in [table.note, *_why_not(table)]:
        if note:
            sheet.write_across("note", f"注：{note}", widths)
    sheet.print_up_to(len(columns))


def write_charts(book: XlsxBook, document: Document) -> None:
    """The points of all charts in one list."""
    rows: list[list[Entry]] = []
    for chart in charts_of(document):
        for point in points_of(chart):
            value = exact_number(point.value)
            rows.append([chart.label.text, chart.title, point.label, point.series, value, chart.unit])
    book.add_sheet(CHARTS).write_list(_CHART_COLUMNS, rows)


def _entry(cell: TableCell) -> Entry:
    """The exact value with the decimals that are printed, or the text where there is none."""
    return XlsxNumber(cell.value, cell.decimals) if cell.value is not None else cell.text


def _is_sum(table: PrintedTable, each: RowSum, column: int) -> bool:
    """Whether what is printed in a row of totals is the sum of the rows that it adds up."""
    return _rest(table, each, column) == 0


def _rest(table: PrintedTable, each: RowSum, column: int) -> Decimal | None:
    """What a total holds beyond its rows; None where it is not known, or where nothing of theirs is."""
    total = table.rows[each.row][1][column].value
    parts = [table.rows[row][1][column].value for row in range(each.first, each.stop)]
    known = [part for part in parts if part is not None]
    return None if total is None or not known else total - sum(known)


def _why_not(table: PrintedTable) -> Iterator[str]:
    """Why numbers in a row of totals are no formula."""
    for each in table.sums:
        label, cells = table.rows[each.row]
        apart = {n: rest for n in sorted(each.columns) if (rest := _rest(table, each, n))}
        if apart:
            rests = "，".join(f"{table.head[n + 1]} {exact_text(rest)}" for n, rest in apart.items())
            yield f"“{label}”不只是所列各行之和，表中是原数，不用公式；所列各行以外：{rests}。"
        others = [n for n, cell in enumerate(cells) if n not in each.columns and cell.value is not None]
        if others:
            heads = "、".join(table.head[n + 1] for n in others)
            yield f"{heads}是比率、去重计数或最大最小值，不能由各行相加，“{label}”中是原数。"
