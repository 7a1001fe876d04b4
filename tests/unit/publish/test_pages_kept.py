"""The pages of a draft: those that show what they showed stay the files they were, all others are written."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.publish.release import write_edition
from nianbao.publish.site import shown
from nianbao.runs.nightly import nightly
from nianbao.runs.workspace import at_once
from nianbao.settings import write_whole
from nianbao.terms.background import Background, Described, Due
from nianbao.terms.document import Document, PrintedFigure, TracedOperand
from nianbao.terms.status import Status
from tests.federation import Federation, a01, a02
from tests.homes import clock_at
from tests.unit.publish.synthetic import document
from tests.unit.publish.test_draft_of_a_night import KEY, of_a_night

DAY = document().as_of.date()
INDICATOR = "lectures"
VALUES = {2020: Decimal(5), 2021: Decimal(7)}


def draft() -> Document:
    """The draft of a night, with an indicator and somebody who is late behind it."""
    described = Described(INDICATOR, "宣讲场次", "lectures", "场", "work_report", "GH04", values=VALUES)
    due = (Due("QH601", "GH04", "2021Q4", Status.MISSING, None, DAY),)
    return replace(of_a_night(), background=Background({INDICATOR: described}, units={"QH601": "西宁市"}, due=due))


def with_figure(report: Document, key: str, change: Callable[[PrintedFigure], PrintedFigure]) -> Document:
    """The draft with one figure otherwise, wherever it is printed."""

    def changed(piece: object) -> object:
        return change(piece) if isinstance(piece, PrintedFigure) and piece.key == key else piece

    sections = tuple(
        replace(each, paragraphs=tuple(tuple(map(changed, paragraph)) for paragraph in each.paragraphs))  # type: ignore[arg-type]
        for each in report.sections
    )
    return replace(report, sections=sections, figures=tuple(map(changed, report.figures)))  # type: ignore[arg-type]


def another_value(report: Document) -> Document:
    """One figure has another value and text."""
    return with_figure(report, "lectures-2021", lambda it: replace(it, value=Decimal(99), text="99场"))


def another_part(report: Document) -> Document:
    """What one unit contributes to a figure is otherwise; what is printed of it is not."""
    trace = report.traces["members-2020"]
    first, *rest = trace.by_unit
    return replace(
        report,
        traces=report.traces
        | {"members-2020": replace(trace, by_unit=(replace(first, value=Decimal(12345)), *rest), counted=3)},
    )


def another_operand(report: Document) -> Document:
    """A figure that is computed from others is computed otherwise."""
    trace = report.traces["warmth_per_person-2021"]
    other = replace(trace, operands=(*trace.operands, TracedOperand("sites-2020", Decimal(3))))
    return replace(report, traces=report.traces | {trace.key: other})


def without_doubt(report: Document) -> Document:
    """Of one figure it is said what might not be true."""
    return with_figure(report, KEY, lambda it: replace(it, doubt="海东市总第四季度未报。"))


def another_name(report: Document) -> Document:
    """A unit is called otherwise."""
    return replace(report, background=replace(report.background, units={"QH601": "某市"}))


def another_section(report: Document) -> Document:
    """A heading is worded otherwise."""
    first, second, *rest = report.sections
    return replace(report, sections=(first, replace(second, title="一、这一年"), *rest))


CHANGES: dict[str, Callable[[Document], Document]] = {
    "value": another_value,
    "part of a unit": another_part,
    "operand": another_operand,
    "doubt": without_doubt,
    "name": another_name,
    "heading": another_section,
    "day": lambda it: replace(it, as_of=it.as_of.replace(hour=23)),
    "unfinished": lambda it: replace(it, unfinished="本年度尚未结束。"),
    "revisions": lambda it: replace(it, revisions=it.revisions[:1]),
    "notices": lambda it: replace(it, notices=()),
    "indicator": lambda it: replace(
        it,
        background=replace(
            it.background,
            indicators={INDICATOR: replace(it.background.indicators[INDICATOR], values=VALUES | {2021: Decimal(8)})},
        ),
    ),
    "nothing": lambda it: it,
}


def write(report: Document, project: Project, target: Path) -> dict[str, bytes]:
    """Write a draft; returns its files."""
    write_edition(report, project, target, {}, None, at_once, lambda chart: f"<svg {chart.title}</svg>")
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were rendered, in turn."""
    told: list[str] = []

    def note(path: Path, text: str) -> bool:
        told.extend([path.name] if path.suffix == ".html" else [])
        return write_whole(path, text)

    monkeypatch.setattr(sys.modules["nianbao.publish.site.write"], "write_whole", note)
    return told


def grow_old(folder: Path) -> dict[str, tuple[int, int]]:
    """Let every file be written long ago; returns which file each is and when it was written."""
    for path in folder.rglob("*"):
        os.utime(path, (1_600_000_000, 1_600_000_000))
    return identities(folder)


def identities(folder: Path) -> dict[str, tuple[int, int]]:
    """Of each file which one it is, and when it was written."""
    found = {path.relative_to(folder).as_posix(): path.stat() for path in folder.rglob("*") if path.is_file()}
    return {name: (said.st_ino, said.st_mtime_ns) for name, said in found.items()}


@pytest.mark.parametrize("name", CHANGES)
def test_exactly_the_pages_that_show_it_are_written(
    project: Project, tmp_path: Path, rendered: list[str], name: str
) -> None:
    """The next draft is as one written into an empty folder; what did not change is not rendered, nor touched."""
    before, now = draft(), CHANGES[name](draft())
    old, anew = write(before, project, tmp_path / "draft"), write(now, project, tmp_path / "anew")
    seen = grow_old(tmp_path / "draft")
    rendered.clear()
    result = write(now, project, tmp_path / "draft")
    assert {file: text for file, text in result.items() if file != "manifest.json"} == {
        file: text for file, text in anew.items() if file != "manifest.json"
    }
    moved = {file for file in result if old.get(file) != result[file]}
    # What might not be true of a figure stands on its page; the report, which the first page shows, has it, too.
    also = ["index.html"] if name == "doubt" else []
    assert sorted(rendered) == sorted([Path(file).name for file in moved if file.endswith(".html")] + also)
    there = identities(tmp_path / "draft")
    assert {file for file in there if there[file] != seen.get(file)} - {"manifest.json"} == moved - {"manifest.json"}
    assert (len(moved) < len(result) / 2) == (name not in ("unfinished", "notices"))


def test_one_figure_more_or_less_moves_the_pages_that_lead_to_it(project: Project, tmp_path: Path) -> None:
    """The page of a figure that is no longer printed goes; those of the others stay."""
    write(draft(), project, tmp_path / "draft")
    seen = grow_old(tmp_path / "draft")
    section = next(each for each in draft().sections if each.id == "W1.3")
    others = tuple(each for each in draft().figures if each.section != section.id)
    gone = tuple(each for each in draft().sections if each.id != section.id)
    now = replace(draft(), sections=gone, figures=others)
    assert write(now, project, tmp_path / "draft").keys() == write(now, project, tmp_path / "anew").keys()
    there = identities(tmp_path / "draft")
    kept = {file for file in there if there[file] == seen.get(file) and file.startswith("figures/")}
    assert kept and kept < seen.keys()


def test_another_program_or_template_writes_all_pages(
    project: Project, tmp_path: Path, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another program wrote is no page of this one, whatever it shows."""
    names = [file for file in write(draft(), project, tmp_path / "draft") if file.endswith(".html")]
    rendered.clear()
    monkeypatch.setattr(shown, "digest_of_program", lambda: "another")
    write(draft(), project, tmp_path / "draft")
    assert sorted(rendered) == sorted(Path(name).name for name in names)


def test_a_page_that_was_altered_is_written_anew(project: Project, tmp_path: Path, rendered: list[str]) -> None:
    """Nobody's hand, and no half of a page, stays in a draft."""
    was = write(draft(), project, tmp_path / "draft")
    altered = ["index.html", f"figures/{KEY}.html"]
    (tmp_path / "draft" / altered[0]).write_text("改过", "utf-8")
    (tmp_path / "draft" / altered[1]).unlink()
    rendered.clear()
    assert write(draft(), project, tmp_path / "draft") == was
    assert sorted(rendered) == sorted(Path(name).name for name in altered)


@pytest.mark.parametrize("manifest", ["", "[]", '{"files": {}, "shows": 3}', '{"files": {"index.html": 3}}'])
def test_a_manifest_that_cannot_be_read_tells_of_nothing(
    project: Project, tmp_path: Path, rendered: list[str], manifest: str
) -> None:
    """A draft of an earlier version, or a torn one, is written whole."""
    was = write(draft(), project, tmp_path / "draft")
    first = list(rendered)
    (tmp_path / "draft" / "manifest.json").write_text(manifest, "utf-8")
    rendered.clear()
    assert write(draft(), project, tmp_path / "draft") == was
    assert rendered == first


def test_what_is_issued_is_written_whole(project: Project, tmp_path: Path, rendered: list[str]) -> None:
    """A release takes over nothing, and its manifest vouches for bytes alone."""
    release = replace(draft(), edition="r1")
    files = write(release, project, tmp_path / "r1")
    assert b'"shows"' not in files["manifest.json"]
    assert b'"shows"' in write(draft(), project, tmp_path / "draft")["manifest.json"]
    rendered.clear()
    write(release, project, tmp_path / "r1")
    assert len(rendered) == sum(name.endswith(".html") for name in files)


def test_the_key_of_a_page_is_the_same_in_every_process() -> None:
    """Python orders sets otherwise in each process; nothing of that may be in what a page shows."""
    code = (
        "from nianbao.publish.site.figure import figure_page\n"
        "from nianbao.publish.site.outline import Outline\n"
        "from nianbao.publish.site.shown import pages_of\n"
        "from tests.unit.publish.test_pages_kept import draft\n"
        "outline = Outline(draft())\n"
        "pages = [figure_page(told, outline) for told in outline.told.values()]\n"
        "print([page.key for page in pages_of(draft(), outline, pages, [])])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


def test_a_night_that_moves_one_figure_writes_the_pages_that_show_it(tmp_path: Path) -> None:
    """A city corrects how many it visited: the pages of members and trainees stay the files of the night before."""
    federation = Federation(tmp_path)
    for unit in ("A1", "A2", "A3"):
        forms = {"A01": a01(100, 5000, 50), "A02": a02(("培训", "2021-03-02", 8))}
        federation.send(unit, "2021Q1", forms, "2021-04-02T09:00")
    folder = federation.home.releases / "2021" / "yearbook" / "draft"
    with clock_at("2021-04-03T01:00"):
        nightly(federation.folder, federation.home)
    seen = grow_old(folder)
    federation.send("A1", "2021Q1", {"A01": a01(100, 5000, 51)}, "2021-04-03T09:00", status="更正")
    with clock_at("2021-04-04T01:00"):
        nightly(federation.folder, federation.home)
    there = identities(folder)
    assert there.keys() == seen.keys()
    moved = {name for name in there if name.endswith((".html", ".csv")) and there[name] != seen[name]}
    # Of the day of the tables speak the report and the matrix.
    assert moved == {"completeness.html", "figures.csv", "figures/persons-2021.html", "index.html", "indicators.html"}
