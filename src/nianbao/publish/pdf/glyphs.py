"""Which characters a font has."""

from __future__ import annotations

import functools
import struct
from pathlib import Path


@functools.cache
def characters_of(path: Path, index: int) -> frozenset[int]:
    """The characters of the font with this number in a file; none of a file that cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with path.open("rb") as file, TTFont(file, fontNumber=index, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (OSError, TTLibError, struct.error, KeyError, AssertionError):
        return frozenset()
