"""What was recorded is kept in one file, and a home made from it is the one that was kept (O18)."""

import tarfile
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.notices.last_night import keep_good_night
from nianbao.notices.tell import keep_new, key_of
from nianbao.runs.verify import verify_home
from nianbao.settings import Home
from nianbao.terms.notice import Event, Notice
from tests.homes import ISSUED, PUBLICATIONS, clock_at, collect_into, digest, post, release, send
from tests.journeys.test_record import everything


def run(*arguments: object) -> Result:
    """A command as the operator calls it."""
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_O18_a_restored_home_is_the_one_that_was_kept(year_copy: Home, tmp_path: Path) -> None:
    """Every table, receipt and released file is equal in an empty folder, and verify finds nothing."""
    file, new = tmp_path / "backup.tar", Home(tmp_path / "new")
    new.path.mkdir()
    assert run("backup", file, "--home", year_copy.path).exit_code == 0
    with clock_at(ISSUED):
        done = run("restore", file, new.path)
    assert done.exit_code == 0, done.output
    tables = ("ledger", "raw", "core", "indicator", "mart")
    assert digest(new, tables, without=()) == digest(year_copy, tables, without=())
    assert everything(new.outbox) == everything(year_copy.outbox)
    for code in PUBLICATIONS:
        assert everything(release(new, code, 1)) == everything(release(year_copy, code, 1))
    assert verify_home(new).damages == []
    assert new.is_sample


@pytest.fixture
def kept(project: Project, tmp_path: Path) -> tuple[Home, Path]:
    """A small home and its backup."""
    home = Home(tmp_path / "home")
    send(project, home.inbox, post(project, ("QHI10",), ("2021Q4",)))
    collect_into(project, home)
    file = tmp_path / "backup.tar"
    assert run("backup", file, "--home", home.path).exit_code == 0
    return home, file


def test_O18_neither_overwrites_anything(kept: tuple[Home, Path], tmp_path: Path) -> None:
    """A file of the same name, and a folder that holds anything, are left as they are; the code is 64."""
    home, file = kept
    before, content = everything(home.path), file.read_bytes()
    assert run("backup", file, "--home", home.path).exit_code == 64
    assert run("restore", file, home.path).exit_code == 64
    assert (everything(home.path), file.read_bytes()) == (before, content)


def test_O18_a_damaged_backup_makes_no_home(kept: tuple[Home, Path], tmp_path: Path) -> None:
    """One byte of a workbook changed, or the end of the file lost: the code is 74 and nothing is left behind."""
    _, file = kept
    with tarfile.open(file) as tar:
        member = max(tar.getmembers(), key=lambda each: each.size)
    changed = bytearray(file.read_bytes())
    changed[member.offset_data + member.size // 2] ^= 1
    for name, content in (("changed.tar", bytes(changed)), ("short.tar", file.read_bytes()[:5000])):
        (tmp_path / name).write_bytes(content)
        done = run("restore", tmp_path / name, tmp_path / "new")
        assert done.exit_code == 74, done.output
    assert [each.name for each in tmp_path.iterdir() if "new" in each.name] == []


def test_O18_a_run_may_write_meanwhile(kept: tuple[Home, Path], project: Project, tmp_path: Path) -> None:
    """Backups made while workbooks are taken in are each whole: all of them can be restored."""
    home, _ = kept
    send(project, home.inbox, post(project, ("QHI10", "QHD16"), ("2021Q2", "2021Q3")))
    writing = threading.Thread(target=collect_into, args=(project, home))
    writing.start()
    files = []
    while True:
        lasts = not writing.is_alive()
        files.append(tmp_path / f"{len(files)}.tar")
        assert run("backup", files[-1], "--home", home.path).exit_code == 0
        if lasts:
            break
        writing.join(0.3)
    for file in (files[0], files[-1]):
        assert run("restore", file, tmp_path / file.stem).exit_code == 0
    assert len(files) > 1


def test_O18_a_restored_home_knows_what_was_told_and_how_the_last_night_ended(project: Project, tmp_path: Path) -> None:
    """Nobody is told the same twice because the home was moved, and a monitor finds the night that was."""
    home, new, file = Home(tmp_path / "home"), Home(tmp_path / "new"), tmp_path / "backup.tar"
    send(project, home.inbox, post(project, ("QHI10",), ("2021Q4",)))
    collect_into(project, home)
    keep_good_night(home, "收到文件1份")
    keep_new([Notice(Event.DISK, ("将满",), key_of(Event.DISK, ""))], home, frozenset({Event.DISK}))
    assert run("backup", file, "--home", home.path).exit_code == 0
    assert run("restore", file, new.path).exit_code == 0
    for kept_in, found_in in ((home.told, new.told), (home.last_night, new.last_night)):
        assert found_in.read_bytes() == kept_in.read_bytes() != b""
