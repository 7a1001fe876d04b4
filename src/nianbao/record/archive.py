"""The kept bytes: every delivery, declaration and issued file once, under its SHA-256, compared whenever it is read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nianbao.errors import StoreError
from nianbao.language import _

_AT_ONCE = 8
_CHUNK = 1 << 20
_SCRATCH = ".receiving-"


class Archive:
    """The folder `archive/`: bytes under their hashes in `bytes/`, the runs beside them in `record/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bytes = folder / "bytes"
        self._unsettled: list[Path] = []

    def path_of(self, sha256: str) -> Path:
        """Where the bytes of a hash are kept; not compared."""
        return self._bytes / sha256[:2] / sha256

    def keep(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Write a stream so that what is hashed is what is kept; returns the hash and how many bytes there were.

        Durable after `settle`, which is called once for many. What the stream raises leaves nothing behind.
        """
        self._bytes.mkdir(parents=True, exist_ok=True)
        scratch = self._bytes / f"{_SCRATCH}{os.getpid()}"
        digest, size = hashlib.sha256(), 0
        try:
            with scratch.open("wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
                    size += len(chunk)
            sha256 = digest.hexdigest()
            self._put(scratch, sha256)
        finally:
            scratch.unlink(missing_ok=True)
        return sha256, size

    def keep_bytes(self, content: bytes) -> str:
        """Keep bytes that are at hand; returns their hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.path_of(sha256).exists():
            self.keep([content])
        return sha256

    def keep_file(self, path: Path) -> str:
        """Keep a copy of a file; returns its hash."""
        with path.open("rb") as file:
            return self.keep(iter(lambda: file.read(_CHUNK), b""))[0]

    def settle(self) -> None:
        """Force to disk what was kept since the last time, many files at once: one wait of the disk serves them all."""
        if self._unsettled:
            folders = sorted({path.parent for path in self._unsettled})
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(settle_path, self._unsettled))
                list(pool.map(settle_path, folders))
            self._unsettled = []

    def checked(self, sha256: str) -> Path:
        """Where the bytes of a hash are kept, once they have been compared with it.

        Raises:
            StoreError: they are gone, or they are not what was kept.
        """
        if fault := self.fault_of(sha256):
            raise self._damaged(sha256, fault)
        return self.path_of(sha256)

    def read(self, sha256: str) -> bytes:
        """The bytes of a hash, compared with it.

        Raises:
            StoreError: they are gone, or they are not what was kept.
        """
        try:
            content = self.path_of(sha256).read_bytes()
        except OSError as error:
            raise self._damaged(sha256, self.fault_of(sha256)) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise self._damaged(sha256, self.fault_of(sha256))
        return content

    def fault_of(self, sha256: str) -> str:
        """What is wrong with the bytes of a hash, nothing when they are what was kept."""
        try:
            with self.path_of(sha256).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return _("a file of the archive is gone")
        except OSError as error:
            return _("a file of the archive cannot be read: {strerror}").format(strerror=error.strerror)
        return "" if found == sha256 else _("a file of the archive is not what was kept: its bytes have changed")

    def clear(self) -> None:
        """Sweep away a copy that a killed run began; its file is still at its source."""
        for leftover in self._bytes.glob(f"{_SCRATCH}*"):
            leftover.unlink()

    def _damaged(self, sha256: str, fault: str) -> StoreError:
        step = _("put the file back from a backup of the archive; nianbao verify looks at all")
        return StoreError(fault, str(self.path_of(sha256)), step)

    def _put(self, scratch: Path, sha256: str) -> None:
        kept = self.path_of(sha256)
        # A machine that lost its power may have left a name without its bytes: then these take their place.
        if not kept.exists() or kept.stat().st_size != scratch.stat().st_size:
            kept.parent.mkdir(exist_ok=True)
            os.replace(scratch, kept)
        self._unsettled.append(kept)


def settle_path(path: Path) -> None:
    """Force a file, or the names in a folder, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def settle_new(path: Path, content: bytes, scratch: Path, also: Sequence[Path] = ()) -> None:
    """Write a file aside, force it and the others it names to disk, and move it into place: the commit."""
    with scratch.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    for each in also:
        settle_path(each)
    os.replace(scratch, path)
    settle_path(path.parent)
