"""S13: tables typed by hand, read by columns and rows: each wrong cell is found and no right one."""

from pathlib import Path

import docx
import pytest

from nianbao.catalog import Project
from nianbao.review.draft.prove import prove
from nianbao.review.draft.reading import Paragraph, Tag
from nianbao.review.draft.word_file import WordFile
from tests.review.labelled import YEAR, figures_of_sample

AUDITED = [
    "2022年度审计任务完成情况（单位：家、万元、%）",
    "审计对象|家数|2021年审计资金|2022年审计资金|增减",
    "省总直属单位|4|11648.41|12114.35|4.00",
    "产业和直属工会|25|14927.29|6081.17|-52.96!",
    "地方工会|2|22462.65|3883.65|-18579.00",
    "合计|31|49038.35|22079.17|54.98!",
]
MEMBERS = [
    "各市州总工会主要指标完成情况（单位：人）",
    "单位|会员|新就业形态会员|医疗互保参保职工",
    "西宁市总|246424|25888|105065",
    "海东市总|92772|11534|34747",
    "海南州总|31911|3269!|8729",
    "果洛州总|14355|1397|4809!",
    "玉树州总|21245|2227|4809",
    "海西州总|113787!|8899|43855",
]
PLACES = [
    "2022年市州总工会本级经费收入情况（单位：万元、%）",
    "单位|2022年|比上年增减|增幅位次",
    "西宁市总|11349.22|3.33|4",
    "海东市总|6101.53|2.61|8",
    "海北州总|2559.09|2.96|7!",
    "海南州总|2969.83|4.10|3",
    "果洛州总|2134.48!|8.07|1",
    "玉树州总|2561.24|6.46|2",
    "海西州总|5902.52|3.29|5",
]
TASKS = [
    "2022年度重点任务指标完成情况",
    "任务指标|单位|年度目标|2021年完成|2022年完成|目标完成率",
    "“安康杯”竞赛参赛企业|家|1600|1286|1533|95.8%",
    "“安康杯”竞赛参赛职工|人|270000|214386|260265|94.6%!",
    "免费体检|人|60000|10016|50180|83.6%",
    "命名省级创新工作室|个|12|10|10!|66.7%",
]
LAST_YEARS_TASKS = [
    "2022年度重点任务指标完成情况",
    "任务指标|单位|年度目标|2022年完成",
    "“安康杯”竞赛参赛企业|家|1500|1533",
    "“安康杯”竞赛参赛职工|人|250000|260265",
    "免费体检|人|60000!|50180",
]
SHARES = [
    "2022年省总本级收入决算情况（单位：万元、%）",
    "项目|2022年|预算完成率|占比",
    "拨缴经费收入|11308.44|104.05|49.29",
    "上级补助收入|6779.16|99.19!|29.55",
    "政府补助收入|3982.93|100.26|17.36",
    "其他收入|872.67|104.89|3.08!",
]

HEADS_SAY_PER_CENT = [
    "省总本级收支预算执行情况（单位：万元）",
    "项目|预算数|决算数|完成预算%|占总收入（总支出）比重",
    "拨缴经费收入|10868.00|11308.44|104.05|49.29",
    "上级补助收入|6540.00!|6779.16|105.14|29.55",
    "政府补助收入|3972.80|3982.93|100.26|17.36",
]


@pytest.mark.parametrize("lines", [AUDITED, MEMBERS, PLACES, TASKS, LAST_YEARS_TASKS, SHARES, HEADS_SAY_PER_CENT])
def test_S13_a_table_is_read_by_its_columns_and_rows(project: Project, tmp_path: Path, lines: list[str]) -> None:
    """S13: the cells marked with ! are wrong, and those alone are called wrong."""
    caption, *rows = lines
    word = docx.Document()
    word.add_paragraph(caption)
    table = word.add_table(rows=0, cols=rows[0].count("|") + 1)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row.split("|"), strict=True):
            cell.text = text.rstrip("!")
    word.save(str(tmp_path / "table.docx"))
    checked = prove(WordFile(tmp_path / "table.docx").paragraphs, figures_of_sample(project), YEAR)
    wrong = [one.number.text for one in checked if any(each.is_deviation for each in one.verdicts)]
    marked = [text.lstrip("-").rstrip("!") for row in rows for text in row.split("|") if text.endswith("!")]
    assert wrong == marked


def test_what_is_said_below_a_table_is_of_its_figures(project: Project, tmp_path: Path) -> None:
    """S13: 从增幅看 after a table of incomes speaks of incomes."""
    word = docx.Document()
    word.add_paragraph("四、市州工会经费收支情况")
    word.add_paragraph("会员单位本级经费收入4.91亿元，比上年增长3.97%；本级经费支出4.71亿元。市州收入情况如下：")
    word.add_paragraph(PLACES[0])
    table = word.add_table(rows=0, cols=4)
    for row in PLACES[1:]:
        for cell, text in zip(table.add_row().cells, row.split("|"), strict=True):
            cell.text = text.rstrip("!")
    word.add_paragraph("从总量看，西宁市总收入占全省的23.1%。从增幅看，海东增幅最低，与果洛相差5.5个百分点。")
    word.save(str(tmp_path / "below.docx"))
    checked = prove(WordFile(tmp_path / "below.docx").paragraphs, figures_of_sample(project), YEAR)
    assert [one.agrees for one in checked[-3:]] == [True, True, True]


def test_a_growth_that_is_printed_in_multiples_is_read_so(project: Project) -> None:
    """What the report prints as 459.5倍 is a growth of 45955 per cent."""
    tagged = [
        Paragraph(text, (Tag(5, 11, "contest_workers_change-2021"),))
        for text in ("参赛职工增459.5倍。", "参赛职工增469.5倍。")
    ]
    checked = prove(tagged, figures_of_sample(project), 2021)
    assert [one.agrees for one in checked] == [True, False]
