"""Editions: what is listed, what is called a revision, and how files take their place."""

import csv
import datetime as dt
import hashlib
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.publish.datapackage import names_of
from nianbao.publish.figure_lines import figures_csv, with_revisions
from nianbao.publish.release import write_edition
from nianbao.runs.workspace import at_once
from nianbao.terms.document import Document, PrintedFigure, Revision
from nianbao.terms.figure import Coverage
from nianbao.terms.release import Correction


def figure(value: str | None, text: str, indicator: str = "warmth_funds", scope: str = "all") -> PrintedFigure:
    """A printed figure of 2021."""
    return PrintedFigure(
        f"{indicator}-2021", indicator, "送温暖筹资额", 2021, scope, "W1.A5", Decimal(value) if value else None, "元",
        text, "over 3", Coverage(53, 53), "送温暖资金，各单位各期合计", "wr21_warmth_funds",
    )  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file in a folder, by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def document(*figures: PrintedFigure, edition: str = "draft") -> Document:
    """A report that prints these figures and nothing else."""
    as_of = dt.datetime(2022, 1, 26)
    return Document("work_report", "报告", "2021年报告", "省总工会", "work", 2021, edition, as_of, (), figures, {})


def issued(folder: Path, *figures: PrintedFigure) -> Path:
    """A release of which only the list of figures is kept."""
    folder.mkdir()
    (folder / "figures.csv").write_text(figures_csv(figures), "utf-8")
    return folder


def revised(now: Document, before: Path) -> list[tuple[str, str, str]]:
    """What is revised: name, old and new text."""
    return [(each.zh, each.before, each.after) for each in with_revisions(now, before).revisions]


def test_each_printed_figure_is_listed_once() -> None:
    """In the order of printing, numbers written out, and two wordings of one figure as two lines."""
    wordings = figure("3.5846E+7", "3580多万元"), figure("3.5846E+7", "3,584.60")
    rows = list(csv.DictReader(figures_csv((*wordings, wordings[0], figure(None, "—", "posts"))).splitlines()))
    assert list(rows[0]) == names_of("figures")
    assert [(row["indicator_id"], row["value"], row["printed"]) for row in rows] == [
        ("warmth_funds", "35846000", "3580多万元"),
        ("warmth_funds", "35846000", "3,584.60"),
        ("posts", "", "—"),
    ]


def test_what_is_printed_as_before_is_no_revision(tmp_path: Path) -> None:
    """Also where a section prints a figure in several wordings."""
    figures = figure("35846000", "3580多万元"), figure("35846000", "3,584.60"), figure("7", "7", scope="QH630100")
    assert revised(document(*figures), issued(tmp_path / "r1", *figures)) == []


def test_what_is_printed_otherwise_is_a_revision(tmp_path: Path) -> None:
    """Every wording of a figure that changed, with its exact value, and whose it is where it is one unit's."""
    before = figure("35846000", "3580多万元"), figure("35846000", "3,584.60"), figure("7", "7", scope="QH630100")
    now = figure("35847000", "3580多万元"), figure("35847000", "3,584.70"), figure("8", "8", scope="QH630100")
    assert revised(document(*now), issued(tmp_path / "r1", *before)) == [
        ("送温暖筹资额", "3580多万元（35,846,000.00元）", "3580多万元（35,847,000.00元）"),
        ("送温暖筹资额", "3,584.60（35,846,000.00元）", "3,584.70（35,847,000.00元）"),
        ("送温暖筹资额（QH630100）", "7", "8"),
    ]


def test_wordings_are_paired_by_their_text_when_their_number_changes(tmp_path: Path) -> None:
    """A section that says a figure once more than before is compared wording by wording all the same."""
    before = figure("35846000", "3580多万元"), figure("35846000", "3,584.60")
    now = figure("35847000", "3584.7万元"), figure("35847000", "3580多万元"), figure("35847000", "3,584.70")
    assert [(old, new) for _, old, new in revised(document(*now), issued(tmp_path / "r1", *before))] == [
        ("3580多万元（35,846,000.00元）", "3580多万元（35,847,000.00元）"),
        ("3,584.60（35,846,000.00元）", "3584.7万元（35,847,000.00元）"),
    ]


@pytest.mark.parametrize(
    ("true_for", "now", "holds"),
    [
        ("(35800000,35900000)", "35899999.99", True),
        ("(35800000,35900000)", "35900000", False),
        ("[90,)", "90", True),
        ("[90,)", "89.9", False),
        ("", "1", None),
    ],
)
def test_it_is_said_whether_what_was_printed_still_holds(
    true_for: str, now: str, holds: bool | None, tmp_path: Path
) -> None:
    """A correction may make an issued phrase false; a release that did not say what it is true of leaves it open."""
    before = issued(tmp_path / "r1", replace(figure("1", "当时的话"), true_for=true_for))
    (revision,) = with_revisions(document(figure(now, "现在的话")), before).revisions
    assert revision.before_holds is holds


def test_what_was_not_known_before_is_a_revision(tmp_path: Path) -> None:
    """A figure that takes the place of a dash."""
    before, now = figure(None, "—"), figure("7", "7元")
    assert revised(document(now), issued(tmp_path / "r1", before)) == [("送温暖筹资额", "—", "7元")]


def test_a_first_release_revises_nothing() -> None:
    """There is nothing that it could be compared with."""
    now = document(figure("7", "7元"))
    assert with_revisions(now, None) == now


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """An analysts' file, as far as an edition is concerned."""
    path = tmp_path / "nianbao.duckdb"
    path.write_bytes(b"tables")
    return path


def test_an_edition_is_moved_whole_into_its_place(project: Project, tmp_path: Path, snapshot: Path) -> None:
    """All formats, the figures, the analysts' file and a manifest that vouches for each; nothing is left beside it."""
    target = tmp_path / "2021" / "work_report" / "draft"
    sources = {"submissions": {"QH630100-2021Q4-GH05-1": "ab"}}
    write_edition(document(figure("7", "7元")), project, target, sources, snapshot, at_once)
    names = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert names >= {"index.html", *(f"work_report-2021.{kind}" for kind in ("docx", "xlsx"))}
    assert names >= {"figures.csv", "figures.sdmx.csv", "figures.sdmx.xml"}
    assert names >= {"datapackage.json", "manifest.json", "nianbao.duckdb"}
    manifest = json.loads((target / "manifest.json").read_bytes())
    assert manifest["files"].keys() == names - {"manifest.json"}
    for name, said in manifest["files"].items():
        content = (target / name).read_bytes()
        assert (said["sha256"], said["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert manifest["submissions"] == sources["submissions"]
    assert "revisions.csv" not in names
    assert [path.name for path in target.parent.iterdir()] == ["draft"]


def test_O5_the_same_report_gives_the_same_bytes(project: Project, tmp_path: Path, snapshot: Path) -> None:
    """O5: what is signed is a hash of bytes, so the same report written again has the same."""
    report = document(figure("7", "7元"))
    for place in ("one", "another"):
        write_edition(report, project, tmp_path / place, {}, snapshot, at_once)
    one, another = tmp_path / "one", tmp_path / "another"
    names = sorted(path.relative_to(one).as_posix() for path in one.rglob("*") if path.is_file())
    assert {"manifest.json", "work_report-2021.pdf", "work_report-2021.docx", "work_report-2021.xlsx"} <= set(names)
    assert [name for name in names if (one / name).read_bytes() != (another / name).read_bytes()] == []


def test_a_new_draft_takes_the_place_of_the_old_one(project: Project, tmp_path: Path) -> None:
    """Nothing of the old draft is left, and nothing of a run that was killed while it wrote one."""
    target = tmp_path / "draft"
    write_edition(document(figure("7", "7元")), project, target, {}, None, at_once)
    (target / "left over.txt").write_text("old", "utf-8")
    for name in (".writing-draft-1", ".replaced-draft-1"):
        (tmp_path / name).mkdir()
    because = (Correction("QH630100", "西宁市总", "GH05", "送温暖情况表", "2021Q4", "before-1", "after-2"),)
    revision = Revision("送温暖筹资额", 2021, "W1.A5", "7元", "8元", False, because=because)
    now = replace(document(figure("8", "8元")), revisions=(revision,))
    write_edition(now, project, target, {}, None, at_once)
    assert "8元" in (target / "figures.csv").read_text("utf-8")
    assert (target / "revisions.csv").read_text("utf-8").splitlines()[1].endswith("7元,8元,no,before-1 → after-2")
    assert not (target / "left over.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["draft"]


def test_an_edition_that_cannot_be_written_leaves_the_old_one(project: Project, tmp_path: Path) -> None:
    """When a writer fails the draft stays as it was."""
    target = tmp_path / "draft"
    write_edition(document(figure("7", "7元")), project, target, {}, None, at_once)
    before = contents(target)
    with pytest.raises(FileNotFoundError):
        write_edition(document(figure("8", "8元")), project, target, {}, tmp_path / "gone.duckdb", at_once)
    assert contents(target) == before


def test_the_same_document_gives_the_same_files(project: Project, tmp_path: Path) -> None:
    """Byte for byte, so that a manifest can be checked by writing the edition again."""
    for name in ("one", "two"):
        write_edition(document(figure("7", "7元")), project, tmp_path / name, {}, None, at_once)
    one, two = (contents(tmp_path / name) for name in ("one", "two"))
    assert one == two
