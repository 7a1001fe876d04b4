"""What clerks do to sheets and are told about it: R2, R3, R19, R20, and that what they are told works."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook

from nianbao.catalog import Project
from nianbao.settings import Home
from nianbao.terms.period import Period
from tests.homes import arrive, clock_at, collect_into, warehouse
from tests.intake.checking import check
from tests.intake.faults import Desk, put
from tests.workbooks import sheet_of


@pytest.fixture
def desk(project: Project, tmp_path: Path) -> Desk:
    """Where a clerk of 西宁市总工会 fills in the workbook of 2021Q4."""
    return Desk(project, project.units["QH630100"], Period.parse("2021Q4"), tmp_path / "scratch.xlsx")


@dataclass(frozen=True)
class Post:
    """The folder of one unit, and the nights in which it is looked into, in January 2022."""

    project: Project
    home: Home

    def send(self, name: str, content: bytes, day: int) -> None:
        """Put a file into the folder in the afternoon of a day."""
        path = self.home.inbox / "西宁市总工会" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        arrive(path, dt.datetime(2022, 1, day, 16))

    def collect(self, day: int) -> None:
        """Take in what is there in the evening of a day."""
        with clock_at(f"2022-01-{day:02d}T20:00"):
            collect_into(self.project, self.home)

    def outcomes(self) -> dict[str, str]:
        """What became of each file."""
        with warehouse(self.home) as connection:
            rows = connection.execute("SELECT parse_filename(source), outcome FROM ledger.delivery").fetchall()
        return {str(name): str(outcome) for name, outcome in rows}


def copy_corrected(book: Workbook) -> None:
    """Copy the sheet and correct one answer on the copy, as a clerk does who wants to keep the old one."""
    sheet = sheet_of(book, "GH05")
    copied = book.copy_worksheet(sheet)
    copied.title = f"{sheet.title} (2)"
    for row in copied.iter_rows():
        for cell in row:
            if cell.value == 500:
                cell.value = 510


@pytest.mark.parametrize("nights", [1, 2])
def test_R3_a_corrected_copy_is_never_said_to_be_unchanged(
    project: Project, desk: Desk, tmp_path: Path, nights: int
) -> None:
    """R3: two sheets of a form that differ go back, though the first says what is in force; one alone is taken."""
    post = Post(project, Home(tmp_path / "home"))
    post.send("1.xlsx", desk.workbook(), day=8)
    if nights == 2:
        post.collect(day=8)
    post.send("2.xlsx", desk.edited(copy_corrected), day=9)
    post.collect(day=9)
    assert post.outcomes() == {"1.xlsx": "accepted", "2.xlsx": "rejected"}
    post.send("3.xlsx", desk.edited(lambda book: put(book, "warmth_persons", 510)), day=10)
    post.collect(day=10)
    assert post.outcomes()["3.xlsx"] == "accepted"


def test_R3_the_sentence_about_copies_names_them(project: Project, desk: Desk) -> None:
    """R3: the clerk reads which sheets hold the form twice, and that one must go; a copy alike is only told."""
    differing, alike = check(
        project,
        {
            "a.xlsx": desk.edited(copy_corrected),
            "b.xlsx": desk.edited(lambda book: book.copy_worksheet(sheet_of(book, "GH05"))),
        },
    )
    assert "(2)" in differing.sentence("FORM_TWICE") and differing.decisions["GH05"] == "rejected"
    assert "FORM_TWICE" not in alike.sentences and "SHEET_IGNORED" in alike.sentences
