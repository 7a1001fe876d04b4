"""A correction that is about to come in: what it would move in what was issued, before it is let in."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from nianbao.catalog import Project
from nianbao.sample.correction import LateCorrection, correct_after_release
from nianbao.settings import Home
from tests.homes import YEAR, call, release

UNIT, MORE = "QH632800", 60_000
MOMENT = dt.datetime(2022, 2, 1, 15)


def test_O6_check_says_what_a_correction_would_move_in_which_releases(
    year_copy: Home, project: Project, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    """O6: figure by figure, by how much, whether what is printed still holds, and whether that is material."""
    late = LateCorrection(UNIT, f"{YEAR}Q2", "GH05", "main", "warmth_funds", MOMENT, add=MORE)
    folder = tmp_path / project.units[UNIT].short_zh
    folder.mkdir()
    path = correct_after_release(project, YEAR, tmp_path, late)
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
    assert not funds["送温暖筹资额"]["is_material"] and Decimal(funds["送温暖筹资额"]["percent"]) < 1
    assert own["is_material"] and Decimal(own["percent"]) > 1 and own["still_holds"] is False
    assert " of them material" in call("check", str(path), home=year_copy).stdout


def test_O6_check_names_the_paragraphs_that_a_corrected_text_would_change(
    year_copy: Home, project: Project, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    """O6: a text that a unit reports otherwise: which paragraph of which release, what it says and what it would."""
    said = "改过的一段话，与原先报的那一段不同，只在这里写着。"
    moment = dt.datetime(2022, 2, 1, 15)
    late = LateCorrection("QHB01", f"{YEAR}Q4", "GH15", "events", "event_text", moment, put=said)
    folder = tmp_path / project.units["QHB01"].short_zh
    folder.mkdir()
    path = correct_after_release(project, YEAR, tmp_path, late)
    clock("2022-02-02T10:00")
    checked = call("check", "--json", str(path), home=year_copy)
    (told,) = json.loads(checked.stdout)
    with (release(year_copy, "work_report", 1) / "texts.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["unit_code"] == "QHB01"]
    (moved,) = (each for each in told["impact"] if each["would_print"] == f"{said[:24]}…")
    (was,) = (row for row in rows if row["text"].startswith(moved["printed"].rstrip("…")))
    assert moved["release"] == f"work_report/{YEAR}/r1" and moved["section"] == was["section"]
    assert moved["zh"] == f"{was['zh']}第{was['key'].rpartition('-')[2]}段（{was['unit_zh']}）"
    assert moved["is_material"] and moved["still_holds"] is False
