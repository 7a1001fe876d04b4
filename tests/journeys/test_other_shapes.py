"""The figures of a release in its other shapes: the same values, read by the programs that they are meant for."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import frictionless
import pytest
import sdmx

from nianbao.settings import Home
from tests.homes import PUBLICATIONS, ROOT, release

PROGRAM = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGE = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")


def printed(folder: Path) -> dict[tuple[str, str, str], tuple[Decimal | None, str, str, str]]:
    """Value, unit and coverage of every figure of figures.csv, by indicator, scope and year."""
    with (folder / "figures.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["indicator"], row["scope"], row["period"]): (
                Decimal(row["value"]) if row["value"] else None,
                row["unit"], row["coverage_reported"], row["coverage_expected"],
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
