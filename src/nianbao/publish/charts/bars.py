"""Bars: by unit, as shares of a whole, against a budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from nianbao.publish.charts.look import (
    DARK,
    FALL,
    INK,
    LIGHT,
    STEPS,
    WIDTH,
    Spec,
    column,
    lengths,
    names_axis,
    rounded,
    rows_of,
    value_labels,
    zero_line,
)
from nianbao.terms.document import ChartPoint, PrintedChart

_BAR_ROW, _PAIR_ROW, _PAIR_BAR, _STRIP, _LEGEND_ROW = 30, 50, 17, 34, 28
_REST = "其他"
_FULL, _TARGET_CUT, _TARGET_ROOM = 100, 150, 300


def bar_by_unit(chart: PrintedChart) -> Spec:
    """Horizontal bars, the longest on top, each with its value; a dashed line is the value of all together."""
    points = chart.points
    scaled = points if chart.whole is None else (*points, chart.whole)
    ranked = sorted(points, key=lambda point: -point.value)
    return {
        "data": {"values": rows_of(ranked)},
        "width": WIDTH,
        "height": _BAR_ROW * max(len(points), 1),
        "autosize": {"type": "fit", "contains": "padding"},
        "encoding": {"y": names_axis("label")},
        "layer": [
            {"mark": {"type": "bar", "height": 17, "color": DARK}, "encoding": {"x": lengths(scaled)}},
            value_labels(points) if chart.whole is None else _values_at_the_end(),
            zero_line(),
            *_whole(chart, scaled),
        ],
    }


def composition(chart: PrintedChart) -> Spec:
    """One strip cut into shares, and under it a line per part with its value and share; the rest comes last."""
    ranked = sorted(chart.points, key=lambda point: (point.label.startswith(_REST), -point.value))
    total = sum((max(point.value, Decimal()) for point in ranked), Decimal())
    rows, left = rows_of(ranked), Decimal()
    for number, (row, point) in enumerate(zip(rows, ranked, strict=True)):
        share = max(point.value, Decimal()) / total if total else Decimal()
        row |= {"left": float(left * WIDTH), "right": float((left + share) * WIDTH)}
        row |= {"share": f"{rounded(share * 100, 1)}%" if total else "", "color": STEPS[number % len(STEPS)]}
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
            column(at, "label", 24, "left"),
            column(at, "text", WIDTH - 90, "right"),
            column(at, "share", WIDTH - 4, "right"),
        ],
    }


def actual_against_budget(chart: PrintedChart) -> Spec:
    """Bars side by side per label in the declared order, the first series dark and the second light."""
    points = chart.points
    labels = list(dict.fromkeys(point.label for point in points))
    series = list(dict.fromkeys(point.series for point in points))
    color = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": series, "range": [DARK, LIGHT]},
        "legend": {"title": None, "orient": "top", "direction": "horizontal", "offset": 8},
    }
    return {
        "data": {"values": rows_of(points)},
        "width": WIDTH,
        "height": _PAIR_ROW * max(len(labels), 1) + 40,
        "autosize": {"type": "fit", "contains": "padding"},
        "encoding": {
            "y": {**names_axis("label"), "scale": {"paddingInner": 0.3, "paddingOuter": 0.1}},
            "yOffset": {"field": "series", "type": "nominal", "sort": series, "scale": {"paddingInner": 0}},
        },
        "layer": [
            {
                "mark": {"type": "bar", "height": _PAIR_BAR - 1},
                "encoding": {"x": lengths(points), "color": color},
            },
            value_labels(points),
            zero_line(),
        ],
    }


def target_bars(chart: PrintedChart) -> Spec:
    """How far each target was reached, in per cent of it; the line is the target itself. More than half as much again
    is cut off: by how much a target was exceeded says its text."""
    rows = [
        {
            "label": each.label,
            "value": min(float(each.value), _TARGET_CUT),
            "end": max(min(float(each.value), _TARGET_CUT), _FULL),
            "text": each.text,
            "reached": each.value >= _FULL,
        }
        for each in chart.points
    ]
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": {"domain": [0, _TARGET_ROOM], "nice": False}}
    reached = {"condition": {"test": "datum.reached", "value": DARK}, "value": FALL}
    text = {"type": "text", "align": "left", "baseline": "middle", "dx": 6}
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": _BAR_ROW * max(len(rows), 1) + 18,
        "autosize": {"type": "fit", "contains": "padding"},
        "encoding": {"y": names_axis("label")},
        "layer": [
            {"mark": {"type": "bar", "height": 15}, "encoding": {"x": x, "color": reached}},
            {
                "mark": {"type": "rule", "color": INK, "strokeDash": [4, 3]},
                "encoding": {"x": {"datum": _FULL}, "y": {}},
            },
            {"mark": text, "encoding": {"x": {"field": "end", "type": "quantitative"}, "text": {"field": "text"}}},
        ],
    }


def _values_at_the_end() -> Spec:
    """The values in a column of their own, which the line of the whole does not cross."""
    mark = {"type": "text", "align": "right", "baseline": "middle"}
    return {"mark": mark, "encoding": {"x": {"value": {"expr": "width"}}, "text": {"field": "text"}}}


def _whole(chart: PrintedChart, scaled: Sequence[ChartPoint]) -> Iterator[Spec]:
    """The value of all together as a dashed line across the bars, named at its foot."""
    if chart.whole is None:
        return
    x = {"scale": lengths(scaled)["scale"], "datum": float(chart.whole.value)}
    yield {"mark": {"type": "rule", "color": INK, "strokeDash": [4, 3]}, "encoding": {"x": x, "y": {}}}
