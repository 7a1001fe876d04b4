"""What is written is for the user of the scheduler alone, but for answers that a sender is to read."""

import os
import stat
from pathlib import Path

import pytest

from nianbao.settings import Home
from nianbao.terms.source import AnswerLetter, FolderPlace
from tests.homes import call
from tests.intake.sources.reading import opened


def test_O11_what_a_run_writes_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O11: no file and no folder of a home may be read by anybody else."""
    home = Home(tmp_path / "home")
    (tmp_path / "home" / "inbox").mkdir(parents=True)
    (home.inbox / "a.xlsx").write_bytes(b"no workbook")
    os.utime(home.inbox / "a.xlsx", (1_600_000_000, 1_600_000_000))
    assert call("collect", home=home).returncode == 0
    written = [path for path in home.path.rglob("*") if not path.is_relative_to(home.inbox)]
    assert home.warehouse in written
    assert [path for path in written if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)] == []
    monkeypatch.setenv("NIANBAO_UMASK", "027")
    (home.inbox / "b.xlsx").write_bytes(b"no workbook either")
    assert call("collect", home=home).returncode == 0
    answers = list(home.outbox.glob("b.xlsx.*"))
    assert answers
    assert {stat.S_IMODE(path.stat().st_mode) for path in answers} == {0o640}


def test_O11_a_mask_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O11: a mask with a typing error does not open everything."""
    monkeypatch.setenv("NIANBAO_UMASK", "o27")
    said = call("status", home=Home(tmp_path))
    assert said.returncode == 64
    assert "NIANBAO_UMASK=o27 is no mask" in said.stderr


def test_O11_an_answer_at_a_source_is_as_readable_as_its_folder(tmp_path: Path) -> None:
    """O11: whoever may look into the folder of a share may read the answer there, under our private mask too."""
    folder = tmp_path / "share"
    folder.mkdir()
    folder.chmod(0o750)
    before = os.umask(0o077)
    try:
        letter = AnswerLetter("", "", "", "", (("回执/西宁/a.json", b"{}"),))
        opened(FolderPlace(str(folder)), receipts="回执").answer(letter)
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "回执" / "西宁").stat().st_mode) == 0o750
    assert stat.S_IMODE((folder / "回执" / "西宁" / "a.json").stat().st_mode) == 0o640
