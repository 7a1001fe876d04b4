"""Numbers, codes, names and dates as people type them: each is read as what it says, or sent back with its cell."""

import pytest

from nianbao.catalog import Project
from nianbao.settings import Home
from tests.intake.faults import Answered, Case, judge, numbered, take_in
from tests.intake.values import CASES


@pytest.fixture(scope="module")
def answers(project: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answered]:
    """What became of every file, after one run with all of them."""
    return take_in(project, Home(tmp_path_factory.mktemp("values")), CASES)


@pytest.mark.parametrize("case", numbered(CASES), ids=lambda case: case.id)
def test_a_value_is_read_or_its_fault_is_said(case: Case, answers: dict[str, Answered]) -> None:
    """The warehouse holds what the cell says, or a finding names the cell and what to do."""
    judge(case, answers[case.id])
