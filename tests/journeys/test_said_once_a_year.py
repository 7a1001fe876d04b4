"""What is said once a year is not asked again: the year's blank has the budget of the half-year, open to be changed."""

import datetime as dt
import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.cell.cell import Cell

from nianbao.catalog import Project
from nianbao.cli.main import main
from nianbao.errors import DeclarationError
from nianbao.intake.answer.receipt_json import load_receipt
from nianbao.settings import Home
from nianbao.terms.filled import Filled
from nianbao.terms.receipt import Receipt
from nianbao.terms.workbook_words import PASSES, SELF_CHECK
from tests.federation import Federation
from tests.homes import arrive, clock_at, post, send, take_in_and_build
from tests.journeys.test_played_day import type_in
from tests.workbooks import answer_cell, code_cell, cover_cell, sheet_of

UNIT, FORM = "QHI10", "GH12"
MYRIAD = Decimal(10_000)


@dataclass(frozen=True)
class Desk:
    """The desk of a clerk who has the blank of a year."""

    project: Project
    home: Home
    blank: Path

    def cell(self, account: object, code: str, calculated: bool = False) -> Cell:
        """The cell of an account and a field."""
        form = self.project.forms[FORM]
        sheet = sheet_of(openpyxl.load_workbook(self.blank, data_only=calculated), FORM)
        title = code_cell(sheet, form, form.part("main").field(code))
        (row,) = (each[1].row for each in sheet.iter_rows() if str(each[1].value).split(" ")[0] == account)
        cell = sheet.cell(row, title.column)
        assert isinstance(cell, Cell)
        return cell

    def send(self, name: str, **changed: Decimal) -> Receipt:
        """Type the year into the blank in LibreOffice, in 万元, but for what stands there; what the office answers."""
        (planned,) = post(self.project, [UNIT], ["2021Q4"], [FORM])
        assert isinstance(planned.content, Filled)
        parts = planned.content.forms[FORM]
        book = openpyxl.load_workbook(self.blank)
        unit = cover_cell(book, "money_unit")
        refund = answer_cell(book, self.project.forms[FORM], "sme_refund", "refund")
        typed: list[tuple[Cell, object]] = [
            (unit, "万元"),
            (refund, Decimal(str(parts["refund"][0]["sme_refund"])) / MYRIAD),
        ]
        for row in parts["main"]:
            for code in ("budget_adjusted", "actual"):
                typed.append((self.cell(row["account_code"], code), Decimal(str(row[code])) / MYRIAD))
        for account, value in changed.items():
            typed.append((self.cell(account.removeprefix("a"), "budget_initial"), value / MYRIAD))
        filled = type_in(self.blank, name, [(cell.parent.title, cell.coordinate, value) for cell, value in typed])
        sent = Path(shutil.copy(filled, self.home.inbox / name))
        arrive(sent, dt.datetime(2022, 1, 5, 9))
        with clock_at("2022-01-06T01:00:00"):
            take_in_and_build(self.project, self.home)
        return load_receipt((self.home.outbox / f"{name}.回执.json").read_text("utf-8"))


def self_check(path: Path, beside: Cell) -> str | None:
    """What the column 自查 of a workbook that LibreOffice has saved says of the row of a cell; None: nothing."""
    sheet = openpyxl.load_workbook(path, data_only=True)[beside.parent.title]
    (title,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == SELF_CHECK)
    said = sheet.cell(beside.row, title.column).value
    return str(said) if said else None


def desk(project: Project, folder: Path, has_half_year: bool) -> Desk:
    """A home, with or without a half-year that counts, and the blank of the year from it."""
    home = Home(folder / "home")
    home.inbox.mkdir(parents=True)
    if has_half_year:
        send(project, home.inbox, post(project, [UNIT], ["2021Q2"]))
        with clock_at("2021-07-07T01:00:00"):
            take_in_and_build(project, home)
    place = ["--home", str(home.path), "--project", str(project.path)]
    with clock_at("2021-12-31T10:00:00"):
        arguments = ["template", "--unit", UNIT, "--period", "2021Q4", "--out", str(folder / "desk")]
        done = CliRunner().invoke(main, [*arguments, *place])
    assert done.exit_code == 0, done.output
    (blank,) = (folder / "desk").glob("*.xlsx")
    return Desk(project, home, blank)


def decision(receipt: Receipt) -> str:
    """What is decided about the budget."""
    (line,) = (each for each in receipt.submissions if each.form == FORM)
    return line.decision.value


@pytest.mark.libreoffice
def test_S17_what_the_half_year_said_of_the_year_stands_in_the_blank_and_counts(
    project: Project, tmp_path: Path
) -> None:
    """S17: the year's blank has the budget, open and in a look of its own; left as it is, it counts in any unit."""
    own = desk(project, tmp_path, has_half_year=True)
    budget, asked = own.cell("402", "budget_initial"), own.cell("402", "actual")
    assert own.cell("402", "budget_initial", calculated=True).value == 2719700
    assert asked.value is None and own.cell("40301", "budget_initial").value is None
    assert not budget.protection.locked and budget.fill.fgColor.rgb != asked.fill.fgColor.rgb
    words = [str(cell.value) for row in budget.parent.iter_rows() for cell in row]
    assert self_check(type_in(own.blank, "looked_at.xlsx", []), budget) is None, "nothing has been typed yet"
    assert any("“年初预算”全年不变，已按2021年上半年计入的数填好" in said for said in words)

    receipt = own.send("left.xlsx")
    assert self_check(own.blank.with_name("left.xlsx"), budget) == PASSES
    assert decision(receipt) in ("accepted", "accepted_with_warnings"), [each.sentence for each in receipt.findings]
    assert "C00-11" not in {each.code for each in receipt.findings}


@pytest.mark.libreoffice
def test_S17_a_change_of_what_stands_all_year_is_asked_about(project: Project, tmp_path: Path) -> None:
    """S17: the clerk may type over it; the difference is told with both numbers, and waits for its reason."""
    receipt = desk(project, tmp_path, has_half_year=True).send("changed.xlsx", a401=Decimal(39500))
    (found,) = (each for each in receipt.findings if each.code == "C00-11")
    assert (found.value, found.expected) == ("39500", "39400")
    assert "会费收入" in found.sentence and found.cell


def test_S17_without_a_half_year_the_year_is_asked(project: Project, tmp_path: Path) -> None:
    """S17: where nothing counts of the year, the cell is as blank as the others."""
    own = desk(project, tmp_path, has_half_year=False)
    budget, asked = own.cell("402", "budget_initial"), own.cell("402", "actual")
    assert budget.value is None and budget.fill.fgColor.rgb == asked.fill.fgColor.rgb
    assert not any("全年不变" in str(cell.value) for row in budget.parent.iter_rows() for cell in row)


@pytest.mark.parametrize(("code", "kind"), [("trainees", "int"), ("held_on", "date")])
def test_S17_what_stands_all_year_can_be_found_again(tmp_path: Path, code: str, kind: str) -> None:
    """S17: without a key of its record nobody knows which row it was said of; a day is no number."""
    federation = Federation(tmp_path)
    if kind == "date":
        federation.edit("forms/A02.toml", 'row_key = ["title", "held_on"]', 'row_key = ["title"]\nrunning = ["title"]')
    federation.edit("forms/A02.toml", f'code = "{code}"', f'code = "{code}"\nstands_all_year = true')
    with pytest.raises(DeclarationError, match="stands_all_year"):
        _ = federation.project.forms
