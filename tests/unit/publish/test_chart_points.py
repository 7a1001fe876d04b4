"""S12: charts that say more than that the largest is the largest, and say it in a sentence from the same points."""

from dataclasses import replace
from decimal import Decimal

import pytest

from nianbao.catalog import Project
from nianbao.publish.chart_points import ChartGround, draw_up
from nianbao.publish.charts import in_words, to_svg
from nianbao.statistics.figures import Figures
from nianbao.terms.document import PrintedChart
from nianbao.terms.figure import Coverage
from nianbao.terms.publication import Chart

XINING, HAIDONG, HAIXI = "QH630100", "QH630200", "QH632800"
MEMBERS = {
    2020: {"all": "31000", XINING: "20000", HAIDONG: "10000", HAIXI: "1000"},
    2021: {"all": "31100", XINING: "20400", HAIDONG: "9500", HAIXI: "1200"},
}
QUARTERS = {2020: ("10", "20", "30", "40"), 2021: ("12", "18", "33", "47")}
EVERYBODY = Coverage(53, 53)


@pytest.fixture
def figures(project: Project) -> Figures:
    """Members of three prefectures in two years, and funds by quarter; everybody has reported everything."""
    values = {
        ("members_total", year): {scope: Decimal(value) for scope, value in scopes.items()}
        for year, scopes in MEMBERS.items()
    }
    values |= {("warmth_per_person", 2021): {"all": Decimal(1500), XINING: Decimal(1400), HAIDONG: Decimal("1600.5")}}
    by_period = {
        ("warmth_funds", year): {f"{year}Q{n}": Decimal(value) for n, value in enumerate(said, start=1)}
        for year, said in QUARTERS.items()
    }
    covered = {(name, year): EVERYBODY for name in project.indicators for year in MEMBERS}
    reported = frozenset(
        (part.form_code, part.code, year, suffix, "")
        for part in project.parts
        for year in MEMBERS
        for suffix in ("", *part.suffixes)
    )
    return Figures(project, values, covered, reported, by_period=by_period)


def drawn(figures: Figures, kind: str, indicator: str, **more: str) -> PrintedChart | None:
    """A chart of one indicator for 2021, that can also be drawn."""
    ground = ChartGround(figures, 2021, (), "work", str)
    chart = draw_up(Chart(kind, "图", (indicator,), **more), ground)  # type: ignore[arg-type]
    assert chart is None or to_svg(chart).startswith("<svg")
    return chart


def test_S12_a_slope_shows_last_year_beside_this_and_counts_who_rose(figures: Figures) -> None:
    """Each prefecture has both years; the sentence says how many rose and fell, who most, and who is left out."""
    chart = drawn(figures, "slope", "members_total", rows="prefecture")
    assert chart is not None
    assert [(point.label, point.series, point.value) for point in chart.points[:2]] == [
        ("西宁市总", "2020年", Decimal(20000)),
        ("西宁市总", "2021年", Decimal(20400)),
    ]
    assert chart.finding == "3个单位中2个增加、1个减少；增幅最大：海西州总（+20.0%）；另有5个没有两年的全年数"
    assert "海东市总  -5.0%" in to_svg(chart)


def test_S12_who_has_not_reported_all_is_no_fall(figures: Figures) -> None:
    """A prefecture that lacks a report of a year stands in no slope: half a year would look like a fall."""
    lacking = Coverage(52, 53, ("海东市总",))
    figures = replace(figures, covered={**figures.covered, ("members_total", 2021): lacking})
    chart = drawn(figures, "slope", "members_total", rows="prefecture")
    assert chart is not None
    assert {point.label for point in chart.points} == {"西宁市总", "海西州总"}
    assert chart.finding.startswith("2个单位全部增加")
    partial = replace(figures, reported=frozenset())
    assert drawn(partial, "slope", "members_total", rows="prefecture") is None


def test_S12_quarters_meet_the_same_quarters_of_last_year(figures: Figures) -> None:
    """A line for each year; where not everybody has reported, nothing is said of more or less."""
    chart = drawn(figures, "quarters", "warmth_funds")
    assert chart is not None
    assert [(p.label, p.series, p.value) for p in chart.points][3:5] == [
        ("第四季度", "2020年", Decimal(40)),
        ("第一季度", "2021年", Decimal(12)),
    ]
    assert chart.finding == "各期合计比上年同期增长10.0%"
    lacking = replace(figures, covered={**figures.covered, ("warmth_funds", 2021): Coverage(52, 53, ("海东市总",))})
    told = drawn(lacking, "quarters", "warmth_funds")
    assert told is not None
    assert told.finding == "有单位未报齐两年各期，不作比较"


def test_S12_the_value_of_all_stands_beside_those_of_units(project: Project, figures: Figures) -> None:
    """Bars of a rate have the rate of all as a line; it is said in words how many lie above it."""
    rates = {**figures.values["warmth_per_person", 2021]}
    rates |= {unit.code: Decimal(1000) for unit in project.units.values() if unit.level.code == "prefecture"} | rates
    figures = replace(figures, values={**figures.values, ("warmth_per_person", 2021): rates})
    chart = drawn(figures, "bar_by_unit", "warmth_per_person", rows="prefecture", whole="全省平均", unit="元")
    assert chart is not None
    assert chart.finding == "8个单位中1个高于全省平均（1,500.00元）"
    assert in_words(chart).endswith("全省平均 1,500.00。")


def test_S12_a_map_has_a_tile_where_a_unit_is_declared_to_lie(project: Project, figures: Figures) -> None:
    """Places come from reference/tiles.csv; a federation without it has no map, and nothing else changes."""
    units = [unit for unit in project.units.values() if unit.level.code == "prefecture"]
    rates = {unit.code: Decimal(80 + n) for n, unit in enumerate(units)}
    figures = replace(figures, values={("membership_rate", 2021): rates})
    chart = drawn(figures, "tile_map", "membership_rate", rows="prefecture", unit="%")
    assert chart is not None
    assert {point.label: point.place for point in chart.points}["西宁市总"] == project.tiles[XINING]
    assert chart.finding == f"最高：{units[-1].short_zh}（87%），最低：{units[0].short_zh}（80%）"
