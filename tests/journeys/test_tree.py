"""Values of the tree are printed and explained, at the end of the year and on another day."""

import json
from decimal import Decimal
from typing import Any

from click.testing import CliRunner

from nianbao.cli import main
from nianbao.settings import Home
from tests.homes import ROOT

XINING, WHOLE = "QH630100", "QH630000"


def asked(home: Home, *arguments: str) -> Any:
    """What a command prints as JSON."""
    ran = CliRunner().invoke(main, [*arguments, "--project", str(ROOT), "--home", str(home.path), "--json"])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout, parse_float=Decimal)


def test_F3_a_unit_has_its_figures_with_all_below_it(year_home: Home) -> None:
    """F3: figures --under tells every indicator of a unit and those below it, with how many of them have reported."""
    rows = {row["indicator_id"]: row for row in asked(year_home, "figures", "--year", "2021", "--under", "西宁市总")}
    row = rows["members_total"]
    assert row["scope"] == XINING
    assert row["tree_of"] == "2021-12-31"
    assert (row["reported"], row["asked"]) == (1, 1)
    assert row["value"] > 0


def test_F3_a_value_of_the_tree_follows_from_what_stands_below_and_from_cells(year_home: Home) -> None:
    """F3: explain --under adds up twice: over the units right below, and over cells; on another day as well."""
    for day in ([], ["--tree", "2022-01-20"]):
        found = asked(year_home, "explain", "members_total", "--year", "2021", "--under", WHOLE, *day)
        assert sum(each["value"] or 0 for each in found["below"]) == found["value"]
        assert sum(cell["share"] * cell["value"] for cell in found["cells"]) == found["value"]
        assert found["coverage"]["asked"] == 53
    assert found["tree_of"] == "2022-01-20"


def test_a_day_of_a_tree_needs_a_unit_to_explain(year_home: Home) -> None:
    """A value of everybody stands on no tree: the command says what is missing."""
    arguments = ["explain", "members_total", "--year", "2021", "--tree", "2022-01-20"]
    ran = CliRunner().invoke(main, [*arguments, "--project", str(ROOT), "--home", str(year_home.path)])
    assert ran.exit_code != 0
    assert "--under" in ran.output
