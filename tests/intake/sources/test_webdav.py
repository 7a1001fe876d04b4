"""A WebDAV server: listed without surprises, and answered."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nianbao.intake.fetch.sources import Changed, Source, TransportFault
from nianbao.terms.source import Alarm, WebAccess, WebdavPlace
from tests.intake.sources import servers
from tests.intake.sources.reading import answer, content, names, new, opened
from tests.intake.sources.servers import PASSWORD, USER, Answer, OddServer

Open = Callable[..., Source]
ACCESS = WebAccess(private_addresses=True, user=USER, password_env="PASSWORD")


@pytest.fixture
def there() -> Iterator[Open]:
    """Opens an address as a source."""
    sources: list[Source] = []

    def make(url: str, password: str = PASSWORD, **declared: object) -> Source:
        sources.append(opened(WebdavPlace(url, ACCESS), secrets={"PASSWORD": password}, **declared))
        return sources[-1]

    yield make
    for source in sources:
        source.close()


def listing(*members: tuple[str, bool], head: str = '<?xml version="1.0" encoding="utf-8"?>') -> Answer:
    """An answer to PROPFIND that names these members, each a collection or not."""
    responses = "".join(
        f"<D:response><D:href>{href}</D:href><D:propstat><D:prop><D:resourcetype>{'<D:collection/>' * is_collection}"
        "</D:resourcetype><D:getcontentlength>8</D:getcontentlength></D:prop></D:propstat></D:response>"
        for href, is_collection in members
    )
    body = f'{head}<D:multistatus xmlns:D="DAV:">{responses}</D:multistatus>'.encode()
    return lambda handler: servers.send(handler, 207, {"Content-Type": "application/xml"}, body)


def test_files_are_listed_and_read(there: Open, webdav: tuple[str, Path]) -> None:
    """Files of any depth, under any name that the server can have, byte for byte."""
    url, folder = webdav
    body = bytes(range(256)) * 5000
    for name in ("西宁/2021 年/a#1%.xlsx", "b&c.xlsx", "d'e;f.xlsx"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    source = there(url)
    found, alarms = new(source)
    assert not alarms
    assert {item.name for item in found} == {"西宁/2021 年/a#1%.xlsx", "b&c.xlsx", "d'e;f.xlsx"}
    assert all(content(source, item) == body and item.size == len(body) and item.version for item in found)


def test_an_answer_is_written_back(there: Open, webdav: tuple[str, Path]) -> None:
    """Answers lie in their folder, replace older ones, and are not taken for deliveries."""
    url, folder = webdav
    source = there(url, receipts="回执")
    for body in (b"{}", b'{"again": 1}'):
        answer(source, "回执/西宁/a.xlsx.回执.json", body)
    assert (folder / "回执" / "西宁" / "a.xlsx.回执.json").read_bytes() == b'{"again": 1}'
    assert new(source) == ([], [])


def test_a_file_that_changed_since_is_left_for_the_next_run(there: Open, webdav: tuple[str, Path]) -> None:
    """What is read is what was listed, or nothing."""
    url, folder = webdav
    (folder / "a.xlsx").write_bytes(b"workbook")
    source = there(url)
    (found,), _ = new(source)
    (folder / "a.xlsx").write_bytes(b"another workbook")
    with pytest.raises(Changed):
        content(source, found)
    (folder / "a.xlsx").unlink()
    with pytest.raises(Changed):
        content(source, found)


def test_a_wrong_password_is_not_said(there: Open, webdav: tuple[str, Path]) -> None:
    """An account is not locked by our tries."""
    _, (alarm,) = new(there(webdav[0], password="S3CR3T-wrong"))
    assert (alarm.code, alarm.stopped) == ("LOGIN", True)
    assert "S3CR3T" not in str(alarm)


def test_a_missing_folder_is_an_alarm(there: Open, webdav: tuple[str, Path]) -> None:
    """The collection is declared, so it must be there."""
    _, (alarm,) = new(there(webdav[0] + "elsewhere/"))
    assert (alarm.code, alarm.stopped) == ("INBOX_GONE", True)


def test_a_listing_names_nothing_outside(there: Open, odd: OddServer) -> None:
    """Other hosts, other folders, ways upward and members of members are not looked at; a circle ends."""
    odd.answers["/dav/"] = listing(
        ("/dav/", True), ("/dav/a.xlsx", False), ("/etc/passwd", False), ("/dav/../b.xlsx", False),
        ("/dav/%2e%2e/c.xlsx", False), ("http://10.0.0.1/dav/d.xlsx", False), ("/dav/x/e.xlsx", False),
        ("/dav/%2e%2e", True), ("/dav/loop/", True), ("", False), ("/dav/f%00.xlsx", False),
    )  # fmt: skip
    odd.answers["/dav/loop/"] = listing(("/dav/", True), ("/dav/loop/", True), ("/dav/loop/g.xlsx", False))
    assert names(there(odd.url + "/dav/")) == ["a.xlsx", "d.xlsx", "f\\x00.xlsx", "loop/g.xlsx"]
    assert {path for _, path in odd.asked} == {"/dav/", "/dav/loop/"}


@pytest.mark.parametrize(
    "answer",
    [
        listing(head='<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'),
        lambda handler: servers.send(handler, 207, {}, "<?xml version='1.0'?><!DOCTYPE a>".encode("utf-16")),
        lambda handler: servers.send(handler, 207, {}, b"<multistatus"),
        lambda handler: servers.send(handler, 200, {}, b"<html>welcome</html>"),
        servers.redirect("http://169.254.169.254/"),
    ],
)
def test_an_answer_that_is_no_listing_is_an_alarm(answer: Answer, there: Open, odd: OddServer) -> None:
    """Document types, other encodings, broken XML, pages and redirects stop the source."""
    odd.answers["/dav/"] = answer
    found, (alarm,) = new(there(odd.url + "/dav/"))
    assert not found
    assert (alarm.code, alarm.stopped) == ("NOT_WEBDAV", True)


def test_an_endless_listing_is_cut_off(there: Open, odd: OddServer) -> None:
    """A listing does not fill the memory."""

    def endless(handler: object) -> None:
        servers.send(handler, 207, {"Transfer-Encoding": "chunked"})  # type: ignore[arg-type]
        while True:
            handler.wfile.write(b"100000\r\n" + b" " * 0x100000 + b"\r\n")  # type: ignore[attr-defined]

    odd.answers["/dav/"] = endless
    _, (alarm,) = new(there(odd.url + "/dav/"))
    assert alarm.code == "FLOOD"


def test_an_answer_that_may_not_be_written_says_so(there: Open, odd: OddServer) -> None:
    """A server that has no room is not a reason to stop."""
    for path in ("/dav/r/", "/dav/r/a.json"):
        odd.answers[path] = servers.status(507)
    with pytest.raises(TransportFault):
        answer(there(odd.url + "/dav/"), "r/a.json", b"{}")


def test_a_folder_that_is_called_like_a_file_is_refused(there: Open, webdav: tuple[str, Path]) -> None:
    """What it is, is said."""
    url, folder = webdav
    (folder / "a.xlsx").mkdir()
    _, alarms = new(there(url))
    assert [(alarm.code, alarm.what) for alarm in alarms if isinstance(alarm, Alarm)] == [
        ("NOT_REGULAR", "no regular files, left alone: a.xlsx (a folder)")
    ]
