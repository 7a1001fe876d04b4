"""Charts as Vega-Lite specifications, drawn as SVG for the page and as PNG for Word; writers add the titles."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.resources import as_file, files
from typing import Any

from nianbao.publish.charts.bars import actual_against_budget, bar_by_unit, composition, target_bars
from nianbao.publish.charts.look import FONT, INK, STEPS, Spec, texts_of
from nianbao.publish.charts.over_time import quarters, slope
from nianbao.terms.document import PrintedChart

PNG_SCALE = 3
"""So many times as many pixels wide as the SVG is a PNG for Word."""


def specification(chart: PrintedChart) -> Spec:
    """The Vega-Lite specification of a chart.

    Raises:
        ValueError: the chart's kind is unknown.
    """
    draw = _KINDS.get(chart.kind)
    if draw is None:
        raise ValueError(f"chart {chart.title!r} has kind {chart.kind!r}; known are {', '.join(_KINDS)}")
    return {
        "background": None,
        "padding": {"left": 2, "right": 2, "top": 4, "bottom": 4},
        "config": {
            "font": FONT,
            "aria": False,
            "view": {"stroke": None},
            "text": {"fontSize": 13, "color": INK},
            "axis": {"labelFontSize": 13, "labelColor": INK, "labelLimit": 0, "labelPadding": 8},
            "legend": {"labelFontSize": 13, "labelColor": INK, "symbolType": "square", "symbolStrokeWidth": 0},
        },
        **({"title": _finding(chart)} if chart.finding else {}),
        **draw(chart),
    }


def to_svg(chart: PrintedChart) -> str:
    """The chart as SVG text whose labels stay text."""
    return str(_converter().vegalite_to_svg(specification(chart)))


def to_png(chart: PrintedChart, scale: float = PNG_SCALE) -> bytes:
    """The chart as PNG on white, `scale` times as many pixels wide as the SVG."""
    white = {**specification(chart), "background": "white"}
    return bytes(_converter().vegalite_to_png(white, scale=scale))


def in_words(chart: PrintedChart) -> str:
    """What the chart shows, for those who cannot see it: title and every value."""
    texts = texts_of(chart.points)
    shown = [f"{p.label}{p.series and f'（{p.series}）'} {t}" for p, t in zip(chart.points, texts, strict=True)]
    whole = f"。{chart.whole.label} {chart.whole.text}" if chart.whole else ""
    return f"{chart.title}（{chart.unit}）：{chart.finding and chart.finding + '。'}{'，'.join(shown)}{whole}。"


def _finding(chart: PrintedChart) -> Spec:
    """What is seen, over the drawing."""
    return {"text": chart.finding, "anchor": "start", "fontSize": 14, "fontWeight": "bold", "color": INK, "offset": 12}


@functools.cache
def _converter() -> Any:
    """The drawing engine, loaded when first needed, with the Chinese font that is installed beside it."""
    import vl_convert

    with as_file(files("noto_cjk_sans_otc")) as folder:
        vl_convert.register_font_directory(str(folder))
    return vl_convert


_TILE, _GAP = 92, 4
_SHADES = (*reversed(STEPS[:4]),)
"""From light to dark; on the two dark ones the letters are white."""
_ON_LIGHT = "#14202b"
"""Letters on the light ones: a page in the dark makes the ink of a drawing light, and leaves that of tiles as it is."""
_FROM_WHITE = 2


def tile_map(chart: PrintedChart) -> Spec:
    """Squares in rows and columns; the four shades part the range of the values evenly, and each says its value."""
    values = [point.value for point in chart.points]
    low, high = min(values), max(values)
    places = [point.place or (0, 0) for point in chart.points]
    top, left = min(row for row, _ in places), min(column for _, column in places)
    rows = []
    for point, text, (given_row, given_column) in zip(chart.points, texts_of(chart.points), places, strict=True):
        step = int((point.value - low) / (high - low) * len(_SHADES)) if high > low else 0
        shade = min(step, len(_SHADES) - 1)
        row, column = given_row - top, given_column - left
        rows.append(
            {
                "label": point.label,
                "text": text,
                "x": column * _TILE,
                "x2": (column + 1) * _TILE - _GAP,
                "y": row * _TILE,
                "y2": (row + 1) * _TILE - _GAP,
                "middle": column * _TILE + (_TILE - _GAP) / 2,
                "color": _SHADES[shade],
                "ink": "white" if shade >= _FROM_WHITE else _ON_LIGHT,
            }
        )
    color = {"field": "color", "type": "nominal", "scale": None}
    ink = {"field": "ink", "type": "nominal", "scale": None}
    name = {"type": "text", "align": "center", "fontWeight": "bold", "dy": 34}
    value = {"type": "text", "align": "center", "dy": 56}
    return {
        "data": {"values": rows},
        "width": max(row["x2"] for row in rows),
        "height": max(row["y2"] for row in rows),
        "layer": [
            {
                "mark": {"type": "rect", "cornerRadius": 3},
                "encoding": {
                    "x": _at("x"),
                    "x2": {"field": "x2"},
                    "y": _at("y"),
                    "y2": {"field": "y2"},
                    "color": color,
                },
            },
            *(
                {"mark": mark, "encoding": {"x": _at("middle"), "y": _at("y"), "text": {"field": field}, "color": ink}}
                for mark, field in ((name, "label"), (value, "text"))
            ),
        ],
    }


def _at(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


_KINDS: dict[str, Callable[[PrintedChart], Spec]] = {
    "bar_by_unit": bar_by_unit,
    "composition": composition,
    "actual_against_budget": actual_against_budget,
    "slope": slope,
    "quarters": quarters,
    "target_bars": target_bars,
    "tile_map": tile_map,
}
