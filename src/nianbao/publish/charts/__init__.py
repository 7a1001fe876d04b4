"""Charts: one look and one way of drawing for page, paper and Word."""

from nianbao.publish.charts.draw import PNG_SCALE, in_words, specification, to_png, to_svg
from nianbao.publish.charts.kept import DrawSvg, keep_drawings
from nianbao.publish.charts.look import FONT, on_paper, percent_change, rounded, texts_of

__all__ = [
    "FONT",
    "PNG_SCALE",
    "DrawSvg",
    "in_words",
    "keep_drawings",
    "on_paper",
    "percent_change",
    "rounded",
    "specification",
    "texts_of",
    "to_png",
    "to_svg",
]
