"""Claims: whether what is printed of a figure would survive the worst that the missing units may hold.

The convention, with its reasons: docs/methods/claims.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlglot import exp

from nianbao.statistics.comparable import left_out, mark_of
from nianbao.statistics.figures import Figures
from nianbao.statistics.formulas import Operand, counted_behind, expand
from nianbao.statistics.intervals import EVERYTHING, INFINITY, Interval, evaluate
from nianbao.statistics.missing import Gap, Missing, read_compared_gaps, read_gaps
from nianbao.statistics.noun import Wording
from nianbao.terms.figure import Claim, Figure, Judgement, OnceAllReport
from nianbao.terms.form import Aggregate
from nianbao.terms.indicator import Indicator
from nianbao.terms.period import Period
from nianbao.warehouse.connect import Connection

MOST_OF_LAST_YEAR = Decimal(2)
"""A missing unit holds at least nothing, and at most so many times what it held a year before and then grew by as the
others did."""

_NAMED_AT_MOST = 3
_UNKNOWN = Interval(Decimal(0), INFINITY)


@dataclass(frozen=True)
class Claims:
    """The figures, and what is missing from them.

    `compared` is what is missing where a year is held against those before it of which not all periods can be: by
    indicator, year compared, and years back.
    """

    figures: Figures
    gaps: Mapping[tuple[str, int], Gap]
    compared: Mapping[tuple[str, int, int], Gap] = field(default_factory=dict)

    def judge(self, indicator_id: str, year: int, wording: Wording) -> Judgement:
        """Whether a wording of the figure over all units survives the worst case."""
        figure = self.figures.get(indicator_id, year)
        if not self._missing(figure):
            return Judgement(Claim.SURVIVES)
        known, possible = self.possible(figure, unknown_are_nothing=True), self.possible(figure)
        claim = _claim(wording, known, possible)
        return Judgement(claim, "" if claim is Claim.SURVIVES else self._doubt(figure, wording, known, claim))

    def once_all_report(self, figure: Figure) -> OnceAllReport:
        """What the missing units held a year before, and what the figure may come to with them."""
        possible = self.possible(figure)
        share = self.missing_share(figure.indicator_id, figure.year)
        return OnceAllReport(share, _bound(possible.low), _bound(possible.high))

    def possible(self, figure: Figure, *, unknown_are_nothing: bool = False) -> Interval:
        """What the figure may come to, once everything is in; a unit that was never seen may hold anything, or nothing.

        The value as reported is always among it.
        """
        if figure.value is None:
            return EVERYTHING
        if not self._missing(figure):
            return Interval.point(figure.value)
        indicators = self.figures.project.indicators
        indicator = indicators[figure.indicator_id]
        gaps = self._gaps(figure)
        if not indicator.is_formula:
            return _counted(indicator, gaps.get((indicator.id, 0)), figure.value, unknown_are_nothing)
        operands = {}
        tree = expand(indicator, indicators)
        for column in {column.name for column in tree.find_all(exp.Column)}:
            operand = Operand.of(column)
            value = self.figures.taken(indicator.id, figure.year, operand)
            gap = gaps.get((operand.indicator_id, operand.back))
            operands[column] = (
                EVERYTHING
                if value is None
                else _counted(indicators[operand.indicator_id], gap, value, unknown_are_nothing)
            )
        return evaluate(tree, operands).reaching(figure.value)

    def missing_share(self, indicator_id: str, year: int) -> Decimal | None:
        """The share of last year's total that the missing units held, of a formula that of the operand with the most.

        None where one of them is not known to have reported a year before, or there was nothing to have a share of.
        """
        figure = self.figures.get(indicator_id, year)
        indicators = self.figures.project.indicators
        gaps = self._gaps(figure)
        behind = counted_behind(indicators[indicator_id], indicators)
        shares = [self._share(name, year - back, gaps.get((name, back))) for name, back in behind]
        known = [share for share in shares if share is not None]
        return max(known) if len(known) == len(shares) else None

    def _share(self, name: str, year: int, gap: Gap | None) -> Decimal | None:
        if gap is None:
            return Decimal(0)
        held = [each.held for each in gap.missing if each.held is not None]
        total = self.figures.get(name, year - 1).value
        if len(held) < len(gap.missing) or total is None:
            return None
        return min(sum(held, Decimal(0)) / total, Decimal(1)) if total else Decimal(0)

    def _gaps(self, figure: Figure) -> dict[tuple[str, int], Gap]:
        """What is missing from what a figure takes, by counted indicator and years back: of its periods and units."""
        project, year = self.figures.project, figure.year
        indicator = project.indicators[figure.indicator_id]
        is_cut = bool(self.figures.compared(indicator.id, year))
        units = {each.unit_code for each in left_out(project, self.figures.basis, year, mark_of(indicator, project))}
        found = {}
        for name, back in counted_behind(indicator, project.indicators):
            is_other = is_cut and (name, year) in self.figures.cut_short
            gap = self.compared.get((name, year, back)) if is_other else self.gaps.get((name, year - back))
            missing = tuple(each for each in gap.missing if each.unit_code not in units) if gap else ()
            if gap and missing:
                found[name, back] = replace(gap, missing=missing)
        return found

    def _missing(self, figure: Figure) -> list[Missing]:
        return [each for gap in self._gaps(figure).values() for each in gap.missing]

    def _doubt(self, figure: Figure, wording: Wording, known: Interval, claim: Claim) -> str:
        units, missing = self.figures.project.units, self._missing(figure)
        places = list(dict.fromkeys(f"{units[each.unit_code].short_zh}{_zh(each.period)}" for each in missing))
        who = "、".join(places[:_NAMED_AT_MOST]) + (f"等{len(places)}处" if len(places) > _NAMED_AT_MOST else "")
        if claim is Claim.NOT_KNOWN:
            some = "其中有的" if any(each.held is not None for each in missing) else ""
            return f"{who}未报，{some}上年也没有可比数，“{wording.text}”是否成立无法判断。"
        unit = self.figures.project.indicators[figure.indicator_id].unit
        return (
            f"{who}未报，补齐后可能在{_plain(known.low)}至{_plain(known.high)}{unit}之间，“{wording.text}”不一定成立。"
        )


def read_claims(connection: Connection, figures: Figures) -> Claims:
    """What is missing from the figures that the last build left in the warehouse."""
    gaps = read_gaps(connection, figures.project)
    return Claims(figures, gaps, read_compared_gaps(connection, figures.project, figures.cut_short))


def _counted(indicator: Indicator, gap: Gap | None, value: Decimal, unknown_are_nothing: bool) -> Interval:
    """A counted indicator: what is in, and of every missing unit the least or the most that it may hold."""
    if gap is None:
        return Interval.point(value)
    parts = list(_parts(gap, unknown_are_nothing))
    match indicator.aggregate:
        case Aggregate.MAX:
            return Interval(value, max(value, *(part.high for part in parts)))
        case Aggregate.MIN:
            return Interval(min(value, Decimal(0)), value)
        case _:
            return sum(parts, start=Interval.point(value))


def _parts(gap: Gap, unknown_are_nothing: bool) -> Iterator[Interval]:
    """What each missing part may add to what is counted."""
    for each in gap.missing:
        base = each.held if each.counted is None else each.counted
        if base is None:
            yield Interval.point(Decimal(0)) if unknown_are_nothing else _UNKNOWN
        else:
            most = Interval.point(MOST_OF_LAST_YEAR) * Interval.point(gap.growth) * Interval.point(base)
            yield most.reaching(Decimal(0)) - Interval.point(each.counted or Decimal(0))


def _claim(wording: Wording, known: Interval, possible: Interval) -> Claim:
    if not _covers(wording, known):
        return Claim.FAILS
    return Claim.SURVIVES if _covers(wording, possible) else Claim.NOT_KNOWN


def _covers(wording: Wording, interval: Interval) -> bool:
    """Whether a wording is true of every number of an interval."""
    return wording.is_true_of(interval.low) and wording.is_true_of(interval.high)


def _bound(value: Decimal) -> Decimal | None:
    return None if value.is_infinite() else value


def _zh(period: str) -> str:
    return Period.parse(period).zh


def _plain(value: Decimal) -> str:
    return "不定" if value.is_infinite() else f"{value.quantize(Decimal('0.01')).normalize():,f}"
