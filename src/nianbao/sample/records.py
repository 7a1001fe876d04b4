"""Makes the many small records of a year, training classes for one, from their number and their totals."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from nianbao.sample.ledgers import Ledgers
from nianbao.sample.spread import shaken, spread
from nianbao.sample.working import Working
from nianbao.terms.filled import Row
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit


@dataclass(frozen=True)
class Spread:
    """A number of each record: all together make `total`, each is between `least` and `most`."""

    field: str
    total: Decimal
    least: Decimal
    most: Decimal
    step: Decimal
    jitter: int
    weight: str


@dataclass(frozen=True)
class Records:
    """A table of records.toml: `count` records of the year over units and periods, their id, code and numbers."""

    form: str
    part: str
    count: int
    whom: tuple[str, ...]
    weight: str
    season: str
    jitter: int
    id_field: str
    id_pattern: str
    code_field: str
    codes: tuple[str, ...]
    spreads: tuple[Spread, ...]


def read_records(path: Path) -> list[Records]:
    """The tables of records.toml."""
    return [_records(table) for table in tomllib.loads(path.read_text(encoding="utf-8"))["records"]]


def _records(table: dict[str, Any]) -> Records:
    numbers = [
        Spread(
            field=name,
            total=Decimal(str(each["total"])),
            least=Decimal(str(each.get("least", 0))),
            most=Decimal(str(each["most"])),
            step=Decimal(str(each.get("step", 1))),
            jitter=each.get("jitter", 0),
            weight=each.get("weight", ""),
        )
        for name, each in table["spread"].items()
    ]
    return Records(
        form=table["form"],
        part=table["part"],
        count=table["count"],
        whom=tuple(table["whom"].split()),
        weight=table["weight"],
        season=table["season"],
        jitter=table["jitter"],
        id_field=table.get("id_field", ""),
        id_pattern=table.get("id_pattern", ""),
        code_field=table["code_field"],
        codes=tuple(table["codes"]),
        spreads=tuple(numbers),
    )


def make_records(records: Records, desk: Working) -> Ledgers:
    """Records for every unit and period of the year, so that each number adds up to its total."""
    form = desk.project.forms[records.form]
    cells = [
        (unit, period)
        for unit in desk.project.units.values()
        for period in (Period.of(desk.year, suffix) for suffix in form.suffixes)
        if {unit.code, unit.level.code} & set(records.whom)
        and form.parts_of(unit, period)
        and not desk.is_left_out(unit, form.code, period)
    ]
    dice = desk.dice(records.form, records.part)
    weights = [
        shaken(
            dice,
            desk.scales.weight(records.weight, unit.code) * desk.scales.share(records.season, period.suffix),
            records.jitter,
        )
        for unit, period in cells
    ]
    ledgers: Ledgers = defaultdict(list)
    owners: list[Unit] = []
    numbers: dict[str, int] = defaultdict(int)
    for (unit, period), count in zip(cells, spread(records.count, weights), strict=True):
        first = dice.randrange(len(records.codes))
        for turn in range(count):
            numbers[unit.code] += 1
            row: Row = {records.code_field: records.codes[(first + turn) % len(records.codes)]}
            if records.id_field:
                row[records.id_field] = records.id_pattern.format(unit=unit.code, year=desk.year, n=numbers[unit.code])
            ledgers[records.form, records.part, unit.code, period.code].append(row)
            owners.append(unit)
    rows = [row for own in ledgers.values() for row in own]
    for each in records.spreads:
        _spread_over(each, rows, owners, desk)
    return ledgers


def _spread_over(each: Spread, rows: list[Row], owners: list[Unit], desk: Working) -> None:
    dice = desk.dice(each.field)
    weights = [shaken(dice, desk.scales.weight(each.weight, unit.code), each.jitter) for unit in owners]
    steps = [int(number / each.step) for number in (each.total, each.least, each.most)]
    shares = spread(steps[0], weights, [steps[2]] * len(rows), steps[1])
    for row, share in zip(rows, shares, strict=True):
        row[each.field] = share * each.step if each.step != 1 else share
