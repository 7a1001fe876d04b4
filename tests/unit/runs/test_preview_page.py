"""What lies before those who sign: whether it can be signed, what moved and what is open, before any particulars."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from flows.artifacts import inert
from nianbao.publish.plain import section_titles
from nianbao.runs.preview_page import preview_in_markdown
from nianbao.terms.document import PrintedSection, Revision
from nianbao.terms.preview import Absent, Preview, ToBeWritten, Unruled
from nianbao.terms.release import Correction
from nianbao.terms.sign_off import Proposal
from tests.unit.publish.synthetic import document, figure

PROPOSAL = Proposal(
    "work_report", 2021, 2, dt.datetime(2022, 2, 1), dt.date(2022, 2, 1), "releases/2021/work_report/proposed", "", "0f"
)
CAUSE = Correction("U1", "甲市总", "GH05", "送温暖情况表", "2021Q2", "U1-2021Q2-GH05-1", "U1-2021Q2-GH05-2")
UNTRUE = Revision("筹资额", 2021, "五是服务职工", "37", "38", False, "", Decimal(37), Decimal(38), (CAUSE,))
TRUE = Revision("慰问人次", 2020, "五是服务职工", "9多", "9多", True, "", Decimal(91), Decimal(92), (CAUSE,))


def preview(**said: object) -> Preview:
    """A preview of the second edition in which nothing moved and nothing is open, but for what is said."""
    nothing: dict[str, object] = dict.fromkeys(("revisions", "texts", "doubtful", "unruled", "to_write", "absent"), ())
    given = {"proposal": PROPOSAL, "title": "2021年工作报告", "previous": "r1", "unfinished": "", **nothing, **said}
    return Preview(**given)  # type: ignore[arg-type]


def test_what_has_nothing_to_say_is_no_heading() -> None:
    """Of an edition without changes there are a verdict, day, place and hash, and no list."""
    page = preview_in_markdown(preview())
    assert "**必写的都已写，可以签发。**\n\n与第1版相比，没有数字变动。没有未了的事项。" in page
    assert "2021年工作报告　第2版（work_report/2021/r2）" in page and "##" not in page


def test_that_the_release_before_was_called_back_is_said_with_its_reason() -> None:
    """Who signs the one that replaces it knows what it had to mend, though no figure may have moved."""
    page = preview_in_markdown(preview(recalled="表3一列串行"))
    assert "\n第1版已撤回（表3一列串行）。与第1版相比，没有数字变动。" in page
    assert "撤回" not in preview_in_markdown(preview())


def test_the_counts_come_before_the_particulars() -> None:
    """What moved and what is open is counted in the first sentences, each of which has its list."""
    absent = Absent("乙市总", "GH06", "就业情况表", "2021Q3", "未报")
    page = preview_in_markdown(preview(revisions=(UNTRUE, TRUE), absent=(absent,)))
    assert "2处数字有变，其中1处原表述不再成立。1张报表未计入。" in page
    assert (
        page.index("## 原表述不再成立：1处") < page.index("## 其他有变的数字：1处") < page.index("## 未计入的报表：1张")
    )
    assert "- 五是服务职工：筹资额 37 → 38（注1）" in page and "慰问人次（2020年） 9多 → 9多（注1）" in page


def test_a_cause_is_told_once() -> None:
    """However many figures follow from a submission, it stands in one note under them."""
    page = preview_in_markdown(preview(revisions=(UNTRUE, UNTRUE)))
    assert page.count("U1-2021Q2-GH05-2") == 1


def test_what_one_missing_form_leaves_open_is_a_line() -> None:
    """Phrases that the same form would decide share its sentence; each keeps its words, others stand apart."""
    wanting = "丙公司2021年第三季度未报，“{}”是否成立无法判断。"
    doubted = [replace(figure(n), text=said, doubt=wanting.format(said)) for n, said in ((1, "约1万名"), (4, "5家"))]
    other = replace(figure(3), text="近9场", doubt="丁县总2021年未报，补齐后可能在8至12场之间，“近9场”不一定成立。")
    page = preview_in_markdown(preview(doubtful=(*doubted, other)))
    assert "3处表述可能不成立" in page and "## 可能不成立的表述：2种原因" in page
    assert "- 慰问职工人数“约1万名”、职工书屋数“5家”：丙公司2021年第三季度未报，是否成立无法判断。" in page
    assert "- 宣讲场次“近9场”：丁县总2021年未报，补齐后可能在8至12场之间，不一定成立。" in page


def test_explanations_are_told_by_form() -> None:
    """Hundreds of them are a line: how many, whose, one as an example, and the command that lists them."""
    unruled = tuple(Unruled(f"E{n}", f"{n}号工会", "GH06", "就业情况表", "2021Q1", "扩大体检。") for n in range(344))
    page = preview_in_markdown(preview(unruled=unruled))
    assert "- GH06 就业情况表：344条，0号工会、1号工会、2号工会等344个单位，如“扩大体检。”" in page
    assert page.count("扩大体检。") == 1 and "nianbao explanations" in page


@pytest.mark.parametrize("is_required", [True, False])
def test_whether_it_can_be_signed_is_said_first(is_required: bool) -> None:
    """A required passage that nobody has written stops it; another is told, with those of the same file."""
    open_passages = tuple(
        ToBeWritten(zh, "一、回顾", is_required, "办公室", f"写入 draft.docx 的〔{zh}〕")
        for zh in ("导语", "致谢，如有")
    )
    page = preview_in_markdown(preview(to_write=open_passages))
    assert page.splitlines()[2].startswith("**不能签发：2处必写而未写。**") is is_required
    assert ("- 一、回顾〔导语〕、一、回顾〔致谢〕：办公室，写入 draft.docx 的〔…〕" in page) is not is_required


def test_a_section_without_a_heading_is_named_after_the_one_over_it() -> None:
    """Its id says nothing to who reads the report."""
    sections = (
        PrintedSection("W1", "一、回顾", 1, (), (), ()),
        PrintedSection("W1.A", "重点工作", 2, (), (), ()),
        PrintedSection("W1.D", "", 2, (), (), ()),
    )
    assert section_titles(replace(document(), sections=sections)) == {
        "W1": "一、回顾",
        "W1.A": "重点工作",
        "W1.D": "一、回顾",
    }


def test_the_form_on_the_page_of_prefect_shows_the_verdict_bold_and_the_whole_hash() -> None:
    """What came from outside acts nowhere; our headings, lists and bold lines do, and no word is wider than it."""
    shown = inert(
        preview_in_markdown(preview(title="2021年*工作*报告", proposal=replace(PROPOSAL, manifest_sha256="0f" * 32)))
    )
    assert "\n**必写的都已写，可以签发。**\n" in shown and shown.startswith("# 送签稿：2021年\\*工作\\*报告")
    assert " ".join(["0f" * 8] * 4) in shown
