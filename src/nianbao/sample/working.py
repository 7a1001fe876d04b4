"""The answers worked out so far, and how one refers to another."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from math import prod

from nianbao.catalog.project import Project
from nianbao.sample.totals import Place, Scales, Total
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit

Answers = dict[Place, dict[tuple[str, str], Decimal]]
"""Of every series the values by unit code and period code."""

_REFERENCE = re.compile(
    r"(?:(?P<form>[A-Z]+\d+)\.(?P<part>\w+)\.)?(?:(?P<key>\w+):)?(?P<field>[a-z]\w*)(?:@(?P<when>\w+))?"
)


@dataclass
class Working:
    """A desk with the declarations on it and the answers found so far."""

    project: Project
    scales: Scales
    standards: dict[str, Decimal]
    year: int
    seed: int
    left_out: set[tuple[str, str, str]]
    answers: Answers = field(default_factory=lambda: defaultdict(dict))

    def dice(self, *names: str) -> random.Random:
        """A source of chance of its own for each name, so that a new line in the data does not move the others."""
        return random.Random("/".join((str(self.seed), *names)))

    def is_left_out(self, unit: Unit, form_code: str, period: Period) -> bool:
        """Whether the unit will not send the form."""
        return (unit.code, form_code, period.code) in self.left_out

    def units_below(self, unit: Unit, level: str) -> list[Unit]:
        """The units of a level right under a unit."""
        units = self.project.units.values()
        return [each for each in units if each.level.code == level and each.place_parent == unit.code]

    def put(self, place: Place, unit: Unit, period: Period, value: Decimal) -> None:
        """Write an answer down; a later one replaces it."""
        self.answers[place][unit.code, period.code] = value

    def look_up(self, reference: str, here: Place, unit: Unit, period: Period) -> Decimal:
        """The answer a reference names: `members_total`, `A01.main.members_total`, `402:actual@2021`, `x@prev_year`.

        What it does not say is as in the line it stands in; a standard of the year has its code as name.

        Raises:
            ValueError: there is no such answer yet.
        """
        if reference in self.standards:
            return self.standards[reference]
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise ValueError(f"{reference!r} names no field")
        if match["form"]:
            place = Place(match["form"], match["part"], match["key"] or "", match["field"])
        else:
            place = here._replace(key=match["key"] or here.key, field=match["field"])
        when = {"": period.code, "prev_year": period.prev_year.code}.get(match["when"] or "", match["when"])
        try:
            return self.answers[place][unit.code, when]
        except KeyError:
            raise ValueError(f"{reference} of {unit.code} for {when} is not worked out yet") from None

    def row_of(self, place: Place, unit: Unit, period: Period) -> Decimal:
        """An answer by its place.

        Raises:
            ValueError: there is none yet.
        """
        try:
            return self.answers[place][unit.code, period.code]
        except KeyError:
            raise ValueError(f"{place.field} of {unit.code} for {period} is not worked out yet") from None

    def evaluate(self, expression: str, here: Place, unit: Unit, period: Period) -> Decimal:
        """A sum of products of references."""
        terms = [term.split(" * ") for term in expression.split(" + ")]
        return sum(
            (prod((self.look_up(name, here, unit, period) for name in term), start=Decimal(1)) for term in terms),
            Decimal(0),
        )

    def weight(self, total: Total, unit: Unit, period: Period) -> int:
        """How much a unit weighs in a total: its weight in the named column times the answer it goes along with."""
        weight = self.scales.weight(total.weight, unit.code)
        if not total.along:
            return weight
        return weight * int(100 * self.look_up(total.along, total.place, unit, period))
