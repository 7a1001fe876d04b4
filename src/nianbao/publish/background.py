"""Background: what the pages of a report say besides its own figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from nianbao.publish.definition import define
from nianbao.statistics.figures import Figures
from nianbao.statistics.formulas import Operand, operands
from nianbao.statistics.scopes import ALL
from nianbao.terms.background import Background, Described, Due, DueCounts
from nianbao.terms.indicator import Indicator
from nianbao.terms.target import Target

_YEARS = 5
"""The page of a figure shows the values of so many years, that of the report the last."""
_COMPARED = 3
"""Of units those of the year, the one before, and the one before that: a report prints figures of last year too."""


def background(
    figures: Figures, year: int, due: Iterable[Due], due_counts: DueCounts, targets: tuple[Target, ...] = ()
) -> Background:
    """Everything about a year; `due` and `due_counts` are what statistics.reporting tells of it."""
    project = figures.project
    years = range(year - _YEARS + 1, year + 1)
    return Background(
        indicators={each.id: _described(each, figures, years) for each in project.indicators.values()},
        publications={code: each.zh for code, each in project.publications.items()},
        forms={code: form.zh for code, form in project.forms.items()},
        units={code: unit.short_zh for code, unit in project.units.items()},
        ranked=tuple(unit.code for unit in project.units.values() if unit.level == project.roster.ranked),
        ranked_zh=project.roster.ranked.zh_many if project.roster.ranked else "各单位",
        due=tuple(due),
        due_counts=due_counts,
        targets=targets,
        counted=project.conventions.words.counted,
    )


def _described(indicator: Indicator, figures: Figures, years: Sequence[int]) -> Described:
    values: dict[int, Decimal] = {}
    by_unit: dict[int, dict[str, Decimal]] = {}
    for year in years:
        value = figures.get(indicator.id, year).value
        if value is not None:
            values[year] = value
        if year <= years[-1] - _COMPARED:
            continue
        scopes = figures.values.get((indicator.id, year), {})
        by_unit[year] = {scope: part for scope, part in scopes.items() if scope != ALL}
    return Described(
        id=indicator.id,
        zh=indicator.zh,
        en=indicator.en,
        unit=indicator.unit,
        publication=indicator.publication,
        definition=define(indicator, figures.project),
        operands=tuple(
            (operand.indicator_id, operand.back)
            for operand in map(Operand.of, operands(indicator))
            if operand.indicator_id in figures.project.indicators
        ),
        values=values,
        by_unit=by_unit,
        partial=frozenset(year for year in values if not figures.has_all_periods(indicator.id, year)),
    )
