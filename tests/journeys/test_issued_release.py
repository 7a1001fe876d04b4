"""What was issued stays as it was issued."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from nianbao.catalog import Project
from nianbao.runs.build import build_tables
from nianbao.runs.nightly import nightly
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from tests.homes import PUBLICATIONS, issue, release


def _bytes_of(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_lost_warehouse_writes_over_no_release(
    year_copy: Home, project: Project, clock: Callable[[str], None]
) -> None:
    """After a rebuild from the archive, publishing finds r1 as it lies there, unchanged, and lays down no second r1."""
    before = {code: _bytes_of(release(year_copy, code, 1)) for code in PUBLICATIONS}
    year_copy.warehouse.unlink()
    clock("2022-01-28T01:00")
    nightly(project.path, year_copy)
    with open_workspace(project.path, year_copy, "publish") as workspace:
        build_tables(workspace)
        assert issue(workspace) == []
    assert {code: _bytes_of(release(year_copy, code, 1)) for code in PUBLICATIONS} == before
