"""What has changed over the year before, as a sentence says it: in per cent, or by both values where that misleads."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from nianbao.publish.notes import within_year
from nianbao.statistics.comparable import both_sides
from nianbao.statistics.figures import Figures
from nianbao.statistics.wording import CHANGE, Wording, word
from nianbao.terms.figure import Figure
from nianbao.terms.indicator import Indicator

_LARGE = 10_000
"""From here on a number is told in 万, with one decimal."""
_TENFOLD = 1000
"""From so many per cent on it tells more what there was and what there is."""


def say_change(
    figures: Figures, indicator: Indicator, figure: Figure, said: Wording, noun: str | None, style: str
) -> Wording:
    """A change that is `said` in per cent or points; where only some periods of both years are compared, it names them.

    Tenfold growth, and the change of less than a form's `swing` takes notice of, is told by both values, of which
    `noun` is the classifier.
    """
    periods = figures.compared(indicator.id, figure.year)
    last_year, value = "上年同期" if periods else "上年", figure.value
    both = both_sides(figures, indicator, figure.year)
    if both is None or value is None or not _is_misleading(figures, indicator, value, both[0]):
        return replace(said, text=within_year(periods) + said.text.replace("上年", last_year))
    unit = figures.project.indicators[indicator.change_of].unit
    then, now = (word(each, unit, "exact", 1 if each >= _LARGE else None, noun, style).text for each in both)
    text = f"由{last_year}的{then}{'增' if value > 0 else '降'}至{now}"
    return Wording(within_year(periods) + text, CHANGE, value, value, True, True)


def _is_misleading(figures: Figures, indicator: Indicator, change: Decimal, before: Decimal) -> bool:
    """Whether per cent mislead about a change: of little that there was before, or of a multiple of it."""
    base = figures.project.indicators[indicator.change_of]
    is_small = before < figures.project.forms[base.form].swing.least
    return bool(change) and (is_small or change >= _TENFOLD)
