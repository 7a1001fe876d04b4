"""A release has people behind it: previewed, signed by two roles over its bytes, released, called back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.errors import StoreError, UsageError
from nianbao.runs.build import build_tables
from nianbao.runs.propose import propose
from nianbao.runs.publish import publish
from nianbao.runs.recall import recall
from nianbao.runs.sign import sign
from nianbao.runs.workspace import Workspace, open_workspace
from nianbao.settings import Home
from nianbao.terms.sign_off import Identity
from nianbao.warehouse import issued
from tests.homes import YEAR, release

NAME = f"work_report/{YEAR}/r2"
DAY = "2022-02-03T10:00"


@pytest.fixture
def recalled(year_copy: Home, project: Project, clock: Callable[[str], None]) -> Iterator[Workspace]:
    """The sample year with its work report called back: the next edition prints the same once more."""
    clock(DAY)
    with open_workspace(project.path, year_copy, "preview") as workspace:
        build_tables(workspace)
        recall(workspace, f"work_report/{YEAR}/r1", "表3一列串行", "办公室签发岗")
        yield workspace


def everything(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def sign_both(workspace: Workspace, name: str = NAME) -> None:
    """Both roles sign, each as a user of its own."""
    for role in workspace.project.sign_off.roles:
        sign(workspace, name, role.id, Identity(f"user-{role.id}"))


def test_O5_exactly_the_bytes_that_both_signed_are_released(recalled: Workspace) -> None:
    """O5: preview, two signatures, release: the files in r2 are those that were laid down, and the ledger knows who."""
    (preview,) = propose(recalled, YEAR, ["work_report"])
    laid_down = everything(recalled.home.path / preview.proposal.path)
    waiting = publish(recalled)
    assert [each.edition for each in waiting] == [None]
    assert [line[:13] for line in waiting[0].waits_for] == ["待签发 not signed"[:13]] * 2
    sign_both(recalled)
    (done,) = publish(recalled)
    assert done.edition is not None and done.edition.name == "r2"
    assert everything(release(recalled.home, "work_report", 2)) == laid_down
    assert not (recalled.home.path / preview.proposal.path).exists()
    given = issued.sign_offs(recalled.connection, preview.proposal.manifest_sha256)
    assert [(each.role, each.signed_by, each.is_proven) for each in given] == [
        ("statistics", "user-statistics", False),
        ("office", "user-office", False),
    ]
    assert publish(recalled) == []


def test_O5_one_user_cannot_give_both_signatures(recalled: Workspace) -> None:
    """O5: the second role is refused to the user who signed in the first, and nothing is released."""
    propose(recalled, YEAR, ["work_report"])
    first = sign(recalled, NAME, "statistics", Identity("somebody"))
    assert sign(recalled, NAME, "统计审核岗", Identity("another")) == first
    with pytest.raises(UsageError, match="two people sign"):
        sign(recalled, NAME, "office", Identity("somebody"))
    assert [len(each.waits_for) for each in publish(recalled)] == [1]
    with pytest.raises(UsageError, match="no role that signs"):
        sign(recalled, NAME, "deputy", Identity("another"))
    with pytest.raises(UsageError, match="does not lie before"):
        sign(recalled, f"audit_report/{YEAR}/r2", "office", Identity("another"))


def test_O5_changed_bytes_can_be_neither_signed_nor_released(recalled: Workspace) -> None:
    """O5: a file that was changed after the preview stops both; laid down anew with the same bytes signatures hold."""
    (preview,) = propose(recalled, YEAR, ["work_report"])
    folder = recalled.home.path / preview.proposal.path
    sign(recalled, NAME, "statistics", Identity("user-1"))
    (folder / "figures.csv").write_text("indicator\n", "utf-8")
    with pytest.raises(StoreError, match=r"figures\.csv"):
        sign(recalled, NAME, "office", Identity("user-2"))
    (again,) = propose(recalled, YEAR, ["work_report"])
    assert again.proposal.manifest_sha256 == preview.proposal.manifest_sha256
    sign(recalled, NAME, "office", Identity("user-2"))
    (folder / "more.txt").write_text("more", "utf-8")
    with pytest.raises(StoreError, match=r"more\.txt"):
        publish(recalled)
    assert not release(recalled.home, "work_report", 2).exists()
