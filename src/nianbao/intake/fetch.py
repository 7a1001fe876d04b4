"""fetch and receive: what is new and complete in the inbox, copied into the archive under its SHA-256."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nianbao import clock
from nianbao.terms.delivery import Delivery

SETTLE_SECONDS = 2.0
MAX_BYTES = 50 * 1024 * 1024
_TEMPORARY = (".part", ".filepart", ".tmp", ".crdownload", ".partial")
_CHUNK = 1 << 20
_EARLIEST = dt.datetime(2000, 1, 1)


@dataclass(frozen=True)
class Found:
    """A regular file in the inbox: its path there, its size and its time of change."""

    path: Path
    source: str
    size: int
    modified_ns: int


class Archive:
    """The kept bytes and the index of deliveries, one JSON line each; the index is what a rebuild replays."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = folder / "index.jsonl"

    def path_of(self, sha256: str) -> Path:
        """Where the bytes of a hash are kept."""
        return self._folder / sha256[:2] / sha256

    def deliveries(self, start: int = 0) -> list[tuple[Delivery, int]]:
        """The deliveries in the index from a byte offset on, each with the offset behind its line."""
        if not self._index.exists():
            return []
        found = []
        with self._index.open("rb") as file:
            file.seek(start)
            for line in file:
                if line.endswith(b"\n"):
                    start += len(line)
                    found.append((_load_delivery(line), start))
        return found

    def mend(self, start: int) -> None:
        """Cut off a last line that a killed run left half written; its file is still in the inbox."""
        if self._index.exists():
            whole = self.deliveries(start)
            os.truncate(self._index, whole[-1][1] if whole else start)

    def receive(self, found: Found, number: int) -> Delivery | None:
        """Keep one file and note it in the index; None when it is no longer the regular file that was found."""
        self._folder.mkdir(parents=True, exist_ok=True)
        scratch = self._folder / f".receiving-{os.getpid()}"
        try:
            sha256, status = _copy(found.path, scratch)
            if (status.st_size, status.st_mtime_ns) != (found.size, found.modified_ns):
                return None  # it changed while we copied; the next run takes it
            kept = self.path_of(sha256)
            if not kept.exists():
                kept.parent.mkdir(exist_ok=True)
                os.replace(scratch, kept)
        except OSError:
            return None
        finally:
            scratch.unlink(missing_ok=True)
        received_at = clock.now()
        modified = clock.local(found.modified_ns / 1e9)
        arrived_at = modified if _EARLIEST < modified <= received_at else received_at
        delivery = Delivery(
            f"D{number:06d}", found.source, sha256, status.st_size, found.modified_ns, arrived_at, received_at
        )
        with self._index.open("ab") as file:
            file.write(_dump_delivery(delivery))
            file.flush()
            os.fsync(file.fileno())
        return delivery


def fetch(inbox: Path, unknown: Callable[[list[Found]], list[Found]]) -> list[Found]:
    """The files in the inbox that are new and no longer being written, in the order of their arrival."""
    new = unknown(list(_list(inbox)))
    fresh = [found for found in new if time.time_ns() - found.modified_ns < SETTLE_SECONDS * 1e9]
    if fresh:
        time.sleep(SETTLE_SECONDS)
    stable = [found for found in new if found not in fresh or _look(found.path, inbox) == found]
    return sorted(stable, key=lambda found: (found.modified_ns, found.source))


def _list(inbox: Path) -> Iterator[Found]:
    for folder, subfolders, names in os.walk(inbox):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in names:
            if not name.startswith((".", "~$")) and not name.lower().endswith(_TEMPORARY):
                found = _look(Path(folder) / name, inbox)
                if found:
                    yield found


def _look(path: Path, inbox: Path) -> Found | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return Found(path, path.relative_to(inbox).as_posix(), status.st_size, status.st_mtime_ns)


def _copy(source: Path, target: Path) -> tuple[str, os.stat_result]:
    """Copy a file through one open descriptor, so that what is hashed is what is kept."""
    digest = hashlib.sha256()
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file, target.open("wb") as kept:
        size = 0
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > MAX_BYTES:
                chunk = chunk[: _CHUNK // 16]  # the beginning is kept as evidence; the reader refuses the size
                kept.write(chunk)
                digest.update(chunk)
                break
            digest.update(chunk)
            kept.write(chunk)
        kept.flush()
        os.fsync(kept.fileno())
        return digest.hexdigest(), os.fstat(file.fileno())


def _dump_delivery(delivery: Delivery) -> bytes:
    return json.dumps(dataclasses.asdict(delivery), ensure_ascii=False, default=str).encode() + b"\n"


def _load_delivery(line: bytes) -> Delivery:
    data = json.loads(line)
    for key in ("arrived_at", "received_at"):
        data[key] = dt.datetime.fromisoformat(data[key])
    return Delivery(**data)
