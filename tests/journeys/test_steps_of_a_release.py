"""O5, O6, S15: the steps of a release one after the other, as the people of two offices go them with the commands."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nianbao.catalog import Project
from nianbao.runs.nightly import nightly
from nianbao.sample.correction import LateCorrection, correct_after_release
from nianbao.settings import Home
from tests.homes import ROOT, YEAR, call, clock_at, release

UNIT, MORE = "QH632800", 60_000
NAME = f"work_report/{YEAR}/r2"
CORRECTED, CHECKED, NIGHT, DAY, LATER = (
    dt.datetime(2022, 2, 1, 15), "2022-02-01T16:00", "2022-02-02T01:00", "2022-02-02T10:00", "2022-02-03T10:00",
)  # fmt: skip


@pytest.fixture
def keyed(project: Project, tmp_path: Path) -> tuple[Path, dict[str, Path]]:
    """The sample's declarations with an SSH key for each of the two roles, and the keys by role."""
    folder, keys = tmp_path / "declared", {}
    for name, content in project.declared_files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    said = (folder / "reports" / "sign_off.toml").read_text("utf-8")
    for role in project.sign_off.roles:
        keys[role.id] = tmp_path / role.id
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys[role.id])], check=True)
        public = keys[role.id].with_suffix(".pub").read_text("utf-8").strip()
        said = said.replace("keys = []", f'keys = ["{public}"]', 1)
    (folder / "reports" / "sign_off.toml").write_text(said, "utf-8")
    return folder, keys


@pytest.mark.slow
@pytest.mark.openssh
def test_O5_the_steps_of_a_release_from_a_correction_to_its_recall(
    year_copy: Home,
    project: Project,
    keyed: tuple[Path, dict[str, Path]],
    tmp_path: Path,
    clock: Callable[[str], None],
) -> None:
    """O5, O6, S15: check, night, preview, two signatures by key, release, recall; then the flow asks for r3."""
    declared, keys = keyed
    path = _correction(project, tmp_path)

    clock(CHECKED)
    (checked,) = _told("check", str(path), home=year_copy)
    (own,) = [each for each in checked["impact"] if each["zh"] == f"送温暖筹资额（{project.units[UNIT].short_zh}）"]
    assert own["release"] == f"work_report/{YEAR}/r1" and own["change"] == MORE and own["is_material"]

    inbox = year_copy.inbox / project.units[UNIT].short_zh
    shutil.copy2(path, inbox / path.name)
    with clock_at(NIGHT):
        nightly(declared, year_copy)

    clock(DAY)
    (preview,) = _told("preview", "--year", str(YEAR), "--publication", "work_report", home=year_copy, at=declared)
    assert "送温暖筹资额" in {each["zh"] for each in preview["revisions"]}
    assert any(each["before_holds"] is False for each in preview["revisions"])

    assert call("publish", NAME, "--project", str(declared), home=year_copy).returncode != 0
    (first, second) = keys
    assert _told("sign", NAME, "--as", first, "--key", str(keys[first]), home=year_copy, at=declared)["is_proven"]
    wrong = call("sign", NAME, "--as", second, "--key", str(keys[first]), "--project", str(declared), home=year_copy)
    assert wrong.returncode != 0
    assert _told("sign", NAME, "--as", second, "--key", str(keys[second]), home=year_copy, at=declared)["is_proven"]
    _told("publish", NAME, home=year_copy, at=declared)

    r2 = release(year_copy, "work_report", 2)
    with (r2 / "revisions.csv").open(encoding="utf-8", newline="") as file:
        revised = [row for row in csv.DictReader(file) if row["zh"].startswith("送温暖筹资额")]
    assert revised and all(row["submissions"] for row in revised)
    assert "已由第2版更正" in (r2.parent / "later.js").read_text("utf-8")
    again = call("publish", NAME, "--project", str(declared), home=year_copy)
    assert not release(year_copy, "work_report", 3).exists(), again.stdout

    clock(LATER)
    before = {each.name: each.read_bytes() for each in r2.iterdir() if each.is_file()}
    called = ("recall", NAME, "--because", "表3一列串行", "--by", "办公室签发岗")
    assert call(*called, "--project", str(declared), home=year_copy).returncode == 0
    assert {each.name: each.read_bytes() for each in r2.iterdir() if each.is_file()} == before
    assert "表3一列串行" in (r2.parent / "later.js").read_text("utf-8")
    assert call("verify", home=year_copy).returncode == 0

    environment = os.environ | {"PREFECT_HOME": str(tmp_path / "prefect")}
    command = [sys.executable, "-m", "tests.journeys.signing_under_prefect", str(year_copy.path), NAME[:-1] + "3"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    asked, *_, done, idle = json.loads(run.stdout.splitlines()[-1])
    assert asked["state"] == "Suspended" and (done["released"], idle["released"]) == (["r3"], [])
    assert (release(year_copy, "work_report", 3) / "manifest.json").exists()


def _correction(project: Project, folder: Path) -> Path:
    """A workbook in which a unit puts one figure of a released year right."""
    place = folder / project.units[UNIT].short_zh
    place.mkdir()
    late = LateCorrection(UNIT, f"{YEAR}Q2", "GH05", "main", "warmth_funds", CORRECTED, add=MORE)
    return correct_after_release(project, YEAR, folder, late)


def _told(command: str, *arguments: str, home: Home, at: Path = ROOT) -> Any:
    """What a command says as JSON."""
    place = [] if command == "check" else ["--project", str(at)]
    done = call(command, "--json", *arguments, *place, home=home)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)
