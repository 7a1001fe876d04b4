"""The record alone brings everything back: tables, receipts, releases, and what was known and said on any day."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.clock import OVERRIDE
from nianbao.errors import StoreError
from nianbao.runs.nightly import nightly
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from tests.homes import ISSUED, PUBLICATIONS, ROOT, YEAR, digest, issue, release, scratch_files
from tests.journeys.test_record import declared_in, everything


def run(home: Home, *arguments: str) -> Result:
    """A command as the operator calls it."""
    return CliRunner().invoke(main, [*arguments, "--home", str(home.path)])


def test_rebuilt_from_the_record_alone_everything_is_equal(year_copy: Home, tmp_path: Path) -> None:
    """Without warehouse, outbox, declared folders and reader: every table of ledger, raw and core, every receipt."""
    tables = ("ledger", "raw", "core", "indicator", "mart")
    before, receipts = digest(year_copy, tables, without=()), everything(year_copy.outbox)
    year_copy.warehouse.unlink()
    shutil.rmtree(year_copy.outbox)
    source = tmp_path / "src"
    shutil.copytree(ROOT / "src" / "nianbao", source / "nianbao", ignore=shutil.ignore_patterns("__pycache__"))
    # Its processes run this program, too: they can mark, which opens workbooks, but read none.
    (source / "nianbao" / "intake" / "read" / "workbook.py").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "nianbao", "rebuild", "--home", str(year_copy.path), "--json"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(source), OVERRIDE: ISSUED},
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["runs"] > 4
    assert digest(year_copy, tables, without=()) == before
    assert everything(year_copy.outbox) == receipts


def sentences(folder: Path) -> list[str]:
    """What the report of an edition says, but for the line that says which edition it is."""
    page = (folder / "index.html").read_text("utf-8")
    paragraphs = re.findall(r"<p[ >].*?</p>", page, re.DOTALL)
    said = [html.unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in paragraphs]
    return [text for text in said if text and "数据截至" not in text]


def test_as_of_a_day_the_report_is_the_one_that_was_issued(
    year_copy: Home, project: Project, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    """After rules, indicators, reports and roster have changed: figures.csv byte for byte, and every sentence."""
    folder = declared_in(project, tmp_path / "changed")
    for path in (folder / "reports").rglob("sections/*.toml"):
        path.write_text(path.read_text("utf-8").replace("万元", "万余元").replace("全省", "全域"), "utf-8")
    indicators = folder / "indicators"
    for path in indicators.rglob("*.toml"):
        path.write_text(re.sub(r'^zh = "', 'zh = "新', path.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    clock("2022-02-03T01:00")
    nightly(folder, year_copy)
    out = tmp_path / "then"
    done = run(
        year_copy, "build", "--project", str(folder), "--as-of", ISSUED[:10], "--year", str(YEAR), "--out", str(out)
    )
    assert done.exit_code == 0, done.output
    for code in PUBLICATIONS:
        issued = release(year_copy, code, 1)
        for name in ("figures.csv", "texts.csv"):
            assert (issued / name).exists() == (out / code / name).exists()
            assert not (issued / name).exists() or (out / code / name).read_bytes() == (issued / name).read_bytes()
        said = sentences(issued)
        assert len(said) > 20
        assert sentences(out / code) == said


def test_T39_an_altered_release_is_an_alarm(year_copy: Home, project: Project, clock: Callable[[str], None]) -> None:
    """T39: publish stops and verify names the file; restore puts the release back byte for byte."""
    folder = release(year_copy, "work_report", 1)
    before = everything(folder)
    (folder / "figures.csv").write_text("indicator\n", "utf-8")
    (folder / "extra.txt").write_text("more", "utf-8")
    clock("2022-02-03T01:00")
    with (
        open_workspace(project.path, year_copy, "publish") as workspace,
        pytest.raises(StoreError, match=r"figures\.csv"),
    ):
        issue(workspace)
    told = run(year_copy, "verify")
    assert told.exit_code == 74
    assert "work_report/2021/r1 is not what was issued: figures.csv" in told.output
    assert "release restore work_report/2021/r1" in told.output
    assert run(year_copy, "release", "restore", "work_report/2021/r1").exit_code == 0
    assert everything(folder) == before
    assert run(year_copy, "verify").exit_code == 0
    assert run(year_copy, "release", "restore", "work_report/2021/r9").exit_code == 64


def test_T39_a_release_is_restored_on_any_machine(year_copy: Home, tmp_path: Path) -> None:
    """T39: from the archive alone, byte for byte."""
    elsewhere = Home(tmp_path / "elsewhere")
    shutil.copytree(year_copy.archive, elsewhere.archive)
    for code in PUBLICATIONS:
        assert run(elsewhere, "release", "restore", f"{code}/{YEAR}/r1").exit_code == 0
        assert everything(release(elsewhere, code, 1)) == everything(release(year_copy, code, 1))


def test_T40_a_release_that_was_not_moved_is_put_in_place(
    year_copy: Home, project: Project, clock: Callable[[str], None]
) -> None:
    """T40: recorded first, moved afterwards: killed in between the next run puts it in place, and issues no second."""
    before = {code: everything(release(year_copy, code, 1)) for code in PUBLICATIONS}
    for code in PUBLICATIONS:
        shutil.rmtree(release(year_copy, code, 1))
    (release(year_copy, "work_report", 1).parent / ".writing-r1-4711").mkdir()
    clock("2022-01-28T01:00")
    nightly(project.path, year_copy)
    assert {code: everything(release(year_copy, code, 1)) for code in PUBLICATIONS} == before
    with open_workspace(project.path, year_copy, "publish") as workspace:
        assert issue(workspace) == []
    assert scratch_files(year_copy) == []


def test_the_analysts_file_is_verified(year_copy: Home) -> None:
    """One byte of it changed is found."""
    assert run(year_copy, "verify").exit_code == 0
    path = next(iter(year_copy.releases.glob("nianbao-*.duckdb")))
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    told = run(year_copy, "verify")
    assert told.exit_code == 74 and "the analysts' file" in told.output
