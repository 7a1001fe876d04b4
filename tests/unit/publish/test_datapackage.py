"""The data package says of the files beside it what is true of them."""

import csv
import dataclasses
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import frictionless
import pytest

from nianbao.catalog import Project
from nianbao.publish.release import write_edition
from nianbao.runs.workspace import at_once
from nianbao.statistics.scopes import ALL
from nianbao.terms.document import Document
from tests.unit.publish.synthetic import HOSTILE, document


@pytest.fixture(scope="module")
def report() -> Document:
    """The second release of a made-up report, printing declared indicators; one figure has no data."""
    made = document()
    known = ("warmth_funds", "warmth_persons", "warmth_per_person")
    figures = [dataclasses.replace(each, scope=ALL) for each in made.figures if each.indicator_id in known]
    absent = dataclasses.replace(figures[0], indicator_id="posts_online", value=None, text="—")
    return dataclasses.replace(made, edition="r2", figures=(*figures, absent))


@pytest.fixture(scope="module")
def edition(project: Project, report: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition on disk."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "file").write_bytes(b"tables")
    write_edition(report, project, folder / "r2", {}, folder / "file", at_once)
    return folder / "r2"


def resources(edition: Path) -> dict[str, dict[str, Any]]:
    """What the package lists, by file."""
    package = json.loads((edition / "datapackage.json").read_text("utf-8"))
    return {resource["path"]: resource for resource in package["resources"]}


def test_the_package_is_valid_and_so_are_its_tables(edition: Path) -> None:
    """Frictionless finds every file with its size and hash, and every value of the type that its column declares."""
    report = frictionless.validate(str(edition / "datapackage.json"))
    assert report.flatten(["type", "note"]) == []
    assert [task.place for task in report.tasks] == list(resources(edition))


def test_the_package_would_notice_another_value(edition: Path, tmp_path: Path) -> None:
    """A file that was changed afterwards is no longer the one that is described."""
    for path in filter(Path.is_file, edition.iterdir()):
        (tmp_path / path.name).write_bytes(path.read_bytes().replace(b",2021,", b",last year,"))
    found = frictionless.validate(str(tmp_path / "datapackage.json")).flatten(["type"])
    assert {"hash-count", "type-error"} <= {kind for (kind,) in found}


def test_all_data_are_listed_and_nothing_else(edition: Path) -> None:
    """Tables and files for programs; a report for readers is not data, and the package does not list itself."""
    others = {
        "manifest.json",
        "datapackage.json",
        *(f"work_report-2021.{kind}" for kind in ("pdf", "docx", "xlsx")),
    }
    assert (
        set(resources(edition))
        == {path.name for path in edition.iterdir() if path.is_file() and path.suffix != ".html"} - others
    )


@pytest.mark.parametrize("name", ["figures.csv", "figures.sdmx.csv", "revisions.csv"])
def test_every_column_is_described_in_its_place(edition: Path, name: str) -> None:
    """The fields of the package are the columns of the file, in their order."""
    with (edition / name).open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert [field["name"] for field in resources(edition)[name]["schema"]["fields"]] == header


def test_values_come_back_exactly(edition: Path, report: Document) -> None:
    """A program that reads the package has the decimals that were written, and nothing where there was nothing."""
    (table,) = [each for each in frictionless.Package(str(edition / "datapackage.json")).resources
                if each.name == "figures"]  # fmt: skip
    rows = {(row["indicator_id"], row["year"]): row["value"] for row in table.read_rows()}
    assert rows == {(each.indicator_id, each.year): each.value for each in report.figures}
    assert isinstance(rows["warmth_per_person", 2021], Decimal)


def test_hostile_names_stay_text(edition: Path) -> None:
    """What a unit calls itself is a value like any other."""
    (table,) = [each for each in frictionless.Package(str(edition / "datapackage.json")).resources
                if each.name == "revisions"]  # fmt: skip
    assert HOSTILE in [row["zh"] for row in table.read_rows()]
