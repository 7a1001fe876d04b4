"""S13: drafts with labelled claims: direction, multiple, rank, share and year, in sentences and hand-typed tables."""

import pytest

from nianbao.catalog import Project
from tests.review.labelled import Tally, figures_of_sample, names, tally

LEAST = 0.9
RECALL, PRECISION = 0.915, 0.95
"""What all drafts together have reached."""


@pytest.fixture(scope="module")
def tallies(project: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tally]:
    """How the claims of every labelled draft were judged."""
    figures, folder = figures_of_sample(project), tmp_path_factory.mktemp("claims")
    return {name: tally(project, figures, name, folder) for name in names()}


def test_S13_nine_of_ten_wrong_claims_are_found(tallies: dict[str, Tally]) -> None:
    """S13: of all that the drafts get wrong."""
    found, missed = (sum(len(getattr(each, kind)) for each in tallies.values()) for kind in ("found", "missed"))
    assert found + missed >= 60
    assert found / (found + missed) >= RECALL


def test_S13_nine_of_ten_claims_called_wrong_are_wrong(tallies: dict[str, Tally]) -> None:
    """S13: a checker that cries wolf is switched off."""
    found, alarms = (sum(len(getattr(each, kind)) for each in tallies.values()) for kind in ("found", "false_alarms"))
    assert found / (found + alarms) >= PRECISION


def test_S13_most_claims_get_a_row(tallies: dict[str, Tally]) -> None:
    """S13: also what agrees is known for what it is."""
    claims = sum(each.claims for each in tallies.values())
    assert sum(len(each.unknown) for each in tallies.values()) / claims <= 1 - LEAST


@pytest.mark.parametrize(
    ("first", "last", "precision", "recall"),
    [
        pytest.param(39, 44, 0.94, 0.94, id="most that went wrong at first sight stood in tables"),
        pytest.param(45, 53, 0.94, 0.91, id="units are held against one another"),
        pytest.param(54, 59, 0.96, 0.87, id="a column says its unit"),
        pytest.param(60, 65, 0.90, 0.90, id="units are named alone"),
        pytest.param(66, 71, 0.92, 0.84, id="what a clause speaks of is one quantity"),
        pytest.param(72, 77, 0.92, 0.87, id="means and shares that a draft defines"),
        pytest.param(78, 83, 0.89, 0.86, id="a figure is not told twice in a sentence"),
        pytest.param(84, 93, 0.90, 0.90, id="what the federation prints is read unread"),
    ],
)
def test_S13_the_last_drafts_of_strangers_do_not_get_worse(
    tallies: dict[str, Tally], first: int, last: int, precision: float, recall: float
) -> None:
    """S13: of what they were the first to show."""
    together = [each for name, each in tallies.items() if first <= int(name.split("_")[0]) <= last]
    found, missed, alarms = (
        sum(len(getattr(each, kind)) for each in together) for kind in ("found", "missed", "false_alarms")
    )
    assert len(together) == last - first + 1
    assert found / (found + alarms) >= precision
    assert found / (found + missed) >= recall
