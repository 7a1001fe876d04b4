"""The roster, the forms and the years by period: who stood when, who is asked what, who answers for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.terms.form import Aggregate, Field, Part
from nianbao.terms.indicator import COMPARABLE, COMPARABLE_AT_END, WHOLE_YEAR, Indicator
from nianbao.terms.period import Period
from nianbao.terms.unit import LINES
from nianbao.terms.year_basis import YearBasis
from nianbao.warehouse.reference_table import ReferenceTable

LONGEST = 100
"""Years that who owes what is told for: of more a build has no end, and only a wrong clock speaks of them."""

_Rows = list[tuple[str, ...]]


def time_tables(project: Project, year: int) -> Iterator[ReferenceTable]:
    """The tables of the schema reference that speak of periods and years, up to the end of a running year."""
    periods = _periods_up_to(project, year)
    years = range(project.conventions.history_from, year + 2)
    yield _unit_in_period(project, periods)
    yield _unit_in_year(project, years)
    yield _standing(project, periods, years)
    yield _tree(project, years)
    yield _incomparable(project, years)
    yield _year_before(project, periods)


def ended_tables(project: Project, today: dt.date) -> Iterator[ReferenceTable]:
    """Those that speak of what has ended by a day: they grow by a period at a time."""
    periods = periods_until(project, today)
    yield from _asked(project, periods, today)
    yield _indicator_period(project, periods, today)


def periods_until(project: Project, today: dt.date) -> list[Period]:
    """Every period of every form from the first year of history to the end of the running one, in the order of time.

    The years themselves are among them. Of two that end on one day the longer comes last: it is the last word about
    that day.

    Raises:
        UsageError: the day is more than `LONGEST` years after the first one.
    """
    first = project.conventions.history_from
    if today.year - first > LONGEST:
        what = _("{day} is more than {LONGEST} years after {first}, the first year that reports are taken of")
        step = _("set the clock of this machine right, or name an earlier day, and run again")
        raise UsageError(what.format(day=today, LONGEST=LONGEST, first=first), next_step=step)
    return _periods_up_to(project, today.year)


def _periods_up_to(project: Project, year: int) -> list[Period]:
    suffixes = dict.fromkeys(("Y", *(suffix for form in project.forms.values() for suffix in form.suffixes)))
    years = range(project.conventions.history_from, year + 1)
    periods = [Period.of(each, suffix) for each in years for suffix in suffixes]
    return sorted(periods, key=lambda period: (period.end, -period.start.toordinal()))


def _unit_in_period(project: Project, periods: list[Period]) -> ReferenceTable:
    """How each unit stood in each period: what a check or a model joins on unit and period."""
    rows: _Rows = [
        (unit.code, period.code, unit.level.code, flag(unit.level.is_root), flag(unit.is_counted), unit.zh,
         unit.short_zh, unit.place_parent, unit.industry_parent, flag(unit.is_valid_on(period.end)))
        for period in periods
        for unit in project.roster.units_in(period).values()
    ]  # fmt: skip
    return ReferenceTable(
        "unit_in_period",
        "报告期内的单位",
        "units as they stood on their last day in a period; one row per unit and period",
        ("unit_code", "period", "unit_level", "is_root", "is_counted", "zh", "short_zh", "place_parent",
         "industry_parent", "is_at_end"),
        rows,
        {"is_root": "BOOLEAN", "is_counted": "BOOLEAN", "is_at_end": "BOOLEAN"},
    )  # fmt: skip


def _asked(project: Project, periods: list[Period], today: dt.date) -> Iterator[ReferenceTable]:
    """Who owes which form, and which parts of it, for which period that is over."""
    due: _Rows = []
    asked: _Rows = []
    for form in project.forms.values():
        for period in periods:
            if period.suffix not in form.suffixes or period.end >= today or not project.is_asked(form, period):
                continue
            year = str(project.year_of(period))
            for unit in project.roster.on(period.end).values():
                parts = form.parts_of(unit, period)
                if parts:
                    deadline = project.deadline(form, period, unit)
                    days = (deadline.due_on.isoformat(), deadline.accepted_until.isoformat())
                    due.append((unit.code, form.code, period.code, year, *days))
                    asked += [(unit.code, form.code, part.code, period.code) for part in parts]
    yield ReferenceTable(
        "due",
        "应报",
        "who owes what; one row per unit, form and period that is over",
        ("unit_code", "form_code", "period", "year", "due_on", "accepted_until"),
        due,
        {"year": "INTEGER", "due_on": "DATE", "accepted_until": "DATE"},
    )
    yield ReferenceTable(
        "asked",
        "应报分表",
        "who is asked for which part; one row per unit, part and period that is over",
        ("unit_code", "form_code", "part", "period"),
        asked,
        {},
    )


def _indicator_period(project: Project, periods: list[Period], today: dt.date) -> ReferenceTable:
    """Which periods a counted indicator takes in a year, from which field, and which of them its coverage needs."""
    rows: _Rows = []
    places = {period: place for place, period in enumerate(periods)}
    for indicator in project.indicators.values():
        if indicator.is_formula:
            continue
        form = project.forms[indicator.form]
        part = form.part(indicator.part)
        for basis in project.year_bases:
            for year, taken in _by_year(indicator, part, basis, periods).items():
                asked = [each for each in taken if project.is_asked(form, each) and each.end < today]
                closed = [each for each in taken if project.is_closed(form, each, today)]
                rows += _rows_of_year(indicator, part, basis, year, taken, asked, closed, places)
    return ReferenceTable(
        "indicator_period",
        "指标取数的报告期",
        "the periods that a counted indicator takes in a year; one row per indicator, year basis, year and period",
        ("indicator_id", "year_basis", "year", "period", "field", "place", "is_asked", "is_needed", "is_of_whole",
         "is_closed"),
        rows,
        {"year": "INTEGER", "place": "INTEGER", "is_asked": "BOOLEAN", "is_needed": "BOOLEAN",
         "is_of_whole": "BOOLEAN", "is_closed": "BOOLEAN"},
    )  # fmt: skip


def _by_year(indicator: Indicator, part: Part, basis: YearBasis, periods: list[Period]) -> dict[int, list[Period]]:
    found: dict[int, list[Period]] = {}
    for period in periods:
        if period.suffix in part.suffixes and indicator.period in (WHOLE_YEAR, period.suffix):
            year = basis.year_of(period)
            if year is not None:
                found.setdefault(year, []).append(period)
    return found


def _rows_of_year(
    indicator: Indicator, part: Part, basis: YearBasis, year: int, taken: list[Period], asked: list[Period],
    closed: list[Period], places: dict[Period, int],
) -> Iterator[tuple[str, ...]]:  # fmt: skip
    """A stock needs the last period that is asked and over, every other indicator all of them."""
    is_stock = indicator.aggregate is Aggregate.LAST
    asking = {period: field_of(indicator, part, period) for period in taken}
    asked = [period for period in asked if asking[period]]
    needed = asked[-1:] if is_stock else asked
    whole = taken[-1:] if is_stock else taken
    for period in taken:
        field = asking[period]
        yield (
            indicator.id, basis.code, str(year), period.code, field.code if field else indicator.field,
            str(places[period]), flag(period in asked), flag(period in needed), flag(period in whole),
            flag(period in closed),
        )  # fmt: skip


def field_of(indicator: Indicator, part: Part, period: Period) -> Field | None:
    """The field that an indicator takes in a period: of those declared the one that is asked then."""
    return next((field for code in indicator.fields if (field := part.field(code)).is_asked_in(period)), None)


def _unit_in_year(project: Project, years: range) -> ReferenceTable:
    """The units of a year, and whether they stood on its last day."""
    rows: _Rows = []
    for basis in project.year_bases:
        for year in years:
            first, last = basis.span(year)
            standing = project.roster.on(last)
            rows += [
                (basis.code, str(year), code, flag(code in standing))
                for code, versions in project.roster.by_code.items()
                if any(unit.valid_from <= last and (unit.valid_to or last) >= first for unit in versions)
            ]
    return ReferenceTable(
        "unit_in_year",
        "年度内的单位",
        "units of a year; one row per year basis, year and unit",
        ("year_basis", "year", "unit_code", "is_at_end"),
        rows,
        {"year": "INTEGER", "is_at_end": "BOOLEAN"},
    )


def _standing(project: Project, periods: list[Period], years: range) -> ReferenceTable:
    rows = [
        row
        for basis in project.year_bases
        for year in years
        for row in standing_on(project, periods, basis, year, basis.span(year)[1])
    ]
    return ReferenceTable(
        "standing",
        "年末承继单位",
        "who answers at the end of a year for a unit that was succeeded; one row per unit, period, basis, year and "
        "successor",
        STANDING_COLUMNS,
        rows,
        {"year": "INTEGER", "share": "DECIMAL(13, 12)"},
    )


STANDING_COLUMNS = ("unit_code", "period", "year_basis", "year", "successor", "share")
TREE_COLUMNS = ("year_basis", "year", "unit_line", "scope", "unit_code", "depth")


def standing_on(
    project: Project, periods: Iterable[Period], basis: YearBasis, year: int, day: dt.date
) -> Iterator[tuple[str, ...]]:
    """Who answers on a day for what a unit reported in the periods up to a year, where that is not the unit alone."""
    roster = project.roster
    so_far = [period for period in periods if (of := basis.year_of(period)) is not None and of <= year]
    for code in sorted({each.unit_code for each in roster.successions}):
        for period in so_far:
            if roster.unit_in(code, period) is None:
                continue
            standing = roster.succeeded(code, roster.last_day_in(code, period), day)
            if [each.unit_code for each in standing] != [code]:
                for each in standing:
                    yield code, period.code, basis.code, str(year), each.unit_code, str(each.share)


def tree_on(project: Project, basis: YearBasis, year: int, day: dt.date) -> Iterator[tuple[str, ...]]:
    """What stands below each unit on a day, itself included; what is gone stands where it last did.

    A unit that comes later, as long as it has reported for the year, stands where it will stand first.
    """
    roster, last = project.roster, max(day, basis.span(year)[1])
    codes = [code for code, versions in roster.by_code.items() if versions[0].valid_from <= last]
    for line in LINES:
        for code in codes:
            above = (code, *roster.ancestors(code, line, day))
            for depth, scope in enumerate(above):
                yield basis.code, str(year), line, scope, code, str(depth)


def _tree(project: Project, years: range) -> ReferenceTable:
    rows = [
        row
        for basis in project.year_bases
        for year in years
        for row in tree_on(project, basis, year, basis.span(year)[1])
    ]
    return ReferenceTable(
        "tree",
        "年末单位关系",
        "what stands below a unit at the end of a year; one row per year basis, year, line, unit above and unit",
        TREE_COLUMNS,
        rows,
        {"year": "INTEGER", "depth": "INTEGER"},
    )


def _incomparable(project: Project, years: range) -> ReferenceTable:
    """Who is left out where a year is compared with the one before: of flows over both years, of stocks at their ends.

    A year in which nobody came or went has no rows: there everything is comparable as it is.
    """
    rows: _Rows = []
    for basis in project.year_bases:
        for year in years:
            for mark in (COMPARABLE, COMPARABLE_AT_END):
                rows += [
                    (basis.code, str(year), mark, each.unit_code, each.because.value)
                    for each in project.roster.changes_between(*basis.compared(year, mark))
                ]
    return ReferenceTable(
        "incomparable",
        "不可比单位",
        "units left out of the comparable basis with the year before; one row per year basis, year, mark and unit",
        ("year_basis", "year", "mark", "unit_code", "comparison"),
        rows,
        {"year": "INTEGER"},
    )


def _year_before(project: Project, periods: list[Period]) -> ReferenceTable:
    """Whose reports of a year before a unit's report is held against, where those are not its own alone."""
    rows: _Rows = []
    roster = project.roster
    concerned = sorted({code for each in roster.successions for code in (each.unit_code, each.successor)})
    for period in periods:
        earlier = period.prev_year
        took: dict[str, list[tuple[str, str]]] = {}
        for code in concerned:
            if roster.unit_in(code, earlier):
                for each in roster.succeeded(code, roster.last_day_in(code, earlier), period.end):
                    took.setdefault(each.unit_code, []).append((code, str(each.share)))
        rows += [
            (unit, period.code, code, earlier.code, share)
            for unit, found in took.items()
            if found != [(unit, "1")]
            for code, share in found
        ]
    return ReferenceTable(
        "year_before",
        "上年同期的承继",
        "whose reports of a year before a unit's report is held against, where not its own alone; one row per unit, "
        "period and unit taken over from, itself among them where it stood then",
        ("unit_code", "period", "earlier_unit", "earlier_period", "share"),
        rows,
        {"share": "DECIMAL(13, 12)"},
    )


def flag(value: bool) -> str:
    """A truth as a text that DuckDB casts."""
    return "true" if value else "false"
