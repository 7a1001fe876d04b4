"""A document as one HTML page that needs nothing from outside and shows for every figure where it comes from."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.publish import charts
from nianbao.publish.plain import edition_zh, exact_text, holds_zh
from nianbao.publish.traces import TraceData
from nianbao.terms.document import Document, PrintedChart

if TYPE_CHECKING:
    from markupsafe import Markup

_NAMED_AT_MOST = 3


def write(document: Document, path: Path) -> None:
    """Write the document's page to a file."""
    path.write_text(render(document), encoding="utf-8", newline="\n")


def render(document: Document) -> str:
    """The document's page."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    environment.filters["hashed"] = _hashed
    traces = TraceData(document)
    return environment.from_string(_part("page.html.j2")).render(
        it=document,
        edition=edition_zh(document.edition),
        as_of=_moment(document.as_of),
        titles=traces.titles,
        traces=traces,
        data=Markup(traces.to_json()),
        style=Markup(_part("page.css")),
        script=Markup(_part("page.js")),
        svg=_svg,
        in_words=charts.in_words,
        exact_text=exact_text,
        holds_zh=holds_zh,
        absent=_absent,
    )


def _part(name: str) -> str:
    return files("nianbao.publish").joinpath(name).read_text(encoding="utf-8")


def _hashed(text: str) -> str:
    """The hash by which the page's content policy lets an inline style or script in."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _svg(chart: PrintedChart) -> Markup:
    from markupsafe import Markup

    return Markup(charts.to_svg(chart))


def _moment(moment: dt.datetime) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"


def _absent(names: tuple[str, ...]) -> str:
    """The units that have not reported, the first few by name."""
    named = "、".join(names[:_NAMED_AT_MOST])
    return named if len(names) <= _NAMED_AT_MOST else f"{named}等{len(names)}个单位"
