"""A WebDAV collection: listed level by level, its answers read without document types, entities or surprises."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import httpx

from nianbao.intake.fetch.sources.folder import is_called_like_a_file
from nianbao.intake.fetch.sources.guarded import GuardedClient, pieces
from nianbao.intake.fetch.sources.listing import MAX_SEEN
from nianbao.intake.fetch.sources.name import as_data
from nianbao.intake.fetch.sources.source import Changed, FileStore, Found, SourceStopped, TransportFault, whole
from nianbao.intake.fetch.sources.web import modified_ns
from nianbao.language import _
from nianbao.terms.source import DeclaredSource, WebdavPlace

_ASKED = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/>'
    b"<getlastmodified/><getetag/></prop></propfind>"
)
_MAX_LISTING = 32 << 20
_MAX_DEPTH = 8


class Collection(FileStore):
    """The source `kind = "webdav"`; servers show files half written, so that none is settled at first sight."""

    def __init__(self, declared: DeclaredSource, place: WebdavPlace, client: GuardedClient) -> None:
        self.declared = declared
        self._parts = urlsplit(place.url)
        self._top = unquote(self._parts.path).rstrip("/") + "/"
        self._client = client

    def walk(self) -> Iterator[Found]:
        """Everything below the collection; what an answer names outside of it is not looked at."""
        level, seen, count = [self._top], {self._top}, 0
        for _depth in range(_MAX_DEPTH):
            below: list[str] = []
            for collection in level:
                for path, response in self._members(collection):
                    count += 1
                    if path in seen or count > MAX_SEEN:
                        continue
                    seen.add(path)
                    if not path.endswith("/"):
                        yield self._found(path, response)
                    elif is_called_like_a_file(path.rstrip("/")):
                        yield Found(path.rstrip("/")[len(self._top) :], 0, 0, not_a_file="a folder")
                    else:
                        below.append(path)
            level = below

    def read(self, found: Found) -> Iterator[bytes]:
        """The bytes, if the server still gives the file the tag that was listed."""
        with self._client.ask("GET", self._url(found.handle)) as answer:
            tag = answer.headers.get("ETag", "")
            if answer.status_code != httpx.codes.OK or (
                tag and found.version and _bare(as_data(tag)) != _bare(found.version)
            ):
                raise Changed(found.name)
            yield from pieces(answer)

    def write(self, name: str, content: bytes) -> None:
        """Put a file there, in collections that are made when they are not there."""
        folders = name.split("/")[:-1]
        for depth in range(1, len(folders) + 1):
            with self._client.ask("MKCOL", self._url(self._top + "/".join(folders[:depth]) + "/")):
                pass  # 405 means that it is there; anything worse shows at once in the answer to PUT
        with self._client.ask("PUT", self._url(self._top + name), content=content) as answer:
            if not answer.is_success:
                raise TransportFault(f"PUT: {answer.status_code}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _url(self, path: str) -> str:
        return urlunsplit((self._parts.scheme, self._parts.netloc, quote(path, safe="/"), "", ""))

    def _members(self, collection: str) -> Iterator[tuple[str, ET.Element]]:
        """The members of one collection, by their path on the server; a collection's path ends with a slash."""
        headers = {"Depth": "1", "Content-Type": "application/xml"}
        with self._client.ask("PROPFIND", self._url(collection), headers, _ASKED) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                step = _("correct url in sources.toml, or have the folder made")
                raise SourceStopped(
                    "INBOX_GONE",
                    _("there is no {collection} on {hostname}").format(
                        collection=collection, hostname=self._parts.hostname
                    ),
                    step,
                )
            if answer.status_code != httpx.codes.MULTI_STATUS:
                step = _("see whether url is that of a WebDAV folder")
                raise SourceStopped("NOT_WEBDAV", f"{self._parts.hostname} answers {answer.status_code}", step)
            listing = _parse(_whole(answer))
        for response in listing.iterfind("{DAV:}response"):
            path = unquote(urlsplit(response.findtext("{DAV:}href", "")).path)
            if response.find(".//{DAV:}resourcetype/{DAV:}collection") is not None:
                path = path.rstrip("/") + "/"
            inside = path[len(collection) :].rstrip("/")
            if path.startswith(collection) and inside and "/" not in inside and inside not in (".", ".."):
                yield path, response

    def _found(self, path: str, response: ET.Element) -> Found:
        return Found(
            path[len(self._top) :],
            whole(response.findtext(".//{DAV:}getcontentlength")),
            modified_ns(response.findtext(".//{DAV:}getlastmodified")),
            as_data(response.findtext(".//{DAV:}getetag", "")),
            handle=path,
            is_settled=False,
        )


def _whole(answer: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in pieces(answer):
        body += chunk
        if len(body) > _MAX_LISTING:
            raise SourceStopped(
                "FLOOD", _("the listing does not end"), _("ask the server's owner what it answers to PROPFIND")
            )
    return bytes(body)


def _parse(body: bytes) -> ET.Element:
    step = _("ask the server's owner what it answers to PROPFIND")
    try:
        text = body.decode("utf-8-sig")
        if "<!DOCTYPE" in text:
            raise SourceStopped("NOT_WEBDAV", _("the listing declares a document type, which is not read"), step)
        return ET.fromstring(text)
    except (UnicodeDecodeError, ET.ParseError) as error:
        raise SourceStopped("NOT_WEBDAV", _("the listing is no XML in UTF-8"), step) from error


def _bare(tag: str) -> str:
    return tag.removeprefix("W/").strip('"')
