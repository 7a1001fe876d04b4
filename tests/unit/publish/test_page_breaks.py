"""S9: where pages break. Tables, charts and what belongs to them, measured on the printed pages, wherever they fall."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.publish import docx, pdf
from nianbao.publish.numbering import number_sections
from nianbao.publish.typeset.block import Block, SetTable, TypesetLine
from nianbao.publish.typeset.page_layout import PageLayout, PlaceOnPage, let_text_go_on
from nianbao.review.layout import lay_out
from nianbao.review.layout.printed import PrintedPage, read_pages
from nianbao.terms.document import Document, Footnote, PrintedChart, PrintedSection, PrintedTable, TableCell
from nianbao.terms.publication import Numbering
from tests.unit.publish.synthetic import charts, document

LINE = 28
"""Characters on a line."""
BOTTOM = 297 - 34.9
"""Millimetres from the top of the sheet to the end of the type area."""
LINE_HEIGHT = 29 / 72 * 25.4


def table(number: int, rows: int) -> PrintedTable:
    """A table whose caption, rows and note can be told from those of any other."""
    cells = (TableCell("1", Decimal(1)),)
    labels = tuple((f"行{number}之{row}止", cells) for row in range(1, rows + 1))
    return PrintedTable(f"题{number}止", "", ("地区", "数"), labels, note=f"注文{number}止")


def chart(number: int) -> PrintedChart:
    """A chart with something to read on the drawing."""
    return dataclasses.replace(charts()[2], title=f"画名{number}止", finding=f"图中{number}止")


def bulletin(lines: Sequence[int], rows: int, with_charts: bool = True) -> Document:
    """A report of one table and one chart after another, each behind so many lines of text."""
    sections = tuple(
        PrintedSection(
            f"W{number}", "", 1, (("工" * (LINE * count - 2),),), (table(number, rows),),
            (chart(number),) if with_charts else (),
        )
        for number, count in enumerate(lines, start=1)
    )  # fmt: skip
    made = dataclasses.replace(document(), sections=number_sections(sections, Numbering()), annexes=(), figures=())
    return dataclasses.replace(made, edition="r1", traces={}, revisions=(), notices=())


def where(pages: Sequence[PrintedPage], said: str) -> list[int]:
    """The pages on which a line says this."""
    return [page.number for page in pages for line in page.lines if said in line.text]


def foot_of(page: PrintedPage) -> float:
    """How far down a page there is anything but its number."""
    return max(line.letters[0].foot for line in page.lines if not line.text.startswith("—"))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[PrintedPage, ...]:
    """Twenty tables of nine rows, each with a chart, that meet the end of a page in every way."""
    path = tmp_path_factory.mktemp("breaks") / "report.pdf"
    pdf.write(bulletin(range(3, 23), 9), path)
    return read_pages(path)


def test_S9_a_table_that_fits_a_page_stands_on_one_with_its_caption_and_note(printed: Sequence[PrintedPage]) -> None:
    """S9: neither its last row nor its note goes alone to the next page, and no chart comes between its rows."""
    for number in range(1, 21):
        parts = [f"题{number}止", *(f"行{number}之{row}止" for row in range(1, 10)), f"注文{number}止"]
        (page,) = {found for part in parts for found in where(printed, part)}
        said = [line.text for line in printed[page - 1].lines]
        first, last = (next(at for at, text in enumerate(said) if part in text) for part in (parts[0], parts[-1]))
        assert not [text for text in said[first:last] if "图" in text or "工工" in text], number


def test_S9_a_chart_stands_over_its_label(printed: Sequence[PrintedPage]) -> None:
    """S9: drawing and label are on one page, and nothing is between them but the drawing."""
    for number in range(1, 21):
        drawn, labelled = where(printed, f"图中{number}止"), where(printed, f"画名{number}止")
        assert drawn == labelled and len(drawn) == 1
        said = [line.text for line in printed[drawn[0] - 1].lines]
        ends = [next(at for at, text in enumerate(said) if f"{part}{number}止" in text) for part in ("图中", "画名")]
        between = said[ends[0] : ends[1]]
        assert not [text for text in between if "工工" in text or "之" in text]


def test_S9_no_page_is_left_half_empty_for_a_table_or_chart(printed: Sequence[PrintedPage]) -> None:
    """S9: the text goes on where they have no room: before the last page at most two lines are left empty."""
    text = [page for page in printed if any("工工" in line.text for line in page.lines)]
    assert len(text) > 15
    assert max(BOTTOM - foot_of(page) for page in text[:-1]) < 3 * LINE_HEIGHT


def test_S9_what_comes_first_is_spoken_of_first(printed: Sequence[PrintedPage]) -> None:
    """S9: tables and charts keep their order, and each stands behind its sentence, at most two pages on."""
    order = [line.text for page in printed for line in page.lines]
    for what in ("题", "画名"):
        places = [next(at for at, text in enumerate(order) if f"{what}{number}止" in text) for number in range(1, 21)]
        assert places == sorted(places)


@pytest.mark.parametrize("before", range(10, 13))
def test_S9_a_small_chart_does_not_go_before_a_large_one_that_waits(before: int, tmp_path: Path) -> None:
    """S9: behind eleven lines it would have room where the large one before it has none, and bears the later number."""
    (first,) = bulletin([before], 6).sections
    large, small = (
        dataclasses.replace(each, title=f"{size}画止", finding=size)
        for each, size in zip(charts(), ("大", "小"), strict=False)
    )
    more = dataclasses.replace(first, paragraphs=(("会" * LINE * 12,),), tables=(), charts=(), id="W2")
    sections = dataclasses.replace(first, tables=(), charts=(large, small)), more
    pdf.write(dataclasses.replace(bulletin([before], 2), sections=sections), tmp_path / "two.pdf")
    said = [line.text for page in read_pages(tmp_path / "two.pdf") for line in page.lines]
    places = [next(at for at, text in enumerate(said) if each in text) for each in ("大画止", "小画止")]
    assert places == sorted(places)


@pytest.mark.parametrize("before", range(14, 22))
def test_a_footnote_stands_on_the_page_of_its_mark(before: int, tmp_path: Path) -> None:
    """Else a reader looks for it in vain; its paragraph goes to the next page with it."""
    told = dataclasses.replace(document().figures[0], text="十三件")
    (first,) = bulletin([before], 2, with_charts=False).sections
    noted = dataclasses.replace(
        first,
        paragraphs=(("会" * 8, told, "会" * LINE * 3),),
        tables=(),
        id="W2",
        coverage_notes=(Footnote(told.key, "脚注止"),),
    )
    sections = dataclasses.replace(first, tables=()), noted
    pdf.write(dataclasses.replace(bulletin([before], 2), sections=sections), tmp_path / "noted.pdf")
    pages = read_pages(tmp_path / "noted.pdf")
    assert where(pages, "脚注止") == where(pages, "十三件")


@pytest.mark.parametrize("before", range(0, 21, 2))
def test_S9_a_long_table_has_its_head_on_every_page_and_two_rows_beside_its_note(before: int, tmp_path: Path) -> None:
    """S9: it may go on on the next page, yet begins with two rows at least and ends with two and the note."""
    pdf.write(bulletin([before + 1], 40, with_charts=False), tmp_path / "long.pdf")
    pages = read_pages(tmp_path / "long.pdf")
    rows = [len([line for line in page.lines if "行1之" in line.text]) for page in pages]
    (noted,) = where(pages, "注文1止")
    (named,) = where(pages, "题1止")
    assert sum(rows) == 40 and min(count for count in rows if count) >= 2
    assert rows[noted - 1] and rows[named - 1]
    assert [len(where([page], "地区")) for page in pages] == [min(count, 1) for count in rows]


@pytest.mark.parametrize("before", range(7, 13))
def test_S9_a_picture_that_waits_for_room_does_not_divide_a_long_table(before: int, tmp_path: Path) -> None:
    """S9: it comes before such a table begins."""
    (first,) = bulletin([before], 2).sections
    long = dataclasses.replace(first, paragraphs=(("会" * 9,),), tables=(table(2, 40),), charts=(), id="W2")
    pdf.write(dataclasses.replace(bulletin([before], 2), sections=(first, long)), tmp_path / "both.pdf")
    said = [line.text for page in read_pages(tmp_path / "both.pdf") for line in page.lines]
    place = {what: next(at for at, text in enumerate(said) if what in text) for what in ("画名1止", "题2止", "注文2止")}
    assert place["画名1止"] < place["题2止"] < place["注文2止"]


@pytest.mark.libreoffice
def test_S9_in_word_notes_labels_and_last_rows_are_not_left_alone(tmp_path: Path) -> None:
    """S9: a table begins with two rows under its caption, ends with two rows over its note; a chart has its label."""
    docx.write(bulletin(range(3, 23), 9), tmp_path / "report.docx")
    pages = lay_out(tmp_path / "report.docx")
    for number in range(1, 21):
        rows = [where(pages, f"行{number}之{row}止") for row in range(1, 10)]
        assert where(pages, f"题{number}止") == rows[0] == rows[1]
        assert rows[-2] == rows[-1] == where(pages, f"注文{number}止")
        (labelled,) = where(pages, f"画名{number}止")
        feet = [line.letters[0].foot for line in pages[labelled - 1].lines]
        label = next(at for at, line in enumerate(pages[labelled - 1].lines) if f"画名{number}止" in line.text)
        over = feet[label - 1] if label else 37
        assert feet[label] - over > 50  # the drawing, in which there are no letters


@pytest.mark.libreoffice
def test_S9_in_word_the_text_goes_on_where_the_pdf_has_it_go_on(tmp_path: Path) -> None:
    """S9: so pages are fuller there too; tables and charts keep their order."""
    report, empty = bulletin([5, 6] * 8, 9), []
    layout = pdf.write(report, tmp_path / "report.pdf")
    for each in None, layout:
        docx.write(report, tmp_path / "report.docx", layout=each)
        pages = lay_out(tmp_path / "report.docx")
        empty.append(sum(BOTTOM - foot_of(page) for page in pages[:-1]))
    assert empty[1] < empty[0] / 2
    order = [line.text for page in pages for line in page.lines]
    for what in ("题", "画名"):
        places = [next(at for at, text in enumerate(order) if f"{what}{number}止" in text) for number in range(1, 17)]
        assert places == sorted(places)


HEADING = TypesetLine("Heading1", ("一、",), is_heading=True)
LINES = [TypesetLine("BodyText", ("工" * LINE * count,)) for count in (2, 3, 4)]
BLOCK = dataclasses.replace(LINES[0], block_id="导语")
SHOWN = SetTable(None, ())


@pytest.mark.parametrize(
    ("following", "left", "order"),
    [
        (LINES, 2 * 29, [0, 1, 2, 3, 4]),
        (LINES, 3 * 29, [0, 2, 1, 3, 4]),
        (LINES, 5 * 29, [0, 2, 3, 1, 4]),
        (LINES, 9 * 29, [0, 2, 3, 4, 1]),
        ([SHOWN, *LINES], 3 * 29, [0, 3, 1, 2, 4, 5]),
        ([LINES[0], SHOWN, LINES[0]], 9 * 29, [0, 2, 1, 3, 4]),
        ([BLOCK, BLOCK, LINES[0]], 3 * 29, [0, 2, 3, 1, 4]),
        ([LINES[0], HEADING, LINES[0]], 5 * 29, [0, 2, 1, 3, 4]),
        ([HEADING, LINES[0]], 7 * 29, [0, 2, 3, 1]),
        ([HEADING, SHOWN], 7 * 29, [0, 1, 2, 3]),
        ([dataclasses.replace(HEADING, style="PartTitle"), LINES[0]], 9 * 29, [0, 1, 2, 3]),
        ([dataclasses.replace(LINES[0], new_page=True), LINES[0]], 9 * 29, [0, 1, 2, 3]),
    ],
)
def test_so_much_text_goes_before_a_table_as_has_room(following: list[Block], left: float, order: list[int]) -> None:
    """No office block is parted, and a heading goes with the text under it, where much is empty."""
    places = [PlaceOnPage(0, "end", 1, left), PlaceOnPage(1, "whole", 2, 500), PlaceOnPage(1, "end", 2, 300)]
    blocks = [LINES[0], SHOWN, *following]
    assert let_text_go_on(range(len(blocks)), places, blocks) == order


def test_blocks_keep_the_order_in_which_word_has_them() -> None:
    """Those of each report of an issue by themselves; without a layout as they come."""
    assert PageLayout(order=[0, 2, 1, 3, 4]).in_order(range(1, 4)) == [2, 1, 3]
    assert list(PageLayout().in_order(range(1, 4))) == [1, 2, 3]
