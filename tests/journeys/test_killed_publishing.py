"""A night that is killed while it publishes leaves the old edition or the new one, never half of one."""

import hashlib
import json
import multiprocessing
import random
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from nianbao.settings import Home
from nianbao.warehouse.snapshot import CURRENT, CURRENT_TABLES
from tests.homes import PUBLICATIONS, ROOT, SECOND_NIGHT, clock_at, draft, scratch_files

KILLS = 6


def publish_anew(home: Path, number: int) -> None:
    """Bring drafts and analysts' file up to date after something was built."""
    from nianbao.runs.drafts import refresh_drafts
    from nianbao.runs.workspace import open_workspace

    with clock_at(SECOND_NIGHT), open_workspace(ROOT, Home(home), "nightly") as workspace:
        workspace.connection.execute(
            "INSERT OR REPLACE INTO ledger.build VALUES ('mart.built', ?, TIMESTAMP '2022-01-26')", [str(number)]
        )
        workspace.connection.execute("DELETE FROM ledger.build WHERE model LIKE 'draft/%'")
        refresh_drafts(workspace)


def is_whole(folder: Path) -> bool:
    """Whether an edition holds what its manifest vouches for."""
    files = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    return all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"] for name, entry in files.items()
    )


def answers(home: Home) -> bool:
    """Whether the published file and the tables beside it are whole and can be read."""
    target, tables = (home.releases / CURRENT).resolve(), (home.releases / CURRENT_TABLES).resolve()
    with duckdb.connect(target, read_only=True) as connection:
        row = connection.execute("SELECT count(*) FROM mart.figure").fetchone()
        beside = connection.execute(f"SELECT count(*) FROM '{tables}/mart.figure/*.parquet'").fetchone()
    return bool(row and row[0]) and bool(beside and beside[0]) and all(map(is_vouched_for, (target, tables)))


def is_vouched_for(written: Path) -> bool:
    """Whether an analysts' file, or the tables beside it, is what the list of hashes of the file says."""
    said = written.with_suffix(".duckdb.sha256").read_text("utf-8").splitlines()
    files = [written] if written.is_file() else sorted(path for path in written.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.relative_to(written.parent)}" for each in files]
    return bool(lines) and set(lines) == {line for line in said if line.endswith(".duckdb") == written.is_file()}


def test_what_is_published_is_whole_at_any_moment(year_copy: Home, clock: Callable[[str], None]) -> None:
    """Killed over and over, the drafts and the analysts' file can be read; the night after leaves nothing behind."""
    clock(SECOND_NIGHT)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "nianbao.runs.drafts", "nianbao.runs.workspace"])
    dice, killed, longest = random.Random(2021), 0, 3.0
    for number in range(KILLS):
        process = context.Process(target=publish_anew, args=(year_copy.path, number))
        started = time.monotonic()
        process.start()
        process.join(dice.uniform(0.1, longest))
        if process.exitcode is None:
            process.kill()
            killed += 1
        else:
            assert process.exitcode == 0
            longest = min(longest, time.monotonic() - started)
        process.join()
        assert answers(year_copy)
        assert all(is_whole(draft(year_copy, code)) for code in PUBLICATIONS if draft(year_copy, code).exists())
    process = context.Process(target=publish_anew, args=(year_copy.path, KILLS))
    process.start()
    process.join()
    assert process.exitcode == 0 and killed >= KILLS // 2
    assert answers(year_copy) and all(is_whole(draft(year_copy, code)) for code in PUBLICATIONS)
    assert scratch_files(year_copy) == []
