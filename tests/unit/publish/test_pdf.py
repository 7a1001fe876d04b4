"""The PDF: the page of the standard, the words of the Word document in order, fonts embedded, nothing as code."""

import dataclasses
import datetime as dt
import itertools
import os
import re
import struct
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx as word_files
import pypdfium2
import pytest
from docx.oxml.ns import qn
from pypdfium2 import raw

from nianbao.publish import docx, pdf
from nianbao.publish.pdf.fonts import OFFICIAL, PACKAGED, STAND_INS, ChosenFonts, characters_of, choose
from nianbao.publish.pdf.write import stroke_of
from nianbao.publish.typeset.grid import ROOM, set_table
from nianbao.publish.typeset.look import FANGSONG, HEITI, LATIN, LOOKS
from nianbao.review.layout.printed import read_pages
from nianbao.review.layout.sheets import check_sheets
from nianbao.terms.document import Document, Footnote, PrintedBlock, PrintedFigure, PrintedTable, TableCell
from nianbao.terms.publication import Head, Tail
from tests.unit.publish.synthetic import document

POINTS = 72 / 25.4
HARMFUL = (
    '#panic("x")',
    "$ x^2 $ *strong* _emph_ `raw` <label> @reference",
    '"] #read("/etc/passwd") [',
    "// no comment /* none */ \\u{41} \\",
    "= 标题\n- 一\n+ 二",
    "甲<乙 & 丙",
    "{{7*7}}",
    "上\x0b下\x00",
    "https://example.invalid/#x",
)


@pytest.fixture(scope="module")
def packaged() -> ChosenFonts:
    """The fonts of a machine that has none."""
    return choose(with_installed=False)


@pytest.fixture(scope="module")
def report() -> Document:
    """A bulletin with everything: red head, footnotes in text and table, tail lines, annexes."""
    made = document()
    noted = []
    for section in made.sections:
        figures = [piece for each in section.paragraphs for piece in each if isinstance(piece, PrintedFigure)]
        notes = (Footnote(figures[0].key, f"关于{section.id}的说明。"),) if figures else ()
        noted.append(dataclasses.replace(section, footnotes=notes))
    return dataclasses.replace(
        made,
        edition="r2",
        issued_on=dt.date(2022, 3, 9),
        sections=tuple(noted),
        head=Head("某省总工会工作通报", "某省总工会办公室"),
        issue=PrintedBlock("block-期号-1", "期号", "", "第4期", "办公室", dt.date(2022, 3, 9)),
        tail=Tail("某省总工会办公室", "各市（州）总工会，省级各产业工会。", "某委办公室。"),
    )


@pytest.fixture(scope="module")
def file(report: Document, packaged: ChosenFonts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bulletin as a file, set with the packaged font."""
    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    pdf.write(report, path, packaged)
    return path


def pages_of(path: Path) -> list[str]:
    """The text of every page."""
    with pypdfium2.PdfDocument(path) as opened:
        return [page.get_textpage().get_text_bounded() for page in opened]


def squeezed(text: str) -> str:
    """A text without blanks and line ends."""
    return re.sub(r"[\s\x00\x0b\u200b]", "", text)


def test_all_words_of_the_word_document_are_there(report: Document, packaged: ChosenFonts, tmp_path: Path) -> None:
    """What the Word document says in its paragraphs stands in the PDF, in the same order."""
    bare: dict[str, Any] = {"footnotes": (), "tables": (), "charts": ()}  # which may stand between two lines
    unmarked = tuple(dataclasses.replace(section, **bare) for section in report.sections)
    same = dataclasses.replace(report, sections=unmarked)
    docx.write(same, tmp_path / "report.docx")
    pdf.write(same, tmp_path / "report.pdf", packaged)
    shown = squeezed("".join(re.sub(r"— \d+ —", "", page) for page in pages_of(tmp_path / "report.pdf")))
    place = 0
    for paragraph in word_files.Document(str(tmp_path / "report.docx")).paragraphs:
        said = squeezed("".join(node.text or "" for node in paragraph._p.iter(qn("w:t"))))
        if len(said) > 3 and not paragraph.style.name.startswith(("toc", "表", "图", "caption", "版记")):
            found = shown.find(said, place)
            assert found >= 0, said
            place = found


def test_the_page_is_that_of_the_standard(file: Path) -> None:
    """A4; the page numbers stand outside, at the right on odd pages and at the left on even ones."""
    with pypdfium2.PdfDocument(file) as opened:
        assert len(opened) >= 5
        for number, page in enumerate(opened, start=1):
            assert [round(side / POINTS) for side in page.get_size()] == [210, 297]
            textpage = page.get_textpage()
            found = textpage.search(f"— {number} —").get_next()
            left, bottom, right, _ = textpage.get_charbox(found[0], loose=True)
            side = 28 if number % 2 == 0 else 210 - 26 - 20
            assert abs(left / POINTS - side) < 8
            assert 15 < bottom / POINTS < 28
            assert right > left


def test_22_lines_of_28_characters_fill_a_page(report: Document, packaged: ChosenFonts, tmp_path: Path) -> None:
    """Running text stands in 22 lines on a page and 28 characters on a line."""
    section = dataclasses.replace(
        report.sections[1], title="", paragraphs=(("工" * 28 * 70,),), tables=(), charts=(), footnotes=()
    )
    plain = dataclasses.replace(
        report, sections=(section,), annexes=(), figures=(), traces={}, head=None, tail=None, notices=()
    )
    pdf.write(plain, tmp_path / "full.pdf", packaged)
    lines = [line for line in pages_of(tmp_path / "full.pdf")[1].splitlines() if "工" in line]
    assert len(lines) == 22
    assert {len(line.strip()) for line in lines} == {28}


@pytest.mark.parametrize("before", range(20, 28))
def test_a_table_is_named_on_one_line(report: Document, packaged: ChosenFonts, tmp_path: Path, before: int) -> None:
    """Who is sent to 表 looks for a number."""
    section = next(each for each in report.sections if each.paragraphs)
    said = dataclasses.replace(section, paragraphs=(("工" * before + "表12" + "会" * 20,),), footnotes=(), tables=())
    bare = dataclasses.replace(report, sections=(said,), figures=(), revisions=(), unfinished="")
    pdf.write(bare, tmp_path / "line.pdf", packaged)
    assert "表12" in "".join(pages_of(tmp_path / "line.pdf"))


@pytest.mark.parametrize("before", range(14, 28))
def test_S9_a_number_stays_with_its_unit_and_no_line_is_stretched_for_it(
    report: Document, packaged: ChosenFonts, tmp_path: Path, before: int
) -> None:
    """S9: an amount that does not fit goes to the next line whole; the line before it stays as wide as its letters."""
    section = next(each for each in report.sections if each.paragraphs)
    amount = dataclasses.replace(report.figures[0], text="20,560.41万元")
    said = dataclasses.replace(section, paragraphs=(("工" * before, amount, "，" + "会" * 20),), footnotes=())
    bare = dataclasses.replace(report, sections=(said,), figures=(), revisions=(), unfinished="")
    pdf.write(bare, tmp_path / "line.pdf", packaged)
    with pypdfium2.PdfDocument(tmp_path / "line.pdf") as opened:
        page = next(page for page in opened if "工工工" in page.get_textpage().get_text_bounded())
        text = page.get_textpage()
        place = text.search("20,560").get_next()
        found = place and [text.get_charbox(place[0] + number, loose=True) for number in range(len(amount.text))]
        steps = [
            text.get_charbox(number, loose=True) for number, one in enumerate(text.get_text_range()) if one == "工"
        ]
    bottoms = [box[1] for box in found or []]
    assert found and max(bottoms) - min(bottoms) < 6
    gaps = [after[0] - one[0] for one, after in itertools.pairwise(steps) if abs(one[1] - after[1]) < 1]
    assert gaps and max(gaps) < 16.1


def test_the_head_the_notes_and_the_tail_are_printed(report: Document, file: Path) -> None:
    """Issue and day of a bulletin on the first page, each footnote once, receivers and printer on the last page."""
    pages = [squeezed(page) for page in pages_of(file)]
    assert "某省总工会工作通报第4期某省总工会办公室编2022年3月9日" in pages[0]
    notes = [note.text for section in report.sections for note in section.footnotes]
    assert len(notes) >= 3
    assert [sum(page.count(squeezed(note)) for page in pages) for note in notes] == [1] * len(notes)
    assert "分送：各市（州）总工会，省级各产业工会。" in pages[-1]
    assert "抄送：某委办公室。某省总工会办公室2022年3月9日印发" in pages[-1]


def test_the_contents_say_where_the_headings_are(report: Document, packaged: ChosenFonts, tmp_path: Path) -> None:
    """Every heading is in the contents with its page, and the pages are told to whoever writes the Word document."""
    told = pdf.write(report, tmp_path / "report.pdf", packaged).headings
    pages = [squeezed(page) for page in pages_of(tmp_path / "report.pdf")]
    titles = [section.title for section in report.sections if section.level < 3]
    titles += ["数字一览", "数据来源", "更正一览"]
    assert len(told) == len(titles)
    for number, title in enumerate(titles, start=1):
        assert squeezed(title) in pages[told[number] - 1]
        assert re.search(re.escape(squeezed(title)) + rf"\.+{told[number]}(?!\d)", "".join(pages[:2]))


@pytest.mark.parametrize("text", HARMFUL)
def test_hostile_text_is_only_text(report: Document, packaged: ChosenFonts, tmp_path: Path, text: str) -> None:
    """Whatever a name holds is shown as it is, wherever it stands; nothing of it is read as code."""
    figure = dataclasses.replace(report.figures[0], text=text, zh=text, key=text, definition=text)
    section = dataclasses.replace(
        report.sections[1], title=text, level=1, paragraphs=((text, figure),), coverage_notes=(Footnote("", text),),
        footnotes=(Footnote(text, text),),
    )  # fmt: skip
    changed = dataclasses.replace(
        report, title=text, notices=(text,), sections=(section,), figures=(figure,), issuer=text,
        head=Head(text[:12], text), tail=Tail(text, text, text),
    )  # fmt: skip
    pdf.write(changed, tmp_path / "hostile.pdf", packaged)
    shown = squeezed("".join(pages_of(tmp_path / "hostile.pdf")))
    assert shown.count(squeezed(text)) >= 10


def test_the_same_report_gives_the_same_bytes_in_any_process(report: Document, tmp_path: Path) -> None:
    """Nothing of the clock or the machine is in the file."""
    program = (
        "import sys, pathlib\nfrom nianbao.publish import pdf\nfrom tests.unit.publish.synthetic import document\n"
        "pdf.write(document(), pathlib.Path(sys.argv[1]))"
    )
    paths = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for path, seed in zip(paths, "12", strict=True):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(["src", "."])}
        subprocess.run([sys.executable, "-c", program, str(path)], check=True, env=environment)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with pypdfium2.PdfDocument(paths[0]) as opened:
        assert opened.get_metadata_value("CreationDate") == "D:20220218013000Z"


def test_every_font_is_embedded(file: Path) -> None:
    """All fonts of the file are subsets that it carries with it."""
    with pypdfium2.PdfDocument(file) as opened:
        fonts = [
            raw.FPDFTextObj_GetFont(each.raw)
            for page in opened
            for each in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])
        ]
        assert len(fonts) > 100
        assert all(raw.FPDFFont_GetIsEmbedded(font) for font in fonts)


def test_a_character_that_no_font_has_is_said(report: Document, packaged: ChosenFonts, tmp_path: Path) -> None:
    """It stands as its code point, not as a box, and stops nothing."""
    strange = dataclasses.replace(report, title="年报\U00016800")
    pdf.write(strange, tmp_path / "strange.pdf", packaged)
    assert "年报〔缺字U+16800〕" in squeezed("".join(pages_of(tmp_path / "strange.pdf")))


def test_without_fonts_the_packaged_one_serves_for_all(packaged: ChosenFonts) -> None:
    """Chinese and digits are then of one kind."""
    assert packaged.is_packaged_only
    assert {face.family for face in packaged.faces.values()} == {PACKAGED}


def test_S8_headings_are_told_apart_where_there_is_only_one_font(
    report: Document, packaged: ChosenFonts, tmp_path: Path
) -> None:
    """S8: a heading of any level is drawn darker than running text, the more the higher it is."""
    looks = {look.id: stroke_of(look, packaged) for look in LOOKS}
    assert looks["Title"] > looks["Heading1"] > looks["Heading2"] > looks["BodyText"] == 0
    pdf.write(report, tmp_path / "one.pdf", packaged)
    with pypdfium2.PdfDocument(tmp_path / "one.pdf") as opened:
        objects = [each for page in opened for each in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])]
        modes = {raw.FPDFTextObj_GetTextRenderMode(each.raw) for each in objects}
    assert {raw.FPDF_TEXTRENDERMODE_FILL, raw.FPDF_TEXTRENDERMODE_FILL_STROKE} <= modes


def test_S8_no_font_is_used_that_is_not_named_here() -> None:
    """S8: what else a machine has installed moves no byte: only what is named here and the packaged font."""
    named = {PACKAGED, *itertools.chain(*OFFICIAL.values()), *(name for each in STAND_INS.values() for name, _ in each)}
    assert {face.family for face in choose().found} <= named


def test_S8_the_checker_names_fonts_that_are_not_the_standard_s(
    report: Document, packaged: ChosenFonts, tmp_path: Path
) -> None:
    """S8: a PDF all in one stand-in is not said to be as the standard wants."""
    pdf.write(report, tmp_path / "one.pdf", packaged)
    (said,) = [each for each in check_sheets(read_pages(tmp_path / "one.pdf")) if each.rule.id == "pdf-font"]
    assert "Noto Sans CJK" in said.what.replace("NotoSansCJK", "Noto Sans CJK")


def test_what_is_installed_is_taken_before_what_stands_in(packaged: ChosenFonts) -> None:
    """With the fonts of this machine no official font is worse served than without, and the packaged one stays."""
    chosen = choose()
    families, missing = chosen.fallback({font: {"年"} for font in (FANGSONG, HEITI, LATIN)})
    assert PACKAGED in families and not missing
    assert {face.path for face in packaged.found} <= {face.path for face in chosen.found}


def test_the_glyphs_of_a_font_are_read(packaged: ChosenFonts) -> None:
    """Common characters are there, rare and unassigned ones are not; a broken file has none."""
    face = packaged.faces[FANGSONG]
    assert not face.lacks("年报工会，。—0123AZ〔〕〇")
    assert face.lacks("年\U00016800\U000e0001") == {"\U00016800", "\U000e0001"}


@pytest.mark.parametrize("content", [b"", b"OTTO", b"ttcf" + bytes(40), struct.pack(">IH", 0x00010000, 3)])
def test_a_broken_font_has_no_glyphs(tmp_path: Path, content: bytes) -> None:
    """A file that is no font, or only its beginning, is passed over."""
    path = tmp_path / "broken.otf"
    path.write_bytes(content)
    assert characters_of(path, 0) == frozenset()


def test_S9_labels_wrap_before_a_table_goes_on_for_a_column(report: Document) -> None:
    """S9: long names give room where the numbers would fit beside shorter ones."""
    cells = tuple(TableCell("100.0%", Decimal(100)) for _ in range(7))
    table = PrintedTable("题", "", ("单位", *("说明率" for _ in cells)), (("名" * 20, cells),))
    (grid,) = set_table(table).grids
    assert len(grid.heads) == 8 and sum(grid.widths) <= ROOM


def test_a_wide_table_goes_on_in_parts(report: Document, packaged: ChosenFonts, tmp_path: Path) -> None:
    """Columns that do not fit the sheet follow under 续表, with the labels of the rows again."""
    table = report.sections[3].tables[0]
    head = (table.head[0], *(f"第{number}类资金（万元）" for number in range(1, 16)))
    rows = tuple((label, tuple(itertools.islice(itertools.cycle(cells), 15))) for label, cells in table.rows)
    wide = dataclasses.replace(table, head=head, rows=rows)
    section = dataclasses.replace(report.sections[3], tables=(wide,), charts=())
    pdf.write(dataclasses.replace(report, sections=(section,)), tmp_path / "wide.pdf", packaged)
    shown = squeezed("".join(pages_of(tmp_path / "wide.pdf")))
    assert shown.count("续表") >= 1
    assert all(f"第{number}类资金" in shown for number in range(1, 16))
    assert shown.count(table.rows[0][0]) >= 2
