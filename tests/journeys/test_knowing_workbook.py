"""What a blank workbook knows from the home: earlier values, and how many rows a ledger needed."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from nianbao.catalog import Project
from nianbao.catalog.held_before import hold_before
from nianbao.cli.main import main
from nianbao.errors import DeclarationError
from nianbao.terms.filled import Earlier, Row
from nianbao.terms.form import Part
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from tests.federation import Federation, a01, a02
from tests.homes import arrive, clock_at


def test_S17_R24_a_blank_knows_what_counts(tmp_path: Path) -> None:
    """S17, R24: 上期, 上年同期 and the year so far are what counts; a ledger has half as many rows again as then."""
    federation = Federation(tmp_path)
    trainings = [(f"第{number}期培训", "2021-08-02", 20) for number in range(30)]
    federation.send("A1", "2021Q3", {"A01": a01(100, 5, 6), "A02": a02(*trainings)}, "2021-10-05T09:00:00")
    federation.night("2021-10-06T01:00:00")
    for period, members, funds, at in (("2022Q1", 110, 7, "2022-04-05"), ("2022Q2", 120, 8, "2022-07-05")):
        federation.send("A1", period, {"A01": a01(members, funds, 3)}, f"{at}T09:00:00")
        federation.night(f"{at}T23:00:00")
    with clock_at("2022-09-30T10:00:00"):
        path = _template(federation, "2022Q3", tmp_path / "out")
    lines, ledger = openpyxl.load_workbook(path, data_only=True).worksheets[2:4]
    rows = {row[3].value: [cell.value for cell in row[5:8]] for row in lines.iter_rows() if len(row) > 7}
    assert rows["A01-01"] == [120, 100, None]
    assert rows["A01-02"] == [8, 5, 15]
    assert max(int(row[0].value) for row in ledger.iter_rows() if isinstance(row[0].value, int)) == Decimal("1.5") * 30


def _template(federation: Federation, period: str, out: Path) -> Path:
    arguments = ["template", "--unit", "A1", "--period", period, "--out", str(out)]
    project, home = ["--project", str(federation.folder)], ["--home", str(federation.home.path)]
    result = CliRunner().invoke(main, [*arguments, *project, *home])
    assert result.exit_code == 0, result.output
    (path,) = out.glob("*.xlsx")
    return path


def test_S17_what_runs_on_is_filled_in_and_counts_once_it_is_answered(tmp_path: Path) -> None:
    """S17: a list that runs on comes back with its rows; one left alone is no record, one that is answered is."""
    federation = Federation(tmp_path)
    federation.edit("forms/A02.toml", 'row_key = ["title", "held_on"]', 'row_key = ["title"]\nrunning = ["title"]')
    lasting = [("长期项目一", "2021-08-02", 20), ("长期项目二", "2021-08-03", 30)]
    federation.send("A1", "2021Q3", {"A01": a01(100, 5, 6), "A02": a02(*lasting)}, "2021-10-05T09:00:00")
    federation.night("2021-10-06T01:00:00")
    with clock_at("2022-01-02T10:00:00"):
        path = _template(federation, "2021Q4", tmp_path / "out")
    workbook = openpyxl.load_workbook(path, data_only=True)
    lines, ledger = workbook.worksheets[2:4]
    (first,) = (row[0].row for row in ledger.iter_rows() if row[0].value == "续1")
    assert [[cell.value for cell in row[:4]] for row in ledger.iter_rows(min_row=first, max_row=first + 2)] == [
        ["续1", "长期项目一", None, None],
        ["续2", "长期项目二", None, None],
        [3, None, None, None],
    ]
    assert not ledger.cell(first, 2).protection.locked
    assert ledger.cell(first, 2).fill.fgColor.rgb != ledger.cell(first, 3).fill.fgColor.rgb
    assert any("续" in str(cell.value) and "预填" in str(cell.value) for row in ledger.iter_rows() for cell in row)

    for code, value in (("A01-01", 105), ("A01-02", 6), ("A01-03", 7)):
        (row,) = (row[0].row for row in lines.iter_rows() if row[3].value == code)
        lines.cell(row, 5).value = value
    for row, title in ((first, None), (first + 2, "新项目")):
        ledger.cell(row, 2).value = title or ledger.cell(row, 2).value
        ledger.cell(row, 3).value, ledger.cell(row, 4).value = "2021-11-01", 9
    sent = federation.home.inbox / "A1-2021Q4.xlsx"
    workbook.save(sent)
    arrive(sent, dt.datetime(2022, 1, 3, 9))
    federation.night("2022-01-04T01:00:00")
    counted = federation.ask("SELECT title FROM core.a02 WHERE period = '2021Q4' ORDER BY row_no")
    assert counted == [("长期项目一",), ("新项目",)]


def test_S17_what_runs_on_has_what_it_said_beside_it(tmp_path: Path) -> None:
    """S17: beside a row that runs on stand its own numbers of the last period and of a year before."""
    federation = Federation(tmp_path)
    federation.edit("forms/A02.toml", 'row_key = ["title", "held_on"]', 'row_key = ["title"]\nrunning = ["title"]')
    for period, at, counts in (("2021Q4", "2022-01-03", (20, 30)), ("2022Q3", "2022-10-05", (25, 35))):
        lasting = [(f"长期项目{number}", "2021-08-02", count) for number, count in enumerate(counts)]
        federation.send("A1", period, {"A01": a01(100, 5, 6), "A02": a02(*lasting)}, f"{at}T09:00:00")
        federation.night(f"{at}T23:00:00")
    with clock_at("2022-12-30T10:00:00"):
        path = _template(federation, "2022Q4", tmp_path / "out")
    ledger = openpyxl.load_workbook(path, data_only=True).worksheets[3]
    rows = [[cell.value for cell in row] for row in ledger.iter_rows()]
    known = [[value for value in row[2:] if value is not None] for row in rows if str(row[0]).startswith("续")]
    assert known == [[25, 20, 25], [35, 30, 35]]


def test_S17_a_half_year_is_what_came_before_in_a_form_of_the_year_to_date(project: Project) -> None:
    """S17: 上期 of a year is its half-year where values are year-to-date, by the key of each record."""
    form = project.forms["GH12"]
    half, year, before = Period.parse("2022H1"), Period.parse("2022"), Period.parse("2021")
    unit = next(each for each in project.units.values() if form.parts_of(each, year))
    said = {half.code: (5, 1), before.code: (4, 3)}

    def read(part: Part, unit: Unit, periods: Sequence[Period]) -> dict[str, list[Row]]:
        return {
            each.code: [{"account_code": "x", "budget_initial": said[each.code][0], "actual": said[each.code][1]}]
            for each in periods
            if each.code in said and part.code == "main" and part.form_code == "GH12"
        }

    values = hold_before(project, unit, year, read).values
    assert values["GH12", "main", "budget_initial", ("x",)] == Earlier(Decimal(5), Decimal(4), None)
    assert values["GH12", "main", "actual", ("x",)] == Earlier(Decimal(1), Decimal(3), None)


@pytest.mark.parametrize(
    ("running", "said"),
    [
        ('["held_on"]', "row_key"),
        ('["title", "held_on", "trainees"]', "anew"),
        ('["title", "held_on", "nothing"]', "row_key"),
    ],
)
def test_a_list_that_runs_on_is_declared_so_that_a_row_left_alone_says_nothing(
    tmp_path: Path, running: str, said: str
) -> None:
    """S17: what runs on has the key among it, and leaves a required field to be answered."""
    federation = Federation(tmp_path)
    federation.edit("forms/A02.toml", "row_key =", f"running = {running}\nrow_key =")
    with pytest.raises(DeclarationError, match=said):
        _ = federation.project.forms
