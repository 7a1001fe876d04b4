"""The sample year 2023, in which units, a form and a rule change: every figure is that of an independent sum."""

import csv
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nianbao.cli import main
from nianbao.runs.build import build_tables
from nianbao.runs.nightly import NightRun, nightly
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from tests.changing import StepKind, declare, read_story
from tests.homes import ROOT, clock_at, issue

SAMPLE = ROOT / "samples" / "2023"
REFUSED = {("D6", "2023Q3", "2023-10-09")}
"""What the stricter rule sends back."""
Row = dict[str, str]


@dataclass
class Lived:
    """The federation at the end of the story, each night, and the day and folder of each release."""

    project: Path
    home: Home
    nights: dict[dt.date, NightRun] = field(default_factory=dict)
    issued: list[tuple[dt.date, int, Path]] = field(default_factory=list)

    def asked(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        with clock_at("2024-02-11T09:00"):
            place = ["--project", str(self.project), "--home", str(self.home.path)]
            ran = CliRunner().invoke(main, [*arguments, *place, "--json"])
        assert ran.exit_code == 0, ran.output
        return json.loads(ran.stdout, parse_float=Decimal)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Two years lived from the story: nights, corrections, five days of new declarations, three releases."""
    project = tmp_path_factory.mktemp("federation")
    story, lived = read_story(SAMPLE), Lived(project, Home(project / "var"))
    story.found(project)
    lived.home.inbox.mkdir(parents=True)
    before = dt.date(2022, 1, 1)
    for step in story.steps:
        with clock_at(step.at.isoformat(timespec="minutes")):
            if step.does is StepKind.DECLARE:
                declare(project, step.edits)
            elif step.does is StepKind.NIGHT:
                story.send(project, lived.home.inbox, before, step.at.date())
                lived.nights[step.at.date()] = nightly(project, lived.home)
                before = step.at.date()
            else:
                lived.issued += issue_finished(lived, step.at.date())
    return lived


def issue_finished(lived: Lived, day: dt.date) -> Iterator[tuple[dt.date, int, Path]]:
    """Preview, sign and issue every finished year whose figures are new."""
    with open_workspace(lived.project, lived.home, "publish") as workspace:
        build_tables(workspace)
        for edition in issue(workspace):
            if edition.is_new:
                yield day, edition.year, edition.path


# The independent sum: rows of reported.csv, the roster as it stands in the end, plain loops.


def rows_of(path: Path) -> list[Row]:
    """A CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_force(day: dt.date) -> dict[tuple[str, str], Row]:
    """What counts on a day: of each unit and quarter what was sent last and not sent back."""
    rows = sorted(rows_of(SAMPLE / "reported.csv"), key=lambda row: row["sent_on"])
    return {
        (row["unit_code"], row["period"]): row
        for row in rows
        if row["sent_on"] < day.isoformat() and (row["unit_code"], row["period"], row["sent_on"]) not in REFUSED
    }


def standing(lived: Lived, day: str) -> dict[str, str]:
    """The units of a day with the unit above each."""
    return {
        row["unit_code"]: row["place_parent"]
        for row in rows_of(lived.project / "reference" / "units.csv")
        if row["valid_from"] <= day <= (row["valid_to"] or "9999")
    }


def by_unit(lived: Lived, name: str, year: int, day: dt.date) -> dict[str, Decimal]:
    """What each unit comes to in a year: all it reported of a flow, of a stock its last if it stands at the end."""
    alive, found = standing(lived, f"{year}-12-31"), dict[str, Decimal]()
    for (unit, period), row in sorted(in_force(day).items(), key=lambda item: item[0][1]):
        if period[:4] != str(year) or not row[name] or (name in ("members", "online") and unit not in alive):
            continue
        before = Decimal(0) if name in ("members", "online") else found.get(unit, Decimal(0))
        found[unit] = before + Decimal(row[name])
    return found


def whole(lived: Lived, year: int, day: dt.date) -> dict[str, Decimal]:
    """Every figure of everybody in a year."""
    parts = {name: by_unit(lived, name, year, day) for name in ("members", "helped", "funds", "online")}
    found = {name: sum(values.values(), Decimal(0)) for name, values in parts.items() if values}
    if found:
        found["funds_per_person"] = found["funds"] / found["helped"]
    for name in ("members", "helped", "funds"):
        before = sum(by_unit(lived, name, year - 1, day).values(), Decimal(0))
        if before:
            found[f"{name}_change"] = (found[name] - before) / before * 100
            like = sum((value for unit, value in parts[name].items() if unit != "D7"), Decimal(0))
            found[f"{name}_change_comparable"] = (like - before) / before * 100
    return {name: round(value, 6) for name, value in found.items()}


def tree(lived: Lived, name: str, year: int, day: dt.date) -> dict[str, Decimal]:
    """What stands below each unit at the end of a year; a unit that is gone stands at whoever took over from it."""
    above, found = standing(lived, f"{year}-12-31"), defaultdict[str, Decimal](Decimal)
    for unit, value in by_unit(lived, name, year, day).items():
        for heir, share in heirs(lived, unit, year, value, name, day):
            scope = heir
            while scope:
                found[scope] += share
                scope = above[scope]
    return {scope: round(value, 6) for scope, value in found.items()}


def heirs(lived: Lived, unit: str, year: int, value: Decimal, name: str, day: dt.date) -> Iterator[tuple[str, Decimal]]:
    """Who answers for a unit's value at the end of a year, with its part of it."""
    taken = [
        row
        for row in rows_of(lived.project / "reference" / "successions.csv")
        if row["unit_code"] == unit and row["day"] <= f"{year}-12-31"
    ]
    if not taken:
        yield unit, value
        return
    later = [
        Decimal(row[name])
        for (code, period), row in in_force(day).items()
        if code == unit and period[:4] == str(year) and f"{year}-{3 * int(period[5]):02d}-28" > taken[0]["day"]
    ]
    # What was reported after the day of the split is the unit's own; of a stock that is all there is.
    own = value if name == "members" and later else sum(later, Decimal(0))
    if own:
        yield unit, own
    for row in taken:
        yield row["successor"], (value - own) * Decimal(row["share"])


# The promises.


def test_the_story_is_taken_as_it_is_told(lived: Lived) -> None:
    """Nothing is sent back or waits but what the stricter rule refuses; the years are issued thrice."""
    for day, night in lived.nights.items():
        assert bool(night.collected.not_accepted) == (day == dt.date(2023, 10, 12)), (day, night.collected)
    assert [(day.isoformat(), year, path.name) for day, year, path in lived.issued] == [
        ("2023-02-10", 2022, "r1"), ("2023-03-20", 2022, "r2"), ("2024-02-10", 2023, "r1"),
    ]  # fmt: skip


def test_every_printed_figure_is_that_of_an_independent_sum(lived: Lived) -> None:
    """Each release says what the workbooks in force on its day come to, and of 2023 growth on both bases."""
    for day, year, path in lived.issued:
        printed = {row["indicator_id"]: row["value"] for row in rows_of(path / "figures.csv") if row["scope"] == "all"}
        wanted = whole(lived, year, day)
        assert {name: round(Decimal(value), 6) for name, value in printed.items()} == {
            name: wanted[name] for name in printed
        }
        assert {"members", "helped", "funds", "funds_per_person"} <= printed.keys()
    assert {"members_change", "members_change_comparable", "funds_change_comparable"} <= printed.keys()


def test_every_value_of_the_tree_is_that_of_an_independent_sum(lived: Lived) -> None:
    """Of cities and counties, with who moved, was merged and was split where it stands at the end of each year."""
    for year in (2022, 2023):
        rows = lived.asked("figures", "--year", str(year), "--tree", f"{year}-12-31")
        for name in ("members", "helped", "funds"):
            found = {row["scope"]: round(Decimal(row["value"]), 6) for row in rows if row["indicator_id"] == name}
            assert found == tree(lived, name, year, dt.date(2024, 2, 10)), (year, name)


def test_as_of_the_day_of_each_release_the_figures_are_those_issued(lived: Lived) -> None:
    """By the declarations, rules and workbooks of that day."""
    for day, year, _ in lived.issued:
        rows = lived.asked("figures", "--year", str(year), "--as-of", day.isoformat())
        found = {row["indicator_id"]: round(Decimal(row["value"]), 6) for row in rows if row["value"] is not None}
        wanted = whole(lived, year, day)
        assert {name: value for name, value in found.items() if name in wanted} == {
            name: wanted[name] for name in wanted if name in found
        }
        assert {"members", "helped", "funds"} <= found.keys()


def test_rebuilt_from_the_record_the_figures_are_the_same(lived: Lived) -> None:
    """A rule made stricter, a roster and a form that changed move nothing that was decided."""
    years = ("2022", "2023")
    before = [lived.asked("figures", "--year", year) for year in years]
    places = [lived.asked("figures", "--year", year, "--tree", "2022-12-31") for year in years]
    lived.home.warehouse.unlink()
    with clock_at("2024-02-11T09:00"):
        ran = CliRunner().invoke(main, ["rebuild", "--home", str(lived.home.path)])
    assert ran.exit_code == 0, ran.output
    assert [lived.asked("figures", "--year", year) for year in years] == before
    assert [lived.asked("figures", "--year", year, "--tree", "2022-12-31") for year in years] == places


def test_a_figure_on_a_comparable_basis_leads_to_the_cells_of_the_units_it_is_of(lived: Lived) -> None:
    """T24: the unit that came is in the total and not in the comparison."""
    cells = lived.asked("explain", "members_change_comparable", "--year", "2023", "--all")["cells"]
    assert "D7" not in {cell["unit_code"] for cell in cells}
    assert "D7" in {cell["unit_code"] for cell in lived.asked("explain", "members", "--year", "2023", "--all")["cells"]}
