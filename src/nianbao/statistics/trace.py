"""Trace: from a figure to the cells it was counted from, and back, by the same query that counted it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import chain

from nianbao.catalog import Project
from nianbao.statistics.comparable import left_out, mark_of
from nianbao.statistics.counted import rows_query
from nianbao.statistics.figures import Figures, plain
from nianbao.statistics.formulas import Operand, counted_behind, expand, looks_back, operands_of
from nianbao.statistics.scopes import ALL
from nianbao.terms.document import Trace, TracedOperand, UnitValue
from nianbao.terms.figure import TracedCell, figure_key
from nianbao.terms.indicator import Indicator
from nianbao.terms.period import Period
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
    compared_of: dict[str, set[int]] = {}
    for indicator_id, year in pairs:
        is_cut = bool(figures.compared(indicator_id, year))
        for name, back in counted_behind(project.indicators[indicator_id], project.indicators):
            (compared_of if is_cut else years_of).setdefault(name, set()).add(year if is_cut else year - back)
    cells = {
        name: _cells(connection, project, project.indicators[name], years, basis=figures.basis)
        for name, years in years_of.items()
    }
    compared = {
        name: _cells(connection, project, project.indicators[name], years, basis=figures.basis, is_compared=True)
        for name, years in compared_of.items()
    }
    without = _without(figures, pairs)
    bare = _bare_traces(figures, pairs)

    def behind(indicator_id: str, year: int) -> Iterator[TracedCell]:
        source = compared if figures.compared(indicator_id, year) else cells
        for name, back in counted_behind(project.indicators[indicator_id], project.indicators):
            place = (year, back) if source is compared else (year - back, 0)
            yield from source[name].get(place, ())

    return {
        figure_key(indicator_id, year): replace(
            bare[figure_key(indicator_id, year)],
            cells=tuple(
                cell for cell in behind(indicator_id, year) if cell.unit_code not in without[indicator_id, year]
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
        for cell in _cells(connection, project, project.indicators[name], [year - back]).get((year - back, 0), ())
    ]


def outline_all(connection: Connection, figures: Figures, wanted: Iterable[tuple[str, int]]) -> dict[str, Trace]:
    """The traces of many figures with the units that were read, and with cells that are counted and not listed."""
    indicators = figures.project.indicators
    rows = connection.execute("SELECT indicator_id, year, cells FROM indicator.traced").fetchall()
    cells = {(name, year): count for name, year, count in rows}
    pairs = list(dict.fromkeys(wanted))
    bare = _bare_traces(figures, pairs)
    # Of a comparison without some units or periods the cells are not all that its operands have: they are listed.
    restricted = [pair for pair, units in _without(figures, pairs).items() if units or figures.compared(*pair)]
    listed = trace_all(connection, figures, restricted)
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
    # What is held against another year takes other cells: those of the same periods.
    plain_figures: dict[str, list[str]] = {}
    comparisons: dict[tuple[str, int], list[str]] = {}
    for indicator in project.indicators.values():
        is_comparison = looks_back(indicator, project.indicators)
        for name, back in counted_behind(indicator, project.indicators):
            if is_comparison:
                comparisons.setdefault((name, back), []).append(indicator.id)
            else:
                plain_figures.setdefault(name, []).append(indicator.id)
    cells: dict[TracedCell, list[tuple[str, int]]] = {}
    for indicator in project.indicators.values():
        if indicator.form != form_code or indicator.is_formula:
            continue
        for cell in _cells(connection, project, indicator, [year], submission_id).get((year, 0), ()):
            fed = ((name, year) for name in plain_figures[indicator.id])
            cells.setdefault(replace(cell, indicator_id=""), []).extend(fed)
        backs = [back for name, back in comparisons if name == indicator.id]
        years = [year + back for back in backs]
        for (of, back), found in _cells(connection, project, indicator, years, submission_id, is_compared=True).items():
            for cell in found if of - back == year else ():
                fed = ((name, of) for name in comparisons.get((indicator.id, back), ()))
                cells.setdefault(replace(cell, indicator_id=""), []).extend(fed)
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
            operands=_operands(figures, indicator_id, year),
            by_unit=by_unit(indicator_id, year),
            cells=(),
            adds_up=indicators[indicator_id].adds_up,
        )
        for indicator_id, year in pairs
    }


def _operands(figures: Figures, indicator_id: str, year: int) -> tuple[TracedOperand, ...]:
    """What a formula takes of the indicators that it is computed from."""
    indicators = figures.project.indicators
    indicator = indicators[indicator_id]
    if not indicator.is_formula:
        return ()
    return tuple(
        dict.fromkeys(
            _operand(figures, indicator_id, year, operand) for operand in operands_of(expand(indicator, indicators))
        )
    )


def _operand(figures: Figures, indicator_id: str, year: int, operand: Operand) -> TracedOperand:
    name, back, _ = operand
    value, periods = figures.taken(indicator_id, year, operand), tuple[str, ...]()
    if figures.compared(indicator_id, year):
        periods = tuple(
            each if back == 0 else Period.of(Period.parse(each).year - back, Period.parse(each).suffix).code
            for each in figures.cut_short.get((name, year), ())
        )
    is_part = value != figures.get(name, year - back).value
    return TracedOperand(figure_key(name, year - back), value, periods, is_part)


def _cells(
    connection: Connection,
    project: Project,
    indicator: Indicator,
    years: Iterable[int],
    submission_id: str = "",
    basis: YearBasis | None = None,
    is_compared: bool = False,
) -> dict[tuple[int, int], list[TracedCell]]:
    """The cells of a base indicator by year, in the order of units, periods and rows; or those of one submission.

    By the year and how far it lies back from that: those that are compared with it; otherwise none does.
    """
    query = f"""
        SELECT counted.year, counted.back, counted.unit_code, counted.period, submission.submission_id, counted.measure,
            delivery.file, delivery.sha256, cell.sheet, cell.cell, cell.text, cell.value, cell.read_as
        FROM ({rows_query(indicator, project, basis or project.conventions.year, is_compared)}) AS counted
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
    found: dict[tuple[int, int], list[TracedCell]] = {}
    part = project.forms[indicator.form].part(indicator.part)
    is_personal = any(part.field(code).is_personal for code in indicator.fields)
    parameters = {"part": indicator.part, "years": sorted(years)}
    parameters["submission_id"] = submission_id
    for row in rows_of(connection, query, parameters):
        value: Decimal | str | None = row["read_as"] if row["value"] is None else plain(row["value"])
        found.setdefault((row["year"], row["back"]), []).append(
            TracedCell(
                indicator_id=indicator.id,
                text=WITHHELD if is_personal else row["text"],
                value=WITHHELD if is_personal else value,
                **{name: row[name] for name in _PLACE},
            )
        )
    return found
