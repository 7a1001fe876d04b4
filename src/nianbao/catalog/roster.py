"""Reads the levels, the roster and who succeeded whom; refuses what cannot be told apart."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path

from nianbao.catalog.declared import NAME, read_csv
from nianbao.catalog.roster_faults import Placed, refuse_circles, refuse_unreadable_units
from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.roster import Roster
from nianbao.terms.unit import LINES, Level, Succession, Unit

UNITS, SUCCESSIONS = "units.csv", "successions.csv"
LEVEL_COLUMNS = "unit_level,zh,zh_many,en,en_many,parent,is_counted,approved_by".split(",")
UNIT_COLUMNS = (
    "unit_code,unit_level,zh,short_zh,en,adcode,place_parent,industry_parent,valid_from,valid_to,name_status,source"
).split(",")
SUCCESSION_COLUMNS = "unit_code,successor,day,share,source".split(",")

_FLAGS = {"yes": True, "no": False}
_FINEST_SHARE = -4
"""Shares have at most four decimals: a share of an amount in cents is then exact in the warehouse."""


def read_roster(reference: Path) -> Roster:
    """The roster from levels.csv, units.csv and successions.csv.

    Raises:
        DeclarationError: an unknown level or parent, a malformed day or share, a code twice for one day, two units that
            cannot be told apart, a parent that does not exist on a day of its child, no unit at the root.
    """
    levels = _read_levels(reference / "levels.csv")
    path = reference / UNITS
    placed = [(line, _read_unit(path, line, row, levels)) for line, row in read_csv(path, UNIT_COLUMNS)]
    refuse_unreadable_units(path, placed)
    _check_codes(path, placed)
    _check_parents(path, placed)
    refuse_circles(path, placed)
    _check_names(path, placed)
    if not any(unit.level.is_root for _, unit in placed):
        root = next(level.code for level in levels.values() if level.is_root)
        raise DeclarationError(
            path, 1, _("no unit is of the level {root}: add the federation itself as its first row").format(root=root)
        )
    roster = Roster(levels, tuple(unit for _, unit in placed), ())
    return Roster(levels, roster.versions, tuple(_read_successions(reference / SUCCESSIONS, roster)))


def _read_levels(path: Path) -> dict[str, Level]:
    levels: dict[str, Level] = {}
    lines: dict[str, int] = {}
    for line, row in read_csv(path, LEVEL_COLUMNS):
        code = row["unit_level"]
        if not NAME.fullmatch(code) or code in ("units", "accounts", "counted"):
            raise DeclarationError(
                path, line, _("unit_level = {code!r} is not like county, or means something else").format(code=code)
            )
        if code in levels:
            raise DeclarationError(path, line, _("level {code} stands twice").format(code=code))
        if row["is_counted"] not in _FLAGS:
            raise DeclarationError(
                path, line, _("is_counted = {is_counted!r} must be yes or no").format(is_counted=row["is_counted"])
            )
        missing = [name for name in ("zh", "zh_many", "en", "en_many") if not row[name]]
        if missing:
            raise DeclarationError(path, line, _("level {code} has no {missing}").format(code=code, missing=missing[0]))
        lines[code] = line
        levels[code] = Level(
            code, row["zh"], row["zh_many"], row["en"], row["en_many"], row["parent"], _FLAGS[row["is_counted"]],
            row["approved_by"],
        )  # fmt: skip
    for level in levels.values():
        for name in filter(None, (level.parent, level.approved_by)):
            if name not in levels:
                raise DeclarationError(path, lines[level.code], _("level {name!r} is not declared").format(name=name))
        above, seen = level.parent, {level.code}
        while above:
            if above in seen:
                raise DeclarationError(
                    path, lines[level.code], _("level {code} stands above itself").format(code=level.code)
                )
            seen.add(above)
            above = levels[above].parent
    roots = [level.code for level in levels.values() if level.is_root]
    if len(roots) != 1:
        raise DeclarationError(
            path,
            1,
            _("one level has no parent, the root; here {roots}: {roots_2}").format(
                roots=len(roots), roots_2=", ".join(roots)
            ),
        )
    return levels


def _read_unit(path: Path, line: int, row: Mapping[str, str], levels: Mapping[str, Level]) -> Unit:
    if row["unit_level"] not in levels:
        known = ", ".join(levels)
        raise DeclarationError(
            path,
            line,
            _("level {unit_level!r} is none of those in levels.csv: {known}").format(
                unit_level=row["unit_level"], known=known
            ),
        )
    try:
        unit = Unit(
            code=row["unit_code"],
            level=levels[row["unit_level"]],
            valid_from=dt.date.fromisoformat(row["valid_from"]),
            valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            **{name: row[name] for name in UNIT_COLUMNS if name not in _CONVERTED},
        )
    except ValueError as error:
        raise DeclarationError(path, line, str(error)) from error
    if unit.valid_to and unit.valid_to < unit.valid_from:
        raise DeclarationError(
            path,
            line,
            _("unit {code} ends on {valid_to}, before {valid_from}").format(
                code=unit.code, valid_to=unit.valid_to, valid_from=unit.valid_from
            ),
        )
    return unit


_CONVERTED = {"unit_code", "unit_level", "valid_from", "valid_to"}


def _check_codes(path: Path, placed: Iterable[Placed]) -> None:
    """Each code has one version on a day, and codes do not differ by case or width alone."""
    written: dict[str, str] = {}
    versions: dict[str, list[Placed]] = {}
    for line, unit in placed:
        same = written.setdefault(_folded(unit.code), unit.code)
        if same != unit.code:
            raise DeclarationError(
                path,
                line,
                _("the codes {same} and {code} cannot be told apart; change one").format(same=same, code=unit.code),
            )
        versions.setdefault(unit.code, []).append((line, unit))
    for found in versions.values():
        for (_line, earlier), (line, unit) in pairwise(sorted(found, key=lambda each: each[1].valid_from)):
            if earlier.valid_to is None or earlier.valid_to >= unit.valid_from:
                raise DeclarationError(
                    path,
                    line,
                    _("unit {code} stands twice for the same days: give its earlier row a valid_to").format(
                        code=unit.code
                    ),
                )


def _check_parents(path: Path, placed: Iterable[Placed]) -> None:
    """A parent is in the roster on every day of its child, and nobody stands above itself."""
    days: dict[str, list[Unit]] = {}
    for _line, unit in placed:
        days.setdefault(unit.code, []).append(unit)
    for line, unit in placed:
        for kind in LINES:
            parent = unit.parent_on(kind)
            if not parent:
                continue
            if parent not in days:
                raise DeclarationError(
                    path,
                    line,
                    _("unit {code} has the parent {parent}, which is not in the roster").format(
                        code=unit.code, parent=parent
                    ),
                )
            if day := _day_without(days[parent], unit):
                raise DeclarationError(
                    path,
                    line,
                    _("unit {code} has the parent {parent}, which is not in the roster on {day}").format(
                        code=unit.code, parent=parent, day=day
                    ),
                )


def _day_without(versions: Iterable[Unit], child: Unit) -> dt.date | None:
    """The first day of the child on which none of the versions stands."""
    day = child.valid_from
    for version in sorted(versions, key=lambda each: each.valid_from):
        if version.is_valid_on(day):
            if version.valid_to is None or (child.valid_to is not None and child.valid_to <= version.valid_to):
                return None
            day = version.valid_to + dt.timedelta(days=1)
    return day


def _check_names(path: Path, placed: Iterable[Placed]) -> None:
    """Two units have not one name on one day: a cover with that name could be either's."""
    by_name: dict[str, list[Unit]] = {}
    for line, unit in placed:
        for name in dict.fromkeys(filter(None, (_folded(unit.zh), _folded(unit.short_zh)))):
            for other in by_name.get(name, ()):
                if other.code != unit.code and _overlap(other, unit):
                    what = _("units {code} and {code_2} have one name on the same days ({zh})").format(
                        code=other.code, code_2=unit.code, zh=unit.zh
                    )
                    raise DeclarationError(path, line, _("{what}; change one, or its days").format(what=what))
            by_name.setdefault(name, []).append(unit)


def _overlap(one: Unit, other: Unit) -> bool:
    return (one.valid_to is None or other.valid_from <= one.valid_to) and (
        other.valid_to is None or one.valid_from <= other.valid_to
    )


def _folded(text: str) -> str:
    """What a name or code looks like to a reader: one width, one case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _read_successions(path: Path, roster: Roster) -> list[Succession]:
    found: list[Succession] = []
    lines: dict[tuple[str, dt.date], int] = {}
    for line, row in read_csv(path, SUCCESSION_COLUMNS):
        try:
            each = Succession(
                row["unit_code"], row["successor"], dt.date.fromisoformat(row["day"]), Decimal(row["share"] or "1")
            )
        except (ValueError, InvalidOperation) as error:
            raise DeclarationError(path, line, _("day or share cannot be read: {error}").format(error=error)) from error
        exponent = each.share.as_tuple().exponent
        if not 0 < each.share <= 1 or not isinstance(exponent, int) or exponent < _FINEST_SHARE:
            raise DeclarationError(
                path, line, _("share = {share} must be above 0, at most 1, to 4 decimals").format(share=row["share"])
            )
        if roster.unit_on(each.unit_code, each.day - dt.timedelta(days=1)) is None:
            raise DeclarationError(
                path,
                line,
                _("{unit_code} is not in the roster on the day before {day}").format(
                    unit_code=each.unit_code, day=each.day
                ),
            )
        if roster.unit_on(each.successor, each.day) is None:
            raise DeclarationError(
                path,
                line,
                _("successor {successor} is not in the roster on {day}").format(successor=each.successor, day=each.day),
            )
        if any((each.unit_code, each.successor, each.day) == (e.unit_code, e.successor, e.day) for e in found):
            raise DeclarationError(
                path,
                line,
                _("{successor} succeeds {unit_code} twice on {day}").format(
                    successor=each.successor, unit_code=each.unit_code, day=each.day
                ),
            )
        found.append(each)
        lines[each.unit_code, each.day] = line
    for (code, day), line in lines.items():
        parts = [each for each in found if (each.unit_code, each.day) == (code, day)]
        if (total := sum(each.share for each in parts)) != 1:
            raise DeclarationError(
                path,
                line,
                _("the shares of {code} on {day} make {total}, not 1").format(code=code, day=day, total=total),
            )
        if roster.unit_on(code, day) and all(each.successor != code for each in parts):
            what = _("unit {code} is in the roster on {day}, yet is wholly succeeded then").format(code=code, day=day)
            raise DeclarationError(
                path, line, _("{what}: end it the day before, or name it with the share it keeps").format(what=what)
            )
    return found
