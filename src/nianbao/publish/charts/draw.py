"""Charts as Vega-Lite specifications, drawn as SVG for the page and as PNG for Word; writers add the titles."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.resources import as_file, files
from typing import Any

from nianbao.publish.charts.bars import actual_against_budget, bar_by_unit, composition, target_bars
from nianbao.publish.charts.look import FONT, INK, Spec, texts_of
from nianbao.publish.charts.over_time import quarters, slope
from nianbao.publish.charts.tiles import tile_map
from nianbao.terms.document import PrintedChart


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


def to_png(chart: PrintedChart, scale: float = 3) -> bytes:
    """The chart as PNG on white, `scale` times as many pixels wide as the SVG."""
    white = {**specification(chart), "background": "white"}
    return bytes(_converter().vegalite_to_png(white, scale=scale))


def in_words(chart: PrintedChart) -> str:
    """What the chart shows, for those who cannot see it: title and every value."""
    texts = texts_of(chart.points)
    shown = [f"{p.label}{p.series and f'（{p.series}）'} {t}" for p, t in zip(chart.points, texts, strict=True)]
    whole = f"。{chart.whole.label} {chart.whole.text}" if chart.whole else ""
    return f"{chart.title}（{chart.unit}）：{chart.finding and chart.finding + '。'}{'，'.join(shown)}{whole}。"


_KINDS: dict[str, Callable[[PrintedChart], Spec]] = {
    "bar_by_unit": bar_by_unit,
    "composition": composition,
    "actual_against_budget": actual_against_budget,
    "slope": slope,
    "quarters": quarters,
    "target_bars": target_bars,
    "tile_map": tile_map,
}


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
