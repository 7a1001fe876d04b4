"""The morning: what matters first, whom to call, on the terminal, as lists and as a private page (O4, O9, S18)."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from unittest.mock import patch

import openpyxl
import pytest
from click.testing import CliRunner, Result

from nianbao.catalog.contacts import read_contacts
from nianbao.cli import main
from nianbao.cli.show import fold, width_of
from nianbao.errors import DeclarationError, NianbaoError
from nianbao.runs.nightly import nightly
from tests.browser import browser
from tests.federation import Federation, a01
from tests.homes import clock_at

NIGHT, MORNING = "2022-01-26T01:00", "2022-01-26T08:30"
CONTACTS = (
    "unit_code,office,phone,mail\n"
    "A2,办公室（样例，负责统计报表的收集、核对和上报工作）,0000-0000002,a2@example.invalid\n"
    "A3,财务部（样例）,0000-0000003,\n"
)


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Federation:
    """Three cities of which one has reported the last quarter, after its night; only to be looked at."""
    return live(tmp_path_factory.mktemp("morning"))


def live(folder: Path) -> Federation:
    """A night of a federation with contacts."""
    made = Federation(folder)
    shutil.rmtree(made.folder / "reports")
    (made.folder / "reference" / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    made.send("A1", "2021Q4", {"A01": a01(100, 5000, 10)}, "2022-01-08T10:00")
    with clock_at(NIGHT):
        nightly(made.folder, made.home)
    return made


def ask(federation: Federation, *arguments: str, columns: str = "") -> Result:
    """What `nianbao status` answers in the morning."""
    place = ("--project", str(federation.folder), "--home", str(federation.home.path))
    width = int(columns) if columns else None
    with clock_at(MORNING), patch("nianbao.cli.show.terminal_width", lambda: width):
        result = CliRunner().invoke(main, ["status", *arguments, *place])
    assert result.exit_code == 0, result.output
    return result


def test_O4_the_morning_names_who_owes_what_and_whom_to_call(federation: Federation) -> None:
    """O4: the counts and the last good night first, then by unit what is missing with office and phone."""
    said = ask(federation).stdout
    first, _, units = said.partition("\n\n")
    assert "应报" in first and "按时" in first
    assert re.search(r"！未报 +3个单位，23张", first)
    assert "　夜间运行      最近一次正常结束：2022-01-26 01:00，收到文件1份：全部接收1份" in first
    forms = "A01会员和慰问情况表、A02培训登记表"
    assert re.search(rf"丙市总工会 +2021年第一季度未报2张：{forms}，2021年4月10日到期 +财务部.*0000-0000003", units)


def test_T22_no_year_is_the_latest_one_and_what_is_open_is_named(tmp_path: Path) -> None:
    """T22: command, lists and page take every year in which something is open, and say which; a period its own."""
    federation = live(tmp_path)
    federation.send("A1", "2022Q1", {"A01": a01(101, 5100, 10)}, "2022-04-08T10:00")
    with clock_at("2022-04-20T01:00"):
        nightly(federation.folder, federation.home)
        place = ("--project", str(federation.folder), "--home", str(federation.home.path))
        said, told, one, rows, unit, of_period = (
            CliRunner().invoke(main, ["status", *arguments, *place]).stdout
            for arguments in ((), ("--json",), ("--year", "2022"), ("--csv",), ("--unit", "A2"), ("--period", "2021Q4"))
        )
    assert said.startswith("2021、2022年度报送情况")
    assert re.search(r"！未报 +3个单位，28张", said)
    assert json.loads(told)["years"] == [2021, 2022]
    assert {row["year"] for row in json.loads(told)["forms"]} == {2021, 2022}
    assert one.startswith("2022年度报送情况") and re.search(r"！未报 +3个单位，5张", one)
    assert {row["报告期"][:4] for row in csv.DictReader(io.StringIO(rows))} == {"2021", "2022"}
    assert "A2 乙市总工会：2021、2022年度应报10张，未报10张" in unit
    assert of_period.startswith("2021年度报送情况")
    page = (federation.home.status / "index.html").read_text("utf-8")
    assert "<h1>2021、2022年度报送情况</h1>" in page and "2022年第一季度未报" in page and "2021年第四季度未报" in page


def test_O4_lists_hold_a_row_for_each_form_with_contact(federation: Federation, tmp_path: Path) -> None:
    """O4: as CSV and as a workbook, only what is missing, of a form and a period."""
    chosen = ("--missing", "--form", "A01", "--period", "2021Q4")
    rows = list(csv.DictReader(io.StringIO(ask(federation, *chosen, "--csv").stdout)))
    assert [(row["单位代码"], row["代码"], row["报告期"], row["状态"]) for row in rows] == [
        ("A2", "A01", "2021Q4", "未报"),
        ("A3", "A01", "2021Q4", "未报"),
    ]
    assert [row["电话"] for row in rows] == ["0000-0000002", "0000-0000003"]
    ask(federation, *chosen, "--xlsx", str(tmp_path / "missing.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "missing.xlsx").worksheets[0]
    written = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
    assert written == [tuple(rows[0]), *(tuple(row.values()) for row in rows)]


def test_O4_programs_are_told_the_same(federation: Federation) -> None:
    """O4: the headlines and the units with what is the matter, as JSON."""
    told = json.loads(ask(federation, "--missing", "--json").stdout)
    assert {unit["unit_code"] for unit in told["units"]} == {row["unit_code"] for row in told["not_reported"]}
    assert told["units"][-1]["contact"]["phone"] == "0000-0000003"
    assert told["headlines"][0]["label"] == "应报"


@pytest.mark.parametrize("columns", ["80", "120"])
@pytest.mark.parametrize("arguments", [(), ("--all",), ("--missing",), ("--unit", "A2")])
def test_S18_no_line_is_wider_than_the_terminal(
    federation: Federation, columns: str, arguments: tuple[str, ...]
) -> None:
    """S18: wide characters take two places, and what is too long goes on below, with nothing lost."""
    wide, narrow = ask(federation, *arguments).stdout, ask(federation, *arguments, columns=columns).stdout
    assert max(map(width_of, narrow.splitlines())) <= int(columns)
    assert arguments[:1] == ("--unit",) or max(map(width_of, wide.splitlines())) > 80
    assert sorted(re.sub(r"[\s-]", "", narrow)) == sorted(re.sub(r"[\s-]", "", wide))


def test_S18_in_a_pipe_a_row_stays_one_line(federation: Federation) -> None:
    """S18: whoever searches the answer finds a unit's form, state and phone in one line."""
    (line,) = [line for line in ask(federation, "--missing").stdout.splitlines() if "办公室" in line]
    assert "A01" in line and "未报" in line and "0000-0000002" in line


def test_S18_text_is_folded_between_words_and_characters() -> None:
    """S18: a short word stays whole, Chinese is broken anywhere, a path where the line ends."""
    assert fold("nianbao status 报送情况表", 12) == ["nianbao", "status 报送", "情况表"]
    assert all(width_of(line) <= 10 for line in fold("/var/lib/nianbao/releases/2021/work_report", 10))
    assert width_of("报e\u0301") == 3


def test_O4_the_page_says_what_the_command_says_and_is_private(federation: Federation) -> None:
    """O4: made by the night itself, with the phone to call, readable by its user alone."""
    page = federation.home.status / "index.html"
    text = re.sub(r"<[^>]+>", "", page.read_text("utf-8"))
    for headline in json.loads(ask(federation, "--json").stdout)["headlines"]:
        assert headline["text"] in text
    assert 'href="tel:0000-0000003"' in page.read_text("utf-8")
    assert page.stat().st_mode & 0o007 == 0
    assert federation.home.status.stat().st_mode & 0o007 == 0


def test_O4_contacts_reach_neither_warehouse_nor_releases(federation: Federation) -> None:
    """O4: they are kept where they are declared, and not in what is recorded, logged or given to analysts."""
    assert not [name for name in federation.project.declared_files if "contacts" in name]
    page = federation.home.status / "index.html"
    assert [
        path
        for path in federation.home.path.rglob("*")
        if path.is_file() and path != page and b"0000-0000003" in path.read_bytes()
    ] == []


def test_O4_a_failed_night_stands_on_the_page(tmp_path: Path) -> None:
    """O4: what failed and when, beside the last night that ended well."""
    federation = live(tmp_path)
    federation.edit("forms/A01.toml", "due_days = 10", "due_days = []")
    with clock_at("2022-01-27T01:00"), pytest.raises(NianbaoError):
        nightly(federation.folder, federation.home)
    assert "之后失败：2022-01-27 01:00" in (federation.home.status / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("A9,办公室,,", "not in the roster"),
        ("A1,,0000-1,", "office is empty"),
        ("A1,办公室,call me,", "phone is not like"),
        ("A1,办公室,,nowhere", "mail is not like"),
        ("A2,办公室,,", "stands twice"),
    ],
)
def test_O4_a_contact_that_cannot_be_used_is_refused(tmp_path: Path, row: str, what: str) -> None:
    """O4: with its line, so that nobody looks for a wrong phone in the morning."""
    path = tmp_path / "contacts.csv"
    path.write_text(f"{CONTACTS}{row}\n", "utf-8")
    with pytest.raises(DeclarationError, match=what):
        read_contacts(path, {"A1", "A2", "A3"})


@pytest.mark.browser
def test_O4_the_page_fits_a_phone_and_asks_nobody(federation: Federation) -> None:
    """O4: at 360 px nothing runs out of the page, in the dark it is dark, and no request leaves it."""
    address = (federation.home.status / "index.html").as_uri()
    with browser() as page:
        page.size(360, 740)
        page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        page.open(address)
        assert page.js("document.documentElement.scrollWidth") <= 360
        assert page.js("getComputedStyle(document.body).backgroundColor") == "rgb(22, 25, 28)"
        assert page.requests == [address]
        assert page.complaints == []


@pytest.mark.browser
def test_O4_what_is_closed_is_not_printed(federation: Federation) -> None:
    """O4: on paper nobody can open it; opened, it is there."""
    with browser() as page:
        page.open((federation.home.status / "index.html").as_uri())
        page.call("Emulation.setEmulatedMedia", media="print")
        shown = "document.querySelector('details').checkVisibility()"
        assert not page.js(shown)
        page.js("document.querySelector('details').open = true")
        assert page.js(shown)
