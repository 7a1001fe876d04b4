"""Which characters a font has: the table `cmap` of a TrueType or OpenType file, alone or in a collection."""

from __future__ import annotations

import functools
import struct
from collections.abc import Iterator
from pathlib import Path

_ORDER = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3))
"""Platform and encoding of the subtables that speak Unicode, the fullest first."""


@functools.cache
def characters_of(path: Path, index: int) -> frozenset[int]:
    """The characters of the font with this number in a file; none of a file that cannot be read."""
    try:
        data = path.read_bytes()
        return frozenset(_mapped(data, _cmap(data, index)))
    except (OSError, struct.error, StopIteration):
        return frozenset()


def _cmap(data: bytes, index: int) -> int:
    """Where the table begins."""
    start = struct.unpack_from(f">{index + 1}I", data, 12)[index] if data[:4] == b"ttcf" else 0
    (count,) = struct.unpack_from(">H", data, start + 4)
    records = (struct.unpack_from(">4sIII", data, start + 12 + 16 * number) for number in range(count))
    return next(int(offset) for tag, _, offset, _ in records if tag == b"cmap")


def _mapped(data: bytes, table: int) -> Iterator[int]:
    """The characters of the fullest subtable."""
    (count,) = struct.unpack_from(">H", data, table + 2)
    found = {}
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, table + 4 + 8 * number)
        found[platform, encoding] = table + offset
    start = next(found[each] for each in _ORDER if each in found)
    (form,) = struct.unpack_from(">H", data, start)
    return {4: _segments, 12: _groups}.get(form, _nothing)(data, start)


def _segments(data: bytes, start: int) -> Iterator[int]:
    """Format 4: segments of the first 65,536 characters."""
    (doubled,) = struct.unpack_from(">H", data, start + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", data, start + 14)
    begins = struct.unpack_from(f">{count}H", data, start + 16 + doubled)
    for begin, end in zip(begins, ends, strict=True):
        yield from range(begin, min(end, 0xFFFE) + 1)


def _groups(data: bytes, start: int) -> Iterator[int]:
    """Format 12: groups of all characters."""
    (count,) = struct.unpack_from(">I", data, start + 12)
    for number in range(count):
        begin, end, _ = struct.unpack_from(">III", data, start + 16 + 12 * number)
        yield from range(begin, end + 1)


def _nothing(data: bytes, start: int) -> Iterator[int]:
    """A format that no font for Chinese has."""
    yield from ()
