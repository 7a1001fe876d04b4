"""How the pages of the site are made: their templates, and the scripts and styles that stand beside them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.publish.plain import day_zh, edition_zh
from nianbao.settings import write_whole
from nianbao.templates import open_templates, read_part

if TYPE_CHECKING:
    from jinja2 import Environment

_PACKAGE = "nianbao.publish.site"


def open_pages() -> Environment:
    """The templates of the site, with the words that all of them say."""
    environment = open_templates(_PACKAGE, "templates")
    environment.globals.update({"edition_zh": edition_zh, "day_zh": day_zh})
    return environment


def read_page_part(folder: str, name: str) -> str:
    """A template or an asset as it stands in the program."""
    return read_part(_PACKAGE, f"{folder}/{name}")


def write_assets(names: Iterable[str], folder: Path) -> None:
    """Put scripts and styles beside the pages that use them."""
    for name in names:
        write_whole(folder / name, read_page_part("assets", name))
