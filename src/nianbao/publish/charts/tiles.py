"""A map of tiles: each unit a square where it is declared to lie, the darker the more."""

from __future__ import annotations

from nianbao.publish.charts.look import STEPS, Spec, texts_of
from nianbao.terms.document import PrintedChart

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
