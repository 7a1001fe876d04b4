"""What another federation declares: its issuer, money, thresholds; and what doctor says of what cannot be printed."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from nianbao.catalog import load_project
from nianbao.cli import main
from nianbao.errors import DeclarationError
from nianbao.intake.blank.workbook import write_workbook
from nianbao.statistics.wording import word
from nianbao.terms.period import Period
from tests.federation import Federation, a01
from tests.workbooks import cover_cell

SECTION = "reports/yearbook/sections/010_1.toml"
PLAIN = """\
id = "1"
title = "会员"
level = 1
paragraphs = ["[[会员{members | exact}。]]"]
"""


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    """A small federation whose one section says how many members there are."""
    made = Federation(tmp_path)
    (made.folder / SECTION).write_text(PLAIN, encoding="utf-8")
    return made


def doctor(federation: Federation) -> tuple[int, list[dict[str, object]]]:
    """What doctor finds wrong."""
    ran = CliRunner().invoke(main, ["doctor", "--project", str(federation.folder), "--json"])
    end = ran.stdout.rindex("]") + 1
    return ran.exit_code, [each for each in json.loads(ran.stdout[:end]) if not each["is_well"]]


def test_F9_an_indicator_in_ten_thousands_is_printed_once_in_them() -> None:
    """F9: 万元 as the unit of an indicator prints 35,846.21万元 and never 万万元; its interval is in its own unit."""
    said = word(Decimal("35846.21"), "万元", "exact", 2)
    assert (said.text, said.is_true_of(Decimal("35846.2149")), said.is_true_of(Decimal("35846.22"))) == (
        "35846.21万元", True, False,
    )  # fmt: skip
    assert word(Decimal("35846.21"), "万元", "over", 2).text == "3.5亿多元"
    assert word(Decimal("12345.6"), "美元", "exact", 1).text == "1.2万美元"


def test_F9_the_blank_proposes_the_declared_money_unit(federation: Federation, tmp_path: Path) -> None:
    """F9: money_unit of federation.toml stands on the cover of every blank; another one than 元 and 万元 is refused."""
    path = federation.folder / "federation.toml"
    path.write_text('money_unit = "万元"\nissuer = "样例委员会"\n', encoding="utf-8")
    project = federation.project
    write_workbook(tmp_path / "a.xlsx", project, project.units["A1"], Period.parse("2021Q1"))
    assert cover_cell(load_workbook(tmp_path / "a.xlsx"), "money_unit").value == "万元"
    path.write_text('money_unit = "分"\n', encoding="utf-8")
    with pytest.raises(DeclarationError, match="is none of: 元, 万元"):
        load_project(federation.folder)


def test_F6_a_report_without_an_issuer_is_issued_by_the_federation(federation: Federation) -> None:
    """F6: what federation.toml names as issuer, else the unit at the root of the roster."""
    federation.edit("reports/yearbook/publication.toml", 'issuer = "样例省总工会"\n', "")
    assert federation.project.publications["yearbook"].issuer == "样例省总工会"
    (federation.folder / "federation.toml").write_text('issuer = "样例委员会"\n', encoding="utf-8")
    assert federation.project.publications["yearbook"].issuer == "样例委员会"


def test_F10_how_far_a_total_may_move_is_declared(federation: Federation) -> None:
    """F10: per form, per level and per field: 60 % of members is asked about under 50, and not under 70."""
    federation.edit("forms/A01.toml", "grace_days = 10\n", "grace_days = 10\n\n[swing]\nper_cent = 70\n")
    federation.edit("forms/A01.toml", 'code = "persons"\n', 'code = "persons"\nswing = 20\n')
    for year, factor in ((2021, 10), (2022, 16)):
        for unit in ("A1", "A2"):
            federation.send(unit, f"{year}Q1", {"A01": a01(10 * factor, 100 * factor, 10 * factor)}, f"{year}-04-08")
    federation.night("2022-04-09T01:00")
    asked = federation.ask("SELECT submission_id, field FROM ledger.finding WHERE code = 'C00-8' ORDER BY 1, 2")
    assert asked == [("A1-2022Q1-A01-1", "persons"), ("A2-2022Q1-A01-1", "persons")]


def test_F10_a_level_has_a_threshold_of_its_own(federation: Federation) -> None:
    """F10: [swing.levels] names levels; 0 asks nothing; what is no level is refused with its line."""
    federation.edit("forms/A01.toml", "grace_days = 10\n", "grace_days = 10\n\n[swing.levels]\nprefecture = 0\n")
    form = federation.project.forms["A01"]
    assert [form.swing_of(form.parts[0].fields[0], level) for level in ("prefecture", "province")] == [0, 50]
    federation.edit("forms/A01.toml", "prefecture = 0", "village = 0")
    with pytest.raises(DeclarationError, match="unknown key 'village'"):
        load_project(federation.folder)


def test_F13_a_column_of_a_field_is_described_once(federation: Federation) -> None:
    """F13: a model that passes a field on needs no second description of it in columns.csv."""
    (federation.folder / "sql/mart/own.sql").write_text(
        "-- Own.\n-- zh: 自己的\n-- grain: one row per form\nSELECT unit_code, trainees FROM core.a02\n",
        encoding="utf-8",
    )
    assert "trainees" not in (federation.folder / "reference/columns.csv").read_text(encoding="utf-8")
    assert not [each for each in doctor(federation)[1] if each["is_declared"]]


@pytest.mark.parametrize("level", [-1, 4, 9])
def test_F13_a_section_has_a_level_that_there_is(level: int, federation: Federation) -> None:
    """F13: level = 9 is refused, with what the levels are."""
    federation.edit(SECTION, "level = 1", f"level = {level}")
    with pytest.raises(DeclarationError, match=r"is none of: 0 \(a part\)"):
        _ = federation.project.publications


def test_F13_doctor_tells_a_broken_declaration_once(federation: Federation) -> None:
    """F13: whatever else would have been looked at."""
    federation.edit("forms/A01.toml", "due_days = 10", "due_days = 10\ncolour = 2")
    code, wrong = doctor(federation)
    told = [str(each["found"]) for each in wrong if "colour" in str(each["found"])]
    assert (code, len(told)) == (78, 1)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("reports/yearbook/publication.toml", 'style = "work"', 'style = "yearbook"', "is none of: work, audit"),
        (SECTION, "members | exact", "members | nearly 3", "nearly"),
        (SECTION, "[[会员{members | exact}。]]", "[[{city:members | most}最多。]]", "names units by rank"),
        (SECTION, "[[会员{members | exact}。]]", "[[{prefecture:members | top}最多。]]", "write most, most 3"),
    ],
)
def test_F14_doctor_finds_what_cannot_be_printed(
    name: str, old: str, new: str, said: str, federation: Federation
) -> None:
    """F14: before a night does."""
    federation.edit(name, old, new)
    code, wrong = doctor(federation)
    assert (code, [said in str(each["found"]) for each in wrong if each["is_declared"]]) == (78, [True])


def test_F14_doctor_finds_a_column_without_an_indicator(federation: Federation) -> None:
    """F14: in a table with a row per unit or year; a column @prev_year is one."""
    table = '\n[[tables]]\ntitle = "各市"\nrows = "prefecture"\ncolumns = [{ zh = "会员"%s }]\n'
    federation.edit(SECTION, PLAIN, PLAIN + table % ', indicator = "members@prev_year"')
    assert not [each for each in doctor(federation)[1] if each["is_declared"]]
    federation.edit(SECTION, ', indicator = "members@prev_year"', "")
    code, wrong = doctor(federation)
    assert (code, [str(each["found"]).partition(": ")[2] for each in wrong if each["is_declared"]]) == (
        78, ["the column 会员 needs an indicator"],
    )  # fmt: skip


def test_F15_sql_takes_a_project(federation: Federation) -> None:
    """F15: as every command does; its home is the project's."""
    ran = CliRunner().invoke(main, ["sql", "--project", str(federation.folder), "SELECT 1"])
    assert str(federation.folder) in ran.output and ran.exit_code != 2
