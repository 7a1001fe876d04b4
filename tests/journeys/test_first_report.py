"""A file goes in, a report comes out: one unit's year, with a broken file among its workbooks, in a new workspace."""

import csv
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import docx
import openpyxl
import pytest

from nianbao.catalog import Project
from nianbao.clock import OVERRIDE
from nianbao.sample.planned import Planned
from nianbao.settings import Home
from nianbao.statistics.wording import word
from nianbao.terms.filled import Filled
from tests.homes import YEAR, arrive, call, draft, post, send
from tests.workbooks import entry_of, repacked

UNIT, NAME = "QH630100", "西宁市总"
PERIODS = ("2020Q4", "2021Q1", "2021Q2", "2021Q3", "2021Q4")


@dataclass(frozen=True)
class Reported:
    """What was sent, the home after the night, and what the command said."""

    planned: list[Planned]
    home: Home
    night: dict[str, Any]

    def total(self, form: str, field: str) -> Decimal:
        """What the workbooks of the year come to, added up from what was typed."""
        contents = [each.content for each in self.planned if each.period.year == YEAR]
        rows = [row for each in contents if isinstance(each, Filled) for row in each.forms[form]["main"]]
        return sum((Decimal(str(row[field])) for row in rows), Decimal(0))

    def figures(self, indicator: str) -> list[dict[str, str]]:
        """The wordings in which the draft prints a figure of the year and of the whole federation."""
        with (draft(self.home, "work_report") / "figures.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        sought = (indicator, str(YEAR), "all")
        return [row for row in rows if (row["indicator_id"], row["year"], row["scope"]) == sought]


@pytest.fixture(scope="module")
def reported(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Reported:
    """The first night of a workspace, in a folder with an awkward name."""
    home = Home(tmp_path_factory.mktemp("first") / "工会's year 2021")
    planned = post(project, [UNIT], PERIODS)
    paths = send(project, home.inbox, planned)

    def add(text: bytes) -> bytes:
        return text.replace(b"</sheetData>", b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData>")

    killer = paths[-1].with_name("不要打开.xlsx")
    killer.write_bytes(repacked(paths[-1], {entry_of(paths[-1], "GH05"): add}))
    arrive(killer, dt.datetime(2022, 1, 7, 9))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(OVERRIDE, "2022-01-16T01:00")
        result = call("nightly", "--json", home=home)
        whole = call("draft", home=home)
    assert (result.returncode, result.stderr) == (0, "")
    assert (whole.returncode, whole.stderr) == (0, "")
    return Reported(planned, home, json.loads(result.stdout))


def test_every_workbook_is_taken_and_the_broken_one_costs_itself_alone(reported: Reported) -> None:
    """One file claims more cells than a memory holds; it is put aside with a word, and the others count."""
    assert reported.night["collected"]["outcomes"] == {"accepted": len(reported.planned), "quarantined": 1}
    receipt = reported.home.outbox / NAME / "不要打开.xlsx.回执.json"
    answer = json.loads(receipt.read_text("utf-8"))
    assert [finding["code"] for finding in answer["findings"]] == ["SHEET_TOO_WIDE"]
    assert (answer["outcome"], answer["submissions"]) == ("quarantined", [])


def test_each_clerk_is_answered(reported: Reported) -> None:
    """For every workbook a receipt to read that names unit and period."""
    for planned in reported.planned:
        text = (reported.home.outbox / NAME / f"{planned.file_name}.回执.html").read_text("utf-8")
        assert planned.unit.zh in text and planned.period.zh in text and "接收" in text


@pytest.mark.parametrize(
    ("form", "field"), [("GH05", "warmth_funds"), ("GH05", "warmth_persons"), ("GH05", "relief_living")]
)
def test_a_figure_is_the_sum_of_what_was_typed(reported: Reported, form: str, field: str) -> None:
    """Four quarters of one unit, exactly."""
    rows = reported.figures(field)
    assert {Decimal(row["value"]) for row in rows} == {reported.total(form, field)} != {Decimal(0)}
    assert {(row["reported"], row["asked"]) for row in rows} == {("1", "53")}


def page(home: Home) -> str:
    """The text of the page."""
    return (draft(home, "work_report") / "index.html").read_text("utf-8")


def word_file(home: Home) -> str:
    """The text of the Word file, that of its content controls too."""
    document = docx.Document(str(draft(home, "work_report") / f"work_report-{YEAR}.docx"))
    return "".join(element.text or "" for element in document.element.body.iter() if element.tag.endswith("}t"))


def book(home: Home) -> str:
    """The texts of all cells of the workbook."""
    path = draft(home, "work_report") / f"work_report-{YEAR}.xlsx"
    workbook = openpyxl.load_workbook(path, read_only=True)
    rows = (row for sheet in workbook.worksheets for row in sheet.iter_rows(values_only=True))
    return "\n".join(str(value) for row in rows for value in row if value is not None)


@pytest.mark.parametrize("text_of", [page, word_file, book])
def test_the_report_says_so_in_true_words(reported: Reported, text_of: Callable[[Home], str]) -> None:
    """Page, Word file and workbook print the figure in the same words, and say how few have reported."""
    text = text_of(reported.home)
    said = word(reported.total("GH05", "warmth_funds"), "元", "over", 3).text
    assert said in [row["printed"] for row in reported.figures("warmth_funds")]
    assert said in text
    assert "53" in text and "海东" in text
    assert "合成样例" not in text  # these files were put there by hand


def test_what_was_not_reported_is_not_said(reported: Reported) -> None:
    """No sentence about what only other units report, and no nought in its place."""
    assert reported.figures("pilot_funds") == reported.figures("audit_freq_own") == []


def test_an_analyst_finds_the_same_figure(reported: Reported) -> None:
    """In the published file, by unit and for all."""
    query = "SELECT scope, value FROM mart.figure WHERE indicator_id = 'warmth_funds' AND year = 2021 ORDER BY scope"
    answer = call("sql", query, "--json", home=reported.home)
    assert answer.returncode == 0, answer.stderr
    value = reported.total("GH05", "warmth_funds")
    assert [(row["scope"], Decimal(str(row["value"]))) for row in json.loads(answer.stdout)] == [
        (UNIT, value),
        ("all", value),
    ]


def test_the_figure_leads_back_to_the_cells(reported: Reported) -> None:
    """One cell a quarter, in the file of that quarter, with the text that was typed there."""
    answer = call("explain", "warmth_funds", "--year", str(YEAR), "--json", home=reported.home)
    cells = json.loads(answer.stdout)["cells"]
    quarters = [each for each in reported.planned if each.period.year == YEAR]
    assert [cell["period"] for cell in cells] == [str(each.period) for each in quarters]
    for cell, each in zip(cells, quarters, strict=True):
        assert isinstance(each.content, Filled)
        assert cell["file"] == f"{NAME}/{each.file_name}"
        assert Decimal(cell["text"]) == Decimal(str(each.content.forms["GH05"]["main"][0]["warmth_funds"]))
