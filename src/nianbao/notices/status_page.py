"""The morning as one private page: nothing from outside, no scripts, for desk, phone and paper."""

from __future__ import annotations

import base64
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.settings import Home
from nianbao.templates import open_templates, read_part
from nianbao.terms.morning import Morning, name_forms
from nianbao.terms.status import Status

if TYPE_CHECKING:
    from jinja2 import Template

_PACKAGE = "nianbao.notices"
_UNITS = 200
_MODE = 0o640
"""The most that anybody may be given; the umask of the process takes the group's share away unless it is asked for."""


def write_status_page(morning: Morning, home: Home) -> Path:
    """Put the page in place of the one before, whole; it has contacts in it and is for the office alone."""
    page = home.status / "index.html"
    home.status.mkdir(mode=0o750, exist_ok=True)
    scratch = page.with_name(f".{page.name}.part")
    scratch.unlink(missing_ok=True)
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "w", encoding="utf-8") as file:
        file.write(render_status(morning, home.is_sample))
    os.replace(scratch, page)
    return page


def render_status(morning: Morning, is_sample: bool = False) -> str:
    """The morning as an HTML page."""
    from markupsafe import Markup

    style = read_part(_PACKAGE, "status.css")
    return _template().render(
        it=morning,
        when=f"{morning.at:%Y-%m-%d %H:%M}",
        chased=morning.to_chase,
        named=name_forms(morning.to_chase[:_UNITS]),
        most=_UNITS,
        is_sample=is_sample,
        statuses=list(Status),
        style=Markup(style),  # our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
    )


@cache
def _template() -> Template:
    return open_templates(_PACKAGE).get_template("status.html.j2")
