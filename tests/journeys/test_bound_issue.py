"""S7: an issue binds several reports: one paper with one red head, one list of contents and one tail."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn

from nianbao.catalog import Project
from nianbao.clock import ZONE
from nianbao.errors import UsageError
from nianbao.runs.bind import bind
from nianbao.runs.publish import recall
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from tests.homes import YEAR, release


def text_of(path: Path) -> str:
    """The text of a PDF without blanks, page by page."""
    with pypdfium2.PdfDocument(path) as pdf:
        return "\f".join(re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in pdf)


def papers_xml(path: Path) -> str:
    """The body of a Word document."""
    with zipfile.ZipFile(path) as word:
        return word.read("word/document.xml").decode()


@pytest.fixture
def papers(year_copy: Home, project: Project, tmp_path: Path) -> dict[str, Path]:
    """The issue of the sample year."""
    with open_workspace(project.path, year_copy, "bind") as workspace:
        return {path.suffix: path for path in bind(workspace, YEAR, tmp_path / "issue")}


def test_S7_one_paper_has_one_head_one_list_of_contents_and_one_tail(papers: dict[str, Path], project: Project) -> None:
    """S7: PDF and Word say the same: each report with its title on a page of its own, head and tail once."""
    issue = project.publications["work_report"].issue
    assert issue and issue.tail
    pdf = text_of(papers[".pdf"])
    word = docx.Document(str(papers[".docx"]))
    said = re.sub(r"\s", "", "".join(each.text for each in word.element.body.iter(qn("w:t"))))
    for text in (pdf, said):
        assert text.count(issue.head.name) == 1
        assert text.count("目录") == 1
        assert text.count("分送：") == 1
    counted = re.findall(r"SEQ 表( \\r 1)?", papers_xml(papers[".docx"]))
    assert counted.count(" \\r 1") == 1
    styles = [paragraph.style.name for paragraph in word.paragraphs if paragraph.style is not None]
    assert styles.count("Title") == 2
    titles = [each for each in word.paragraphs if each.style is not None and each.style.name == "Title"]
    assert all(title.paragraph_format.page_break_before for title in titles)


def test_S7_every_sentence_is_that_of_the_releases(papers: dict[str, Path], year_copy: Home) -> None:
    """S7: what is bound says what each release says, paragraph by paragraph."""
    bound = {paragraph.text for paragraph in docx.Document(str(papers[".docx"])).paragraphs}
    for code in ("work_report", "audit_report"):
        word = docx.Document(str(release(year_copy, code, 1) / f"{code}-{YEAR}.docx"))
        said = [each.text for each in word.paragraphs if len(each.text) > 40]
        assert len(said) > 10
        assert set(said) <= bound


def test_S7_a_bound_report_knows_what_its_release_knew(
    year_copy: Home, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S7: its data reach to the day that its release says, whatever has come in since."""
    later = dt.datetime(2022, 3, 1, 1, tzinfo=ZONE)
    monkeypatch.setattr("nianbao.runs.documents.ledger.known_until", lambda connection: later)
    with open_workspace(project.path, year_copy, "bind") as workspace:
        word, _ = bind(workspace, YEAR, tmp_path / "issue")
    said = {each.text.strip("（）") for each in docx.Document(str(word)).paragraphs if "数据截至" in each.text}
    assert said == {"第1版　数据截至2022年1月26日"}


def test_S7_nothing_is_bound_that_was_called_back(year_copy: Home, project: Project, tmp_path: Path) -> None:
    """S7: every report of an issue has a release that holds."""
    with open_workspace(project.path, year_copy, "bind") as workspace:
        recall(workspace, f"audit_report/{YEAR}/r1", "表1一列串行", "办公室签发岗")
        with pytest.raises(UsageError, match="2021"):
            bind(workspace, YEAR, tmp_path)
