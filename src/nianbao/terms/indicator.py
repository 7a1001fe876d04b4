"""Indicators: what is counted."""

from __future__ import annotations

from dataclasses import dataclass

from nianbao.terms.form import ADDITIVE, Aggregate

POINTS = "个百分点"
"""The unit of the change of a rate."""


@dataclass(frozen=True)
class Indicator:
    """A defined measure 指标: either an aggregate over a form's field, or a formula over other indicators.

    `table` holds rows with submission_id, row_no, unit_code, period and year; `measure` is a SQL expression over its
    columns and `field` the field whose cells are the trace. `unit_scope` limits the units: a unit code, `members`, or
    empty for all that report. `change_of` names the indicator that this one compares with the year before.
    """

    id: str
    zh: str
    en: str
    unit: str
    section: str
    publication: str
    form: str = ""
    part: str = "main"
    field: str = ""
    aggregate: Aggregate = Aggregate.NONE
    where: str = ""
    measure: str = ""
    period: str = "year"
    table: str = ""
    unit_scope: str = ""
    formula: str = ""
    change_of: str = ""

    @property
    def is_formula(self) -> bool:
        """Whether the indicator is computed from other indicators."""
        return bool(self.formula)

    @property
    def adds_up(self) -> bool:
        """Whether the value over all units is the sum of theirs."""
        return self.aggregate in ADDITIVE
