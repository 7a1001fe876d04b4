"""A workbook is read by its codes and labels, wherever they stand; what cannot be read is told, never lost."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange

from nianbao.catalog import Project
from nianbao.intake.read.vocabulary import Vocabulary, load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.terms import workbook_words
from nianbao.terms.filled import Filled
from nianbao.terms.submission import Cell, FormFrame, Reading
from tests.homes import ROOT, post, send
from tests.workbooks import answer_cell, code_cell, cover_cell, edited, entry_of, repacked, sheet_of

UNIT, PERIOD, FORMS = "QH630100", "2021Q4", ("GH03", "GH05", "GH06")
Change = Callable[[Workbook], None]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """What the reader knows of the project."""
    return load_vocabulary(ROOT)


@pytest.fixture(scope="module")
def filled(project: Project) -> Filled:
    """What a prefecture has to say in three forms."""
    (planned,) = post(project, [UNIT], [PERIOD], FORMS)
    assert isinstance(planned.content, Filled)
    return planned.content


@pytest.fixture(scope="module")
def workbook(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook in which it says so."""
    return send(project, tmp_path_factory.mktemp("inbox"), post(project, [UNIT], [PERIOD], FORMS))[0]


@pytest.fixture(scope="module")
def plain(workbook: Path, vocabulary: Vocabulary) -> Reading:
    """What is read of it as it stands."""
    return read_workbook(workbook.read_bytes(), vocabulary, workbook.name)


@pytest.fixture
def reread(workbook: Path, vocabulary: Vocabulary) -> Callable[[Change], Reading]:
    """Reads the workbook after a change by another program."""
    return lambda change: read_workbook(edited(workbook, change), vocabulary, workbook.name)


def frame(reading: Reading, form_code: str) -> FormFrame:
    """What was read of a form."""
    (found,) = (each for each in reading.frames if each.form_code == form_code)
    return found


def cell(reading: Reading, form_code: str, field: str) -> Cell:
    """The cell of a field that is asked once."""
    (found,) = (each for each in frame(reading, form_code).cells if each.field == field)
    return found


def said(reading: Reading) -> dict[str, list[tuple[Any, ...]]]:
    """What every form says, wherever it says so."""
    return {
        each.form_code: sorted((c.part, c.row_no, c.field, c.text, c.fault or "") for c in each.cells if c.text)
        for each in reading.frames
    }


def codes(reading: Reading) -> list[str]:
    """The faults of the file and of its forms."""
    return [fault.code for fault in (*reading.faults, *(fault for each in reading.frames for fault in each.faults))]


def test_what_is_typed_is_what_is_read(plain: Reading, filled: Filled) -> None:
    """Every answer that the template writer puts into a workbook comes out of it with its value and its place."""
    assert (plain.cover["unit_code"], plain.cover["period"], plain.cover["money_unit"]) == (UNIT, PERIOD, "元")
    assert sorted(each.form_code for each in plain.frames) == sorted(FORMS)
    assert codes(plain) == []
    for form_code, parts in filled.forms.items():
        found = {(each.part, each.row_no, each.field): each for each in frame(plain, form_code).cells if each.text}
        typed = {
            (part, number, field): value
            for part, rows in parts.items()
            for number, row in enumerate(rows, start=1)
            for field, value in row.items()
        }
        assert found.keys() == typed.keys()
        for place, value in typed.items():
            assert found[place].fault is None
            assert found[place].value == (Decimal(value) if isinstance(value, int) else value), place
        assert len({each.cell for each in found.values()}) == len(found)


def insert_everywhere(workbook: Workbook) -> None:
    """Two rows above and a column before everything on the form sheets."""
    for sheet in workbook.worksheets:
        if sheet.title[:4] in FORMS:
            merged = [area.coord for area in sheet.merged_cells.ranges]
            for area in merged:
                sheet.unmerge_cells(area)
            sheet.insert_rows(1, amount=2)
            sheet.insert_cols(1)
            for area in map(CellRange, merged):  # openpyxl leaves them behind, Excel moves them with their cells
                area.shift(col_shift=1, row_shift=2)
                sheet.merge_cells(area.coord)


def turn_around(workbook: Workbook) -> None:
    """The sheets in the opposite order."""
    workbook._sheets.reverse()


def rename(workbook: Workbook) -> None:
    """Each sheet under another name, the cover too."""
    for number, sheet in enumerate(workbook.worksheets):
        if sheet.title not in (workbook_words.CODES_SHEET, workbook_words.GUIDE_SHEET):
            sheet.title = f"表　{number} "


def add_sheets(workbook: Workbook) -> None:
    """Sheets of the clerk's own: with a calculation, and empty."""
    sheet = workbook.create_sheet("计算底稿", 0)
    for row in (("单位", "金额"), ("第一分会", 10), ("第二分会", 20), ("合计", "=B2+B3")):
        sheet.append(row)
    workbook.create_sheet("Sheet1")


@pytest.mark.parametrize("change", [insert_everywhere, turn_around, rename, add_sheets])
def test_it_does_not_matter_where_things_stand(
    reread: Callable[[Change], Reading], plain: Reading, change: Change
) -> None:
    """Rows, columns and sheets may be moved, renamed or added: the same is read, from where it stands now."""
    moved = reread(change)
    assert said(moved) == said(plain)
    assert {code for code in codes(moved) if code not in ("EXTRA_COLUMN",)} == set()
    assert {key: moved.cover[key] for key in ("unit_code", "period")} == {"unit_code": UNIT, "period": PERIOD}


def test_a_moved_cell_is_named_where_it_stands(reread: Callable[[Change], Reading], plain: Reading) -> None:
    """The trace must lead to the cell of this workbook, not of the template."""
    before, after = (cell(reading, "GH05", "warmth_funds").cell for reading in (plain, reread(insert_everywhere)))
    assert (before, after) == ("E6", "F8")


def test_a_line_that_is_gone_is_missed(reread: Callable[[Change], Reading], project: Project) -> None:
    """A required line that a clerk has deleted is named by its code."""
    form = project.forms["GH05"]

    def delete(workbook: Workbook) -> None:
        sheet = sheet_of(workbook, "GH05")
        sheet.delete_rows(code_cell(sheet, form, form.part("main").field("warmth_persons")).row)

    reading = reread(delete)
    missing = [fault for fault in frame(reading, "GH05").faults if fault.code == "LINE_MISSING"]
    assert [fault.expected for fault in missing] == ["GH05-02 慰问职工人数"]
    assert cell(reading, "GH05", "warmth_funds").value is not None


def put(project: Project, field: str, value: object, form_code: str = "GH05") -> Change:
    """A clerk types something else into a cell."""

    def change(workbook: Workbook) -> None:
        answer_cell(workbook, project.forms[form_code], field).value = value

    return change


def test_money_is_read_in_the_unit_of_the_cover(project: Project, vocabulary: Vocabulary, tmp_path: Path) -> None:
    """In 万元 money is multiplied, exactly; people, and standards that are always in 元, are not."""

    def in_ten_thousands(workbook: Workbook) -> None:
        cover_cell(workbook, "money_unit").value = "万元"
        for field, value in {"warmth_funds": 35.62, "warmth_persons": 700, "relief_std_new": 9000}.items():
            answer_cell(workbook, project.forms["GH05"], field).value = value

    (path,) = send(project, tmp_path, post(project, ["QHB03"], [PERIOD], ["GH05"]))
    reading = read_workbook(edited(path, in_ten_thousands), vocabulary, path.name)
    funds = cell(reading, "GH05", "warmth_funds")
    assert (funds.text, funds.value) == ("35.62", Decimal(356200))
    assert cell(reading, "GH05", "warmth_persons").value == 700
    assert cell(reading, "GH05", "relief_std_new").value == 9000


@pytest.mark.parametrize(
    ("typed", "yuan"), [("35.6212", 356212), ("0.0001", 1), (0.1, 1000), ("1,234.567891", "12345678.91")]
)
def test_ten_thousands_may_have_the_decimals_of_a_yuan(
    reread: Callable[[Change], Reading], project: Project, typed: object, yuan: object
) -> None:
    """What is a whole 元 or 分 is not too fine, however many decimals it has in 万元."""

    def in_ten_thousands(workbook: Workbook) -> None:
        cover_cell(workbook, "money_unit").value = "万元"
        put(project, "warmth_funds", typed)(workbook)

    found = cell(reread(in_ten_thousands), "GH05", "warmth_funds")
    assert (found.value, found.fault) == (Decimal(str(yuan)), None)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("约300", "NUMBER"),
        ("300元", "UNIT_IN_CELL"),
        ("#DIV/0!", "CELL_ERROR"),
        ("=1000+1", "FORMULA_UNCACHED"),
        ("300.001", "TOO_FINE"),
        ("无", "NOT_APPLICABLE"),
        (10**14, "TOO_LARGE_A_NUMBER"),
    ],
)
def test_what_is_no_number_is_a_fault_of_its_cell(
    reread: Callable[[Change], Reading], project: Project, typed: object, fault: str
) -> None:
    """It keeps its place and what stood there, and is never taken for a blank or another number."""
    found = cell(reread(put(project, "warmth_funds", typed)), "GH05", "warmth_funds")
    assert (found.cell, found.value, found.fault) == ("E6", None, fault)
    assert found.text


def test_a_blank_is_a_blank(reread: Callable[[Change], Reading], project: Project) -> None:
    """Spaces that nobody sees are nothing; nought is a number."""
    for blank in (None, "", "  ", "\u3000", "\u200b"):
        found = cell(reread(put(project, "warmth_funds", blank)), "GH05", "warmth_funds")
        assert (found.text, found.value, found.fault) == ("", None, None)
    assert cell(reread(put(project, "warmth_funds", 0)), "GH05", "warmth_funds").value == 0


def test_an_error_that_a_parser_passes_over_is_found(workbook: Path, vocabulary: Vocabulary, project: Project) -> None:
    """A cell with an error value is a fault, however the program that wrote it orders its attributes."""
    entry = entry_of(workbook, "GH05")
    for cell_xml in (b'<c r="E6" s="25" t="e"><v>#REF!</v></c>', b'<c t="e" s="25" r="E6"><f>X1</f><v>#REF!</v></c>'):

        def spoil(text: bytes, cell_xml: bytes = cell_xml) -> bytes:
            start = text.index(b'<c r="E6"')
            return text[:start] + cell_xml + text[text.index(b"</c>", start) + 4 :]

        reading = read_workbook(repacked(workbook, {entry: spoil}), vocabulary, workbook.name)
        found = cell(reading, "GH05", "warmth_funds")
        assert (found.text, found.value, found.fault) == ("#REF!", None, "CELL_ERROR")


def test_a_formula_that_gives_a_text_is_not_taken_for_one_without_value(workbook: Path, vocabulary: Vocabulary) -> None:
    """An empty text is the result of a formula; only a number that was never worked out is missed."""
    entry = entry_of(workbook, "GH05")

    def spoil(text: bytes) -> bytes:
        start = text.index(b'<c r="E6"')
        made = b'<c r="E6" t="str"><f>IF(TRUE,"","x")</f><v></v></c>'
        return text[:start] + made + text[text.index(b"</c>", start) + 4 :]

    found = cell(read_workbook(repacked(workbook, {entry: spoil}), vocabulary, workbook.name), "GH05", "warmth_funds")
    assert (found.text, found.fault) == ("", None)


def test_a_ledger_gives_a_row_for_each_record(project: Project, vocabulary: Vocabulary, tmp_path: Path) -> None:
    """Records are numbered as they stand, codes are read from their labels, and days are days."""
    (planned,) = post(project, ["QHB04"], [PERIOD], ["GH07"])
    assert isinstance(planned.content, Filled)
    (path,) = send(project, tmp_path, [planned])
    awards = planned.content.forms["GH07"]["awards"]
    reading = read_workbook(path.read_bytes(), vocabulary, path.name)
    found = [each for each in frame(reading, "GH07").cells if each.part == "awards"]
    assert len(awards) == 30
    assert [each.row_no for each in found if each.field == "award_code"] == list(range(1, 31))
    for field in ("award_code", "award_date", "recipient"):
        assert [each.value for each in found if each.field == field] == [row[field] for row in awards], field
    assert {each.text for each in found if each.field == "award_code"}.isdisjoint(row["award_code"] for row in awards)
    assert isinstance(awards[0]["award_date"], date)
