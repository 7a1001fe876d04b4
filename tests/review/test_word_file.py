"""A draft in Word is read as it stands on paper, and handed back with comments on its numbers."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.review.draft.comments import comment
from nianbao.review.draft.prove import prove
from nianbao.review.draft.reading import passages
from nianbao.review.draft.verdicts import CheckedDraft, NumberVerdict
from nianbao.review.draft.word_file import WordFile
from nianbao.statistics.figures import Figures
from tests.review.drafts import edit, verdicts, write_report
from tests.review.marked import YEAR, golden_figures

SERVICES = "五是着力构建和谐劳动关系。"


@pytest.fixture(scope="module")
def figures(project: Project) -> Figures:
    """Values for which the bulletin is true."""
    return golden_figures(project)


@pytest.fixture(scope="module")
def report(project: Project, figures: Figures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own work report."""
    return write_report(project, figures, "work_report", tmp_path_factory.mktemp("report") / "report.docx")


def proof(path: Path, figures: Figures, year: int = YEAR) -> list[CheckedDraft]:
    """What a Word document is found to be."""
    return prove(WordFile(path).paragraphs, figures, year)


def saved(tmp_path: Path, write: Callable[[WordDocument], None]) -> Path:
    """A Word document with some content."""
    word = docx.Document()
    write(word)
    word.save(str(tmp_path / "draft.docx"))
    return tmp_path / "draft.docx"


def commented(path: Path, project: Project, figures: Figures) -> list[tuple[str, str]]:
    """The comments that a draft is given, each with the text it stands on."""
    word = WordFile(path)
    read = passages(word.paragraphs, project, YEAR)
    comment(word, read, prove(word.paragraphs, figures, YEAR))
    word.save(path.with_name("commented.docx"))
    again = docx.Document(str(path.with_name("commented.docx")))
    return [(_text_under(again, each.comment_id), each.text) for each in again.comments]


def _text_under(word: WordDocument, comment_id: int) -> str:
    """What stands between the marks of a comment."""
    text, is_inside = "", False
    for element in word.element.body.iter():
        if element.get(qn("w:id")) == str(comment_id):
            is_inside = element.tag == qn("w:commentRangeStart")
        elif is_inside and element.tag == qn("w:t"):
            text += element.text or ""
    return text


@pytest.mark.parametrize("code", ["work_report", "audit_report"])
def test_a_report_that_nobody_edited_agrees(code: str, project: Project, figures: Figures, tmp_path: Path) -> None:
    """Every number of it, in the text, the tables and the annex."""
    checked = proof(write_report(project, figures, code, tmp_path / "report.docx"), figures)
    assert verdicts(checked) == {}
    assert len([one for one in checked if one.is_tagged]) > 100


def test_just_the_numbers_that_were_changed_are_reported(report: Path, figures: Figures, tmp_path: Path) -> None:
    """Three edits, three numbers; the annex, which still says the old ones, is not blamed."""
    word = docx.Document(str(report))
    edits = {"warmth_funds-2021": "3620多万元", "media_items-2021": "近5000件", "contest_edition-2021": "第十八届"}
    for key, text in edits.items():
        edit(word, key, text)
    word.save(str(tmp_path / "edited.docx"))
    found = verdicts(proof(tmp_path / "edited.docx", figures))
    assert set(found) == set(edits.values())
    assert all(each == [NumberVerdict.STALE, NumberVerdict.CONTRADICTS] for each in found.values())


def test_a_figure_is_known_by_its_control_when_all_words_around_it_are_gone(
    report: Path, figures: Figures, tmp_path: Path
) -> None:
    """A leader may rewrite the whole sentence."""
    word = docx.Document(str(report))
    edit(word, "warmth_funds-2021", "3620多万元")
    edited = next(text for text in word.element.body.iter(qn("w:t")) if text.text == "3620多万元")
    for text in next(edited.iterancestors(qn("w:p"))).iter(qn("w:t")):
        if not list(text.iterancestors(qn("w:sdt"))):
            text.text = "今年的钱"
    word.save(str(tmp_path / "edited.docx"))
    (one,) = (one for one in proof(tmp_path / "edited.docx", figures) if one.number.text == "3620多万元")
    assert one.key and one.key[0] == "warmth_funds"
    assert one.is_tagged


def test_the_controls_may_have_been_lost(report: Path, figures: Figures, tmp_path: Path) -> None:
    """Some office programs drop the tags; the bookmarks, and without them the words alone, find what was changed."""
    word = docx.Document(str(report))
    edits = {"warmth_funds-2021": "3620多万元", "media_items-2021": "近5000件", "contest_edition-2021": "第十八届"}
    for key, text in edits.items():
        edit(word, key, text)
    for properties in list(word.element.body.iter(qn("w:sdtPr"))):
        properties.clear()
    word.save(str(tmp_path / "edited.docx"))
    checked = proof(tmp_path / "edited.docx", figures)
    assert {one.number.text for one in checked if one.is_tagged} >= set(edits.values())
    assert set(verdicts(checked)) == set(edits.values())
    for mark in [*word.element.body.iter(qn("w:bookmarkStart")), *word.element.body.iter(qn("w:bookmarkEnd"))]:
        mark.getparent().remove(mark)
    word.save(str(tmp_path / "bare.docx"))
    checked = proof(tmp_path / "bare.docx", figures)
    assert not any(one.is_tagged for one in checked)
    assert set(verdicts(checked)) == set(edits.values())


def test_a_comment_stands_on_the_number_alone(project: Project, figures: Figures, tmp_path: Path) -> None:
    """Also where the number is divided between runs, and two stand in one run."""

    def write(word: WordDocument) -> None:
        paragraph = word.add_paragraph(f"{SERVICES}筹集送温暖资金29")
        paragraph.add_run("6").bold = True
        paragraph.add_run("0多万元，举办各类培训班176期，走访慰问职工2万多人。")

    found = commented(saved(tmp_path, write), project, figures)
    assert [text for text, _ in found] == ["2960多万元", "176期"]
    assert found[0][1].splitlines()[-1] == "可写作：3580多万元"
    words = "".join(paragraph.text for paragraph in docx.Document(str(tmp_path / "commented.docx")).paragraphs)
    assert words == f"{SERVICES}筹集送温暖资金2960多万元，举办各类培训班176期，走访慰问职工2万多人。"


def test_a_comment_spans_a_number_that_a_page_broke(project: Project, figures: Figures, tmp_path: Path) -> None:
    """The two halves of it are one number, in two paragraphs."""

    def write(word: WordDocument) -> None:
        word.add_paragraph(f"{SERVICES}认真做好城市困难职工常态化帮扶工作，全年共发放救助资金29")
        word.add_paragraph("60万元，切实解决实际困难。")

    ((text, says),) = commented(saved(tmp_path, write), project, figures)
    assert text == "2960万元"
    assert says.startswith("与库中不符：困难职工救助发放额2021年为")


def test_what_was_deleted_with_changes_tracked_is_not_read(figures: Figures, tmp_path: Path) -> None:
    """What counts is what stands there now."""

    def write(word: WordDocument) -> None:
        paragraph = word.add_paragraph(f"{SERVICES}筹集送温暖资金")
        for mark, text in (("del", "delText"), ("ins", "t")):
            number = "2960多万元" if mark == "del" else "3580多万元"
            run = f"<w:r><w:{text}>{number}</w:{text}></w:r>"
            paragraph._p.append(parse_xml(f'<w:{mark} {nsdecls("w")} w:id="7" w:author="x">{run}</w:{mark}>'))

    (one,) = proof(saved(tmp_path, write), figures)
    assert (one.number.text, one.agrees) == ("3580多万元", True)


def test_a_table_without_controls_is_read_by_its_labels(figures: Figures, tmp_path: Path) -> None:
    """Row, column and the unit over the table say what a number is; numbering is none."""

    def write(word: WordDocument) -> None:
        word.add_paragraph("（一）省总本级经费审查监督情况")
        word.add_paragraph("省总本级2020年度收支预算执行情况")
        word.add_paragraph("单位：万元")
        table = word.add_table(rows=3, cols=3)
        for row, texts in enumerate(
            (("项目", "序号", "执行数"), ("拨缴经费收入", "1", "10,387.73"), ("其他收入", "2", "999.99"))
        ):
            for column, text in enumerate(texts):
                table.cell(row, column).text = text

    checked = proof(saved(tmp_path, write), figures)
    assert [(one.number.text, one.key and one.key[:2], one.verdicts) for one in checked] == [
        ("10,387.73", ("income_remit", 2020), [NumberVerdict.AGREES]),
        ("999.99", ("income_other", 2020), [NumberVerdict.STALE]),
    ]
    assert checked[1].suggestion == "878.64"


def test_last_years_report_taken_for_a_start_is_held_against_this_year(
    report: Path, figures: Figures, project: Project
) -> None:
    """The year asked for counts, and not the one in the controls."""
    later = {
        (name, year + 1): {scope: value + 1 for scope, value in scopes.items()}
        for (name, year), scopes in figures.values.items()
    }
    checked = proof(report, Figures(project, later, {}, frozenset()), YEAR + 1)
    stale = [one for one in checked if NumberVerdict.STALE in one.verdicts and one.is_tagged]
    assert len(stale) > 50
    assert {one.key[1] for one in stale if one.key} <= {YEAR, YEAR + 1}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it as .docx"),
        ("report.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it as .docx"),
        ("scan.pdf", b"%PDF-1.7", "no Word document"),
        ("empty.docx", b"", "no Word document"),
    ],
)
def test_what_is_no_word_document_is_refused_with_advice(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    """The message says what to do."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=says):
        WordFile(tmp_path / name)


def test_a_workbook_is_no_draft(tmp_path: Path) -> None:
    """A package without a document in it is refused as well."""
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(UsageError, match="no Word document"):
        WordFile(tmp_path / "book.xlsx")
