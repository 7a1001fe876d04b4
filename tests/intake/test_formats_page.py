"""The page about file formats and the schema of JSON deliveries say what the reader does."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from nianbao.catalog import Project
from nianbao.intake.read.number import read_number
from nianbao.intake.read.vocabulary import Vocabulary, load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.terms.delivery import Outcome
from nianbao.terms.period import Period
from tests.homes import ROOT
from tests.intake.faults import Case, Desk
from tests.intake.texts import CASES, JSON

PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "docs" / "json-delivery.schema.json").read_text(encoding="utf-8"))
BEYOND_A_SCHEMA = {"case-89-unknown-code", "case-89-other-form"}
"""Which codes exist is declared in forms/, not in the schema."""

SHAPES = [case for case in CASES if case.ending == JSON and case.number == 89]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """What the reader knows of the project."""
    return load_vocabulary(ROOT)


def block(language: str) -> str:
    """The first example in a language on the page."""
    match = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert match
    return match[1]


def test_the_delimited_example_is_read(vocabulary: Vocabulary) -> None:
    """R20: what the page shows as .csv gives the values it shows, and nothing in it is said not to be read."""
    reading = read_workbook(block("text").encode(), vocabulary, "x.csv")
    assert reading.cover["unit_code"] == "QH630100" and not reading.faults
    said = {(frame.form_code, cell.field): cell.text for frame in reading.frames for cell in frame.cells}
    assert said["GH05", "warmth_persons"] == "500"
    assert said["GH03", "site_name"] == "青藏铁路职工教育基地"
    assert "EXTRA_LINE" not in {fault.code for frame in reading.frames for fault in frame.faults}


def test_the_json_example_is_read_and_fits_the_schema(vocabulary: Vocabulary) -> None:
    """What the page shows as .json is what the schema describes, and is read without a fault."""
    jsonschema.validate(json.loads(block("json")), SCHEMA)
    reading = read_workbook(block("json").encode(), vocabulary, "x.json")
    (frame,) = reading.frames
    assert not reading.faults and not frame.faults and not [cell for cell in frame.cells if cell.fault]


def test_the_numbers_on_the_page_are_read_as_it_says() -> None:
    """Each way of writing a number is taken, or sent back, as the table says."""
    rows = [line.split("|")[1:3] for line in PAGE.splitlines() if re.match(r"\| `", line)]
    judged: dict[str, list[str]] = {}
    for ways, verdict in rows:
        judged.setdefault(verdict.strip(), re.findall(r"`([^`]+)`", ways))
    assert all(not isinstance(read_number(text), str) for text in judged["数字"])
    assert all(isinstance(read_number(text), str) for text in (*judged["退回"], *judged["退回，只填数字"]))


@pytest.mark.parametrize("case", SHAPES, ids=lambda case: case.id)
def test_the_schema_agrees_with_the_reader(case: Case, project: Project, tmp_path: Path) -> None:
    """A document that the reader takes fits the schema, and one that it refuses for its shape does not."""
    desk = Desk(project, project.units["QH630100"], Period.parse("2021Q4"), tmp_path / "x.xlsx")
    fits = jsonschema.Draft202012Validator(SCHEMA).is_valid(json.loads(case.make(desk)))
    assert fits is (case.outcome is not Outcome.QUARANTINED or case.id in BEYOND_A_SCHEMA or "NO_FORM" in case.codes)
