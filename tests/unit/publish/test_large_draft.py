"""A draft of a large federation: what it leaves out, and where that is to be had."""

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from nianbao.publish import site, xlsx
from nianbao.terms import document as terms
from nianbao.terms.document import Document
from tests.unit.publish.synthetic import document


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a handful of cells be too many for a draft."""
    monkeypatch.setattr(terms, "CELLS_OF_A_DRAFT", 3)


def page(report: Document, folder: Path) -> str:
    """The page of the first figure that has cells."""
    site.write(report, folder)
    key = next(key for key, trace in report.traces.items() if trace.cells)
    return (folder / "figures" / f"{key}.html").read_text(encoding="utf-8")


def sheet(report: Document, path: Path) -> list[tuple[object, ...]]:
    """The rows of the sheet of cells."""
    xlsx.write(report, path)
    return list(load_workbook(path)["单元格"].iter_rows(min_row=2, values_only=True))


def test_a_large_draft_counts_its_cells_and_says_where_they_are(tmp_path: Path) -> None:
    """A draft with too many cells lists none, tells their number, and names the command that shows them."""
    draft = document()
    text = page(draft, tmp_path)
    assert '<table class="cells">' not in text
    assert "nianbao explain " in text
    assert "0个单元格</small></h2>" not in text
    ((told, *rest),) = sheet(draft, tmp_path / "draft.xlsx")
    assert "nianbao explain" in str(told)
    assert not any(rest)


def test_a_release_lists_every_cell_however_many(tmp_path: Path) -> None:
    """What is issued leads to every cell."""
    issued = replace(document(), edition="r1")
    text = page(issued, tmp_path)
    assert '<table class="cells">' in text
    assert "nianbao explain" not in text
    cells = {cell for trace in issued.traces.values() for cell in trace.cells}
    assert len(sheet(issued, tmp_path / "r1.xlsx")) == len(cells)
