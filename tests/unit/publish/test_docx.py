"""The Word document: official layout, styles to go on editing with, every figure findable, the same bytes."""

import dataclasses
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt

from nianbao.publish.docx import write
from nianbao.terms.document import Document, PrintedChart, PrintedFigure
from tests.unit.publish.synthetic import HOSTILE, HOSTILE_UNIT, document

HARMFUL = ('=HYPERLINK("http://x","y")', "甲<乙 & 丙", "</w:t></w:r>", "{{7*7}}", "上\x0b下\x00")
ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
ODD, EVEN = 0, 1


def picture(_: PrintedChart) -> bytes:
    """A chart that costs nothing to draw."""
    return ONE_PIXEL


@pytest.fixture(scope="module")
def report() -> Document:
    """The made-up publication as its second release."""
    return dataclasses.replace(document(), edition="r2")


@pytest.fixture(scope="module")
def file(report: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report as a file."""
    path = tmp_path_factory.mktemp("docx") / "report.docx"
    write(report, path, picture)
    return path


@pytest.fixture(scope="module")
def word(file: Path) -> WordDocument:
    """The report as Word reads it."""
    return docx.Document(str(file))


def every(word: WordDocument, name: str) -> list[BaseOxmlElement]:
    """All elements of a name in the text."""
    return list(word.element.body.iter(qn(name)))


def text_of(element: BaseOxmlElement) -> str:
    """The text in an element."""
    return "".join(node.text or "" for node in element.iter(qn("w:t")))


def tagged(word: WordDocument) -> list[tuple[str, str]]:
    """Key and text of every content control."""
    return [
        (control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")), text_of(control))
        for control in every(word, "w:sdt")
        if control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}") is not None
    ]


def printed(report: Document) -> Iterator[tuple[str, str]]:
    """Key and text of every figure in the sections, in reading order."""
    for section in report.sections:
        for number, paragraph in enumerate(section.paragraphs or ((),)):
            yield from ((piece.key, piece.text) for piece in paragraph if isinstance(piece, PrintedFigure))
            for table in (each for each in section.after(number) if not isinstance(each, PrintedChart)):
                yield from ((cell.figure.key, cell.text) for _, row in table.rows for cell in row if cell.figure)


def in_style(word: WordDocument, name: str) -> list[str]:
    """The texts of the paragraphs in a style."""
    return [text_of(paragraph._p) for paragraph in word.paragraphs if paragraph.style and paragraph.style.name == name]


def test_every_style_names_its_fonts_for_every_script(word: WordDocument) -> None:
    """No style leaves its East Asian, Latin or other font to a theme, and no run asks for another one."""
    fonts = list(word.styles.element.iter(qn("w:rFonts")))
    scripts = ("w:eastAsia", "w:ascii", "w:hAnsi", "w:cs")
    assert len(fonts) >= 20
    assert all(each.get(qn(script)) for each in fonts for script in scripts)
    assert not [key for each in fonts for key in each.attrib if "Theme" in key]
    assert not [each for each in every(word, "w:rFonts") if each.get(qn("w:eastAsia"))]


def test_every_style_used_is_defined(word: WordDocument) -> None:
    """Paragraphs, runs and tables use only styles that the document holds."""
    used = {each.get(qn("w:val")) for name in ("w:pStyle", "w:rStyle", "w:tblStyle") for each in every(word, name)}
    assert used <= {style.style_id for style in word.styles}


@pytest.mark.parametrize(
    ("style", "font", "size"),
    [
        ("Title", "方正小标宋简体", 22),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("Body Text", "仿宋_GB2312", 16),
        ("表格文字", "仿宋_GB2312", 12),
        ("附表数字", "仿宋_GB2312", 10.5),
    ],
)
def test_the_faces_are_those_of_the_standard(word: WordDocument, style: str, font: str, size: float) -> None:
    """Title, headings, text and tables have the faces and sizes of GB/T 9704."""
    found = word.styles[style]
    assert found.element.rPr.rFonts.get(qn("w:eastAsia")) == font
    assert found.font.size == Pt(size)


def test_the_page_holds_22_lines_of_28_characters(word: WordDocument) -> None:
    """A4, margins of the standard, lines of exactly 29 points that fit 22 times, letters that fit 28 times."""
    (section,) = word.sections
    assert [round(each.mm, 1) for each in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(each.mm, 1) for each in margins] == [37, 34.9, 28, 26]
    height = section.page_height - section.top_margin - section.bottom_margin
    width = section.page_width - section.left_margin - section.right_margin
    body = word.styles["Body Text"]
    tracking = int(body.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert body.paragraph_format.line_spacing == Pt(29)
    assert height // Pt(29) == 22
    assert width // Pt(16 + tracking) == 28
    assert body.element.pPr.ind.get(qn("w:firstLineChars")) == "200"


def test_S9_a_number_stays_with_its_unit_by_the_rules_of_line_breaking(word: WordDocument, report: Document) -> None:
    """S9: no line of Chinese ends in a digit, 万 or 亿; the figures' runs hold what is printed and nothing unseen."""
    settings = word.settings.element
    never = {side: settings.find(qn(f"w:noLineBreaks{side}")) for side in ("After", "Before")}
    for side, characters in (("After", "0123456789万亿（《"), ("Before", "，。、；：）》％")):
        assert never[side].get(qn("w:lang")) == "zh-CN"
        assert set(characters) <= set(never[side].get(qn("w:val")))
    assert not set("万亿元人家个") & set(never["Before"].get(qn("w:val")))
    order = [each.tag for each in settings]
    places = [order.index(qn(f"w:{name}")) for name in ("characterSpacingControl", "noLineBreaksAfter",
                                                        "noLineBreaksBefore", "footnotePr")]  # fmt: skip
    assert places == sorted(places)  # Word refuses settings in another order
    assert {text for _, text in tagged(word)} >= {each.text for each in report.figures if each.text}


def test_page_numbers_stand_at_the_outer_side(word: WordDocument) -> None:
    """Odd pages have their number at the right, even pages at the left, as a field between dashes."""
    (section,) = word.sections
    assert word.settings.odd_and_even_pages_header_footer
    footers = [section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]]
    assert [text_of(each._p) for each in footers] == ["— 1 —"] * 2
    assert [each._p.find(qn("w:fldSimple")).get(qn("w:instr")).strip() for each in footers] == ["PAGE"] * 2
    assert footers[ODD].style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.RIGHT
    assert footers[EVEN].style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.LEFT


def test_headings_are_styles(word: WordDocument, report: Document) -> None:
    """The title and the headings of levels 0 to 2 are paragraphs in styles that make an outline."""
    levels = {level: [each.title for each in report.sections if each.level == level] for level in range(3)}
    assert in_style(word, "Title") == [report.title]
    assert in_style(word, "篇题") == levels[0]
    assert in_style(word, "Heading 1") == levels[1]
    assert in_style(word, "Heading 2") == levels[2]


def test_a_run_in_heading_opens_its_paragraph(word: WordDocument) -> None:
    """一是…… stands in bold at the start of the paragraph that it heads."""
    openings = [each for each in word.paragraphs if each.runs and each.runs[0].style.name == "段首题"]
    assert [each.runs[0].text for each in openings] == ["一是维护职工权益。", "二是加强经费管理和审查监督。"]
    assert text_of(openings[0]._p).startswith("一是维护职工权益。送温暖活动筹资")


def test_every_printed_figure_carries_its_key(word: WordDocument, report: Document) -> None:
    """A figure in the text or a table is a content control tagged with its key, with just the printed text in it."""
    expected = list(printed(report))
    assert len(expected) > 15
    assert tagged(word)[: len(expected)] == expected
    ids = [each.get(qn("w:val")) for each in every(word, "w:id")]
    assert len(ids) == len(set(ids))


def test_tables_can_run_over_pages(word: WordDocument) -> None:
    """Every table repeats its head, divides no row, and has its numbers at the right."""
    assert len(word.tables) == 5
    for table in word.tables:
        head, *body = table._tbl.tr_lst
        assert head.trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in [head, *body])
    cell = word.tables[0].rows[1].cells[1].paragraphs[0]
    assert cell.style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.RIGHT


def test_captions_are_numbered_by_fields(word: WordDocument) -> None:
    """Tables are captioned above and charts below, with numbers that Word keeps up to date."""
    assert in_style(word, "Caption") == ["表1　各市州送温暖情况", "表2　收入预算执行情况"]
    assert in_style(word, "图题")[0] == "图1　各市州送温暖资金（单位：万元）"
    assert in_style(word, "计量单位") == ["单位：万元"]
    fields = [each.get(qn("w:instr")).split()[1] for each in every(word, "w:fldSimple")]
    assert fields == ["表", "图", "表", "图", "图"]


def test_a_total_is_bold(word: WordDocument) -> None:
    """The last row of a table with totals stands out."""
    assert all(run.bold for run in word.tables[0].rows[-1].cells[0].paragraphs[0].runs)
    assert not any(run.bold for run in word.tables[0].rows[-2].cells[0].paragraphs[0].runs)


def test_charts_can_be_read_without_being_seen(word: WordDocument) -> None:
    """Every picture has an alternative text with its values."""
    texts = [each.get("descr") for each in every(word, "wp:docPr")]
    assert len(texts) == 3
    assert all("西宁市" in text or "拨缴经费收入" in text for text in texts)


def test_what_the_reader_must_know_comes_first(word: WordDocument, report: Document) -> None:
    """The notice on synthetic data stands over the title, the edition and the day of the data under it."""
    assert [paragraph.text for paragraph in word.paragraphs[:2]] == [report.notices[0], report.title]
    assert in_style(word, "Subtitle") == [report.issuer, "（第2版　数据截至2022年2月18日）"]
    assert in_style(word, "覆盖说明") == ["〔送温暖筹资额：应报53个单位，已报51个，未报甲<乙 & 丙、某县总工会。〕"]


def test_the_annexes_list_all_figures_and_all_revisions(word: WordDocument, report: Document) -> None:
    """Annex 1 gives each figure as printed and exactly, annex 2 what it rests on, annex 3 the release before."""
    assert in_style(word, "附件标记") == ["附件1", "附件2", "附件3"]
    assert in_style(word, "附件题") == ["数字一览", "数据来源", "更正一览"]
    figures, sources, revisions = word.tables[-3:]
    assert [cell.text for cell in figures.rows[0].cells] == ["指标", "年度", "印文", "准确值", "单位", "覆盖"]
    assert len(figures.rows) == 1 + len(report.figures)
    first = report.figures[0]
    row = [text_of(cell._tc) for cell in figures.rows[1].cells]
    assert row == ["送温暖筹资额", "2021", first.text, f"{first.value:,.2f}", "元", "51/53"]
    row = [text_of(cell._tc) for cell in sources.rows[1].cells]
    cells = report.traces[first.key].cells
    assert row[2] == first.definition
    assert row[4:] == [str(len({each.submission_id for each in cells})), str(len(cells))]
    row = [text_of(cell._tc) for cell in revisions.rows[2].cells]
    assert row == [HOSTILE, "（一）思想引领和阵地建设", "1个", "2个", "—", "—"]
    assert text_of(revisions.rows[1].cells[-1]._tc) == "注1"
    note = "注1：西宁市总2021年第四季度《送温暖情况表》更正（QH630100-2021Q4-GH05-1 → QH630100-2021Q4-GH05-2）。"
    assert note in [paragraph.text for paragraph in word.paragraphs]


def test_without_revisions_there_is_one_annex(report: Document, tmp_path: Path) -> None:
    """A first release has no table of revisions, and an only annex needs no number."""
    declared = ("figures", "revisions")
    write(dataclasses.replace(report, edition="r1", revisions=(), annexes=declared), tmp_path / "r1.docx", picture)
    assert in_style(docx.Document(str(tmp_path / "r1.docx")), "附件标记") == ["附件"]


@pytest.mark.parametrize("text", HARMFUL)
def test_hostile_text_is_only_text(report: Document, tmp_path: Path, text: str) -> None:
    """Whatever a name holds is shown as it is; only characters that XML cannot hold are dropped."""
    shown = re.sub("[\x00\x0b]", "", text)
    figure = dataclasses.replace(report.figures[0], text=text, zh=text, key=text)
    section = dataclasses.replace(report.sections[0], title=text, paragraphs=((text, figure),))
    changed = dataclasses.replace(report, title=text, notices=(text,), sections=(section,), figures=(figure,))
    write(changed, tmp_path / "hostile.docx", picture)
    word = docx.Document(str(tmp_path / "hostile.docx"))
    assert in_style(word, "Title") == in_style(word, "篇题") == in_style(word, "提示") == [shown]
    assert in_style(word, "Body Text")[0] == shown * 2
    assert tagged(word)[0] == (shown, shown)
    assert not [link for link in every(word, "w:hyperlink") if not link.get(qn("w:anchor"))]


def test_hostile_names_stand_in_tables_and_alternative_texts(word: WordDocument) -> None:
    """The same holds for row labels and for what describes a chart."""
    assert word.tables[1].rows[3].cells[0].text == HOSTILE_UNIT
    assert HOSTILE_UNIT in every(word, "wp:docPr")[1].get("descr")


def test_the_same_report_gives_the_same_bytes(report: Document, file: Path, tmp_path: Path) -> None:
    """Nothing of the clock or the machine is in the file; its times are those of the data."""
    write(report, tmp_path / "again.docx", picture)
    assert (tmp_path / "again.docx").read_bytes() == file.read_bytes()
    with zipfile.ZipFile(file) as parts:
        assert {info.date_time for info in parts.infolist()} == {(2022, 2, 18, 1, 30, 0)}


def test_the_properties_name_nobody(word: WordDocument, report: Document) -> None:
    """Title, language and times are set; there is no author and nothing of the library's own."""
    properties = word.core_properties
    assert (properties.title, properties.language, properties.version) == (report.title, "zh-CN", "r2")
    assert properties.author == properties.last_modified_by == ""
    assert properties.created == properties.modified
    assert "python" not in properties.comments


def test_the_file_holds_nothing_of_the_library_template(file: Path) -> None:
    """No thumbnail, theme or other left-over part of the library's own template is handed on."""
    with zipfile.ZipFile(file) as parts:
        names = {name for name in parts.namelist() if not name.startswith("word/media/")}
    assert names == {
        *("[Content_Types].xml", "_rels/.rels", "docProps/core.xml"),
        *("word/document.xml", "word/_rels/document.xml.rels", "word/styles.xml", "word/settings.xml"),
        *("word/fontTable.xml", "word/footnotes.xml", "word/footer1.xml", "word/footer2.xml"),
    }


def test_a_long_title_is_broken_where_it_reads_best(report: Document, tmp_path: Path) -> None:
    """A title of two lines is broken before a conjunction, a short one is not broken."""
    title = "2021年工会经费审查审计情况和2022年工作安排报告"
    write(dataclasses.replace(report, title=title), tmp_path / "long.docx", picture)
    first = docx.Document(str(tmp_path / "long.docx")).paragraphs[1]
    assert first.text == title.replace("和", "\n和")


def test_the_charts_are_drawn_when_no_other_pictures_are_given(report: Document, tmp_path: Path) -> None:
    """The project's own charts go into the document, as wide as the text allows."""
    write(report, tmp_path / "charts.docx")
    word = docx.Document(str(tmp_path / "charts.docx"))
    assert len(word.inline_shapes) == 3
    assert all(Mm(100) < shape.width <= Mm(156) for shape in word.inline_shapes)
    assert all(part.image.px_width > 1000 for part in word.part.package.image_parts)


def test_an_empty_report_is_still_a_document(report: Document, tmp_path: Path) -> None:
    """Without sections, figures or rows in a table there is a title and an annex with nothing but its head."""
    table = dataclasses.replace(report.sections[3].tables[0], rows=())
    section = dataclasses.replace(report.sections[3], paragraphs=(), tables=(table,), charts=())
    for sections in ((), (section,)):
        empty = dataclasses.replace(report, sections=sections, figures=(), traces={}, notices=(), revisions=())
        write(empty, tmp_path / "empty.docx", picture)
        assert len(docx.Document(str(tmp_path / "empty.docx")).tables[-1].rows) == 1


@pytest.mark.libreoffice
def test_libreoffice_shows_the_whole_text(report: Document, tmp_path: Path) -> None:
    """Turned into PDF, every heading and figure of the report can be read."""
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine")
    write(report, tmp_path / "report.docx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "report.docx")], check=True, capture_output=True, timeout=120)
    pdf = subprocess.run(["pdftotext", str(tmp_path / "report.pdf"), "-"], check=True, capture_output=True).stdout
    pages = pdf.decode().split("\f")
    shown = re.sub(r"\s", "", pdf.decode())
    assert len(pages) >= 5
    for text in (report.title, HOSTILE, HOSTILE_UNIT, *(section.title for section in report.sections)):
        assert re.sub(r"\s", "", text) in shown
    assert all(text.replace(" ", "") in shown for _, text in printed(report))
