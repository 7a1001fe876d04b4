"""A draft of a large federation: what it leaves out, and where that is to be had."""

from dataclasses import replace
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.publish import site
from nianbao.publish.release import write_edition
from nianbao.runs.workspace import at_once
from nianbao.terms import document as terms
from nianbao.terms.document import Document
from tests.unit.publish.synthetic import document, trace
from tests.unit.publish.test_release import document as one_figure
from tests.unit.publish.test_release import figure


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a handful of cells be too many for a draft."""
    monkeypatch.setattr(terms, "CELLS_OF_A_DRAFT", 3)


def page(report: Document, folder: Path) -> str:
    """The page of the first figure that has cells."""
    site.write(report, folder)
    key = next(key for key, trace in report.traces.items() if trace.cells)
    return (folder / "figures" / f"{key}.html").read_text(encoding="utf-8")


def files(report: Document, project: Project, folder: Path) -> set[str]:
    """The kinds of files that an edition comes in."""
    write_edition(report, project, folder / "edition", {}, None, at_once)
    return {path.suffix for path in (folder / "edition").iterdir()}


def test_a_large_draft_counts_its_cells_and_says_where_they_are(tmp_path: Path) -> None:
    """A draft with too many cells lists none, tells their number, and names the command that shows them."""
    text = page(document(), tmp_path)
    assert '<table class="cells">' not in text
    assert "nianbao explain " in text
    assert "，0个单元格</small></h2>" not in text


def test_a_large_draft_has_no_workbook(project: Project, tmp_path: Path) -> None:
    """Its reports are all there; the workbook of lists comes with a release, or on demand for any day."""
    draft = replace(one_figure(figure("7", "7元")), traces={"warmth_funds-2021": trace(0)})
    assert len(draft.traces["warmth_funds-2021"].cells) > terms.CELLS_OF_A_DRAFT
    assert {".docx", ".pdf", ".html", ".csv"} <= files(draft, project, tmp_path)
    assert ".xlsx" not in files(draft, project, tmp_path)
    assert ".xlsx" in files(replace(draft, edition="as_of"), project, tmp_path)


def test_a_release_lists_every_cell_however_many(tmp_path: Path) -> None:
    """What is issued leads to every cell."""
    text = page(replace(document(), edition="r1"), tmp_path)
    assert '<table class="cells">' in text
    assert "nianbao explain" not in text
