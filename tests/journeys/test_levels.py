"""The second sample federation lives two years, a correction and a rebuild; each figure against a sum over its list."""

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

from nianbao.catalog import load_project
from nianbao.cli import main
from nianbao.runs.build import build_tables
from nianbao.runs.workspace import open_workspace
from nianbao.sample.make import write_planned
from nianbao.sample.planned import plan_workbook
from nianbao.settings import Home
from nianbao.terms.period import Period
from tests.browser import browser
from tests.homes import clock_at, issue

CORRECTED = {"sent_on": "2023-08-08", "unit_code": "K3", "form": "F01", "period": "2023M03", "volunteers": "1600",
             "activities": "19", "helped": "90", "funds": "21000.50", "donated": ""}  # fmt: skip
"""What K3 says of March after the year was issued."""
NIGHTS = ("2022-07-20", "2023-01-20", "2023-07-20")
ISSUED, CORRECTING, REISSUED = "2023-07-21T10:00", "2023-08-10T01:00", "2023-08-11T10:00"
FLOWS = ("activities", "helped", "funds")


@dataclass
class Lived:
    """The project, its home, and what was issued of 2023, in order."""

    project: Path
    home: Home
    issued: list[Path] = field(default_factory=list)

    def call(self, *arguments: str) -> str:
        """What a command prints, run in the project."""
        ran = CliRunner().invoke(main, [*arguments, "--project", str(self.project)])
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    def asked(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        return json.loads(self.call(*arguments, "--json"), parse_float=Decimal)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Three nights, a release of 2023, a correction, and the next release."""
    folder = tmp_path_factory.mktemp("levels") / "federation"
    assert CliRunner().invoke(main, ["init", "--like", "levels", str(folder)]).exit_code == 0
    made, sent = Lived(folder, Home(folder / "var")), ["2021-07-01"]
    for night in NIGHTS:
        made.call("sample", "--sent-after", sent[-1], "--sent-by", night)
        with clock_at(f"{night}T23:00"):
            made.call("nightly")
        sent.append(night)
    made.issued += issued(made, ISSUED)
    values = {name: Decimal(CORRECTED[name]) for name in ("volunteers", "activities", "helped", "funds")}
    project, period = load_project(folder), Period.parse("2023M03")
    typed = {name: int(value) if value == int(value) else value for name, value in values.items()}
    correction = plan_workbook(project, dt.date(2023, 8, 8), "K3", "F01", period, "更正", typed)
    assert correction
    write_planned(project, [correction], made.home.inbox)
    with clock_at(CORRECTING):
        made.call("nightly")
    made.issued += issued(made, REISSUED)
    return made


def issued(made: Lived, moment: str) -> list[Path]:
    """Preview, two signatures and the release of the year."""
    with clock_at(moment), open_workspace(made.project, made.home, "publish") as workspace:
        build_tables(workspace)
        return [edition.path for edition in issue(workspace, 2023)]


# The independent sum: from reported.csv and the declared lists alone.


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counted(lived: Lived, year: int, with_correction: bool) -> Iterator[dict[str, str]]:
    """What counts in a year from July to June."""
    for row in rows(lived.project / "samples/2023/reported.csv"):
        number = int(row["period"][:4])
        month = int(row["period"][5:]) * (6 if row["form"] == "F02" else 1)
        if year == (number + 1 if month > 6 else number):
            is_other = with_correction and (row["unit_code"], row["period"]) == ("K3", "2023M03")
            yield CORRECTED if is_other else row


def summed(lived: Lived, year: int, with_correction: bool) -> dict[tuple[str, str], Decimal]:
    """Every value of a year by indicator and scope: all, cities, counties."""
    above = {row["unit_code"]: row["place_parent"] for row in rows(lived.project / "reference/units.csv")}
    rates = rows(lived.project / "reference/rates.csv")
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in counted(lived, year, with_correction):
        if row["form"] == "F02":
            end = f"{row['period'][:4]}-{'06-30' if row['period'].endswith('1') else '12-31'}"
            (rate,) = (Decimal(each["rate"]) for each in rates if each["first_day"] <= end <= each["last_day"])
            found["donated", "all"] += Decimal(row["donated"]) * rate
            continue
        for scope in ("all", above[row["unit_code"]], row["unit_code"]):
            for name in FLOWS:
                found[name, scope] += Decimal(row[name])
            if row["period"] == f"{year}M06":
                found["volunteers", scope] += Decimal(row["volunteers"])
    found["funds_per_case", "all"] = found["funds", "all"] / found["helped", "all"]
    return found


def figures(lived: Lived, with_correction: bool) -> dict[tuple[str, str, str], Decimal]:
    """Every value of 2023 and of the year before, and what changed."""
    found = {(name, scope, str(year)): value for year in (2022, 2023)
             for (name, scope), value in summed(lived, year, with_correction).items()}  # fmt: skip
    for name in ("volunteers", "helped", "funds"):
        before, now = found[name, "all", "2022"], found[name, "all", "2023"]
        found[f"{name}_change", "all", "2023"] = (now - before) / before * 100
    return {key: round(value, 6) for key, value in found.items()}


def test_every_printed_figure_is_that_of_an_independent_sum(lived: Lived) -> None:
    """Both releases: of everybody, of cities by their counties, of a county that was split, of two years, in yuan."""
    assert [path.name for path in lived.issued] == ["r1", "r2"]
    for path, with_correction in zip(lived.issued, (False, True), strict=True):
        wanted = figures(lived, with_correction)
        printed = {(row["indicator_id"], row["scope"], row["year"]): round(Decimal(row["value"]), 6)
                   for row in rows(path / "figures.csv")}  # fmt: skip
        assert printed == {key: wanted[key] for key in printed}
        assert {("volunteers", "C1", "2022"), ("funds", "K6", "2023"), ("donated", "all", "2023")} <= printed.keys()
        assert len(printed) > 30


def test_names_by_rank_are_those_of_an_independent_order(lived: Lived) -> None:
    """F5: the two counties that helped most, and the one in the first city that helped least."""
    wanted, names = figures(lived, False), {row["unit_code"]: row["short_zh"] for row in
                                           rows(lived.project / "reference/units.csv")}  # fmt: skip
    helped = {scope: value for (name, scope, year), value in wanted.items()
              if (name, year, scope[0]) == ("helped", "2023", "K")}  # fmt: skip
    most = sorted(helped, key=lambda scope: -helped[scope])[:2]
    least = min(("K1", "K2", "K3", "K6"), key=lambda scope: helped[scope])
    said = [row["printed"] for row in rows(lived.issued[0] / "figures.csv") if row["printed"].endswith("妇联")]
    assert said == [names[code] for code in (*most, least)]


def test_the_correction_is_told_in_the_second_release(lived: Lived) -> None:
    """What moved, from what to what, and whose submission it was."""
    moved = rows(lived.issued[1] / "revisions.csv")
    assert {"帮扶妇女儿童人次", "帮扶资金"} <= {row["zh"] for row in moved}
    assert {row["submissions"] for row in moved} == {"K3-2023M03-F01-1 → K3-2023M03-F01-2"}, moved


def test_as_of_the_first_release_its_figures_are_known(lived: Lived) -> None:
    """And today's are those of the second."""
    for arguments, with_correction in ((("--as-of", "2023-07-21"), False), ((), True)):
        with clock_at("2023-08-12T10:00"):
            told = lived.asked("figures", "--year", "2023", *arguments)
        wanted = figures(lived, with_correction)
        assert {row["indicator_id"]: round(Decimal(row["value"]), 6) for row in told} == {
            row["indicator_id"]: wanted[row["indicator_id"], "all", "2023"] for row in told
        }


def test_a_city_is_explained_down_to_the_cells_of_its_counties(lived: Lived) -> None:
    """explain --under adds up over what stands below and over cells, with the split within."""
    found = lived.asked("explain", "funds", "--year", "2023", "--under", "C1")
    assert round(Decimal(found["value"]), 6) == figures(lived, True)["funds", "C1", "2023"]
    assert sum(Decimal(cell["share"]) * Decimal(cell["value"]) for cell in found["cells"]) == Decimal(found["value"])
    assert {cell["unit_code"] for cell in found["cells"]} == {"K1", "K2", "K3", "K6"}


@pytest.mark.browser
def test_S10_why_something_was_corrected_is_seen_without_moving_the_table(lived: Lived) -> None:
    """S10: on a desk all columns of the page of corrections stand beside each other, the reason last."""
    with browser() as page:
        page.size(1280, 900)
        page.open((lived.issued[-1] / "revisions.html").as_uri())
        room, wanted = page.js("(it => [it.clientWidth, it.scrollWidth])(document.querySelector('.scroll'))")
    assert wanted <= room


def test_everybody_has_reported_and_on_time(lived: Lived) -> None:
    """status: five counties a month, six since the split, and whoever corrected was in time first."""
    with clock_at("2023-08-12T10:00"):
        told = lived.asked("status", "--year", "2023")
    due = [row for row in told["forms"] if row["form_code"] == "F01"]
    assert [row["units_due"] for row in due] == [5] * 6 + [6] * 6
    assert all(row["units_on_time"] == row["units_due"] for row in told["forms"])


def test_verified_and_rebuilt_from_the_record_nothing_differs(lived: Lived) -> None:
    """The hashes hold; without its warehouse the federation has the same figures and releases."""
    lived.call("verify")
    before = lived.asked("figures", "--year", "2023")
    releases = [(path / "manifest.json").read_bytes() for path in lived.issued]
    lived.home.warehouse.unlink()
    with clock_at("2023-08-12T11:00"):
        lived.call("rebuild")
    assert lived.asked("figures", "--year", "2023") == before
    assert [(path / "manifest.json").read_bytes() for path in lived.issued] == releases
