"""Files that are damaged, dangerous or something else: each ends in one outcome, with its code, and harms nothing."""

from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.settings import Home
from tests.intake.containers import CASES
from tests.intake.faults import Answered, Case, judge, numbered, take_in


@pytest.fixture(scope="module")
def answers(project: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answered]:
    """What became of every file, after one run with all of them."""
    return take_in(project, Home(tmp_path_factory.mktemp("containers")), CASES)


@pytest.mark.parametrize("case", numbered(CASES), ids=lambda case: case.id)
def test_a_file_ends_in_its_outcome_with_its_code(case: Case, answers: dict[str, Answered]) -> None:
    """The file is accepted, sent back or put aside as its case says, for the reason its case says."""
    judge(case, answers[case.id])


def test_no_name_in_a_package_leads_out_of_it(answers: dict[str, Answered]) -> None:
    """What is in a workbook is never written to disk under the name it claims."""
    assert answers["case-40"].unit_code
    assert not Path("/tmp/nianbao-escaped.xml").exists()
