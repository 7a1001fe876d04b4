"""A folder of this machine: regular files only, opened without ever following a link."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from nianbao.intake.fetch.sources.source import (
    CHUNK,
    Changed,
    FileStore,
    Found,
    SourceStopped,
    TransportFault,
    unreadable,
)
from nianbao.language import _
from nianbao.terms.source import DeclaredSource

_WORKBOOKS = (".xlsx", ".xls", ".et", ".ods", ".csv", ".json")
_NO_LINK = os.O_NOFOLLOW | os.O_CLOEXEC
_KINDS = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


def kind_of(mode: int) -> str:
    """What a file mode is, if it is no regular file."""
    return "" if stat.S_ISREG(mode) else next((zh for is_kind, zh in _KINDS if is_kind(mode)), "no regular file")


def is_called_like_a_file(folder: str) -> bool:
    """Whether a folder bears the name of a workbook."""
    return folder.lower().endswith(_WORKBOOKS)


def require_folder(folder: Path) -> None:
    """Hold that a folder is there.

    Raises:
        SourceStopped: it is not, or may not be read.
    """
    if not os.access(folder, os.R_OK | os.X_OK) or not folder.is_dir():
        raise SourceStopped(
            "INBOX_GONE",
            _("the folder {folder} is not there or may not be read").format(folder=folder),
            _("mount it, correct its path in sources.toml, or make the folder"),
        )


class Folder(FileStore):
    """The source `kind = "folder"`, which must be there: a wrong path or an unmounted share is not "nothing new"."""

    def __init__(self, declared: DeclaredSource, root: Path) -> None:
        self.declared = declared
        self._root = root

    def walk(self) -> Iterator[Found]:
        """Everything below the folder; a file is settled when it has not changed for a while."""
        require_folder(self._root)
        last_settled = time.time_ns() - self.declared.settle_seconds * 1_000_000_000
        folders = [""]
        while folders:
            inside = folders.pop()
            try:
                with os.scandir(self._root / inside) as entries:
                    for entry in entries:
                        if not entry.is_dir(follow_symlinks=False):
                            yield from self._found(inside + entry.name, entry, last_settled)
                        elif is_called_like_a_file(entry.name):
                            yield Found(inside + entry.name, 0, 0, not_a_file="a folder")
                        elif not entry.name.startswith("."):
                            folders.append(f"{inside}{entry.name}/")
            except OSError:
                yield Found(inside.rstrip("/"), 0, 0, not_a_file="a folder that may not be read")

    def read(self, found: Found) -> Iterator[bytes]:
        """The bytes, through one open descriptor: what is looked at is what is read."""
        with self._folder_of(Path(found.handle)) as (folder, name), self._opened(folder, name) as descriptor:
            _check(found, os.fstat(descriptor))
            while chunk := _read(descriptor):
                yield chunk
            _check(found, os.fstat(descriptor))

    def write(self, name: str, content: bytes) -> None:
        """Put a file there, whole or not at all; a link on the way is not followed."""
        with self._folder_of(Path(name), make=True) as (folder, last):
            scratch = f".{os.getpid()}.part"
            descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINK, 0o664, dir_fd=folder)
            with os.fdopen(descriptor, "wb") as file:
                # An answer is for whoever may read the folder, though all else that we write is for ourselves.
                os.fchmod(descriptor, os.fstat(folder).st_mode & 0o666)
                file.write(content)
            os.replace(scratch, last, src_dir_fd=folder, dst_dir_fd=folder)

    def close(self) -> None:
        """Nothing is held."""

    def _found(self, inside: str, entry: os.DirEntry[str], last_settled: int) -> Iterator[Found]:
        # Names are joined as texts: as paths they took half of a look at twenty thousand files.
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            return
        changed = status.st_mtime_ns
        odd = kind_of(status.st_mode) or ("a hard link" if status.st_nlink > 1 else "")
        yield Found(
            inside, status.st_size, changed, handle=inside, not_a_file=odd, is_settled=changed <= last_settled
        )  # fmt: skip

    @contextlib.contextmanager
    def _folder_of(self, inside: Path, make: bool = False) -> Iterator[tuple[int, str]]:
        """The folder that a path lies in, opened step by step, and the path's last name."""
        folder = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in inside.parts[:-1]:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(name, dir_fd=folder)
                        os.chmod(name, os.fstat(folder).st_mode & 0o777, dir_fd=folder)
                folder, left = _open_or_changed(name, os.O_RDONLY | os.O_DIRECTORY, folder), folder
                os.close(left)
            yield folder, inside.name
        finally:
            os.close(folder)

    @contextlib.contextmanager
    def _opened(self, folder: int, name: str) -> Iterator[int]:
        descriptor = _open_or_changed(name, os.O_RDONLY | os.O_NONBLOCK, folder)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _open_or_changed(name: str, flags: int, folder: int) -> int:
    try:
        return os.open(name, flags | _NO_LINK, dir_fd=folder)
    except PermissionError as error:
        raise unreadable(name) from error
    except OSError as error:
        raise Changed(str(error)) from error


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, CHUNK)
    except OSError as error:  # a share that went away
        raise TransportFault(str(error)) from error


def _check(found: Found, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode) or (status.st_size, status.st_mtime_ns) != (found.size, found.modified_ns):
        raise Changed(found.name)
