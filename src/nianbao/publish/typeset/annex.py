"""The annexes: all figures at a glance, what they rest on, and what changed since the release before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nianbao.publish.plain import (
    NO_CAUSE,
    ListingLine,
    cause_notes,
    coverage_text,
    exact_text,
    holds_zh,
    lines_by_figure,
    numbered_causes,
    revision_places,
)
from nianbao.publish.typeset.block import Block, Entry, Grid, SetTable, TypesetLine
from nianbao.terms.document import Document

TITLES = {"figures": "数字一览", "sources": "数据来源", "revisions": "更正一览"}

_FIGURE_HEADS = ("指标", "年度", "印文", "准确值", "单位", "覆盖")
_FIGURE_WIDTHS = (34, 9, 22, 22, 10, 10)
_SOURCE_HEADS = ("指标", "年度", "由何得出", "报送单位", "报表份数", "单元格")
_SOURCE_WIDTHS = (24, 8, 45, 11, 11, 10)
_REVISION_HEADS = ("指标", "章节", "原印文", "现印文", "原表述", "缘由")
_REVISION_WIDTHS = (17, 12, 19, 19, 11, 6)
_NOTES = {
    "figures": ("注：覆盖为已报单位数／应报单位数；准确值最多保留四位小数。",),
    "sources": ("注：报表份数和单元格为本数所依据的接收报表及其中的单元格；逐格原文见同一版次的网页和工作簿。",),
}


def annex_list(document: Document) -> Iterator[Block]:
    """The annexes named under the text."""
    titles = _titles(document)
    if titles:
        yield TypesetLine("BodyText", (), keeps_next=True)
    for number, title in enumerate(titles, start=1):
        listed = f"{number}. {title}" if len(titles) > 1 else title
        opening = "附件：" if number == 1 else "　　　"
        yield TypesetLine("BodyText", (f"{opening}{listed}",), keeps_next=number < len(titles))


def annexes(document: Document) -> Iterator[Block]:
    """Each annex on a new page."""
    titles = _titles(document)
    for number, (title, kind) in enumerate(zip(titles, _kinds(document), strict=True), start=1):
        yield TypesetLine("AnnexMark", (f"附件{number}" if len(titles) > 1 else "附件",))
        yield TypesetLine("AnnexTitle", (title,), is_heading=True)
        yield SetTable(None, (_GRIDS[kind](document),), _NOTES.get(kind) or cause_notes(document.revisions))


def _kinds(document: Document) -> list[str]:
    """The declared annexes; without revisions there is none of them."""
    return [kind for kind in document.annexes if kind != "revisions" or document.revisions]


def _titles(document: Document) -> list[str]:
    return [TITLES[kind] for kind in _kinds(document)]


def _figures(document: Document) -> Grid:
    """Every figure: as printed and exactly."""
    rows = [_figure_row(line) for line in lines_by_figure(document)]
    return Grid(_FIGURE_HEADS, rows, _FIGURE_WIDTHS, is_small=True)


def _figure_row(line: ListingLine) -> list[Entry]:
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


def _sources(document: Document) -> Grid:
    """What every figure is made of: its formula in words, and how many units, submissions and cells are behind it."""
    rows = [_source_row(document, line) for line in lines_by_figure(document)]
    return Grid(_SOURCE_HEADS, rows, _SOURCE_WIDTHS, is_small=True)


def _source_row(document: Document, line: ListingLine) -> list[Entry]:
    figure = line.first
    trace = document.traces.get(figure.key)
    cells = trace.cells if trace else ()
    counts = (len({each.unit_code for each in cells}), len({each.submission_id for each in cells}), len(cells))
    return [
        Entry(figure.zh),
        Entry(str(figure.year)),
        Entry(figure.definition),
        *(Entry(f"{count:,}" if count else "—", is_number=True) for count in counts),
    ]


def _revisions(document: Document) -> Grid:
    """What was printed in the release before and what is printed now."""
    numbers = numbered_causes(document.revisions)
    rows = [
        [
            Entry(each.zh if each.year == document.year else f"{each.zh}（{each.year}年）"),
            Entry(_place_below(place)),
            *(Entry(_exact_below(said)) for said in (each.before, each.after)),
            Entry(holds_zh(each)),
            Entry("、".join(f"注{numbers[cause]}" for cause in each.because) or NO_CAUSE),
        ]
        for each, place in zip(document.revisions, revision_places(document), strict=True)
    ]
    return Grid(_REVISION_HEADS, rows, _REVISION_WIDTHS, is_small=True)


def _place_below(place: str) -> str:
    """Text or table on a line under the heading of the section."""
    heading, bracket, within = place.rpartition("（")
    return f"{heading}\n{bracket}{within}" if heading else place


def _exact_below(said: str) -> str:
    """The exact value on a line under what was printed, so that neither is broken."""
    printed, bracket, exact = said.partition("（")
    return f"{printed}\n{exact.removesuffix('）')}" if bracket else said


_GRIDS: dict[str, Callable[[Document], Grid]] = {"figures": _figures, "sources": _sources, "revisions": _revisions}
