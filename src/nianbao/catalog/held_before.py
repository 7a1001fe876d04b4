"""What is held of a unit's earlier periods when its workbook is written, whoever holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from nianbao.catalog.project import Project
from nianbao.terms.filled import Earlier, HeldBefore, Row
from nianbao.terms.form import NUMBERS, Aggregate, Field, Form, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit

ReadRows = Callable[[Part, Unit, Sequence[Period]], Mapping[str, Sequence[Row]]]
"""The records of a part that a unit reported and that count, in 元, by the code of each of some periods."""


def hold_before(project: Project, unit: Unit, period: Period, read_rows: ReadRows) -> HeldBefore:
    """How many records each ledger had a year before, those that run on, and the earlier values of every line."""
    rows: dict[tuple[str, str], int] = {}
    values: dict[tuple[str, str, str], Earlier] = {}
    running: dict[tuple[str, str], tuple[Row, ...]] = {}
    for form, own, parts in project.due_forms(unit, period):
        for part in parts:
            earlier = _earlier(form, own) if part.running or part.layout is Layout.INDICATOR else []
            held = read_rows(part, unit, list(dict.fromkeys([*earlier, own.prev_year])))
            if part.layout is Layout.LEDGER:
                rows[form.code, part.code] = len(held.get(own.prev_year.code, ()))
                last = next((held[each.code] for each in reversed(earlier) if held.get(each.code)), ())
                running[form.code, part.code] = tuple(_run_on(part, last))
            else:
                said = {code: rows[0] for code, rows in held.items() if rows}
                for field in part.fields if said else ():
                    if field.type in NUMBERS and field.is_asked_in(own):
                        values[form.code, part.code, field.code] = _values(said, field, earlier, own)
    return HeldBefore(rows, values, running)


def _run_on(part: Part, records: Sequence[Row]) -> Iterator[Row]:
    """What records say that does not change, each key once."""
    seen = set()
    for record in records:
        key = tuple(record.get(code) for code in part.row_key)
        if key not in seen:
            seen.add(key)
            yield {code: record[code] for code in part.running if record.get(code) is not None}


def _values(said: Mapping[str, Row], field: Field, earlier: Sequence[Period], own: Period) -> Earlier:
    this_year = [_number(said, each, field) for each in earlier if each.year == own.year]
    known = [value for value in this_year if value is not None]
    return Earlier(
        last=_number(said, earlier[-1], field) if earlier else None,
        year_ago=_number(said, own.prev_year, field),
        year_to_date=sum(known, Decimal(0)) if known and field.aggregate is Aggregate.SUM else None,
    )


def _number(said: Mapping[str, Row], period: Period, field: Field) -> Decimal | None:
    value = said.get(period.code, {}).get(field.code)
    return Decimal(value) if isinstance(value, int | Decimal) else None


def _earlier(form: Form, own: Period) -> list[Period]:
    """The periods of the same kind before one, from the year before on: of a third quarter the six quarters before."""
    same = [suffix for suffix in form.suffixes if suffix[0] == own.suffix[0]]
    periods = (Period.of(year, suffix) for year in (own.year - 1, own.year) for suffix in same)
    return sorted((each for each in periods if each.end < own.end), key=lambda each: each.end)
