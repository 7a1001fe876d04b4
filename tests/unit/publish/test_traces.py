"""Traces: small enough to stand on the page, and still exact."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from nianbao.publish.traces import TraceData, meaning, runs
from nianbao.terms.figure import TracedCell
from tests.unit.publish.synthetic import HOSTILE, document, figure, trace


def traced(key: str) -> list[dict[str, Any]]:
    """The cells of a figure as the page's script reads them back."""
    data = json.loads(TraceData(document()).to_json())
    cells = []
    for indicator, pairs in data["figures"][key]["cells"]:
        for start, length in zip(pairs[::2], pairs[1::2], strict=True):
            for source, address, text, *value in data["cells"][start : start + length]:
                unit, period, submission, file, sheet = data["sources"][source]
                cells.append(
                    {
                        "indicator": indicator,
                        "unit": data["units"][unit][1],
                        "period": data["periods"][period],
                        "submission": submission,
                        "file": data["files"][file][0],
                        "sha": data["files"][file][1],
                        "sheet": data["sheets"][sheet],
                        "cell": address,
                        "text": text,
                        "value": value,
                    }
                )
    return cells


def test_every_cell_comes_back_as_it_was() -> None:
    """Nothing of a cell is lost in the compact text."""
    cells, given = traced("warmth_funds-2021"), trace(0).cells
    assert len(cells) == len(given)
    first = given[0]
    assert cells[0] == {
        "indicator": "",
        "unit": "西宁市总工会",
        "period": "2021年第一季度",
        "submission": first.submission_id,
        "file": first.file,
        "sha": first.sha256[:12],
        "sheet": first.sheet,
        "cell": first.cell,
        "text": first.text,
        "value": [],
    }


def test_a_value_that_differs_from_the_text_is_kept() -> None:
    """A cell in 万元 counts in 元, and both are shown."""
    cell = replace(trace(0).cells[0], text="5", value=Decimal("50000.00"))
    own = replace(trace(0), cells=(cell,))
    given = replace(document(), traces={own.key: own})
    assert [0, cell.cell, "5", "50000"] in json.loads(TraceData(given).to_json())["cells"]


def test_the_cells_of_a_formula_are_told_apart() -> None:
    """A cell behind a ratio says which of the two indicators it belongs to."""
    assert {cell["indicator"] for cell in traced("warmth_per_person-2021")} == {"送温暖筹资额", "慰问职工人数"}


def test_nothing_in_a_cell_closes_the_script_element() -> None:
    """A less-than sign from outside never stands as such in the text."""
    text = TraceData(document()).to_json()
    assert "<" not in text
    assert HOSTILE in {row[2] for row in json.loads(text)["cells"]}


def test_a_whole_report_stays_small() -> None:
    """140 figures of 300 own cells each take less than two million bytes."""
    traces = {}
    for number in range(140):
        cells = tuple(
            TracedCell(
                indicator_id=f"indicator_{number}",
                unit_code=f"QH63{unit:04d}",
                period=f"2021Q{n % 4 + 1}",
                submission_id=f"QH63{unit:04d}-2021Q{n % 4 + 1}-GH{number % 14:02d}-1",
                file=f"第{unit}市州产业总工会-2021Q{n % 4 + 1}.xlsx",
                sha256=f"{unit:032d}{n % 4:032d}",
                sheet=f"GH{number % 14:02d} 送温暖和困难职工帮扶",
                cell=f"E{number + 5}",
                text=f"{(unit * 7919 + n * 104729 + number) % 9999999:,}.25",
                value=Decimal(f"{(unit * 7919 + n * 104729 + number) % 9999999}.25"),
            )
            for unit in range(50)
            for n in range(6)
        )
        traces[f"indicator_{number}-2021"] = replace(trace(0), key=f"indicator_{number}-2021", cells=cells)
    given = replace(document(), traces=traces)
    assert len(TraceData(given).to_json().encode()) < 2_000_000


def test_figures_that_share_cells_store_them_once() -> None:
    """The cells behind a sum stand in the text once, also when a formula uses the sum."""
    data = json.loads(TraceData(document()).to_json())
    assert len(data["cells"]) == sum(len(trace(n, year).cells) for n in range(10) for year in (2020, 2021))


def test_the_list_has_a_line_per_figure_and_section() -> None:
    """Both wordings of a figure in one section share a line, and one unit's part has none of its own."""
    lines = TraceData(document()).lines()
    warmth = [(id, [each.text for each in figures]) for id, figures in lines if figures[0].key == "warmth_funds-2021"]
    assert warmth == [("trace-warmth_funds-2021", ["3504多万元", "3,503.68"])]


def test_runs_are_pairs_of_first_and_length() -> None:
    """Consecutive numbers are written as one pair."""
    assert runs([4, 5, 6, 9]) == [4, 3, 9, 1]
    assert runs([]) == []
    assert runs([3, 2]) == [3, 1, 2, 1]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("3580多万元", "多"),
        ("1200余名", "余"),
        ("近4000件", "近"),
        ("约1万名", "约"),
        ("90%以上", "以上"),
        ("超90%", "超"),
    ],
)
def test_a_wording_is_explained(text: str, word: str) -> None:
    """The panel says what 多, 余, 近, 约, 以上 and 超 promise."""
    assert word in meaning(text)


def test_a_plain_number_needs_no_explanation() -> None:
    """A number that is printed as it is promises nothing else."""
    assert meaning(figure(3).text) == ""
