"""The workbook of a report: real numbers, inert text, every figure down to its cells, the same bytes."""

import dataclasses
import re
import subprocess
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from nianbao.publish.numbering import number_sections
from nianbao.publish.plain import exact_text, holds_zh, revision_places
from nianbao.publish.xlsx import book, write
from nianbao.publish.xlsx.tables import charts_of, points_of
from nianbao.terms.document import Document, PrintedTable, RowSum, TableCell
from nianbao.terms.publication import Numbering
from tests.unit.publish.synthetic import HOSTILE, HOSTILE_UNIT, document, prefecture_table

HARMFUL = (
    *(
        '=HYPERLINK("http://x","y")',
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "＝1+1",
        "=cmd|' /C calc'!A0",
        "{=1}",
        "1234",
        "1e3",
    ),
    *("http://example.org", "internal:A1", "mailto:a@b", "甲<乙 & 丙", "</t></si>", "_x0041_", "2021-01-01"),
)


@pytest.fixture(scope="module")
def report() -> Document:
    """The made-up publication as its second release."""
    return dataclasses.replace(document(), edition="r2")


@pytest.fixture(scope="module")
def file(report: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook as a file."""
    path = tmp_path_factory.mktemp("xlsx") / "report.xlsx"
    write(report, path)
    return path


@pytest.fixture(scope="module")
def workbook(file: Path) -> Workbook:
    """The workbook as another program reads it."""
    return openpyxl.load_workbook(file)


def rows(sheet: Worksheet) -> list[dict[str, object]]:
    """The rows of a list by its heads."""
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


def test_the_sheets_stand_in_reading_order(workbook: Workbook) -> None:
    """First what it is, then the figures, what was revised, the tables, the charts' data, the sources."""
    assert workbook.sheetnames == ["说明", "数字一览", "更正一览", "表1", "表2", "图", "图表数据", "来源", "单元格"]


def test_the_first_sheet_says_what_it_is(workbook: Workbook, report: Document) -> None:
    """Title, issuer, edition, day of the data and the notices come first; every other sheet is explained and linked."""
    sheet = workbook["说明"]
    texts = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    assert texts[:3] == [report.title, "某省总工会　第2版　数据截至2022年2月18日", report.notices[0]]
    linked = {cell.value: cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert linked == {name: f"'{name}'!A1" for name in workbook.sheetnames[1:]}


def test_every_figure_is_listed_with_its_exact_value(workbook: Workbook, report: Document) -> None:
    """The list has all figures, each with id, year, section, value as a number, wording, coverage and definition."""
    listed = {(row["指标代码"], row["年度"]): row for row in rows(workbook["数字一览"])}
    assert len(listed) == len(report.figures)
    for figure in report.figures:
        row = listed[figure.indicator_id, figure.year]
        assert isinstance(row["准确值"], int | float)
        assert row["准确值"] == pytest.approx(float(figure.value or 0), rel=1e-14)
        assert (row["计量单位"], row["印文"], row["口径或公式"]) == (figure.unit, figure.text, figure.definition)
        assert (row["已报"], row["应报"]) == (figure.coverage.reported, figure.coverage.expected)
    assert listed["warmth_funds", 2021]["未报单位"] == f"{HOSTILE_UNIT}、某县总工会"
    assert listed["warmth_funds", 2021]["章节"] == "（一）思想引领和阵地建设"


def test_two_wordings_of_a_figure_in_a_section_share_a_line(report: Document, tmp_path: Path) -> None:
    """What a table prints and what the text says is one figure; a single unit's part has its own line."""
    first = report.figures[0]
    table = dataclasses.replace(first, text="3,504.08")
    part = dataclasses.replace(first, scope="QH601", value=Decimal(7), text="7元")
    write(dataclasses.replace(report, figures=(first, table, part)), tmp_path / "lines.xlsx")
    whole, single = rows(openpyxl.load_workbook(tmp_path / "lines.xlsx")["数字一览"])
    assert (whole["印文"], whole["范围"]) == (f"{first.text}；3,504.08", "全部单位")
    assert (single["印文"], single["范围"]) == ("7元", "西宁市总工会")


@pytest.mark.parametrize(
    ("column", "pattern"), [("送温暖筹资额", "#,##0.00_ "), ("慰问职工人数", "#,##0_ "), ("人均慰问额", "#,##0.0000_ ")]
)
def test_numbers_show_the_decimals_they_have(workbook: Workbook, column: str, pattern: str) -> None:
    """Money has two decimals, counts none, other values as many as they have up to four."""
    sheet = workbook["数字一览"]
    (value,) = [row[5] for row in sheet.iter_rows(min_row=2) if (row[0].value, row[2].value) == (column, 2021)]
    assert value.number_format == pattern


def test_tables_hold_the_values_behind_their_print(workbook: Workbook, report: Document) -> None:
    """A table's sheet has its title, unit, heads, exact values, bold totals and note."""
    table = report.sections[3].tables[0]
    sheet = workbook["表1"]
    cells = list(sheet.iter_rows())
    assert sheet["A1"].value == f"表1　{table.title}"
    assert [cell.value.replace("\n", "") for cell in cells[2]] == list(table.head)
    for (label, printed), row in zip(table.rows, cells[3:], strict=False):
        assert row[0].value == label
        for cell, shown in zip(row[1:], printed, strict=True):
            assert cell.value == ("—" if shown.value is None else pytest.approx(float(shown.value)))
    assert all(cell.font.bold for cell in cells[2 + len(table.rows)])
    assert not any(cell.font.bold for cell in cells[1 + len(table.rows)])
    assert cells[-1][0].value == f"注：{table.note}"
    assert workbook["表2"].cell(2, 4).value == "单位：万元"


def test_chart_points_are_numbers(workbook: Workbook, report: Document) -> None:
    """All points of all charts can be charted again."""
    points = [point for chart in charts_of(report) for point in points_of(chart)]
    listed = rows(workbook["图表数据"])
    assert [row["数值"] for row in listed] == [pytest.approx(float(point.value)) for point in points]
    assert {row["图"] for row in listed} == {"图1", "图2", "图3"}


def test_every_figure_leads_to_its_sources(workbook: Workbook, report: Document) -> None:
    """The code of a figure is a link to the first row of what it is made of."""
    sources = list(workbook["来源"].iter_rows(values_only=True))
    for row in workbook["数字一览"].iter_rows(min_row=2):
        sheet, _, place = row[1].hyperlink.location.partition("!")
        target = sources[int(place.removeprefix("A")) - 1]
        assert (sheet, target[1], target[2]) == ("'来源'", row[1].value, row[2].value)


def test_sources_are_units_and_for_a_formula_its_operands(workbook: Workbook, report: Document) -> None:
    """What units contribute adds up to the figure; a formula names the indicators that it is computed from."""
    listed = rows(workbook["来源"])
    first = report.figures[0]
    values = [row["数值"] for row in listed if (row["指标代码"], row["年度"]) == (first.indicator_id, first.year)]
    assert sum(values) == pytest.approx(float(first.value or 0))
    operands = [row for row in listed if row["指标代码"] == "warmth_per_person"]
    assert [(row["来自"], row["代码"]) for row in operands] == [
        ("指标", "warmth_funds-2021"),
        ("指标", "warmth_persons-2021"),
    ]


def test_every_cell_is_listed_once(workbook: Workbook, report: Document) -> None:
    """Each cell behind any figure stands in the list with file, sheet, address, text, value and hash."""
    cells = {cell for trace in report.traces.values() for cell in trace.cells}
    listed = rows(workbook["单元格"])
    assert len(listed) == len(cells)
    by_place = {(row["报送编号"], row["工作表"], row["单元格"]): row for row in listed}
    for cell in cells:
        row = by_place[cell.submission_id, cell.sheet, cell.cell]
        assert (row["文件"], row["SHA-256"], row["原文"]) == (cell.file, cell.sha256, cell.text)
        assert row["数值"] == pytest.approx(float(str(cell.value)))


def test_a_cell_that_held_no_number_keeps_its_text(report: Document, tmp_path: Path) -> None:
    """A code or a name that was counted is text, not a number and not nothing."""
    key, trace = next(iter(report.traces.items()))
    cells = tuple(
        dataclasses.replace(trace.cells[0], cell=f"E{n}", value=value) for n, value in enumerate(("0101", None))
    )
    changed = dataclasses.replace(report, traces={key: dataclasses.replace(trace, cells=cells)})
    write(changed, tmp_path / "text.xlsx")
    assert [row["数值"] for row in rows(openpyxl.load_workbook(tmp_path / "text.xlsx")["单元格"])] == ["0101", None]


@pytest.mark.parametrize("text", HARMFUL)
def test_text_is_never_more_than_text(report: Document, tmp_path: Path, text: str) -> None:
    """Whatever a name or a cell held, it becomes no formula, no link, no number and no markup."""
    figure = dataclasses.replace(report.figures[0], zh=text, text=text, unit=text, definition=text)
    key, trace = next(iter(report.traces.items()))
    cell = dataclasses.replace(trace.cells[0], file=text, sheet=text, text=text, value=text)
    unit = dataclasses.replace(trace.by_unit[0], zh=text)
    table = dataclasses.replace(report.sections[3].tables[0], head=(text,) * 3, note=text)
    section = dataclasses.replace(report.sections[3], title=text, tables=(table,))
    changed = dataclasses.replace(
        report,
        title=text,
        notices=(text,),
        sections=(section,),
        figures=(figure,),
        traces={key: dataclasses.replace(trace, cells=(cell,), by_unit=(unit,))},
    )
    write(changed, tmp_path / "hostile.xlsx")
    found = openpyxl.load_workbook(tmp_path / "hostile.xlsx")
    cells = [cell for sheet in found for row in sheet.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells].count("f") == 0
    assert {cell.hyperlink.target for cell in cells if cell.hyperlink} == {None}
    assert [cell.data_type for cell in cells if cell.value in (text, f"{text}（正文）")] == ["s"] * 19
    assert found["说明"]["A1"].value == text


def test_characters_that_xml_cannot_hold_are_dropped(report: Document, tmp_path: Path) -> None:
    """A control character in a name neither breaks the file nor leaves a trace in it; too long a text is cut."""
    title = "上\x0b下\x00" + "长" * 40_000
    write(dataclasses.replace(report, notices=(title,)), tmp_path / "dropped.xlsx")
    shown = openpyxl.load_workbook(tmp_path / "dropped.xlsx")["说明"]["B3"].value
    assert shown.startswith("上下长")
    assert len(shown) == book.TEXT_LENGTH


@pytest.mark.parametrize("name", ["数字一览", "更正一览", "表1", "表2", "图表数据", "来源", "单元格"])
def test_lists_can_be_worked_with_and_printed(workbook: Workbook, name: str) -> None:
    """The head stays in sight and is repeated in print, pages are A4, hold all columns and print what is written."""
    sheet = workbook[name]
    top = 3 if name.startswith("表") else 1
    assert sheet.freeze_panes == f"B{top + 1}"
    assert sheet.print_title_rows == f"${top}:${top}"
    assert sheet.page_setup.paperSize == book.A4
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    last = min(sheet.max_row, book.PRINTED_OF_A_LIST) if name in ("来源", "单元格") else sheet.max_row
    assert sheet.print_area == f"'{name}'!$A$1:${get_column_letter(sheet.max_column)}${last}"
    assert sheet.page_setup.orientation == (
        "landscape" if name in ("数字一览", "更正一览", "来源", "单元格") else "portrait"
    )


@pytest.mark.parametrize(("name", "is_sorted"), [("数字一览", True), ("表1", False), ("表2", True), ("来源", True)])
def test_only_lists_without_totals_have_a_filter(workbook: Workbook, name: str, is_sorted: bool) -> None:
    """With a filter comes sorting, and sorting would tear a total from its rows."""
    assert bool(workbook[name].auto_filter.ref) is is_sorted


def summed(column: int, *parts: str, total: str) -> tuple[PrintedTable, RowSum]:
    """A table with values in a column and their total above them, beside a column of words."""
    cells = [TableCell(text, Decimal(text)) for text in (total, *parts)]
    rows = tuple((f"行{n}", tuple(cell if place == column else TableCell("") for place in range(2)))
                 for n, cell in enumerate(cells))  # fmt: skip
    each = RowSum(0, 1, len(rows), frozenset({column}))
    return PrintedTable("合计", "", ("项目", "甲", "乙"), rows, sums=(each,)), each


@pytest.fixture
def with_sums(report: Document) -> Document:
    """The publication with tables that have totals, and with figures that are the sums of their units."""
    own, _ = summed(0, "0.1", "0.2", "1234567890123.45", total="1234567890123.75")
    whole = dataclasses.replace(prefecture_table(), sums=(RowSum(8, 0, 8, frozenset({0})),))
    tables = (own, whole, summed(1, "1", "2", total="4")[0])
    section = dataclasses.replace(report.sections[3], tables=tables)
    sections = number_sections([section], Numbering())
    traces = {key: dataclasses.replace(trace, adds_up=bool(trace.by_unit)) for key, trace in report.traces.items()}
    return dataclasses.replace(report, sections=sections, traces=traces)


def test_a_total_that_is_the_sum_of_its_rows_is_a_formula(with_sums: Document, tmp_path: Path) -> None:
    """The formula names the rows; the value that is kept beside it is the printed one, to the last digit."""
    write(with_sums, tmp_path / "sums.xlsx")
    formulas, values = (openpyxl.load_workbook(tmp_path / "sums.xlsx", data_only=only) for only in (False, True))
    assert (formulas["表1"]["B4"].value, values["表1"]["B4"].value) == ("=SUM(B5:B7)", 1234567890123.75)
    assert formulas["表1"]["B4"].number_format == "#,##0_ "


def test_a_total_of_more_than_its_rows_stays_a_number_and_says_so(with_sums: Document, tmp_path: Path) -> None:
    """What the rows leave out is named, column by column; so is a column whose total no sum could be."""
    write(with_sums, tmp_path / "sums.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sums.xlsx")
    whole = with_sums.sections[0].tables[1]
    parts = sum(row[0].value or 0 for _, row in whole.rows[:8])
    total = whole.rows[8][1][0].value
    assert total is not None and total != parts
    assert book["表2"]["B12"].value == pytest.approx(float(total))
    notes = [row[0] for row in book["表2"].iter_rows(min_row=13, values_only=True)]
    assert f"所列各行以外：送温暖资金（万元） {exact_text(total - parts)}。" in notes[-1]
    assert (book["表3"]["C4"].value, book["表3"]["A7"].value.count("乙 1。")) == (4, 1)


def test_a_figure_that_adds_up_over_units_is_computed_from_them(with_sums: Document, tmp_path: Path) -> None:
    """It asks the list of sources by indicator and year, so that sorting either list changes nothing."""
    write(with_sums, tmp_path / "sums.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "sums.xlsx")["数字一览"]
    formulas = {row[0].row: row[5].value for row in sheet.iter_rows(min_row=2) if row[5].data_type == "f"}
    assert len(formulas) == 20
    for row, formula in formulas.items():
        assert formula == f"=SUMIFS('来源'!$G:$G,'来源'!$B:$B,$B{row},'来源'!$C:$C,$C{row},'来源'!$D:$D,\"单位\")"
    ratio = [row[5].value for row in sheet.iter_rows(min_row=2) if row[1].value == "warmth_per_person"]
    assert [type(value) for value in ratio] == [float]


@pytest.mark.libreoffice
def test_another_program_computes_the_same_values(with_sums: Document, tmp_path: Path) -> None:
    """Without the values beside them, LibreOffice computes every formula to what is printed; no other cell differs."""
    kept, bare, computed = tmp_path / "kept.xlsx", tmp_path / "bare.xlsx", tmp_path / "computed"
    write(with_sums, kept)
    with ZipFile(kept) as before, ZipFile(bare, "w") as after:
        for name in before.namelist():
            after.writestr(name, re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", before.read(name)))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(computed), str(bare)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    said, found = (openpyxl.load_workbook(path, data_only=True) for path in (kept, computed / "bare.xlsx"))
    assert openpyxl.load_workbook(bare, data_only=True)["表1"]["B4"].value is None
    for sheet in said:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            other = found[sheet.title][cell.coordinate].value
            is_number = isinstance(cell.value, int | float)
            assert other == (pytest.approx(cell.value, rel=1e-12) if is_number else cell.value or None), cell.coordinate


def test_revisions_are_listed(workbook: Workbook, report: Document) -> None:
    """S15: what the release before printed stands beside what is printed now, with the submissions behind it."""
    listed = [tuple(row.values()) for row in rows(workbook["更正一览"])]
    assert [row[2] for row in listed] == revision_places(report)
    assert listed == [
        (each.zh, each.year, place, each.before, each.after, holds_zh(each), each.because_zh)
        for each, place in zip(report.revisions, revision_places(report), strict=True)
    ]
    assert (
        listed[0][-1] == "西宁市总2021年第四季度《送温暖情况表》更正（QH630100-2021Q4-GH05-1 → QH630100-2021Q4-GH05-2）"
    )
    assert listed[1][0] == HOSTILE


def test_a_list_too_long_for_a_sheet_goes_on_on_the_next(
    report: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row is lost when there are more than a sheet can hold."""
    monkeypatch.setattr(book, "LIST_LENGTH", 1000)
    write(report, tmp_path / "long.xlsx")
    found = openpyxl.load_workbook(tmp_path / "long.xlsx")
    cells = {cell for trace in report.traces.values() for cell in trace.cells}
    assert [name for name in found.sheetnames if name.startswith("单元格")] == ["单元格", "单元格2"]
    assert len(rows(found["单元格"])) + len(rows(found["单元格2"])) == len(cells)


def test_an_empty_report_is_still_a_workbook(report: Document, tmp_path: Path) -> None:
    """Without sections and figures there are the sheets with nothing but their heads."""
    empty = dataclasses.replace(report, sections=(), figures=(), traces={}, notices=(), revisions=())
    write(empty, tmp_path / "empty.xlsx")
    found = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    assert found.sheetnames == ["说明", "数字一览", "图表数据", "来源", "单元格"]
    assert [len(rows(found[name])) for name in found.sheetnames[1:]] == [0, 0, 0, 0]


def test_the_same_report_gives_the_same_bytes(report: Document, file: Path, tmp_path: Path) -> None:
    """Nothing of the clock or the machine is in the file; its day is that of the data, and no person is named."""
    write(report, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == file.read_bytes()
    properties = openpyxl.load_workbook(file).properties
    assert (properties.created.isoformat(), properties.title) == ("2022-02-18T01:30:00", report.title)
    assert not properties.creator
    assert not properties.lastModifiedBy


def test_S20_the_charts_are_charts_of_the_workbook(file: Path, report: Document) -> None:
    """Each chart of the report is one of the workbook, over the cells of the list of points, whose values it shows."""
    workbook = openpyxl.load_workbook(file)
    charts = workbook["图"]._charts
    assert len(charts) == len(charts_of(report))
    listed = workbook["图表数据"]
    for chart, printed in zip(charts, charts_of(report), strict=True):
        shown = []
        for series in chart.series:
            cells = series.val.numRef.f.rpartition("!")[2].replace("$", "")
            shown += [cell.value for (cell,) in listed[cells]]
        assert shown == [pytest.approx(float(point.value)) for point in points_of(printed)]


def test_S20_no_list_to_look_things_up_in_fills_a_hundred_sheets_of_paper(file: Path) -> None:
    """Of the sources and the cells the first page is printed; the first sheet says so."""
    workbook = openpyxl.load_workbook(file)
    for name in ("来源", "单元格"):
        assert int(workbook[name].print_area.rpartition("$")[2]) <= 40
    assert workbook["单元格"].max_row > 40
    assert any("只打印开头一页" in str(cell.value) for cell in workbook["说明"]["B"])
