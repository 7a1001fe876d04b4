"""What clerks type into cells and are told about it: R8, R16, R17, R18, and that what they are told works."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlwt
from openpyxl.workbook import Workbook

from nianbao.catalog import Project
from nianbao.intake.columns import to_columns
from nianbao.intake.judge.identify import identify
from nianbao.intake.read.mask_reading import mask_reading
from nianbao.intake.read.vocabulary import Vocabulary, load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.terms import workbook_words
from nianbao.terms.delivery import Delivery
from nianbao.terms.period import Period
from nianbao.terms.submission import Cell, Reading
from tests.homes import ROOT
from tests.intake.checking import check
from tests.intake.containers import FORM_SHEET
from tests.intake.faults import Desk, put
from tests.intake.made import entries, ods, xls_book, xls_bytes
from tests.workbooks import answer_cell, cover_cell, repacked

NOISE = 115809000 - 109829904.24
"""5979095.760000005: a difference of two sums of money, as a spreadsheet stores it."""


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """What the reader knows of the project."""
    return load_vocabulary(ROOT)


@pytest.fixture
def desk(project: Project, tmp_path: Path) -> Desk:
    """Where a clerk of 西宁市总工会 fills in the workbook of 2021Q4."""
    return Desk(project, project.units["QH630100"], Period.parse("2021Q4"), tmp_path / "scratch.xlsx")


def cell_of(reading: Reading, field: str) -> Cell:
    """The cell of a field of GH05."""
    (frame,) = reading.frames
    return next(cell for cell in frame.cells if cell.field == field)


SHOWN = [
    ('0.00"万元"', 250_000, "250000.00万元", True),
    ("0%", 0.5, "50%", True),
    ("#,##0,", 250_000, "250", True),
    ("0.0", 250_000.25, "250000.3", False),
    ("#,##0.00", 250_000, None, False),
]


@pytest.mark.parametrize(("code", "value", "shown", "is_asked"), SHOWN)
def test_R15_an_xls_is_asked_about_its_formats(
    desk: Desk, vocabulary: Vocabulary, code: str, value: float, shown: str | None, is_asked: bool
) -> None:
    """R15: the records of .xls say how a number is shown, too; what another number is seen for is kept beside it."""
    book = xls_book({"报表": desk.rows({"warmth_funds": value})})
    sheet, rows = book.get_sheet(0), desk.rows({"warmth_funds": value})
    (place,) = ((row, column) for row, cells in enumerate(rows) for column, cell in enumerate(cells) if cell == value)
    sheet.write(*place, value, xlwt.easyxf(num_format_str=code))
    reading = read_workbook(xls_bytes(book), vocabulary, "a.xls")
    cell = cell_of(reading, "warmth_funds")
    faults = [fault.code for fault in reading.frames[0].faults]
    assert (cell.text, cell.shown, "NUMBER_FORMAT" in faults) == (f"{value}", shown, is_asked)


@pytest.mark.parametrize(("code", "value", "shown", "is_asked"), SHOWN)
def test_R15_an_ods_is_asked_about_what_it_shows(
    desk: Desk, vocabulary: Vocabulary, code: str, value: float, shown: str | None, is_asked: bool
) -> None:
    """R15: .ods keeps the text that is seen beside every value."""
    seen = shown or f"{value:,.2f}"
    kind = f'office:value-type="float" office:value="{value}"'
    answers = {"warmth_funds": (f"<table:table-cell {kind}><text:p>{seen}</text:p></table:table-cell>",)}
    reading = read_workbook(ods(desk, answers), vocabulary, "a.ods")
    cell = cell_of(reading, "warmth_funds")
    faults = [fault.code for fault in reading.frames[0].faults]
    assert (cell.text, cell.shown, "NUMBER_FORMAT" in faults) == (f"{value}", shown, is_asked)


@pytest.mark.parametrize(
    ("field", "stored", "read"),
    [
        ("warmth_funds", NOISE, "5979095.76"),
        ("warmth_funds", 0.1 + 0.2, "0.3"),
        ("warmth_funds", 1e9 - 0.1 - 999999999.0, "0.9"),
        ("warmth_persons", 3 * 1.1 / 0.03, "110"),
        ("warmth_funds", 90000.1 - 89999.9, "0.2"),
    ],
)
def test_R8_the_tail_of_a_calculation_is_no_decimal(
    desk: Desk, vocabulary: Vocabulary, field: str, stored: float, read: str
) -> None:
    """R8: what binary arithmetic leaves behind the last decimal is taken off, and a warning says what was read."""
    reading = read_workbook(desk.answering(stored, field), vocabulary)
    cell = cell_of(reading, field)
    assert (cell.value, cell.fault) == (Decimal(read), None)
    noted = [fault.value for fault in reading.frames[0].faults if fault.code == "ROUNDED_TAIL"]
    assert noted == ([f"{cell.cell}（读作{Decimal(read):f}）"] if cell.text != read else [])


def test_R8_money_in_ten_thousands_is_kept_to_the_fen(desk: Desk, vocabulary: Vocabulary) -> None:
    """R8: the tail is told from the 分 in 元, whatever unit the cover declares, and shown in that of the cover."""

    def change(book: Workbook) -> None:
        cover_cell(book, "money_unit").value = "万元"
        put(book, "warmth_funds", 60.6009580000001)

    reading = read_workbook(desk.edited(change), vocabulary)
    assert cell_of(reading, "warmth_funds").value == Decimal("606009.58")
    assert [fault.value for fault in reading.frames[0].faults if fault.code == "ROUNDED_TAIL"] == [
        "E6（读作60.600958）"
    ]


@pytest.mark.parametrize(
    ("field", "typed", "expected", "cure"),
    [
        ("warmth_funds", 250000.505, "最多两位小数的金额", 250000.51),
        ("warmth_funds", 1000 / 3, "可用ROUND函数四舍五入到分", 333.33),
        ("warmth_persons", 40.5, "请按实有的人数或个数填写", 41),
    ],
)
def test_R8_real_decimals_go_back_with_a_cure_that_works(
    project: Project, desk: Desk, field: str, typed: float, expected: str, cure: float
) -> None:
    """R8: a third decimal that is one is sent back; who does what the sentence says is accepted."""
    before, after = check(project, {"填.xlsx": desk.answering(typed, field), "改.xlsx": desk.answering(cure, field)})
    assert before.decisions["GH05"] == "rejected" and expected in before.sentence("C00-7")
    assert "不要自行四舍五入" not in before.sentence("C00-7")
    assert "C00-7" not in after.sentences and after.decisions["GH05"] != "rejected"


@pytest.mark.parametrize(("money_unit", "cure"), [("元", 250_000), ("万元", 25)])
def test_who_takes_the_unit_out_of_a_cell_is_accepted(
    project: Project, desk: Desk, money_unit: str, cure: float
) -> None:
    """The sentence names the unit of the column, in which the number is then filled in; both covers read it alike."""

    def typed(value: object) -> bytes:
        def change(book: Workbook) -> None:
            cover_cell(book, "money_unit").value = money_unit
            for asked in project.forms["GH05"].part("main").fields:
                if asked.unit == "元":
                    cell = answer_cell(book, project.forms["GH05"], asked.code)
                    cell.value = (cell.value or 0) / workbook_words.MONEY_UNITS[money_unit]
            answer_cell(book, project.forms["GH05"], "warmth_funds").value = value

        return desk.edited(change)

    before, after = check(project, {"填.xlsx": typed("25万元"), "改.xlsx": typed(cure)})
    assert f"计量单位是“{money_unit}”" in before.sentence("C00-7") and before.decisions["GH05"] == "rejected"
    assert "C00-7" not in after.sentences and after.decisions["GH05"] != "rejected"


CELL = re.compile(rb'(<c r="(?P<place>[A-Z]+\d+)"[^>]*)><v>250000</v></c>')


@pytest.mark.parametrize(
    ("code", "bad", "cured"),
    [
        ("FORMULA_IN_INPUT", b"<f>100000+150000</f><v>250000</v>", b"<v>250000</v>"),
        ("ROUNDED_TAIL", b"<f>A-B</f><v>250000.0000001</v>", b"<f>ROUND(A-B,2)</f><v>250000</v>"),
    ],
)
def test_who_does_what_a_warning_says_is_warned_no_more(
    project: Project, desk: Desk, code: str, bad: bytes, cured: bytes
) -> None:
    """Both files are taken, with the same number; the warning about the first names the cell, and the cure ends it."""
    workbook = desk.workbook()

    def written(inside: bytes) -> bytes:
        return repacked(workbook, {FORM_SHEET: lambda text: CELL.sub(rb"\1>" + inside + b"</c>", text)})

    before, after = (check(project, {"填.xlsx": written(inside)})[0] for inside in (bad, cured))
    (found,) = CELL.finditer(dict(entries(workbook))[FORM_SHEET])
    assert found["place"].decode() in before.sentence(code)
    assert code not in after.sentences
    assert "rejected" not in (before.decisions["GH05"], after.decisions["GH05"])


def test_who_shows_what_is_hidden_or_covered_is_warned_no_more(project: Project, desk: Desk) -> None:
    """Rows shown again and areas taken apart leave nothing to warn of."""
    form = project.forms["GH05"]

    def hide(book: Workbook) -> None:
        cell = answer_cell(book, form, "warmth_funds")
        cell.parent.row_dimensions[cell.row].hidden = True

    covered = repacked(
        desk.edited(hide),
        {FORM_SHEET: lambda text: text.replace(b"<mergeCell ", b'<mergeCell ref="D5:E5"/><mergeCell ', 1)},
    )
    before, after = check(project, {"填.xlsx": covered, "改.xlsx": desk.workbook()})
    assert "E5（数值）" in before.sentence("COVERED_CELLS") and "隐藏" in before.sentence("HIDDEN_CELLS")
    assert not {"COVERED_CELLS", "HIDDEN_CELLS", "MERGED"} & after.sentences.keys()


@pytest.mark.parametrize("typed", [0.1234567890127169, 0.6222021234567894, 13812345678.123])
def test_R16_a_number_in_a_number_cell_is_shown_as_it_was_typed(
    desk: Desk, vocabulary: Vocabulary, typed: float
) -> None:
    """R16: many decimals make no bank card, and eleven digits no telephone, where a number is asked."""
    reading = mask_reading(read_workbook(desk.answering(typed, "warmth_funds"), vocabulary))
    cell = cell_of(reading, "warmth_funds")
    assert cell.fault == "TOO_FINE" and cell.text == format(Decimal(format(typed, ".15g")), "f")


def test_R16_somebody_s_number_in_a_number_cell_is_masked(desk: Desk, vocabulary: Vocabulary) -> None:
    """R16: what cannot be an answer and looks like a card or a telephone number still is not shown."""
    for text in ("6222021234567894", "138 1234 5678", "630102198001011235"):
        reading = mask_reading(read_workbook(desk.answering(text, "warmth_funds"), vocabulary))
        assert "****" in cell_of(reading, "warmth_funds").text


@pytest.mark.parametrize(
    "typed",
    [
        "2021 年 11 月 3 日",
        "2021年11月3号",
        "2021　年11月　3日",
        "２０２１年１１月３日",
        "2021 - 11 - 03",
        "2021年11月03日",
    ],
)
def test_R17_a_day_is_read_as_forms_print_it(vocabulary: Vocabulary, typed: str) -> None:
    """R17: with blanks between, with 号 for 日, in full width."""
    form = f"填报单位代码,QH630100\n报告期,2021Q4\n\nGH03-04,GH03-05,GH03-06\n红色教育基地,某基地,{typed}\n"
    (frame,) = read_workbook(form.encode(), vocabulary, "x.csv").frames
    assert [cell.value for cell in frame.cells if cell.field == "site_date"] == [dt.date(2021, 11, 3)]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2021年第四季度", "2021Q4"), ("2021 年第 4 季度", "2021Q4"), ("２０２１年四季度", "2021Q4"),
        ("2021 Q4", "2021Q4"),
        ("2021-q4", "2021Q4"), ("2021年上半年", "2021H1"), ("2021年下半年", "2021H2"), ("2021年度", "2021"),
        ("2021年", "2021"), ("2021年3月", "2021M03"), ("2021年10月1日至2022年9月30日", "20211001-20220930"),
        ("2021年第五季度", "2021年第五季度"), ("21Q4", "21Q4"), ("2021", "2021"), ("202104", "202104"),
    ],
)  # fmt: skip
def test_R17_a_period_is_read_as_forms_print_it(vocabulary: Vocabulary, written: str, code: str) -> None:
    """R17: the cover may say 2021年第四季度, as every sheet does; what is no period stays as it stands."""
    form = f"填报单位代码,QH630100\n报告期,{written}\n\n指标名称,代码,数值\n送温暖资金,GH05-01,5\n"
    assert read_workbook(form.encode(), vocabulary, "x.csv").cover["period"] == code


@pytest.mark.parametrize("code", ["2021Q1", "2021H2", "2021", "2021M11", "20211001-20220930"])
def test_R17_what_a_period_prints_is_read_as_that_period(code: str) -> None:
    """R17: the words of any period lead back to it."""
    assert Period.read(Period.parse(code).zh) == Period.parse(code)


@pytest.mark.parametrize(
    ("first", "again"), [(1940, "1,940"), (1940, "１９４０"), ("1940", "1940.00"), (1940, " 1940 "), (0, "0.0")]
)
def test_R18_another_spelling_is_no_change(
    project: Project, desk: Desk, vocabulary: Vocabulary, first: object, again: object
) -> None:
    """R18: a form is compared by its values: 1940 written as 1,940 or in full width says the same."""
    assert digest(project, vocabulary, desk.answering(first)) == digest(project, vocabulary, desk.answering(again))


@pytest.mark.parametrize(("first", "again"), [(1940, 1941), (0, "-"), (0, ""), ("12", "约12")])
def test_R18_another_value_is_a_change(
    project: Project, desk: Desk, vocabulary: Vocabulary, first: object, again: object
) -> None:
    """R18: zero, not applicable and blank are three answers; what cannot be read is compared as it stands."""
    assert digest(project, vocabulary, desk.answering(first)) != digest(project, vocabulary, desk.answering(again))


def digest(project: Project, vocabulary: Vocabulary, content: bytes) -> Any:
    """What a form is recognised by when it is sent again."""
    day = dt.datetime(2022, 1, 9, 10)
    delivery = Delivery("D000001", "a.xlsx", "ab" * 32, 9, 0, day, day)
    (sent,) = identify(delivery, to_columns(read_workbook(content, vocabulary)), project).sent
    return sent.submission.cells_sha256
