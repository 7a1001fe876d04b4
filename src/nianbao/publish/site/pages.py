"""How the pages of the site are made: their templates, and the scripts and styles that stand beside them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.publish.plain import day_zh, edition_zh
from nianbao.settings import write_whole

if TYPE_CHECKING:
    from jinja2 import Environment

_PACKAGE = "nianbao.publish.site"


def open_templates() -> Environment:
    """The templates of the site, with the words that all of them say."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(_PACKAGE, "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=StrictUndefined,
    )  # fmt: skip
    environment.globals.update({"edition_zh": edition_zh, "day_zh": day_zh})
    return environment


def read_part(folder: str, name: str) -> str:
    """A template or an asset as it stands in the program."""
    return files(_PACKAGE).joinpath(folder, name).read_text(encoding="utf-8")


def write_assets(names: Iterable[str], folder: Path) -> None:
    """Put scripts and styles beside the pages that use them."""
    for name in names:
        write_whole(folder / name, read_part("assets", name))
