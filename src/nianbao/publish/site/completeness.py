"""Completeness: units by forms and periods, and what has become of everything that was due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from nianbao.terms.background import Background, Due
from nianbao.terms.period import Period
from nianbao.terms.status import Status

_SHORT = {"Q1": "一季度", "Q2": "二季度", "Q3": "三季度", "Q4": "四季度", "H1": "上半年", "H2": "下半年", "Y": "全年"}


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
    """The matrix, its columns, and the counts by form and period and of all."""

    forms: tuple[str, ...]
    rows: tuple[CompletenessRow, ...]
    counts: Mapping[tuple[str, str], Counter[Status]]
    total: Counter[Status]

    @property
    def irregular(self) -> list[tuple[CompletenessRow, Due]]:
        """What did not come on time, unit by unit."""
        return [
            (row, due) for row in self.rows for dues in row.by_form.values() for due in dues if due.status.is_irregular
        ]


def completeness(background: Background) -> Completeness:
    """The matrix of everything that was due; units stand in the order of the roster."""
    forms = tuple(sorted({due.form_code for due in background.due}))
    by_unit: dict[str, dict[str, list[Due]]] = {}
    counts: dict[tuple[str, str], Counter[Status]] = {}
    for due in background.due:
        by_unit.setdefault(due.unit_code, {}).setdefault(due.form_code, []).append(due)
        counts.setdefault((due.form_code, due.period), Counter())[due.status] += 1
    order = {code: place for place, code in enumerate(background.units)}
    codes = sorted(by_unit, key=lambda code: (order.get(code, len(order)), code))
    rows = tuple(CompletenessRow(code, background.units.get(code, code), by_unit[code]) for code in codes)
    total = sum(counts.values(), Counter())
    return Completeness(forms, rows, dict(sorted(counts.items())), total)


def in_words(dues: list[Due]) -> str:
    """The signs of a cell of the matrix, said in words."""
    return "，".join(f"{period_short(due.period)}{due.status.zh}" for due in dues)


def period_short(code: str) -> str:
    """A period without its year: 一季度."""
    period = Period.parse(code)
    return _SHORT.get(period.suffix) or period.zh.removeprefix(f"{period.year}年")
