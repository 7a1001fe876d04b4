"""Delimited text and JSON: read strictly and without guessing, or sent back with the line that is wrong."""

import pytest

from nianbao.catalog import Project
from nianbao.settings import Home
from tests.intake.faults import Answered, Case, judge, numbered, take_in
from tests.intake.texts import CASES


@pytest.fixture(scope="module")
def answers(project: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answered]:
    """What became of every file, after one run with all of them."""
    return take_in(project, Home(tmp_path_factory.mktemp("texts")), CASES)


@pytest.mark.parametrize("case", numbered(CASES), ids=lambda case: case.id)
def test_a_text_is_read_or_its_fault_is_said(case: Case, answers: dict[str, Answered]) -> None:
    """A file is read as what it is, or a finding names the line and what to do."""
    judge(case, answers[case.id])
