"""Figures: values of indicators for a year, with the coverage of the units behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.statistics.compile import ALL, TABLES, counted_behind
from nianbao.statistics.year_basis import needed_suffixes, whose_word_counts, why_not
from nianbao.terms.figure import Coverage, Figure
from nianbao.terms.form import Aggregate
from nianbao.terms.indicator import Indicator
from nianbao.terms.period import Period
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.connect import Connection

_ADDS_UP_TO_ZERO = frozenset({Aggregate.SUM, Aggregate.COUNT, Aggregate.DISTINCT})


@dataclass(frozen=True)
class Figures:
    """The values of all indicators in the warehouse, looked up by indicator and year, then by scope.

    On the basis of the statistics year a stock is covered by who has reported the quarter to September (`closing`), and
    `whole` says who has reported a form for all of a year, or (True) for that quarter.
    """

    project: Project
    values: dict[tuple[str, int], dict[str, Decimal]]
    reporting: dict[tuple[str, int], Coverage]
    reported: frozenset[tuple[str, str, int, str, str]]
    basis: YearBasis = YearBasis.CALENDAR
    closing: dict[tuple[str, int], Coverage] = field(default_factory=dict)
    whole: frozenset[tuple[str, int, bool, str]] = frozenset()

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

    def years_before(self, indicator_id: str, year: int, scope: str = ALL) -> list[Decimal]:
        """The values of the years before in one unbroken run, the oldest first."""
        values: list[Decimal] = []
        while (value := self.values.get((indicator_id, year - 1), {}).get(scope)) is not None:
            values.insert(0, value)
            year -= 1
        return values

    def _is_reported(self, indicator: Indicator, year: int, scope: str) -> bool:
        """Whether anybody whose word counts for the indicator has reported its part of a form for its period."""
        if self.why_not(indicator.id, year):
            return False
        suffix = "" if indicator.period == "year" else indicator.period
        named = indicator.unit_scope if indicator.unit_scope != "counted" else ""
        return (indicator.form, indicator.part, year, suffix, named if scope == ALL else scope) in self.reported

    def coverage(self, indicator: Indicator, year: int) -> Coverage:
        """How many of the member unions that owe the forms behind an indicator have reported them for the year.

        Nothing is expected of the member unions for what a single unit reports, such as the federation's own budget.
        """
        found = [
            covered
            for name, years in counted_behind(indicator, self.project.indicators)
            if (covered := self._counted_coverage(self.project.indicators[name], year - years)) is not None
            and self.project.indicators[name].unit_scope in ("", "counted")
        ]
        return min(found, key=lambda coverage: coverage.reported, default=Coverage(0, 0))

    def has_all_periods(self, indicator_id: str, year: int) -> bool:
        """Whether each period that a figure adds up has been reported by somebody: a part of a year is no year."""
        indicators = self.project.indicators
        return all(
            (indicators[name].form, indicators[name].part, year - back, suffix, "") in self.reported
            for name, back in counted_behind(indicators[indicator_id], indicators)
            for suffix in self._suffixes(indicators[name])
        )

    def _suffixes(self, indicator: Indicator) -> tuple[str, ...]:
        """The periods of a year that an indicator needs; of a stock the last one is enough."""
        if indicator.period != "year":
            return (indicator.period,)
        suffixes = self.project.forms[indicator.form].part(indicator.part).suffixes
        return suffixes[-1:] if indicator.aggregate is Aggregate.LAST else suffixes

    def reporters(self, indicator: Indicator, year: int) -> tuple[str, ...]:
        """The units whose reports are behind a figure of which nothing is expected of the member unions."""
        found: set[str] = set()
        for name, years in counted_behind(indicator, self.project.indicators):
            each = self.project.indicators[name]
            found |= {
                unit
                for form, part, reported, _, unit in self.reported
                if unit and (form, part, reported) == (each.form, each.part, year - years)
                and each.unit_scope in ("", "counted", unit)
            }  # fmt: skip
        return tuple(sorted(found))

    def _counted_coverage(self, indicator: Indicator, year: int) -> Coverage | None:
        is_stock = self.basis is YearBasis.STATISTICS and indicator.aggregate is Aggregate.LAST
        return (self.closing if is_stock else self.reporting).get((indicator.form, year))

    def why_not(self, indicator_id: str, year: int) -> str:
        """Why there can be no figure on this basis, in Chinese; empty where there can, as by calendar year."""
        if self.basis is YearBasis.CALENDAR:
            return ""
        indicators = self.project.indicators
        for name, back in counted_behind(indicators[indicator_id], indicators):
            if reason := self._why_not_counted(indicators[name], year - back):
                return reason
        return ""

    def _why_not_counted(self, indicator: Indicator, year: int) -> str:
        if reason := why_not(indicator, self.project, self.basis):
            return reason
        is_stock = indicator.aggregate is Aggregate.LAST
        if any(
            (indicator.form, year, is_stock, unit) in self.whole for unit in whose_word_counts(indicator, self.project)
        ):
            return ""
        form = self.project.forms[indicator.form]
        needed = needed_suffixes(indicator.aggregate, form.suffixes, self.basis)
        periods = [Period.parse(f"{year - (self.basis.years_ahead(suffix) or 0)}{suffix}") for suffix in needed]
        return f"{form.code} {form.zh}没有单位报齐{periods[0].zh}" + (f"至{periods[-1].zh}" if periods[1:] else "")

    def years(self) -> list[int]:
        """The years with any value, earliest first."""
        return sorted({year for _, year in self.values})


def read_figures(connection: Connection, project: Project, basis: YearBasis = YearBasis.CALENDAR) -> Figures:
    """Read the figures that the last build left in the warehouse."""
    rows = connection.execute(f"SELECT indicator_id, year, scope, value FROM {TABLES[basis]}").fetchall()
    values: dict[tuple[str, int], dict[str, Decimal]] = {}
    for indicator_id, year, scope, value in rows:
        if value is not None:
            values.setdefault((indicator_id, year), {})[scope] = plain(value)
    reported = _reported(connection, project, basis)
    if basis is YearBasis.CALENDAR:
        return Figures(project, values, _coverage(connection), reported)
    sent, owing = _sent(connection, basis), _owing(connection, basis)
    whole, covered = set(), {}
    for is_stock, aggregate in ((False, Aggregate.SUM), (True, Aggregate.LAST)):
        needed = {code: {*needed_suffixes(aggregate, form.suffixes, basis)} for code, form in project.forms.items()}
        whole |= {(form, year, is_stock, unit) for (form, year, unit), known in sent.items() if needed[form] <= known}
        covered[is_stock] = {
            (form, year): _count(
                (name, needed[form] <= sent.get((form, year, unit), set())) for unit, name in units.items()
            )
            for (form, year), units in owing.items()
        }
    return Figures(project, values, covered[False], reported, basis, covered[True], frozenset(whole))


def _sent(connection: Connection, basis: YearBasis) -> dict[tuple[str, int, str], set[str]]:
    """The kinds of period that are in force, by form, year of the basis and unit."""
    found: dict[tuple[str, int, str], set[str]] = {}
    for form, code, unit in connection.execute("SELECT form_code, period, unit_code FROM core.submission").fetchall():
        period = Period.parse(code)
        if (year := basis.year_of(period)) is not None:
            found.setdefault((form, year, unit), set()).add(period.suffix)
    return found


def _owing(connection: Connection, basis: YearBasis) -> dict[tuple[str, int], dict[str, str]]:
    """The member unions that owe a form in a year of the basis, with their names."""
    rows = connection.execute("""
        SELECT reporting.form_code, reporting.period, reporting.unit_code, unit.short_zh
        FROM core.reporting AS reporting
        INNER JOIN core.unit AS unit ON reporting.unit_code = unit.unit_code
        WHERE unit.is_counted
        ORDER BY reporting.unit_code
    """).fetchall()
    found: dict[tuple[str, int], dict[str, str]] = {}
    for form, code, unit, name in rows:
        if (year := basis.year_of(Period.parse(code))) is not None:
            found.setdefault((form, year), {})[unit] = name
    return found


def _reported(connection: Connection, project: Project, basis: YearBasis) -> frozenset[tuple[str, str, int, str, str]]:
    """Form, part, year, period suffix and unit of what is in force; an empty suffix or unit stands for any."""
    rows = connection.execute("SELECT form_code, period, unit_code FROM core.submission").fetchall()
    found = set()
    for form_code, code, unit_code in rows:
        period = Period.parse(code)
        year = basis.year_of(period)
        if year is None:
            continue
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
        WHERE unit.is_counted
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
