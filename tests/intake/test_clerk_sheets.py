"""What clerks do to sheets and are told about it: R2, R3, R19, R20, and that what they are told works."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from nianbao.catalog import Project
from nianbao.intake.read.vocabulary import Vocabulary, load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.settings import Home
from nianbao.terms.period import Period
from nianbao.terms.submission import FormFrame
from tests.homes import ROOT, arrive, clock_at, collect_into, warehouse
from tests.intake.checking import check
from tests.intake.faults import GH05, Desk, put
from tests.intake.sheets import GH03, SITES, Forms
from tests.workbooks import sheet_of


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """What the reader knows of the project."""
    return load_vocabulary(ROOT)


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


def titled(book: Workbook, *titles: str) -> Worksheet:
    """GH05 with columns of last year's numbers put before the own ones, and these titles over all of them."""
    sheet = sheet_of(book, "GH05")
    (row, column) = next((cell.row, cell.column) for line in sheet.iter_rows() for cell in line if cell.value == "数值")
    for area in list(sheet.merged_cells.ranges):
        if titles[1:] and area.min_row > row:
            sheet.unmerge_cells(str(area))  # a program moves them along; openpyxl leaves them where they are
    for _ in titles[1:]:
        sheet.insert_cols(column)
    for line in range(row + 1, row + 12):
        for at in range(column, column + len(titles) - 1):
            sheet.cell(line, at).value = 7
    for at, title in enumerate(titles, start=column):
        sheet.cell(row, at).value = title
    return sheet


@pytest.mark.parametrize(
    ("titles", "code", "cured"),
    [
        (("上年数", "本期数"), "HEADER_CHANGED", ("上年数", "数值")),
        (("上年同期数值", "本期"), "HEADER_CHANGED", ("上年同期数值", "数值")),
        (("数值", "数值"), "HEADER_TWICE", ("上年数", "数值")),
        (("本期数",), "HEADER_CHANGED", ("数值",)),
        (("上年数", "上上年数", "本期数"), "HEADER_CHANGED", ("上年数", "上上年数", " 数 值 ")),
    ],
)
def test_R2_a_header_that_says_something_else_is_believed(
    project: Project, desk: Desk, titles: tuple[str, ...], code: str, cured: tuple[str, ...]
) -> None:
    """R2: no value is read where no header says 数值, and one finding says why; with the title put back it is."""
    asked, answered = check(
        project,
        {
            "a.xlsx": desk.edited(lambda book: titled(book, *titles)),
            "b.xlsx": desk.edited(lambda book: titled(book, *cured)),
        },
    )
    assert asked.decisions == {"GH05": "rejected"} and list(asked.sentences) == [code]
    assert answered.decisions["GH05"].startswith("accepted")


def test_R2_the_word_below_a_header_counts_too(desk: Desk, vocabulary: Vocabulary) -> None:
    """R2: where 数值 is parted in two below, the parts are asked about; numbers and units of columns are not words."""

    def part(first: str, second: str) -> list[str]:
        rows = [["指标名称", "代码", "数值", ""], ["甲", "乙", first, second], ["送温暖资金", "GH05-01", 5, 6]]
        book = desk.edited(lambda book: fill(sheet_of(book, "GH05"), rows))
        return [fault.code for frame in read_workbook(book, vocabulary).frames for fault in frame.faults]

    assert "HEADER_CHANGED" in part("上年", "本年")
    assert not {"HEADER_CHANGED", "HEADER_TWICE"} & {
        *part("1", "2"),
        *part("元", "元"),
        *part("丙", "丁"),
        *part("", ""),
    }


def test_R2_titles_of_ours_in_other_words_are_believed_too(vocabulary: Vocabulary) -> None:
    """R2: a header none of whose titles is left tells as well that the column beside the codes is not asked for."""
    form = "填报单位代码,QH630100\n报告期,2021Q4\n\n项目,编码,上年数,本年数\n送温暖资金,GH05-01,5,6\n"
    (frame,) = read_workbook(form.encode(), vocabulary, "x.csv").frames
    assert not frame.cells and [(fault.code, fault.cell) for fault in frame.faults] == [("HEADER_CHANGED", "C4")]


@pytest.mark.parametrize("before", ["填报单位代码,QH630100\n报告期,2021Q4\n统计口径,本期\n金额单位,元\n"])
def test_R2_lines_without_any_header_are_read_beside_their_codes(vocabulary: Vocabulary, before: str) -> None:
    """R2: the cover right above the lines is no header of theirs."""
    (frame,) = read_workbook(f"{before}GH05-01,5\nGH05-02,6\n".encode(), vocabulary, "x.csv").frames
    assert [cell.value for cell in frame.cells] == [5, 6]


def test_R2_tables_side_by_side_have_headers_of_their_own(vocabulary: Vocabulary) -> None:
    """R2: the second 数值 of a row belongs to the second table in it, and the second 代码."""
    head = "填报单位代码,QH630100\n报告期,2021Q4\n\n"
    lines = "代码,上年,数值,代码,上年,数值\nGH05-01,5,6,GH05-02,7,8\n"
    (frame,) = read_workbook((head + lines).encode(), vocabulary, "x.csv").frames
    assert [cell.value for cell in frame.cells] == [6, 8]


@pytest.mark.parametrize("title", [None, "编号"])
def test_R19_a_column_of_own_numbers_before_the_sheet_is_no_matter(
    project: Project, desk: Desk, vocabulary: Vocabulary, title: str | None
) -> None:
    """R19: every form with numbers before column A is read as it was, totals, notes and signatures told apart."""
    forms: Forms = {"GH03": GH03, "GH05": {"main": [GH05]}, "GH12": {}, "GH01": {}}

    def number(book: Workbook) -> None:
        sheet = sheet_of(book, "GH03")
        last = max(cell.row for line in sheet.iter_rows() for cell in line if cell.value == SITES[-1]["site_name"])
        sheet.cell(last + 1, 2).value = "合计"
        for sheet in book.worksheets:
            rows = sheet.max_row
            sheet.insert_cols(1)
            for area in sheet.merged_cells.ranges:
                area.shift(col_shift=1)  # as any spreadsheet program does
            for row in range(1, rows + 1):
                sheet.cell(row, 1).value = title if title and row == 1 else row

    before = read_workbook(desk.workbook(forms), vocabulary)
    after = read_workbook(desk.edited(number, desk.workbook(forms)), vocabulary)
    assert [values(frame) for frame in after.frames] == [values(frame) for frame in before.frames]
    assert [fault.code for frame in after.frames for fault in frame.faults] == [
        fault.code for frame in before.frames for fault in frame.faults
    ]
    assert [frame.note for frame in after.frames] == [frame.note for frame in before.frames]


def values(frame: FormFrame) -> list[object]:
    """What a form says, wherever it stands."""
    return [(cell.part, cell.row_no, cell.field, cell.value, cell.fault) for cell in frame.cells]


SITE = "GH03-04,GH03-05,GH03-06\n红色教育基地,青藏铁路职工教育基地,2021-11-03\n职工书屋,某书屋,2021-11-04\n"
TITLED = "阵地类型,阵地名称,命名日期\n" + SITE
LINES = "指标名称,代码,数值\n送温暖资金,GH05-01,250000\n慰问职工人数,GH05-02,500\n"


@pytest.mark.parametrize("parts", [(LINES, SITE), (SITE, LINES), (LINES, TITLED), (TITLED, LINES), (TITLED, SITE)])
@pytest.mark.parametrize("between", ["", "\n", ",,\n"])
def test_R20_tables_may_follow_one_another_in_one_text(
    vocabulary: Vocabulary, parts: tuple[str, str], between: str
) -> None:
    """R20: as the page on formats shows it: a record is no extra line of the table above, a title no record."""
    text = "填报单位代码,QH630100\n报告期,2021Q4\n\n" + between.join(parts)
    reading = read_workbook(text.encode(), vocabulary, "x.csv")
    codes = {fault.code for frame in reading.frames for fault in frame.faults}
    assert not reading.faults and codes <= {"PART_MISSING", "LINE_MISSING", "TEMPLATE_VERSION"}
    names = [cell.value for frame in reading.frames for cell in frame.cells if cell.field == "site_name"]
    assert names == ["青藏铁路职工教育基地", "某书屋"] * sum(SITE in part for part in parts)
    funds = [cell.value for frame in reading.frames for cell in frame.cells if cell.field == "warmth_persons"]
    assert funds == [500] * (LINES in parts)


def test_R20_a_line_of_somebody_s_own_is_still_told(vocabulary: Vocabulary) -> None:
    """R20: what stands between the lines of a form and is none of them has its finding."""
    text = "填报单位代码,QH630100\n报告期,2021Q4\n\n" + LINES.replace("慰问", "其中现金,,5\n慰问") + SITE
    (_, frame) = read_workbook(text.encode(), vocabulary, "x.csv").frames
    assert [fault.value for fault in frame.faults if fault.code == "EXTRA_LINE"] == ["其中现金"]


def fill(sheet: Worksheet, rows: list[list[object]]) -> None:
    """Write rows from the first one on, and nothing else: no merged area of the template hides a cell of them."""
    for area in [each.coord for each in sheet.merged_cells.ranges]:
        sheet.unmerge_cells(area)
    sheet.delete_rows(1, sheet.max_row)
    for row in rows:
        sheet.append(row)
