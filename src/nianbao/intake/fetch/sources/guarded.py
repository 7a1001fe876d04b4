"""Requests over HTTP that go only where they may: checked hosts, checked addresses, bounded answers."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

import httpx

from nianbao.intake.fetch.sources.source import CHUNK, SourceStopped, TransportFault
from nianbao.language import _
from nianbao.terms.source import WebAccess

_TIMEOUT = httpx.Timeout(30.0, connect=20.0)
_MAX_REDIRECTS = 3
_RETRY = {408, 425, 429, 500, 502, 503, 504, 507}


class GuardedClient:
    """A client for the hosts of the declared addresses; every redirect passes the same gate."""

    def __init__(self, urls: Iterable[str], access: WebAccess, password: str, token: str) -> None:
        parts = [urlsplit(url) for url in urls]
        gate = _Gate(
            schemes=frozenset(part.scheme for part in parts) | {"https"},
            hosts=frozenset(part.hostname or "" for part in parts) | frozenset(access.hosts),
            private_addresses=access.private_addresses,
            verify=ssl.create_default_context(cafile=access.ca_file or None),
        )
        self._client = httpx.Client(
            transport=gate,
            auth=(access.user, password) if access.user else None,
            headers={"Accept-Encoding": "identity", **({"Authorization": f"Bearer {token}"} if token else {})},
            timeout=_TIMEOUT,
            max_redirects=_MAX_REDIRECTS,
            trust_env=False,
        )

    @contextlib.contextmanager
    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        follow: bool = False,
    ) -> Iterator[httpx.Response]:
        """An answer that is still to be read; statuses that mean "later" or "not you" are raised here.

        Raises:
            SourceStopped: the server does not let us in, or leads somewhere we do not go.
            TransportFault: it did not answer.
        """
        host = urlsplit(url).hostname
        try:
            with self._client.stream(method, url, headers=headers, content=content, follow_redirects=follow) as answer:
                if answer.status_code in (401, 403, 407):
                    step = _("correct user, password or token, or have the server's owner allow it")
                    raise SourceStopped("LOGIN", f"{host} refuses: {answer.status_code}", step)
                if answer.status_code in _RETRY:
                    raise TransportFault(f"{host}: {answer.status_code}")
                yield answer
        except httpx.TooManyRedirects as error:
            raise _astray(f"{host} redirects without end") from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise _astray(f"{host} leads to an address that is not fetched") from error
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            raise TransportFault(f"{host}: {str(error) or type(error).__name__}") from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def pieces(answer: httpx.Response) -> Iterator[bytes]:
    """The body as it was sent; how much of it is wanted, and for how long, is for the reader to say.

    Raises:
        SourceStopped: the server compresses what it was asked not to; a few bytes could be made to fill the disk.
    """
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        step = _("have the server send the file as it is (Accept-Encoding: identity)")
        raise SourceStopped(
            "COMPRESSED", _("{host} sends compressed answers").format(host=answer.request.headers["Host"]), step
        )
    yield from answer.iter_raw(CHUNK)


class _Gate(httpx.BaseTransport):
    """Lets a request through to an allowed host, at the very address that was looked at."""

    def __init__(
        self, schemes: frozenset[str], hosts: frozenset[str], private_addresses: bool, verify: ssl.SSLContext
    ) -> None:
        self._schemes = schemes
        self._hosts = hosts
        self._private_addresses = private_addresses
        self._onward = httpx.HTTPTransport(verify=verify, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on."""
        url = request.url
        if url.scheme not in self._schemes or url.host not in self._hosts:
            raise _astray(f"it leads to {url.scheme}://{url.host}, which is not declared")
        address = self._address_of(url.host, url.port or (443 if url.scheme == "https" else 80))
        return self._onward.handle_request(
            httpx.Request(
                request.method,
                url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": url.host},
            )
        )

    def close(self) -> None:
        """Close the connections."""
        self._onward.close()

    def _address_of(self, host: str, port: int) -> str:
        """The first address of a host, if all of its addresses may be reached."""
        addresses = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not self._private_addresses:
            for address in addresses:
                if not ipaddress.ip_address(address.partition("%")[0]).is_global:
                    raise _astray(f"{host} has the private address {address}; private_addresses = true allows it")
        return addresses[0]


def _astray(what: str) -> SourceStopped:
    step = _("ask the server's owner; add the host to hosts in sources.toml only if it is meant")
    return SourceStopped("REFUSED_ADDRESS", what, step)
