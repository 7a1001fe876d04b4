"""Puts the workbook together: what it is, all figures, tables, chart data, sources."""

from __future__ import annotations

from pathlib import Path

from nianbao.publish.plain import (
    WHOLE,
    ListingLine,
    edition_line,
    holds_zh,
    lines_by_section,
    plain,
    revision_places,
    section_titles,
    universal,
)
from nianbao.publish.xlsx.book import Entry, Link, Sum, XlsxBook, XlsxColumn, exact_number
from nianbao.publish.xlsx.sources import CELLS, UNITS, SourcesSheet, unit_sum
from nianbao.publish.xlsx.tables import CHARTS, charts_of, table_names, write_charts, write_drawings, write_table
from nianbao.publish.xlsx.tables import SHEET as DRAWINGS
from nianbao.terms.document import Document

ABOUT, FIGURES, TEXTS, REVISIONS = "说明", "数字一览", "文字来源", "更正一览"

_ABOUT_WIDTH = 72
_FIGURE_COLUMNS = (
    *(
        XlsxColumn("指标", 22),
        XlsxColumn("指标代码"),
        XlsxColumn("年度"),
        XlsxColumn("范围"),
        XlsxColumn("章节", 22),
        XlsxColumn("准确值"),
    ),
    *(
        XlsxColumn("计量单位"),
        XlsxColumn("印文", 18),
        XlsxColumn("已报"),
        XlsxColumn("应报"),
        XlsxColumn("未报单位", 14),
    ),
    XlsxColumn("口径或公式", 34),
)
_TEXT_COLUMNS = (
    *(
        XlsxColumn("原文", 72),
        XlsxColumn("章节", 22),
        XlsxColumn("报送单位", 18),
        XlsxColumn("报告期"),
        XlsxColumn("收到日期"),
    ),
    *(XlsxColumn("文件", 30), XlsxColumn("工作表"), XlsxColumn("单元格")),
)
_REVISION_COLUMNS = tuple(map(XlsxColumn, ("指标", "年度", "章节", "原印文", "现印文", "原表述", "缘由")))
_HOW_TO_READ = (
    (FIGURES, "报告里印出的每个数字：准确值、印出的文字、报送覆盖、口径或公式"),
    (DRAWINGS, "报告里的图"),
    (CHARTS, "各图的数据"),
    (UNITS, "每个数字由哪些指标算得、各单位各是多少；按指标代码和年度筛选"),
    (CELLS, "每个数字所依据的报表单元格：文件、工作表、单元格、原文和文件的校验码"),
)


def write(document: Document, path: Path) -> None:
    """Write the workbook; the same report gives the same bytes."""
    book = XlsxBook(path, document.unfinished)
    properties = {"title": document.title, "subject": document.zh, "comments": edition_line(document)}
    book.workbook.set_properties(
        {name: plain(text) for name, text in properties.items()} | {"created": universal(document.as_of)}
    )
    sources, titles = SourcesSheet(document), section_titles(document)
    _write_about(book, document)
    lines = enumerate(lines_by_section(document), start=1)
    rows = [_figure_row(line, row, titles, sources, document) for row, line in lines]
    book.add_sheet(FIGURES).write_list(_FIGURE_COLUMNS, rows)
    if document.texts:
        _write_texts(book, document, titles)
    if document.revisions:
        _write_revisions(book, document)
    for name, table in table_names(document).items():
        write_table(book, name, table)
    if charts_of(document):
        write_drawings(book, document, CHARTS)
    write_charts(book, document)
    sources.write(book)
    book.workbook.close()


def _write_about(book: XlsxBook, document: Document) -> None:
    """What this is, of when, and what is on which sheet."""
    sheet = book.add_sheet(ABOUT)
    sheet.write_line("title", document.title)
    sheet.write_line("meta", f"{document.issuer}　{edition_line(document)}")
    for notice in (*document.notices, *filter(None, [document.unfinished])):
        sheet.write_line("notice", notice, 1, _ABOUT_WIDTH)
    contents = {name: text for name, text in _HOW_TO_READ if name != DRAWINGS or charts_of(document)}
    if document.texts:
        contents[TEXTS] = "报告照录的每段文字：由谁报送、何时收到、在哪个单元格"
    if document.revisions:
        contents[REVISIONS] = "与上一版相比改动了的数字"
    contents |= {name: table.title for name, table in table_names(document).items()}
    rows: list[list[Entry]] = [[Link(name, name, 0), text] for name, text in contents.items()]
    sheet.write_rows([XlsxColumn("工作表"), XlsxColumn("内容", _ABOUT_WIDTH)], rows)
    for line in (
        "准确值是未经四舍五入的数，显示时最多四位小数；数字一览、来源和单元格各表的金额都以元计。",
        "能由各单位相加的准确值是公式：该指标、该年度“来源”表中各单位数值之和；比率、去重计数和公式算得的是原数。",
        "印文是报告里的写法；“多”“余”“近”“约”“以上”等字按规则选用，不超出准确值所能说明的。",
        "已报、应报是报送了有关报表的单位数和应当报送的单位数。",
        f"“{UNITS}”和“{CELLS}”供查对，只打印开头一页；要全部打印，先取消打印区域。",
    ):
        sheet.write_line("plain", line, 1, _ABOUT_WIDTH)


def _figure_row(
    line: ListingLine, row: int, titles: dict[str, str], sources: SourcesSheet, document: Document
) -> list[Entry]:
    """One printed figure; its code leads to where it comes from."""
    figure = line.first
    first, coverage = sources.first_rows.get(figure.key), figure.coverage
    return [
        figure.zh,
        figure.indicator_id if first is None else Link(figure.indicator_id, UNITS, first),
        figure.year,
        line.unit or WHOLE,
        titles.get(figure.section, figure.section),
        _value(line, row, document),
        figure.unit,
        "；".join(each.text for each in line.figures),
        coverage.reported if coverage.expected else None,
        coverage.expected or None,
        "、".join(coverage.missing),
        figure.definition,
    ]


def _value(line: ListingLine, row: int, document: Document) -> Entry:
    """The exact value; as a formula over what the units reported where it is the sum of that."""
    figure = line.first
    number, trace = exact_number(figure.value, figure.unit), document.traces.get(figure.key)
    if number is None or trace is None or line.unit or not (trace.adds_up and trace.by_unit):
        return number
    if sum(each.value or 0 for each in trace.by_unit) != figure.value:
        return number
    return Sum(unit_sum(row), number)


def _write_texts(book: XlsxBook, document: Document, titles: dict[str, str]) -> None:
    """What is quoted, and who said it."""
    rows: list[list[Entry]] = [
        [each.text, titles.get(each.section, each.section), each.unit_zh, each.period, each.said_on.isoformat(),
         each.file, each.sheet, each.cell]
        for each in document.texts
    ]  # fmt: skip
    book.add_sheet(TEXTS).write_list(_TEXT_COLUMNS, rows)


def _write_revisions(book: XlsxBook, document: Document) -> None:
    """What was printed in the release before and what is printed now."""
    rows: list[list[Entry]] = [
        [
            *(each.zh, each.year, place),
            *(each.before, each.after, holds_zh(each), each.because_zh),
        ]
        for each, place in zip(document.revisions, revision_places(document), strict=True)
    ]
    book.add_sheet(REVISIONS).write_list(_REVISION_COLUMNS, rows)
