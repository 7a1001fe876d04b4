"""init --like makes projects that work as they stand, and touches nothing that is there."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nianbao.catalog import load_project
from nianbao.catalog.shipped import EXAMPLES
from nianbao.cli import main
from tests.homes import ROOT


def init(*arguments: str) -> Result:
    """What init says."""
    return CliRunner().invoke(main, ["init", *arguments])


@pytest.mark.parametrize("like", EXAMPLES)
def test_every_example_passes_doctor(like: str, tmp_path: Path) -> None:
    """Its rules and models are evaluated, its reports composed, its home is there."""
    assert init("--like", like, str(tmp_path / "own")).exit_code == 0
    ran = CliRunner().invoke(main, ["doctor", "--project", str(tmp_path / "own")])
    assert (ran.exit_code, [line for line in ran.output.splitlines() if line.startswith("FAIL")]) == (0, [])


def test_the_largest_example_is_the_project_itself(tmp_path: Path) -> None:
    """There is one copy of it: what it declares is what is shipped, to the byte."""
    init("--like", "qinghai", str(tmp_path / "own"))
    assert load_project(tmp_path / "own").digest == load_project(ROOT).digest


def test_a_project_is_made_in_a_new_folder_only(tmp_path: Path) -> None:
    """A folder that holds something is refused, and stays as it is."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    ran = init("--like", "smallest", str(tmp_path))
    assert (ran.exit_code, "is not empty" in ran.output) == (64, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert init("--like", "smallest").exit_code == 2
    assert init(str(tmp_path / "x")).exit_code == 2


def test_a_sample_that_lives_in_a_federation_of_its_own_is_not_sent_to_another(tmp_path: Path) -> None:
    """samples/2023 brings its own declarations: its workbooks are no workbooks of this project."""
    arguments = ["sample", "--project", str(ROOT), "--year", "2023", "--home", str(tmp_path / "home")]
    ran = CliRunner().invoke(main, arguments)
    assert (ran.exit_code, "declarations of its own" in ran.output) == (64, True)
