"""What arrived is kept under its hash, once, whatever it is called."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nianbao.errors import StoreError
from nianbao.intake.fetch.receive import MAX_BYTES, receive
from nianbao.intake.fetch.sources import Changed, Found, TransportFault
from nianbao.record import Archive

STAMP = 1_641_800_000_000_000_000  # 2022-01-10 15:33:20 in China


@pytest.fixture
def archive(tmp_path: Path, clock: Callable[[str], None]) -> Archive:
    """An empty archive."""
    clock("2022-01-16T01:00")
    return Archive(tmp_path / "archive")


def found(name: str = "西宁市总/a.xlsx", size: int = 8, modified_ns: int = STAMP) -> Found:
    """A file at a source."""
    return Found(name, size, modified_ns, origin="inbox")


def files(folder: Path) -> list[str]:
    """What is in the archive."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_bytes_are_kept_once(archive: Archive, tmp_path: Path) -> None:
    """Two files of the same content are two deliveries with one copy."""
    first = receive(archive, found(), iter([b"work", b"book"]), 1)
    second = receive(archive, found("b.xlsx"), iter([b"workbook"]), 2)
    assert first is not None and second is not None
    sha256 = hashlib.sha256(b"workbook").hexdigest()
    assert first.sha256 == second.sha256 == sha256
    assert archive.path_of(sha256).read_bytes() == b"workbook"
    assert files(tmp_path / "archive") == [sha256]
    assert (first.delivery_id, first.file_name, first.size_bytes) == ("D000001", "a.xlsx", 8)


def test_a_file_arrived_when_its_sender_put_it_there(archive: Archive) -> None:
    """Unless its clock is plainly wrong: then it arrived when it was received."""
    received = "2022-01-16"
    for modified_ns, day in ((STAMP, "2022-01-10"), (0, received), (STAMP * 3, received), (10**40, received)):
        delivery = receive(archive, found(modified_ns=modified_ns), iter([b"workbook"]), 1)
        assert delivery is not None
        assert delivery.arrived_at.date().isoformat() == day
        assert delivery.received_at.isoformat() == "2022-01-16T01:00:00"


def test_names_are_data(archive: Archive, tmp_path: Path) -> None:
    """Whatever a file is called, its name is written down, and nothing is stored under it."""
    names = ['a"b\\c.xlsx', "第一行\n第二行.xlsx", "../../etc/passwd", "𠮷\u202e.xlsx", "x" * 300]
    for number, name in enumerate(names, start=1):
        delivery = receive(archive, found(name), iter([b"workbook"]), number)
        assert delivery is not None and delivery.source == name
    assert files(tmp_path) == [hashlib.sha256(b"workbook").hexdigest()]


def test_a_file_that_is_not_as_it_was_listed_is_left(archive: Archive, tmp_path: Path) -> None:
    """Shorter, longer, or changed while it was read: the next run takes it, and nothing of it is kept."""

    def changing() -> Iterator[bytes]:
        yield b"work"
        raise Changed

    for stream in (iter([b"work"]), iter([b"workbooks"]), changing()):
        assert receive(archive, found(), stream, 1) is None
    assert files(tmp_path / "archive") == []


def test_a_broken_transfer_leaves_nothing(archive: Archive, tmp_path: Path) -> None:
    """What a source could not send to the end is neither kept nor noted."""

    def breaking() -> Iterator[bytes]:
        yield b"work"
        raise TransportFault("reset")

    with pytest.raises(TransportFault):
        receive(archive, found(), breaking(), 1)
    assert files(tmp_path / "archive") == []


def test_of_a_file_that_is_too_large_the_beginning_is_kept(archive: Archive) -> None:
    """As evidence; its true size is noted, and reading stops there."""
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x" * (1 << 20)

    delivery = receive(archive, found(size=10**12), endless(), 1)
    assert delivery is not None and delivery.size_bytes == 10**12
    assert read == (MAX_BYTES >> 20) + 1
    assert archive.path_of(delivery.sha256).stat().st_size <= MAX_BYTES + (1 << 20)


def test_O19_what_a_killed_run_left_is_put_right(archive: Archive, tmp_path: Path) -> None:
    """O19: a copy that was begun is swept away; what is kept stays."""
    first = receive(archive, found(), iter([b"workbook"]), 1)
    assert first is not None
    (tmp_path / "archive" / "bytes" / ".receiving-4711").write_bytes(b"half")
    archive.clear()
    assert files(tmp_path) == [first.sha256]


def test_an_archive_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    """Nothing is passed over in silence: the error names the folder and says what to do."""
    (tmp_path / "archive").write_text("a file where a folder should be", "utf-8")
    with pytest.raises(StoreError, match="make room or give the right to write") as caught:
        receive(Archive(tmp_path / "archive"), found(), iter([b"workbook"]), 1)
    assert caught.value.exit_code == 74
