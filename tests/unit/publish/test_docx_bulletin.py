"""What a bulletin adds to the Word document: red head, contents, footnotes, bookmarks, tail lines."""

import dataclasses
import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from lxml import etree

from nianbao.publish import charts, pdf
from nianbao.publish.docx import write
from nianbao.publish.docx.protected import blocks_of
from nianbao.publish.typeset import lay_out_issue
from nianbao.publish.typeset.block import RedHead, TailLines
from nianbao.publish.typeset.page_layout import PageLayout
from nianbao.review.layout import lay_out
from nianbao.terms.document import (
    Document,
    Footnote,
    PrintedBlock,
    PrintedChart,
    PrintedFigure,
    PrintedSection,
    ToWrite,
)
from nianbao.terms.publication import Head, Tail
from tests.unit.publish.synthetic import document

ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
NOTE = "某工会说明：<只>慰问 & 补助一家。"
PAGES = dict.fromkeys(range(1, 20), 7)


def picture(_: PrintedChart) -> bytes:
    """A chart that costs nothing to draw."""
    return ONE_PIXEL


def printed(report: Document, *, in_table: bool) -> PrintedFigure:
    """The first figure in running text, or in a table."""
    for section in report.sections:
        if in_table:
            cells = (cell for table in section.tables for _, row in table.rows for cell in row)
            found = [cell.figure for cell in cells if cell.figure and cell.figure.scope == "QH630000"]
        else:
            found = [piece for each in section.paragraphs for piece in each if isinstance(piece, PrintedFigure)]
        if found:
            return found[0]
    raise AssertionError("no figure")


@pytest.fixture(scope="module")
def report() -> Document:
    """The made-up publication as the second release of a bulletin."""
    made = document()
    key = printed(made, in_table=False).key
    place = next(
        number
        for number, section in enumerate(made.sections)
        if any(isinstance(piece, PrintedFigure) and piece.key == key for each in section.paragraphs for piece in each)
    )
    noted = dataclasses.replace(
        made.sections[place], footnotes=(Footnote(key, NOTE), Footnote("other-2021", "另一条。"))
    )
    sections = (*made.sections[:place], noted, *made.sections[place + 1 :])
    head = Head("某省总工会工作通报", "某省总工会办公室")
    tail = Tail("某省总工会办公室", "各市（州）总工会。", "某委办公室。")
    issued = dt.date(2022, 3, 9)
    issue = PrintedBlock("block-期号-1", "期号", "", "第4期", "办公室", issued)
    return dataclasses.replace(
        made, edition="r2", issued_on=issued, sections=sections, head=head, tail=tail, issue=issue
    )


def written(report: Document, folder: Path) -> Path:
    """The report as a file."""
    write(report, folder / "report.docx", picture, PageLayout(PAGES))
    return folder / "report.docx"


@pytest.fixture(scope="module")
def file(report: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bulletin as a file."""
    return written(report, tmp_path_factory.mktemp("bulletin"))


@pytest.fixture(scope="module")
def word(file: Path) -> WordDocument:
    """The bulletin as Word reads it."""
    return docx.Document(str(file))


def text_of(element: BaseOxmlElement) -> str:
    """The text in an element; a tab stands for itself."""
    parts = (part for run in element.iter(qn("w:r")) for part in run.iterchildren(qn("w:t"), qn("w:tab")))
    return "".join("\t" if part.tag == qn("w:tab") else part.text or "" for part in parts)


def in_style(word: WordDocument, style: str) -> list[str]:
    """The texts of the paragraphs in a style, wherever they stand."""
    found = (each for each in word.element.body.iter(qn("w:p")) if each.style == style)
    return [text_of(each) for each in found]


def test_S7_the_red_head_says_who_which_issue_and_when(word: WordDocument) -> None:
    """S7: name in red, the number that the office gave, whatever the release's is; compiler left and day right."""
    assert in_style(word, "RedName") == ["某省总工会工作通报"]
    assert in_style(word, "IssueNumber") == ["第4期"]
    assert in_style(word, "IssueLine") == ["某省总工会办公室编\t2022年3月9日"]
    style = next(each for each in word.styles if each.style_id == "RedName")
    assert str(style.font.color.rgb) == "FF3333"


def test_a_draft_leaves_number_and_day_open(report: Document, tmp_path: Path) -> None:
    """Before it is issued a bulletin has neither number nor day."""
    word = docx.Document(
        str(written(dataclasses.replace(report, edition="draft", issued_on=None, issue=None), tmp_path))
    )
    assert in_style(word, "IssueNumber") == ["第　期"]
    assert in_style(word, "IssueLine") == ["某省总工会办公室编\t　　年　月　日"]


def test_a_long_name_stays_on_its_line(report: Document, tmp_path: Path) -> None:
    """The size of the name follows from its length."""
    long = dataclasses.replace(report, head=Head("某某某某省总工会年度工作情况通报简报", "某省总工会办公室"))
    word = docx.Document(str(written(long, tmp_path)))
    name = next(each for each in word.paragraphs if each.text.startswith("某某某某"))
    assert name.runs[0].font.size is not None
    assert name.runs[0].font.size * len(name.text) < Pt(442)


def test_the_contents_are_a_field_with_its_entries(word: WordDocument, report: Document) -> None:
    """Every heading is there as a link with its page, inside one TOC field, before anybody asks Word for it."""
    entries = [each for each in word.element.body.iter(qn("w:p")) if each.style in {"TOC1", "TOC2"}]
    titles = [section.title for section in report.sections if section.level < 3]
    assert [text_of(each) for each in entries] == [f"{title}\t7" for title in [*titles, *ANNEXES]]
    marks = [each.get(qn("w:fldCharType")) for entry in entries for each in entry.iter(qn("w:fldChar"))]
    assert (marks.count("begin"), marks.count("separate"), marks.count("end")) == (len(entries) + 1,) * 3
    anchors = [each.get(qn("w:anchor")) for entry in entries for each in entry.iter(qn("w:hyperlink"))]
    names = {each.get(qn("w:name")) for each in word.element.body.iter(qn("w:bookmarkStart"))}
    assert len(set(anchors)) == len(entries) and set(anchors) <= names


ANNEXES = ["数字一览", "数据来源", "更正一览"]


def test_every_figure_is_bookmarked(word: WordDocument) -> None:
    """Around every content control there is a bookmark named after the figure, each with its own name."""
    names = [str(each.get(qn("w:name"))) for each in word.element.body.iter(qn("w:bookmarkStart"))]
    assert len(names) == len(set(names))
    assert all(len(name) <= 40 for name in names)
    tags = [each.get(qn("w:val")) for each in word.element.body.iter(qn("w:tag"))]
    marked = [re.sub(r"_\d+$", "", name) for name in names if name.startswith("n_")]
    assert marked == [f"n_{tag.replace('-', '_')}" for tag in tags]


def test_a_footnote_stands_where_its_figure_is_printed(word: WordDocument, file: Path, report: Document) -> None:
    """The mark follows the figure, the text is in the part for footnotes; one without its figure stays in the text."""
    (mark,) = word.element.body.iter(qn("w:footnoteReference"))
    before = mark.getparent().getprevious()
    while before.tag == qn("w:bookmarkEnd"):
        before = before.getprevious()
    assert text_of(before) == printed(report, in_table=False).text
    with zipfile.ZipFile(file) as parts:
        notes = etree.parse(io.BytesIO(parts.read("word/footnotes.xml")))
    said = {each.get(qn("w:id")): "".join(each.itertext()).strip() for each in notes.getroot()}
    assert said == {"-1": "", "0": "", mark.get(qn("w:id")): NOTE}
    assert "〔另一条。〕" in in_style(word, "Coverage")


def test_what_is_noted_of_a_figure_in_a_table_stands_under_it(report: Document, tmp_path: Path) -> None:
    """No footnote stands in a table: LibreOffice loses the row after it where the page ends there."""
    key = printed(report, in_table=True).key
    sections = tuple(
        dataclasses.replace(section, paragraphs=(), footnotes=(Footnote(key, NOTE),) if section.tables else ())
        for section in report.sections
    )
    word = docx.Document(str(written(dataclasses.replace(report, sections=sections), tmp_path)))
    assert not list(word.element.body.iter(qn("w:footnoteReference")))
    assert any(said.endswith(NOTE) for said in in_style(word, "TableNote"))


def test_the_tail_lines_close_the_document(word: WordDocument) -> None:
    """Receivers, copies, printer and day, in a table at the foot of the last page."""
    assert in_style(word, "TailLine") == [
        "分送：各市（州）总工会。",
        "抄送：某委办公室。",
        "某省总工会办公室\t2022年3月9日印发",
    ]
    place = word.tables[-1]._tbl.tblPr.find(qn("w:tblpPr"))
    assert (place.get(qn("w:vertAnchor")), place.get(qn("w:tblpYSpec"))) == ("margin", "bottom")


def test_S7_head_and_tail_of_an_issue_bear_the_day_of_its_last_release(report: Document) -> None:
    """S7: a report released before a revision of another does not give the issue two days."""
    earlier = dataclasses.replace(report, head=None, issued_on=dt.date(2022, 2, 1))
    blocks = [block for _, part in lay_out_issue([report, earlier]) for block in part]
    (head,) = [block for block in blocks if isinstance(block, RedHead)]
    (tail,) = [block for block in blocks if isinstance(block, TailLines)]
    assert (head.day, tail.day) == ("2022年3月9日", "2022年3月9日印发")


@pytest.mark.libreoffice
def test_S7_the_tail_lines_stand_at_the_foot_of_the_last_page(report: Document, tmp_path: Path) -> None:
    """S7: in LibreOffice too, however little stands above them."""
    *_, last = lay_out(written(report, tmp_path))
    feet = [line.letters[0].foot for line in last.lines if line.text.endswith("印发")]
    assert len(feet) == 1 and 297 - 34.9 - feet[0] < 8


@pytest.mark.libreoffice
def test_S9_no_character_is_lost_at_the_end_of_a_line(report: Document, tmp_path: Path) -> None:
    """S9: LibreOffice drops a comma that would hang over the edge of a justified line."""
    said = "".join(f"{'工' * count}，" for count in range(20, 60))
    section = dataclasses.replace(report.sections[0], paragraphs=((said,),), tables=(), charts=(), footnotes=())
    only = dataclasses.replace(report, sections=(section,), annexes=(), notices=(), revisions=())
    pages = lay_out(written(only, tmp_path))
    assert sum(line.text.count("，") for page in pages for line in page.lines) == said.count("，")


def test_a_plain_report_has_neither_head_nor_tail(report: Document, tmp_path: Path) -> None:
    """Without them declared the issuer stands under the title."""
    word = docx.Document(str(written(dataclasses.replace(report, head=None, tail=None), tmp_path)))
    assert not in_style(word, "RedName") and not in_style(word, "TailLine")
    assert report.issuer in in_style(word, "Subtitle")


def test_only_the_declared_annexes_are_printed(report: Document, tmp_path: Path) -> None:
    """In their declared order; with none the text has no list of them."""
    word = docx.Document(str(written(dataclasses.replace(report, annexes=("sources", "figures")), tmp_path)))
    assert in_style(word, "AnnexTitle") == ["数据来源", "数字一览"]
    word = docx.Document(str(written(dataclasses.replace(report, annexes=()), tmp_path)))
    assert not in_style(word, "AnnexTitle") and not [each for each in in_style(word, "BodyText") if "附件" in each]


@pytest.mark.libreoffice
def test_the_pages_in_the_contents_are_those_of_the_laid_out_document(report: Document, tmp_path: Path) -> None:
    """What the PDF says about the pages of the headings holds for the Word document as LibreOffice lays it out."""
    layout = pdf.write(report, tmp_path / "report.pdf")
    write(report, tmp_path / "report.docx", charts.to_png, layout)
    laid_out = lay_out(tmp_path / "report.docx")
    titles = [section.title for section in report.sections if section.level < 3] + ANNEXES
    for number, title in enumerate(titles, start=1):
        shown = {page.number for page in laid_out for line in page.lines if line.text == "".join(title.split())}
        assert layout.headings[number] in shown, title


def test_S6_who_is_missing_is_a_footnote_of_the_figure_it_concerns(report: Document, tmp_path: Path) -> None:
    """S6: nobody prints such a note in the running text; the mark stands at the figure, and no line is left for it."""
    key = printed(report, in_table=False).key
    said = "会员人数：会员工会应报53家，已报51家。"
    sections = tuple(
        dataclasses.replace(each, footnotes=(), coverage_notes=(Footnote(key, said),) if number == 0 else ())
        for number, each in enumerate(_with_figure_first(report, key))
    )
    path = written(dataclasses.replace(report, sections=sections), tmp_path)
    with zipfile.ZipFile(path) as parts:
        assert said in parts.read("word/footnotes.xml").decode()
        assert said not in parts.read("word/document.xml").decode()


def _with_figure_first(report: Document, key: str) -> list[PrintedSection]:
    """The sections, the one that prints a figure in its text first."""
    return sorted(
        report.sections,
        key=lambda each: all(getattr(piece, "key", "") != key for said in each.paragraphs for piece in said),
    )


def test_S6_the_printed_edition_has_no_audit_trail(report: Document, tmp_path: Path) -> None:
    """S6: unless a publication asks for more, the only annex on paper is what was corrected."""
    usual = Document(**{
        each.name: getattr(report, each.name) for each in dataclasses.fields(report) if each.name != "annexes"
    })  # fmt: skip
    word = docx.Document(str(written(usual, tmp_path)))
    assert in_style(word, "AnnexTitle") == ["更正一览"]


def test_S7_the_office_fills_the_number_of_the_issue_in(report: Document, tmp_path: Path) -> None:
    """S7: it is a block of the document like 导语, and can be taken over from there."""
    head = Head("某省总工会工作通报", "某省总工会办公室", "期号")
    gap = ToWrite("【待补写：期号】", is_required=False, block_id="期号")
    word = docx.Document(str(written(dataclasses.replace(report, edition="draft", head=head, issue=gap), tmp_path)))
    assert [(tag.block_id, texts) for tag, texts in blocks_of(word)] == [("期号", ("【待补写：期号】",))]


def test_S9_a_table_stands_behind_the_sentence_that_speaks_of_it(report: Document, tmp_path: Path) -> None:
    """S9: not after all the other paragraphs of its section; what no sentence speaks of comes last."""
    section = next(each for each in report.sections if each.tables and each.paragraphs)
    figure = next(cell.figure for _, row in section.tables[0].rows for cell in row if cell.figure)
    paragraphs = (("先说一句。",), ("数为", figure, "。"), ("再说一句。",))
    (table,) = section.tables[:1]
    spoken = dataclasses.replace(section, paragraphs=paragraphs, tables=(table,), charts=())
    unspoken = dataclasses.replace(spoken, paragraphs=(("先说一句。",), ("再说一句。",)))
    assert [len(spoken.after(number)) for number in range(3)] == [0, 1, 0]
    assert [len(unspoken.after(number)) for number in range(2)] == [0, 1]
    word = docx.Document(str(written(dataclasses.replace(report, sections=(spoken,)), tmp_path)))
    order = [each.tag for each in word.element.body if each.tag == qn("w:tbl") or "再说一句。" in text_of(each)]
    assert order[0] == qn("w:tbl")


@pytest.mark.parametrize(("rows", "kept"), [(6, [True] * 6), (9, [True, *[False] * 6, True, True])])
def test_S9_a_table_of_some_length_may_go_on_on_the_next_page(rows: int, kept: list[bool], tmp_path: Path) -> None:
    """S9: one of a few rows is whole; a longer one leaves no half page empty, nor its last row alone with the note."""
    section = next(each for each in document().sections if each.tables)
    table = dataclasses.replace(section.tables[0], rows=section.tables[0].rows[:1] * rows, note="全省数。")
    one = dataclasses.replace(document(), sections=(dataclasses.replace(section, tables=(table,), charts=()),))
    word = docx.Document(str(written(one, tmp_path)))
    lines = [[cell.paragraphs[0].paragraph_format.keep_with_next or False for cell in row.cells]
             for row in word.tables[0].rows]  # fmt: skip
    assert lines == [[each] * 3 for each in (True, *kept)]


def test_S9_no_unseen_character_holds_a_number_to_its_unit(tmp_path: Path) -> None:
    """S9: Word breaks lines by its own rules; nobody copies or searches for a character that is not seen."""
    path = tmp_path / "report.docx"
    write(document(), path, picture)
    said = "".join(each.text or "" for each in docx.Document(str(path)).element.body.iter(qn("w:t")))
    assert "万元" in said
    assert not set(said) & set("\u00a0\u200b\u200c\u200d\u2060\ufeff")
