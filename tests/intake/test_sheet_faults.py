"""Sheets that a clerk, an office suite or a library has changed: what can be found is read, the rest is said."""

import pytest

from nianbao.catalog import Project
from nianbao.settings import Home
from tests.intake.faults import Answered, Case, judge, numbered, take_in
from tests.intake.sheets import CASES


@pytest.fixture(scope="module")
def answers(project: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answered]:
    """What became of every file, after one run with all of them."""
    return take_in(project, Home(tmp_path_factory.mktemp("sheets")), CASES)


@pytest.mark.parametrize("case", numbered(CASES), ids=lambda case: case.id)
def test_a_sheet_is_read_or_its_fault_is_said(case: Case, answers: dict[str, Answered]) -> None:
    """What stands on the sheet is found where it is, or a finding names what was expected."""
    judge(case, answers[case.id])


def test_what_stands_below_a_table_is_not_stored(answers: dict[str, Answered]) -> None:
    """Names and telephone numbers under a ledger never reach the warehouse."""
    for case_id in ("case-55-signature", "case-55-remark"):
        assert not [text for texts in answers[case_id].cells.values() for text in texts if "13800138000" in text]
