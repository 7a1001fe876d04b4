"""T22: an edition of a year that is not over says so on every page, whatever the format."""

import json
from dataclasses import replace
from pathlib import Path

import docx as word_files
import openpyxl
import pypdfium2
import pytest

from nianbao.publish import docx, pdf, site, xlsx
from nianbao.publish.datapackage import describe_edition
from nianbao.terms.document import Document
from tests.unit.publish.synthetic import document

SAID = "本年度尚未结束：只含截至2022年3月31日的报告期，不是全年数。"


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition of an unfinished year in the formats for readers."""
    folder = tmp_path_factory.mktemp("unfinished")
    write_all(replace(document(), unfinished=SAID), folder)
    return folder


def write_all(made: Document, folder: Path) -> None:
    """A report in the formats for readers."""
    pdf.write(made, folder / "report.pdf")
    docx.write(made, folder / "report.docx")
    xlsx.write(made, folder / "report.xlsx")
    site.write(made, folder)


def test_T22_every_page_of_the_site_says_that_the_year_is_not_over(edition: Path) -> None:
    """The report, each figure, indicators, completeness, texts and revisions."""
    pages = list(edition.rglob("*.html"))
    assert len(pages) > 6
    assert [page.name for page in pages if SAID not in page.read_text(encoding="utf-8")] == []


def test_T22_every_page_on_paper_says_that_the_year_is_not_over(edition: Path) -> None:
    """Over the text of each page of the PDF, in both headers of the Word document, on every sheet of the workbook."""
    with pypdfium2.PdfDocument(next(edition.glob("*.pdf"))) as pages:
        texts = [page.get_textpage().get_text_bounded() for page in pages]
    assert len(texts) > 2
    assert all(SAID in "".join(text.split()) for text in texts)
    section = word_files.Document(str(next(edition.glob("*.docx")))).sections[0]
    assert {header.paragraphs[0].text for header in (section.header, section.even_page_header)} == {SAID}
    book = openpyxl.load_workbook(next(edition.glob("*.xlsx")))
    assert all(SAID in (sheet.oddHeader.left.text or "") for sheet in book)
    assert SAID in json.loads(describe_edition(replace(document(), unfinished=SAID), edition))["description"]


def test_T22_a_finished_year_says_nothing_of_it(tmp_path: Path) -> None:
    """No page has a place for it."""
    write_all(document(), tmp_path)
    assert not [page for page in tmp_path.rglob("*.html") if "尚未结束" in page.read_text(encoding="utf-8")]
