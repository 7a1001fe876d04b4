"""An SFTP server: its key is pinned, its names are data, and what breaks off is tried again."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import asyncssh
import pytest

from nianbao.intake.fetch.sources import Changed, Source, SourceStopped, TransportFault
from nianbao.terms.source import Alarm, SftpPlace
from tests.intake.sources.reading import LARGE, answer, content, names, new, opened, receive
from tests.intake.sources.servers import HOST, PASSWORD, USER, SftpServer

Open = Callable[..., Source]


@pytest.fixture
def there(sftp: SftpServer) -> Iterator[Open]:
    """Opens the server as a source; by default with its right key and password."""
    sources: list[Source] = []

    def make(
        secrets: dict[str, str] | None = None, declared: dict[str, object] | None = None, **place: object
    ) -> Source:
        settings = {
            "host": HOST, "port": sftp.port, "user": USER, "host_keys": (sftp.host_key,), "folder": "upload",
            "password_env": "PASSWORD",
        } | place  # fmt: skip
        known = {"PASSWORD": PASSWORD, "PASSPHRASE": "S3CR3T-phrase"} if secrets is None else secrets
        sources.append(opened(SftpPlace(**settings), secrets=known, **(declared or {})))  # type: ignore[arg-type]
        return sources[-1]

    yield make
    for source in sources:
        source.close()


def put(sftp: SftpServer, name: str | bytes, body: bytes = b"workbook") -> Path:
    """Put a file into the folder that is collected."""
    path = sftp.folder / "upload" / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def test_files_are_listed_and_read(there: Open, sftp: SftpServer) -> None:
    """Files of any depth, byte for byte."""
    body = os.urandom(3_000_000)
    put(sftp, "西宁/a.xlsx", body)
    put(sftp, "b.xlsx", b"")
    source = there()
    found, alarms = new(source)
    assert not alarms
    assert {item.name: content(source, item) for item in found} == {"西宁/a.xlsx": body, "b.xlsx": b""}
    assert all(abs(item.modified_ns - time.time_ns()) < 60e9 for item in found)


def test_a_pinned_fingerprint_does_as_well(there: Open, sftp: SftpServer) -> None:
    """The key may be declared by its fingerprint."""
    put(sftp, "a.xlsx")
    assert names(there(host_keys=(sftp.fingerprint,))) == ["a.xlsx"]


@pytest.mark.parametrize("pinned", ["key", "fingerprint", "key of another kind"])
def test_a_changed_host_key_stops_the_source(pinned: str, there: Open, sftp: SftpServer) -> None:
    """Nothing is sent to a server that shows another key, not even once."""
    put(sftp, "a.xlsx")
    keys = {
        "key": sftp.host_key,
        "fingerprint": sftp.fingerprint,
        "key of another kind": asyncssh.generate_private_key("ecdsa-sha2-nistp256")
        .export_public_key()
        .decode()
        .strip(),
    }
    sftp.change_key()
    found, (alarm,) = new(there(host_keys=(keys[pinned],)))
    assert not found
    assert (alarm.code, alarm.stopped) == ("HOST_KEY", True)
    assert sftp.connections == 1  # it is not tried again


def test_a_wrong_password_is_not_tried_again(there: Open, sftp: SftpServer) -> None:
    """An account is not locked by our tries, and the password is not said."""
    _, (alarm,) = new(there({"PASSWORD": "S3CR3T-wrong"}))
    assert (alarm.code, alarm.stopped, sftp.connections) == ("LOGIN", True, 1)
    assert "S3CR3T" not in str(alarm)


def test_a_missing_secret_stops_the_source(there: Open) -> None:
    """What the environment does not have is named."""
    with pytest.raises(SourceStopped, match="the environment has no PASSWORD") as caught:
        there({})
    assert caught.value.code == "SECRET_MISSING"


def test_a_private_key_opens_the_door(there: Open, sftp: SftpServer, tmp_path: Path) -> None:
    """A key file with a passphrase does instead of a password."""
    put(sftp, "a.xlsx")
    sftp.authorized = asyncssh.generate_private_key("ssh-ed25519")
    file = tmp_path / "id"
    sftp.authorized.write_private_key(file, passphrase="S3CR3T-phrase")
    key = {"private_key_file": str(file), "passphrase_env": "PASSPHRASE", "password_env": ""}
    assert names(there(**key)) == ["a.xlsx"]
    _, (alarm,) = new(there({"PASSPHRASE": "S3CR3T-wrong"}, **key))
    assert alarm.code == "LOGIN"
    assert "S3CR3T" not in str(alarm)


@pytest.mark.parametrize(("drops", "arrives"), [(2, True), (99, False)])
def test_a_connection_that_breaks_off_is_tried_again(
    drops: int, arrives: bool, there: Open, sftp: SftpServer, tmp_path: Path
) -> None:
    """A reset in the middle of a file costs a try; when none is left, it is an alarm and nothing is kept."""
    put(sftp, "a.xlsx", b"x" * 3_000_000)
    source = there()
    (found,), _ = new(source)
    sftp.drops = drops
    delivery = receive(source, found, tmp_path / "archive")
    if arrives:
        assert delivery.size_bytes == 3_000_000  # type: ignore[union-attr]
    else:
        assert isinstance(delivery, Alarm)
        assert (delivery.code, delivery.stopped) == ("UNREACHABLE", True)
        assert not [path for path in (tmp_path / "archive").rglob("*") if path.is_file()]


def test_a_server_that_is_away_is_an_alarm(there: Open, sftp: SftpServer) -> None:
    """Nobody listens: the next run tries again."""
    source = there()
    sftp.stop()
    _, (alarm,) = new(source)
    assert (alarm.code, alarm.stopped) == ("UNREACHABLE", True)
    sftp.listen()
    assert new(source) == ([], [])


def test_a_missing_folder_is_an_alarm(there: Open) -> None:
    """The folder is declared, so it must be there."""
    _, (alarm,) = new(there(folder="elsewhere"))
    assert (alarm.code, alarm.stopped) == ("INBOX_GONE", True)


def test_what_is_no_regular_file_is_refused_and_said(there: Open, sftp: SftpServer) -> None:
    """Links on the server are not followed, whatever they lead to."""
    put(sftp, "a.xlsx")
    put(sftp, "folder.xlsx/b.xlsx")
    (sftp.folder / "upload" / "link.xlsx").symlink_to("/etc/hostname")
    (sftp.folder / "upload" / "links").symlink_to("/etc")
    os.mkfifo(sftp.folder / "upload" / "pipe.xlsx")
    found, (alarm,) = new(there())
    assert [item.name for item in found] == ["a.xlsx"]
    assert alarm.code == "NOT_REGULAR"
    for name in ("link.xlsx (a symbolic link)", "links (a symbolic link)", "pipe.xlsx", "folder.xlsx (a folder)"):
        assert name in alarm.what


def test_a_file_swapped_for_a_link_is_not_followed(there: Open, sftp: SftpServer) -> None:
    """Between the listing and the reading a file may become a link."""
    path = put(sftp, "a.xlsx")
    source = there()
    (found,), _ = new(source)
    path.rename(path.with_name("b.xlsx"))
    path.symlink_to(path.with_name("b.xlsx"))
    with pytest.raises(Changed):
        content(source, found)


@pytest.mark.parametrize(
    "name", [b"a\nb.xlsx", b"..\\x.xlsx", b"CON", b"\xce\xf7\xc4\xfe.xlsx", b"x" * 240, b"a\x1b[2J.xlsx"]
)
def test_a_file_of_any_name_is_taken(name: bytes, there: Open, sftp: SftpServer) -> None:
    """A name is what the server says, byte for byte, and is shown harmlessly."""
    put(sftp, name)
    source = there()
    (found,), _ = new(source)
    assert content(source, found) == b"workbook"
    assert not set(found.name) & set("\n\x1b")


def test_a_growing_file_is_left_alone(there: Open, sftp: SftpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is taken when two readings agree; the server's clock is not believed."""
    path = put(sftp, "a.xlsx")
    os.utime(path, (0, 0))
    grown = []

    def grow(seconds: float) -> None:
        if seconds == 7:
            grown.append(seconds)
            path.write_bytes(b"workbook and more")

    monkeypatch.setattr(time, "sleep", grow)
    assert names(there(declared={"settle_seconds": 7})) == []
    assert grown == [7]


def test_a_file_that_changed_since_is_left_for_the_next_run(there: Open, sftp: SftpServer) -> None:
    """What is read is what was listed, or nothing."""
    path = put(sftp, "a.xlsx")
    source = there()
    (found,), _ = new(source)
    path.write_bytes(b"another workbook")
    with pytest.raises(Changed):
        content(source, found)
    path.unlink()
    with pytest.raises(Changed):
        content(source, found)


def test_a_huge_file_is_not_fetched_to_its_end(there: Open, sftp: SftpServer, tmp_path: Path) -> None:
    """More than a workbook can have is cut off, and its size told."""
    path = put(sftp, "huge.xlsx")
    os.truncate(path, LARGE)
    source = there()
    (found,), _ = new(source)
    delivery = receive(source, found, tmp_path / "archive")
    assert delivery.size_bytes == LARGE  # type: ignore[union-attr]


def test_an_answer_is_written_back(there: Open, sftp: SftpServer) -> None:
    """Answers lie in their folder under their own names, and replace older ones."""
    source = there(declared={"receipts": "回执"})
    for body in (b"{}", b'{"again": 1}'):
        answer(source, "回执/西宁/a.xlsx.回执.json", body)
    folder = sftp.folder / "upload" / "回执" / "西宁"
    assert [path.name for path in folder.iterdir()] == ["a.xlsx.回执.json"]
    assert (folder / "a.xlsx.回执.json").read_bytes() == b'{"again": 1}'
    assert new(source) == ([], [])


def test_an_answer_that_may_not_be_written_says_so(there: Open, sftp: SftpServer) -> None:
    """A server that refuses to take answers is not a reason to stop."""
    (sftp.folder / "upload" / "回执").write_bytes(b"a file in the way")
    with pytest.raises((SourceStopped, TransportFault)):
        answer(there(declared={"receipts": "回执"}), "回执/a.json", b"{}")


def test_closing_ends_the_thread(there: Open, sftp: SftpServer) -> None:
    """A run leaves nothing behind."""
    source = there()
    with closing(source):
        new(source)
    assert not [thread for thread in threading.enumerate() if thread.name == "sftp there"]


def test_a_file_that_may_not_be_read_is_said(there: Open, sftp: SftpServer, tmp_path: Path) -> None:
    """It is listed, but never comes: somebody has to give the right."""
    sftp.closed = b"closed.xlsx"
    put(sftp, "closed.xlsx")
    source = there()
    (found,), _ = new(source)
    alarm = receive(source, found, tmp_path / "archive")
    assert isinstance(alarm, Alarm)
    assert alarm.code == "NOT_READABLE"
