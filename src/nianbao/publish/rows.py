"""Which units have a row in a table, a bar in a chart, or their name in a sentence, in which order; which add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from nianbao.catalog import Project
from nianbao.catalog.passages import OFFSETS, bindings_of
from nianbao.catalog.publications import DECLARED_ROWS, YEARS
from nianbao.statistics.figures import Figures, reports_itself
from nianbao.terms.document import RowSum, TableCell
from nianbao.terms.figure import Claim, Judgement
from nianbao.terms.indicator import COUNTED, Indicator
from nianbao.terms.passage import Binding
from nianbao.terms.publication import Chart, Column, Row, Selection, Table
from nianbao.terms.unit import LINES, Unit

_NAMED_AT_MOST = 3

NO_DATA = "—"

PrintedRows = tuple[tuple[str, tuple[TableCell, ...]], ...]
"""The rows of a table as they are printed: label and cells."""


@dataclass(frozen=True)
class Rows:
    """The units that are shown, each as it stood last in the year, and how many more there are."""

    units: tuple[Unit, ...]
    left_out: int = 0


def refer(name: str, year: int) -> tuple[str, int]:
    """The indicator and the year that a binding such as `members@prev_year` means in the report of a year."""
    indicator_id, _, offset = name.partition("@")
    return indicator_id, year - OFFSETS.index(offset)


def choose_rows(figures: Figures, year: int, shown: Table | Chart) -> Rows:
    """The units that a table or chart shows of a year, sorted and cut as it says.

    A unit that ended in the year stands there if it has a value of it; what is sorted leaves out those of which
    nothing is known.
    """
    units = _units_of(figures, year, shown.rows, shown.selection.within)
    end, roster = figures.basis.span(year)[1], figures.project.roster
    names = [name for name in _indicators_of(shown) if name]
    standing = [
        unit
        for unit in units
        if roster.unit_on(unit.code, end)
        or any(figures.of_unit(*refer(name, year), unit, stated=True) is not None for name in names)
    ]
    if not shown.selection.sort:
        return Rows(tuple(standing))
    ordered = _in_order(figures, *refer(shown.selection.sort, year), standing, shown.selection.is_rising)
    kept = [unit for unit, _ in ordered][: shown.selection.top or None]
    return Rows(tuple(kept), len(ordered) - len(kept))


def leave_out_unknown(table: Table, rows: PrintedRows) -> tuple[Table, PrintedRows]:
    """A table by units without the columns of which nothing is known of any of them; all, where none is."""
    kept = [n for n in range(len(table.columns)) if any(cells[n].text != NO_DATA for _, cells in rows)]
    if not kept:
        return table, rows
    columns = tuple(table.columns[n] for n in kept)
    return replace(table, columns=columns), tuple((label, tuple(cells[n] for n in kept)) for label, cells in rows)


def say_rest(rows: Rows, selection: Selection, project: Project) -> str:
    """The sentence under a table that shows the first units alone."""
    if not rows.left_out:
        return ""
    zh = project.indicators[selection.sort.partition("@")[0]].zh
    order = "从低到高" if selection.is_rising else "从高到低"
    return f"按{zh}{order}列前{len(rows.units)}个，其余{rows.left_out}个未列。"


def name_by_rank(figures: Figures, binding: Binding, year: int) -> list[tuple[Unit, Decimal]]:
    """The units that a sentence names by rank, each with what it holds; who holds as much as the last stands beside it.

    Nobody where nothing is known, or nobody holds anything.
    """
    ranking = binding.ranking
    if ranking is None:
        return []
    units = _units_of(figures, year, ranking.rows, ranking.within)
    ordered = _in_order(figures, binding.indicator_id, year, units, ranking.is_rising)
    if not any(value for _, value in ordered):
        return []
    last = ordered[: ranking.count][-1][1]
    return [each for place, each in enumerate(ordered) if place < ranking.count or each[1] == last]


def judge_rank(figures: Figures, binding: Binding, year: int) -> Judgement:
    """Whether the names would stand once everybody has reported: who has not may stand before them."""
    missing = figures.coverage(figures.project.indicators[binding.indicator_id], year).missing
    if not missing:
        return Judgement(Claim.SURVIVES)
    who = "、".join(missing[:_NAMED_AT_MOST]) + ("等" if missing[_NAMED_AT_MOST:] else "")
    return Judgement(Claim.NOT_KNOWN, f"{who}未报，名次不一定成立。")


def for_row(column: Column, row: Row) -> Column:
    """A column as a row prints it that has decimals or a scale of its own."""
    decimals = column.decimals if row.decimals is None else row.decimals
    return replace(column, decimals=decimals, scale=column.scale if row.scale is None else row.scale)


def units_listed(project: Project) -> frozenset[str]:
    """The units that reports name one by one, with numbers of their own: in tables and charts of a level, on pages."""
    rows = {each.rows for each in _bound(project)}
    named = {each.within for each in _bound(project)} & project.units.keys()
    ranked = project.roster.ranked
    return frozenset(named) | frozenset(
        unit.code
        for unit in project.roster.versions
        if unit.level.code in rows or unit.level == ranked or (COUNTED in rows and unit.is_counted)
    )


def indicators_summed(project: Project) -> frozenset[str]:
    """The indicators that reports tell of units that do not report them all themselves, but those below them do."""
    found = set()
    for each in _bound(project):
        units = [
            unit
            for unit in project.units.values()
            if each.rows in (unit.level.code, COUNTED if unit.is_counted else "") or each.within == unit.code
        ]
        if not all(reports_itself(project, each.indicator_id, unit) for unit in units):
            found.add(each.indicator_id)
    return frozenset(found)


class _BoundToUnits(NamedTuple):
    """An indicator that a report tells of the units of a kind, within a unit or everywhere."""

    indicator_id: str
    rows: str
    within: str


def _bound(project: Project) -> Iterator[_BoundToUnits]:
    for section in (section for each in project.publications.values() for section in each.sections):
        drawn: tuple[Table | Chart, ...] = (*section.tables, *section.charts)
        for shown in drawn:
            if shown.rows in project.roster.levels or shown.rows == COUNTED:
                for name in filter(None, _indicators_of(shown)):
                    yield _BoundToUnits(name.partition("@")[0], shown.rows, shown.selection.within)
        for binding in bindings_of(section.paragraphs):
            if binding.ranking:
                yield _BoundToUnits(binding.indicator_id, binding.ranking.rows, binding.ranking.within)


def _indicators_of(shown: Table | Chart) -> Sequence[str]:
    bound = [each.indicator for each in shown.columns] if isinstance(shown, Table) else list(shown.indicators)
    return [*bound, shown.selection.sort]


def _units_of(figures: Figures, year: int, rows: str, within: str) -> list[Unit]:
    """The units of a level, or those counted, that stood in a year, below a unit if one is named."""
    roster, last = figures.project.roster, figures.basis.span(year)[1]
    return [
        unit
        for code, unit in roster.units_in(figures.basis.period(year)).items()
        if (unit.is_counted if rows == COUNTED else unit.level.code == rows)
        and (not within or any(within in roster.ancestors(code, line, last) for line in LINES))
    ]


def _in_order(
    figures: Figures, indicator_id: str, year: int, units: Sequence[Unit], is_rising: bool
) -> list[tuple[Unit, Decimal]]:
    """The units with a value and what it is, the highest first or the lowest; equal ones as in the roster."""
    known = [(unit, value) for unit in units if (value := figures.of_unit(indicator_id, year, unit)) is not None]
    return sorted(known, key=lambda each: each[1] if is_rising else -each[1])


def row_sums(table: Table, length: int, indicators: Mapping[str, Indicator]) -> Iterator[RowSum]:
    """Which rows of a table add up others: its last row those of the units, a declared one those it says."""
    if table.rows not in (DECLARED_ROWS, YEARS) and table.total:
        columns = frozenset(
            n for n, column in enumerate(table.columns) if indicators[column.indicator.partition("@")[0]].adds_up
        )
        yield RowSum(length - 1, 0, length - 1, columns)
    for number, row in enumerate(table.rows_of):
        if row.sums:
            first, stop = sorted((number + (row.sums > 0), number + row.sums + (row.sums > 0)))
            columns = frozenset(n for n, name in enumerate(row.indicators) if name and _can_add(name, indicators))
            yield RowSum(number, first, stop, columns)


def _can_add(name: str, indicators: Mapping[str, Indicator]) -> bool:
    """Whether an indicator of a declared row can be a sum: it is no ratio."""
    return "/" not in indicators[name.partition("@")[0]].formula
