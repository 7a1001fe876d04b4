"""The smallest federation of docs/federation.md works as the page says."""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.errors import DeclarationError
from nianbao.intake.blank import write_workbook
from nianbao.runs.nightly import NightRun, nightly
from nianbao.runs.workspace import open_workspace_to_read
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


def live(project: Project) -> tuple[NightRun, Home]:
    """A night in which the two workbooks of a year are taken in."""
    home = Home(project.path / "var")
    home.inbox.mkdir(parents=True)
    for unit, members in (("A1", 120), ("A2", 80)):
        path = home.inbox / f"{unit}.xlsx"
        filled = Filled({"A01": {"main": [{"members": members}]}})
        write_workbook(path, project, project.units[unit], Period.parse("2023"), filled)
        arrive(path, dt.datetime(2024, 1, 10, 9))
    with clock_at("2024-01-15T01:00"):
        return nightly(project.path, home), home


def test_the_smallest_federation_gets_its_report(small: Project) -> None:
    """Two workbooks in, one report out, with the declarations of the page and nothing of Qinghai's own."""
    night, home = live(small)
    assert not night.collected.not_accepted
    assert [edition.name for edition in night.editions] == ["draft"]
    with open_workspace_to_read(small.path, home) as workspace:
        figure = read_figures(workspace.connection, workspace.project).get("members", 2023)
    assert (figure.value, figure.coverage.reported, figure.coverage.expected) == (200, 2, 2)
    page = (night.editions[0].path / "index.html").read_text(encoding="utf-8")
    assert "到2023年末，全省有会员" in page
    shutil.rmtree(home.path)


HOSTILE = "a\"; DROP TABLE core.unit; --'; DELETE FROM ledger.delivery; {{7*7}} $1 "
"""A name that would be a command wherever it were pasted into one."""


def test_names_are_only_names(small: Project) -> None:
    """Units, forms, fields, indicators and sections may be called anything: nothing is carried out, all is shown."""
    long = HOSTILE + "长" * 120
    in_toml, in_csv = (long.replace('"', '\\"'), f'"{long.replace(chr(34), chr(34) * 2)}"')
    for name in ("forms/A01.toml", "indicators/members.toml"):
        path = small.path / name
        path.write_text(path.read_text(encoding="utf-8").replace("会员人数", in_toml), encoding="utf-8")
    units = small.path / "reference" / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("甲市总工会,甲市总", f"{in_csv},{in_csv}"), "utf-8")
    hostile = load_project(small.path)
    night, home = live(hostile)
    assert [edition.name for edition in night.editions] == ["draft"] and not night.collected.not_accepted
    with open_workspace_to_read(hostile.path, home) as workspace:
        rows = workspace.connection.execute("SELECT zh FROM core.unit WHERE unit_code = 'A1'").fetchall()
        (deliveries,) = workspace.connection.execute("SELECT count(*) FROM ledger.delivery").fetchone() or (0,)
        (comment,) = workspace.connection.execute(
            "SELECT comment FROM duckdb_columns() WHERE schema_name = 'core' AND table_name = 'a01' "
            "AND column_name = 'members'"
        ).fetchone() or ("",)
    assert rows == [(long,)] and deliveries == 2 and long.strip() in comment


def test_a_field_is_no_command(small: Project) -> None:
    """What becomes the name of a column is letters, digits and underscores; anything else is refused in its file."""
    path = small.path / "forms" / "A01.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('code = "members"', "code = 'a\"; DROP TABLE core.unit; --'"), encoding="utf-8")
    with pytest.raises(DeclarationError, match="is not like warmth_funds") as caught:
        load_project(small.path)
    assert caught.value.path == path
