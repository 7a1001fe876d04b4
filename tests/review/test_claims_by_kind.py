"""S13: what a sentence claims besides a level: each kind once as the figures bear it out, and once as they do not."""

from pathlib import Path

import docx
import pytest

from nianbao.catalog import Project
from nianbao.review.draft.prove import prove
from nianbao.review.draft.reading import read_text
from nianbao.review.draft.word_file import WordFile
from nianbao.statistics.figures import Figures
from tests.review.labelled import YEAR, figures_of_sample

# Sentence with a gap, what the figures bear out, what they do not.
KINDS = [
    ("新就业形态劳动者会员，海东市11534人，{}海西州的8899人。", "多于", "少于"),
    ("法律服务职工13315人次，较上年{}。", "有所增加", "有所减少"),
    ("生态管护员入会10530人，与2021年的16984人相比，{}。", "明显减少", "略有增加"),
    ("职代会建制率93.0%，上年为91.6%；厂务公开建制率{}。", "93.4%", "92.0%"),
    ("生态管护员入会，玉树、果洛两州共{}。", "7787人", "7877人"),
    ("西宁、海东、海西三地会员合计45.3万人，占全省{}。", "47.3%", "49.3%"),
    ("职代会、厂务公开建制率分别达到93.0%和{}。", "93.4%", "94.3%"),
    ("西宁、海东两市基层工会分别为3141个和{}。", "2127个", "2217个"),
    ("全年发放劳模专项补助1089.62万元，惠及2559名劳模，人均{}。", "4258元", "4358元"),
    ("困难职工救助发放额2599.88万元，救助7715人，比上年多{}。", "297人", "397人"),
    ("“安康杯”参赛职工中，西宁市7.26万人，海东市4.42万人，前者是后者的{}。", "1.6倍", "2.6倍"),
    ("果洛州职工入会率83.0%，比全省平均水平低{}。", "7.1个百分点", "9.1个百分点"),
    ("职工入会率果洛州83.0%，与海西州相差{}。", "12.1个百分点", "10.1个百分点"),
    ("省总本级总收入22943万元，超预算{}。", "822万元", "922万元"),
    ("职工入会率{}的只有海西州。", "超过95%", "超过96%"),
    ("审计意见建议68条，其中产业和直属工会55条，占{}。", "八成以上", "九成以上"),
    ("2023年，全省计划免费体检职工{}。", "6万人", "7万人"),
    ("爱心托管班年度计划10个，实际建成11个，完成年度计划的{}。", "110%", "120%"),
    ("安康杯参赛企业1533家，超年度目标{}。", "33家", "133家"),
    ("医疗互保参保职工34.26万人，离年初定的35万人目标还差{}。", "7424人", "9424人"),
    ("省总本级上半年收入2653.7万元，占全年的{}。", "11.6%", "21.6%"),
    ("省总本级上半年总支出4019.82万元，{}。", "占全年的两成", "不到全年的五分之一"),
    ("收支相抵，当年结余{}。", "3295.8万元", "3925.8万元"),
    ("省总本级总支出{}。", "19647.37万元", "19647.37亿元"),
    ("职代会建制率93.0%，比上年提高{}。", "1.4个百分点", "1.4%"),
    ("每百名职工中有女职工{}。", "40人", "46人"),
    ("举办培训班189期，平均每期培训{}。", "77人", "97人"),
    ("基层工会12798个，其中西宁、海东两市共5268个，其余六州合计{}。", "4669个", "4966个"),
    ("西宁市、海东市、海西州会员占全省的比重分别为25.7%、9.7%和{}。", "11.9%", "13.9%"),
    ("送温暖活动慰问职工24829人，筹资3799.3万元。资金比上年增长{}。", "6.0%", "7.0%"),
    ("应建工资集体协商单位9700个，已建8936个，尚有764个没有建制，其中西宁{}。", "252个", "352个"),
    ("8个市州会员合计{}，占全省59.0%。", "56.51万人", "58.51万人"),
    ("西宁会员相当于海西的2.2倍、果洛的{}。", "17.2倍", "7.2倍"),
    ("生态管护员入会10530人，玉树4386人，果洛3401人，合占全省{}。", "七成以上", "八成以上"),
    ("全年拨缴经费收入11308.44万元，主要是上年集中清缴；政府补助收入{}。", "3982.93万元", "3711.42万元"),
    ("一、困难职工救助\n（一）分地区。\n——西宁{}，1579人；", "521.38万元", "512.38万元"),
    ("二、职工免费体检\n去年最大的一块增量。西宁{}、海西3502、海东3121人。", "4772", "4727"),
    ("新就业形态会员69705人。其中西宁市新增2774人，对全省增量的贡献率{}。", "37.1%", "47.1%"),
    ("医疗互保参保职工34.26万人，距年度目标35万人还差{}。", "7424人", "4724人"),
    ("审计资金2.21亿元，同比下降{}。", "55.0%", "55.0个百分点"),
    ("送温暖筹资西宁市786.75万元，海东市{}。", "647.52万元", "674.52万元"),
    ("稿件4074件，西宁最多，海东{}。", "第二", "第三"),
    ("2022年，医疗互保参保{}。", "34.26万人", "36.24万人"),
    ("困难职工救助发放额2599.88万元，受助7715人，人均3370元；海西州人均3677元，{}。", "居第一", "垫底"),
    ("审计资金2.21亿元。产业和直属工会审计25家，资金6081.17万元，占{}。", "27.54%", "25.74%"),
    ("帮扶、送温暖、援青、医疗互保四项资金合计审计{}。", "1.54亿元", "1.45亿元"),
    ("拨缴经费收入占49.29%，上级补助占29.55%，政府补助占17.36%，其他收入占{}。", "3.80%", "8.30%"),
    (
        "提出审计意见建议68条。1.地方工会：审计2家，资金3883.65万元。2.产业和直属工会：审计25家，资金6081.17万元；提出意见建议{}。",
        "55条",
        "57条",
    ),
    ("海南州职工入会率83.67%，列各市州{}。", "倒数第二", "倒数第三"),
    ("审计资金2.2亿元，比上年少了{}。", "一半还多", "六成还多"),
    ("免费体检人数由10016人增加到50180人，翻了{}。", "两番多", "五番"),
    ("“安康杯”参赛企业1533家、参赛职工26.03万人，同比分别增长{}和21.4%。", "19.2%", "21.4%"),
    ("会员西宁市24.6万人、海西州11.4万人、海东市9.3万人，三地合计占全省会员的{}。", "47.3%", "80.2%"),
    ("会员人数西宁市246424人、海东市92772人、海西州113877人，三者之中{}最多。", "西宁市", "海东市"),
]


@pytest.fixture(scope="module")
def figures(project: Project) -> Figures:
    """The figures of the sample years."""
    return figures_of_sample(project)


@pytest.mark.parametrize(("sentence", "right", "wrong"), KINDS, ids=[sentence for sentence, _, _ in KINDS])
def test_S13_a_claim_is_held_against_what_it_says(figures: Figures, sentence: str, right: str, wrong: str) -> None:
    """S13: comparisons in words, sums, lists, bases, thresholds, shares among, and plans are claims."""
    assert [one.number.text for one in _deviating(sentence.format(right), figures)] == []
    assert len(_deviating(sentence.format(wrong), figures)) == 1


def test_S13_an_amount_of_a_unit_is_not_held_against_the_whole(figures: Figures) -> None:
    """S13: where a unit is named that has no such figure nothing is called wrong."""
    assert _deviating("西宁市补助下级支出9024万元。", figures) == []


def test_S13_what_goes_on_from_something_unknown_is_not_called_wrong(figures: Figures) -> None:
    """S13: a change is of the figure before it; of what nobody reports it cannot be checked."""
    assert _deviating("送温暖筹资3799.32万元。全年放映电影1200场，比上年增加300场，增长25%。", figures) == []


def test_S13_a_head_and_a_label_say_what_a_cell_is(project: Project, figures: Figures, tmp_path: Path) -> None:
    """S13: a table by its heads, with units in heads and labels: each wrong cell is found and no right one."""
    word = docx.Document()
    word.add_paragraph("表1　2022年几项数据与上年对比")
    table = word.add_table(rows=0, cols=4)
    rows = [
        ("指标", "2022年", "2021年", "增长（%）"),
        ("职工人数（人）", "1062384", "1036742", "2.5"),
        ("媒体稿件（件）", "4074", "3917", "14.0"),
        ("送温暖筹资额（万元）", "3799.32", "3584.26", "6.0"),
    ]
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    word.save(str(tmp_path / "table.docx"))
    checked = prove(WordFile(tmp_path / "table.docx").paragraphs, figures, YEAR)
    wrong = [one.number.text for one in checked if any(verdict.is_deviation for verdict in one.verdicts)]
    assert wrong == ["1036742", "14.0"]


def test_S13_a_month_and_a_multiple_of_a_growth_are_not_held_against_figures(figures: Figures) -> None:
    """S13: 三月底 counts nothing, and how many times one growth is another no figure says."""
    assert _deviating("国家审计指出的67个帮扶资金问题，整改了61个，三月底前必须清零。", figures) == []
    assert _deviating("新就业形态会员增长12%，增幅接近全省会员增幅的五倍。", figures) == []


def test_S13_what_is_planned_is_no_figure(figures: Figures) -> None:
    """S13: under a heading of the year to come a number is held against declared targets and nothing else."""
    plan = "二、2023年工作安排\n新发展会员3万名以上，培训职工2万人，为职工办实事300件。"
    assert _deviating(plan, figures) == []


def _deviating(text: str, figures: Figures) -> list:  # type: ignore[type-arg]
    checked = prove(read_text(text), figures, YEAR)
    return [one for one in checked if any(verdict.is_deviation for verdict in one.verdicts)]
