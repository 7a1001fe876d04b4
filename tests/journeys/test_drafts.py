"""Drafts: what a night writes says what the whole one says, at the cost of what it shows."""

import dataclasses
import json
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.runs import documents as made
from nianbao.runs.nightly import nightly
from nianbao.runs.workspace import open_workspace_to_read
from nianbao.settings import Home
from nianbao.terms.document import DRAFT, Document
from tests.homes import PUBLICATIONS, YEAR, call, clock_at, draft, post, send

NIGHT = "2022-02-01T01:00"


@pytest.fixture(scope="module")
def documents(project: Project, year_home: Home) -> dict[str, tuple[Document, Document]]:
    """Each report of the sample year as a night composes it, and whole."""
    with pytest.MonkeyPatch.context() as patch, open_workspace_to_read(project.path, year_home) as workspace:
        patch.setattr(made, "UNITS_A_LEAF", 5)
        night, whole = (made.documents_of_year(workspace, YEAR, DRAFT, is_whole=each) for each in (False, True))
    return {code: (night[code], whole[code]) for code in PUBLICATIONS}


@pytest.mark.parametrize("code", PUBLICATIONS)
def test_the_draft_of_a_night_says_what_the_whole_one_says(
    documents: dict[str, tuple[Document, Document]], code: str
) -> None:
    """Every sentence, table, figure, claim and note is the same, though most values of single units were not read."""
    night, whole = documents[code]
    assert (night.sections, night.figures) == (whole.sections, whole.figures)
    assert night.background.due_counts == whole.background.due_counts
    for name, described in whole.background.indicators.items():
        assert dataclasses.replace(night.background.indicators[name], by_unit=described.by_unit) == described


def test_the_draft_of_a_night_counts_what_the_whole_one_lists(documents: dict[str, tuple[Document, Document]]) -> None:
    """Behind each figure it counts the units and cells that the whole draft lists, and shows some of the units."""
    fewer = 0
    for night, whole in documents.values():
        for key, trace in whole.traces.items():
            counted = night.traces[key]
            assert (counted.units, counted.counted, counted.cells) == (len(trace.by_unit), len(trace.cells), ())
            assert counted.operands == trace.operands and set(counted.by_unit) <= set(trace.by_unit)
            assert counted.by_unit[:5] == trace.by_unit[:5]
            fewer += len(counted.by_unit) < len(trace.by_unit)
    assert fewer > 20


def kinds(folder: Path) -> set[str]:
    """The kinds of files in an edition."""
    return {path.suffix for path in folder.iterdir() if path.is_file()}


def test_a_draft_that_was_asked_for_whole_lies_there_until_there_is_news(project: Project, tmp_path: Path) -> None:
    """`nianbao draft` writes all formats, again only what shows something else or was altered; news take its place."""
    home = Home(tmp_path / "home")
    home.inbox.mkdir(parents=True)
    send(project, home.inbox, post(project, ["QHB10"], ["2021Q4"], ["GH11"]))
    with clock_at(NIGHT):
        nightly(project.path, home)
        assert {".pdf", ".docx", ".xlsx", ".xml"} & kinds(draft(home, "audit_report")) == set()
        refused = call("draft", "--publication", "annual", home=home)
        assert refused.returncode == 64 and "audit_report" in refused.stderr
        done = call("draft", "--publication", "audit_report", home=home)
        assert done.returncode == 0, done.stderr
        assert {".pdf", ".docx", ".xlsx", ".xml"} <= kinds(draft(home, "audit_report"))
        assert ".pdf" not in kinds(draft(home, "work_report"))
        written = {path: path.stat().st_mtime_ns for path in draft(home, "audit_report").rglob("*")}
        again = call("draft", "--publication", "audit_report", "--json", home=home)
        assert [each["is_new"] for each in json.loads(again.stdout)] == [False]
        assert {path: path.stat().st_mtime_ns for path in draft(home, "audit_report").rglob("*")} == written
        (paper := draft(home, "audit_report") / f"audit_report-{YEAR}.docx").write_bytes(b"torn")
        assert call("draft", "--publication", "audit_report", home=home).returncode == 0
        assert paper.read_bytes() != b"torn"
        nightly(project.path, home)
        assert ".pdf" in kinds(draft(home, "audit_report"))
        send(project, home.inbox, post(project, ["QHB10"], ["2021Q4"], ["GH15"]))
        nightly(project.path, home)
    assert ".pdf" not in kinds(draft(home, "audit_report"))
