"""Which indicators can be counted by which year, and where they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from nianbao.catalog import Project
from nianbao.terms.form import Aggregate, Part
from nianbao.terms.indicator import Indicator
from nianbao.terms.period import Period
from nianbao.terms.year_basis import YearBasis

_HOW_OFTEN = {"H": "按半年报送", "Y": "按年报送"}


def table_of(basis: YearBasis) -> str:
    """Where every indicator stands, by the year that is meant."""
    return "indicator.value" if basis.is_main else f"indicator.{basis.code}_year"


def needed_suffixes(aggregate: Aggregate, suffixes: Iterable[str], basis: YearBasis) -> tuple[str, ...]:
    """The kinds of period of a form without which a year is not whole, in their order; for a stock the last of them."""
    ahead = {suffix: years for suffix in suffixes if (years := basis.years_ahead(suffix)) is not None}
    in_order = tuple(sorted(ahead, key=lambda suffix: _in_time(suffix, ahead[suffix])))
    return in_order[-1:] if aggregate is Aggregate.LAST else in_order


def _in_time(suffix: str, ahead: int) -> tuple[dt.date, dt.timedelta]:
    """Sorts the kinds of period of a year by their last days; of two that end on one day the longer comes last."""
    period = Period.of(2000 - ahead, suffix)
    return period.end, period.end - period.start


def is_countable(indicator: Indicator, project: Project, basis: YearBasis) -> bool:
    """Whether the periods of an indicator's form make up the years of a basis."""
    return not why_not(indicator, project, basis)


def why_not(indicator: Indicator, project: Project, basis: YearBasis) -> str:
    """Why an indicator that is counted from a form cannot be counted by a year; empty where it can."""
    if basis.is_main:
        return ""
    form = project.forms[indicator.form]
    part = form.part(indicator.part)
    kinds = {suffix[0] for suffix in part.suffixes if basis.years_ahead(suffix) is None}
    if kinds:
        return f"{form.code} {form.zh}{'、'.join(_HOW_OFTEN.get(kind, '按其他期间报送') for kind in sorted(kinds))}"
    if indicator.period != "year" or not _fill_a_year(part):
        asked = part.suffixes if indicator.period == "year" else (indicator.period,)
        return f"{form.code} {part.zh}只报每年{'、'.join(Period.of(2000, suffix).zh[5:] for suffix in asked)}"
    return ""


def _fill_a_year(part: Part) -> bool:
    """Whether the periods of a part leave no month of a year out."""
    return len({month for suffix in part.suffixes for month in Period.of(2000, suffix).months}) == 12
