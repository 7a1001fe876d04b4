"""Real servers on the loopback for the tests of the sources: SFTP, S3, WebDAV, and HTTP that misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import http.client
import http.server
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh

HOST = "127.0.0.1"
USER, PASSWORD = "nianbao", "S3CR3T-xyz"
STARTS_WITHIN_SECONDS = 60.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def program(code: str, *arguments: str) -> Iterator[int]:
    """A server in its own process, `sys.argv[1]` its port; it ends with the block."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-c", code, str(port), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        while True:
            try:
                socket.create_connection((HOST, port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "the server ended before it began"
                assert time.monotonic() < until, "the server did not start"
                time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


S3_PROGRAM = """
import sys
from moto.server import main
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
"""

WEBDAV_PROGRAM = """
import sys
from cheroot import wsgi
from wsgidav.wsgidav_app import WsgiDAVApp
app = WsgiDAVApp({
    "provider_mapping": {"/dav": sys.argv[2]},
    "simple_dc": {"user_mapping": {"*": {sys.argv[3]: {"password": sys.argv[4]}}}},
    "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
    "verbose": 0,
})
wsgi.Server(("127.0.0.1", int(sys.argv[1])), app).start()
"""


@contextmanager
def s3_server() -> Iterator[str]:
    """A store that speaks S3; yields its address."""
    with program(S3_PROGRAM) as port:
        yield f"http://{HOST}:{port}"


@contextmanager
def webdav_server(folder: Path) -> Iterator[str]:
    """A WebDAV server over a folder; yields the address of its collection."""
    with program(WEBDAV_PROGRAM, str(folder), USER, PASSWORD) as port:
        yield f"http://{HOST}:{port}/dav/"


class SftpServer:
    """An SFTP server over a folder, in a thread; it can be told to change its key or to break connections."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.authorized: asyncssh.SSHKey | None = None
        self.drops = 0
        self.closed = b""
        self.connections = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self.listen()

    @property
    def host_key(self) -> str:
        """The line of the key it shows."""
        return self.key.export_public_key().decode().strip()

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key it shows."""
        return self.key.get_fingerprint()

    def listen(self) -> None:
        """Start to listen, on the same port as before."""
        self._acceptor = self._run(self._listen())
        self.port = self._acceptor.get_port()

    def stop(self) -> None:
        """Stop to listen."""
        if self._acceptor:
            self._run(_stop(self._acceptor))
            self._acceptor = None

    def change_key(self) -> None:
        """Show another key from now on."""
        self.stop()
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.listen()

    def close(self) -> None:
        """End the server, when its visitors have gone."""
        self.stop()
        self._run(asyncio.sleep(0.05))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            HOST,
            self.port,
            server_host_keys=[self.key],
            server_factory=lambda: _Visitor(self),
            sftp_factory=lambda channel: _Files(channel, self),
            process_factory=None,
            reuse_address=True,
        )

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


async def _stop(acceptor: asyncssh.SSHAcceptor) -> None:
    acceptor.close()
    await acceptor.wait_closed()


class _Visitor(asyncssh.SSHServer):
    def __init__(self, server: SftpServer) -> None:
        self._server = server
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, connection: asyncssh.SSHServerConnection) -> None:
        """Keep the connection for the answers."""
        self._server.connections += 1
        self._connection = connection

    def password_auth_supported(self) -> bool:
        """Passwords are taken."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Whether a password is the one of the test."""
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        """Keys are taken."""
        return self._server.authorized is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether a key is the one of the test."""
        allowed = self._server.authorized
        return allowed is not None and key.public_data == allowed.public_data


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: asyncssh.SSHServerChannel, server: SftpServer) -> None:
        super().__init__(channel, chroot=os.fsencode(server.folder))
        self._server = server
        self._connection = channel.get_connection()

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        """Open a file as the test wants it opened."""
        if self._server.closed and path.endswith(self._server.closed):
            raise asyncssh.SFTPPermissionDenied("not for you")
        return super().open(path, pflags, attrs)

    def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        """Read from a file as the test wants it read."""
        if self._server.drops:
            self._server.drops -= 1
            self._connection.abort()
        return super().read(file_obj, offset, size)  # type: ignore[return-value]


Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


class OddServer:
    """An HTTP server that answers by path with whatever a test has put there; it counts what it is asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str]] = []
        self.headers: list[http.client.HTTPMessage] = []
        self._server = http.server.ThreadingHTTPServer((HOST, 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://{HOST}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(odd: OddServer) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            odd.asked.append((self.command, self.path))
            odd.headers.append(self.headers)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                odd.answers.get(self.path, status(404))(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_GET = do_HEAD = do_PROPFIND = do_PUT = do_MKCOL = _answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def send(handler: http.server.BaseHTTPRequestHandler, code: int, headers: dict[str, str], body: bytes = b"") -> None:
    """Answer a request; HEAD gets the headers only."""
    handler.send_response(code)
    for key, value in headers.items():
        handler.send_header(key, value)
    if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


def status(code: int) -> Answer:
    """Nothing but a status."""
    return lambda handler: send(handler, code, {})


def file(body: bytes, **headers: str) -> Answer:
    """A file, as it should be sent."""
    said = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda handler: send(handler, 200, said, body)


def redirect(to: str) -> Answer:
    """Elsewhere."""
    return lambda handler: send(handler, 302, {"Location": to})


def short(body: bytes) -> Answer:
    """A file that ends before its Content-Length, with the connection."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        send(handler, 200, {"Content-Length": str(len(body) + 10), "ETag": '"1"'}, body)
        handler.close_connection = True

    return answer


def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
    """A body in pieces that never ends."""
    send(handler, 200, {"Transfer-Encoding": "chunked", "ETag": '"1"'})
    while handler.command != "HEAD":
        handler.wfile.write(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")


def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
    """A file or a listing that comes a byte at a time, and would take for ever."""
    send(handler, 207 if handler.command == "PROPFIND" else 200, {"Content-Length": "10000000", "ETag": '"1"'})
    while handler.command != "HEAD":
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def drip_headers(handler: http.server.BaseHTTPRequestHandler) -> None:
    """An answer whose headers already come a byte at a time."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000_000:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.05)


class SlowLine:
    """A way to a server that lets so many bytes of its answers through as they are, and then hardly any."""

    def __init__(self, port: int, swift: int) -> None:
        self._to, self._swift = port, swift
        self._listener = socket.create_server((HOST, 0))
        self._ends: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Cut the line."""
        for end in (self._listener, *self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection((HOST, self._to))
                self._ends += [near, far]
                threading.Thread(target=_carry, args=(near, far, 1 << 40), daemon=True).start()
                threading.Thread(target=_carry, args=(far, near, self._swift), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket, swift: int) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(4096 if swift > 0 else 1):
            swift -= len(data)
            if swift <= 0:
                time.sleep(0.05)
            target.sendall(data)


def bomb(handler: http.server.BaseHTTPRequestHandler) -> None:
    """A few kilobytes that would be inflated to a hundred megabytes."""
    body = gzip.compress(bytes(100 << 20), 1)
    send(handler, 200, {"Content-Encoding": "gzip", "ETag": '"1"'}, body)


def after(failures: int, code: int, then: Answer) -> Answer:
    """A status for some requests, and then an answer."""
    left = [failures]

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        left[0] -= 1
        (status(code) if left[0] >= 0 else then)(handler)

    return answer
