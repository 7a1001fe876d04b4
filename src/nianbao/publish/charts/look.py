"""Parts that every chart is made of: colours, sizes, values as printed, scales and labels."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from nianbao.terms.document import ChartPoint

Spec = dict[str, Any]

FONT = "Noto Sans CJK SC"
WIDTH = 480
INK, QUIET, LINE = "#22282e", "#59636e", "#8b949e"
DARK, LIGHT = "#27567a", "#b9cfde"
FALL = "#b3590f"
"""Blue and orange are told apart by everybody; what falls is also said in figures."""
STEPS = ("#1d3f5e", "#4a7fa5", "#8db4cc", "#cfdfe8", "#6f6656", "#a89d89", "#d6cdbd", "#efe9df")
"""Each step is told from the next also when printed in grey."""
ROOM_FOR_VALUES = 1.3
PAPER_WIDTH, PAPER_HEIGHT = 115.0, 155.0
"""Millimetres: as wide as most drawings are printed, and as high as the highest may be."""


def on_paper(width: float, height: float) -> tuple[float, float]:
    """Millimetres of a drawing of so many pixels: all on one scale, so that letters are of one size, if it fits."""
    scale = min(PAPER_WIDTH / (WIDTH + 8), PAPER_WIDTH / width, PAPER_HEIGHT / height)
    return width * scale, height * scale


def rows_of(points: Sequence[ChartPoint]) -> list[Spec]:
    """The points as data; only lengths become floating numbers, what is printed is made from the exact values."""
    return [
        {"label": point.label, "series": point.series, "value": float(point.value), "text": text, "end": float(end)}
        for point, text in zip(points, texts_of(points), strict=True)
        for end in [max(point.value, Decimal())]
    ]


def texts_of(points: Sequence[ChartPoint]) -> list[str]:
    """As a point says itself; else whole numbers when all of them are whole, or two decimals for all."""
    decimals = 0 if all(point.value == point.value.to_integral_value() for point in points) else 2
    return [point.text or f"{rounded(point.value, decimals):,}" for point in points]


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def names_axis(field: str) -> Spec:
    """The names at the left of rows."""
    axis = {"title": None, "ticks": False, "domain": False}
    return {"field": field, "type": "nominal", "sort": None, "axis": axis}


def lengths(points: Sequence[ChartPoint], field: str = "value") -> Spec:
    """The scale of the bars: from zero, with room for the value behind the longest bar."""
    values = [point.value for point in points] or [Decimal()]
    highest = float(max(*values, Decimal())) * ROOM_FOR_VALUES or 1
    domain = [float(min(*values, Decimal())), highest]
    return {"field": field, "type": "quantitative", "axis": None, "scale": {"domain": domain, "nice": False}}


def value_labels(points: Sequence[ChartPoint]) -> Spec:
    """Each value behind its bar."""
    mark = {"type": "text", "align": "left", "baseline": "middle", "dx": 6}
    return {"mark": mark, "encoding": {"x": lengths(points, "end"), "text": {"field": "text"}}}


def zero_line() -> Spec:
    """The line from which bars begin."""
    return {"mark": {"type": "rule", "color": LINE}, "encoding": {"x": {"datum": 0}, "y": {}, "yOffset": {}}}


def column(at: Spec, field: str, x: int, align: str) -> Spec:
    """A column of texts, each at its height."""
    mark = {"type": "text", "align": align, "baseline": "middle", "color": QUIET if field == "share" else INK}
    return {"mark": mark, "encoding": {"x": {"value": x}, "y": at, "text": {"field": field}}}


def percent_change(before: Decimal, now: Decimal) -> str:
    """The change in per cent with its sign, of a value above nought."""
    change = rounded((now - before) / before * 100, 1)
    return f"{'+' if change > 0 else ''}{change}%"
