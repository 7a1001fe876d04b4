"""The comparable basis 可比口径: who is left out where a year is held against the one before, and how that is said."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from nianbao.catalog import Project
from nianbao.statistics.formulas import Operand, counted_behind, expand, operands_of
from nianbao.terms.form import Aggregate
from nianbao.terms.indicator import COMPARABLE, COMPARABLE_AT_END, Indicator
from nianbao.terms.unit import Comparison, Incomparable
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.connect import Connection

if TYPE_CHECKING:
    from nianbao.statistics.figures import Figures

Marked = tuple[str, int, int, str]
"""An indicator, a year, the years that a formula looks back from it, and the mark of a comparable basis."""

_SAID = {Comparison.CAME: "新增", Comparison.WENT: "撤销", Comparison.KIN: "与其有承继关系的"}
_NAMED = 5


def mark_of(indicator: Indicator, project: Project) -> str:
    """The mark of the comparable basis on which an indicator is computed, empty for every other indicator."""
    if not indicator.is_formula:
        return ""
    marks = {operand.whole for operand in operands_of(expand(indicator, project.indicators))}
    return next((mark for mark in (COMPARABLE, COMPARABLE_AT_END) if mark in marks), "")


def left_out(project: Project, basis: YearBasis, year: int, mark: str) -> tuple[Incomparable, ...]:
    """The units without whom a year is compared with the one before; nobody where there is no mark."""
    return project.roster.changes_between(*basis.compared(year, mark)) if mark else ()


def say_left_out(project: Project, year: int, mark: str) -> str:
    """Whom a comparable basis leaves out, in Chinese; empty where it is nobody."""
    found = left_out(project, project.conventions.year, year, mark)
    if not found:
        return ""
    return f"可比口径不含{year - 1}年以来{_parts(project, year, found)}。"


def say_left_in(project: Project, indicator: Indicator, year: int) -> str:
    """Who makes a change of everybody one of unlike years, where nothing on a comparable basis stands beside it."""
    behind = counted_behind(indicator, project.indicators)
    compared = {name for name, back in behind if back} & {name for name, back in behind if not back}
    if (
        not compared
        or mark_of(indicator, project)
        or any(indicator.id == each.comparable_of for each in project.indicators.values())
    ):
        return ""
    are_stocks = all(project.indicators[name].aggregate is Aggregate.LAST for name in compared)
    mark = COMPARABLE_AT_END if are_stocks else COMPARABLE
    found = left_out(project, project.conventions.year, year, mark)
    return f"没有剔除{year - 1}年以来{_parts(project, year, found)}，不是可比口径" if found else ""


def _parts(project: Project, year: int, found: Sequence[Incomparable]) -> str:
    period = project.conventions.year.period(year)
    parts = []
    for comparison, said in _SAID.items():
        units = [project.roster.named(each.unit_code, period) for each in found if each.because is comparison]
        names = [unit.short_zh for unit in units if unit]
        if names:
            parts.append(said + "、".join(names[:_NAMED]) + (f"等{len(names)}家" if len(names) > _NAMED else ""))
    return "、".join(parts)


def read_compared(connection: Connection, basis: YearBasis) -> dict[Marked, Decimal]:
    """What counts of everybody where a year is held against those before: of the same periods, and of comparable units.

    By indicator, year, years back and mark.
    """
    rows = connection.execute(
        "SELECT indicator_id, year, back, mark, value FROM indicator.compared WHERE year_basis = $basis",
        {"basis": basis.code},
    ).fetchall()
    return {(name, year, back, mark): value for name, year, back, mark, value in rows}


def both_sides(figures: Figures, change: Indicator, year: int) -> tuple[Decimal, Decimal] | None:
    """What there was the year before and what there is, as a change in per cent compares them; None where unknown."""
    base = figures.project.indicators[change.change_of]
    if change.unit != "%" or base.is_formula:
        return None
    mark = mark_of(change, figures.project)
    before, now = (figures.taken(change.id, year, Operand(base.id, back, mark)) for back in (1, 0))
    return None if before is None or now is None else (before, now)
