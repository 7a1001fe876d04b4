"""Completeness: units by forms and periods, and what has become of everything that was due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from nianbao.terms.background import Background, Due
from nianbao.terms.period import Period
from nianbao.terms.status import Status

_SHORT = {"Q1": "一季度", "Q2": "二季度", "Q3": "三季度", "Q4": "四季度", "H1": "上半年", "H2": "下半年", "Y": "全年"}


UNITS_IN_MATRIX = 250
"""So many units a page of the matrix shows."""


@dataclass(frozen=True)
class CompletenessRow:
    """One unit: by form, what became of each period."""

    code: str
    zh: str
    by_form: Mapping[str, list[Due]]

    @property
    def owes(self) -> bool:
        """Whether something of it is still to come."""
        return any(due.status.is_owed for dues in self.by_form.values() for due in dues)

    @property
    def is_irregular(self) -> bool:
        """Whether anything of it did not come on time."""
        return any(due.status.is_irregular for dues in self.by_form.values() for due in dues)


@dataclass(frozen=True)
class Completeness:
    """The matrix in leaves of so many units, its columns, and the counts by form and period and of all."""

    forms: tuple[str, ...]
    leaves: tuple[tuple[CompletenessRow, ...], ...]
    counts: Mapping[tuple[str, str], Counter[Status]]
    total: Counter[Status]


def irregular(rows: tuple[CompletenessRow, ...]) -> list[tuple[CompletenessRow, Due]]:
    """What of some units did not come on time, unit by unit."""
    return [(row, due) for row in rows for dues in row.by_form.values() for due in dues if due.status.is_irregular]


def matrix_name(number: int) -> str:
    """The file of a leaf of the matrix: `completeness.html`, then `completeness.2.html`."""
    return "completeness.html" if number == 1 else f"completeness.{number}.html"


def completeness(background: Background) -> Completeness:
    """The matrix of what was due; units in the order of the roster, but where they need leaves the irregular first."""
    by_unit: dict[str, dict[str, list[Due]]] = {}
    counts: dict[tuple[str, str], Counter[Status]] = {}
    for due in background.due:
        by_unit.setdefault(due.unit_code, {}).setdefault(due.form_code, []).append(due)
        counts.setdefault((due.form_code, due.period), Counter())[due.status] += 1
    counts = dict(background.due_counts) or counts
    order = {code: place for place, code in enumerate(background.units)}
    codes = sorted(by_unit, key=lambda code: (order.get(code, len(order)), code))
    rows = [CompletenessRow(code, background.units.get(code, code), by_unit[code]) for code in codes]
    if len(rows) > UNITS_IN_MATRIX:
        rows.sort(key=lambda row: not row.is_irregular)
    leaves = tuple(
        tuple(rows[start : start + UNITS_IN_MATRIX]) for start in range(0, max(len(rows), 1), UNITS_IN_MATRIX)
    )
    forms = tuple(sorted({form for form, _ in counts}))
    return Completeness(forms, leaves, dict(sorted(counts.items())), sum(counts.values(), Counter()))


def in_words(dues: list[Due]) -> str:
    """The signs of a cell of the matrix, said in words."""
    return "，".join(f"{period_short(due.period)}{due.status.zh}" for due in dues)


@cache
def period_short(code: str) -> str:
    """A period without its year: 一季度."""
    period = Period.parse(code)
    return _SHORT.get(period.suffix[0] if period.suffix[0] == "Y" else period.suffix) or period.zh.removeprefix(
        f"{period.year}年"
    )
