"""The package as it is handed on: built, installed apart from the checkout, and a project made from it (O18)."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.homes import ROOT
from tests.house.tree import files

NEEDED = ("src", "setup.py", "pyproject.toml", "README.md", "LICENSE", "federation.toml")
SHIPPED = ("forms", "reference", "expectations", "sql", "indicators", "reports", "samples", "examples")


@pytest.mark.slow
def test_O18_a_project_is_made_from_an_installed_wheel(tmp_path: Path) -> None:
    """Every file of the program is in it; `init --like`, `doctor` and `template` work, and speak Chinese."""
    source, installed, work = tmp_path / "source", tmp_path / "installed", tmp_path / "work"
    source.mkdir()
    work.mkdir()
    for name in (*NEEDED, *SHIPPED):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check"]
    run([*pip, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(source)], work)
    (wheel,) = tmp_path.glob("nianbao-*.whl")
    with zipfile.ZipFile(wheel) as parts:
        packed = set(parts.namelist())
    used = {path.relative_to(ROOT / "src").as_posix() for path in files("src") if path.suffix != ".po"}
    assert used - packed == set()
    run([*pip, "install", "--no-index", "--no-deps", "--target", str(installed), str(wheel)], work)

    nianbao = [sys.executable, "-m", "nianbao"]
    run([*nianbao, "init", "--like", "qinghai", "project"], work, installed)
    project = work / "project"
    assert "FAIL" not in (said := run([*nianbao, "doctor"], project, installed)) and "磁盘" in said
    run([*nianbao, "template", "--unit", "西宁市总工会", "--period", "2021Q4", "--out", "blanks"], project, installed)
    assert [path.name for path in (project / "blanks").iterdir()] == ["西宁市总工会-2021Q4.xlsx"]


def run(command: list[str], folder: Path, installed: Path | None = None) -> str:
    """What a command says, once it has ended well; of nianbao only what is installed there is found."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if installed:
        environment |= {"PYTHONPATH": str(installed), "NIANBAO_LANGUAGE": "zh"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout
