"""Names from outside: as data to write down and show, and as safe paths for our own answers."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

MAX_NAME = 1000
_MAX_SEGMENT_BYTES = 180  # leaves room for what the names of answers add, below the 255 of file systems
_MAX_SEGMENTS = 12
_TEMPORARY = (".part", ".filepart", ".tmp", ".crdownload", ".partial", ".download")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')


def as_data(raw: str | bytes) -> str:
    """A name that can be stored and shown: what is not text, or moves a terminal's cursor, is spelled out."""
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "surrogateescape")
    # Nearly every name is printable, and then all of it is plain; a night asks this of every file that ever came.
    shown = text if text.isprintable() else "".join(each if _is_plain(each) else _spelled(each) for each in text)
    return shown if len(shown) <= MAX_NAME else f"{shown[:MAX_NAME]}…{_digest(shown)}"


def is_hidden(name: str) -> bool:
    """Whether a name says that its file is nobody's delivery."""
    return any(segment[:1] == "." and segment[:2] not in (".", "..") for segment in name.split("/"))


def is_temporary(name: str) -> bool:
    """Whether a name says that its file is not complete yet: half uploaded, or open in Excel."""
    last = name.rpartition("/")[2]
    return last.startswith("~$") or last.lower().endswith(_TEMPORARY)


def safe_path(name: str) -> Path:
    """A relative path for an answer to a file of this name; it leads nowhere else, on any file system.

    An ordinary name stays as it is. Of any other, what is left gets a mark, so that two of them do not meet.
    """
    segments = [segment for segment in re.split(r"[/\\]", name) if segment not in ("", ".", "..")]
    safe = [_safe_segment(segment) for segment in segments[-_MAX_SEGMENTS:]] or ["_"]
    if "/".join(safe) != name:
        safe[-1] += f"~{_digest(name)}"
    return Path(*safe)


def _safe_segment(segment: str) -> str:
    cleaned = _UNSAFE.sub("_", segment.encode("utf-8", "replace").decode()).strip().rstrip(".") or "_"
    if _RESERVED.match(cleaned):
        cleaned = f"_{cleaned}"
    return cleaned.encode()[:_MAX_SEGMENT_BYTES].decode("utf-8", "ignore")


def _is_plain(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def _spelled(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
