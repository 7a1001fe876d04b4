"""`nianbao check`: the same answer on the spot, and nothing is loaded."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.intake.acknowledge import MARKED, RECEIPT
from nianbao.settings import Home
from tests.homes import ROOT, call, clock_at
from tests.intake.answer.conftest import NOW, WRONG, Desk

SCHEMA = json.loads((ROOT / "docs" / "receipt.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lived(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose home holds the quarter before."""
    desk = Desk(project, Home(tmp_path_factory.mktemp("check") / "home"))
    desk.send(desk.planned("2021Q2", is_whole=True), "2021-07-09T01:00")
    return desk


@pytest.fixture
def wrong(lived: Desk, tmp_path: Path) -> Path:
    """A workbook with faults, not sent."""
    return lived.write(tmp_path / "错.xlsx", lived.planned(forms=WRONG))


def check(home: Path, *arguments: object) -> Result:
    """Call the command at the time at which the workbook would be sent."""
    with clock_at(NOW):
        return CliRunner().invoke(main, ["check", "--home", str(home), *map(str, arguments)])


def state(folder: Path) -> dict[str, str]:
    """The files under a folder and what is in them."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_it_says_all_faults_and_loads_nothing(lived: Desk, wrong: Path) -> None:
    """Every fault is said at its cell, the exit code is 1, and home and folder stay as they were."""
    before = state(lived.home.path), state(wrong.parent)
    done = check(lived.home.path, wrong)
    assert done.exit_code == 1, done.output
    for said in ("须改正  C01-1  GH01 工会组织和会员 E10", "须说明  C05-3", "约300"):
        assert said in done.output
    assert (state(lived.home.path), state(wrong.parent)) == before


def test_it_says_what_a_delivery_would_be_told(lived: Desk, wrong: Path, desk: Desk) -> None:
    """The findings are those of the receipt that the same workbook gets when it is sent."""
    said = json.loads(check(desk.home.path / "none", "--json", wrong).output)
    name = desk.send(desk.planned(forms=WRONG))
    told = json.loads(name.with_name(name.name + RECEIPT).read_text("utf-8"))
    assert said[0]["findings"] == told["findings"]
    assert said[0]["submissions"] == told["submissions"]
    jsonschema.validate(said[0], SCHEMA, cls=jsonschema.Draft202012Validator)


def test_with_a_warehouse_it_knows_the_time_before(lived: Desk, wrong: Path) -> None:
    """Where there is a warehouse the values of the quarter before are said; without one the check works too."""

    def last(home: Path) -> list[Any]:
        (receipt,) = json.loads(check(home, "--json", wrong).output)
        return [item["last"]["period"] for item in receipt["findings"] if item["last"]]

    assert set(last(lived.home.path)) == {"2021Q2"}
    assert last(wrong.parent / "none") == []
    assert not (wrong.parent / "none").exists()


def test_marked_workbooks_are_written_beside_the_files(lived: Desk, wrong: Path) -> None:
    """With --mark a file with findings gets its marked workbook beside it, a clean one does not."""
    clean = lived.write(wrong.parent / "对.xlsx", lived.planned(is_whole=True))
    assert check(lived.home.path, "--mark", wrong).exit_code == 1
    assert check(lived.home.path, "--mark", clean).exit_code == 0
    assert sorted(path.name for path in wrong.parent.iterdir()) == sorted([clean.name, wrong.name, wrong.name + MARKED])


def test_a_clean_workbook_ends_with_0(lived: Desk, tmp_path: Path) -> None:
    """When every form would be accepted the exit code is 0."""
    clean = lived.write(tmp_path / "对.xlsx", lived.planned(is_whole=True))
    done = check(lived.home.path, clean)
    assert (done.exit_code, "全部接收" in done.output) == (0, True), done.output


def test_what_is_no_workbook_is_said_to_be_none(tmp_path: Path) -> None:
    """A file that cannot be opened is answered like the others; one that is not there is an error of its own."""
    (tmp_path / "x.xlsx").write_bytes(b"%PDF-1.7")
    assert check(tmp_path / "none", tmp_path / "x.xlsx").exit_code == 1
    assert check(tmp_path / "none", tmp_path / "missing.xlsx").exit_code == 74


def test_what_was_received_already_is_told_as_that(lived: Desk, tmp_path: Path) -> None:
    """The same bytes get the answer they got; forms that say what counts already are no second submission."""
    sent = next(lived.home.inbox.rglob("*2021Q2*"))
    done = check(lived.home.path, sent)
    assert "already received, unchanged: D000001, 2021-07-09 01:00" in done.output
    assert done.exit_code == 0, done.output
    (same,) = json.loads(check(lived.home.path, "--json", sent).output)
    assert same.pop("checked") == str(sent)
    told = next(lived.home.outbox.rglob(f"*2021Q2*{RECEIPT}"))
    assert same == json.loads(told.read_text("utf-8")) | {"marked_workbook": same["marked_workbook"]}
    changed = lived.planned("2021Q2", {"GH05": {"warmth_persons": 499}}, is_whole=True)
    (receipt,) = json.loads(check(lived.home.path, "--json", lived.write(tmp_path / "改.xlsx", changed)).output)
    assert [(item["form"], item["number"]) for item in receipt["submissions"]] == [("GH05", 2)]
    assert "GH05" not in receipt["unchanged"]
    assert len(receipt["unchanged"]) > 5
    assert "此前已接收、没有改动：GH01" in check(lived.home.path, tmp_path / "改.xlsx").output


def test_a_file_that_is_named_twice_is_answered_twice(lived: Desk, tmp_path: Path) -> None:
    """Two copies on the command line get one and the same answer."""
    paths = [lived.write(tmp_path / name, lived.planned(is_whole=True)) for name in ("一.xlsx", "二.xlsx")]
    paths[1].write_bytes(paths[0].read_bytes())
    done = check(lived.home.path, *paths)
    assert (done.exit_code, done.output.count("全部接收")) == (0, 2), done.output


def test_R26_a_file_that_is_not_there_is_named_and_nothing_else_is_said(tmp_path: Path) -> None:
    """R26: two lines and the exit code for files, though another file named with it could be read."""
    (tmp_path / "there.csv").write_text("a,b\n")
    done = call("check", str(tmp_path / "there.csv"), str(tmp_path / "nosuch.xlsx"), home=Home(tmp_path / "home"))
    assert (done.returncode, done.stdout) == (74, "")
    assert [line.split(": ", 1)[0] for line in done.stderr.splitlines()] == ["nianbao", "  next"]
    assert "nosuch.xlsx" in done.stderr


def test_R26_whatever_ends_a_check_early_leaves_no_other_words(tmp_path: Path) -> None:
    """R26: a library that is being imported when the program ends is waited for."""
    home = Home(tmp_path / "home")
    home.inbox.mkdir(parents=True)
    home.warehouse.write_bytes(b"no warehouse")
    (tmp_path / "there.csv").write_text("a,b\n")
    done = call("check", str(tmp_path / "there.csv"), home=home)
    assert done.returncode == 74 and "nanobind" not in done.stderr and "Traceback" not in done.stderr


def test_R27_files_with_the_same_bytes_have_an_answer_each(lived: Desk, wrong: Path) -> None:
    """R27: each under its own name, in the order in which they were named, with the same findings."""
    copy = wrong.with_name("抄件.xlsx")
    copy.write_bytes(wrong.read_bytes())
    answers = json.loads(check(lived.home.path, "--json", copy, wrong, copy).output)
    assert [each["file"] for each in answers] == ["抄件.xlsx", "错.xlsx", "抄件.xlsx"]
    assert [each["checked"] for each in answers] == list(map(str, (copy, wrong, copy)))
    first, second, third = ([finding["code"] for finding in each["findings"]] for each in answers)
    assert first == second == third and "C01-1" in first
