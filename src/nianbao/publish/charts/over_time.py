"""A year against the one before: a slope per unit, a line per year over its quarters."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from nianbao.publish.charts.look import (
    DARK,
    FALL,
    INK,
    LIGHT,
    LINE,
    QUIET,
    WIDTH,
    Spec,
    percent_change,
    rounded,
    texts_of,
)
from nianbao.terms.document import PrintedChart

_SLOPE_HEIGHT, _LABEL_ROW, _TEXT = 300, 19, 13
_LEFT, _RIGHT = 130, 250
_QUARTERS_HEIGHT, _ROOM_ABOVE = 220, 1.15
_OVER, _UNDER, _ROOM_BELOW = -12, 20, 22
"""Where the value of a point stands, in pixels from it; the room for one under a point at nought."""


def slope(chart: PrintedChart) -> Spec:
    """A line for each label from its first series to its second, named at the right; what fell is orange.

    Where everything is above nought the height is logarithmic, so that the same steepness is the same per cent, and a
    large unit does not press the others flat.
    """
    labels = list(dict.fromkeys(point.label for point in chart.points))
    before, after = list(dict.fromkeys(point.series for point in chart.points))
    value = {(point.label, point.series): float(point.value) for point in chart.points}
    exact = {(point.label, point.series): point.value for point in chart.points}
    text = dict(zip(((point.label, point.series) for point in chart.points), texts_of(chart.points), strict=True))
    height = max(_SLOPE_HEIGHT, _LABEL_ROW * len(labels))
    heights = _heights(list(value.values()), height)
    places = {key: heights[number] for key, number in value.items()}
    apart = {
        (label, series): at
        for series in (before, after)
        for label, at in _keep_apart({label: places[label, series] for label in labels}).items()
    }
    rows = [
        {
            "y1": places[label, before],
            "y2": places[label, after],
            "at1": apart[label, before],
            "at2": apart[label, after],
            "before": text[label, before],
            "after": f"{text[label, after]}  {label}  {_change(exact[label, before], exact[label, after], chart.unit)}",
            "color": DARK if value[label, after] >= value[label, before] else FALL,
        }
        for label in labels
    ]
    color = {"field": "color", "type": "nominal", "scale": None}
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": max([height, *apart.values()]) + 2 * _LABEL_ROW,
        "layer": [
            {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": {
                "x": _at(_LEFT), "x2": _at(_RIGHT), "y": _y("y1"), "y2": {"field": "y2"}, "color": color}},
            *(
                {"mark": {"type": "circle", "size": 46, "opacity": 1}, "encoding": {
                    "x": _at(x), "y": _y(y), "color": color}}
                for x, y in ((_LEFT, "y1"), (_RIGHT, "y2"))
            ),
            *(
                {"mark": {"type": "rule", "color": LINE, "strokeWidth": 0.6}, "encoding": {
                    "x": _at(near), "x2": _at(far), "y": _y(point), "y2": {"field": label}}}
                for near, far, point, label in (
                    (_LEFT - 6, _LEFT - 18, "y1", "at1"), (_RIGHT + 6, _RIGHT + 18, "y2", "at2"))
            ),
            _words("before", _LEFT - 22, "at1", "right", QUIET),
            _words("after", _RIGHT + 22, "at2", "left", INK),
            _head(before, _LEFT),
            _head(after, _RIGHT),
        ],
    }  # fmt: skip


def quarters(chart: PrintedChart) -> Spec:
    """A line per series over the labels; the last series is dark and says its values, the one before it is light."""
    labels = list(dict.fromkeys(point.label for point in chart.points))
    series = list(dict.fromkeys(point.series for point in chart.points))
    rows = [
        {"label": point.label, "series": point.series, "value": float(point.value), "text": text}
        for point, text in zip(chart.points, texts_of(chart.points), strict=True)
    ]
    most = max((float(point.value) for point in chart.points), default=0) or 1
    heights = {
        name: _QUARTERS_HEIGHT * (1 - own[-1] / (most * _ROOM_ABOVE))
        for name in series
        for own in [[float(point.value) for point in chart.points if point.series == name]]
    }
    last = [row for row in rows if row["series"] in series[-1:]]
    shown = [float(point.value) for point in chart.points if point.series in series[-1:]]
    said = list(zip(last, _beside_line(shown), strict=True))
    ends = [{"series": name, "at": at} for name, at in _keep_apart(heights, 0).items()]
    x = {"field": "label", "type": "ordinal", "sort": labels, "axis": {
        "title": None, "labelAngle": 0, "ticks": False, "domainColor": LINE, "offset": _ROOM_BELOW}}  # fmt: skip
    y = {"field": "value", "type": "quantitative", "axis": None, "scale": {
        "domainMin": 0, "domainMax": most * _ROOM_ABOVE, "nice": False}}  # fmt: skip
    color = {"field": "series", "type": "nominal", "legend": None, "scale": {
        "domain": series, "range": [LIGHT, DARK][-max(len(series), 1):]}}  # fmt: skip
    label = {"type": "text", "fontSize": _TEXT}
    return {
        "data": {"values": rows},
        "width": WIDTH - 60,
        "height": _QUARTERS_HEIGHT,
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"color": color}},
            {"mark": {"type": "point", "filled": True, "size": 55, "opacity": 1}, "encoding": {"color": color}},
            *(
                {
                    "data": {"values": [row for row, at in said if at == place]},
                    "mark": {**label, "dy": place},
                    "encoding": {"text": {"field": "text"}},
                }
                for place in sorted({at for _, at in said})
            ),
            {
                "data": {"values": ends},
                "mark": {**label, "align": "left", "color": QUIET},
                "encoding": {"x": _at(WIDTH - 60 - 22), "y": _y("at"), "text": {"field": "series"}},
            },
        ],
    }


def _beside_line(values: Sequence[float]) -> list[int]:
    """How far from its point each value is written: over it, but under it where the line falls to it."""
    places = []
    for number, value in enumerate(values):
        around = [values[at] for at in (number - 1, number + 1) if 0 <= at < len(values)]
        falls = bool(around) and sum(around) / len(around) > value
        places.append(_UNDER if falls else _OVER)
    return places


def _heights(values: Sequence[float], height: int) -> dict[float, float]:
    """How far from the top each value stands, the largest at the top; in logarithms where all are above nought."""
    import math

    scaled = {value: math.log(value) if min(values) > 0 else value for value in values}
    low, high = min(scaled.values()), max(scaled.values())
    return {
        value: _LABEL_ROW + (height - _LABEL_ROW) * ((high - each) / (high - low) if high > low else 0.5)
        for value, each in scaled.items()
    }


def _keep_apart(places: dict[str, float], top: float = _LABEL_ROW) -> dict[str, float]:
    """Places of labels in the same order, no two nearer than a row: each group of them about where it belongs."""
    groups: list[tuple[float, list[str]]] = []
    for label, place in sorted(places.items(), key=lambda each: each[1]):
        groups.append((place, [label]))
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < _LABEL_ROW * (
            (len(groups[-1][1]) + len(groups[-2][1])) / 2
        ):
            (low, ones), (high, others) = groups[-2:]
            count = len(ones) + len(others)
            groups[-2:] = [((low * len(ones) + high * len(others)) / count, ones + others)]
    found = {
        label: middle + _LABEL_ROW * (number - (len(labels) - 1) / 2)
        for middle, labels in groups
        for number, label in enumerate(labels)
    }
    shift = max(top - min(found.values(), default=top), 0)
    return {label: place + shift for label, place in found.items()}


def _change(before: Decimal, now: Decimal, unit: str) -> str:
    """How much more or less, in per cent; in points where the values are per cent."""
    if unit == "%":
        return f"{rounded(now - before, 1):+}个百分点"
    return percent_change(before, now) if before > 0 else ""


def _at(x: int) -> Spec:
    return {"value": x}


def _y(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def _words(field: str, x: int, at: str, align: str, color: str) -> Spec:
    mark = {"type": "text", "align": align, "baseline": "middle", "color": color}
    return {"mark": mark, "encoding": {"x": _at(x), "y": _y(at), "text": {"field": field}}}


def _head(text: str, x: int) -> Spec:
    """The year over a side."""
    mark = {"type": "text", "fontWeight": "bold", "baseline": "top", "color": INK}
    return {
        "data": {"values": [{}]},
        "mark": mark,
        "encoding": {"x": _at(x), "y": {"value": -4}, "text": {"value": text}},
    }
