"""The annexes of the Word document: all figures at a glance, and what changed since the release before."""

from __future__ import annotations

from nianbao.publish.docx.table import Entry, Grid, write_grid
from nianbao.publish.docx.text import Text
from nianbao.publish.listing import Line, lines_by_figure
from nianbao.publish.plain import coverage_text, exact_text, section_titles
from nianbao.terms.document import Document

FIGURES_TITLE, REVISIONS_TITLE = "数字一览", "更正一览"

_FIGURE_HEADS = ("指标", "年度", "印文", "准确值", "单位", "覆盖")
_FIGURE_WIDTHS = (36, 9, 22, 22, 8, 10)
_REVISION_HEADS = ("指标", "年度", "章节", "原印文", "现印文")
_REVISION_WIDTHS = (30, 9, 34, 18, 18)


def write_annexes(text: Text, document: Document) -> None:
    """List the annexes under the text, then write each on a new page."""
    titles = [FIGURES_TITLE, *([REVISIONS_TITLE] if document.revisions else [])]
    if text.word.paragraphs:
        text.word.paragraphs[-1].paragraph_format.keep_with_next = True
    text.paragraph("BodyText").paragraph_format.keep_with_next = True
    for number, title in enumerate(titles, start=1):
        listed = f"{number}. {title}" if len(titles) > 1 else title
        text.paragraph("BodyText", f"{'附件：' if number == 1 else '　　　'}{listed}")
    for number, title in enumerate(titles, start=1):
        text.paragraph("AnnexMark", f"附件{number}" if len(titles) > 1 else "附件")
        text.paragraph("AnnexTitle", title)
        write_grid(text, _figures(document) if title == FIGURES_TITLE else _revisions(document))
        if title == FIGURES_TITLE:
            text.paragraph("TableNote", "注：覆盖为已报单位数／应报单位数；准确值最多保留四位小数。")


def _figures(document: Document) -> Grid:
    """Every figure: as printed and exactly."""
    rows = [_figure_row(line) for line in lines_by_figure(document)]
    return Grid(_FIGURE_HEADS, rows, _FIGURE_WIDTHS, is_small=True)


def _figure_row(line: Line) -> list[Entry]:
    """One figure; its printed wordings carry the key here as well."""
    figure = line.first
    return [
        Entry(figure.zh),
        Entry(str(figure.year)),
        Entry("", figures=line.figures),
        Entry(exact_text(figure.value, figure.unit), is_number=True),
        Entry(figure.unit),
        Entry(coverage_text(figure.coverage)),
    ]


def _revisions(document: Document) -> Grid:
    """What was printed in the release before and what is printed now."""
    titles = section_titles(document)
    rows = [
        [Entry(zh), Entry(str(year)), Entry(titles.get(section, section)), Entry(old), Entry(new)]
        for zh, year, section, old, new in document.revisions
    ]
    return Grid(_REVISION_HEADS, rows, _REVISION_WIDTHS, is_small=True)
