"""The notes under a section: who has not reported, and, in a draft, what to look at before it is signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from nianbao.catalog import Project
from nianbao.catalog.conventions import Words
from nianbao.publish.rows import NO_DATA
from nianbao.statistics.comparable import mark_of, say_left_in, say_left_out
from nianbao.statistics.figures import Figures
from nianbao.statistics.scopes import ALL
from nianbao.statistics.wording import word
from nianbao.terms.document import Footnote, PrintedFigure, RowSum, TableCell
from nianbao.terms.period import Period
from nianbao.terms.target import AS_REPORTED

ROUNDED_APART = "各数分别四舍五入，相加可能不等于合计或百分之百。"
_WHOLE = Decimal(100)
_UNITS_NAMED, _FIGURES_NAMED = 5, 4


def section_notes(printed: Sequence[PrintedFigure], figures: Figures) -> tuple[Footnote, ...]:
    """The notes on the figures that a section prints: who is missing, and what is compared with what."""
    project = figures.project
    notes = coverage_notes(printed, project.conventions.words)
    return notes + same_period_notes(printed, figures) + comparable_notes(printed, project)


def coverage_notes(figures: Sequence[PrintedFigure], words: Words) -> tuple[Footnote, ...]:
    """Who has not reported, and what they held last year, each at the first figure of a section that it concerns.

    `words` are what the federation calls the counted units, and everybody together.
    """
    by_coverage: dict[tuple[int, tuple[str, ...]], list[PrintedFigure]] = {}
    for figure in figures:
        if figure.coverage.missing:
            by_coverage.setdefault((figure.coverage.expected, figure.coverage.missing), []).append(figure)
    notes = []
    for (expected, missing), concerned in by_coverage.items():
        shown = "、".join(missing[:_UNITS_NAMED]) + ("等" if len(missing) > _UNITS_NAMED else "")
        text = (
            f"{_named(concerned)}：{words.counted}应报{expected}家，已报{expected - len(missing)}家，"
            f"未报齐：{shown}{_held(concerned, words.whole)}。"
        )
        notes.append(Footnote(concerned[0].key, text))
    return tuple(notes)


def comparable_notes(figures: Iterable[PrintedFigure], project: Project) -> tuple[Footnote, ...]:
    """Whom the comparable basis leaves out, and which changes are on none; at the first figure that each concerns."""
    said: dict[str, str] = {}
    left_in: dict[str, list[PrintedFigure]] = {}
    for each in figures:
        indicator = project.indicators[each.indicator_id]
        if text := say_left_out(project, each.year, mark_of(indicator, project)):
            said.setdefault(text, each.key)
        if each.scope == ALL and (text := say_left_in(project, indicator, each.year)):
            left_in.setdefault(text, []).append(each)
    return (
        *(Footnote(key, text) for text, key in said.items()),
        *(Footnote(found[0].key, f"{_named(found)}：{text}。") for text, found in left_in.items()),
    )


def note_of_marks(note: str, rows: Iterable[tuple[str, Sequence[TableCell]]]) -> str:
    """A note under a table, without its sentences on a mark that no cell has."""
    printed = [cell.text for _, cells in rows for cell in cells]
    absent = [f"“{mark}”" for mark in (NO_DATA, AS_REPORTED) if not any(said.startswith(mark) for said in printed)]
    sentences = re.findall("[^。]+。?", note)
    return "".join(each for each in sentences if not any(mark in each for mark in absent))


def same_periods(periods: Sequence[str]) -> str:
    """What is said of a comparison that rests on some periods of both years; nothing where it is all of them."""
    return f"（两年都只取{within_year(periods)}）" if periods else ""


def within_year(periods: Sequence[str]) -> str:
    """Periods of a year by their names without it: 第一季度、第二季度."""
    parsed = [Period.parse(code) for code in periods]
    return "、".join(each.zh.removeprefix(f"{each.year}年") for each in parsed)


def same_period_notes(figures: Iterable[PrintedFigure], compared: Figures) -> tuple[Footnote, ...]:
    """Which figures of a section compare some periods of the year with the same ones of the year before."""
    found: dict[str, list[PrintedFigure]] = {}
    for figure in figures:
        if said := same_periods(compared.compared(figure.indicator_id, figure.year)):
            found.setdefault(said, []).append(figure)
    return tuple(
        Footnote(concerned[0].key, f"{_named(concerned)}：与上年同期相比{said}。") for said, concerned in found.items()
    )


def rounding_note(rows: Sequence[tuple[str, tuple[TableCell, ...]]], sums: Sequence[RowSum]) -> str:
    """A sentence under a table whose printed parts do not come to what is printed as their total, or to 100%."""
    for each in sums:
        parts = [cells for _, cells in rows[each.first : each.stop]]
        for column, total in enumerate(rows[each.row][1]):
            column_of = [cells[column] for cells in parts]
            printed = [_printed(cell) for cell in column_of]
            known = [value for value in printed if value is not None]
            exact = [cell.value for cell in column_of if cell.value is not None]
            if len(known) < len(printed) or not known:
                continue
            are_shares = not total.text and sum(exact) == _WHOLE
            whole = _WHOLE if are_shares else _printed(total) if total.value == sum(exact) else None
            if whole is not None and sum(known) != whole:
                return ROUNDED_APART
    return ""


def _printed(cell: TableCell) -> Decimal | None:
    """The number that stands in a cell, as it is printed."""
    return None if cell.value is None else Decimal(cell.text.replace(",", ""))


def sign_off_note(figures: Iterable[PrintedFigure]) -> tuple[str, ...]:
    """For whoever signs: what the text says and might not be true once everybody has reported."""
    doubtful = list(dict.fromkeys(f"{figure.zh}“{figure.text}”" for figure in figures if figure.doubt))
    return (f"签发前请核对，单位补报后不一定成立：{'、'.join(doubtful)}。",) if doubtful else ()


def _named(figures: Iterable[PrintedFigure]) -> str:
    names = list(dict.fromkeys(figure.zh for figure in figures))
    return "、".join(names[:_FIGURES_NAMED]) + (f"等{len(names)}项" if len(names) > _FIGURES_NAMED else "")


def _held(figures: Iterable[PrintedFigure], whole: str) -> str:
    """The largest share of last year's total that is missing, of the figures that claim something."""
    shares = [figure.missing_share_of_last_year for figure in figures if figure.claim is not None]
    if None in shares:
        return "，未报部分上年没有可比数"
    most = max((100 * share for share in shares if share is not None), default=Decimal(0))
    return f"，未报部分至多占上年{whole}数的{word(most, '%', 'exact', 1).text}" if most else ""
