"""nianbao 年报: from a federation's workbooks to its annual report, every figure traceable to a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from nianbao.published import PublishedHome

__version__ = "0.1.0"


def open(home: Path | str = "var") -> PublishedHome:
    """What a home has published, as lazy polars frames: `.figures()`, `.table("core.…")`, `.history("…")`.

    Raises:
        UsageError: there is no home.
    """
    from nianbao.published import open_published  # whoever asks for the version or runs a command needs none of it

    return open_published(home)
