"""The charts of the report as charts of the workbook, drawn from the cells of its list of points."""

from __future__ import annotations

import math
from itertools import groupby

from xlsxwriter.chart import Chart

from nianbao.publish.plain import plain
from nianbao.publish.xlsx.book import XlsxBook
from nianbao.terms.document import ChartPoint, Document, PrintedChart

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
