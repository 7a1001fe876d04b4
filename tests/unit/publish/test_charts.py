"""Charts: what is drawn, in which order, and that Chinese can be read on it."""

import re
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

from nianbao.publish.charts import in_words, look, specification, to_png, to_svg
from nianbao.terms.document import ChartPoint, PrintedChart
from tests.unit.publish.synthetic import HOSTILE_UNIT, charts

BARS, PARTS, PAIRS = charts()


def labels(chart: PrintedChart) -> list[str]:
    """The labels in the order in which they are drawn."""
    return list(dict.fromkeys(row["label"] for row in specification(chart)["data"]["values"]))


def texts(svg: str) -> list[str]:
    """Every text on a drawing."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


@pytest.mark.parametrize("chart", charts(), ids=lambda chart: chart.kind)
def test_every_label_and_value_is_on_the_chart(chart: PrintedChart) -> None:
    """A reader of the paper sees each name, in Chinese, and each value, and need not guess from the length of a bar."""
    shown = texts(to_svg(chart))
    rows: list[dict[str, Any]] = specification(chart)["data"]["values"]
    assert {row["label"].replace("&", "&amp;").replace("<", "&lt;") for row in rows} <= set(shown)
    assert {row["text"] for row in rows} <= set(shown)


@pytest.mark.parametrize("chart", charts(), ids=lambda chart: chart.kind)
def test_the_same_chart_has_the_same_bytes(chart: PrintedChart) -> None:
    """Drawing twice gives one and the same picture."""
    assert to_svg(chart) == to_svg(replace(chart))
    png = to_png(chart)
    assert png == to_png(replace(chart))
    assert png.startswith(b"\x89PNG")


def test_prefectures_are_ranked() -> None:
    """The longest bar is on top."""
    assert labels(BARS)[0] == "海西州"
    assert labels(BARS)[-1] == "西宁市"


def test_the_rest_comes_last() -> None:
    """In a composition the parts are ranked and 其他 closes the list, however large."""
    assert labels(PARTS) == ["拨缴经费收入", "上级补助收入", HOSTILE_UNIT, "其他收入"]


def test_budget_lines_keep_their_order() -> None:
    """Income and expenditure stand in the order of the budget."""
    assert labels(PAIRS) == ["拨缴经费收入", "上级补助收入", "补助下级支出"]


def test_shares_are_of_the_sum() -> None:
    """The shares of a composition add up to the whole."""
    rows = specification(PARTS)["data"]["values"]
    assert sum(Decimal(row["share"].rstrip("%")) for row in rows) == pytest.approx(100, abs=Decimal("0.2"))


def test_whole_numbers_have_no_decimals() -> None:
    """Persons are printed as persons, and money to the second decimal, rounded half up."""
    persons = PrintedChart("bar_by_unit", "人数", "人", (ChartPoint("甲", "", Decimal("1200")),))
    money = PrintedChart("bar_by_unit", "资金", "万元", (ChartPoint("甲", "", Decimal("1200.125")),))
    assert specification(persons)["data"]["values"][0]["text"] == "1,200"
    assert specification(money)["data"]["values"][0]["text"] == "1,200.13"


@pytest.mark.parametrize("kind", ["bar_by_unit", "composition", "actual_against_budget", "target_bars", "quarters"])
@pytest.mark.parametrize("values", [[], [0], [0, 0], [-5, 3]])
def test_odd_values_are_drawn_too(kind: str, values: list[int]) -> None:
    """No value, only zeros and a value below zero do not stop a report."""
    points = tuple(ChartPoint(f"第{n}项", "", Decimal(value)) for n, value in enumerate(values))
    assert to_svg(PrintedChart(kind, "题", "元", points)).startswith("<svg")


@pytest.mark.parametrize("values", [[0, 0], [0, 5], [-5, 3], [7, 7]])
def test_odd_slopes_and_tiles_are_drawn_too(values: list[int]) -> None:
    """Nought, one value for both years and a value below nought have a place."""
    ends = tuple(ChartPoint("甲", f"{2020 + n}年", Decimal(value)) for n, value in enumerate(values))
    assert "甲" in to_svg(PrintedChart("slope", "题", "元", ends))
    tiles = tuple(ChartPoint(f"第{n}项", "", Decimal(value), place=(1, n)) for n, value in enumerate(values))
    assert "第1项" in to_svg(PrintedChart("tile_map", "题", "元", tiles))


def test_S12_names_that_would_lie_on_one_another_are_moved_apart() -> None:
    """Units of nearly one size have names a line apart, in the order of their values."""
    points = tuple(ChartPoint(f"单位{n}", f"{year}年", Decimal(1000 + n)) for n in range(9) for year in (2020, 2021))
    places = sorted(row["at2"] for row in specification(PrintedChart("slope", "题", "元", points))["data"]["values"])
    assert all(below - above >= 18.9 for above, below in pairwise(places))


def test_S12_no_value_stands_on_its_own_line() -> None:
    """S12: where the line falls to a point its value stands under it, else over it."""
    values = (2053, 114, 135, 1324)
    points = tuple(
        replace(BARS.points[0], label=f"第{number}季度", series="2021年", value=Decimal(value), text=str(value))
        for number, value in enumerate(values, start=1)
    )
    layers = specification(replace(BARS, kind="quarters", points=points))["layer"]
    places = {
        row["text"]: layer["mark"]["dy"] for layer in layers if "dy" in layer["mark"] for row in layer["data"]["values"]
    }
    under = {text for text, place in places.items() if place > 0}
    assert len(places) == len(values) and {text.split(".")[0] for text in under} == {"114", "135"}


def test_an_unknown_kind_is_named() -> None:
    """A kind that cannot be drawn is refused with its name and the known ones."""
    with pytest.raises(ValueError, match=r"'pie'.*bar_by_unit"):
        specification(PrintedChart("pie", "题", "元", ()))


def test_a_chart_can_be_read_aloud() -> None:
    """The description for those who do not see the chart has its title and every value."""
    words = in_words(PAIRS)
    assert words.startswith("预算与执行（万元）：")
    assert "上级补助收入（预算数） 2,400.00" in words


def test_S12_letters_on_tiles_can_be_read_in_the_dark() -> None:
    """S12: a page in the dark replaces the ink of drawings, and no colour of a tile or of what stands on it."""
    style = files("nianbao.publish.site").joinpath("assets/site.css").read_text(encoding="utf-8")
    replaced = set(re.findall(r'svg \[fill="(#\w+)"\]', style))
    values = (Decimal(value) for value in ("1", "2", "3", "4"))
    tiles = tuple(ChartPoint(f"第{at}项", "", value, place=(0, at)) for at, value in enumerate(values))
    drawn = specification(PrintedChart("tile_map", "题", "%", tiles))["data"]["values"]
    colours = {row[part] for row in drawn for part in ("color", "ink")}
    assert len(colours) == 6 and len(replaced) > 4
    assert not colours & replaced


def test_the_explorer_has_the_look_of_the_reports() -> None:
    """Its drawings have the colours of those that Vega-Lite draws: one look, wherever a figure is."""
    script = files("nianbao.publish.site").joinpath("assets/explorer.js").read_text(encoding="utf-8")
    colours = dict(re.findall(r'\b([A-Z]+) = "(#\w{6})"', script))
    assert {name: getattr(look, name) for name in ("INK", "QUIET", "LINE", "DARK", "LIGHT")} == {
        name: colour for name, colour in colours.items() if name != "WHITE"
    }
