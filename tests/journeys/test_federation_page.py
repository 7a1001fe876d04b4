"""docs/federation.md is true: its commands lead from nothing to a signed release, and its form is taken."""

import csv
import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from nianbao.catalog import Project, load_project
from nianbao.catalog.shipped import make_project
from nianbao.errors import DeclarationError
from nianbao.intake.blank.workbook import write_workbook
from nianbao.runs.nightly import NightRun, nightly
from nianbao.runs.workspace import open_workspace_to_read
from nianbao.settings import Home
from nianbao.statistics.figures import read_figures
from nianbao.terms.filled import Filled
from nianbao.terms.period import Period
from tests.homes import ROOT, arrive, clock_at

PAGE, PAGE_ZH = ((ROOT / "docs" / f"federation{end}.md").read_text(encoding="utf-8") for end in ("", ".zh-CN"))
COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
WRITTEN = re.compile(r"`([\w/.]+)`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_page_in_chinese_leads_the_same_way() -> None:
    """The same commands, so that they need not be run twice; and nothing that can be declared is left out."""
    assert COMMANDS.findall(PAGE_ZH) == COMMANDS.findall(PAGE)
    assert (WRITTEN.findall(PAGE_ZH), PAGE_ZH.count("\n|")) == (WRITTEN.findall(PAGE), PAGE.count("\n|"))


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH signs")
def test_the_page_leads_from_nothing_to_a_signed_release(tmp_path: Path) -> None:
    """Every command of the page, as printed and in its order, in an empty folder; the figure is that of the sample."""
    script = "set -eu\n" + "".join(COMMANDS.findall(PAGE))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    project = tmp_path / "my-federation"
    release = project / "var/releases/2023/yearbook/r1"
    with (release / "figures.csv").open(encoding="utf-8", newline="") as file:
        printed = {row["scope"]: int(row["value"]) for row in csv.DictReader(file)}
    with (project / "samples/2023/reported.csv").open(encoding="utf-8", newline="") as file:
        sent = {row["unit_code"]: int(row["volunteers"]) for row in csv.DictReader(file)}
    assert printed == sent | {"all": sum(sent.values())}
    assert {"index.html", "yearbook-2023.pdf", "yearbook-2023.docx"} <= {each.name for each in release.iterdir()}


def test_F11_a_form_of_two_columns_is_a_ledger_over_a_list(small: Project, tmp_path: Path) -> None:
    """F11: the form of the page is taken; its blank has a row for each entry and a column for each year."""
    for name, text in WRITTEN.findall(PAGE):
        (small.path / name).write_text(text, encoding="utf-8")
    project = load_project(small.path)
    write_workbook(tmp_path / "blank.xlsx", project, project.units["A1"], Period.parse("2023"))
    book = load_workbook(tmp_path / "blank.xlsx")
    (sheet,) = (each for each in book if each.title.startswith("B01"))
    said = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert {"本年", "上年"} <= set(said)
    assert sum("帮扶" in each for each in said) == 1 and sum("办公" in each for each in said) == 1


@pytest.fixture
def small(tmp_path: Path) -> Project:
    """The project that the page begins with."""
    make_project("smallest", tmp_path / "project")
    return load_project(tmp_path / "project")


def live(project: Project) -> tuple[NightRun, Home]:
    """A night in which the two workbooks of a year are taken in."""
    home = Home(project.path / "var")
    home.inbox.mkdir(parents=True)
    for unit, volunteers in (("A1", 120), ("A2", 80)):
        path = home.inbox / f"{unit}.xlsx"
        filled = Filled({"A01": {"main": [{"volunteers": volunteers}]}})
        write_workbook(path, project, project.units[unit], Period.parse("2023"), filled)
        arrive(path, dt.datetime(2024, 1, 10, 9))
    with clock_at("2024-01-15T01:00"):
        return nightly(project.path, home), home


def test_the_smallest_federation_gets_its_report(small: Project) -> None:
    """F6: two workbooks in, one report out, with nothing that belongs to another federation."""
    night, home = live(small)
    assert not night.collected.not_accepted
    assert [edition.name for edition in night.editions] == ["draft"]
    with open_workspace_to_read(small.path, home) as workspace:
        figure = read_figures(workspace.connection, workspace.project).get("volunteers", 2023)
    assert (figure.value, figure.coverage.reported, figure.coverage.expected) == (200, 2, 2)
    pages = "".join(path.read_text(encoding="utf-8") for path in night.editions[0].path.rglob("*.html"))
    receipts = "".join(path.read_text(encoding="utf-8") for path in home.outbox.rglob("*.json"))
    assert "到2023年末，全市有巾帼志愿者" in pages and "东区妇联" in pages
    assert not re.findall("工会|青海|全省|省总|会员|职工|经审", pages + receipts)


HOSTILE = "a\"; DROP TABLE core.unit; --'; DELETE FROM ledger.delivery; {{7*7}} $1 "
"""A name that would be a command wherever it were pasted into one."""


def test_names_are_only_names(small: Project) -> None:
    """Units, forms, fields, indicators and sections may be called anything: nothing is carried out, all is shown."""
    long = HOSTILE + "长" * 120
    in_toml, in_csv = (long.replace('"', '\\"'), f'"{long.replace(chr(34), chr(34) * 2)}"')
    for name in ("forms/A01.toml", "indicators/volunteers.toml"):
        path = small.path / name
        path.write_text(path.read_text(encoding="utf-8").replace("巾帼志愿者人数", in_toml), encoding="utf-8")
    units = small.path / "reference" / "units.csv"
    units.write_text(
        units.read_text(encoding="utf-8").replace("东区妇女联合会,东区妇联", f"{in_csv},{in_csv}"), "utf-8"
    )
    hostile = load_project(small.path)
    night, home = live(hostile)
    assert [edition.name for edition in night.editions] == ["draft"] and not night.collected.not_accepted
    with open_workspace_to_read(hostile.path, home) as workspace:
        rows = workspace.connection.execute("SELECT zh FROM core.unit WHERE unit_code = 'A1'").fetchall()
        (deliveries,) = workspace.connection.execute("SELECT count(*) FROM ledger.delivery").fetchone() or (0,)
        (comment,) = workspace.connection.execute(
            "SELECT comment FROM duckdb_columns() WHERE schema_name = 'core' AND table_name = 'a01' "
            "AND column_name = 'volunteers'"
        ).fetchone() or ("",)
    assert rows == [(long,)] and deliveries == 2 and long.strip() in comment


def test_a_field_is_no_command(small: Project) -> None:
    """What becomes the name of a column is letters, digits and underscores; anything else is refused in its file."""
    path = small.path / "forms" / "A01.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('code = "volunteers"', "code = 'a\"; DROP TABLE core.unit; --'"), encoding="utf-8")
    with pytest.raises(DeclarationError, match="is not like warmth_funds") as caught:
        load_project(small.path)
    assert caught.value.path == path
