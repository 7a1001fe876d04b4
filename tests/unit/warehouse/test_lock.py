"""One writer at a time; a killed one gives the right back by itself."""

import errno
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from nianbao.errors import BusyError
from nianbao.settings import Home
from nianbao.warehouse.lock import keep_last_state, writer_lock

NOW, SINCE = "2022-01-16T01:00", "since 2022-01-16 01:00"


@pytest.fixture(autouse=True)
def one_o_clock(clock: Callable[[str], None]) -> None:
    """The time of every test here, also in the processes that it starts."""
    clock(NOW)


def hold(home: Path, held: Event) -> None:
    """Hold the lock until the end of the process."""
    with writer_lock(home, "nightly"):
        held.set()
        signal.pause()


def test_the_second_is_told_who_was_first(tmp_path: Path) -> None:
    """By the number of the process and what it is doing."""
    with writer_lock(tmp_path, "publish"):
        with pytest.raises(BusyError, match=rf"held by process {os.getpid()} \(publish\)") as caught:
            writer_lock(tmp_path, "nightly").__enter__()
        assert caught.value.exit_code == 75
        assert caught.value.holder == f"process {os.getpid()} (publish) {SINCE}"


def test_who_comes_later_is_named_in_turn(tmp_path: Path) -> None:
    """The name of an earlier holder is not taken for that of the present one."""
    with writer_lock(tmp_path, "a very long purpose indeed"):
        pass
    with writer_lock(tmp_path, "collect"), pytest.raises(BusyError) as caught:
        writer_lock(tmp_path, "nightly").__enter__()
    assert caught.value.holder == f"process {os.getpid()} (collect) {SINCE}"


def test_a_killed_process_gives_the_lock_back(tmp_path: Path) -> None:
    """The next run does not wait for anybody, and nothing has to be deleted by hand."""
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    process = context.Process(target=hold, args=(tmp_path, held))
    process.start()
    assert held.wait(30)
    with pytest.raises(BusyError, match=f"process {process.pid} "):
        writer_lock(tmp_path, "nightly").__enter__()
    process.kill()
    process.join()
    process.close()
    with writer_lock(tmp_path, "nightly"):
        assert (tmp_path / "writer.lock").read_text("utf-8") == f"process {os.getpid()} (nightly) {SINCE}"


def test_two_homes_do_not_hinder_each_other(tmp_path: Path) -> None:
    """A lock belongs to a home."""
    with writer_lock(tmp_path / "one", "nightly"), writer_lock(tmp_path / "two", "nightly"):
        assert (tmp_path / "one" / "writer.lock").exists()


def refuse(*_arguments: object) -> int:
    """What a disk says that cannot copy by itself."""
    raise OSError(errno.EXDEV, "another disk")


@pytest.mark.parametrize("copies_itself", [True, False])
def test_the_state_of_the_last_run_is_copied_once(
    copies_itself: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warehouse that nobody has written to since is not copied again; one that was written to is."""
    if not copies_itself:
        monkeypatch.setattr(os, "copy_file_range", refuse)
    home = Home(tmp_path)
    home.warehouse.write_bytes(b"first")
    keep_last_state(home)
    copy = home.last_state.stat()
    keep_last_state(home)
    assert home.last_state.stat().st_ino == copy.st_ino
    assert home.last_state.read_bytes() == b"first"
    home.warehouse.write_bytes(b"and second")
    os.utime(home.warehouse, ns=(copy.st_mtime_ns + 1, copy.st_mtime_ns + 1))
    keep_last_state(home)
    assert home.last_state.read_bytes() == b"and second"


def test_a_warehouse_is_not_copied_in_the_middle(tmp_path: Path) -> None:
    """What a killed run left half written is nobody's last state, and the copy from before it is not either."""
    home = Home(tmp_path)
    home.warehouse.write_bytes(b"first")
    keep_last_state(home)
    home.warehouse.with_name(f"{home.warehouse.name}.wal").touch()
    keep_last_state(home)
    assert not home.last_state.exists()
