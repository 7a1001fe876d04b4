"""S13: all that a number may say is weighed at once: what shows it wrong against all that would make it true."""

import pytest

from nianbao.catalog import Project
from nianbao.review.draft.among import AmongUnits
from nianbao.review.draft.prove import prove
from nianbao.review.draft.reading import read_text
from nianbao.review.draft.weighing import Weighing
from nianbao.statistics.figures import Figures
from tests.review.labelled import YEAR, figures_of_sample

# What was called wrong of drafts that were never seen, and is right.
CHECKUPS = (
    "职工最念叨的还是免费体检。到年底实际完成50180人，超出目标180人，是上年10016人的5倍；投入资金3010.8万元，"
    "比上年多花2409.84万元，人均标准没有变。需要说明的是，八个市州合计体检18538人，只占全省的36.9%，"
    "其余3.16万人在产业和直属系统。"
)
RIGHT = [
    ("海南州救助发放158.24万元，受助人数增加了9.7%，人均救助额因此由3487元降到3256元。", "3487元"),
    ("女职工42.26万人，女会员35.94万人——女职工入会率85.0%。", "85.0%"),
]
RIGHT_TOO = [
    "全年审计31家单位，涉及资金2.21亿元，提出意见建议68条。",
    "职工有困难可拨打12351职工服务热线。②贡献率指该地区增量占全省增量的百分比。",
]
SAID = [(CHECKUPS, "3.16万人"), ("生态管护员入会方面，2022年入会10530人，少于上年的16984人。", "16984人")]
# Known to be wrong in the ways of real drafts: last year's figure, its digits, its direction.
WRONG = [
    ("困难职工救助发放额2599.88万元，受助职工7418人，比上年有所增加。", "7418人"),
    ("送温暖慰问职工24892人。", "24892人"),
    ("生态管护员入会10530人，同比增长38.0%。", "38.0%"),
    ("职工入会率为91.04%，与上年基本持平。", "91.04%"),
    ("免费体检投入资金301.08万元。", "301.08万元"),
    ("举办培训班189期，培训14.5万人。", "14.5万人"),
    ("全年发放困难职工救助金8599.88万元，增长4%。", "8599.88万元"),
    ("基层工会12798个，比上年多312个。入会率10.14%，与上年基本持平。", "10.14%"),
    ("爱心托管班达到11家，其中全国级6家、省级6家。", "6家"),
]
# What is said of units among one another: as the figures bear it out, and as they do not.
AMONG = [
    ("职工入会率高于全省平均水平的有{}。", "3家", "5家"),
    ("八个市州中，职工入会率最高和最低相差{}。", "12.1个百分点", "15.1个百分点"),
    ("本级经费收大于支的只有{}。", "2家", "4家"),
]


# Units of which something is said without a number.
MEMBERS = [
    ("本级收支，收大于支的就两家：海东、{}。", "海南", "果洛"),
    ("送温暖人均慰问额比上年下降的有黄南、{}两州。", "海北", "海西"),
    ("职工入会率高于全省平均水平的有海西、海东、{}。", "西宁", "黄南"),
]
# Numbers without a unit in a row, parts of units and of what something grew by, sums of what is listed, averages.
SPOKEN = [
    ("职代会建制率：海北96.7，海东{}。", "90.5", "93.5"),
    ("生态管护员：玉树4386，果洛3401，海北只有{}。", "184", "297"),
    ("困难职工救助金增幅前三：海西7.7、黄南6.5、海北{}。", "5.6", "6.5"),
    ("生态管护员入会10530人，其中{}来自玉树。", "四成多", "一半还多"),
    ("新就业形态会员69705人。当年新增的会员中，每100人约有{}是新就业形态劳动者。", "32人", "23人"),
    ("地方工会审计资金减少1.86亿元，占全部减少额的{}。", "68.9%", "86.9%"),
    ("对帮扶、送温暖、医疗互保、援青四类资金开展专项审计，涉及资金合计{}。", "1.54亿元", "2.54亿元"),
    ("“安康杯”参赛企业1533家、参赛职工26.03万人，平均每家企业参赛170人，上年为{}。", "167人", "176人"),
    ("上级补助收入和政府补助收入合计占总收入的{}。", "46.91%", "64.91%"),
    ("拨缴经费收入之外的占{}。", "50.71%", "57.01%"),
    ("生活救助金占65.9%，医疗救助金占20.9%，两项合计占{}。", "86.9%", "46.9%"),
    ("工资集体协商建制率超过95%的有{}州。", "5个", "7个"),
    ("本级经费收支，缺口{}西宁市。", "最大的是", "最小的是"),
    ("免费体检50180人，是2021年的{}。", "5倍", "6倍"),
    ("新就业形态会员近7万人，同比+{}。", "12.0%", "15.0%"),
    ("帮扶资金问题67个，整改到位61个，还剩{}。", "6个", "9个"),
    ("厂务公开建制率，西宁95.22%，海东95.20%，西宁就高那么{}。", "0.02个点", "0.2个点"),
    ("劳模2559名领到专项补助，总共{}。", "一千零八十九万多元", "一亿零八百多万元"),
    ("送温暖筹资3799万元，增长{}。", "6个点", "8个点"),
    ("审计意见建议68条，比上年的104条少了{}。", "三分之一多", "四分之一多"),
    ("年末全省会员{}。", "95万7千多人", "93万7千多人"),
    ("应建工资集体协商单位9700个，建了8936个，还欠{}。", "764个", "864个"),
    # Last year's amount and the budget stand in the record as figures of their own.
    ("发放困难职工救助金{}，7715人得到帮助。", "2599.88万元", "2499.88万元"),
    ("总支出{}，其中一半以上用于补助下级。", "1.96亿元", "2.07亿元"),
]
# Who has a place, among whom, by what measure and from which end.
PLACES = [
    ("从预算执行看，四项收入完成率最高的是{}。", "上级补助收入", "拨缴经费收入"),
    ("审计资金2.21亿元，其中资金量最大的是{}。", "省总直属单位", "产业和直属工会"),
    ("送温暖筹资额增长最快的，是{}。", "果洛州", "西宁市"),
    ("职代会建制率93.0%，{}拔得头筹。", "海北州", "黄南州"),
    ("困难职工救助，海南州发放额的增幅在各地靠后，受助人数增长9.7%，{}。", "排第一", "垫底"),
    ("看入会率，海西以95.1%登顶，果洛{}。", "殿后", "居次"),
    ("送温暖筹资，果洛增幅最高，增长了一成多，{}垫底。", "海北", "黄南"),
    ("新就业形态劳动者会员69705人，其中{}最多，有25888人。", "西宁", "海东"),
    (
        "新就业形态会员69705人，增速是全体会员增速的4.8倍，西宁市以25888人居各市州{}。",
        "首位",
        "第二位",
    ),
]


# What is no indicator: a share that is defined in words, the mean of units; placed, compared and counted like one.
DERIVED = [
    ("新就业形态劳动者会员69705人。从占本地会员比重看，海东{}，排第一。", "12.4%", "14.2%"),
    ("新就业形态劳动者会员69705人。从占本地会员比重看，海东12.4%，{}。", "排第一", "排第三"),
    ("新就业形态劳动者会员69705人。从占本地会员比重看，海西7.8%，比海东低{}。", "4.6个百分点", "6.4个百分点"),
    ("8个市州共有基层工会9937个，平均每个市州{}。", "1242个", "1422个"),
    ("基层工会高于8地平均数的只有西宁、海东、{}。", "海西", "海北"),
    ("“安康杯”参赛企业，8个市州平均150.5家，海西{}平均数3.5家。", "低于", "高于"),
    ("免费体检增长最快的是海北，增至上年的{}。", "5.1倍", "4.1倍"),
    ("八个市州会员合计56.51万人，其余39.25万人分布在省级产业和直属工会，约占{}。", "四成", "三成"),
    ("困难职工人均救助，西宁3302元，海西3677元，后者高出{}。", "375元", "735元"),
    ("“安康杯”参赛职工26.03万人，海北由上年的第七位升至{}。", "第六位", "第四位"),
    ("基层工会数西宁居首；海西州总、海东市总分列{}。", "第三、第二位", "第二、第三位"),
]


@pytest.fixture(scope="module")
def figures(project: Project) -> Figures:
    """The figures of the sample years."""
    return figures_of_sample(project)


@pytest.mark.parametrize(("sentence", "number"), RIGHT)
def test_what_may_be_said_of_something_else_is_not_called_wrong(
    figures: Figures, monkeypatch: pytest.MonkeyPatch, sentence: str, number: str
) -> None:
    """S13: what makes a number true counts, whatever shows it wrong."""
    assert number not in _deviating(sentence, figures)
    monkeypatch.setattr(Weighing, "_agreeing", lambda *_: -99.0)
    monkeypatch.setattr(Weighing, "_met", lambda *_: iter(()))
    assert number in _deviating(sentence, figures)


@pytest.mark.parametrize("sentence", RIGHT_TOO)
def test_what_only_looks_like_a_figure_is_not_called_wrong(figures: Figures, sentence: str) -> None:
    """S13: a part that nothing names, numbers to call, marks of notes."""
    assert _deviating(sentence, figures) == set()


@pytest.mark.parametrize(("sentence", "number"), SAID)
def test_what_is_said_of_the_rest_or_of_last_year_is_known(figures: Figures, sentence: str, number: str) -> None:
    """S13: what the words say of the number agrees, and is no mere guess."""
    checked = prove(read_text(sentence), figures, YEAR)
    assert next(one for one in checked if one.number.text == number).agrees


@pytest.mark.parametrize(("sentence", "number"), WRONG)
def test_what_is_a_slip_is_called_wrong(figures: Figures, sentence: str, number: str) -> None:
    """S13: what something else meets by chance, or says without any word for it, excuses nothing."""
    assert number in _deviating(sentence, figures)


@pytest.mark.parametrize(("sentence", "right", "wrong"), AMONG)
def test_units_are_counted_and_held_against_one_another(
    figures: Figures, monkeypatch: pytest.MonkeyPatch, sentence: str, right: str, wrong: str
) -> None:
    """S13: how many units are above the whole, how far the first is from the last."""
    assert _deviating(sentence.format(right), figures) == set()
    assert wrong in _deviating(sentence.format(wrong), figures)
    monkeypatch.setattr(AmongUnits, "counted", lambda *_: iter(()))
    monkeypatch.setattr(AmongUnits, "apart", lambda *_: iter(()))
    assert wrong not in _deviating(sentence.format(wrong), figures)


@pytest.mark.parametrize(("sentence", "right", "wrong"), PLACES)
def test_a_place_is_held_against_the_order_that_is_meant(
    figures: Figures, monkeypatch: pytest.MonkeyPatch, sentence: str, right: str, wrong: str
) -> None:
    """S13: by the measure that words, a number beside the place or the place before it tell; of parts as of units."""
    assert _deviating(sentence.format(right), figures) == set()
    called_wrong = _deviating(sentence.format(wrong), figures)
    monkeypatch.setattr(AmongUnits, "placed", lambda *_: iter(()))
    assert called_wrong - _deviating(sentence.format(wrong), figures)


@pytest.mark.parametrize(("sentence", "right", "wrong"), MEMBERS)
def test_a_unit_is_held_against_the_condition_that_is_said_of_it(
    figures: Figures, monkeypatch: pytest.MonkeyPatch, sentence: str, right: str, wrong: str
) -> None:
    """S13: who fell, who is above the average, who spent less than came in."""
    assert _deviating(sentence.format(right), figures) == set()
    assert wrong in _deviating(sentence.format(wrong), figures)
    monkeypatch.setattr(AmongUnits, "members", lambda *_: [])
    assert wrong not in _deviating(sentence.format(wrong), figures)


@pytest.mark.parametrize(("sentence", "right", "wrong"), SPOKEN)
def test_what_is_said_shortly_or_computed_is_read(figures: Figures, sentence: str, right: str, wrong: str) -> None:
    """S13: right as the figures bear it out, wrong as they do not."""
    assert _deviating(sentence.format(right), figures) == set()
    assert _deviating(sentence.format(wrong), figures) == {wrong}


@pytest.mark.parametrize(("sentence", "right", "wrong"), DERIVED)
def test_what_is_no_indicator_is_read_as_one(figures: Figures, sentence: str, right: str, wrong: str) -> None:
    """S13: one calculator knows shares and means, whatever is said of them."""
    assert _deviating(sentence.format(right), figures) == set()
    assert _deviating(sentence.format(wrong), figures)


def test_a_place_of_another_unit_is_blamed_once(figures: Figures) -> None:
    """S13: the number beside a place that another unit has may be that unit's."""
    said = "基层工会增幅最大的是玉树州总，为2.59%；最小的是海东市总，为{}。"
    assert _deviating(said.format("2.44%"), figures) == {"最小的是"}
    assert _deviating(said.format("4.24%"), figures) == {"最小的是", "4.24%"}


def test_who_reads_of_what_is_not_known_learns_what_comes_nearest(figures: Figures) -> None:
    """S13: a number of a figure that nobody reported, or that is not known, is no deviation."""
    checked = prove(read_text("新建职工之家1234个，投入资金123.45万元。"), figures, YEAR)
    assert not any(verdict.is_deviation for one in checked for verdict in one.verdicts)
    assert any("没有与这个数对应的指标" in reason for one in checked for reason in one.reasons)


def _deviating(text: str, figures: Figures) -> set[str]:
    checked = prove(read_text(text), figures, YEAR)
    return {one.number.text for one in checked if any(verdict.is_deviation for verdict in one.verdicts)}
