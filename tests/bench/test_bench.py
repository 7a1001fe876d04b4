"""The bench itself: that it runs, not what it measures."""

import csv
import datetime as dt
import json
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.intake.read.vocabulary import load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.runs.workspace import open_workspace_to_read
from nianbao.settings import Home
from tests.bench.federation import found
from tests.bench.lives import Night
from tests.bench.nights import DBT, PEER
from tests.bench.scale import growing
from tests.bench.spent import Spent, largest_child, peak_mb, spend

BENCH = Path(__file__).with_name("bench.py")


@pytest.mark.slow
def test_the_bench_measures_every_stage() -> None:
    """A quick bench tells what reading, checking, building, publishing and a night take."""
    done = subprocess.run([sys.executable, str(BENCH), "--quick", "--json"], check=True, capture_output=True, text=True)
    sections = json.loads(done.stdout)
    assert list(sections) == [
        "Reading", "Cells as columns", "Checking and building", "Publishing", "Nights, without a server",
        "A year of 10 units more",
    ]  # fmt: skip
    assert all(measure["value"] > 0 for measures in sections.values() for measure in measures)
    rendered = {measure["what"] for measure in sections["Publishing"]}
    kinds = ("HTML", "Word", "Excel", "PDF", "SDMX")
    assert {f"render {code} as {kind}" for code in ("work_report", "audit_report") for kind in kinds} <= rendered
    assert {"work_report: figures.sdmx.csv", "audit_report: figures.csv"} <= rendered
    assert {"≥ 0.25", "≤ 0.8 s", "≤ 3 s", "≤ 5 s", "≤ 10 s", "flat"} <= {
        measure["aim"] for measures in sections.values() for measure in measures
    }


@pytest.mark.parametrize(
    "dbt",
    [
        pytest.param((), id="SQL as it is"),
        pytest.param(
            (str(DBT),),
            marks=pytest.mark.skipif(
                not DBT.exists(), reason=f"no dbt in {DBT.parents[1].name}: make bench installs it"
            ),
            id="dbt",
        ),
    ],
)
def test_the_plain_pipeline_counts_the_same_files(
    dbt: tuple[str, ...], project: Project, year_home: Home, tmp_path: Path
) -> None:
    """What nianbao is measured beside does the same work: most of its sums are the ones that nianbao prints."""
    workbooks = tmp_path / "inbox"
    shutil.copytree(year_home.inbox, workbooks)
    spend([sys.executable, str(PEER), str(project.path), str(workbooks), str(tmp_path / "peer.duckdb"), *dbt], {})
    with (tmp_path / "peer.csv").open(encoding="utf-8", newline="") as file:
        theirs = {
            (name, int(year)): value for name, year, value in csv.reader(file) if year == "2021" and value != "None"
        }
    with open_workspace_to_read(project.path, year_home) as workspace:
        rows = workspace.connection.execute(
            "SELECT indicator_id, year, value FROM indicator.value WHERE scope = 'all'"
        ).fetchall()
    ours = {(name, year): value for name, year, value in rows}
    same = [key for key in theirs.keys() & ours.keys() if Decimal(theirs[key]) == ours[key]]
    assert len(same) > 0.8 * len(theirs.keys() & ours.keys()) > 60


def test_a_night_that_grows_with_what_is_stored_is_told() -> None:
    """A night that takes more than the same night where nothing was stored before is named, with both."""
    nights = [
        Night("2021Q4", "", True, 10, 0, 90, Spent(8.0, 8.0, 1.0, "")),
        Night("2021Q4", "nothing new", True, 0, 10, 0, Spent(1.0, 1.0, 1.0, "")),
        Night("2021Q4", "5 new", True, 5, 10, 45, Spent(2.0, 2.0, 1.0, "")),
        Night("2021Q1", "5 new", False, 5, 10, 35, Spent(0.5, 2.0, 1.0, "")),
        Night("2021Q4", "", False, 10, 40, 90, Spent(11.9, 8.0, 1.0, "")),
        Night("2021Q4", "nothing new", False, 0, 40, 0, Spent(1.4, 1.0, 1.0, "")),
        Night("2021Q4", "5 new", False, 5, 40, 45, Spent(4.0, 4.0, 1.0, "")),
    ]
    assert growing(nights, limit=1.5) == ["2021Q4, 5 new: 2.00 s on 10 files became 4.00 s on 40"]


def test_a_federation_that_begins_later_asks_for_nothing_before(project: Project, tmp_path: Path) -> None:
    """What the last quarter is held against has the same units and forms, and nobody owes what ended before it."""
    whole = found(project, 3, tmp_path)
    begun = whole.beginning(dt.date(2021, 10, 1))
    of_year, of_quarter = load_project(whole.project), load_project(begun.project)
    assert of_year.units.keys() == of_quarter.units.keys()
    assert (of_year.conventions.first_day, of_quarter.conventions.first_day) == (
        project.conventions.first_day, dt.date(2021, 10, 1),
    )  # fmt: skip


def test_what_is_spent_counts_the_processes_below() -> None:
    """Processor time and memory of a command are those of all that it starts, together."""
    work = "x = bytearray(60_000_000); n = sum(i * i for i in range(3_000_000))"
    alone = spend([sys.executable, "-c", work], {})
    below = f"import subprocess, sys; {work}; subprocess.run([sys.executable, '-c', {work!r}], check=True)"
    both = spend([sys.executable, "-c", below], {})
    assert both.processor > 1.4 * alone.processor
    assert both.peak_mb > alone.peak_mb + 50


def test_the_units_of_a_federation_send_what_the_sample_sent(project: Project, tmp_path: Path) -> None:
    """A workbook under another name holds the same cells, names of its own aside, and its unit stands in the roster."""
    federation = found(project, 3, tmp_path)
    assert {"QHX000000", "QHX000001", "QHX000002"} <= load_project(federation.project).units.keys()
    federation.send("2021Q4", tmp_path / "inbox", range(3))
    vocabulary = load_vocabulary(federation.project)
    for number, path in enumerate(sorted((tmp_path / "inbox").rglob("*.xlsx"))):
        like = next((tmp_path / "models").rglob(f"*{federation.models['2021Q4'][number].unit.short_zh}*/*2021Q4.xlsx"))
        sent, model = (read_workbook(each.read_bytes(), vocabulary) for each in (path, like))
        assert sent.cover["unit_code"] == f"QHX{number:06d}"
        cells = [[(cell.field, cell.value) for frame in each.frames for cell in frame.cells] for each in (sent, model)]
        assert len(cells[0]) == len(cells[1])
        assert all(a == b or (b[1] and str(a[1]) == f"{b[1]}X{number}") for a, b in zip(*cells, strict=True))


def test_the_memory_of_a_process_is_its_own_and_not_that_of_who_started_it() -> None:
    """What a small program takes is told though a large one started it."""
    large = bytearray(400_000_000)
    large[::4096] = b"x" * len(large[::4096])
    small = "import time; held = bytearray(60_000_000); held[::4096] = b'x' * len(held[::4096]); time.sleep(0.5)"
    peak = largest_child(lambda: subprocess.run([sys.executable, "-c", small], check=True))
    assert peak_mb() > 400
    assert 50 < peak < 200
