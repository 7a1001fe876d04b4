"""The measure of the official layout: our own documents pass, and each thing done to one is found, and nothing else."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from nianbao.cli import main
from nianbao.errors import UsageError
from nianbao.publish.docx import write
from nianbao.review.layout import Deviation, deviations, measure
from nianbao.terms.document import PrintedChart
from tests.unit.publish.synthetic import document

ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
Change = Callable[[WordDocument], object]


def picture(_: PrintedChart) -> bytes:
    """A chart that costs nothing to draw."""
    return ONE_PIXEL


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with everything, as nianbao writes it."""
    path = tmp_path_factory.mktemp("layout") / "own.docx"
    write(dataclasses.replace(document(), edition="r2"), path, picture)
    return path


def changed(own: Path, folder: Path, *changes: Change) -> Path:
    """The report with something done to it."""
    word = docx.Document(str(own))
    for change in changes:
        change(word)
    path = folder / "changed.docx"
    word.save(str(path))
    return path


def found(own: Path, folder: Path, *changes: Change) -> list[Deviation]:
    """What deviates after something was done to the report."""
    return deviations(measure(changed(own, folder, *changes)))


def style(word: WordDocument, name: str) -> ParagraphStyle:
    """A paragraph style by its id."""
    each = next(each for each in word.styles if each.style_id == name)
    assert isinstance(each, ParagraphStyle)
    return each


def paragraph(word: WordDocument, start: str) -> Paragraph:
    """The first paragraph that begins with some words."""
    return next(each for each in word.paragraphs if each.text.startswith(start))


def set_font(element: ParagraphStyle, font: str) -> None:
    """Name the Chinese font of a style."""
    element.element.rPr.rFonts.set(qn("w:eastAsia"), font)


def run_font(element: Paragraph, font: str) -> None:
    """Name the Chinese font of a paragraph's first run."""
    element.runs[0]._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def take_font(word: WordDocument) -> None:
    """Leave the font of a style to the theme, as Word's own template does."""
    style(word, "BodyText").element.rPr.rFonts.set(qn("w:eastAsiaTheme"), "minorEastAsia")


def say(word: WordDocument, footer: str, place: int, text: str) -> None:
    """Write something into a run of a footer."""
    getattr(word.sections[0], footer).paragraphs[0].runs[place].text = text


def drop_dashes(word: WordDocument) -> None:
    """Take the dashes from the number of odd pages."""
    for run in word.sections[0].footer.paragraphs[0].runs:
        run.text = ""


def drop_number(word: WordDocument) -> None:
    """Take the number from the odd pages."""
    field = word.sections[0].footer._element.find(f".//{qn('w:fldSimple')}")
    field.getparent().remove(field)


def size_footers(word: WordDocument) -> None:
    """Make the numbers of odd pages smaller."""
    style(word, "OddPage").font.size = Pt(12)


def left_cell(word: WordDocument) -> None:
    """Put one number of the second table to the left."""
    word.tables[1].rows[2].cells[1].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.LEFT


def drop_units(word: WordDocument) -> None:
    """Take the unit from above the second table and from its heads."""
    unit = paragraph(word, "单位：")._p
    unit.getparent().remove(unit)
    for cell in word.tables[1].rows[0].cells:
        cell.paragraphs[0].runs[0].text = cell.text.partition("（")[0]


def turn(word: WordDocument) -> None:
    """Turn the sheet but leave the margins where they were."""
    section = word.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width


def margin(side: str, length: int) -> Change:
    """Set a margin, in millimetres."""
    return lambda word: setattr(word.sections[0], f"{side}_margin", Mm(length))


CHANGES: dict[str, tuple[str, Change]] = {
    "letter paper": ("page-size", lambda word: setattr(word.sections[0], "page_width", Mm(216))),
    "top": ("page-margins", margin("top", 25)),
    "bottom": ("page-margins", margin("bottom", 25)),
    "left": ("page-margins", margin("left", 32)),
    "right": ("page-margins", margin("right", 32)),
    "turned": ("landscape-margins", turn),
    "lines": ("page-grid", lambda word: setattr(style(word, "BodyText").paragraph_format, "line_spacing", Pt(26))),
    "loose lines": ("page-grid", lambda word: setattr(style(word, "BodyText").paragraph_format, "line_spacing", 1.5)),
    "tracking": (
        "page-grid",
        lambda word: style(word, "Heading1").element.rPr.find(qn("w:spacing")).set(qn("w:val"), "10"),
    ),
    "theme font": ("font-named", take_font),
    "body font": ("body-font", lambda word: set_font(style(word, "BodyText"), "宋体")),
    "a run's font": ("body-font", lambda word: run_font(paragraph(word, "全省各级"), "宋体")),
    "body size": ("body-size", lambda word: setattr(style(word, "BodyText").font, "size", Pt(14))),
    "a run's size": ("body-size", lambda word: setattr(paragraph(word, "全省各级").runs[0].font, "size", Pt(14))),
    "indent": (
        "body-indent",
        lambda word: style(word, "BodyText").element.pPr.remove(style(word, "BodyText").element.pPr.ind),
    ),
    "level 1": ("level-1-font", lambda word: set_font(style(word, "Heading1"), "仿宋_GB2312")),
    "level 2": ("level-2-font", lambda word: set_font(style(word, "Heading2"), "黑体")),
    "level 3": ("level-3-font", lambda word: run_font(word.add_paragraph("1. 一件事", "Body Text"), "黑体")),
    "title font": ("title-font", lambda word: set_font(style(word, "Title"), "黑体")),
    "title size": ("title-size", lambda word: setattr(style(word, "Title").font, "size", Pt(18))),
    "title left": (
        "title-centred",
        lambda word: setattr(paragraph(word, "某省总工会2021").paragraph_format, "alignment", WD_ALIGN_PARAGRAPH.LEFT),
    ),
    "no number": ("page-number", drop_number),
    "no dashes": ("page-number-dashes", drop_dashes),
    "number size": ("page-number-size", size_footers),
    "number font": ("page-number-font", lambda word: setattr(style(word, "EvenPage").font, "name", "Arial")),
    "one side": ("page-number-side", lambda word: setattr(word.settings, "odd_and_even_pages_header_footer", False)),
    "number at the edge": (
        "page-number-indent",
        lambda word: style(word, "OddPage").element.pPr.remove(style(word, "OddPage").element.pPr.ind),
    ),
    "number too low": ("page-number-place", lambda word: setattr(word.sections[0], "footer_distance", Mm(10))),
    "unit left": (
        "table-unit",
        lambda word: setattr(paragraph(word, "单位：").paragraph_format, "alignment", WD_ALIGN_PARAGRAPH.LEFT),
    ),
    "no unit": ("table-unit", drop_units),
    "number left": ("table-numbers", left_cell),
    "table letters": ("table-size", lambda word: setattr(style(word, "TableText").font, "size", Pt(16))),
    "annex follows on": (
        "annex-page",
        lambda word: setattr(paragraph(word, "附件2").paragraph_format, "page_break_before", False),
    ),
    "annex font": ("annex-font", lambda word: run_font(paragraph(word, "附件1"), "仿宋_GB2312")),
    "annex centred": (
        "annex-place",
        lambda word: setattr(paragraph(word, "附件1").paragraph_format, "alignment", WD_ALIGN_PARAGRAPH.CENTER),
    ),
    "annex title left": (
        "annex-title",
        lambda word: setattr(paragraph(word, "数字一览").paragraph_format, "alignment", WD_ALIGN_PARAGRAPH.LEFT),
    ),
}


def test_our_own_document_passes(own: Path) -> None:
    """A document that nianbao writes has nothing that deviates."""
    assert deviations(measure(own)) == []


@pytest.mark.parametrize(("rule", "change"), CHANGES.values(), ids=CHANGES)
def test_what_was_done_is_found_and_nothing_else(own: Path, tmp_path: Path, rule: str, change: Change) -> None:
    """Each thing that deviates is reported under its rule, and only under that one."""
    assert {each.rule.id for each in found(own, tmp_path, change)} == {rule}


def test_a_deviation_says_where_what_and_the_standard(own: Path, tmp_path: Path) -> None:
    """The place is the paragraph's number and first characters, with what was found and what is right."""
    (one,) = found(own, tmp_path, CHANGES["a run's size"][1])
    assert (one.where, one.what, one.rule.severity) == ("第15段“全省各级工会围绕中心、服…”", "14磅", "must")
    assert "3号" in one.rule.says


def test_a_page_break_before_the_annex_is_a_new_page(own: Path, tmp_path: Path) -> None:
    """An annex starts a page also where a break stands before it instead of a property."""

    def break_instead(word: WordDocument) -> None:
        mark = paragraph(word, "附件2")
        mark.paragraph_format.page_break_before = False
        mark.insert_paragraph_before().add_run().add_break(docx.enum.text.WD_BREAK.PAGE)

    assert found(own, tmp_path, break_instead) == []


def test_the_command_ends_with_whether_the_document_passes(own: Path, tmp_path: Path) -> None:
    """`nianbao layout` ends with 0 for a document that passes and 1 for one that deviates, and --json lists what."""
    runner = CliRunner()
    assert runner.invoke(main, ["layout", str(own)]).exit_code == 0
    result = runner.invoke(main, ["layout", "--json", str(changed(own, tmp_path, margin("top", 25)))])
    assert result.exit_code == 1
    (one,) = json.loads(result.stdout)["deviations"]
    assert (one["rule"], one["severity"], one["where"], one["found"]) == (
        "page-margins", "must", "页面", "上边距25.0毫米"
    )  # fmt: skip


def test_a_file_that_is_no_word_document_is_refused(tmp_path: Path) -> None:
    """Anything else than a Word document is said to be none."""
    path = tmp_path / "text.docx"
    path.write_text("不是文档", encoding="utf-8")
    with pytest.raises(UsageError, match="no Word document"):
        measure(path)
