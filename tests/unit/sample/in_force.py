"""The sample year as it stands at the end: of every form of a unit and period what was sent last."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from nianbao.catalog import Project
from nianbao.sample.planned import Planned
from nianbao.terms.filled import Filled, Row
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit


class Submitted(NamedTuple):
    """One form of a unit and period, as it counts."""

    unit: Unit
    form: str
    period: Period
    parts: dict[str, list[Row]]
    note: str


class InForce:
    """Everything that counts at the end of the sample year."""

    def __init__(self, project: Project, planned: list[Planned]) -> None:
        self.by_key: dict[tuple[str, str, str], Submitted] = {}
        for each in planned:
            if isinstance(each.content, Filled):
                for own in _submitted(project, each, each.content):
                    self.by_key[own.unit.code, own.form, own.period.code] = own

    def of(self, form: str, year: int = 2021) -> Iterator[Submitted]:
        """The submissions of a form whose periods end in a year."""
        return (each for each in self.by_key.values() if each.form == form and each.period.year == year)

    def rows(self, form: str, part: str = "main", **where: Any) -> Iterator[Row]:
        """The rows of a part in 2021; `unit` and `period` select submissions, other names fields."""
        unit, period = where.pop("unit", None), where.pop("period", None)
        for each in self.of(form, int(period[:4]) if period else 2021):
            if unit in (None, each.unit.code) and period in (None, each.period.code):
                for row in each.parts.get(part, []):
                    if all(row.get(name) == value for name, value in where.items()):
                        yield row

    def sum(self, form: str, field: str, part: str = "main", **where: Any) -> Decimal:
        """A field added up."""
        return sum((number(row.get(field, 0)) for row in self.rows(form, part, **where)), Decimal(0))

    def last(self, form: str, field: str, part: str = "main") -> Decimal:
        """A stock: of every unit the last period, added up."""
        latest: dict[str, Submitted] = {}
        for each in sorted(self.of(form), key=lambda each: each.period.end):
            latest[each.unit.code] = each
        return sum((number(row[field]) for each in latest.values() for row in each.parts[part]), Decimal(0))

    def count(self, form: str, part: str = "main", **where: Any) -> Decimal:
        """How many rows there are."""
        return Decimal(len(list(self.rows(form, part, **where))))

    def distinct(self, form: str, field: str, part: str = "main", **where: Any) -> Decimal:
        """How many values of a field there are."""
        return Decimal(len({row[field] for row in self.rows(form, part, **where)}))

    def most(self, pick: Callable[..., Any], form: str, field: str, part: str = "main", **where: Any) -> Decimal:
        """The greatest or smallest value of a field."""
        return Decimal(pick(row[field] for row in self.rows(form, part, **where) if field in row))


def number(value: object) -> Decimal:
    """The number in a cell.

    Raises:
        AssertionError: it holds none.
    """
    assert isinstance(value, int | Decimal), value
    return Decimal(value)


def _submitted(project: Project, planned: Planned, filled: Filled) -> Iterator[Submitted]:
    for form, period, _ in project.due_forms(planned.unit, planned.period):
        if form.code in filled.forms:
            note = filled.notes.get(form.code, "")
            yield Submitted(planned.unit, form.code, period, filled.forms[form.code], note)
