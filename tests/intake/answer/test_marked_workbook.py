"""The sender's own workbook, marked: what is added, and that nothing else changes."""

from __future__ import annotations

import io
import re
import subprocess
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.formula import ArrayFormula
from python_calamine import CalamineWorkbook

from nianbao.intake.answer.job import SIGN, AnswerLine, Job, Mark, dump_job, load_job
from nianbao.intake.answer.mark import mark_workbook
from nianbao.intake.answer.package import UnknownPackage
from nianbao.intake.answer.rebuild import rebuild
from nianbao.intake.answer.styles import FILLS
from nianbao.intake.read.formats.route import open_file
from nianbao.intake.read.vocabulary import load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.terms.finding import Severity
from nianbao.terms.workbook_words import ANSWER_HEADER, ANSWER_SHEET
from tests.homes import ROOT
from tests.intake.answer.conftest import Desk
from tests.intake.made import zipped
from tests.workbooks import edited, repacked

GH05, GH03, COVER = "GH05 送温暖和困难职工帮扶", "GH03 宣传教育和文化阵地", "封面"
MARKS = (
    (GH05, "E7", Severity.EXPLAIN),
    (GH05, "E12", Severity.REJECT),
    (GH03, "E9", Severity.WARN),
    (COVER, "C10", Severity.REJECT),
)
HOSTILE = (
    *(
        "=1+1",
        '=HYPERLINK("http://x")',
        "+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1+1",
        "=cmd|' /C calc'!A0",
        "</t><f>1</f>",
    ),
    *("<script>alert(1)</script>", "甲<乙 & 丙", "{{7*7}}", "a\x0bb", "_x0041_", "]]>", "'", '"'),
)
NAMESPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def job_of(marks: Sequence[tuple[str, str, Severity]] = MARKS, text: str = "请核对") -> Job:
    """A job with a finding for each cell; those that need a reason are open for one."""
    lines = [
        AnswerLine(
            severity,
            severity.value,
            sheet,
            sheet,
            cell,
            text,
            text,
            text,
            "",
            f"K{number}" if severity is Severity.EXPLAIN else "",
        )
        for number, (sheet, cell, severity) in enumerate(marks)
    ]
    comments = tuple(Mark(sheet, cell, severity, f"{SIGN}{severity.value}\n{text}") for sheet, cell, severity in marks)
    return Job("报表.xlsx", ANSWER_SHEET, f"结果：{text}", (text,), tuple(lines), comments)


@pytest.fixture
def own(desk: Desk, tmp_path: Path) -> bytes:
    """A workbook as our template writes it and a clerk fills it."""
    return desk.write(tmp_path / "own.xlsx", desk.planned()).read_bytes()


def opened(content: bytes) -> openpyxl.Workbook:
    """A workbook, opened with another library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl says which extensions it would lose
        return openpyxl.load_workbook(io.BytesIO(content))


def parts(content: bytes) -> dict[str, bytes]:
    """The entries of a workbook's zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def through_libreoffice(content: bytes, folder: Path, ending: str = "xlsx") -> bytes:
    """A workbook opened and saved by LibreOffice."""
    source = folder / "source.xlsx"
    source.write_bytes(content)
    out = folder / f"saved-{ending}"
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (out / f"source.{ending}").read_bytes()


def bare(sheet: bytes) -> bytes:
    """A sheet's XML without what marking may change: styles of cells, the drawing of comments, the selected tab."""
    root = etree.fromstring(sheet)
    for cell in root.iterfind(".//m:c", NAMESPACE):
        cell.attrib.pop("s", None)
    for drawing in root.findall("m:legacyDrawing", NAMESPACE):
        root.remove(drawing)
    for view in root.iterfind(".//m:sheetView", NAMESPACE):
        view.attrib.pop("tabSelected", None)
    text: bytes = etree.tostring(root, method="c14n")
    return text


def assert_kept(before: bytes, after: bytes) -> None:
    """Every part is there, and says what it said; only the known ones gained something."""
    old, new = parts(before), parts(after)
    assert set(old) <= set(new)
    for name in old:
        if name.startswith("xl/worksheets/sheet"):
            assert bare(old[name]) == bare(new[name]), name
        elif name not in ("[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"):
            assert old[name] == new[name], name
    styles = [etree.fromstring(each["xl/styles.xml"]) for each in (old, new)]
    for section in ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
        first, second = (
            [etree.tostring(item, method="c14n") for item in root.iterfind(f"m:{section}/*", NAMESPACE)]
            for root in styles
        )
        assert second[: len(first)] == first, section


def is_own_answer(content: bytes) -> bool:
    """Whether the reader takes a file for an answer of ours."""
    return [fault.code for fault in read_workbook(content, load_vocabulary(ROOT)).faults] == ["OWN_ANSWER"]


def unsealed(content: bytes) -> bytes:
    """A marked workbook without its seal, as a program saves it that keeps everything else."""
    return repacked(content, {"[Content_Types].xml": lambda text: re.sub(rb"<!-- nianbao \w+ -->", b"", text)})


def test_everything_stays_as_it_was(own: bytes) -> None:
    """Marking adds parts, styles and a first sheet, and leaves every other byte of meaning alone."""
    assert_kept(own, mark_workbook(own, job_of()))


def test_names_and_titles_still_belong_to_their_sheets(own: bytes) -> None:
    """Print titles, defined names, validations and protection are those of the same sheets as before."""
    before, after = opened(own), opened(mark_workbook(own, job_of()))
    assert after.sheetnames == [ANSWER_SHEET, *before.sheetnames]
    assert after.active.title == ANSWER_SHEET
    assert set(after.defined_names) == set(before.defined_names)
    for sheet in before:
        twin = after[sheet.title]
        assert twin.print_title_rows == sheet.print_title_rows
        assert twin.protection.sheet == sheet.protection.sheet
        assert twin.sheet_state == sheet.sheet_state
        assert [str(rule.sqref) for rule in twin.data_validations.dataValidation] == [
            str(rule.sqref) for rule in sheet.data_validations.dataValidation
        ]
        assert not twin.sheet_view.tabSelected


def test_failing_cells_are_filled_by_severity_and_commented(own: bytes) -> None:
    """Each cell has the colour of its severity and one comment; it stays unlocked and keeps its number format."""
    before, after = opened(own), opened(mark_workbook(own, job_of()))
    for sheet, cell, severity in MARKS:
        marked, unmarked = after[sheet][cell], before[sheet][cell]
        assert marked.fill.fgColor.rgb == FILLS[severity]
        assert marked.comment is not None
        assert marked.comment.text.startswith(SIGN)
        assert (marked.value, marked.number_format) == (unmarked.value, unmarked.number_format)
        assert marked.protection.locked == unmarked.protection.locked
        assert repr(marked.border) == repr(unmarked.border)
    assert sum(cell.comment is not None for sheet in after for row in sheet.iter_rows() for cell in row) == len(MARKS)


def test_the_first_sheet_lists_the_findings_with_links(own: bytes) -> None:
    """A row per finding leads to its cell; only where a reason helps is there a cell to write one in."""
    sheet = opened(mark_workbook(own, job_of()))[ANSWER_SHEET]
    rows = list(sheet.iter_rows())
    header = next(number for number, row in enumerate(rows) if row[0].value == ANSWER_HEADER[0])
    assert [cell.value for cell in rows[header][: len(ANSWER_HEADER)]] == list(ANSWER_HEADER)
    for row, (name, cell, severity) in zip(rows[header + 1 :], MARKS, strict=True):
        assert row[3].hyperlink.location == f"'{name}'!{cell}"
        assert row[3].hyperlink.target is None
        assert row[7].protection.locked == (severity is not Severity.EXPLAIN)
    assert sheet.protection.sheet
    assert sheet.column_dimensions["I"].hidden


def test_the_marked_workbook_reads_as_the_senders_own(own: bytes) -> None:
    """The reader finds in the marked workbook exactly the cells of the unmarked one."""
    vocabulary = load_vocabulary(ROOT)
    before, after = (read_workbook(content, vocabulary) for content in (own, unsealed(mark_workbook(own, job_of()))))
    assert after.frames == before.frames
    assert after.cover == before.cover


def test_O23_a_marked_workbook_is_known_until_somebody_works_on_it(own: bytes, tmp_path: Path) -> None:
    """O23: packed anew it is still ours; a changed cell, another program's saving, or the sender's file is not."""
    marked = mark_workbook(own, job_of())
    again = mark_workbook(zipped(parts(marked).items()), job_of(MARKS[:1]))
    path = tmp_path / "marked.xlsx"
    path.write_bytes(marked)
    assert is_own_answer(marked)
    assert is_own_answer(again)
    assert is_own_answer(zipped(parts(marked).items()))
    assert not is_own_answer(own)
    assert not is_own_answer(edited(path, lambda workbook: None))
    for name, text in parts(marked).items():
        if name != "[Content_Types].xml":
            assert not is_own_answer(zipped({**parts(marked), name: text + b" "}.items()))


def test_R11_a_workbook_in_another_folder_is_marked_as_it_stands(own: bytes) -> None:
    """R11: its parts are found by what the package says of them, and every one of them stays."""

    def renamed(name: str, text: bytes) -> tuple[str, bytes]:
        is_list = name.endswith((".rels", "[Content_Types].xml"))
        return name.replace("xl/", "book/"), text.replace(b"xl/", b"book/") if is_list else text

    moved = zipped(renamed(*part) for part in parts(own).items())
    marked = mark_workbook(moved, job_of())
    assert set(parts(moved)) <= set(parts(marked))
    assert open_file(marked, "a.xlsx", ()).sheets[0].name == ANSWER_SHEET
    vocabulary = load_vocabulary(ROOT)
    assert read_workbook(unsealed(marked), vocabulary).frames == read_workbook(own, vocabulary).frames


def test_marking_again_leaves_no_trace_of_the_earlier_marks(own: bytes) -> None:
    """A cell that is right by now is filled as it was and has no comment; the sheet 审核结果 is there once."""
    once = mark_workbook(own, job_of())
    again = mark_workbook(once, job_of(MARKS[:1]))
    after, before = opened(again), opened(own)
    assert after.sheetnames.count(ANSWER_SHEET) == 1
    for sheet, cell, _ in MARKS[1:]:
        assert repr(after[sheet][cell].fill) == repr(before[sheet][cell].fill)
        assert after[sheet][cell].comment is None
    sheet, cell, severity = MARKS[0]
    assert after[sheet][cell].fill.fgColor.rgb == FILLS[severity]
    assert after[sheet][cell].comment.text.count(SIGN) == 1
    shapes = [text.count(b"<v:shape ") for name, text in parts(again).items() if name.endswith(".vml")]
    assert sum(shapes) == 1


def test_a_cell_that_was_never_written_can_be_marked(own: bytes) -> None:
    """A blank cell far off is made, in its place among the others, and a nonsensical address is passed over."""
    marks = ((GH05, "Z200", Severity.WARN), (GH05, "A0", Severity.WARN), ("没有的表", "A1", Severity.WARN))
    after = opened(mark_workbook(own, job_of(marks)))
    assert after[GH05]["Z200"].fill.fgColor.rgb == FILLS[Severity.WARN]
    rows = [
        int(row)
        for row in re.findall(rb'<row r="(\d+)"', parts(mark_workbook(own, job_of(marks)))["xl/worksheets/sheet5.xml"])
    ]
    assert rows == sorted(rows)


def test_the_senders_own_comments_formats_and_extensions_stay(desk: Desk, tmp_path: Path) -> None:
    """A clerk's comment stays above ours; conditional formats and parts we do not know stay untouched."""

    def decorate(workbook: openpyxl.Workbook) -> None:
        sheet = workbook[GH05]
        sheet["E12"].comment = Comment("已与财务核对", "会计")
        sheet["A1"].comment = Comment("封面见前", "会计")
        red = PatternFill(bgColor="FFFF0000")
        sheet.conditional_formatting.add("E7:E12", CellIsRule(operator="greaterThan", formula=["1000000"], fill=red))

    path = desk.write(tmp_path / "own.xlsx", desk.planned())
    extension = b'<extLst><ext xmlns:x14="http://example.org/2009/9/main" uri="{CCE6A557}"/></extLst>'
    content = repacked(
        edited(path, decorate),
        {"xl/worksheets/sheet3.xml": lambda text: text.replace(b"</worksheet>", extension + b"</worksheet>"),
         "xl/unknown.bin": b"\x00\x01", "customXml/item1.xml": b"<a/>"},
    )  # fmt: skip
    marked = mark_workbook(content, job_of())
    after = opened(marked)
    assert after[GH05]["A1"].comment.text == "封面见前"
    assert re.fullmatch(rf"已与财务核对\s+{SIGN}.*", after[GH05]["E12"].comment.text, re.DOTALL)
    assert "E7:E12" in {str(each.sqref) for each in after[GH05].conditional_formatting}
    assert parts(marked)["xl/unknown.bin"] == b"\x00\x01"
    assert extension in parts(marked)["xl/worksheets/sheet3.xml"]
    again = opened(mark_workbook(marked, job_of(MARKS[:1])))
    assert again[GH05]["E12"].comment.text == "已与财务核对"


def test_formulas_keep_their_results(own: bytes) -> None:
    """A formula is still a formula after marking, with the result that was saved with it."""
    formula = b'<c r="G30"><f>SUM(E7:E9)</f><v>42</v></c>'
    content = repacked(
        own,
        {
            "xl/worksheets/sheet5.xml": lambda text: text.replace(
                b"</sheetData>", b'<row r="300">' + formula.replace(b"G30", b"G300") + b"</row></sheetData>"
            )
        },
    )
    assert b"<f>SUM(E7:E9)</f><v>42</v>" in parts(mark_workbook(content, job_of()))["xl/worksheets/sheet5.xml"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_outside_becomes_alive(own: bytes, text: str) -> None:
    """A text that looks like a formula, a link or markup stands as it is, and nothing leads out of the file."""
    marked = parts(mark_workbook(own, job_of(text=text)))
    before = parts(own)
    for name, content in marked.items():
        if name.endswith((".xml", ".rels", ".vml")):
            etree.fromstring(content)
        if name not in before:
            assert b"<f>" not in content, name
            assert b'TargetMode="External"' not in content, name
    sheet = opened(mark_workbook(own, job_of(text=text)))[ANSWER_SHEET]
    shown = [row[6] for row in sheet.iter_rows(min_row=5)]
    assert {cell.data_type for cell in shown} == {"s"}
    grid = (
        CalamineWorkbook.from_filelike(io.BytesIO(mark_workbook(own, job_of(text=text))))
        .get_sheet_by_name(ANSWER_SHEET)
        .to_python()
    )
    assert grid[-1][6] == text.replace("\x0b", "").replace("\r", "\n")


def test_a_job_survives_its_way_to_the_other_process() -> None:
    """What is written down for the marking process is what it reads."""
    assert load_job(dump_job(job_of(text=HOSTILE[3]))) == job_of(text=HOSTILE[3])


def test_more_findings_than_a_sheet_should_hold_end_with_a_word_about_the_rest(own: bytes) -> None:
    """With thousands of findings the list stops and says how many are left."""
    marks = tuple((GH05, f"E{number}", Severity.REJECT) for number in range(1, 5_101))
    sheet = opened(mark_workbook(own, job_of(marks)))[ANSWER_SHEET]
    assert "100条" in str(sheet.cell(sheet.max_row, 1).value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_workbook_is_not_marked(content: bytes) -> None:
    """Bytes that are no workbook are refused in one known way."""
    with pytest.raises(UnknownPackage):
        mark_workbook(content, job_of())


def test_a_document_type_is_refused(own: bytes) -> None:
    """A workbook whose XML declares a document type is not even parsed on."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'
    content = repacked(own, {"xl/styles.xml": lambda text: bomb + text[text.index(b"?>") + 2 :]})
    with pytest.raises(UnknownPackage):
        mark_workbook(content, job_of())


def test_csv_comes_back_as_a_workbook_of_the_same_content() -> None:
    """Each field of the text is a cell at the same address, as text, and the failing one is marked."""
    text = "填报单位代码,QHI06\n报告期,2021Q3\n代码,数值\nGH05-01,=1+1\nGH05-02,约300\n"
    job = job_of((("报表", "B5", Severity.REJECT),))
    after = opened(mark_workbook(text.encode(), Job("报表.csv", *list(vars(job).values())[1:])))
    assert after.sheetnames == [ANSWER_SHEET, "报表"]
    assert [cell.value for cell in after["报表"][4]] == ["GH05-01", "=1+1"]
    assert after["报表"]["B4"].data_type == "s"
    assert after["报表"]["B5"].fill.fgColor.rgb == FILLS[Severity.REJECT]


@pytest.mark.libreoffice
def test_a_workbook_saved_by_another_program_stays_as_it_was(own: bytes, tmp_path: Path) -> None:
    """What LibreOffice saved is marked like our own, part by part."""
    saved = through_libreoffice(own, tmp_path)
    marked = mark_workbook(saved, job_of())
    assert_kept(saved, marked)
    assert opened(marked)[GH05]["E7"].fill.fgColor.rgb == FILLS[Severity.EXPLAIN]


@pytest.mark.libreoffice
@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_an_older_format_comes_back_as_xlsx(own: bytes, tmp_path: Path, ending: str) -> None:
    """A workbook in another format comes back with the same sheets and values, and is marked."""
    saved = through_libreoffice(own, tmp_path, ending)
    job = job_of()
    after = opened(mark_workbook(saved, Job(f"报表.{ending}", *list(vars(job).values())[1:])))
    before = opened(own)
    assert after.sheetnames == [ANSWER_SHEET, *before.sheetnames]
    assert after[GH05]["E12"].fill.fgColor.rgb == FILLS[Severity.REJECT]
    assert after[GH05]["E12"].value == before[GH05]["E12"].value


@pytest.mark.libreoffice
def test_libreoffice_opens_the_marked_workbook(own: bytes, tmp_path: Path) -> None:
    """Opened and saved by LibreOffice it has the same sheets, cells, colours and comments, and can be marked again."""
    marked = mark_workbook(own, job_of())
    saved = opened(through_libreoffice(marked, tmp_path))
    before = opened(own)
    assert saved.sheetnames == [ANSWER_SHEET, *before.sheetnames]
    for sheet, cell, severity in MARKS:
        assert saved[sheet][cell].fill.fgColor.rgb == FILLS[severity]
        assert SIGN in saved[sheet][cell].comment.text
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                if not isinstance(cell.value, ArrayFormula) and not str(cell.value).startswith("="):
                    assert (saved[sheet.title][cell.coordinate].value or "") == (cell.value or "")
    again = opened(mark_workbook(through_libreoffice(marked, tmp_path), job_of(MARKS[:1])))
    assert again[GH03]["E9"].fill.fgColor.rgb == before[GH03]["E9"].fill.fgColor.rgb
    assert again[GH03]["E9"].comment is None


def test_a_rebuilt_column_is_as_wide_as_its_chinese_text() -> None:
    """A character takes two places; a title alone in its row widens nothing."""
    written, _ = rebuild(
        "很长的一个标题，单独占一行，不影响列宽\n代码,单位名称很长的一个单位\nA1,甲\n".encode(), "x.csv"
    )
    sheet = openpyxl.load_workbook(io.BytesIO(written)).worksheets[0]
    assert 4 <= sheet.column_dimensions["A"].width < 12
    assert sheet.column_dimensions["B"].width >= 22
