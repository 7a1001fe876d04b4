"""The kinds of total: how each becomes an answer of every unit and period."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fnmatch import fnmatchcase

from nianbao.sample.spread import shaken, spread, without_crumbs
from nianbao.sample.totals import Place, Total, TotalKind
from nianbao.sample.working import Working
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit

Cells = list[tuple[Unit, Period]]


def work_out(total: Total, desk: Working) -> None:
    """Write down the answers of one total.

    Raises:
        DeclarationError: the line names what does not exist or asks for what cannot be.
    """
    try:
        cells = _cells(total, desk)
        if not cells:
            raise ValueError(f"no unit is asked for it in {total.period}")
        _WAYS[total.kind](total, desk, cells)
    except (KeyError, ValueError) as error:
        raise total.fail(str(error)) from error


def _cells(total: Total, desk: Working) -> Cells:
    form = desk.project.forms[total.place.form]
    part = form.part(total.place.part)
    part.field(total.place.field)
    codes = [
        f"{year}{'' if suffix == 'Y' else suffix}" for year in (desk.year - 1, desk.year) for suffix in form.suffixes
    ]
    wanted = total.period.split()
    periods = [Period.parse(code) for code in codes if any(fnmatchcase(code, pattern) for pattern in wanted)]
    units = [
        unit for unit in desk.project.units.values() if not total.whom or {unit.code, unit.level.code} & set(total.whom)
    ]
    return [(unit, period) for unit in units for period in periods if part in form.parts_of(unit, period)]


def _flow(total: Total, desk: Working, cells: Cells) -> None:
    """One total over all units and periods."""
    dice = desk.dice(*total.place, total.period)
    weights = []
    for unit, period in cells:
        weight = desk.weight(total, unit, period) * desk.scales.share(total.season, period.suffix)
        weight = shaken(dice, weight, total.jitter)
        weights.append(0 if desk.is_left_out(unit, total.place.form, period) else weight)
    _put_spread(total, desk, cells, weights, total.total)


def _stock(total: Total, desk: Working, cells: Cells) -> None:
    """The total over the units at the end of every period; the season says, per mille, how much of it is there."""
    dice = desk.dice(*total.place)
    shakes = {code: shaken(dice, 1, total.jitter) for code in dict.fromkeys(unit.code for unit, _ in cells)}
    for period in sorted({period for _, period in cells}):
        then = [cell for cell in cells if cell[1] == period]
        weights = [desk.weight(total, unit, period) * shakes[unit.code] for unit, _ in then]
        level = total.total * desk.scales.share(total.season, period.suffix) / 1000 if total.season else total.total
        _put_spread(total, desk, then, weights, level // total.step * total.step)


def _each(total: Total, desk: Working, cells: Cells) -> None:
    """The same value everywhere."""
    for unit, period in cells:
        desk.put(total.place, unit, period, total.total)


def _near(total: Total, desk: Working, cells: Cells) -> None:
    """About `total` times the answer it goes along with, never above `within`."""
    dice = desk.dice(*total.place)
    shakes = {
        code: Decimal(shaken(dice, 1, total.jitter)) / 1000 for code in dict.fromkeys(unit.code for unit, _ in cells)
    }
    for unit, period in cells:
        value = desk.look_up(total.along, total.place, unit, period) * total.total * shakes[unit.code]
        if total.within:
            value = min(value, desk.look_up(total.within, total.place, unit, period))
        desk.put(total.place, unit, period, value // total.step * total.step)


def _derived(total: Total, desk: Working, cells: Cells) -> None:
    """What the answers it goes along with make by arithmetic."""
    for unit, period in cells:
        desk.put(total.place, unit, period, desk.evaluate(total.along, total.place, unit, period))


def _split(total: Total, desk: Working, cells: Cells) -> None:
    """The answer of a unit over the units below it, one row each, whose key is its code."""
    level = desk.project.forms[total.place.form].part(total.place.part).rows
    for unit, period in cells:
        whole = int(desk.look_up(total.along, total.place, unit, period))
        places = [total.place._replace(key=below.code) for below in desk.units_below(unit, level)]
        weights = [
            shaken(desk.dice(*place), desk.scales.weight(total.weight, place.key), total.jitter) for place in places
        ]
        caps = [int(desk.look_up(total.within, place, unit, period)) for place in places] if total.within else None
        for place, share in zip(places, spread(whole, weights, caps), strict=True):
            desk.put(place, unit, period, Decimal(share))


def _row_above(total: Total, desk: Working, cells: Cells) -> None:
    """What the unit above reports in its row about the unit."""
    for unit, period in cells:
        above = desk.project.units[unit.place_parent]
        form, part, field = total.along.split(".")
        desk.put(total.place, unit, period, desk.row_of(Place(form, part, unit.code, field), above, period))


def _put_spread(total: Total, desk: Working, cells: Cells, weights: list[int], amount: Decimal) -> None:
    steps = int(amount / total.step)
    if steps * total.step != amount:
        raise ValueError(f"{amount} is no multiple of {total.step}")
    weights = without_crumbs(steps, weights, int(total.least / total.step))
    caps = None
    if total.within:
        caps = [int(desk.look_up(total.within, total.place, unit, period) / total.step) for unit, period in cells]
    for (unit, period), share in zip(cells, spread(steps, weights, caps), strict=True):
        desk.put(total.place, unit, period, share * total.step)


_WAYS: dict[TotalKind, Callable[[Total, Working, Cells], None]] = {
    TotalKind.FLOW: _flow,
    TotalKind.STOCK: _stock,
    TotalKind.EACH: _each,
    TotalKind.NEAR: _near,
    TotalKind.DERIVED: _derived,
    TotalKind.SPLIT: _split,
    TotalKind.ROW_ABOVE: _row_above,
}
