"""The measure of what opens and closes a document and of pages as they are laid out: each thing done is found."""

import dataclasses
import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from nianbao.cli import main
from nianbao.errors import UsageError
from nianbao.publish import pdf
from nianbao.publish.docx import write
from nianbao.publish.pdf.fonts import choose
from nianbao.review.layout import check_filling, check_sheets, deviations, lay_out, measure, read_pages
from nianbao.review.layout.printed import Letter, PrintedLine, PrintedPage
from nianbao.terms.document import Document, Footnote, PrintedBlock, PrintedChart, PrintedFigure
from nianbao.terms.publication import Head, Tail
from tests.unit.publish.synthetic import document

ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
Change = Callable[[WordDocument], object]


def picture(_: PrintedChart) -> bytes:
    """A chart that costs nothing to draw."""
    return ONE_PIXEL


def bulletin() -> Document:
    """A bulletin with head, tail and a footnote."""
    made = document()
    noted = list(made.sections)
    place, first = next(
        (place, piece)
        for place, section in enumerate(noted)
        for paragraph in section.paragraphs
        for piece in paragraph
        if isinstance(piece, PrintedFigure)
    )
    noted[place] = dataclasses.replace(noted[place], footnotes=(Footnote(first.key, "一条说明。"),))
    return dataclasses.replace(
        made,
        edition="r2",
        issued_on=dt.date(2022, 3, 9),
        sections=tuple(noted),
        head=Head("某省总工会工作通报", "某省总工会办公室"),
        issue=PrintedBlock("block-期号-1", "期号", "", "第2期", "办公室", dt.date(2022, 3, 9)),
        tail=Tail("某省总工会办公室", "各市（州）总工会，省级各产业工会。", "某委办公室。"),
    )


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bulletin as nianbao writes it."""
    path = tmp_path_factory.mktemp("ends") / "own.docx"
    write(bulletin(), path, picture)
    return path


def found(own: Path, folder: Path, change: Change) -> set[str]:
    """The rules that are broken after something was done to the bulletin."""
    word = docx.Document(str(own))
    change(word)
    word.save(str(folder / "changed.docx"))
    return {each.rule.id for each in deviations(measure(folder / "changed.docx"))}


def paragraph(word: WordDocument, start: str) -> Paragraph:
    """The first paragraph that begins with some words."""
    return next(each for each in word.paragraphs if each.text.startswith(start))


def centre(start: str, alignment: WD_ALIGN_PARAGRAPH) -> Change:
    """Align a paragraph otherwise."""
    return lambda word: setattr(paragraph(word, start).paragraph_format, "alignment", alignment)


def drop(start: str) -> Change:
    """Take a paragraph out."""
    return lambda word: paragraph(word, start)._p.getparent().remove(paragraph(word, start)._p)


def font(of: Paragraph, name: str) -> None:
    """Name the Chinese font of a paragraph's first run."""
    of.runs[0]._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def paint(word: WordDocument) -> None:
    """Draw the red line in black."""
    style = next(style for style in word.styles if style.style_id == "IssueLine")
    style.element.pPr.find(qn("w:pBdr")).find(qn("w:bottom")).set(qn("w:color"), "000000")


def bring_up(word: WordDocument) -> None:
    """Take away the blank line and the space over the title."""
    title = paragraph(word, "某省总工会2021")
    title.paragraph_format.space_before = Pt(0)
    title._p.getparent().remove(title._p.getprevious())


def tail(word: WordDocument) -> docx.table.Table:
    """The table with the tail lines."""
    return word.tables[-1]


def drop_tail(word: WordDocument) -> None:
    """Take the tail lines out."""
    tail(word)._tbl.getparent().remove(tail(word)._tbl)


def thin(word: WordDocument) -> None:
    """Draw the first tail line too thin."""
    tail(word)._tbl.tblPr.find(qn("w:tblBorders")).find(qn("w:top")).set(qn("w:sz"), "4")


def add_heading(word: WordDocument) -> None:
    """Add a heading that the contents do not name."""
    paragraph(word, "附件：")._p.addprevious(word.add_paragraph("九、又一件事", "Heading 1")._p)


def rename(word: WordDocument) -> None:
    """Call a heading otherwise than the contents do."""
    of = next(each for each in word.paragraphs if each.style is not None and each.style.style_id == "Heading2")
    of.runs[0].text = "（一）改了名"


def drop_contents(word: WordDocument) -> None:
    """Take the contents out and add many headings."""
    control = next(each for each in word.element.body.iter(qn("w:docPartGallery"))).getparent().getparent().getparent()
    control.getparent().remove(control)
    for _ in range(12):
        paragraph(word, "附件：")._p.addprevious(word.add_paragraph("九、又一件事", "Heading 1")._p)


def unname(word: WordDocument) -> None:
    """Leave the font of the footnotes to the theme."""
    style = next(style for style in word.styles if style.style_id == "FootnoteText")
    style.element.rPr.rFonts.set(qn("w:eastAsiaTheme"), "minorEastAsia")


def add_box(word: WordDocument) -> None:
    """Put a text box into the text, whose words take their font from the theme."""
    xml = (
        '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:pict><w:txbxContent><w:p><w:r>'
        '<w:rPr><w:rFonts w:eastAsiaTheme="minorEastAsia"/></w:rPr><w:t>框里的话</w:t></w:r></w:p></w:txbxContent>'
        "</w:pict></w:r>"
    )
    paragraph(word, "全省各级")._p.append(parse_xml(xml))


CHANGES: dict[str, tuple[str, Change]] = {
    "name font": ("head-name-font", lambda word: font(paragraph(word, "某省总工会工作通报"), "黑体")),
    "name left": ("head-name-centred", centre("某省总工会工作通报", WD_ALIGN_PARAGRAPH.LEFT)),
    "name high": (
        "head-name-place",
        lambda word: setattr(paragraph(word, "某省总工会工作通报").paragraph_format, "space_before", Pt(10)),
    ),
    "no issue": ("head-number", drop("第2期")),
    "issue left": ("head-number", centre("第2期", WD_ALIGN_PARAGRAPH.RIGHT)),
    "issue small": ("head-number", lambda word: setattr(paragraph(word, "第2期").runs[0].font, "size", Pt(12))),
    "black line": ("head-line", paint),
    "short line": (
        "head-line",
        lambda word: setattr(paragraph(word, "某省总工会办公室编").paragraph_format, "left_indent", Pt(32)),
    ),
    "title close": ("title-place", bring_up),
    "no tail": ("tail", drop_tail),
    "tail font": ("tail-font", lambda word: font(tail(word).rows[0].cells[0].paragraphs[0], "宋体")),
    "tail size": (
        "tail-font",
        lambda word: setattr(tail(word).rows[-1].cells[0].paragraphs[0].runs[0].font, "size", Pt(16)),
    ),
    "tail line": ("tail-lines", thin),
    "no printer": ("tail-printed", lambda word: tail(word)._tbl.remove(tail(word).rows[-1]._tr)),
    "text behind": ("tail-last", lambda word: word.add_paragraph("还有一句话。", "Body Text")),
    "new heading": ("contents", add_heading),
    "other heading": ("contents", rename),
    "no contents": ("contents", drop_contents),
    "footnote font": ("font-named", unname),
    "box font": ("font-named", add_box),
}


def test_our_own_bulletin_passes(own: Path) -> None:
    """A bulletin that nianbao writes has nothing that deviates."""
    measured = measure(own)
    assert deviations(measured) == []
    assert len(measured.asides) == 1
    assert measured.contents is not None and measured.contents[-1] == "更正一览"


@pytest.mark.parametrize(("rule", "change"), CHANGES.values(), ids=CHANGES)
def test_what_was_done_is_found_and_nothing_else(own: Path, tmp_path: Path, rule: str, change: Change) -> None:
    """Each thing that deviates is reported under its rule, and only under that one."""
    assert found(own, tmp_path, change) == {rule}


def test_our_own_pdf_passes(tmp_path: Path) -> None:
    """The PDF keeps to the type area, has its page numbers outside and every font in it."""
    pdf.write(bulletin(), tmp_path / "own.pdf", choose(with_installed=False))
    pages = read_pages(tmp_path / "own.pdf")
    assert len(pages) >= 5
    assert {each.rule.id for each in check_sheets(pages)} <= {"pdf-font"}  # there is only the packaged font here
    said = CliRunner().invoke(main, ["layout", str(tmp_path / "own.pdf")])
    assert said.exit_code == 1 and "NotoSansCJK" in said.output


def line(foot: float, text: str = "工" * 28, *, size: float = 16, left: float = 28, right: float = 184) -> PrintedLine:
    """A printed line from edge to edge."""
    step = (right - left) / len(text)
    letters = [Letter(each, left + step * n, left + step * (n + 1), foot, size) for n, each in enumerate(text)]
    return PrintedLine(tuple(letters))


def page(number: int = 1, pitch: float = 29, count: int = 22, folio: PrintedLine | None = None) -> PrintedPage:
    """A page full of running text, with its number."""
    lines = [line(42 + each * pitch / 72 * 25.4) for each in range(count)]
    side = 168 if number % 2 else 33
    return PrintedPage(number, 210, 297, (*lines, folio or line(272, f"—{number}—", size=14, left=side, right=180)), ())


PAGES: dict[str, tuple[str, PrintedPage]] = {
    "letter paper": ("page-size", dataclasses.replace(page(), width=216)),
    "close lines": ("page-grid", page(pitch=27)),
    "too many lines": ("page-grid", page(count=23)),
    "few letters": (
        "page-grid",
        dataclasses.replace(
            page(), lines=(*(line(42 + n * 29 / 72 * 25.4, "工" * 27) for n in range(22)), page().lines[-1])
        ),
    ),
    "too far left": (
        "page-margins",
        dataclasses.replace(page(), lines=(line(40, size=12, left=24, right=100), *page().lines)),
    ),
    "too far right": (
        "page-margins",
        dataclasses.replace(page(), lines=(line(40, size=12, left=100, right=188), *page().lines)),
    ),
    "too high": ("page-margins", dataclasses.replace(page(), lines=(line(30, size=12), *page().lines))),
    "large heading": (
        "body-size",
        dataclasses.replace(page(), lines=(line(44, "（一）事项", size=19), *page().lines[1:])),
    ),
    "no number": ("page-number", dataclasses.replace(page(), lines=page().lines[:-1])),
    "no dashes": ("page-number-dashes", page(folio=line(272, "1", size=14, left=175, right=178))),
    "small number": ("page-number-size", page(folio=line(272, "—1—", size=12, left=168, right=180))),
    "inner side": ("page-number-side", page(number=2, folio=line(272, "—2—", size=14, left=168, right=180))),
    "low number": ("page-number-place", page(folio=line(285, "—1—", size=14, left=168, right=180))),
    "a font from outside": ("font-embedded", dataclasses.replace(page(), missing_fonts=("SimSun",))),
}


def test_a_page_as_it_should_be_passes() -> None:
    """Twenty-two lines of twenty-eight characters, odd and even."""
    assert list(check_sheets([page(1), page(2)])) == []


@pytest.mark.parametrize(("rule", "measured"), PAGES.values(), ids=PAGES)
def test_what_is_wrong_with_a_page_is_found_and_nothing_else(rule: str, measured: PrintedPage) -> None:
    """Each thing that deviates on a page is reported under its rule, and only under that one."""
    assert {each.rule.id for each in check_sheets([measured])} == {rule}


def test_a_file_that_is_no_pdf_is_refused(tmp_path: Path) -> None:
    """Anything else than a PDF is said to be none."""
    path = tmp_path / "text.pdf"
    path.write_text("不是文档", encoding="utf-8")
    with pytest.raises(UsageError, match="no PDF"):
        read_pages(path)


def test_without_libreoffice_it_is_said(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no LibreOffice the count of lines ends with what to do."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(UsageError, match="no LibreOffice"):
        lay_out(own)


@pytest.mark.libreoffice
def test_what_libreoffice_saves_passes_too(own: Path, tmp_path: Path) -> None:
    """Our own document opened in LibreOffice and saved again is still measured rightly: lines, head, contents."""
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(own)], check=True, capture_output=True, timeout=120)
    assert deviations(measure(tmp_path / "own.docx")) == []


@pytest.mark.libreoffice
def test_lines_and_characters_are_counted_on_real_pages(own: Path, tmp_path: Path) -> None:
    """As LibreOffice lays it out our own document has 22 lines of 28 characters; one with other lines has not."""
    assert list(check_filling(lay_out(own))) == []
    word = docx.Document(str(own))
    grid = word.element.body.sectPr.find(qn("w:docGrid"))
    grid.getparent().remove(grid)
    for style in word.styles:
        if style.style_id == "BodyText":
            style.paragraph_format.line_spacing = Pt(25)
    for _ in range(30):
        word.add_paragraph("工" * 56, "Body Text")
    word.save(str(tmp_path / "close.docx"))
    (found,) = {each.what for each in check_filling(lay_out(tmp_path / "close.docx")) if "行距" in each.what}
    assert found.startswith("行距25")
