"""The figures of a release in its other shapes: the same values, read by the programs that they are meant for."""

import csv
import json
import re
import subprocess
from decimal import Decimal
from pathlib import Path

import frictionless
import pytest
import sdmx
from click.testing import CliRunner, Result

from nianbao.cli import main
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from tests.homes import PUBLICATIONS, ROOT, YEAR, release, warehouse

PROGRAM = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGE = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")


def printed(folder: Path) -> dict[tuple[str, str, str], tuple[Decimal | None, str, str, str]]:
    """Value, unit and coverage of every figure of figures.csv, by indicator, scope and year."""
    with (folder / "figures.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["indicator_id"], row["scope"], row["year"]): (
                Decimal(row["value"]) if row["value"] else None,
                row["unit"], row["reported"], row["asked"],
            )
            for row in csv.DictReader(file)
        }  # fmt: skip


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_sdmx_says_what_the_report_prints(publication: str, year_home: Home) -> None:
    """Read back by its structure, every figure is there once, with the same value, unit and coverage."""
    folder = release(year_home, publication, 1)
    with (folder / "figures.sdmx.xml").open("rb") as file:
        (flow,) = sdmx.read_sdmx(file, format="xml").dataflow.values()
    with (folder / "figures.sdmx.csv").open("rb") as file:
        (data,) = sdmx.read_sdmx(file, format="csv", structure=flow).data
    found = {}
    for obs in data.obs:
        key = {name: each.value for name, each in obs.dimension.values.items()}
        scope = "all" if key["REF_AREA"] == "_T" else key["REF_AREA"]
        said = {name: str(each.value) for name, each in obs.attrib.items()}
        found[key["INDICATOR"], scope, key["TIME_PERIOD"]] = (
            Decimal(obs.value) if obs.value else None,
            said["UNIT_MEASURE"], said["COVERAGE_REPORTED"], said["COVERAGE_EXPECTED"],
        )  # fmt: skip
        assert said["OBS_STATUS"] == ("A" if obs.value else "O")
    assert found == printed(folder)
    assert len(found) == len(data.obs) > 20


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_the_data_package_of_a_release_is_valid(publication: str, year_home: Home) -> None:
    """Every file is there with its hash, and every value has the type that is declared."""
    report = frictionless.validate(str(release(year_home, publication, 1) / "datapackage.json"))
    assert report.flatten(["type", "note"]) == []


@pytest.mark.parametrize("program", PROGRAM.findall(PAGE))
def test_a_program_shown_runs(
    program: str, year_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The programs of docs/analysts.md find what they look for in the sample year."""
    (tmp_path / "var").symlink_to(year_home.path)
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "docs/analysts.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) > 5


def test_the_notebook_runs(year_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell of docs/analysts.ipynb works in the sample year, one after the other."""
    (tmp_path / "var").symlink_to(year_home.path)
    monkeypatch.chdir(tmp_path)
    notebook = json.loads((ROOT / "docs" / "analysts.ipynb").read_text(encoding="utf-8"))
    known: dict[str, object] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "docs/analysts.ipynb", "exec"), known)
    assert {"whole", "by_unit"} <= known.keys()


@pytest.mark.rscript
@pytest.mark.parametrize("program", re.findall(r"^```r\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
def test_r_reads_the_tables(program: str, year_home: Home, tmp_path: Path) -> None:
    """The program for R prints the periods of the sample year."""
    (tmp_path / "var").symlink_to(year_home.path)
    told = subprocess.run(["Rscript", "-e", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"{YEAR}Q1" in told.stdout


def statistics_year(home: Home, *arguments: str) -> Result:
    """A question about the statistics year 2021."""
    return CliRunner().invoke(
        main, [*arguments, "--year", str(YEAR), "--year-basis", "statistics", "--home", str(home.path)]
    )


def test_the_statistics_year_is_counted_from_the_same_submissions(year_home: Home) -> None:
    """Flows from the fourth quarter of the year before to the third, members as of September; the rest says why not."""
    rows = {row["indicator_id"]: row for row in json.loads(statistics_year(year_home, "figures", "--json").stdout)}
    with warehouse(year_home) as connection:
        query = "SELECT sum(warmth_funds_yuan) FROM core.gh05 WHERE period IN ('2020Q4', '2021Q1', '2021Q2', '2021Q3')"
        (funds,) = connection.execute(query).fetchone() or ()
        (members,) = (
            connection.execute("SELECT sum(members_total) FROM core.gh01 WHERE period = '2021Q3'").fetchone() or ()
        )
    assert (rows["warmth_funds"]["value"], rows["members_total"]["value"]) == (funds, members)
    assert (rows["warmth_funds"]["first_day"], rows["warmth_funds"]["last_day"]) == ("2020-10-01", "2021-09-30")
    assert rows["units_congress"]["value"] is None
    assert rows["units_congress"]["not_available"] == "GH02 民主管理和集体协商情况表按半年报送"
    assert "没有单位报齐2020年第四季度" in rows["posts_online"]["not_available"]
    shown = statistics_year(year_home, "figures").stdout
    assert shown.startswith("统计年度2021年（2020-10-01至2021-09-30）")
    assert "不能按统计年度计：GH02 民主管理和集体协商情况表按半年报送" in shown


def test_a_figure_of_the_statistics_year_leads_to_its_cells(year_home: Home) -> None:
    """The cells of four quarters, over two calendar years, add up to it; where there is no figure it says why."""
    found = json.loads(statistics_year(year_home, "explain", "warmth_funds", "--json").stdout)
    assert {cell["period"] for cell in found["cells"]} == {"2020Q4", "2021Q1", "2021Q2", "2021Q3"}
    assert sum(Decimal(str(cell["value"])) for cell in found["cells"]) == found["value"]
    assert sum(Decimal(str(unit["value"])) for unit in found["by_unit"]) == found["value"]
    refused = statistics_year(year_home, "explain", "units_congress")
    assert (refused.exit_code, "按半年报送" in refused.output) == (64, True)


@pytest.mark.parametrize(("basis", "period"), [("calendar", "2021"), ("statistics", "2020-10-01/P1Y")])
def test_a_set_of_figures_is_written_for_programs(basis: str, period: str, year_home: Home, tmp_path: Path) -> None:
    """Every indicator, of all and by unit, as CSV and SDMX with the same values; the package is valid."""
    folder = tmp_path / "set"
    options = ["--year", str(YEAR), "--year-basis", basis, "--out", str(folder), "--home", str(year_home.path)]
    assert CliRunner().invoke(main, ["figures", *options]).exit_code == 0
    assert frictionless.validate(str(folder / "datapackage.json")).flatten(["type", "note"]) == []
    with (folder / "figures.csv").open(encoding="utf-8", newline="") as file:
        values = {
            (row["indicator_id"], row["scope"].replace("all", "_T")): row["value"] for row in csv.DictReader(file)
        }
    with (folder / "figures.sdmx.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["TIME_PERIOD"] for row in rows} == {period}
    assert {(row["INDICATOR"], row["REF_AREA"]): row["OBS_VALUE"] for row in rows} == values
    assert len(rows) == len(values) > 1000


def test_a_table_that_is_new_in_this_version_is_to_be_built(year_copy: Home) -> None:
    """Between an update and the next night a question about it is answered in words, with what to do."""
    with open_workspace(ROOT, year_copy, "test") as workspace:
        workspace.connection.execute("DROP TABLE indicator.statistics_year")
    refused = statistics_year(year_copy, "figures")
    assert refused.exit_code == 74
    assert "statistics_year" in refused.output and "next: nianbao build" in refused.output
