"""What is held of a unit's earlier periods when its workbook is written, whoever holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from nianbao.catalog.project import Project
from nianbao.terms.filled import Earlier, HeldBefore, Row, RowKey, SaidOfYear
from nianbao.terms.form import NUMBERS, Aggregate, Field, Form, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit

ReadRows = Callable[[Part, Unit, Sequence[Period]], Mapping[str, Sequence[Row]]]
"""The records of a part that a unit reported and that count, in 元, by the code of each of some periods."""


def hold_before(project: Project, unit: Unit, period: Period, read_rows: ReadRows) -> HeldBefore:
    """How many records each ledger had a year before, those that run on, and what lines and known records said."""
    rows: dict[tuple[str, str], int] = {}
    values: dict[tuple[str, str, str, RowKey], Earlier] = {}
    running: dict[tuple[str, str], tuple[Row, ...]] = {}
    said_of_year: dict[tuple[str, str, str, RowKey], SaidOfYear] = {}
    for form, own, parts in project.due_forms(unit, period):
        for part in parts:
            is_known = part.layout is Layout.INDICATOR or bool(part.known_by)
            earlier = _earlier(form, own) if is_known else []
            held = read_rows(part, unit, list(dict.fromkeys([*earlier, own.prev_year])))
            if part.layout is Layout.LEDGER:
                rows[form.code, part.code] = len(held.get(own.prev_year.code, ()))
                last = next((held[each.code] for each in reversed(earlier) if held.get(each.code)), ())
                running[form.code, part.code] = tuple(_run_on(part, last)) if part.running else ()
            asked = [field for field in part.fields if _is_told(part, field) and field.is_asked_of(unit, own)]
            for key, said in (_by_key(part, held) if is_known else {}).items():
                for field in asked:
                    place = (form.code, part.code, field.code, key)
                    values[place] = _values(said, field, earlier, own)
                    if field.stands_all_year and (stands := _last_of_year(said, field, earlier, own)):
                        said_of_year[place] = stands
    return HeldBefore(rows, values, running, said_of_year)


def _run_on(part: Part, records: Sequence[Row]) -> Iterator[Row]:
    """What records say that does not change, each key once."""
    seen = set()
    for record in records:
        key = tuple(record.get(code) for code in part.row_key)
        if key not in seen:
            seen.add(key)
            yield {code: record[code] for code in part.running if record.get(code) is not None}


def _is_told(part: Part, field: Field) -> bool:
    return field.type in NUMBERS and field.code not in (*part.known_by, *part.running)


def _by_key(part: Part, held: Mapping[str, Sequence[Row]]) -> Mapping[RowKey, Mapping[str, Row]]:
    """The record of each period by its key; of a key that a period has twice it is open which one is meant."""
    found: dict[RowKey, dict[str, Row]] = {}
    for code, records in held.items():
        keys = [tuple(record.get(each) for each in part.known_by) for record in records]
        for key, record in zip(keys, records, strict=True):
            if keys.count(key) == 1:
                found.setdefault(key, {})[code] = record
    return found


def _values(said: Mapping[str, Row], field: Field, earlier: Sequence[Period], own: Period) -> Earlier:
    this_year = [_number(said, each, field) for each in earlier if each.year == own.year]
    known = [value for value in this_year if value is not None]
    return Earlier(
        last=_number(said, earlier[-1], field) if earlier else None,
        year_ago=_number(said, own.prev_year, field),
        year_to_date=sum(known, Decimal(0)) if known and field.aggregate is Aggregate.SUM else None,
    )


def _last_of_year(said: Mapping[str, Row], field: Field, earlier: Sequence[Period], own: Period) -> SaidOfYear | None:
    """What the last period of the same year that says anything of a field says."""
    told = ((_number(said, each, field), each) for each in reversed(earlier) if each.year == own.year)
    return next((SaidOfYear(value, each) for value, each in told if value is not None), None)


def _number(said: Mapping[str, Row], period: Period, field: Field) -> Decimal | None:
    value = said.get(period.code, {}).get(field.code)
    return Decimal(value) if isinstance(value, int | Decimal) else None


def _earlier(form: Form, own: Period) -> list[Period]:
    """The periods of the same kind before one, from the year before on: of a third quarter the six quarters before.

    Where values are year-to-date a half-year says what the year had so far, and is of the same kind.
    """
    same = [suffix for suffix in form.suffixes if form.cumulative or suffix[0] == own.suffix[0]]
    periods = (Period.of(year, suffix) for year in (own.year - 1, own.year) for suffix in same)
    return sorted((each for each in periods if each.end < own.end), key=lambda each: each.end)
