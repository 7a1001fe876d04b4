"""Indicators: what is counted."""

from __future__ import annotations

from dataclasses import dataclass

from nianbao.terms.form import ADDITIVE, Aggregate
from nianbao.terms.unit import Unit

COUNTED = "counted"
"""The scope of an indicator, or the rows of a table, that are the units counted in the coverage."""

WHOLE_YEAR = "year"
"""The period of an indicator that takes every period of a year."""

COMPARABLE, COMPARABLE_AT_END = "comparable", "comparable_at_end"
"""Marks of an operand, `x@comparable`: of units that stood, or followed each other, through this year and the one
before; of stocks, at the ends of both. There is a value only in years in which somebody came or went otherwise."""

POINTS = "个百分点"
"""The unit of the change of a rate."""


@dataclass(frozen=True)
class Indicator:
    """A defined measure 指标: either an aggregate over a form's field, or a formula over other indicators.

    `table` holds rows with submission_id, row_no, unit_code, period and year; `measure` is a SQL expression over its
    columns and `fields` are those whose cells are the trace: in each period the one that is asked then. Where there are
    several, `break_note` says what changed from one to the next. `unit_scope` limits the units: a unit code, a level,
    `counted` (those that make up the coverage), or empty for all that report. `change_of` names the
    indicator that this one compares with the year before, `comparable_of` the change that it is on a comparable basis,
    `former` the ids that it had before; of what `is_ordinal` the value tells which one it is in a row, 第三批.
    """

    id: str
    zh: str
    en: str
    unit: str
    section: str
    publication: str
    form: str = ""
    part: str = "main"
    fields: tuple[str, ...] = ()
    break_note: str = ""
    aggregate: Aggregate = Aggregate.NONE
    where: str = ""
    measure: str = ""
    period: str = WHOLE_YEAR
    table: str = ""
    unit_scope: str = ""
    formula: str = ""
    change_of: str = ""
    comparable_of: str = ""
    former: tuple[str, ...] = ()
    is_ordinal: bool = False

    @property
    def field(self) -> str:
        """The field that is asked last."""
        return self.fields[-1] if self.fields else ""

    @property
    def is_formula(self) -> bool:
        """Whether the indicator is computed from other indicators."""
        return bool(self.formula)

    def is_about(self, unit: Unit) -> bool:
        """Whether what a unit reports counts for the indicator, as the unit stood when it reported."""
        scope = self.unit_scope
        return scope in ("", unit.code, unit.level.code) or (scope == COUNTED and unit.is_counted)

    @property
    def adds_up(self) -> bool:
        """Whether the value over all units is the sum of theirs."""
        return self.aggregate in ADDITIVE
