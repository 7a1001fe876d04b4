"""Figures: values of indicators for a year, with the coverage of the units behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.statistics.comparable import Marked, read_compared
from nianbao.statistics.formulas import Operand, counted_behind, looks_back
from nianbao.statistics.paired import read_cut_short
from nianbao.statistics.scopes import ALL
from nianbao.statistics.year_basis import needed_suffixes, table_of, why_not
from nianbao.terms.figure import Coverage, Figure
from nianbao.terms.form import Aggregate
from nianbao.terms.indicator import Indicator
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.terms.year_basis import CALENDAR_YEAR, YearBasis
from nianbao.warehouse.connect import Connection

_ADDS_UP_TO_ZERO = frozenset({Aggregate.SUM, Aggregate.COUNT, Aggregate.DISTINCT})
_ADDED_UP = (Aggregate.SUM.value, Aggregate.COUNT.value)
"""What of several periods is the sum of what each of them has."""


@dataclass(frozen=True)
class Figures:
    """The values of all indicators in the warehouse, looked up by indicator and year, then by scope.

    `covered` is the coverage of each counted indicator that counted units are asked for; `whole` are the years of
    another basis than the main one that somebody whose word counts has reported whole. `units` says how many units
    have a value, where not those of all were read. `cut_short` are the periods on which a comparison with the year
    before rests, where it is not all of both; `operands` what counts of everybody in such comparisons. `below` are
    the values of units with all that stand below them at the end of a year, of indicators that they do not report
    themselves. `by_period` parts what is added up over several periods, in their order.
    """

    project: Project
    values: dict[tuple[str, int], dict[str, Decimal]]
    covered: dict[tuple[str, int], Coverage]
    reported: frozenset[tuple[str, str, int, str, str]]
    basis: YearBasis = CALENDAR_YEAR
    whole: frozenset[tuple[str, int]] = frozenset()
    units: dict[tuple[str, int], int] | None = None
    cut_short: Mapping[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    operands: Mapping[Marked, Decimal] = field(default_factory=dict)
    below: Mapping[tuple[str, int], dict[str, Decimal]] = field(default_factory=dict)
    by_period: Mapping[tuple[str, int], Mapping[str, Decimal]] = field(default_factory=dict)

    def get(self, indicator_id: str, year: int, scope: str = ALL) -> Figure:
        """The figure of an indicator.

        Raises:
            UsageError: the indicator is not declared.
        """
        indicator = self.project.indicators.get(indicator_id)
        if indicator is None:
            raise UsageError(
                _("indicator {indicator_id!r} is not declared").format(indicator_id=indicator_id),
                next_step=_("nianbao figures lists them"),
            )
        value = self.values.get((indicator_id, year), {}).get(scope)
        if value is None and indicator.aggregate in _ADDS_UP_TO_ZERO and self._is_reported(indicator, year, scope):
            value = Decimal(0)  # the form was reported, and nothing in it counts
        return Figure(indicator_id, year, scope, value, self.coverage(indicator, year))

    def stated(self, indicator_id: str, year: int, scope: str = ALL) -> Decimal | None:
        """The value that some cell says; None too for a nought that follows only from nobody having said anything."""
        value = self.get(indicator_id, year, scope).value
        return None if value == 0 and scope not in self.values.get((indicator_id, year), {}) else value

    def of_unit(self, indicator_id: str, year: int, unit: Unit, *, stated: bool = False) -> Decimal | None:
        """What a unit comes to: its own figure or, where it is not asked itself, what those below it report.

        With `stated` a nought that no cell says is no value, as in a row of a table.
        """
        if reports_itself(self.project, indicator_id, unit):
            own = self.stated(indicator_id, year, unit.code)
            return own if stated else self.get(indicator_id, year, unit.code).value
        return self.below.get((indicator_id, year), {}).get(unit.code)

    def compared(self, indicator_id: str, year: int) -> tuple[str, ...]:
        """The periods of a year on which a figure that looks back rests in all its years; none where it is all."""
        indicators = self.project.indicators
        behind = counted_behind(indicators[indicator_id], indicators)
        found = (self.cut_short.get((name, year), ()) for name, back in behind if back)
        return tuple(dict.fromkeys(period for periods in found for period in periods))

    def taken(self, indicator_id: str, year: int, operand: Operand) -> Decimal | None:
        """What a figure of the whole takes of an operand: of years that are held against each other what is in both."""
        indicators = self.project.indicators
        name, back, mark = operand
        if looks_back(indicators[indicator_id], indicators):
            return self.operands.get((name, year, back, mark if mark != "all" else ""))
        return self.get(name, year - back).value

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
        named = indicator.unit_scope if indicator.unit_scope in self.project.units else ""
        return (indicator.form, indicator.part, year, suffix, named if scope == ALL else scope) in self.reported

    def coverage(self, indicator: Indicator, year: int) -> Coverage:
        """How many of the counted units that are asked for what is behind an indicator have reported all it needs.

        A formula is as complete as its least complete part. Nothing is expected of the counted units for what others
        report, such as the federation's own budget.
        """
        found = [
            self.covered[name, year - years]
            for name, years in counted_behind(indicator, self.project.indicators)
            if (name, year - years) in self.covered
        ]
        asked = [coverage for coverage in found if coverage.expected]
        return min(asked or found, key=lambda coverage: coverage.reported, default=Coverage(0, 0))

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
        return needed_suffixes(indicator.aggregate, suffixes, self.project.conventions.year)

    def reporters(self, indicator: Indicator, year: int) -> tuple[str, ...]:
        """The units whose reports are behind a figure of which nothing is expected of the counted units."""
        found: set[str] = set()
        for name, years in counted_behind(indicator, self.project.indicators):
            each = self.project.indicators[name]
            found |= {
                unit
                for form, part, reported, _, unit in self.reported
                if unit and (form, part, reported) == (each.form, each.part, year - years)
                and each.is_about(self.project.units[unit])
            }  # fmt: skip
        return tuple(sorted(found))

    def why_not(self, indicator_id: str, year: int) -> str:
        """Why there can be no figure on this basis, in Chinese; empty where there can, as by calendar year."""
        if self.basis.is_main:
            return ""
        indicators = self.project.indicators
        for name, back in counted_behind(indicators[indicator_id], indicators):
            if reason := self._why_not_counted(indicators[name], year - back):
                return reason
        return ""

    def _why_not_counted(self, indicator: Indicator, year: int) -> str:
        if reason := why_not(indicator, self.project, self.basis):
            return reason
        if (indicator.id, year) in self.whole:
            return ""
        form = self.project.forms[indicator.form]
        needed = needed_suffixes(indicator.aggregate, form.suffixes, self.basis)
        periods = [Period.of(year - (self.basis.years_ahead(suffix) or 0), suffix) for suffix in needed]
        return f"{form.code} {form.zh}没有单位报齐{periods[0].zh}" + (f"至{periods[-1].zh}" if periods[1:] else "")

    def years(self) -> list[int]:
        """The years with any value, earliest first."""
        return sorted({year for _, year in self.values})


@dataclass(frozen=True)
class FewUnits:
    """The units whose own values are wanted: those named, and of each indicator the first of the roster."""

    named: frozenset[str]
    first: int


def read_figures(
    connection: Connection, project: Project, basis: YearBasis | None = None, few: FewUnits | None = None,
    summed: Collection[str] = (),
) -> Figures:  # fmt: skip
    """Read the figures that the last build left in the warehouse; by the main year where none is named.

    What is asked about all units together needs only a `few` of the values of single ones, however many there are.
    `summed` are the indicators of which units are told that do not report them themselves.
    """
    basis = basis or project.conventions.year
    values: dict[tuple[str, int], dict[str, Decimal]] = {}
    units: dict[tuple[str, int], int] = {}
    for indicator_id, year, scope, value, count in _values(connection, basis, few):
        values.setdefault((indicator_id, year), {})[scope] = plain(value)
        units[indicator_id, year] = count
    named = few.named | _named(project) if few else None
    whole = "SELECT indicator_id, year FROM step.whole_year WHERE year_basis = $basis"
    return Figures(
        project,
        values,
        _covered(connection, project, basis),
        _reported(connection, project, basis, named),
        basis,
        frozenset() if basis.is_main else frozenset(connection.execute(whole, {"basis": basis.code}).fetchall()),
        units if few else None,
        read_cut_short(connection, basis),
        read_compared(connection, basis),
        _below(connection, project, summed) if basis.is_main and summed else {},
        _by_period(connection, basis),
    )


def _values(connection: Connection, basis: YearBasis, few: FewUnits | None) -> list[tuple[str, int, str, Decimal, int]]:
    """Indicator, year, scope and value, and how many units have one; of each indicator the same units in all years."""
    chosen, parameters = "", {}
    if few:
        chosen = f"""
        QUALIFY v.scope IN (SELECT unnest($named::VARCHAR[])) OR dense_rank() OVER (
            PARTITION BY v.indicator_id ORDER BY v.scope <> '{ALL}', u.place, v.scope
        ) <= $first + 1"""
        parameters = {"named": sorted(few.named), "first": few.first}
    return connection.execute(
        f"""
        SELECT v.indicator_id, v.year, v.scope, v.value,
            count(*) FILTER (WHERE v.scope <> '{ALL}') OVER (PARTITION BY v.indicator_id, v.year)
        FROM {table_of(basis)} AS v
        LEFT JOIN (SELECT unit_code, min(rowid) AS place FROM reference.units GROUP BY unit_code) AS u
            ON v.scope = u.unit_code
        WHERE v.value IS NOT NULL {chosen}
        """,
        parameters,
    ).fetchall()


def _below(
    connection: Connection, project: Project, indicators: Collection[str]
) -> dict[tuple[str, int], dict[str, Decimal]]:
    """The values of units with all below them at the ends of years, on the line on which more of those are asked."""
    found: dict[tuple[str, int], dict[str, Decimal]] = {}
    rows = connection.execute(
        "SELECT indicator_id, year, scope, value FROM indicator.tree "
        "WHERE indicator_id IN (SELECT unnest($names::VARCHAR[])) QUALIFY row_number() OVER ("
        "PARTITION BY indicator_id, year, scope ORDER BY asked DESC, unit_line = 'place' DESC) = 1",
        {"names": sorted(indicators)},
    ).fetchall()
    for indicator_id, year, scope, value in rows:
        found.setdefault((indicator_id, year), {})[scope] = plain(value)
    return found


def _by_period(connection: Connection, basis: YearBasis) -> dict[tuple[str, int], dict[str, Decimal]]:
    """What all units together reported for each period of a year, of indicators that add up more than one."""
    rows = connection.execute(
        f"""
        SELECT c.indicator_id, c.year, c.period, sum(c.value) AS value
        FROM indicator.counted AS c
        INNER JOIN (
            SELECT indicator_id, year, period, min(place) AS place FROM reference.indicator_period
            WHERE year_basis = $basis GROUP BY ALL
        ) AS p ON c.indicator_id = p.indicator_id AND c.year = p.year AND c.period = p.period
        WHERE c.year_basis = $basis AND c.aggregate IN ({", ".join(f"'{each}'" for each in _ADDED_UP)})
        GROUP BY c.indicator_id, c.year, c.period, p.place
        QUALIFY count(*) OVER (PARTITION BY c.indicator_id, c.year) > 1
        ORDER BY c.indicator_id, c.year, p.place
        """,
        {"basis": basis.code},
    ).fetchall()
    found: dict[tuple[str, int], dict[str, Decimal]] = {}
    for indicator_id, year, period, value in rows:
        found.setdefault((indicator_id, year), {})[period] = plain(value)
    return found


def _named(project: Project) -> frozenset[str]:
    """The units that forms and indicators name: what others of their level do says nothing about them."""
    forms = project.forms.values()
    names = {name for form in forms for name in form.reporters}
    names |= {name for form in forms for part in form.parts for name in part.reporters}
    names |= {indicator.unit_scope for indicator in project.indicators.values()}
    return frozenset(names & project.units.keys())


def _reported(
    connection: Connection, project: Project, basis: YearBasis, named: Collection[str] | None
) -> frozenset[tuple[str, str, int, str, str]]:
    """Form, part, year, period suffix and unit of what is in force; an empty suffix or unit stands for any.

    With `named` units, one of a level stands for all others of it: a form has the same parts for them.
    """
    whose = (
        "s.unit_code"
        if named is None
        else (
            "CASE WHEN s.unit_code IN (SELECT unnest($named::VARCHAR[])) THEN s.unit_code "
            "ELSE coalesce(u.unit_level, s.unit_code) END"
        )
    )
    rows = connection.execute(
        f"""
        SELECT s.form_code, s.period, any_value(s.unit_code)
        FROM core.submission AS s
        LEFT JOIN reference.unit_in_period AS u ON s.unit_code = u.unit_code AND s.period = u.period
        GROUP BY s.form_code, s.period, {whose}
        """,
        {} if named is None else {"named": sorted(named)},
    ).fetchall()
    found = set()
    for form_code, code, unit_code in rows:
        period = Period.parse(code)
        year = basis.year_of(period)
        if year is None:
            continue
        unit = project.roster.named(unit_code, period)
        for part in project.forms[form_code].parts_of(unit, period) if unit else ():
            kinds, units = ("", period.suffix), ("", unit_code)
            found |= {(form_code, part.code, year, kind, unit) for kind in kinds for unit in units}
    return frozenset(found)


def _covered(connection: Connection, project: Project, basis: YearBasis) -> dict[tuple[str, int], Coverage]:
    """Per counted indicator and year: the counted units that are asked, and of them those that lack a period."""
    rows = connection.execute(
        """
        SELECT indicator_id, year,
            count(*) FILTER (WHERE asked > 0), count(*) FILTER (WHERE asked = 0 AND is_complete),
            list(unit_code ORDER BY unit_code) FILTER (WHERE asked > 0 AND NOT is_complete)
        FROM indicator.coverage
        WHERE year_basis = $basis AND is_counted
        GROUP BY indicator_id, year
        """,
        {"basis": basis.code},
    ).fetchall()
    covered = {}
    for indicator_id, year, asked, unasked, lacking in rows:
        missing = tuple(_name(code, year, project) for code in lacking or ())
        if asked:
            covered[indicator_id, year] = Coverage(asked - len(missing), asked, missing)
        elif unasked:  # what an earlier year gave before anybody was asked
            covered[indicator_id, year] = Coverage(unasked, 0)
    return covered


def _name(code: str, year: int, project: Project) -> str:
    unit = project.roster.named(code, project.conventions.year.period(year))
    return unit.short_zh if unit else code


def reports_itself(project: Project, indicator_id: str, unit: Unit) -> bool:
    """Whether a unit is asked for every form behind an indicator."""
    behind = counted_behind(project.indicators[indicator_id], project.indicators)
    return all(project.forms[project.indicators[name].form].is_reported_by(unit) for name, _ in behind)


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros, and without an exponent."""
    return Decimal(format(value.normalize(), "f"))
