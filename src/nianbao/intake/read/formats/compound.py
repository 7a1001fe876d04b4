"""Compound files: the container of .xls, and of workbooks that are locked with a password."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from nianbao.intake.read.formats.sheet import Unreadable

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_LAST_SECTOR = 0xFFFFFFFA
_ENTRY = 128
_STREAM, _ROOT = 2, 5
_IN_HEADER = 109


class Compound:
    """The names and streams of a compound file; two names that differ in case are the same name.

    Raises:
        Unreadable: the file is cut off or leads in circles.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            self._read_header()
            self._read_directory()
        except (struct.error, IndexError) as error:
            raise Unreadable("TRUNCATED") from error

    def has(self, name: str) -> bool:
        """Whether there is a stream or storage of this name, in whatever case."""
        return name.casefold() in map(str.casefold, self.names)

    def renamed(self, name: str, other: str) -> bytes:
        """The file with another name, no longer than that of any entry, for a stream."""
        directory = list(_chain(self._directory_start, self._fat))
        offset = self._entries[name.casefold()]
        place = (directory[offset // self._size] + 1) * self._size + offset % self._size
        entry = other.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(other) + 2)
        return self._content[:place] + entry + self._content[place + len(entry) :]

    def stream(self, name: str) -> bytes:
        """The bytes of a stream.

        Raises:
            Unreadable: its sectors are not all there.
        """
        start, size = self.streams[name.casefold()]
        try:
            if size >= self._cutoff:
                stream = b"".join(self._sectors(start))[:size]
            else:
                stream = b"".join(self._mini_sectors(start))[:size]
        except IndexError as error:
            raise Unreadable("TRUNCATED") from error
        if len(stream) < size:
            raise Unreadable("TRUNCATED")
        return stream

    def _read_header(self) -> None:
        shift, mini_shift = struct.unpack_from("<HH", self._content, 0x1E)
        if shift not in (9, 12) or mini_shift != 6:
            raise Unreadable("TRUNCATED")
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        fat_count, self._directory_start = struct.unpack_from("<II", self._content, 0x2C)
        self._cutoff, self._mini_start, _, more, more_count = struct.unpack_from("<IIIII", self._content, 0x38)
        places = list(struct.unpack_from(f"<{_IN_HEADER}I", self._content, 0x4C))
        per_sector = self._size // 4
        for _ in range(min(more_count, len(self._content) // self._size)):
            if more >= _LAST_SECTOR:
                break
            *listed, more = struct.unpack_from(f"<{per_sector}I", self._sector(more))
            places += listed
        self._fat = [
            entry
            for place in places[:fat_count]
            if place < _LAST_SECTOR
            for entry in struct.unpack(f"<{per_sector}I", self._sector(place))
        ]

    def _read_directory(self) -> None:
        self.names: list[str] = []
        self.streams: dict[str, tuple[int, int]] = {}
        self._entries: dict[str, int] = {}
        directory = b"".join(self._sectors(self._directory_start))
        self._mini_stream, self._mini_fat = b"", list[int]()
        for offset in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            entry = directory[offset : offset + _ENTRY]
            length, kind = struct.unpack_from("<HB", entry, 0x40)
            start, size = struct.unpack_from("<II", entry, 0x74)
            name = entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            if kind == _ROOT and not self._mini_stream:
                self._mini_stream = b"".join(self._sectors(start))
            elif kind == _STREAM:
                self.streams.setdefault(name.casefold(), (start, size))
                self._entries.setdefault(name.casefold(), offset)
            if kind:
                self.names.append(name)
        table = b"".join(self._sectors(self._mini_start))
        self._mini_fat = list(struct.unpack(f"<{len(table) // 4}I", table))

    def _sectors(self, start: int) -> Iterator[bytes]:
        return map(self._sector, _chain(start, self._fat))

    def _mini_sectors(self, start: int) -> Iterator[bytes]:
        for number in _chain(start, self._mini_fat):
            yield self._mini_stream[number * self._mini_size : (number + 1) * self._mini_size]

    def _sector(self, number: int) -> bytes:
        begin = (number + 1) * self._size
        sector = self._content[begin : begin + self._size]
        if not sector:
            raise IndexError(number)
        # The last sector of a file need not be written out.
        return sector.ljust(self._size, b"\0")


def _chain(start: int, table: list[int]) -> Iterator[int]:
    """The numbers of the sectors that follow one another, at most as many as there are."""
    for _ in range(len(table)):
        if start >= _LAST_SECTOR:
            return
        yield start
        start = table[start]
    if start < _LAST_SECTOR:
        raise Unreadable("TRUNCATED")
