"""Trace: from a figure to the cells it was counted from, and back, by the same query that counted it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import chain

from nianbao.catalog import Project
from nianbao.statistics.comparable import left_out, mark_of
from nianbao.statistics.counted import rows_query
from nianbao.statistics.figures import Figures, plain
from nianbao.statistics.formulas import counted_behind
from nianbao.statistics.scopes import ALL
from nianbao.terms.document import Trace, UnitValue
from nianbao.terms.figure import TracedCell
from nianbao.terms.indicator import Indicator
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.connect import Connection, rows_of

WITHHELD = "（个人信息，不显示）"
_PLACE = ("unit_code", "period", "submission_id", "file", "sha256", "sheet", "cell")


def trace(connection: Connection, figures: Figures, indicator_id: str, year: int) -> Trace:
    """The trace of one figure over all units."""
    return trace_all(connection, figures, [(indicator_id, year)])[figure_key(indicator_id, year)]


def trace_all(connection: Connection, figures: Figures, wanted: Iterable[tuple[str, int]]) -> dict[str, Trace]:
    """The traces of many figures; each base indicator is asked for once, with all the years that are wanted of it."""
    project = figures.project
    pairs = list(dict.fromkeys(wanted))
    years_of: dict[str, set[int]] = {}
    for indicator_id, year in pairs:
        for name, back in counted_behind(project.indicators[indicator_id], project.indicators):
            years_of.setdefault(name, set()).add(year - back)
    cells = {
        name: _cells(connection, project, project.indicators[name], years, basis=figures.basis)
        for name, years in years_of.items()
    }
    without = _without(figures, pairs)
    bare = _bare_traces(figures, pairs)
    return {
        figure_key(indicator_id, year): replace(
            bare[figure_key(indicator_id, year)],
            cells=tuple(
                cell
                for name, back in counted_behind(project.indicators[indicator_id], project.indicators)
                for cell in cells[name].get(year - back, ())
                if cell.unit_code not in without[indicator_id, year]
            ),
        )
        for indicator_id, year in pairs
    }


def cells_behind(connection: Connection, project: Project, indicator_id: str, year: int) -> list[TracedCell]:
    """Every cell behind an indicator of a main year and its operands, whoever reported it."""
    behind = counted_behind(project.indicators[indicator_id], project.indicators)
    return [
        cell
        for name, back in behind
        for cell in _cells(connection, project, project.indicators[name], [year - back]).get(year - back, ())
    ]


def outline_all(connection: Connection, figures: Figures, wanted: Iterable[tuple[str, int]]) -> dict[str, Trace]:
    """The traces of many figures with the units that were read, and with cells that are counted and not listed."""
    indicators = figures.project.indicators
    rows = connection.execute("SELECT indicator_id, year, cells FROM indicator.traced").fetchall()
    cells = {(name, year): count for name, year, count in rows}
    pairs = list(dict.fromkeys(wanted))
    bare = _bare_traces(figures, pairs)
    # Of a comparison without those who came or went the cells are not all that its operands have: they are listed.
    listed = trace_all(connection, figures, [pair for pair, units in _without(figures, pairs).items() if units])
    outlined = {}
    for indicator_id, year in pairs:
        behind = counted_behind(indicators[indicator_id], indicators)
        key = figure_key(indicator_id, year)
        outlined[key] = replace(
            bare[key],
            units=(figures.units or {}).get((indicator_id, year), 0),
            counted=len(listed[key].cells)
            if key in listed
            else sum(cells.get((name, year - back), 0) for name, back in behind),
        )
    return outlined


def _without(figures: Figures, pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], set[str]]:
    """The units that are left out of each figure."""
    project = figures.project
    return {
        (name, year): {
            each.unit_code
            for each in left_out(project, figures.basis, year, mark_of(project.indicators[name], project))
        }
        for name, year in pairs
    }


def fed_by(
    connection: Connection, project: Project, form_code: str, year: int, submission_id: str
) -> list[tuple[TracedCell, tuple[tuple[str, int], ...]]]:
    """The cells of a submission that count, each with the figures it is counted in: indicator and year.

    A comparable basis counts nobody who is left out of it, and there is none for a year in which nobody is.
    """
    figures: dict[str, list[tuple[str, int]]] = {}
    for indicator in project.indicators.values():
        for name, back in counted_behind(indicator, project.indicators):
            figures.setdefault(name, []).append((indicator.id, year + back))
    cells: dict[TracedCell, list[tuple[str, int]]] = {}
    for indicator in project.indicators.values():
        if indicator.form == form_code and not indicator.is_formula:
            for cell in _cells(connection, project, indicator, [year], submission_id).get(year, ()):
                cells.setdefault(replace(cell, indicator_id=""), []).extend(figures[indicator.id])
    asked = {*chain.from_iterable(cells.values())}
    marked = {(name, of): mark for name, of in asked if (mark := mark_of(project.indicators[name], project))}
    without = {
        (of, mark): {each.unit_code for each in left_out(project, project.conventions.year, of, mark)}
        for (_, of), mark in marked.items()
    }

    def counts(cell: TracedCell, figure: tuple[str, int]) -> bool:
        gone = without[figure[1], marked[figure]] if figure in marked else None
        return gone is None or (bool(gone) and cell.unit_code not in gone)

    return [(cell, tuple(each for each in dict.fromkeys(fed) if counts(cell, each))) for cell, fed in cells.items()]


def figure_key(indicator_id: str, year: int) -> str:
    """The id that a figure carries in every format: `warmth_funds-2021`."""
    return f"{indicator_id}-{year}"


def _bare_traces(figures: Figures, pairs: Iterable[tuple[str, int]]) -> dict[str, Trace]:
    """The traces without cells: formula, and values by unit in the order of the roster."""
    units, indicators = figures.project.units, figures.project.indicators
    order = {code: place for place, code in enumerate(units)}

    def by_unit(indicator_id: str, year: int) -> tuple[UnitValue, ...]:
        values = [
            UnitValue(scope, units[scope].short_zh if scope in units else scope, value)
            for scope, value in figures.values.get((indicator_id, year), {}).items()
            if scope != ALL
        ]
        return tuple(sorted(values, key=lambda item: order.get(item.unit_code, len(order))))

    return {
        figure_key(indicator_id, year): Trace(
            key=figure_key(indicator_id, year),
            operands=tuple(
                figure_key(name, year - back)
                for name, back in counted_behind(indicators[indicator_id], indicators)
                if name != indicator_id
            ),
            by_unit=by_unit(indicator_id, year),
            cells=(),
            adds_up=indicators[indicator_id].adds_up,
        )
        for indicator_id, year in pairs
    }


def _cells(
    connection: Connection,
    project: Project,
    indicator: Indicator,
    years: Iterable[int],
    submission_id: str = "",
    basis: YearBasis | None = None,
) -> dict[int, list[TracedCell]]:
    """The cells of a base indicator by year, in the order of units, periods and rows; or those of one submission."""
    query = f"""
        SELECT counted.year, counted.unit_code, counted.period, submission.submission_id, counted.measure,
            delivery.source AS file, delivery.sha256, cell.sheet, cell.cell, cell.text, cell.value, cell.read_as
        FROM ({rows_query(indicator, project, basis or project.conventions.year)}) AS counted
        INNER JOIN raw.cell AS cell
            ON counted.submission_id = cell.submission_id AND counted.row_no = cell.row_no
            AND cell.part = $part AND counted.field = cell.field
        INNER JOIN ledger.submission AS submission
            ON coalesce(cell.came_in, counted.submission_id) = submission.submission_id
        INNER JOIN ledger.delivery AS delivery ON submission.delivery_id = delivery.delivery_id
        WHERE counted.year IN (SELECT unnest($years::INTEGER[]))
            AND $submission_id IN ('', submission.submission_id)
        ORDER BY counted.unit_code, counted.period, counted.row_no
    """
    found: dict[int, list[TracedCell]] = {}
    part = project.forms[indicator.form].part(indicator.part)
    is_personal = any(part.field(code).is_personal for code in indicator.fields)
    parameters = {"part": indicator.part, "years": sorted(years)}
    parameters["submission_id"] = submission_id
    for row in rows_of(connection, query, parameters):
        value: Decimal | str | None = row["read_as"] if row["value"] is None else plain(row["value"])
        found.setdefault(row["year"], []).append(
            TracedCell(
                indicator_id=indicator.id,
                text=WITHHELD if is_personal else row["text"],
                value=WITHHELD if is_personal else value,
                **{name: row[name] for name in _PLACE},
            )
        )
    return found
