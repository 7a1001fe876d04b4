"""A correction that is about to come in: what it would move in what was issued, before it is let in."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nianbao.catalog import Project
from nianbao.runs.nightly import nightly
from nianbao.sample.correction import LateCorrection, correct_after_release
from nianbao.sample.events import Change
from nianbao.settings import Home
from tests.homes import SEED, YEAR, call

UNIT, MORE = "QH632800", 60_000
MOMENT = dt.datetime(2022, 2, 1, 15)


def test_O6_check_says_what_a_correction_would_move_in_which_releases(
    year_copy: Home, project: Project, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    """O6: figure by figure, by how much, whether that is material; the night then says the same."""
    late = LateCorrection(UNIT, f"{YEAR}Q2", Change("GH05", "main", "warmth_funds", add=MORE), MOMENT)
    folder = tmp_path / project.units[UNIT].short_zh
    folder.mkdir()
    path = correct_after_release(project, YEAR, SEED, tmp_path, late)
    before = year_copy.warehouse.read_bytes()
    clock("2022-02-02T10:00")
    checked = call("check", "--json", str(path), home=year_copy)
    assert checked.returncode == 0, checked.stderr
    (told,) = json.loads(checked.stdout)
    assert year_copy.warehouse.read_bytes() == before
    impact: list[dict[str, Any]] = told["impact"]
    funds = {
        each["zh"]: each for each in impact if each["zh"].startswith("送温暖筹资额") and "比上年" not in each["zh"]
    }
    own = funds[f"送温暖筹资额（{project.units[UNIT].short_zh}）"]
    assert {each["change"] for each in funds.values()} == {MORE}
    assert not funds["送温暖筹资额"]["is_material"] and funds["送温暖筹资额"]["percent"] < 1
    assert own["is_material"] and own["percent"] > 1 and own["still_holds"] is False
    assert "达到重要性标准" in call("check", str(path), home=year_copy).stdout

    inbox = year_copy.inbox / folder.name / path.name
    inbox.write_bytes(path.read_bytes())
    clock("2022-02-03T01:00")
    lapsed = {
        (each.release.name, row.zh, row.section, row.before, row.after)
        for each in nightly(project.path, year_copy).lapsed
        for row in each.lapses
    }
    assert lapsed == {
        (each["release"], each["zh"], each["section"], each["printed"], each["would_print"]) for each in impact
    }
