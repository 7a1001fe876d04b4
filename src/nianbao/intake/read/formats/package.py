"""Zip packages (.xlsx, .ods), opened with suspicion: bombs, twins, overlaps, document types."""

from __future__ import annotations

import io
import zipfile

from isal import isal_zlib

from nianbao.intake.read.formats.sheet import Unreadable

MAX_INFLATED = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 2_000
_SMALLEST_ALLOWANCE = 1 << 20
ZIP_MAGIC, _LOCAL_HEADER = b"PK\3\4", 30
_ENCRYPTED = 1
_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}

_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, ValueError, OSError)


class ZipPackage:
    """The entries of a zip file, by their names in small letters with `/`; together they never inflate to too much.

    Raises:
        Unreadable: the file is cut off, or its entries are not one beside another, each with a name of its own.
    """

    def __init__(self, content: bytes) -> None:
        try:
            entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
        except _BROKEN as error:
            raise Unreadable("TRUNCATED") from error
        self._content = content
        self._entries = {_name(entry): entry for entry in entries}
        self.names = [_name(entry) for entry in entries]
        if len(entries) > MAX_ENTRIES:
            raise Unreadable("ZIP_BOMB", str(len(entries)))
        if len(set(self.names)) < len(entries) or _overlap(entries):
            raise Unreadable("ZIP_MALFORMED")
        self._budget = MAX_INFLATED

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def checksums(self) -> dict[str, int]:
        """What the package says of each entry's bytes: their CRC-32, which `read` compares."""
        return {name: entry.CRC for name, entry in self._entries.items()}

    def read(self, name: str) -> bytes:
        """The bytes of an entry, never more than is allowed: the sizes that the header claims are not believed.

        Raises:
            Unreadable: there is no such entry, it is damaged, or inflates to too much.
        """
        if name not in self._entries:
            raise Unreadable("TRUNCATED", name)
        entry = self._entries[name]
        allowed = min(self._budget, entry.compress_size * MAX_RATIO + _SMALLEST_ALLOWANCE)
        text = self._inflate(entry, allowed)
        if len(text) > allowed:
            raise Unreadable("ZIP_BOMB", name)
        if len(text) != entry.file_size:
            raise Unreadable("ZIP_MALFORMED", name)
        if isal_zlib.crc32(text) != entry.CRC:
            raise Unreadable("TRUNCATED", name)
        self._budget -= len(text)
        return text

    def _inflate(self, entry: zipfile.ZipInfo, allowed: int) -> bytes:
        """The bytes of an entry, at most one more than is allowed."""
        if entry.flag_bits & _ENCRYPTED:
            raise Unreadable("ENCRYPTED", entry.filename)
        start = entry.header_offset + _LOCAL_HEADER
        header = self._content[entry.header_offset : start]
        if len(header) < _LOCAL_HEADER or not header.startswith(ZIP_MAGIC):
            raise Unreadable("TRUNCATED", entry.filename)
        start += int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        packed = self._content[start : start + entry.compress_size]
        if entry.compress_type == zipfile.ZIP_STORED:
            return packed[: allowed + 1]
        if entry.compress_type != zipfile.ZIP_DEFLATED:
            method = entry.compress_type
            raise Unreadable("ZIP_METHOD", _METHODS.get(method, f"第{method}种方式"))
        try:
            return isal_zlib.decompressobj(-isal_zlib.MAX_WBITS).decompress(packed, allowed + 1)
        except isal_zlib.error as error:  # type: ignore[misc]  # its stub calls the class an instance
            raise Unreadable("TRUNCATED", entry.filename) from error


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of a part: it has no case, and some programs write it with the other slash."""
    return entry.filename.replace("\\", "/").lstrip("/").lower()


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether two entries share bytes: so a small file can claim to hold the same large entry many times."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            return True
        # The name is written as it was encoded; the extra field of the local header may differ from this one.
        end = entry.header_offset + _LOCAL_HEADER + len(entry.filename) + entry.compress_size
    return False
