"""Files behind fixed addresses: each is fetched when the server says that it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit

import httpx

from nianbao.intake.fetch.sources.guarded import GuardedClient, pieces
from nianbao.intake.fetch.sources.name import as_data
from nianbao.intake.fetch.sources.source import Changed, FileStore, Found, TransportFault, whole
from nianbao.terms.source import DeclaredSource, HttpPlace

_ABSENT = {404, 410}
_NO_HEAD = {405, 501}
_MAX_WEIGHED = 64 << 20


class Addresses(FileStore):
    """The source `kind = "http"`; answers are not written back to it."""

    def __init__(self, declared: DeclaredSource, place: HttpPlace, client: GuardedClient) -> None:
        self.declared = declared
        self._place = place
        self._client = client

    def walk(self) -> Iterator[Found]:
        """What the addresses hold now; one that holds nothing yet is passed over."""
        for url in self._place.urls:
            found = self._head(url)
            if found:
                yield found

    def read(self, found: Found) -> Iterator[bytes]:
        """The bytes, if they are still those whose headers were listed."""
        with self._client.ask("GET", found.handle, follow=True) as answer:
            if answer.status_code != httpx.codes.OK:
                raise Changed(found.name)
            said = _version(answer)
            if said and not found.version.startswith("sha256:") and said != found.version:
                raise Changed(found.name)
            yield from pieces(answer)

    def write(self, name: str, content: bytes) -> None:
        """Addresses to fetch from are no place for answers."""
        raise TransportFault("answers cannot be written back over plain HTTP")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _head(self, url: str) -> Found | None:
        with self._client.ask("HEAD", url, follow=True) as answer:
            if answer.status_code in _ABSENT:
                return None
            if answer.status_code not in _NO_HEAD:
                _expect_ok(answer)
                if _version(answer):
                    return _found(url, answer, _version(answer))
        with self._client.ask("GET", url, follow=True) as answer:
            if answer.status_code in _ABSENT:
                return None
            _expect_ok(answer)
            return _found(url, answer, _version(answer) or _weigh(answer))


def modified_ns(text: str | None) -> int:
    """A Last-Modified header as nanoseconds, 0 when there is none that can be read."""
    try:
        return int(parsedate_to_datetime(text).timestamp()) * 1_000_000_000 if text else 0
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0


def _found(url: str, answer: httpx.Response, version: str) -> Found:
    return Found(
        unquote(urlsplit(url).path).lstrip("/") or "_",
        whole(answer.headers.get("Content-Length")),
        modified_ns(answer.headers.get("Last-Modified")),
        version,
        handle=url,
    )


def _version(answer: httpx.Response) -> str:
    return as_data(str(answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""))


def _weigh(answer: httpx.Response) -> str:
    """The version of a file whose server tells none: its content."""
    digest, size = hashlib.sha256(), 0
    for chunk in pieces(answer):
        digest.update(chunk)
        size += len(chunk)
        if size > _MAX_WEIGHED:
            break
    return f"sha256:{digest.hexdigest()}"


def _expect_ok(answer: httpx.Response) -> None:
    if answer.status_code != httpx.codes.OK:
        raise TransportFault(f"{answer.request.url.host}: {answer.status_code}")
