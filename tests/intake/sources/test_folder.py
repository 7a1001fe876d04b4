"""A folder of this machine: only regular, finished files, and never by way of a link."""

import os
import threading
import time
from pathlib import Path

import pytest

from nianbao import clock
from nianbao.intake.fetch.receive import fetch
from nianbao.intake.fetch.sources import Changed, Found, Source, TakenIn, look
from nianbao.terms.source import FolderPlace, Unfinished
from tests.intake.sources.reading import LARGE, answer, content, names, new, opened, receive


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder with one workbook in a subfolder."""
    folder = tmp_path / "inbox"
    (folder / "西宁").mkdir(parents=True)
    (folder / "西宁" / "a.xlsx").write_bytes(b"workbook")
    return folder


@pytest.fixture
def source(inbox: Path) -> Source:
    """That folder as a source."""
    return opened(FolderPlace(str(inbox)))


def test_what_is_no_regular_file_is_refused_and_said(source: Source, inbox: Path) -> None:
    """Links, pipes, sockets and folders that are called like workbooks are left alone, and shown."""
    (inbox / "link.xlsx").symlink_to("/etc/hostname")
    (inbox / "links").symlink_to("/etc")
    os.link(inbox / "西宁" / "a.xlsx", inbox / "hard.xlsx")
    os.mkfifo(inbox / "pipe.xlsx")
    (inbox / "folder.xlsx").mkdir()
    (inbox / "folder.xlsx" / "inside.xlsx").write_bytes(b"x")
    (inbox / "b.xlsx").write_bytes(b"x")
    found, (alarm,) = new(source)
    assert [item.name for item in found] == ["b.xlsx"]
    assert alarm.code == "NOT_REGULAR"
    assert not alarm.stopped
    for told in ("link.xlsx (a symbolic link)", "pipe.xlsx (a named pipe)", "folder.xlsx (a folder)", "(a hard link)"):
        assert told in alarm.what or " more" in alarm.what


def test_a_file_swapped_for_a_link_is_not_followed(source: Source, inbox: Path) -> None:
    """Between the look and the reading a file, or a folder on the way to it, may become a link."""
    (found,), _ = new(source)
    os.rename(inbox / "西宁", inbox / "elsewhere")
    (inbox / "西宁").symlink_to(inbox / "elsewhere")
    with pytest.raises(Changed):
        content(source, found)
    (inbox / "西宁").unlink()
    os.rename(inbox / "elsewhere", inbox / "西宁")
    assert content(source, found) == b"workbook"
    (inbox / "西宁" / "a.xlsx").unlink()
    (inbox / "西宁" / "a.xlsx").symlink_to("/etc/hostname")
    with pytest.raises(Changed):
        content(source, found)


def test_a_file_that_changed_since_is_left_for_the_next_run(source: Source, inbox: Path, tmp_path: Path) -> None:
    """What is kept is what was listed, or nothing."""
    (found,), _ = new(source)
    (inbox / "西宁" / "a.xlsx").write_bytes(b"workbook and more")
    assert receive(source, found, tmp_path / "archive") is None


def test_a_growing_file_is_left_alone(inbox: Path) -> None:
    """A file is taken when two readings agree, and not before."""
    source = opened(FolderPlace(str(inbox)), settle_seconds=1)
    growing = inbox / "growing.xlsx"
    stop = threading.Event()

    def grow() -> None:
        while not stop.is_set():
            with growing.open("ab") as file:
                file.write(b"more")
            time.sleep(0.05)

    writer = threading.Thread(target=grow)
    writer.start()
    while not growing.exists():
        time.sleep(0.01)
    assert names(source) == ["西宁/a.xlsx"]
    stop.set()
    writer.join()
    assert names(source) == ["growing.xlsx", "西宁/a.xlsx"]


def test_temporary_names_are_left_alone(source: Source, inbox: Path) -> None:
    """What an upload or Excel has open is not a delivery."""
    for name in ("a.xlsx.part", "~$a.xlsx", ".a.xlsx", "b.xlsx.filepart"):
        (inbox / name).write_bytes(b"x")
    assert names(source) == ["西宁/a.xlsx"]


def test_what_long_stands_unfinished_is_told(inbox: Path) -> None:
    """A half upload, or a workbook left open, that nobody has touched for an hour is named; a new one is not."""
    hour_ago = time.time() - 3700
    for name, modified in (("a.xlsx.part", hour_ago), ("~$b.xlsx", hour_ago), ("c.crdownload", time.time())):
        (inbox / name).write_bytes(b"x")
        os.utime(inbox / name, (modified, modified))
    unfinished: list[Unfinished] = []
    found = fetch([opened(FolderPlace(str(inbox)))], {"there": TakenIn()}, [], unfinished, {})
    assert [item.name for _, item in found] == ["西宁/a.xlsx"]
    assert sorted(each.name for each in unfinished) == ["a.xlsx.part", "~$b.xlsx"]
    assert {each.since for each in unfinished} == {clock.local(hour_ago)}


def test_what_is_known_is_not_listed_until_it_changes(inbox: Path) -> None:
    """By name, size and time of change, also where the name has to be spelled out; one with a second name is told."""
    (inbox / "b\n.xlsx").write_bytes(b"x")
    (inbox / "c.xlsx").write_bytes(b"x")
    source = opened(FolderPlace(str(inbox)))
    known = TakenIn({found.state for found in look(source, TakenIn()).found})
    assert {name for name, *_ in known.states} == {"西宁/a.xlsx", "b\\x0a.xlsx", "c.xlsx"}
    assert look(source, known).found == []
    (inbox / "西宁" / "a.xlsx").write_bytes(b"another")
    os.utime(inbox / "b\n.xlsx", (1, 1))
    assert {found.name for found in look(source, known).found} == {"西宁/a.xlsx", "b\\x0a.xlsx"}
    os.link(inbox / "c.xlsx", inbox.parent / "elsewhere.xlsx")
    (alarm,) = look(source, known).alarms
    assert "c.xlsx (a hard link)" in alarm.what


def test_what_a_source_does_not_tell_does_not_make_a_file_new() -> None:
    """A file without a size is known by the rest; one whose name says all that it is, by its name."""
    known = TakenIn({("a.xlsx", 9, 5, "v1")})
    assert known.has(Found("a.xlsx", -1, 5, "v1"))
    assert not known.has(Found("a.xlsx", -1, 5, "v2"))
    assert not known.has(Found("a.xlsx", 8, 5, "v1"))
    assert known.has(Found("a.xlsx", 8, 6, "v2", is_once=True))
    assert not known.has(Found("b.xlsx", 9, 5, "v1", is_once=True))


def test_a_marked_file_is_complete_and_an_unmarked_one_is_not(inbox: Path) -> None:
    """Where senders mark what is complete, the marker decides: at once, and not when it is older than the file."""
    marked = opened(FolderPlace(str(inbox)), marker=".ok", settle_seconds=600)
    assert names(marked) == []
    (inbox / "西宁" / "a.xlsx.ok").touch()
    (inbox / "b.xlsx").write_bytes(b"x")
    assert names(marked) == ["西宁/a.xlsx"]
    (inbox / "西宁" / "a.xlsx").write_bytes(b"replaced, and not marked again")
    os.utime(inbox / "西宁" / "a.xlsx.ok", (1_600_000_000, 1_600_000_000))
    assert names(marked) == []
    (inbox / "b.xlsx.ok").symlink_to("/etc/hostname")
    assert names(marked) == []


@pytest.mark.parametrize("name", [b"a\nb.xlsx", b"CON", b"\xce\xf7\xc4\xfe.xlsx", b"x" * 240 + b".xlsx", b"..xlsx"])
def test_a_file_of_any_name_is_taken(name: bytes, source: Source, inbox: Path, tmp_path: Path) -> None:
    """Newlines, reserved words and names that are no UTF-8 are data."""
    (inbox / "西宁" / "a.xlsx").unlink()
    (inbox / os.fsdecode(name)).write_bytes(b"workbook")
    (found,), _ = new(source)
    delivery = receive(source, found, tmp_path / "archive")
    assert getattr(delivery, "sha256", None)
    assert "\n" not in found.name
    found.name.encode()


def test_both_spellings_of_a_name_are_taken(source: Source, inbox: Path) -> None:
    """NFC and NFD, full and half width: different names are different files."""
    for name in ("é.xlsx", "e\u0301.xlsx", "(1).xlsx", "（1）.xlsx"):
        (inbox / name).write_bytes(name.encode())
    assert len(names(source)) == 5


@pytest.mark.parametrize("stamp", [0, -1, 4_070_908_800])
def test_a_time_of_change_that_cannot_be_is_no_arrival(stamp: int, source: Source, inbox: Path, tmp_path: Path) -> None:
    """1970 and 2099 say nothing about when a file came."""
    os.utime(inbox / "西宁" / "a.xlsx", (stamp, stamp))
    (found,), _ = new(source)
    delivery = receive(source, found, tmp_path / "archive")
    assert delivery.arrived_at == delivery.received_at  # type: ignore[union-attr]


def test_a_huge_file_is_kept_in_its_beginning_only(source: Source, inbox: Path, tmp_path: Path) -> None:
    """What is too large to be read is taken in as evidence, with its true size."""
    with (inbox / "huge.xlsx").open("wb") as file:
        file.truncate(LARGE)
    found = next(item for item in new(source)[0] if item.name == "huge.xlsx")
    delivery = receive(source, found, tmp_path / "archive")
    assert delivery.size_bytes == LARGE  # type: ignore[union-attr]
    assert max(path.stat().st_size for path in (tmp_path / "archive").rglob("*") if path.is_file()) < LARGE


def test_a_flood_is_taken_in_portions(inbox: Path) -> None:
    """Of many files or bytes at once the oldest come first, and the rest is an alarm and waits."""
    for number in range(9):
        (inbox / f"{number}.xlsx").write_bytes(b"x" * 100)
        os.utime(inbox / f"{number}.xlsx", (1_600_000_000 + number,) * 2)
    found, (alarm,) = new(opened(FolderPlace(str(inbox)), max_files=4))
    assert [item.name for item in found] == ["0.xlsx", "1.xlsx", "2.xlsx", "3.xlsx"]
    assert (alarm.code, alarm.stopped) == ("FLOOD", False)
    assert "6 of them wait" in alarm.what
    found, (alarm,) = new(opened(FolderPlace(str(inbox)), max_bytes=250))
    assert len(found) == 2


@pytest.mark.parametrize("loss", ["folder", "sentinel", "sentinel is a link"])
def test_an_unmounted_inbox_is_an_alarm(loss: str, inbox: Path) -> None:
    """An empty mount point is not "nothing new"."""
    source = opened(FolderPlace(str(inbox)), sentinel=".mounted")
    (inbox / ".mounted").touch()
    assert names(source) == ["西宁/a.xlsx"]
    (inbox / ".mounted").unlink()
    if loss == "folder":
        os.rename(inbox, inbox.with_name("gone"))
    elif loss == "sentinel is a link":
        (inbox / ".mounted").symlink_to("/etc/hostname")
    found, (alarm,) = new(source)
    assert not found
    assert (alarm.code, alarm.stopped) == ("INBOX_GONE", True)
    assert not inbox.exists() or loss != "folder"


def test_an_answer_is_put_there_whole_and_not_through_a_link(inbox: Path, tmp_path: Path) -> None:
    """Answers lie in their folder, are not taken for deliveries, and do not leave it."""
    source = opened(FolderPlace(str(inbox)), receipts="回执")
    answer(source, "回执/西宁/a.xlsx.回执.json", b"{}")
    answer(source, "回执/西宁/a.xlsx.回执.json", b'{"again": 1}')
    assert (inbox / "回执" / "西宁" / "a.xlsx.回执.json").read_bytes() == b'{"again": 1}'
    assert names(source) == ["西宁/a.xlsx"]
    outside = tmp_path / "outside"
    outside.mkdir()
    (inbox / "回执" / "海东").symlink_to(outside)
    with pytest.raises(Changed):
        answer(source, "回执/海东/b.json", b"{}")
    assert not list(outside.iterdir())
