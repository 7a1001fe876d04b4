"""docs/methods/faults.md says what the tests hold, of every known fault."""

from nianbao.catalog import Project
from tests.intake.faults_page import CASES, ELSEWHERE, KEYS, LAST, PAGE, TITLES, missing_tests, page


def test_the_page_of_faults_is_current(project: Project) -> None:
    """`python -m tests.intake.faults_page` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page(project)


def test_every_fault_has_a_test() -> None:
    """1 to 90, and 104: each is a case with a file, or is held by tests that exist."""
    assert list(TITLES) == [*range(1, LAST + 1), KEYS]
    held = {case.number for case in CASES} | ELSEWHERE.keys()
    assert set(TITLES) <= held
    assert missing_tests() == []
