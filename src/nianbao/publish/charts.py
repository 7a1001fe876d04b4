"""Charts as Vega-Lite specifications, drawn as SVG for the page and as PNG for Word; writers add the titles."""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import as_file, files
from typing import Any

from nianbao.terms.document import ChartPoint, PrintedChart

Spec = dict[str, Any]

FONT = "Noto Sans CJK SC"
WIDTH = 480
INK, QUIET, LINE = "#22282e", "#59636e", "#8b949e"
DARK, LIGHT = "#27567a", "#b9cfde"
# Each step is told from the next also when printed in grey.
STEPS = ("#1d3f5e", "#4a7fa5", "#8db4cc", "#cfdfe8", "#6f6656", "#a89d89", "#d6cdbd", "#efe9df")

_BAR_ROW, _PAIR_ROW, _PAIR_BAR, _STRIP, _LEGEND_ROW = 30, 50, 17, 34, 28
_ROOM_FOR_VALUES = 1.3
_REST = "其他"


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
        **draw(chart.points),
    }


def to_svg(chart: PrintedChart) -> str:
    """The chart as SVG text whose labels stay text."""
    return str(_converter().vegalite_to_svg(specification(chart)))


def to_png(chart: PrintedChart, scale: float = 3) -> bytes:
    """The chart as PNG on white, `scale` times as many pixels wide as the SVG."""
    white = {**specification(chart), "background": "white"}
    return bytes(_converter().vegalite_to_png(white, scale=scale))


def in_words(chart: PrintedChart) -> str:
    """What the chart shows, for those who cannot see it: title and every value."""
    texts = _texts(chart.points)
    shown = [f"{p.label}{p.series and f'（{p.series}）'} {t}" for p, t in zip(chart.points, texts, strict=True)]
    return f"{chart.title}（{chart.unit}）：{'，'.join(shown)}。"


def _bar_by_unit(points: tuple[ChartPoint, ...]) -> Spec:
    """Horizontal bars, the longest on top, each with its value."""
    ranked = sorted(points, key=lambda point: -point.value)
    return {
        "data": {"values": _rows(ranked)},
        "width": WIDTH,
        "height": _BAR_ROW * max(len(points), 1),
        "autosize": {"type": "fit", "contains": "padding"},
        "encoding": {"y": _names("label")},
        "layer": [
            {"mark": {"type": "bar", "height": 17, "color": DARK}, "encoding": {"x": _lengths(points)}},
            _value_labels(points),
            _zero_line(),
        ],
    }


def _composition(points: tuple[ChartPoint, ...]) -> Spec:
    """One strip cut into shares, and under it a line per part with its value and share; the rest comes last."""
    ranked = sorted(points, key=lambda point: (point.label.startswith(_REST), -point.value))
    total = sum((max(point.value, Decimal()) for point in ranked), Decimal())
    rows, left = _rows(ranked), Decimal()
    for number, (row, point) in enumerate(zip(rows, ranked, strict=True)):
        share = max(point.value, Decimal()) / total if total else Decimal()
        row |= {"left": float(left * WIDTH), "right": float((left + share) * WIDTH)}
        row |= {"share": f"{_rounded(share * 100, 1)}%" if total else "", "color": STEPS[number % len(STEPS)]}
        row["at"] = _STRIP + 20 + _LEGEND_ROW * number
        left += share
    color = {"field": "color", "type": "nominal", "scale": None}
    at = {"field": "at", "type": "quantitative", "scale": None, "axis": None}
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": _STRIP + 10 + _LEGEND_ROW * len(rows),
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "white", "strokeWidth": 1.5},
                "encoding": {
                    "x": {"field": "left", "type": "quantitative", "scale": None, "axis": None},
                    "x2": {"field": "right"},
                    "y": {"value": 0},
                    "y2": {"value": _STRIP},
                    "color": color,
                },
            },
            {
                "mark": {"type": "square", "size": 130, "opacity": 1},
                "encoding": {"x": {"value": 8}, "y": at, "color": color},
            },
            _column(at, "label", 24, "left"),
            _column(at, "text", WIDTH - 90, "right"),
            _column(at, "share", WIDTH - 4, "right"),
        ],
    }


def _actual_against_budget(points: tuple[ChartPoint, ...]) -> Spec:
    """Bars side by side per label in the declared order, the first series dark and the second light."""
    labels = list(dict.fromkeys(point.label for point in points))
    series = list(dict.fromkeys(point.series for point in points))
    color = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": series, "range": [DARK, LIGHT]},
        "legend": {"title": None, "orient": "top", "direction": "horizontal", "offset": 8},
    }
    return {
        "data": {"values": _rows(points)},
        "width": WIDTH,
        "height": _PAIR_ROW * max(len(labels), 1) + 40,
        "autosize": {"type": "fit", "contains": "padding"},
        "encoding": {
            "y": {**_names("label"), "scale": {"paddingInner": 0.3, "paddingOuter": 0.1}},
            "yOffset": {"field": "series", "type": "nominal", "sort": series, "scale": {"paddingInner": 0}},
        },
        "layer": [
            {
                "mark": {"type": "bar", "height": _PAIR_BAR - 1},
                "encoding": {"x": _lengths(points), "color": color},
            },
            _value_labels(points),
            _zero_line(),
        ],
    }


_KINDS: dict[str, Callable[[tuple[ChartPoint, ...]], Spec]] = {
    "bar_by_unit": _bar_by_unit,
    "composition": _composition,
    "actual_against_budget": _actual_against_budget,
}


def _rows(points: list[ChartPoint] | tuple[ChartPoint, ...]) -> list[Spec]:
    """The points as data; only lengths become floating numbers, what is printed is made from the exact values."""
    return [
        {"label": point.label, "series": point.series, "value": float(point.value), "text": text, "end": float(end)}
        for point, text in zip(points, _texts(points), strict=True)
        for end in [max(point.value, Decimal())]
    ]


def _texts(points: list[ChartPoint] | tuple[ChartPoint, ...]) -> list[str]:
    """The values as printed: whole numbers when all of them are whole, else two decimals for all."""
    decimals = 0 if all(point.value == point.value.to_integral_value() for point in points) else 2
    return [f"{_rounded(point.value, decimals):,}" for point in points]


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _names(field: str) -> Spec:
    axis = {"title": None, "ticks": False, "domain": False}
    return {"field": field, "type": "nominal", "sort": None, "axis": axis}


def _lengths(points: tuple[ChartPoint, ...], field: str = "value") -> Spec:
    """The scale of the bars: from zero, with room for the value behind the longest bar."""
    values = [point.value for point in points] or [Decimal()]
    highest = float(max(*values, Decimal())) * _ROOM_FOR_VALUES or 1
    domain = [float(min(*values, Decimal())), highest]
    return {"field": field, "type": "quantitative", "axis": None, "scale": {"domain": domain, "nice": False}}


def _value_labels(points: tuple[ChartPoint, ...]) -> Spec:
    mark = {"type": "text", "align": "left", "baseline": "middle", "dx": 6}
    return {"mark": mark, "encoding": {"x": _lengths(points, "end"), "text": {"field": "text"}}}


def _zero_line() -> Spec:
    return {"mark": {"type": "rule", "color": LINE}, "encoding": {"x": {"datum": 0}, "y": {}, "yOffset": {}}}


def _column(at: Spec, field: str, x: int, align: str) -> Spec:
    mark = {"type": "text", "align": align, "baseline": "middle", "color": QUIET if field == "share" else INK}
    return {"mark": mark, "encoding": {"x": {"value": x}, "y": at, "text": {"field": field}}}


@functools.cache
def _converter() -> Any:
    """The drawing engine, loaded when first needed, with the Chinese font that is installed beside it."""
    import vl_convert

    with as_file(files("noto_cjk_sans_otc")) as folder:
        vl_convert.register_font_directory(str(folder))
    return vl_convert
