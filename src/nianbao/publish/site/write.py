"""Write the pages of an edition: the report, a page per figure, indicators, completeness, revisions."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nianbao.publish import charts
from nianbao.publish.plain import exact_text, in_numbers
from nianbao.publish.site.completeness import UNITS_IN_MATRIX, matrix_name
from nianbao.publish.site.figure import change_text, figure_page, period_zh, share_text
from nianbao.publish.site.index_data import index_data, meaning
from nianbao.publish.site.last import NOTHING, LastEdition
from nianbao.publish.site.outline import Outline, leaf_name
from nianbao.publish.site.pages import open_pages, write_assets
from nianbao.publish.site.shown import pages_of
from nianbao.settings import write_whole
from nianbao.terms.document import Document, PrintedBlock, PrintedText, ToWrite
from nianbao.terms.status import Status

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_ASSETS = ("site.css", "site.js")
_DOWNLOADS = {".pdf": "PDF 文件", ".docx": "Word 文件", ".xlsx": "工作簿"}
_DATA = {"figures.csv": "数字一览 CSV", "texts.csv": "文字来源 CSV", "revisions.csv": "更正一览 CSV"}


def write(
    document: Document, folder: Path, draw: charts.DrawSvg = charts.to_svg, last: LastEdition = NOTHING
) -> dict[str, str]:
    """Write all pages into an edition's folder; the first of them links to the files that lie there.

    A page that shows what it showed in the last edition is taken over from there. Returns the key of each, by its file.
    """
    outline = Outline(document)
    pages = [figure_page(told, outline) for told in outline.told.values()]
    (folder / "figures").mkdir(exist_ok=True)
    keys = {}
    for page in pages_of(document, outline, pages, _downloads(document, folder)):
        keys[page.name] = page.key
        if not last.give(page.name, page.key, folder):
            template = _environment().get_template(page.template)
            write_whole(folder / page.name, template.render(**page.shows, svg=lambda chart: _svg(draw(chart))))
    (folder / "assets").mkdir(exist_ok=True)
    write_assets(_ASSETS, folder / "assets")
    write_whole(folder / "assets" / "figures.js", index_data(pages, outline))
    return keys


@cache
def _environment() -> Environment:
    """The templates, compiled once for all editions of a run."""
    environment = open_pages()
    says: dict[str, Any] = {
        "leaf_name": leaf_name,
        "matrix_name": matrix_name,
        "most": UNITS_IN_MATRIX,
        "moment_zh": _moment,
        "day_zh": _day,
        "chart_words": charts.in_words,
        "exact_text": exact_text,
        "in_numbers": in_numbers,
        "share_text": share_text,
        "change_text": change_text,
        "meaning": meaning,
        "period_zh": period_zh,
        "statuses": list(Status),
    }
    environment.globals.update(says)
    environment.tests["quoted"] = lambda piece: isinstance(piece, PrintedText)
    environment.tests["written"] = lambda piece: isinstance(piece, PrintedBlock)
    environment.tests["gap"] = lambda piece: isinstance(piece, ToWrite)
    return environment


def _downloads(document: Document, folder: Path) -> list[tuple[str, str]]:
    """File name and what it is, of the files for readers that the edition has."""
    stem = f"{document.publication}-{document.year}"
    found = [(f"{stem}{suffix}", zh) for suffix, zh in _DOWNLOADS.items()] + list(_DATA.items())
    return [(name, zh) for name, zh in found if (folder / name).exists()]


def _svg(drawn: str) -> Markup:
    from markupsafe import Markup

    # The words beside it say all of it; what the drawing is made of is nothing for those who do not see it.
    return Markup(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))


def _moment(moment: dt.datetime) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"


def _day(day: dt.date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "—"
