"""What a clerk does with a blank in LibreOffice: print it, and insert rows where a ledger is too short (R24, S17)."""

import subprocess
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pypdfium2
import pytest

from nianbao.catalog import Project
from nianbao.intake.blank.workbook import write_workbook
from nianbao.intake.read.vocabulary import load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.terms.filled import Earlier, Filled, HeldBefore
from nianbao.terms.period import Period
from nianbao.terms.workbook_words import FAILS, NOTE_LABEL, PASSES
from tests.homes import ROOT

pytestmark = pytest.mark.libreoffice

UNIT, PERIOD = "QH630100", Period.parse("2021Q4")
_MOVED = ("402", "502")
LIBRARIES = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument '
    '1.0//EN" "libraries.dtd">\n<library:libraries xmlns:library="http://openoffice.org/2000/library" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"><library:library library:name="Standard" '
    'xlink:href="$(USER)/basic/Standard/script.xlb/" xlink:type="simple" library:link="false"/></library:libraries>'
)
LIBRARY = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument '
    '1.0//EN" "library.dtd">\n<library:library xmlns:library="http://openoffice.org/2000/library" '
    'library:name="Standard" library:readonly="false" library:passwordprotected="false">'
    '<library:element library:name="Module1"/></library:library>'
)
MODULE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument '
    '1.0//EN" "module.dtd">\n<script:module xmlns:script="http://openoffice.org/2000/script" '
    'script:name="Module1" script:language="StarBasic">{basic}</script:module>'
)
INSERT = """
Sub InsertRows
  at = {at} : many = {many}
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  doc = StarDesktop.loadComponentFromURL("file://{folder}/w.xlsx", "_blank", 0, hidden())
  sheet = doc.Sheets.getByName("{sheet}")
  sheet.Rows.insertByIndex(at, many)
  Dim source As New com.sun.star.table.CellRangeAddress
  source = sheet.getCellRangeByPosition({first}, at - 1, {last}, at - 1).RangeAddress
  For row = at To at + many - 1
    sheet.copyRange(sheet.getCellByPosition({first}, row).CellAddress, source)
  Next
  doc.calculateAll()
  Dim kind(0) As New com.sun.star.beans.PropertyValue
  kind(0).Name = "FilterName" : kind(0).Value = "Calc MS Excel 2007 XML"
  doc.storeToURL("file://{folder}/inserted.xlsx", kind())
  doc.close(True)
End Sub
"""


def office(folder: Path, *arguments: str) -> None:
    """LibreOffice without a window, with a profile of its own."""
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)


def test_S17_no_page_of_a_printed_blank_is_empty(project: Project, tmp_path: Path) -> None:
    """S17: no page has but its number and a heading; the one with the signatures says of which form and unit."""
    write_workbook(tmp_path / "w.xlsx", project, project.units[UNIT], PERIOD)
    office(tmp_path, "--convert-to", "pdf", "w.xlsx")
    with closing(pypdfium2.PdfDocument(tmp_path / "w.pdf")) as paper:
        words = [page.get_textpage().get_text_bounded().split() for page in paper]
    assert len(words) > len(project.due_forms(project.units[UNIT], PERIOD))
    assert min(map(len, words)) > 20
    whole = [page for page in words if any(word.startswith("GH01-") for word in page)]
    assert len(whole) == 1, "for a few rows no form without lists that grow goes on over a second page"
    named = f"填报单位：{project.units[UNIT].zh}"
    of_form = [page for page in words if any(word.startswith("GH12-") for word in page)]
    assert len(of_form) > 1
    assert all(named in page for page in of_form)


def test_S17_print_says_which_lines_fail_and_why(project: Project, tmp_path: Path) -> None:
    """S17: each sentence stands whole on the paper, with the number of its line, also where 自查 is not printed."""
    moved = [
        {"account_code": code, "budget_initial": 100, "budget_adjusted": 120, "actual": 1} for code in ("402", "502")
    ]
    told = Earlier(Decimal(11), Decimal(9), None)
    fields = ("budget_initial", "budget_adjusted", "actual")
    held = {("GH12", "main", field, (code,)): told for field in fields for code in _MOVED}
    lines = {"workers_total": 100, "members_total": 200, "workers_female": 300}
    forms = {"GH01": {"main": [dict(lines)]}, "GH12": {"main": moved}}
    unit = project.units[UNIT]
    write_workbook(tmp_path / "w.xlsx", project, unit, PERIOD, Filled(forms, only=True), HeldBefore(values=held))
    office(tmp_path, "--convert-to", "pdf", "w.xlsx")
    with closing(pypdfium2.PdfDocument(tmp_path / "w.pdf")) as paper:
        words = "".join("".join(page.get_textpage().get_text_bounded().split()) for page in paper)
    office(tmp_path, "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "calculated", "w.xlsx")
    sheets = openpyxl.load_workbook(tmp_path / "calculated" / "w.xlsx", data_only=True).worksheets[1:]
    texts = [str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row]
    sentences = ["".join(text[1:].split()) for text in texts if text.startswith(f"{FAILS} ")]
    assert len(sentences) == 4
    assert [each for each in sentences if each not in words] == []


@pytest.mark.parametrize(("columns", "checked"), [((0, 40), 6), ((1, 6), 1)], ids=["filled down", "typed"])
def test_R24_rows_inserted_in_a_full_ledger_are_read(
    project: Project, tmp_path: Path, columns: tuple[int, int], checked: int
) -> None:
    """R24, S17: five rows inserted into a full ledger are read; filled down they check themselves, too."""
    event = {"event_type": "lecture", "sessions": 1, "persons": 10, "persons_basis": "person"}
    rows = [{**event, "event_type": "checkup" if number == 38 else "lecture"} for number in range(40)]
    unit = project.units[UNIT]
    write_workbook(tmp_path / "w.xlsx", project, unit, PERIOD, Filled({"GH10": {"main": rows}}, only=True))
    blank = openpyxl.load_workbook(tmp_path / "w.xlsx", data_only=True)
    (sheet,) = (each for each in blank.worksheets if each.title.startswith("GH10"))
    (last,) = (row[0].row for row in sheet.iter_rows() if row[0].value == 40)
    insert_rows(tmp_path, sheet.title, last - 1, columns)

    changed = openpyxl.load_workbook(tmp_path / "inserted.xlsx", data_only=True)[sheet.title]
    said = [str(cell.value)[:1] for row in changed.iter_rows() for cell in row if cell.value]
    assert (said.count(FAILS[:1]), said.count(PASSES[:1])) == (checked, 39)
    foot = next(row[0].row for row in changed.iter_rows() if row[0].value == NOTE_LABEL)
    numbers = [row[0].value for row in changed.iter_rows(max_row=foot) if isinstance(row[0].value, int)]
    told = [row[0].value for row in changed.iter_rows(min_row=foot) if isinstance(row[0].value, int)]
    assert told == ([39, 40, 41, 42] if checked == 6 else [39]), "what is told under the list counts the rows put in"
    assert len(set(numbers)) == len(numbers) and numbers[-1] == 45
    reading = read_workbook((tmp_path / "inserted.xlsx").read_bytes(), load_vocabulary(ROOT), "inserted.xlsx")
    assert not reading.faults
    (frame,) = reading.frames
    found = [cell.value for cell in frame.cells if cell.field == "persons" and cell.value is not None]
    assert found == [10] * 45


def insert_rows(folder: Path, sheet: str, at: int, columns: tuple[int, int]) -> None:
    """Insert five rows before a row (counted from 0), and copy into them these columns of the row above."""
    run_basic(folder, INSERT.format(folder=folder, sheet=sheet, at=at, many=5, first=columns[0], last=columns[1]))


def run_basic(folder: Path, basic: str) -> None:
    """Let LibreOffice do what the one procedure of a program in its Basic says."""
    if not (folder / "profile").exists():
        office(folder, "--terminate_after_init")
    library = folder / "profile" / "user" / "basic" / "Standard"
    (library.parent / "script.xlc").write_text(LIBRARIES, "utf-8")
    (library / "script.xlb").write_text(LIBRARY, "utf-8")
    (library / "Module1.xba").write_text(MODULE.format(basic=escape(basic)), "utf-8")
    office(folder, f"macro:///Standard.Module1.{basic.split()[1]}")
