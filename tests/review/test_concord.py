"""S13: what numbers are true of tells what they are of, and a slip is known by the digits that it keeps."""

import pytest

from nianbao.catalog import Project
from nianbao.review.draft.concord import Concord
from nianbao.review.draft.prove import prove
from nianbao.review.draft.reading import read_text
from nianbao.statistics.figures import Figures
from tests.review.labelled import YEAR, figures_of_sample

# Right, and called wrong by their words alone.
MET = [
    ("女职工42.26万人，女会员35.94万人——女职工入会率85.0%。", "85.0%"),
]
# Rows of which all others agree on what no number's own words say.
ROWS = [
    (
        "一、互助保障覆盖\n以参保人数与会员人数之比衡量覆盖面，全省为35.8%，上年为33.8%。"
        "西宁、海北、海西分别为42.6%、40.2%、44.5%，玉树最低，仅22.6%。",
        "44.5%",
    ),
    ("送温暖人均慰问额，各地不一。海西1901元，海北1770元，黄南1581元。", "1581元"),
]
SLIPPED = [
    ("各级工会带着慰问款物，走进24289名职工家中送温暖。", "24289名"),
    ("体检超出目标180人，所花经费301.08万元。", "301.08万元"),
]


@pytest.fixture(scope="module")
def figures(project: Project) -> Figures:
    """The figures of the sample years."""
    return figures_of_sample(project)


@pytest.mark.parametrize(("sentence", "number"), MET)
def test_what_figures_of_the_sentence_come_to_is_not_called_wrong(
    figures: Figures, monkeypatch: pytest.MonkeyPatch, sentence: str, number: str
) -> None:
    """S13: a number of many digits is not by chance what two figures of its sentence come to."""
    assert number not in _deviating(sentence, figures)
    monkeypatch.setattr(Concord, "agreeing", lambda *_: None)
    assert number in _deviating(sentence, figures)


@pytest.mark.parametrize(("sentence", "number"), ROWS)
def test_a_number_of_a_row_is_held_against_what_the_others_say(
    figures: Figures, monkeypatch: pytest.MonkeyPatch, sentence: str, number: str
) -> None:
    """S13: where the others of a row are of one figure, each of its unit, so is the last one."""
    assert _deviating(sentence, figures) == {number}
    monkeypatch.setattr(Concord, "differing", lambda *_: None)
    assert number not in _deviating(sentence, figures)


@pytest.mark.parametrize(("sentence", "number"), SLIPPED)
def test_a_slip_is_found_though_the_words_are_not_enough(figures: Figures, sentence: str, number: str) -> None:
    """S13: two digits that changed places, or a point that moved, leave all others as they were."""
    assert number in _deviating(sentence, figures)


def _deviating(sentence: str, figures: Figures) -> set[str]:
    checked = prove(read_text(sentence), figures, YEAR)
    return {one.number.text for one in checked if any(each.is_deviation for each in one.verdicts)}
