"""What units owe and have not reported, and what they held a year before."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from nianbao.catalog import Project
from nianbao.statistics.counted import AGGREGATE
from nianbao.statistics.figures import plain
from nianbao.terms.form import ADDITIVE, Aggregate, Part
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
    """What those owe for which periods of a form and year who have not reported all of it, and what of theirs counts.

    `in_force` are forms, units and periods, those of other years among them.
    """

    owed: Mapping[tuple[str, int], list[Place]]
    in_force: frozenset[tuple[str, str, str]]


def read_gaps(connection: Connection, project: Project) -> dict[tuple[str, int], Gap]:
    """The gaps of every counted indicator that has one, by indicator and year."""
    due = _read_due(connection)
    absent: dict[tuple[str, int], list[Place]] = {}
    units = _Units(project)
    owed = {(form, year): units.asked(form, places) for (form, year), places in due.owed.items()}
    for indicator in project.indicators.values():
        for (form, year), asked in owed.items():
            if indicator.form == form and (found := _absent(indicator, asked, due)):
                absent[indicator.id, year] = found
    wanted = sorted({name for name, _ in absent})
    looked_up = {place for (name, year), places in absent.items() for place in _looked_up(project, name, year, places)}
    values, growth = _read_values(connection, project, wanted, looked_up), _read_growth(connection, project, wanted)
    return {
        (name, year): _gap(project.indicators[name], year, places, due, values[name], growth.get((name, year)))
        for (name, year), places in absent.items()
    }


def read_compared_gaps(
    connection: Connection, project: Project, cut_short: Iterable[tuple[str, int]]
) -> dict[tuple[str, int, int], Gap]:
    """The gaps of counted indicators in years that are held against those before, of the periods that are compared.

    By indicator, year compared and years back; only where the comparison is not of all periods of both years.
    """
    cut = frozenset(cut_short)
    if not cut:
        return {}
    due, units = _read_due(connection), _Units(project)
    periods: dict[tuple[str, int, int], set[str]] = defaultdict(set)
    rows = connection.execute(
        "SELECT DISTINCT indicator_id, for_year, back, period FROM indicator.paired_period WHERE year_basis = $basis",
        {"basis": project.conventions.year.code},
    ).fetchall()
    for name, year, back, period in rows:
        if (name, year) in cut:
            periods[name, year, back].add(period)
    absent: dict[tuple[str, int, int], list[Place]] = {}
    for (name, year, back), compared in periods.items():
        indicator = project.indicators[name]
        places = [place for place in due.owed.get((indicator.form, year - back), ()) if place[1] in compared]
        if found := _absent(indicator, units.asked(indicator.form, places), due):
            absent[name, year, back] = found
    names = sorted({name for name, _, _ in absent})
    growth, values = _read_growth(connection, project, names), _read_compared(connection, project, names)
    of_stocks = _read_growth_of_stocks(connection, project, names)
    found_gaps = {}
    for (name, year, back), places in absent.items():
        # Of a stock the place is the year: there the values are those of the periods compared.
        by_place = {
            (unit, str(year - of) if project.indicators[name].aggregate is Aggregate.LAST else place): value
            for (which, for_year, of, unit, place), value in values.items()
            if (which, for_year) == (name, year)
        }
        grown = of_stocks.get((name, year, back), growth.get((name, year - back)))
        found_gaps[name, year, back] = _gap(project.indicators[name], year - back, places, due, by_place, grown)
    return found_gaps


def _read_compared(
    connection: Connection, project: Project, names: list[str]
) -> dict[tuple[str, int, int, str, str], Decimal]:
    """What the units that lack something count with in comparisons: by indicator, year, years back, unit and period."""
    rows = connection.execute(
        f"""
        SELECT p.indicator_id, p.for_year, p.back, p.unit_code, p.period, {AGGREGATE} AS value
        FROM step.paired AS p SEMI JOIN {_LACKING} AS l ON p.unit_code = l.unit_code
        WHERE p.year_basis = $basis AND p.indicator_id IN (SELECT unnest($wanted::VARCHAR[]))
        GROUP BY p.indicator_id, p.aggregate, p.for_year, p.back, p.unit_code, p.period
        """,
        {"basis": project.conventions.year.code, "wanted": names},
    ).fetchall()
    return {
        (name, year, back, unit, period): plain(value)
        for name, year, back, unit, period, value in rows
        if value is not None
    }


_LACKING = "(SELECT DISTINCT form_code, unit_code FROM core.reporting WHERE submission_id IS NULL)"


def _read_due(connection: Connection) -> _Due:
    """Only those who lack something are read: they are few, however many there are."""
    owed: dict[tuple[str, int], list[Place]] = defaultdict(list)
    rows = connection.execute(
        """
        SELECT form_code, year, unit_code, period FROM core.reporting
        QUALIFY bool_or(submission_id IS NULL) OVER (PARTITION BY form_code, year, unit_code)
        ORDER BY form_code, unit_code, period
        """
    ).fetchall()
    for form, year, unit, period in rows:
        owed[form, year].append((unit, period))
    in_force = connection.execute(
        f"""
        SELECT s.form_code, s.unit_code, s.period
        FROM core.submission AS s SEMI JOIN {_LACKING} AS l ON s.form_code = l.form_code AND s.unit_code = l.unit_code
        """
    ).fetchall()
    return _Due(owed, frozenset(in_force))


@dataclass(frozen=True)
class _Asked:
    """A form of a period that a unit owes, the unit as it stood then, and the fields of parts that it was asked."""

    place: Place
    period: Period
    unit: Unit
    fields: frozenset[str]


class _Units:
    """Who was asked what where something is owed: each place is looked up once, many indicators ask the same."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._asked: dict[tuple[str, Place], _Asked | None] = {}
        self._fields: dict[tuple[str, Period, tuple[str, ...]], frozenset[str]] = {}

    def asked(self, form: str, places: Collection[Place]) -> list[_Asked]:
        """The places at which a unit of the roster owes a form, in their order."""
        for key in ((form, place) for place in places):
            if key not in self._asked:
                self._asked[key] = self._look_up(*key)
        return [each for place in places if (each := self._asked[form, place])]

    def _look_up(self, form: str, place: Place) -> _Asked | None:
        period = Period.parse(place[1])
        unit = self._project.roster.unit_in(place[0], period)
        if unit is None:
            return None
        parts = self._project.forms[form].parts_of(unit, period)
        return _Asked(place, period, unit, self._fields_of(form, period, parts))

    def _fields_of(self, form: str, period: Period, parts: tuple[Part, ...]) -> frozenset[str]:
        key = form, period, tuple(part.code for part in parts)
        if key not in self._fields:
            self._fields[key] = frozenset(
                f"{part.code}.{field.code}" for part in parts for field in part.fields if field.is_asked_in(period)
            )
        return self._fields[key]


def _absent(indicator: Indicator, asked: Iterable[_Asked], due: _Due) -> list[Place]:
    """The places at which an indicator's part is owed and not in force; of a stock only the last of a unit's year."""
    fields = {f"{indicator.part}.{field}" for field in indicator.fields}
    asked = [
        each
        for each in asked
        if indicator.period in ("year", each.period.suffix)
        and not fields.isdisjoint(each.fields)
        and indicator.is_about(each.unit)
    ]
    if indicator.aggregate is Aggregate.LAST:
        asked = {each.place[0]: each for each in sorted(asked, key=_in_time)}.values()
    return [each.place for each in asked if (indicator.form, *each.place) not in due.in_force]


def _in_time(asked: _Asked) -> tuple[dt.date, int, str]:
    """Sorts periods by their last days; of two that end on one day the longer comes after the shorter."""
    return asked.period.end, -asked.period.start.toordinal(), asked.place[0]


_REPEATED = """(
    SELECT unit_code FROM core.submission
    GROUP BY unit_code
    HAVING count(DISTINCT year) > 1 OR count(DISTINCT left(period, 4)) > 1
)"""
"""The units that stand in more than one year: only they can have grown."""


def _values(of: str) -> str:
    """What units of a query reported for each period of the indicators wanted, of a stock for each year, as counted."""
    return f"""
    SELECT c.indicator_id, c.unit_code, {AGGREGATE} AS value,
        CASE WHEN c.aggregate = 'last' THEN CAST(c.year AS VARCHAR) ELSE c.period END AS place
    FROM indicator.counted AS c SEMI JOIN {of} AS u ON c.unit_code = u.unit_code
    WHERE c.year_basis = $basis AND c.indicator_id IN (SELECT unnest($wanted::VARCHAR[]))
    GROUP BY c.indicator_id, c.unit_code, c.aggregate, place"""


def _read_values(
    connection: Connection, project: Project, wanted: list[str], places: Collection[str]
) -> dict[str, dict[tuple[str, str], Decimal]]:
    """The values of the units that lack something at some places, by indicator."""
    values: dict[str, dict[tuple[str, str], Decimal]] = {name: {} for name in wanted}
    rows = connection.execute(
        f"""
        SELECT v.indicator_id, v.unit_code, v.place, v.value
        FROM ({_values(_LACKING)}) AS v
        WHERE v.value IS NOT NULL AND list_contains($places, v.place)
        """,
        {"basis": project.conventions.year.code, "wanted": wanted, "places": sorted(places)},
    ).fetchall()
    for name, unit, place, value in rows:
        values[name][unit, place] = plain(value)
    return values


def _looked_up(project: Project, name: str, year: int, absent: Iterable[Place]) -> set[str]:
    """Where a gap looks for values: the periods a year before, of a stock the year and the one before."""
    if project.indicators[name].aggregate is Aggregate.LAST:
        return {str(year), str(year - 1)}
    return {Period.parse(period).prev_year.code for period in {period for _, period in absent}}


def _gap(
    indicator: Indicator, year: int, absent: list[Place], due: _Due, values: Mapping[Place, Decimal],
    growth: Decimal | None,
) -> Gap:  # fmt: skip
    is_stock = indicator.aggregate is Aggregate.LAST
    missing = []
    for unit, period in absent:
        before = Period.parse(period).prev_year.code
        held = values.get((unit, str(year - 1) if is_stock else before))
        if held is None and (indicator.form, unit, before) in due.in_force:
            held = Decimal(0)  # it was reported, and nothing in it counted
        missing.append(Missing(unit, period, held, values.get((unit, str(year))) if is_stock else None))
    return Gap(tuple(missing), growth if growth is not None and indicator.aggregate in ADDITIVE else Decimal(1))


def _read_growth(connection: Connection, project: Project, wanted: list[str]) -> dict[tuple[str, int], Decimal]:
    """What the places that count in both years came to, as a multiple of the year before, but at least one.

    A place is a period of a unit, of a stock its year.
    """
    rows = connection.execute(
        f"""
        WITH value AS ({_values(_REPEATED)}),

        place AS (
            SELECT v.indicator_id, v.unit_code, v.place, b.place AS before, TRY_CAST(v.place AS INTEGER) AS year
            FROM value AS v
            INNER JOIN value AS b
                ON v.indicator_id = b.indicator_id AND v.unit_code = b.unit_code
                AND TRY_CAST(v.place AS INTEGER) = TRY_CAST(b.place AS INTEGER) + 1
            INNER JOIN reference.indicators AS i ON v.indicator_id = i.indicator_id
            WHERE i.aggregate = 'last'
            UNION ALL
            SELECT i.indicator_id, s.unit_code, s.period, b.period, s.year
            FROM core.submission AS s
            INNER JOIN core.submission AS b
                ON s.form_code = b.form_code AND s.unit_code = b.unit_code AND substr(s.period, 5) = substr(b.period, 5)
                AND TRY_CAST(left(s.period, 4) AS INTEGER) = TRY_CAST(left(b.period, 4) AS INTEGER) + 1
            INNER JOIN reference.indicators AS i ON s.form_code = i.form_code
            WHERE i.aggregate <> 'last' AND i.indicator_id IN (SELECT unnest($wanted::VARCHAR[]))
        )

        SELECT p.indicator_id, p.year, coalesce(sum(n.value), 0), coalesce(sum(b.value), 0)
        FROM place AS p
        LEFT JOIN value AS n
            ON p.indicator_id = n.indicator_id AND p.unit_code = n.unit_code AND p.place = n.place
        LEFT JOIN value AS b
            ON p.indicator_id = b.indicator_id AND p.unit_code = b.unit_code AND p.before = b.place
        GROUP BY p.indicator_id, p.year
        """,
        {"basis": project.conventions.year.code, "wanted": wanted},
    ).fetchall()
    return {(name, year): max(now / before, Decimal(1)) for name, year, now, before in rows if before > 0}


def _read_growth_of_stocks(
    connection: Connection, project: Project, wanted: list[str]
) -> dict[tuple[str, int, int], Decimal]:
    """As `_read_growth`, of stocks in comparisons: from the periods compared of a year to those of the next.

    By indicator, year compared and years back; flows grow from period to period wherever they stand.
    """
    rows = connection.execute(
        f"""
        WITH value AS (
            SELECT indicator_id, for_year, back, unit_code, {AGGREGATE} AS value
            FROM step.paired
            WHERE year_basis = $basis AND aggregate = 'last' AND indicator_id IN (SELECT unnest($wanted::VARCHAR[]))
            GROUP BY indicator_id, aggregate, for_year, back, unit_code
        )

        SELECT n.indicator_id, n.for_year, n.back, sum(n.value), sum(b.value)
        FROM value AS n
        INNER JOIN value AS b
            ON n.indicator_id = b.indicator_id AND n.for_year = b.for_year AND n.unit_code = b.unit_code
            AND b.back = n.back + 1
        GROUP BY n.indicator_id, n.for_year, n.back
        """,
        {"basis": project.conventions.year.code, "wanted": wanted},
    ).fetchall()
    return {(name, year, back): max(now / before, Decimal(1)) for name, year, back, now, before in rows if before > 0}
