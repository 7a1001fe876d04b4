"""HTTP that misbehaves: nothing is fetched from where it may not be, nothing is endless, nothing half is kept."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nianbao.intake.fetch.sources import Source, web
from nianbao.terms.source import Alarm, HttpPlace, WebAccess
from tests.intake.sources import servers
from tests.intake.sources.reading import content, new, opened, receive
from tests.intake.sources.servers import PASSWORD, OddServer

Open = Callable[..., Source]
OWN = WebAccess(private_addresses=True)


@pytest.fixture
def there(odd: OddServer) -> Iterator[Open]:
    """Opens addresses of the server as a source."""
    sources: list[Source] = []

    def make(*paths: str, access: WebAccess = OWN) -> Source:
        sources.append(opened(HttpPlace(tuple(odd.url + path for path in paths), access)))
        return sources[-1]

    yield make
    for source in sources:
        source.close()


def refusal(source: Source) -> Alarm:
    """The one alarm of a source that gave nothing."""
    found, (alarm,) = new(source)
    assert not found
    assert alarm.stopped
    assert PASSWORD not in json.dumps(vars(alarm))
    return alarm


def test_a_file_is_fetched_under_the_name_of_its_address(there: Open, odd: OddServer) -> None:
    """The address is the name, and the server's tag the version."""
    odd.answers["/export/%E8%A5%BF%E5%AE%81.xlsx"] = servers.file(b"workbook", ETag='"7"')
    source = there("/export/%E8%A5%BF%E5%AE%81.xlsx", "/not-there-yet.xlsx")
    (found,), alarms = new(source)
    assert not alarms
    assert (found.name, found.version, found.size) == ("export/西宁.xlsx", '"7"', 8)
    assert content(source, found) == b"workbook"


@pytest.mark.parametrize("head", [200, 405])
def test_a_server_that_tells_no_version_is_weighed(head: int, there: Open, odd: OddServer) -> None:
    """Without ETag and Last-Modified the content is the version, with and without HEAD."""
    body = servers.file(b"workbook")
    odd.answers["/a.xlsx"] = lambda handler: (servers.status(head) if handler.command == "HEAD" else body)(handler)
    first, _ = new(there("/a.xlsx"))
    again, _ = new(there("/a.xlsx"))
    assert first == again
    assert first[0].version.startswith("sha256:")
    body = servers.file(b"another")
    assert new(there("/a.xlsx"))[0] != first


@pytest.mark.parametrize(
    "to",
    ["file:///etc/passwd", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/a.xlsx", "http://[::1]:1/a.xlsx",
     "http://localhost:1/a.xlsx", "ftp://127.0.0.1/a.xlsx", "gopher://127.0.0.1/", "http://127.0.0.1.nip.io/a.xlsx"],
)  # fmt: skip
def test_a_redirect_leads_only_to_declared_hosts(to: str, there: Open, odd: OddServer) -> None:
    """Neither to files, nor to the machine itself, nor to what stands beside it."""
    odd.answers["/a.xlsx"] = servers.redirect(to)
    assert refusal(there("/a.xlsx")).code == "REFUSED_ADDRESS"


def test_a_redirect_on_the_same_host_is_followed(there: Open, odd: OddServer) -> None:
    """An address may move."""
    odd.answers["/a.xlsx"] = servers.redirect("/b.xlsx")
    odd.answers["/b.xlsx"] = servers.file(b"workbook", ETag='"1"')
    source = there("/a.xlsx")
    (found,), _ = new(source)
    assert content(source, found) == b"workbook"


def test_a_redirect_to_a_declared_host_is_still_looked_at(there: Open, odd: OddServer) -> None:
    """A name that is allowed does not make its address allowed."""
    odd.answers["/a.xlsx"] = servers.redirect(odd.url.replace("127.0.0.1", "localhost") + "/b.xlsx")
    odd.answers["/b.xlsx"] = servers.file(b"workbook", ETag='"1"')
    allowed = WebAccess(hosts=("localhost",), private_addresses=True)
    assert new(there("/a.xlsx", access=allowed))[0]
    assert refusal(there("/a.xlsx", access=WebAccess(hosts=("localhost",)))).code == "REFUSED_ADDRESS"


def test_redirects_end(there: Open, odd: OddServer) -> None:
    """A circle is left."""
    odd.answers["/a.xlsx"] = servers.redirect("/a.xlsx")
    assert refusal(there("/a.xlsx")).code == "REFUSED_ADDRESS"
    assert len(odd.asked) < 6


def test_a_private_address_must_be_declared(there: Open, odd: OddServer) -> None:
    """By default nothing in the own network is reached, not even to say hello."""
    odd.answers["/a.xlsx"] = servers.file(b"workbook", ETag='"1"')
    assert refusal(there("/a.xlsx", access=WebAccess())).code == "REFUSED_ADDRESS"
    assert not odd.asked


@pytest.mark.parametrize(("failures", "arrives"), [(2, True), (9, False)])
def test_a_server_that_is_ill_is_asked_again(failures: int, arrives: bool, there: Open, odd: OddServer) -> None:
    """500 is worth another try, but not endlessly."""
    odd.answers["/a.xlsx"] = servers.after(failures, 500, servers.file(b"workbook", ETag='"1"'))
    found, alarms = new(there("/a.xlsx"))
    assert bool(found) is arrives
    assert [alarm.code for alarm in alarms] == ([] if arrives else ["UNREACHABLE"])
    assert len(odd.asked) == 3


@pytest.mark.parametrize("code", [401, 403])
def test_a_refusal_is_not_tried_again(code: int, there: Open, odd: OddServer) -> None:
    """Who is not let in does not knock again."""
    odd.answers["/a.xlsx"] = servers.status(code)
    assert refusal(there("/a.xlsx", access=WebAccess(private_addresses=True, token_env="TOKEN"))).code == "LOGIN"
    assert len(odd.asked) == 1


def test_a_body_that_is_too_short_is_not_kept(there: Open, odd: OddServer, tmp_path: Path) -> None:
    """Less than the Content-Length says is tried again, and then left."""
    odd.answers["/a.xlsx"] = servers.short(b"half a work")
    source = there("/a.xlsx")
    (found,), _ = new(source)
    alarm = receive(source, found, tmp_path / "archive")
    assert isinstance(alarm, Alarm)
    assert alarm.code == "UNREACHABLE"
    assert odd.asked.count(("GET", "/a.xlsx")) == 3
    assert not [path for path in (tmp_path / "archive").rglob("*") if path.is_file()]


def test_an_endless_body_is_cut_off(there: Open, odd: OddServer, tmp_path: Path) -> None:
    """More than a workbook can have is not fetched; what came is kept as evidence and found to be too large."""
    odd.answers["/a.xlsx"] = servers.endless
    source = there("/a.xlsx")
    (found,), _ = new(source)
    assert found.size == -1
    delivery = receive(source, found, tmp_path / "archive")
    assert 50 << 20 < delivery.size_bytes < 60 << 20  # type: ignore[union-attr]


def test_a_compressed_answer_is_not_inflated(there: Open, odd: OddServer, tmp_path: Path) -> None:
    """A few kilobytes do not become a hundred megabytes."""
    odd.answers["/a.xlsx"] = servers.bomb
    source = there("/a.xlsx")
    (found,), _ = new(source)
    alarm = receive(source, found, tmp_path / "archive")
    assert isinstance(alarm, Alarm)
    assert alarm.code == "COMPRESSED"
    assert all(headers["Accept-Encoding"] == "identity" for headers in odd.headers)


def test_a_file_replaced_in_between_is_left_for_the_next_run(there: Open, odd: OddServer, tmp_path: Path) -> None:
    """What is kept is what was listed."""
    odd.answers["/a.xlsx"] = servers.file(b"workbook", ETag='"1"')
    source = there("/a.xlsx")
    (found,), _ = new(source)
    odd.answers["/a.xlsx"] = servers.file(b"workb00k", ETag='"2"')
    assert receive(source, found, tmp_path / "archive") is None


def test_a_password_goes_only_to_the_declared_server(there: Open, odd: OddServer) -> None:
    """After a redirect to another port, which is another server, it is not sent along."""
    other = OddServer()
    try:
        odd.answers["/a.xlsx"] = servers.redirect(other.url + "/a.xlsx")
        other.answers["/a.xlsx"] = servers.file(b"workbook", ETag='"1"')
        for access in (
            WebAccess(private_addresses=True, user="nianbao", password_env="PASSWORD"),
            WebAccess(private_addresses=True, token_env="TOKEN"),
        ):
            assert new(there("/a.xlsx", access=access))[0]
        assert all("Authorization" in headers for headers in odd.headers)
        assert not any("Authorization" in headers for headers in other.headers)
    finally:
        other.close()


@pytest.mark.parametrize("length", ["9" * 30, "-5", "1e3", "٣"])
def test_a_length_that_cannot_be_is_none(length: str) -> None:
    """Headers are text, and not every text is a number."""
    assert web.whole(length) == -1


@pytest.mark.parametrize("text", [None, "", "yesterday", "Mon, 99 Foo 0000 99:99:99 GMT", "Mon, 01 Jan 99999 00:00:00"])
def test_a_time_that_cannot_be_is_none(text: str | None) -> None:
    """Headers are text, and not every text is a time."""
    assert web.modified_ns(text) == 0
