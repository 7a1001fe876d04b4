"""A made-up publication with everything a writer must be able to print, and names that mean harm."""

import datetime as dt
import hashlib
from dataclasses import replace
from decimal import Decimal

from nianbao.publish.numbering import number_sections
from nianbao.terms.document import (
    ChartPoint,
    Document,
    Footnote,
    PrintedChart,
    PrintedFigure,
    PrintedSection,
    PrintedTable,
    Revision,
    TableCell,
    Trace,
    TracedOperand,
    UnitValue,
)
from nianbao.terms.figure import Coverage, TracedCell
from nianbao.terms.publication import ANNEXES, Numbering
from nianbao.terms.release import Correction

HOSTILE = "<script>document.title='harm'</script>"
HOSTILE_UNIT = "甲<乙 & 丙"
PREFECTURES = ("西宁市", "海东市", "海北州", "黄南州", "海南州", "果洛州", "玉树州", "海西州")
UNITS = {f"QH6{number:02d}": f"{name}总工会" for number, name in enumerate(PREFECTURES, start=1)} | {
    f"QHD{number:02d}": f"第{number}直属工会" for number in range(1, 11)
}
UNITS["QHD10"] = HOSTILE_UNIT
INDICATORS = (
    ("warmth_funds", "送温暖筹资额", "元", "{:.0f}多万元"),
    ("warmth_persons", "慰问职工人数", "人", "近{:.0f}名"),
    ("members", "会员人数", "人", "{:.0f}余人"),
    ("lectures", "宣讲场次", "场", "{:.0f}场"),
    ("sites", "职工书屋数", "个", "{:.0f}个"),
    ("trained", "培训职工人数", "人", "约{:.0f}人"),
    ("contests", "劳动竞赛项数", "项", "{:.0f}项"),
    ("audits", "审计单位数", "个", "{:.0f}个"),
    ("income", "经费收入", "元", "{:.0f}万元"),
    ("budget", "收入预算", "元", "{:.0f}万元"),
)


GH05 = "QH630100-2021Q4-GH05"


def figure(number: int, year: int = 2021) -> PrintedFigure:
    """The figure of one indicator and year; the values follow a simple rule, so that they are stable."""
    indicator, zh, unit, wording = INDICATORS[number]
    value = sum((by_unit.value or Decimal() for by_unit in values(number, year)), Decimal())
    shown = value / 10_000 if unit == "元" else value
    missing = (HOSTILE_UNIT, "某县总工会") if number % 3 == 0 else ()
    return PrintedFigure(
        key=f"{indicator}-{year}",
        indicator_id=indicator,
        zh=zh,
        year=year,
        scope="QH630000",
        section=f"W1.{number % 3 + 1}",
        value=value,
        unit=unit,
        text=wording.format(shown),
        wording="over 3",
        coverage=Coverage(53 - len(missing), 53, missing),
        definition=f"报表 GH{number:02d} 的「{zh}」，全年各期相加",
    )


def values(number: int, year: int) -> tuple[UnitValue, ...]:
    """What each unit contributes."""
    scale = Decimal("1000.25") if INDICATORS[number][2] == "元" else Decimal(1)
    return tuple(
        UnitValue(code, zh, Decimal(4 * ((37 * (n + 1) * (number + 2) + year) % 911 + 40)) * scale)
        for n, (code, zh) in enumerate(UNITS.items())
    )


def trace(number: int, year: int = 2021, operands: tuple[TracedOperand, ...] = ()) -> Trace:
    """Four quarters of every unit, a cell each."""
    indicator, by_unit = INDICATORS[number][0], values(number, year)
    cells = tuple(
        TracedCell(
            indicator_id=indicator,
            unit_code=each.unit_code,
            period=f"{year}Q{quarter}",
            submission_id=f"{each.unit_code}-{year}Q{quarter}-GH{number:02d}-1",
            file=f"{each.zh}-{year}Q{quarter}.xlsx",
            sha256=hashlib.sha256(f"{each.unit_code}{year}{quarter}".encode()).hexdigest(),
            sheet=f"GH{number:02d} 示例情况",
            cell=f"E{number + 9}",
            text=HOSTILE if each.zh == HOSTILE_UNIT else f"{each.value / 4:,}",
            value=each.value / 4,
        )
        for each in by_unit
        if each.value is not None
        for quarter in range(1, 5)
    )
    return Trace(f"{indicator}-{year}", operands, by_unit, cells)


def ratio() -> tuple[PrintedFigure, Trace]:
    """A figure that is computed from two others."""
    printed = PrintedFigure(
        key="warmth_per_person-2021",
        indicator_id="warmth_per_person",
        zh="人均慰问额",
        year=2021,
        scope="QH630000",
        section="W1.2",
        value=figure(0).value / figure(1).value,  # type: ignore[operator]
        unit="元",
        text="1007.2元",
        wording="exact 1",
        coverage=figure(0).coverage,
        definition="送温暖筹资额 ÷ 慰问职工人数",
    )
    cells = trace(0).cells[:2] + trace(1).cells[:2]
    operands = tuple(TracedOperand(part.key, part.value) for part in (figure(0), figure(1)))
    return printed, Trace(printed.key, operands, (), cells)


def part(each: UnitValue) -> TableCell:
    """One unit's part of a figure, in 万元."""
    scaled = (each.value or Decimal()) / 10_000
    own = replace(figure(0), scope=each.unit_code, value=each.value, text=f"{scaled:,.2f}", wording="table")
    return TableCell(own.text, scaled, own, 2)


def prefecture_table() -> PrintedTable:
    """A table with a row per prefecture and a total that is a figure."""
    rows = [
        (each.zh, (part(each), TableCell(f"{n * 731:,}", Decimal(n * 731))))
        for n, each in enumerate(values(0, 2021)[:8], start=1)
        if each.value is not None
    ]
    whole = replace(figure(0), text="3,503.68", wording="table")
    total = ("全省", (TableCell("3,503.68", Decimal("3503.6757"), whole), TableCell("—")))
    head = ("地区", "送温暖资金（万元）", "慰问职工（人）")
    note = "全省数还包括省级产业工会和直属工会报送的数字。"
    return PrintedTable("各市州送温暖情况", "", head, (*rows, total), has_total=True, note=note)


def budget_table() -> PrintedTable:
    """A table in one unit of measure."""
    rows = tuple(
        (label, (TableCell(f"{a:,.2f}", a), TableCell(f"{b:,.2f}", b), TableCell(f"{a / b * 100:.2f}", a / b * 100)))
        for label, a, b in (
            ("拨缴经费收入", Decimal("8123.45"), Decimal(7800)),
            ("上级补助收入", Decimal("2250.1"), Decimal(2400)),
            (HOSTILE_UNIT, Decimal("310.07"), Decimal(300)),
        )
    )
    return PrintedTable("收入预算执行情况", "万元", ("项目", "执行数", "预算数", "完成预算（%）"), rows)


def charts() -> tuple[PrintedChart, ...]:
    """One chart of each kind."""
    bars = tuple(ChartPoint(name, "", Decimal(n * n * 17 + 9) / 4) for n, name in enumerate(PREFECTURES))
    parts = [("其他收入", "940.2"), ("拨缴经费收入", "8123.45"), ("上级补助收入", "2250.1"), (HOSTILE_UNIT, "310.07")]
    pairs = [("拨缴经费收入", "8123.45", "7800"), ("上级补助收入", "2250.1", "2400"), ("补助下级支出", "5310", "5600")]
    return (
        PrintedChart("bar_by_unit", "各市州送温暖资金", "万元", bars),
        PrintedChart("composition", "收入构成", "万元", tuple(ChartPoint(n, "", Decimal(v)) for n, v in parts)),
        PrintedChart(
            "actual_against_budget",
            "预算与执行",
            "万元",
            tuple(
                ChartPoint(label, series, Decimal(value))
                for label, actual, budget in pairs
                for series, value in (("执行数", actual), ("预算数", budget))
            ),
        ),
    )


def sections(share: PrintedFigure) -> tuple[PrintedSection, ...]:
    """Sections of every level, with text, tables and charts."""
    last, now = [figure(n, 2020) for n in range(10)], [figure(n) for n in range(10)]
    bar, parts, pair = charts()
    written = (
        PrintedSection(
            "W", "第一部分　工作回顾", 0, (("全省各级工会围绕中心、服务大局，各项工作取得新进展。",),), (), ()
        ),
        PrintedSection(
            "W1",
            "一、过去一年的工作",
            1,
            (("年末全省工会会员", now[2], "，上年末为", last[2], "。", "全年开展宣讲", now[3], "。"),),
            (),
            (),
        ),
        PrintedSection("W1.1", "（一）思想引领和阵地建设", 2, (("建成职工书屋", now[4], "。"),), (), ()),
        PrintedSection(
            "W1.2",
            "一是维护职工权益",
            3,
            (
                ("送温暖活动筹资", now[0], "（上年", last[0], "），受慰问职工", now[1], "，人均", share, "。"),
                ("举办劳动和技能竞赛", now[6], "，培训职工", now[5], f"。标题中的{HOSTILE}只是文字。"),
            ),
            (prefecture_table(),),
            (bar,),
            (Footnote("missing-2021", "送温暖筹资额：应报53个单位，已报51个，未报甲<乙 & 丙、某县总工会。"),),
        ),
        PrintedSection("W1.3", "二是加强经费管理和审查监督", 3, (("审计", now[7], "，上年", last[7], "。"),), (), ()),
        PrintedSection(
            "W2",
            "二、经费收支",
            1,
            (("全年经费收入", now[8], "，预算", now[9], "；上年收入", last[8], "，预算", last[9], "。"),),
            (budget_table(),),
            (parts, pair),
        ),
        PrintedSection("W3", "三、存在的问题", 1, (), (), ()),
    )
    return number_sections(written, Numbering())


def document() -> Document:
    """The whole publication: 21 figures, all traced."""
    share, share_trace = ratio()
    figures = [figure(n, year) for year in (2021, 2020) for n in range(10)]
    traces = {each.key: each for year in (2021, 2020) for each in (trace(n, year) for n in range(10))}
    return Document(
        publication="work_report",
        zh="工作报告",
        title="某省总工会2021年工作报告",
        issuer="某省总工会",
        style="work",
        year=2021,
        edition="draft",
        as_of=dt.datetime(2022, 2, 18, 9, 30),
        sections=sections(share),
        figures=(*figures, share),
        traces={**traces, share.key: share_trace},
        annexes=ANNEXES,
        notices=("本报告由合成的样例数据生成，不是任何单位的真实统计。",),
        revisions=(
            Revision(
                *("送温暖筹资额", 2021, "W1.2", "3多万元", figure(0).text, False, "warmth_funds-2021", Decimal(35000)),
                because=(
                    Correction("QH630100", "西宁市总", "GH05", "送温暖情况表", "2021Q4", f"{GH05}-1", f"{GH05}-2"),
                ),
            ),
            Revision(HOSTILE, 2021, "W1.1", "1个", "2个"),
        ),
    )
