"""S13: what is true of something else than its words most likely say is doubted, and not called wrong."""

import pytest

from nianbao.catalog import Project
from nianbao.review.draft.doubts import Doubts
from nianbao.review.draft.prove import prove
from nianbao.review.draft.reading import read_text
from nianbao.statistics.figures import Figures
from tests.review.labelled import YEAR, figures_of_sample

# What was called wrong of drafts that were never seen, and is right.
CHECKUPS = (
    "职工最念叨的还是免费体检。到年底实际完成50180人，超出目标180人，是上年10016人的5倍；投入资金3010.8万元，"
    "比上年多花2409.84万元，人均标准没有变。需要说明的是，八个市州合计体检18538人，只占全省的36.9%，"
    "其余3.16万人在产业和直属系统。"
)
DOUBTED = [
    (CHECKUPS, "3.16万人"),
    ("海南州救助发放158.24万元，受助人数增加了9.7%，人均救助额因此由3487元降到3256元。", "3487元"),
    ("入会率海西95.1%，海南最低，高低两头差12.1个百分点。", "12.1个百分点"),
    ("我透露几个数：“安康杯”参赛企业1600家。", "1600家"),
    ("困难职工救助，海南州发放额的增幅在各地靠后，受助人数增长9.7%，排第一。", "排第一"),
]
# Known to be wrong in the ways of real drafts: last year's figure, its digits, its direction.
WRONG = [
    ("困难职工救助发放额2599.88万元，受助职工7418人，比上年有所增加。", "7418人"),
    ("送温暖慰问职工24892人。", "24892人"),
    ("生态管护员入会10530人，同比增长38.0%。", "38.0%"),
    ("职工入会率为91.04%，与上年基本持平。", "91.04%"),
]


@pytest.fixture(scope="module")
def figures(project: Project) -> Figures:
    """The figures of the sample years."""
    return figures_of_sample(project)


@pytest.mark.parametrize(("sentence", "number"), DOUBTED)
def test_what_may_be_said_of_something_else_is_not_called_wrong(
    figures: Figures, monkeypatch: pytest.MonkeyPatch, sentence: str, number: str
) -> None:
    """S13: the words do not say it so that it could be agreed with, and chance does not meet it."""
    assert number not in _deviating(sentence, figures)
    monkeypatch.setattr(Doubts, "of", lambda *_: None)
    assert number in _deviating(sentence, figures)


@pytest.mark.parametrize(("sentence", "number"), WRONG)
def test_what_is_a_slip_is_not_doubted(figures: Figures, sentence: str, number: str) -> None:
    """S13: what something else meets by chance, or says without any word for it, excuses nothing."""
    assert number in _deviating(sentence, figures)


def test_who_reads_of_a_doubt_learns_what_else_it_may_be(figures: Figures) -> None:
    """S13: the row of what cannot be decided names the figure to look at."""
    checked = prove(read_text(DOUBTED[0][0]), figures, YEAR)
    (reason,) = next(one.reasons for one in checked if one.number.text == "3.16万人")
    assert "免费体检人数" in reason
    assert "请人工核对" in reason


def _deviating(text: str, figures: Figures) -> list[str]:
    checked = prove(read_text(text), figures, YEAR)
    return [one.number.text for one in checked if any(verdict.is_deviation for verdict in one.verdicts)]
