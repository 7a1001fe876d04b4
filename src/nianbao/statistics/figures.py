"""Figures: values of indicators for a year, with the coverage of the units behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.statistics.compile import ALL, counted_behind
from nianbao.terms.figure import Coverage, Figure
from nianbao.terms.form import Aggregate
from nianbao.terms.indicator import Indicator
from nianbao.terms.period import Period
from nianbao.warehouse.connect import Connection

_ADDS_UP_TO_ZERO = frozenset({Aggregate.SUM, Aggregate.COUNT, Aggregate.DISTINCT})


@dataclass(frozen=True)
class Figures:
    """The values of all indicators in the warehouse, looked up by indicator and year, then by scope."""

    project: Project
    values: dict[tuple[str, int], dict[str, Decimal]]
    reporting: dict[tuple[str, int], Coverage]
    reported: frozenset[tuple[str, str, int, str, str]]

    def get(self, indicator_id: str, year: int, scope: str = ALL) -> Figure:
        """The figure of an indicator.

        Raises:
            UsageError: the indicator is not declared.
        """
        indicator = self.project.indicators.get(indicator_id)
        if indicator is None:
            raise UsageError(f"indicator {indicator_id!r} is not declared", next_step="nianbao figures lists them")
        value = self.values.get((indicator_id, year), {}).get(scope)
        if value is None and indicator.aggregate in _ADDS_UP_TO_ZERO and self._is_reported(indicator, year, scope):
            value = Decimal(0)  # the form was reported, and nothing in it counts
        return Figure(indicator_id, year, scope, value, self.coverage(indicator, year))

    def _is_reported(self, indicator: Indicator, year: int, scope: str) -> bool:
        """Whether anybody whose word counts for the indicator has reported its part of a form for its period."""
        suffix = "" if indicator.period == "year" else indicator.period
        named = indicator.unit_scope if indicator.unit_scope != "members" else ""
        return (indicator.form, indicator.part, year, suffix, named if scope == ALL else scope) in self.reported

    def coverage(self, indicator: Indicator, year: int) -> Coverage:
        """How many of the member unions that owe the forms behind an indicator have reported them for the year.

        Nothing is expected of the member unions for what a single unit reports, such as the federation's own budget.
        """
        found = [
            self.reporting[self.project.indicators[name].form, year - years]
            for name, years in counted_behind(indicator, self.project.indicators)
            if (self.project.indicators[name].form, year - years) in self.reporting
            and self.project.indicators[name].unit_scope in ("", "members")
        ]
        return min(found, key=lambda coverage: coverage.reported, default=Coverage(0, 0))

    def reporters(self, indicator: Indicator, year: int) -> tuple[str, ...]:
        """The units whose reports are behind a figure of which nothing is expected of the member unions."""
        found: set[str] = set()
        for name, years in counted_behind(indicator, self.project.indicators):
            each = self.project.indicators[name]
            found |= {
                unit
                for form, part, reported, _, unit in self.reported
                if unit and (form, part, reported) == (each.form, each.part, year - years)
                and each.unit_scope in ("", "members", unit)
            }  # fmt: skip
        return tuple(sorted(found))

    def years(self) -> list[int]:
        """The years with any value, earliest first."""
        return sorted({year for _, year in self.values})


def read_figures(connection: Connection, project: Project) -> Figures:
    """Read the figures that the last build left in the warehouse."""
    rows = connection.execute("SELECT indicator_id, year, scope, value FROM indicator.value").fetchall()
    values: dict[tuple[str, int], dict[str, Decimal]] = {}
    for indicator_id, year, scope, value in rows:
        if value is not None:
            values.setdefault((indicator_id, year), {})[scope] = plain(value)
    return Figures(project, values, _coverage(connection), _reported(connection, project))


def _reported(connection: Connection, project: Project) -> frozenset[tuple[str, str, int, str, str]]:
    """Form, part, year, period suffix and unit of what is in force; an empty suffix or unit stands for any."""
    rows = connection.execute("SELECT form_code, year, period, unit_code FROM core.submission").fetchall()
    found = set()
    for form_code, year, code, unit_code in rows:
        period = Period.parse(code)
        for part in project.forms[form_code].parts_of(project.units[unit_code], period):
            kinds, units = ("", period.suffix), ("", unit_code)
            found |= {(form_code, part.code, year, kind, unit) for kind in kinds for unit in units}
    return frozenset(found)


def _coverage(connection: Connection) -> dict[tuple[str, int], Coverage]:
    """Per form and year: member unions with every due period in force, of those that owe the form."""
    rows = connection.execute("""
        SELECT reporting.form_code, reporting.year, reporting.unit_code, unit.short_zh,
            bool_and(reporting.submission_id IS NOT NULL)
        FROM core.reporting AS reporting
        INNER JOIN core.unit AS unit ON reporting.unit_code = unit.unit_code
        WHERE unit.is_member
        GROUP BY reporting.form_code, reporting.year, reporting.unit_code, unit.short_zh
        ORDER BY reporting.unit_code
    """).fetchall()
    grouped: dict[tuple[str, int], list[tuple[str, bool]]] = {}
    for form_code, year, _, name, is_complete in rows:
        grouped.setdefault((form_code, year), []).append((name, is_complete))
    return {key: _count(units) for key, units in grouped.items()}


def _count(units: Iterable[tuple[str, bool]]) -> Coverage:
    listed = list(units)
    missing = tuple(name for name, is_complete in listed if not is_complete)
    return Coverage(len(listed) - len(missing), len(listed), missing)


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros, and without an exponent."""
    return Decimal(format(value.normalize(), "f"))
