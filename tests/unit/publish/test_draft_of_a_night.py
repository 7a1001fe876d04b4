"""The draft that a night writes: pages and lists, what they leave out, and where that is to be had."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.publish import site
from nianbao.publish.release import write_edition
from nianbao.publish.site import UNITS_A_LEAF, UNITS_IN_MATRIX
from nianbao.runs.workspace import at_once
from nianbao.terms.background import Background, Due
from nianbao.terms.document import Document, Trace, UnitValue
from nianbao.terms.status import Status
from tests.unit.publish.synthetic import document, trace
from tests.unit.publish.test_release import document as one_figure
from tests.unit.publish.test_release import figure

MANY = 2 * UNITS_A_LEAF + 30
KEY = "warmth_funds-2021"


def of_a_night() -> Document:
    """The synthetic publication as a night has it: the cells are counted and not listed."""
    report = document()
    traces = {
        key: replace(each, cells=(), units=len(each.by_unit), counted=len(each.cells))
        for key, each in report.traces.items()
    }
    return replace(report, traces=traces, is_whole=False)


def with_many_units(report: Document) -> Document:
    """The publication with so many units behind a figure that they need three pages."""
    units = tuple(UnitValue(f"U{number:04d}", f"单位{number}", Decimal(number)) for number in range(MANY))
    cells = tuple(
        replace(cell, unit_code=f"U{number:04d}")
        for number, cell in zip(range(0, MANY, 3), trace(0).cells * MANY, strict=False)
    )
    return replace(report, traces=report.traces | {KEY: Trace(KEY, (), units, cells)})


def files(report: Document, project: Project, folder: Path) -> set[str]:
    """The kinds of files that an edition comes in."""
    write_edition(report, project, folder / "edition", {}, None, at_once)
    return {path.suffix for path in (folder / "edition").iterdir()}


def test_the_draft_of_a_night_counts_its_cells_and_says_where_they_are(tmp_path: Path) -> None:
    """It lists no cell, tells their number, and names the commands that show them."""
    site.write(of_a_night(), tmp_path)
    text = (tmp_path / "figures" / f"{KEY}.html").read_text(encoding="utf-8")
    assert '<table class="cells">' not in text
    assert f"{len(document().traces[KEY].cells)}个单元格</small></h2>" in text
    assert "nianbao explain warmth_funds --year 2021" in text and "nianbao draft" in text


def test_the_draft_of_a_night_is_pages_and_lists(project: Project, tmp_path: Path) -> None:
    """What people take away is written on demand, and with every release."""
    draft = one_figure(figure("7", "7元"))
    assert files(replace(draft, is_whole=False), project, tmp_path / "night") == {"", ".html", ".csv", ".json"}
    assert {".docx", ".pdf", ".xlsx", ".xml"} <= files(draft, project, tmp_path / "whole")


@pytest.mark.parametrize("edition", ["draft", "r1"])
def test_what_is_whole_lists_every_cell(tmp_path: Path, edition: str) -> None:
    """What is issued, and a draft that was asked for, leads to every cell."""
    site.write(replace(document(), edition=edition), tmp_path)
    text = (tmp_path / "figures" / f"{KEY}.html").read_text(encoding="utf-8")
    assert '<table class="cells">' in text
    assert "nianbao explain" not in text


def test_many_units_stand_on_leaves_each_with_its_cells(tmp_path: Path) -> None:
    """A figure's page is a screenful; further leaves hold the other units, all of them once, and lead to each other."""
    site.write(with_many_units(document()), tmp_path)
    leaves = sorted((tmp_path / "figures").glob(f"{KEY}*.html"))
    assert [leaf.name for leaf in leaves] == [f"{KEY}.2.html", f"{KEY}.3.html", f"{KEY}.html"]
    texts = {leaf.name: leaf.read_text(encoding="utf-8") for leaf in leaves}
    for number in range(MANY):
        own = f"{KEY}.html" if number < UNITS_A_LEAF else f"{KEY}.{number // UNITS_A_LEAF + 1}.html"
        assert [name for name, text in texts.items() if f'id="unit-U{number:04d}"' in text] == [own]
        shows_cells = [name for name, text in texts.items() if f'id="cells-U{number:04d}"' in text]
        assert shows_cells == ([own] if number % 3 == 0 else [])
    for text in texts.values():
        assert all(f'<a href="{name}"' in text for name in texts)
        assert f"<small>{MANY}个单位" in text


def test_a_printed_part_leads_to_the_leaf_of_its_unit(tmp_path: Path) -> None:
    """The number of a unit far down the roster leads to its line, not to the head of the figure."""
    report = with_many_units(document())
    (part, *_) = report.figures
    far = replace(part, scope=f"U{MANY - 1:04d}")
    assert site.Outline(replace(report, figures=(*report.figures, far))).href(far).endswith(f".3.html#unit-{far.scope}")


def test_the_matrix_of_many_units_stands_on_leaves_the_irregular_first(tmp_path: Path) -> None:
    """Who has not sent stands on the first page, wherever the roster has him; the counts are those of all."""
    codes = [f"U{number:04d}" for number in range(UNITS_IN_MATRIX + 5)]
    day = document().as_of.date()
    status = {codes[-1]: Status.MISSING}
    due = tuple(Due(code, "GH05", "2021Q1", status.get(code, Status.ON_TIME), day, day) for code in codes)
    background = Background(units={code: f"单位{code}" for code in codes}, due=due)
    site.write(replace(document(), background=background), tmp_path)
    first, second = ((tmp_path / name).read_text("utf-8") for name in ("completeness.html", "completeness.2.html"))
    assert f"单位{codes[-1]}" in first and f"单位{codes[-2]}</th>" in second and f"单位{codes[-1]}</th>" not in second
    assert f"<dt>应报</dt><dd>{len(codes)}</dd>" in first and 'href="completeness.2.html"' in first


def test_what_is_alike_stands_together_on_the_page_of_completeness(tmp_path: Path) -> None:
    """The signs of periods next to one another, and the forms that are missing for a period, are one thing each."""
    day = document().as_of.date()
    missing = {("GH05", "2021Q2"), ("GH05", "2021Q3"), ("GH06", "2021Q2")}
    due = tuple(
        Due("U1", form, period, Status.MISSING if (form, period) in missing else Status.ON_TIME, None, day)
        for form in ("GH05", "GH06")
        for period in ("2021Q1", "2021Q2", "2021Q3")
    )
    site.write(replace(document(), background=Background(units={"U1": "甲<总>"}, due=due)), tmp_path)
    page = (tmp_path / "completeness.html").read_text("utf-8")
    assert (
        'title="一季度按时，二季度、三季度未报"><span class="sign on_time">●</span><span class="sign missing">缺缺<'
        in page
    )
    assert 'title="一季度按时，二季度未报，三季度按时"' in page
    listed = page[page.index("<tbody>") : page.index("</tbody>")]
    assert (listed.count("<tr>"), listed.count("GH05、GH06"), listed.count("甲&lt;总&gt;")) == (2, 1, 2)


def test_a_draft_of_a_night_counts_all_that_was_due(tmp_path: Path) -> None:
    """It lists the first units, and its counts are those of everybody."""
    day = document().as_of.date()
    due = (Due("U1", "GH05", "2021Q1", Status.LATE, day, day),)
    counts = {("GH05", "2021Q1"): Counter({Status.LATE: 1, Status.ON_TIME: 4_999})}
    site.write(replace(of_a_night(), background=Background(due=due, due_counts=counts)), tmp_path)
    assert "<dt>应报</dt><dd>5,000</dd>" in (tmp_path / "completeness.html").read_text(encoding="utf-8")
