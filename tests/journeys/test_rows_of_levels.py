"""Rows and names of any level, though counties alone report: within a unit, sorted, the first few, a row per year."""

from collections.abc import Callable

import pytest

from nianbao.runs.documents import documents_of_year
from nianbao.runs.workspace import open_workspace_to_read
from nianbao.terms.document import PrintedFigure, PrintedSection
from tests.federation import Federation, a01
from tests.homes import clock_at

COUNTIES = """\
K1,county,甲县总工会,甲县,County A,,A1,,2018-01-01,,assumed,样例
K2,county,子县总工会,子县,County B,,A1,,2018-01-01,2021-06-30,assumed,样例
K2,county,子市总工会,子市,City Z,,A1,,2021-07-01,2022-06-30,assumed,样例
K2,county,子区总工会,子区,District B,,A1,,2022-07-01,,assumed,样例
K3,county,丙县总工会,丙县,County C,,A2,,2018-01-01,,assumed,样例
K4,county,丁县总工会,丁县,County D,,A2,,2018-01-01,2021-09-30,assumed,样例
"""
SECTION = """\
id = "1"
title = "会员"
level = 1
paragraphs = [
  "[[会员最多的是{county:members | most}，其后是{county:funds | most 2}。]]",
  "[[各市中{prefecture:members | most}最多，甲市之内{county:members | least within A1}最少。]]",
  "[[慰问最多的是{county:persons | most}。]]",
]

[[tables]]
title = "各市"
rows = "prefecture"
columns = [{ zh = "会员", indicator = "members" }, { zh = "万元", indicator = "funds", decimals = 2, scale = 10_000 }]
total = "合计"

[[tables]]
title = "甲市各县"
rows = "county"
within = "A1"
sort = "members"
top = 1
columns = [{ zh = "会员", indicator = "members" }]
total = "甲市"

[[tables]]
title = "各县，资金从少到多"
rows = "county"
sort = "funds"
order = "rising"
columns = [{ zh = "资金", indicator = "funds" }]

[[tables]]
title = "两年"
rows = "year"
years = 2
columns = [{ zh = "会员", indicator = "members" }, { zh = "上年会员", indicator = "members@prev_year" }]

[[tables]]
title = "各项"
rows = "indicator"
columns = [{ zh = "数" }]
rows_of = [
  { zh = "会员", indicators = ["members"] },
  { zh = "资金（万元）", indicators = ["funds"], decimals = 2, scale = 10_000 },
]

[[charts]]
kind = "bar_by_unit"
title = "会员最多的两县"
rows = "county"
sort = "members"
top = 2
indicators = ["members"]
"""
REPORTED = {
    "K1": [(300, 10_000, 5), (310, 12_500, 5)],
    "K2": [(500, 30_000, 9), (480, 20_000, 4)],
    "K3": [(700, 20_000, 9), (720, 22_500, 4)],
    "K4": [(90, 7_500, 1)],
}
"""Members, funds and persons of the counties in two quarters of 2021; K4 ends after the third."""


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], PrintedSection]:
    """The section of 2021 as it is composed in 2023, when a county is called otherwise."""
    federation = Federation(tmp_path_factory.mktemp("levels"))
    with (federation.folder / "reference" / "levels.csv").open("a", encoding="utf-8") as file:
        file.write("county,县级总工会,各县级总工会,county,counties,prefecture,yes,\n")
    with (federation.folder / "reference" / "units.csv").open("a", encoding="utf-8") as file:
        file.write(COUNTIES)
    federation.edit("forms/A01.toml", 'reporters = ["prefecture"]', 'reporters = ["county"]')
    federation.edit("forms/A01.toml", '["Q1", "Q2", "Q3", "Q4"]', '["Q3", "Q4"]')
    (federation.folder / "reports/yearbook/sections/010_1.toml").write_text(SECTION, encoding="utf-8")
    for unit, quarters in REPORTED.items():
        for number, values in enumerate(quarters, start=3):
            federation.send(unit, f"2021Q{number}", {"A01": a01(*values)}, f"2021-{10 if number == 3 else 12}-09")
    federation.night("2022-01-09T01:00")

    def compose() -> PrintedSection:
        with clock_at("2023-02-01T09:00"), open_workspace_to_read(federation.folder, federation.home) as workspace:
            return documents_of_year(workspace, 2021, "draft")["yearbook"].sections[0]

    return compose


def rows(section: PrintedSection, title: str) -> list[tuple[str, list[str]]]:
    """The rows of a table as they are printed."""
    (table,) = (each for each in section.tables if each.title == title)
    return [(label, [cell.text for cell in cells]) for label, cells in table.rows]


def test_F4_rows_of_a_level_that_does_not_report_hold_all_below_them(composed: Callable[[], PrintedSection]) -> None:
    """F4: what the counties of a city report is its row; who ended in the year is in the flows of its city."""
    assert rows(composed(), "各市") == [
        ("甲市总", ["790", "7.25"]), ("乙市总", ["720", "5.00"]), ("丙市总", ["—", "—"]), ("合计", ["1,510", "12.25"]),
    ]  # fmt: skip


def test_F4_rows_within_a_unit_are_sorted_and_cut_and_the_rest_is_said(composed: Callable[[], PrintedSection]) -> None:
    """F4: the first by an indicator, its total that of the unit, how many others there are, and no sum that is none."""
    section = composed()
    assert rows(section, "甲市各县") == [("子市", ["480"]), ("甲市", ["790"])]
    (table,) = (each for each in section.tables if each.title == "甲市各县")
    assert (table.note, table.sums) == ("按会员人数从高到低列前1个，其余1个未列。", ())
    assert [label for label, _ in rows(section, "各县，资金从少到多")] == ["丁县", "甲县", "丙县", "子市"]
    assert [point.label for point in section.charts[0].points] == ["丙县", "子市"]


def test_F4_a_row_per_year_and_decimals_of_a_row(composed: Callable[[], PrintedSection]) -> None:
    """F4: the last years, each beside the one before it; a row may have decimals and a scale of its own."""
    assert rows(composed(), "两年") == [("2020年", ["—", "—"]), ("2021年", ["1,510", "—"])]
    assert rows(composed(), "各项") == [("会员", ["1,510"]), ("资金（万元）", ["12.25"])]


def test_F5_units_are_named_by_rank_under_the_names_of_the_year(composed: Callable[[], PrintedSection]) -> None:
    """F5: the most and the least, of a level and within a unit; who holds as much is named beside it."""
    said = ["".join(piece if isinstance(piece, str) else str(getattr(piece, "text", "")) for piece in paragraph)
            for paragraph in composed().paragraphs]  # fmt: skip
    assert said == [
        "会员最多的是丙县，其后是子市、丙县（见表1）。",
        "各市中甲市总最多，甲市之内甲县最少（见表2至表5、图1）。",
        "慰问最多的是子市、丙县（并列）。",
    ]


def test_F5_a_name_is_a_figure_that_leads_to_its_unit(composed: Callable[[], PrintedSection]) -> None:
    """F5: it has the key of its indicator, the unit as its scope and the value that puts it there."""
    (first, *_) = (piece for piece in composed().paragraphs[0] if isinstance(piece, PrintedFigure))
    assert (first.key, first.scope, first.value) == ("members-2021", "K3", 720)
