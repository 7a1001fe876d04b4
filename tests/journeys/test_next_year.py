"""A second year: workbooks of 2022 come in after those of 2021, and the report says what was promised and reached."""

import csv
import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest

from nianbao.catalog import Project
from nianbao.runs.collect import Collected
from nianbao.runs.nightly import nightly
from nianbao.runs.promised import promised
from nianbao.runs.workspace import open_workspace, open_workspace_to_read
from nianbao.sample.correction import LateCorrection, correct_after_release
from nianbao.settings import Home
from nianbao.terms.target import Target, TargetOutcome
from nianbao.warehouse.connect import rows_of
from tests.conftest import copy_of
from tests.homes import PUBLICATIONS, YEAR, call, clock_at, issue, live_next_year, release

NEXT = YEAR + 1
HEAD = ["目标", "计划", "实际", "结果", "责任部门"]


@dataclass(frozen=True)
class Lived:
    """A home that has lived both years, what its nights took in, and the targets of the second."""

    home: Home
    nights: list[Collected]
    targets: tuple[Target, ...]


@pytest.fixture(scope="module")
def lived(project: Project, changed_year: Home) -> Lived:
    """The sample year 2021 with 2022 on top."""
    nights = live_next_year(project, changed_year)
    with open_workspace(project.path, changed_year, "test") as workspace:
        return Lived(changed_year, nights, promised(workspace, NEXT))


def path_of(lived: Lived, publication: str, name: str = "") -> Path:
    """A file of r1 of 2022; by default its figures."""
    return release(lived.home, publication, 1, NEXT) / (name or "figures.csv")


def figures(lived: Lived, publication: str) -> list[dict[str, str]]:
    """The figures of r1 of 2022."""
    with path_of(lived, publication).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def said(lived: Lived) -> list[list[str]]:
    """The table of targets as it should be printed."""
    return [[target.zh, target.outcome_zh, target.set_by_zh] for target in lived.targets]


def test_a_second_year_is_taken_in(lived: Lived) -> None:
    """Only what was meant to be sent back is, and what comes again counts."""
    first, second = lived.nights
    assert {row["form_code"] for row in first.not_accepted if row["form_code"]} == {"GH01", "GH05"}
    assert first.deliveries > 200 and second.deliveries > 0
    assert not [row for row in second.not_accepted if row["form_code"]]


def test_every_promise_has_an_outcome_and_a_cell(lived: Lived) -> None:
    """Most targets are met, two are not, one has no data; each was set in a cell of 2021 that says so."""
    assert Counter(target.outcome for target in lived.targets) == {
        TargetOutcome.MET: 13, TargetOutcome.NOT_MET: 2, TargetOutcome.NO_DATA: 1
    }  # fmt: skip
    for target in lived.targets:
        assert (target.set_in, target.due_on.isoformat()) == (YEAR, "2022-12-31")
        assert target.source.text.replace(",", "") == str(target.value)
        assert target.source.submission_id.startswith(f"{target.set_by}-{YEAR}-GH14")
    assert {target.indicator_id for target in lived.targets if target.outcome is TargetOutcome.NO_DATA} == {
        "reform_mechanisms"
    }


def test_the_review_says_them_in_every_format(lived: Lived) -> None:
    """A table of the page, the Word document and the workbook has a row for each, with its outcome."""
    stem = f"work_report-{NEXT}"
    word = docx.Document(str(path_of(lived, "work_report", f"{stem}.docx")))
    rows = next(rows for table in word.tables if (rows := texts(table.rows))[0] == HEAD)
    assert [[row[0], row[3], row[4]] for row in rows[1:]] == said(lived)
    book = openpyxl.load_workbook(path_of(lived, "work_report", f"{stem}.xlsx"), read_only=True)
    sheets = [[[cell or "" for cell in row[:5]] for row in sheet.iter_rows(values_only=True)] for sheet in book]
    cells = next(rows for rows in sheets if HEAD in rows)
    start = cells.index(HEAD)
    assert [[row[0], row[3], row[4]] for row in cells[start + 1 : start + 1 + len(lived.targets)]] == said(lived)
    page = path_of(lived, "work_report", "index.html").read_text(encoding="utf-8")
    assert page.index("一、2022年工作回顾") < page.index("2022年目标任务完成情况")
    assert "共16项：完成13项，未完成2项，未报送1项。" in page


def texts(rows: Sequence[Any]) -> list[list[str]]:
    """A Word table as texts, without line breaks."""
    return [[cell.text.replace("\n", "") for cell in row.cells] for row in rows]


def test_the_report_compares_with_the_year_before(lived: Lived) -> None:
    """Both years of the accounts are there, under the chart of each, and nothing is said to happen first again."""
    audit = {(row["indicator_id"], row["year"]): row["value"] for row in figures(lived, "audit_report")}
    assert ("expend_down", str(YEAR)) in audit and ("income_total", str(YEAR)) in audit
    work = {row["indicator_id"] for row in figures(lived, "work_report") if row["year"] == str(NEXT)}
    assert "relief_funds_change" in work and "relief_standard_multiple" not in work
    assert not {each for each in work if each.startswith("relief_funds_") and each.endswith(("_prev", "_increase"))}
    assert not {"first_inprov_retreat_base", "first_five_year_plan", "ramen_first_time"} & work


def test_what_might_not_stay_true_is_known_before_signing(lived: Lived) -> None:
    """Two sheets are missing that held little last year: the claims they could overturn are named, with that share."""
    answer = call("figures", "--year", str(NEXT), "--doubtful", "--json", home=lived.home)
    rows = json.loads(answer.stdout)
    assert rows and {row["claim"] for row in rows} == {"does_not_survive"}
    for row in rows:
        assert 0 < float(row["missing_share_of_last_year"]) < 0.02
        assert "2022年" in row["doubt"]
    assert "wage_bargaining_rate" in {row["indicator_id"] for row in rows}


def test_the_year_before_stays_what_it_was(lived: Lived, project: Project) -> None:
    """Nothing of 2022 moves a figure of 2021: its releases are not issued again."""
    with clock_at("2023-01-28T10:00"), open_workspace(project.path, lived.home, "publish") as workspace:
        assert issue(workspace, YEAR) == []
    assert not any(release(lived.home, code, 2).exists() for code in PUBLICATIONS)


def test_O5_a_late_correction_of_the_second_year_gives_a_signed_r2(
    lived: Lived, project: Project, tmp_path: Path
) -> None:
    """O5, S15: both roles sign the r2, whose rows name the submission behind them; a reader of r1 learns of it."""
    home = copy_of(lived.home, tmp_path / "home")
    moment = dt.datetime(2023, 2, 10, 15)
    late = LateCorrection("QH632800", f"{NEXT}Q2", "GH05", "main", "warmth_funds", moment, add=23_000)
    correct_after_release(project, NEXT, home.inbox, late)
    with clock_at("2023-02-11T01:00"):
        assert nightly(project.path, home).collected.not_accepted == []
    with clock_at("2023-02-12T10:00"), open_workspace(project.path, home, "publish") as workspace:
        assert [(each.publication, each.name) for each in issue(workspace, NEXT)] == [("work_report", "r2")]
    with open_workspace_to_read(project.path, home) as workspace:
        signed = rows_of(
            workspace.connection,
            "SELECT role FROM ledger.sign_off WHERE (publication, year, number) = ('work_report', 2022, 2)",
        )
    assert {row["role"] for row in signed} == {role.id for role in project.sign_off.roles}
    r1, r2 = (release(home, "work_report", number, NEXT) for number in (1, 2))
    with (r2 / "revisions.csv").open(encoding="utf-8", newline="") as file:
        revised = list(csv.DictReader(file))
    behind = f"QH632800-{NEXT}Q2-GH05-1 → QH632800-{NEXT}Q2-GH05-2"
    assert revised and {row["submissions"] for row in revised} == {behind}
    assert "送温暖筹资额" in {row["zh"] for row in revised}
    for said in (word_text(r2), paper_text(r2), (r2 / "revisions.html").read_text("utf-8")):
        for row in revised:
            for value in (row["before"], row["after"]):
                assert squeezed(value.partition("（")[0]) in squeezed(said), value
    assert "../later.js" in (r1 / "index.html").read_text("utf-8")
    later = (r1.parent / "later.js").read_text("utf-8").partition("= ")[2].strip().rstrip(";")
    assert "已由第2版更正" in json.loads(later)["r1"]["text"] and json.loads(later)["r1"]["href"] == "r2/index.html"


def word_text(folder: Path) -> str:
    """What the tables of a release's Word document say."""
    word = docx.Document(str(folder / f"work_report-{NEXT}.docx"))
    return "\n".join(cell for table in word.tables for row in texts(table.rows) for cell in row)


def paper_text(folder: Path) -> str:
    """What the PDF of a release says."""
    with pypdfium2.PdfDocument(folder / f"work_report-{NEXT}.pdf") as paper:
        return "\n".join(page.get_textpage().get_text_range() for page in paper)


def squeezed(text: str) -> str:
    """A text without line breaks, blanks and word joiners."""
    return "".join(text.replace("\u2060", "").split())
