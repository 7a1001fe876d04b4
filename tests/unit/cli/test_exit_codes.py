"""O13, O14, O15: exit codes as documented, nothing written over, units called by any of their names."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from nianbao import clock
from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.cli.units import unit_asked
from nianbao.errors import UsageError
from nianbao.settings import Home
from tests.homes import call
from tests.workbooks import cover_cell

EARLY = "2021-03-01"
AHEAD = f"{clock.now() + dt.timedelta(days=2):%Y-%m-%d}"
"""A day to come, near enough that an answer for it would be there at once: each year ahead is more work."""


def run(home: Home, *arguments: str, text: str | None = None) -> Result:
    """A command over a home, in this process."""
    return CliRunner().invoke(main, [*arguments, "--home", str(home.path)], input=text)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("explain", "warmth_funds", "--year", "2021", "--unit", "QH999"), 64, "'QH999' is not in the roster"),
        (("explain", "warmth_funds", "--year", "2021", "--unit", "州总工会"), 64, "is not clear"),
        (("status", "--unit", "QH999"), 64, "'QH999' is not in the roster"),
        (("build", "--out", "nowhere"), 2, "need --as-of"),
        (("build", "--year", "2021"), 2, "need --as-of"),
        (("build", "--as-of", AHEAD, "--out", "nowhere"), 64, f"{AHEAD} is still to come"),
        (("build", "--as-of", EARLY, "--out", "nowhere"), 64, f"nothing had been received by {EARLY}"),
        (("figures", "--year", "2021", "--as-of", AHEAD), 64, f"{AHEAD} is still to come"),
        (("figures", "--year", "2021", "--as-of", EARLY), 64, f"nothing had been received by {EARLY}"),
        (("targets", "--year", "2022", "--as-of", EARLY), 64, f"nothing had been received by {EARLY}"),
        (("targets", "--year", "2022", "--as-of", AHEAD), 64, f"{AHEAD} is still to come"),
        (("explain", "warmth_funds", "--year", "2021", "--as-of", EARLY), 64, "nothing had been received"),
    ],
)  # fmt: skip
def test_O13_a_request_that_cannot_be_answered_ends_as_documented(
    year_home: Home, arguments: tuple[str, ...], code: int, says: str
) -> None:
    """O13: nothing is ignored in silence, and nothing is answered that cannot be known."""
    before = sorted(year_home.path.iterdir())
    result = run(year_home, *arguments)
    assert (result.exit_code, says in result.stderr) == (code, True), result.output
    assert sorted(year_home.path.iterdir()) == before and not Path("nowhere").exists()


def test_O13_today_is_a_day_that_is_known(year_home: Home) -> None:
    """O13: the last day that can be asked for is today."""
    assert run(year_home, "figures", "--year", "2021", "--as-of", f"{clock.now():%Y-%m-%d}").exit_code == 0


@pytest.mark.parametrize(
    ("draft", "code"),
    [("举办各类培训班201期。", 1), ("举办各类培训班189期。", 0), ("会议室可坐37人。", 0), ("大家辛苦了。", 0)],
)
def test_O13_proof_says_by_its_code_whether_a_number_deviates(year_home: Home, draft: str, code: int) -> None:
    """O13: 1 for a number that is not that of the warehouse; what the warehouse does not have is no deviation."""
    asked = ("proof", "-", "--year", "2021")
    text = f"七是着力加强自身建设。{draft}"
    assert run(year_home, *asked, text=text).exit_code == code
    assert run(year_home, *asked, "--json", text=text).exit_code == code


@pytest.mark.parametrize("moment", ["banana", "2022-13-01", "16.1.2022"])
def test_O13_a_clock_that_is_none_is_told(tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """O13: NIANBAO_NOW must be a moment; the message says what one looks like."""
    (tmp_path / "inbox").mkdir()
    monkeypatch.setenv(clock.OVERRIDE, moment)
    done = call("nightly", home=Home(tmp_path))
    assert done.returncode == 64 and "Traceback" not in done.stderr
    assert f"NIANBAO_NOW: '{moment}' is no moment" in done.stderr and "2022-01-15T01:00" in done.stderr


@pytest.mark.parametrize("moment", ["2526-01-16T01:00", "9999-12-31T01:00"])
def test_O13_a_clock_centuries_ahead_ends_a_run_with_a_sentence(
    tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O13: who owes what is told period by period up to today, which would have no end; nothing is begun."""
    (tmp_path / "inbox").mkdir()
    monkeypatch.setenv(clock.OVERRIDE, moment)
    for command in ("nightly", "build", "collect"):
        done = call(command, home=Home(tmp_path))
        assert done.returncode == 64 and "Traceback" not in done.stderr
        assert f"{moment[:10]} is more than 100 years after 2018" in done.stderr
        assert "set the clock of this machine right" in done.stderr
    assert not list((tmp_path / "archive").rglob("*.json"))


def test_O13_a_moment_with_a_zone_is_told_in_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """O13: midnight in Greenwich is eight in the morning here."""
    monkeypatch.setenv(clock.OVERRIDE, "2022-01-16T00:00+00:00")
    assert clock.now() == dt.datetime(2022, 1, 16, 8)


def template(folder: Path, *arguments: str) -> Result:
    """Ask for blank workbooks of the last quarter of 2021."""
    return CliRunner().invoke(main, ["template", "--period", "2021Q4", "--out", str(folder), *arguments])


def test_O14_a_filled_workbook_is_never_written_over(tmp_path: Path) -> None:
    """O14: neither by the workbook of its unit, nor on the way through all units, of which then none is written."""
    assert template(tmp_path, "--unit", "QH630100").exit_code == 0
    path = tmp_path / "西宁市总工会-2021Q4.xlsx"
    book = openpyxl.load_workbook(path)
    cover_cell(book, "filler").value = "填表岗"
    book.save(path)
    filled = path.read_bytes()
    for arguments in (("--unit", "QH630100"), ("--all",)):
        refused = template(tmp_path, *arguments)
        assert refused.exit_code == 74 and str(path) in refused.stderr and "--out" in refused.stderr
        assert path.read_bytes() == filled and list(tmp_path.iterdir()) == [path]
    assert template(tmp_path / "new", "--unit", "QH630100").exit_code == 0


@pytest.mark.parametrize("name", ["QH630100", "qh630100", "西宁市总工会", " 西宁市　总工会 ", "西宁市总"])
def test_O15_a_unit_is_called_by_code_name_or_short_name(project: Project, name: str) -> None:
    """O15: in any case and with any blanks."""
    assert unit_asked(project.roster, name).code == "QH630100"


def test_O15_every_name_of_the_roster_means_its_unit_or_asks_back(project: Project) -> None:
    """O15: what two units are called in turn is asked back about, with both of them."""
    first, second = project.units["QH630100"], project.units["QH630200"]
    twin = replace(second, short_zh=first.short_zh)
    roster = replace(
        project.roster, versions=tuple(twin if unit is second else unit for unit in project.roster.versions)
    )
    for unit in roster.versions:
        for name in filter(None, (unit.code, unit.zh, unit.short_zh)):
            if name != first.short_zh:
                assert unit_asked(roster, name).code == unit.code
    with pytest.raises(UsageError, match=f"{first.code}.*{second.code}"):
        unit_asked(roster, first.short_zh)


def test_O15_what_is_unclear_is_answered_with_the_choices(project: Project) -> None:
    """O15: a part of a name means nobody, but says whom it may mean; what no name has is unknown."""
    with pytest.raises(UsageError, match="QH630100 西宁市总工会"):
        unit_asked(project.roster, "西宁")
    with pytest.raises(UsageError, match="QH630100 西宁市总工会"):
        unit_asked(project.roster, "宁市")
    for nothing in ("火星总工会", "", "　"):
        with pytest.raises(UsageError, match="is not in the roster"):
            unit_asked(project.roster, nothing)


def test_O15_commands_take_names(year_home: Home, tmp_path: Path) -> None:
    """O15: the answer is the same whether the code or the name was written."""
    for asked in (("status", "--year", "2021", "--json"), ("explain", "warmth_funds", "--year", "2021", "--json")):
        by_code, by_name = (run(year_home, *asked, "--unit", unit) for unit in ("QH630100", "西宁市总工会"))
        assert by_code.exit_code == by_name.exit_code == 0
        assert json.loads(by_code.stdout) == json.loads(by_name.stdout) != []
    assert template(tmp_path, "--unit", "西宁市总工会").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["西宁市总工会-2021Q4.xlsx"]


@pytest.mark.parametrize("collected", [False, True])
def test_sample_data_comes_to_no_home_in_which_units_report(collected: bool, project: Project, tmp_path: Path) -> None:
    """Reports of a home with the sample call all of it synthetic: beside files of units the sample is refused."""
    home = Home(tmp_path)
    home.inbox.mkdir()
    (home.inbox / "报表.xlsx").write_bytes(b"from a unit")
    place = ("--project", str(project.path))
    if collected:
        assert run(home, "collect", *place).exit_code == 0
        (home.inbox / "报表.xlsx").unlink()
    ran = run(home, "sample", *place)
    assert (ran.exit_code, "1 deliveries of units are here" in ran.output) == (64, True)
    assert [path.name for path in home.inbox.iterdir()] == ([] if collected else ["报表.xlsx"])
