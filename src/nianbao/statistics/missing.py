"""What member unions and departments owe and have not reported, and what they held a year before."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from nianbao.catalog import Project
from nianbao.statistics.counted import AGGREGATE
from nianbao.statistics.figures import plain
from nianbao.terms.form import ADDITIVE, Aggregate
from nianbao.terms.indicator import Indicator
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.warehouse.connect import Connection

Place = tuple[str, str]
"""A unit and the code of a period; for a stock the code of the year."""


@dataclass(frozen=True)
class Missing:
    """A part of a year that a unit owes and has not reported.

    `held` is what it came to a year before, None where that is not known; `counted` is what the figure has in its
    place now: for a stock, the last that the unit reported in the year.
    """

    unit_code: str
    period: str
    held: Decimal | None
    counted: Decimal | None = None


@dataclass(frozen=True)
class Gap:
    """All that is missing from a counted indicator in a year, and how those who reported grew since the year before."""

    missing: tuple[Missing, ...]
    growth: Decimal


@dataclass(frozen=True)
class _Due:
    """What is in force, and what those owe for which periods of a year who have not reported all of it.

    `in_both` pairs the places of a form and year that are in force with the same places a year before.
    """

    owed: Mapping[tuple[str, int], list[Place]]
    in_force: frozenset[tuple[str, str, str]]
    in_both: Mapping[tuple[str, int], list[tuple[Place, Place]]]


def read_gaps(connection: Connection, project: Project) -> dict[tuple[str, int], Gap]:
    """The gaps of every counted indicator that has one, by indicator and year."""
    due = _read_due(connection, project)
    absent: dict[tuple[str, int], list[Place]] = {}
    units = _Units(project)
    for indicator in project.indicators.values():
        for (form, year), places in due.owed.items():
            if indicator.form == form and (found := list(_absent(indicator, places, due, units))):
                absent[indicator.id, year] = found
    values = _read_values(connection, project, sorted({name for name, _ in absent}))
    return {
        (name, year): _gap(project.indicators[name], year, places, due, values[name])
        for (name, year), places in absent.items()
    }


def _read_due(connection: Connection, project: Project) -> _Due:
    owed: dict[tuple[str, int], list[Place]] = defaultdict(list)
    rows = connection.execute(
        "SELECT form_code, year, unit_code, period FROM core.reporting ORDER BY form_code, unit_code, period"
    ).fetchall()
    in_force = frozenset(connection.execute("SELECT form_code, unit_code, period FROM core.submission").fetchall())
    lacking = {(form, year, unit) for form, year, unit, period in rows if (form, unit, period) not in in_force}
    for form, year, unit, period in rows:
        if (form, year, unit) in lacking:
            owed[form, year].append((unit, period))
    in_both: dict[tuple[str, int], list[tuple[Place, Place]]] = defaultdict(list)
    for form, unit, code in in_force:
        before = Period.parse(code).prev_year.code
        if (form, unit, before) in in_force:
            in_both[form, project.year_of(Period.parse(code))].append(((unit, code), (unit, before)))
    return _Due(owed, in_force, in_both)


class _Units:
    """Each unit as it stood in a period, and the fields of a form that it was asked; many indicators ask the same."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._asked: dict[tuple[str, Place], tuple[Unit | None, frozenset[str]]] = {}

    def asked(self, form: str, place: Place) -> tuple[Unit | None, frozenset[str]]:
        """The unit, None where it is not in the roster, and the fields of parts that it was asked."""
        known = self._asked.get((form, place))
        if known is None:
            period = Period.parse(place[1])
            unit = self._project.roster.unit_in(place[0], period)
            parts = self._project.forms[form].parts_of(unit, period) if unit else ()
            known = self._asked[form, place] = (
                unit,
                frozenset(
                    f"{part.code}.{field.code}" for part in parts for field in part.fields if field.is_asked_in(period)
                ),
            )
        return known


def _absent(indicator: Indicator, places: Iterable[Place], due: _Due, units: _Units) -> Iterator[Place]:
    """The places at which an indicator's part is owed and not in force; of a stock only the last of a unit's year."""
    asked = [place for place in places if _is_asked(indicator, place, units)]
    if indicator.aggregate is Aggregate.LAST:
        asked = list({unit: (unit, period) for unit, period in sorted(asked, key=_in_time)}.values())
    return (place for place in asked if (indicator.form, *place) not in due.in_force)


def _in_time(place: Place) -> tuple[dt.date, int, str]:
    """Sorts periods by their last days; of two that end on one day the longer comes after the shorter."""
    period = Period.parse(place[1])
    return period.end, -period.start.toordinal(), place[0]


def _is_asked(indicator: Indicator, place: Place, units: _Units) -> bool:
    unit, fields = units.asked(indicator.form, place)
    if unit is None or indicator.period not in ("year", Period.parse(place[1]).suffix):
        return False
    if not indicator.is_about(unit):
        return False
    return any(f"{indicator.part}.{field}" in fields for field in indicator.fields)


def _read_values(
    connection: Connection, project: Project, wanted: list[str]
) -> dict[str, dict[tuple[str, str], Decimal]]:
    """What each unit reported for each period of the indicators wanted, by the query that counts them."""
    values: dict[str, dict[tuple[str, str], Decimal]] = {name: {} for name in wanted}
    rows = connection.execute(
        f"""SELECT indicator_id, unit_code, CASE WHEN aggregate = 'last' THEN CAST(year AS VARCHAR) ELSE period END,
            {AGGREGATE}
        FROM indicator.counted
        WHERE year_basis = $basis AND indicator_id IN (SELECT unnest($wanted::VARCHAR[]))
        GROUP BY indicator_id, unit_code, aggregate, 3""",
        {"basis": project.conventions.year.code, "wanted": wanted},
    ).fetchall()
    for name, unit, period, value in rows:
        if value is not None:
            values[name][unit, period] = plain(value)
    return values


def _gap(indicator: Indicator, year: int, absent: list[Place], due: _Due, values: Mapping[Place, Decimal]) -> Gap:
    is_stock = indicator.aggregate is Aggregate.LAST
    missing = []
    for unit, period in absent:
        before = Period.parse(period).prev_year.code
        held = values.get((unit, str(year - 1) if is_stock else before))
        if held is None and (indicator.form, unit, before) in due.in_force:
            held = Decimal(0)  # it was reported, and nothing in it counted
        missing.append(Missing(unit, period, held, values.get((unit, str(year))) if is_stock else None))
    return Gap(tuple(missing), _growth(indicator, year, due, values) if indicator.aggregate in ADDITIVE else Decimal(1))


def _growth(indicator: Indicator, year: int, due: _Due, values: Mapping[Place, Decimal]) -> Decimal:
    """What the places that are in force in both years came to, as a multiple of the year before, but at least one."""
    now = before = Decimal(0)
    pairs = due.in_both.get((indicator.form, year), [])
    if indicator.aggregate is Aggregate.LAST:
        units = {unit for unit, period in values if period == str(year)}
        pairs = [((unit, str(year)), (unit, str(year - 1))) for unit in units if (unit, str(year - 1)) in values]
    for here, there in pairs:
        now += values.get(here, Decimal(0))
        before += values.get(there, Decimal(0))
    return max(now / before, Decimal(1)) if before > 0 else Decimal(1)
