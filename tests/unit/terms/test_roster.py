"""The roster is asked on a day: who stood then, under which name and parent, and who answers for it later."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.catalog.roster import read_roster
from nianbao.errors import DeclarationError
from nianbao.terms.period import Period
from nianbao.terms.roster import Roster

LEVELS = """unit_level,zh,zh_many,en,en_many,parent,is_counted,approved_by
head,总会,总会,head office,head offices,,no,
region,地区工会,各地区工会,region,regions,head,yes,head
branch,分会,各分会,branch,branches,region,yes,region
"""
HEADER = (
    "unit_code,unit_level,zh,short_zh,en,adcode,place_parent,industry_parent,valid_from,valid_to,name_status,source\n"
)
UNITS = """H,head,样例总会,总会,Head,,,,2018-01-01,,assumed,样例
R1,region,甲地区工会,甲,Region A,,H,,2018-01-01,,assumed,样例
R2,region,乙地区工会,乙,Region B,,H,,2018-01-01,2022-06-30,assumed,样例
B1,branch,子分会,子,Branch one,,R2,,2018-01-01,2022-03-31,assumed,样例
B1,branch,丑分会,丑,Branch two,,R1,,2022-04-01,,assumed,样例
"""
SUCCESSIONS = "unit_code,successor,day,share,source\n"
JUNE, JULY = dt.date(2022, 6, 30), dt.date(2022, 7, 1)


def roster(folder: Path, units: str = UNITS, successions: str = "", levels: str = LEVELS) -> Roster:
    """The roster of these rows."""
    (folder / "levels.csv").write_text(levels, "utf-8")
    (folder / "units.csv").write_text(HEADER + units, "utf-8")
    (folder / "successions.csv").write_text(SUCCESSIONS + successions, "utf-8")
    return read_roster(folder)


def test_T1_a_renamed_and_moved_unit_stands_in_every_period(tmp_path: Path) -> None:
    """T1: each period knows the unit under the name and the parent of its own days."""
    known = roster(tmp_path)
    stood = [known.unit_in("B1", Period.parse(code)) for code in ("2022Q1", "2022Q2", "2022")]
    assert [(unit.zh, unit.place_parent) for unit in stood if unit] == [
        ("子分会", "R2"),
        ("丑分会", "R1"),
        ("丑分会", "R1"),
    ]


def test_T3_a_unit_stands_in_the_period_in_which_it_ends(tmp_path: Path) -> None:
    """T3: its last report is taken though it is gone when the period ends; after that it is not there."""
    known = roster(tmp_path, UNITS.replace("2022-06-30", "2022-08-15"))
    quarter = Period.parse("2022Q3")
    assert known.unit_in("R2", quarter) is not None
    assert known.last_day_in("R2", quarter) == dt.date(2022, 8, 15)
    assert "R2" not in known.on(quarter.end)
    assert known.unit_in("R2", Period.parse("2022Q4")) is None


def test_T2_what_a_unit_was_is_its_successors(tmp_path: Path) -> None:
    """T2: a merged unit is answered for by whom it went to, a split one by several, through every step."""
    extra = "R3,region,丙地区工会,丙,Region C,,H,,2022-07-01,2022-09-30,assumed,样例\n"
    known = roster(
        tmp_path,
        UNITS + extra,
        "R2,R1,2022-07-01,0.25,文\nR2,R3,2022-07-01,0.75,文\nR3,R1,2022-10-01,0.6,文\nR3,B1,2022-10-01,0.4,文\n",
    )
    by_year_end = {each.unit_code: each.share for each in known.succeeded("R2", JUNE, dt.date(2022, 12, 31))}
    assert by_year_end == {"R1": Decimal("0.7"), "B1": Decimal("0.3")}
    assert [each.unit_code for each in known.succeeded("R2", JUNE, JUNE)] == ["R2"]


def test_who_stands_above_is_asked_on_the_day(tmp_path: Path) -> None:
    """A moved unit has the parents of that day; one that is gone keeps those it had."""
    known = roster(tmp_path)
    assert known.ancestors("B1", "place", dt.date(2022, 3, 31)) == ("R2", "H")
    assert known.ancestors("B1", "place", JULY) == ("R1", "H")
    assert known.ancestors("R2", "place", JULY) == ("H",)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("units", UNITS + "R4,region,乙地区工会,丁,Region D,,H,,2020-01-01,,assumed,样例\n", "R2 and R4 have one name"),
        (
            "units",
            UNITS + "r1,region,丁地区工会,丁,Region D,,H,,2020-01-01,,assumed,样例\n",
            "R1 and r1 cannot be told",
        ),
        ("units", UNITS + "R1,region,丁地区工会,丁,Region D,,H,,2020-01-01,,assumed,样例\n", "R1 stands twice"),
        (
            "units",
            UNITS.replace("2022-03-31", "2022-08-31").replace("2022-04-01", "2022-09-01"),
            "roster on 2022-07-01",
        ),
        ("units", "".join(UNITS.splitlines(keepends=True)[1:]).replace(",H,", ",,"), "no unit is of the level head"),
        ("units", UNITS.replace("B1,branch,子", "B1,sub,子"), "level 'sub' is none of those in levels.csv"),
        ("levels", LEVELS.replace(",head,yes,head", ",branch,yes,head"), "stands above itself"),
        ("levels", LEVELS.replace(",region,yes,region", ",,yes,region"), "one level has no parent"),
        ("levels", LEVELS.replace("region,yes,region", "region,maybe,region"), "must be yes or no"),
        ("successions", "R2,R1,2022-07-01,0.5,文\n", "make 0.5, not 1"),
        ("successions", "R2,R1,2022-07-01,0.33333,文\n", "to 4 decimals"),
        ("successions", "R1,B1,2022-07-01,1,文\n", "wholly succeeded"),
        ("successions", "R2,B1,2023-07-01,1,文\n", "R2 is not in the roster on the day before"),
        ("successions", "R1,R2,2022-08-01,1,文\n", "successor R2 is not in the roster"),
    ],
)
def test_T5_what_cannot_be_told_apart_is_refused(tmp_path: Path, file: str, text: str, says: str) -> None:
    """T5, F1: doctor names the file and what is wrong, not a later run."""
    with pytest.raises(DeclarationError, match=says):
        roster(tmp_path, **{file: text})


def test_T5_a_name_may_pass_on(tmp_path: Path) -> None:
    """T5: a name that another unit has later is no clash."""
    extra = "R3,region,乙地区工会,乙,Region C,,H,,2022-07-01,,assumed,样例\n"
    known = roster(tmp_path, UNITS + extra)
    assert {unit.zh: code for code, unit in known.on(JUNE).items()}["乙地区工会"] == "R2"
    assert {unit.zh: code for code, unit in known.on(JULY).items()}["乙地区工会"] == "R3"
