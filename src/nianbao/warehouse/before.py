"""What the office holds already when it writes a workbook: what counts of the unit's earlier periods."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from nianbao.catalog import Project
from nianbao.terms.filled import Earlier, HeldBefore
from nianbao.terms.form import NUMBERS, Aggregate, Form, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.warehouse.connect import Connection, quote, rows_of


def read_before(connection: Connection, project: Project, unit: Unit, period: Period) -> HeldBefore:
    """The records a year before by form and part, and the earlier values of every line, as they count now; in 元."""
    rows: dict[tuple[str, str], int] = {}
    values: dict[tuple[str, str, str], Earlier] = {}
    for form, own, parts in project.due_forms(unit, period):
        for part in parts:
            if part.layout is Layout.LEDGER:
                held = _rows(connection, part, unit, [own.prev_year])
                rows[form.code, part.code] = len(held)
            else:
                values |= _values(connection, form, part, unit, own)
    return HeldBefore(rows, values)


def _values(
    connection: Connection, form: Form, part: Part, unit: Unit, own: Period
) -> dict[tuple[str, str, str], Earlier]:
    earlier = _earlier(form, own)
    held = {
        str(row["period"]): row for row in _rows(connection, part, unit, list(dict.fromkeys([*earlier, own.prev_year])))
    }
    this_year = [held[each.code] for each in earlier if each.year == own.year and each.code in held]
    found = {}
    for field in part.fields:
        if field.type in NUMBERS and field.is_asked_in(own) and held:
            said = [Decimal(str(row[field.column])) for row in this_year if row[field.column] is not None]
            adds_up = field.aggregate is Aggregate.SUM and bool(said)
            found[form.code, part.code, field.code] = Earlier(
                last=_value(held, earlier[-1] if earlier else None, field.column),
                year_ago=_value(held, own.prev_year, field.column),
                year_to_date=sum(said, Decimal(0)) if adds_up else None,
            )
    return found


def _value(held: dict[str, dict[str, object]], period: Period | None, column: str) -> Decimal | None:
    value = held.get(period.code, {}).get(column) if period else None
    return None if value is None else Decimal(str(value))


def _earlier(form: Form, own: Period) -> list[Period]:
    """The periods of the same kind before one, from the year before on: of a third quarter the six quarters before."""
    same = [suffix for suffix in form.suffixes if suffix[0] == own.suffix[0]]
    periods = (Period.of(year, suffix) for year in (own.year - 1, own.year) for suffix in same)
    return sorted((each for each in periods if each.end < own.end), key=lambda each: each.end)


def _rows(connection: Connection, part: Part, unit: Unit, periods: Sequence[Period]) -> list[dict[str, object]]:
    return rows_of(
        connection,
        f"SELECT * FROM core.{quote(part.table)} WHERE unit_code = $1 AND list_contains($2, period)",
        [unit.code, [each.code for each in periods]],
    )
