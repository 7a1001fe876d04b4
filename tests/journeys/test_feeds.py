"""From a cell to the figures that count it: the trace, walked the other way."""

import json
import random
from typing import Any

import pytest

from nianbao.runs.feeds import feeds
from nianbao.runs.workspace import open_workspace_to_read
from nianbao.settings import Home
from nianbao.statistics.figures import read_figures
from nianbao.statistics.trace import trace_all
from tests.homes import ROOT, call

WARMTH = "QH630100-2021Q4-GH05-1"


def asked(home: Home, *arguments: str) -> Any:
    """What the command answers."""
    return json.loads(call("feeds", *arguments, "--json", home=home).stdout)


def test_a_cell_knows_the_figures_it_is_in(year_home: Home) -> None:
    """With the wordings of the releases, those of the unit's own row too."""
    fed = asked(year_home, WARMTH, "--cell", "e6")["fed"]
    assert {(each["indicator_id"], each["year"]) for each in fed} == {
        ("warmth_funds", 2021),
        ("warmth_per_person", 2021),
        ("warmth_funds_change", 2021),
    }
    (printed,) = (each["printed"] for each in fed if each["indicator_id"] == "warmth_funds")
    with (year_home.releases / "2021" / "work_report" / "r1" / "figures.csv").open(encoding="utf-8") as file:
        lines = [line for line in file if line.startswith(("warmth_funds,2021,all", "warmth_funds,2021,QH630100"))]
    assert len(lines) == len(printed) == 3
    assert all(any(place["text"] in line for line in lines) for place in printed)


def test_both_ways_meet(year_home: Home) -> None:
    """Every cell that a figure is traced to feeds that figure, and no other cell of the submission does."""
    with open_workspace_to_read(ROOT, year_home) as workspace:
        known = read_figures(workspace.connection, workspace.project)
        wanted = [
            (name, 2021)
            for name, indicator in workspace.project.indicators.items()
            if not indicator.comparable_of or (name, 2021) in known.values
        ]
        traces = trace_all(workspace.connection, known, wanted)
        forward = {
            (cell.submission_id, cell.sheet, cell.cell, *figure)
            for figure, trace in zip(wanted, traces.values(), strict=True)
            for cell in trace.cells
        }
        for submission_id in random.Random(4).sample(sorted({each[0] for each in forward}), 25):
            back = {
                (submission_id, each.cell.sheet, each.cell.cell, each.indicator_id, each.year)
                for each in feeds(workspace, submission_id).fed
                if each.year == 2021
            }
            assert back == {each for each in forward if each[0] == submission_id}


def test_what_was_replaced_feeds_nothing(year_home: Home) -> None:
    """It names what counts instead."""
    answer = asked(year_home, "QHI06-2021Q4-GH05-1")
    assert (answer["in_force"], answer["fed"], answer["releases"]) == ("QHI06-2021Q4-GH05-2", [], [])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((WARMTH, "--cell", "B2"), "counted are, for example: E6"),
        (("QH630100-2021Q4-GH05-9",), "there is no submission"),
    ],
    ids=["a cell that is no number", "a submission that never was"],
)
def test_what_is_not_counted_is_told(arguments: tuple[str, ...], says: str, year_home: Home) -> None:
    """The message leads on."""
    answer = call("feeds", *arguments, home=year_home)
    assert answer.returncode == 64 and says in answer.stderr
