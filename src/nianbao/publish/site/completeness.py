"""Completeness: units by forms and periods, and what has become of everything that was due."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from markupsafe import Markup, escape

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


@dataclass(frozen=True)
class Irregular:
    """The forms of a unit for a period of which the same has become: none of them came on time."""

    unit_zh: str
    period: str
    status: Status
    arrived_on: dt.date | None
    due_on: dt.date
    forms: tuple[str, ...]


def irregular(rows: Sequence[CompletenessRow]) -> list[Irregular]:
    """What of some units did not come on time, unit by unit; forms that share period, state and days in one."""
    found = []
    for row in rows:
        alike: dict[tuple[dt.date, str, Status, dt.date | None], list[str]] = {}
        for due in (due for dues in row.by_form.values() for due in dues if due.status.is_irregular):
            alike.setdefault((due.due_on, due.period, due.status, due.arrived_on), []).append(due.form_code)
        found += [
            Irregular(row.zh, period, status, arrived_on, due_on, tuple(forms))
            for (due_on, period, status, arrived_on), forms in sorted(alike.items(), key=lambda it: it[0][:2])
        ]
    return found


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


def draw_lines(rows: Sequence[CompletenessRow], forms: Sequence[str]) -> Markup:
    """The lines of the matrix as one text: a cell a form, in it the signs of its periods."""
    return Markup("\n".join(_line(row, forms) for row in rows))


def _line(row: CompletenessRow, forms: Sequence[str]) -> str:
    is_ = " ".join(word for word, holds in (("owes", row.owes), ("irregular", row.is_irregular)) if holds)
    cells = "".join(_cell(tuple((due.period, due.status) for due in row.by_form.get(form, ()))) for form in forms)
    words = escape(f"{row.zh} {row.code}".lower())
    return f'<tr data-words="{words}" data-is="{is_}"><th scope="row">{escape(row.zh)}</th>{cells}</tr>'


@cache
def _cell(states: tuple[tuple[str, Status], ...]) -> str:
    """The signs of some periods, those alike next to one another in one, and in words what they say."""
    runs = [(status, [period_short(period) for period, _ in run]) for status, run in groupby(states, lambda it: it[1])]
    signs = [(f'class="sign {status.value}"', status.sign * len(periods)) for status, periods in runs]
    if not runs:
        return "<td></td>"
    if len(runs) == 1:
        ((status, periods),), ((drawn, text),) = runs, signs
        said = f"{'各期' if len(periods) > 1 else periods[0]}{status.zh}"
        return f'<td><span {drawn} role="img" title="{said}">{text}</span></td>'
    said = "，".join(f"{'、'.join(periods)}{status.zh}" for status, periods in runs)
    inner = "".join(f"<span {drawn}>{text}</span>" for drawn, text in signs)
    return f'<td><span class="signs" role="img" title="{said}">{inner}</span></td>'


@cache
def period_short(code: str) -> str:
    """A period without its year: 一季度."""
    period = Period.parse(code)
    return _SHORT.get(period.suffix[0] if period.suffix[0] == "Y" else period.suffix) or period.zh.removeprefix(
        f"{period.year}年"
    )
