"""The sheets of the report's tables and charts: real numbers, sums as formulas, charts of the workbook's own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from xlsxwriter.chart import Chart
from xlsxwriter.utility import xl_range

from nianbao.publish.plain import exact_text, plain
from nianbao.publish.xlsx.book import Entry, Sum, XlsxBook, XlsxColumn, XlsxNumber, exact_number, widths_of
from nianbao.terms.document import ChartPoint, Document, PrintedChart, PrintedTable, RowSum, TableCell

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
    sheet.keep_in_sight()
    sheet.write_rows(columns, rows, table.totals)
    if (
        not table.totals
    ):  # with a filter one could sort the rows, and a total would no longer be that of the rows above it
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


SHEET = "图"
_TYPES = {"quarters": "line", "slope": "column"}
"""What a kind of chart becomes; all others are bars."""
_COLORS = ("#b9cfde", "#27567a")
"""The last series is dark, as in the report."""
_LABEL, _VALUE = 2, 4
_WIDTH, _HEIGHT, _ROW_HEIGHT = 560, 330, 20
_ROW_OF_A_POINT = 28
_MOST = 12


def charts_of(document: Document) -> list[PrintedChart]:
    """The charts in their order, the points of one series together."""
    return [chart for section in document.sections for chart in section.charts]


def points_of(chart: PrintedChart) -> list[ChartPoint]:
    """The points of a chart, those of one series together, as a list of cells needs them."""
    series = list(dict.fromkeys(point.series for point in chart.points))
    return sorted(chart.points, key=lambda point: series.index(point.series))


def write_drawings(book: XlsxBook, document: Document, source: str) -> None:
    """A sheet with a chart for each of the report, over the list of points on the sheet `source`."""
    sheet = book.add_sheet(SHEET)
    row, place = 1, 0
    for chart in charts_of(document):
        height = max(_HEIGHT, _ROW_OF_A_POINT * len(chart.points) if len(chart.points) > _MOST else 0)
        drawn = _drawn(book, chart, source, row)
        drawn.set_size({"width": _WIDTH, "height": height})
        sheet.worksheet.insert_chart(place, 0, drawn, {"description": plain(f"{chart.title} {chart.finding}".strip())})
        row += len(chart.points)
        place += math.ceil(height / _ROW_HEIGHT) + 1
    sheet.row = max(place, 1)
    sheet.print_up_to(_COLUMNS)


_COLUMNS = 10


def _drawn(book: XlsxBook, chart: PrintedChart, source: str, row: int) -> Chart:
    """One chart, a series of cells for each of its series."""
    kind = _TYPES.get(chart.kind, "bar")
    drawn = book.workbook.add_chart({"type": kind})
    points = points_of(chart)
    series = [(name, len(list(own))) for name, own in groupby(points, key=lambda point: point.series)]
    for place, (name, count) in enumerate(series):
        color = _COLORS[place - len(series)]
        look = {"line": {"color": color, "width": 2.25}} if kind == "line" else {"fill": {"color": color}}
        drawn.add_series(
            {
                "name": plain(name) or plain(chart.title),
                "categories": [source, row, _LABEL, row + count - 1, _LABEL],
                "values": [source, row, _VALUE, row + count - 1, _VALUE],
                **({"data_labels": {"value": True, "num_format": "#,##0.##"}} if place == len(series) - 1 else {}),
                **look,
            }
        )
        row += count
    unit = f"（{chart.unit}）" if chart.unit else ""
    drawn.set_title({"name": plain(f"{chart.label.text}　{chart.title}{unit}"), "name_font": {"size": 11}})
    drawn.set_legend({"position": "top"} if len(series) > 1 else {"none": True})
    if kind == "bar":
        drawn.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
    lengths = {"min": 0} if min((point.value for point in points), default=0) >= 0 else {}
    across = {"major_gridlines": {"visible": False}}
    drawn.set_x_axis(across | lengths if kind == "bar" else across)
    if kind == "column":
        drawn.set_y_axis(lengths)
    return drawn
