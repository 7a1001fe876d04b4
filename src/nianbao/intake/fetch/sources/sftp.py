"""An SFTP server, through asyncssh: only the host keys that are declared, names as bytes, links never followed."""

from __future__ import annotations

import asyncio
import contextlib
import posixpath
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import asyncssh
from asyncssh.public_key import get_default_public_key_algs

from nianbao.intake.fetch.sources.folder import is_called_like_a_file, kind_of
from nianbao.intake.fetch.sources.listing import MAX_SEEN
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
from nianbao.terms.source import DeclaredSource, SftpPlace

T = TypeVar("T")
CONNECT_SECONDS = 20.0
_MAX_DEPTH = 8
_KEEPALIVE_SECONDS = 15


class Sftp(FileStore):
    """The source `kind = "sftp"`; connected when it is first used, and again after a fault."""

    def __init__(self, declared: DeclaredSource, place: SftpPlace, password: str, passphrase: str) -> None:
        self.declared = declared
        self._place = place
        self._password = password
        self._passphrase = passphrase
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_say_nothing)
        self._is_open = True
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"sftp {declared.name}", daemon=True)
        self._thread.start()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    def walk(self) -> Iterator[Found]:
        """Everything below the folder; the server's clock is not ours, so no file is settled at first sight."""
        yield from self._run(self._walk())

    def read(self, found: Found) -> Iterator[bytes]:
        """The bytes of the open file, if it is what was listed when it is opened and when it has been read."""
        file = self._run(self._open(found))
        try:
            offset = 0
            while chunk := self._run(file.read(CHUNK, offset)):
                offset += len(chunk)
                yield chunk if isinstance(chunk, bytes) else chunk.encode()
            self._run(self._check(found, file))
        finally:
            with contextlib.suppress(TransportFault, SourceStopped):
                self._run(file.close())

    def write(self, name: str, content: bytes) -> None:
        """Put a file there under a temporary name and then give it its own."""
        self._run(self._write(name, content))

    def close(self) -> None:
        """Hang up and end the thread, whoever may still wait for an answer."""
        with self._gate:
            was_open, self._is_open = self._is_open, False
        if not was_open:
            return
        ending = asyncio.run_coroutine_threadsafe(_hang_up(self._connection, is_last=True), self._loop)
        with contextlib.suppress(TimeoutError):
            ending.result(CONNECT_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CONNECT_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """Carry out one exchange with the server, and say what its failure means."""
        future = self._submit(work)
        try:
            return future.result()
        except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed, asyncssh.KeyImportError) as error:
            raise SourceStopped(
                "HOST_KEY",
                _("{host} does not show the declared host key; nothing was sent to it").format(host=self._place.host),
                _("ask the server's owner whether the key was changed; only then enter the new one in sources.toml"),
            ) from error
        except asyncssh.PermissionDenied as error:
            raise SourceStopped(
                "LOGIN",
                _("{host} does not let {user} in").format(host=self._place.host, user=self._place.user),
                _("correct the user, password or key"),
            ) from error
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPPermissionDenied) as error:
            step = _("see whether the folder is there and may be read")
            raise SourceStopped("INBOX_GONE", f"{self._place.folder}: {error.reason}", step) from error
        except (asyncssh.Error, OSError, TimeoutError) as error:
            future.cancel()
            self._drop()
            raise TransportFault(f"{self._place.host}: {str(error) or type(error).__name__}") from error

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        with self._gate:
            if self._is_open:
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        raise TransportFault(f"{self._place.host}: the connection was closed")

    def _drop(self) -> None:
        """Hang up, without waiting for it; the next exchange connects anew."""
        connection, self._connection, self._client = self._connection, None, None
        self._submit(_hang_up(connection))

    async def _sftp(self) -> asyncssh.SFTPClient:
        if self._client is None:
            self._connection = await self._connect()
            self._client = await self._connection.start_sftp_client()
        return self._client

    async def _connect(self) -> asyncssh.SSHClientConnection:
        place = self._place
        keys: list[tuple[str, str]] = []
        if place.private_key_file:
            try:
                key = asyncssh.read_private_key(Path(place.private_key_file).expanduser(), self._passphrase or None)
            except (OSError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
                step = _("see whether the file is there, may be read, and opens with the passphrase")
                raise SourceStopped(
                    "LOGIN",
                    _("the private key {private_key_file} cannot be used").format(
                        private_key_file=place.private_key_file
                    ),
                    step,
                ) from error
            keys.append(key)  # type: ignore[arg-type]
        pinned = [asyncssh.import_public_key(line) for line in place.host_keys if not line.startswith("SHA256:")]
        prints = {line.rstrip("=") for line in place.host_keys if line.startswith("SHA256:")}
        return await asyncssh.connect(
            place.host,
            place.port,
            username=place.user,
            password=self._password or None,
            client_keys=keys or None,
            known_hosts=(pinned, [], []),
            client_factory=lambda: _Pinned(prints),
            server_host_key_algs=_algorithms(pinned),
            config=None,
            agent_path=None,
            gss_host=None,
            connect_timeout=CONNECT_SECONDS,
            login_timeout=CONNECT_SECONDS,
            keepalive_interval=_KEEPALIVE_SECONDS,
        )

    async def _walk(self) -> list[Found]:
        found = []
        async for entry in self._descend(await self._sftp(), b"", 0):
            found.append(entry)
            if len(found) > MAX_SEEN:
                break
        return found

    async def _descend(self, sftp: asyncssh.SFTPClient, inside: bytes, depth: int) -> AsyncIterator[Found]:
        root = self._place.folder.encode()
        async for entry in sftp.scandir(root + b"/" + inside if inside else root):
            raw = entry.filename if isinstance(entry.filename, bytes) else entry.filename.encode()
            if raw in (b"", b".", b".."):
                continue
            path = inside + b"/" + raw if inside else raw
            name = path.decode("utf-8", "surrogateescape")
            if b"/" in raw or b"\0" in raw:  # a name, not a way to somewhere
                yield Found(name, 0, 0, not_a_file="a name that no file can have")
                continue
            status = entry.attrs if entry.attrs.permissions else await sftp.lstat(root + b"/" + path)
            odd = kind_of(status.permissions or 0)
            if odd == "a folder" and not is_called_like_a_file(name):
                if depth == _MAX_DEPTH or raw.startswith(b"."):
                    continue
                try:
                    async for below in self._descend(sftp, path, depth + 1):
                        yield below
                except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied):
                    yield Found(name, 0, 0, not_a_file="a folder that may not be read")
                continue
            yield Found(name, status.size or 0, _modified(status), handle=path, not_a_file=odd, is_settled=False)

    async def _open(self, found: Found) -> asyncssh.SFTPClientFile:
        sftp = await self._sftp()
        path = self._place.folder.encode() + b"/" + found.handle
        try:
            if kind_of((await sftp.lstat(path)).permissions or 0):
                raise Changed(found.name)
            file = await sftp.open(path, "rb", encoding=None)
        except asyncssh.SFTPPermissionDenied as error:
            raise unreadable(found.name) from error
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath) as error:
            raise Changed(found.name) from error
        await self._check(found, file)
        return file

    async def _check(self, found: Found, file: asyncssh.SFTPClientFile) -> None:
        attributes = await file.stat()
        if (attributes.size, _modified(attributes)) != (found.size, found.modified_ns):
            raise Changed(found.name)

    async def _write(self, name: str, content: bytes) -> None:
        sftp = await self._sftp()
        target = posixpath.join(self._place.folder, name)
        folder, last = posixpath.split(target)
        await sftp.makedirs(folder, exist_ok=True)
        scratch = posixpath.join(folder, f".{last}.part")
        async with sftp.open(scratch, "wb") as file:
            await file.write(content)
        try:
            await sftp.posix_rename(scratch, target)
        except asyncssh.SFTPOpUnsupported:
            with contextlib.suppress(asyncssh.SFTPNoSuchFile):
                await sftp.remove(target)
            await sftp.rename(scratch, target)


class _Pinned(asyncssh.SSHClient):
    """Takes a host key for known when its fingerprint is declared; key lines are known to asyncssh already."""

    def __init__(self, fingerprints: set[str]) -> None:
        self._fingerprints = fingerprints

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Whether the key is pinned."""
        return key.get_fingerprint("sha256").rstrip("=") in self._fingerprints


def _algorithms(pinned: Sequence[asyncssh.SSHKey]) -> list[str]:
    """Those of the pinned keys first; the others too, so that a key of another kind is seen and refused."""
    wanted = [algorithm for key in pinned for algorithm in key.sig_algorithms]
    return [algorithm.decode() for algorithm in dict.fromkeys([*wanted, *get_default_public_key_algs()])]


def _say_nothing(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What fails in the library's own tasks when a server dies is told by the exchange that waited for it."""


async def _hang_up(connection: asyncssh.SSHClientConnection | None, is_last: bool = False) -> None:
    """Close a connection; at last also end whatever the library still has under way."""
    if connection:
        connection.abort()
        await connection.wait_closed()
    tasks = asyncio.all_tasks() - {asyncio.current_task()} if is_last else set()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)  # the socket is closed in the loop's next round


def _modified(attributes: asyncssh.SFTPAttrs) -> int:
    return (attributes.mtime or 0) * 1_000_000_000 + (attributes.mtime_ns or 0)
