"""The smallest federation of docs/federation.md works as the page says."""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.intake.template import write_workbook
from nianbao.runs.house import open_house_to_read
from nianbao.runs.nightly import nightly
from nianbao.settings import Home
from nianbao.statistics.figures import read_figures
from nianbao.terms.filled import Filled
from nianbao.terms.period import Period
from tests.homes import ROOT, arrive, clock_at

PAGE = ROOT / "docs" / "federation.md"
WRITTEN = re.compile(r"^`([\w/.]+)`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
COPIED = re.compile(r"`((?:sql|expectations|reference)/[^`\s]+)`")


@pytest.fixture
def small(tmp_path: Path) -> Project:
    """The project that a reader of the page ends up with."""
    page = PAGE.read_text(encoding="utf-8")
    table = "\n".join(line for line in page.splitlines() if line.startswith("| `"))
    for pattern in COPIED.findall(table):
        for path in ROOT.glob(pattern):
            _make(tmp_path, path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    for name, text in WRITTEN.findall(page):
        _make(tmp_path, name, text)
    return load_project(tmp_path)


def _make(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_the_smallest_federation_gets_its_report(small: Project) -> None:
    """Two workbooks in, one report out, with the declarations of the page and nothing of Qinghai's own."""
    home = Home(small.path / "var")
    home.inbox.mkdir(parents=True)
    for unit, members in (("A1", 120), ("A2", 80)):
        path = home.inbox / f"{unit}.xlsx"
        filled = Filled({"A01": {"main": [{"members": members}]}})
        write_workbook(path, small, small.units[unit], Period.parse("2023"), filled)
        arrive(path, dt.datetime(2024, 1, 10, 9))
    with clock_at("2024-01-15T01:00"):
        night = nightly(small.path, home)
    assert not night.collected.not_accepted
    assert [edition.name for edition in night.editions] == ["draft"]
    with open_house_to_read(small.path, home) as house:
        figure = read_figures(house.connection, house.project).get("members", 2023)
    assert (figure.value, figure.coverage.reported, figure.coverage.expected) == (200, 2, 2)
    page = (night.editions[0].path / "index.html").read_text(encoding="utf-8")
    assert "到2023年末，全省有会员" in page
    shutil.rmtree(home.path)
