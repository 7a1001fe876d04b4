"""Drawings that are kept: what was drawn from the same specification by the same libraries is not drawn again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from nianbao.publish.charts.draw import specification, to_svg
from nianbao.settings import write_whole
from nianbao.terms.document import PrintedChart

DrawSvg = Callable[[PrintedChart], str]
"""Draws a chart as SVG text."""

MOST_KEPT = 500
"""So many drawings are kept, those that were used last; the draft of a publication has some ten."""

_DRAWN_BY = ("vl-convert-python", "noto-cjk-sans-otc")
_END = "</svg>"


def keep_drawings(folder: Path) -> DrawSvg:
    """Draws as `to_svg` does and keeps what it drew in a folder: the engine starts for a new specification alone.

    The folder may be deleted at any time; a file in it that is torn is drawn anew.
    """

    def draw(chart: PrintedChart) -> str:
        path = folder / f"{_key(chart)}.svg"
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        if kept.endswith(_END):
            os.utime(path)
            return kept
        drawn = to_svg(chart)
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, drawn)
        _sweep(folder)
        return drawn

    return draw


def _key(chart: PrintedChart) -> str:
    made_of = [specification(chart), [version(library) for library in _DRAWN_BY]]
    return hashlib.sha256(json.dumps(made_of, default=str).encode()).hexdigest()


def _sweep(folder: Path) -> None:
    for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)[:-MOST_KEPT]:
        path.unlink()
