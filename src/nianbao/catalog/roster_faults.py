"""Rosters that cannot be right: codes with blanks, units without a name, parents in a circle, rows taken out of use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.period import Period
from nianbao.terms.roster import Roster
from nianbao.terms.unit import LINES, Unit

Placed = tuple[int, Unit]
"""A version of a unit and the line on which it stands in the file."""

_SHOWN = 5


def refuse_unreadable_units(path: Path, placed: Iterable[Placed]) -> None:
    """Hold that each unit has a code that can be typed, and names that can be printed.

    Raises:
        DeclarationError: a code is empty or has a blank or a slash in it, or a name is empty.
    """
    for line, unit in placed:
        if not unit.code or any(character.isspace() or character in "/\\" for character in unit.code):
            raise DeclarationError(
                path, line, _("unit_code = {code!r} is empty, or has a blank or a slash in it").format(code=unit.code)
            )
        for column in ("zh", "short_zh", "en"):
            if not getattr(unit, column):
                raise DeclarationError(
                    path, line, _("unit {code} has no {column}: write its name").format(code=unit.code, column=column)
                )


def refuse_circles(path: Path, placed: Sequence[Placed]) -> None:
    """Hold that on no day a unit stands above itself, by however many steps.

    Raises:
        DeclarationError: it does; the units of the circle are named.
    """
    for kind in LINES:
        # Parents change seldom: days are looked at one by one only where the versions together make a circle.
        if not _circle(kind, placed):
            continue
        for day in sorted({unit.valid_from for _line, unit in placed}):
            if circle := _circle(kind, [each for each in placed if each[1].is_valid_on(day)]):
                line, _first = circle[0]
                named = " → ".join(unit.code for _, unit in (*circle, circle[0]))
                what = _("the {kind}_parent of {named} leads in a circle on {day}").format(
                    kind=kind, named=named, day=day
                )
                raise DeclarationError(path, line, _("{what}: correct one of them").format(what=what))


def _circle(kind: str, placed: Iterable[Placed]) -> list[Placed]:
    """The units of a circle of parents, if there is one."""
    by_code: dict[str, list[Placed]] = {}
    for each in placed:
        by_code.setdefault(each[1].code, []).append(each)
    is_clear: set[str] = set()
    for start in by_code:
        way: dict[str, Placed] = {}
        ahead = [(start, iter(by_code[start]))]
        while ahead:
            code, versions = ahead[-1]
            version = next(versions, None)
            if version is None:
                is_clear.add(code)
                way.pop(code, None)
                ahead.pop()
                continue
            way[code] = version
            parent = version[1].parent_on(kind)
            if parent in way:
                codes = list(way)
                return [way[code] for code in codes[codes.index(parent) :]]
            if parent in by_code and parent not in is_clear:
                ahead.append((parent, iter(by_code[parent])))
    return []


def refuse_lost_units(path: Path, roster: Roster, reported: Iterable[tuple[str, str, bool]]) -> None:
    """Hold that every unit that ever reported is in the roster, and on the days about which its numbers count.

    `reported` are units and periods, each with whether what was reported counts.

    Raises:
        DeclarationError: a unit is missing; what it reported would vanish from every figure without a word.
    """
    gone: dict[str, list[str]] = {}
    uncovered: dict[str, list[str]] = {}
    for code, period, counts in sorted(reported):
        if code not in roster.latest:
            gone.setdefault(code, []).append(period)
        elif counts and roster.unit_in(code, Period.parse(period)) is None:
            uncovered.setdefault(code, []).append(period)
    for code, periods in gone.items():
        what = _("unit {code} reported for {listed} and is not in the roster any more").format(
            code=code, listed=_listed(periods)
        )
        raise DeclarationError(
            path, None, _("{what}: put its row back; if it has ended, with the day in valid_to").format(what=what)
        )
    for code, periods in uncovered.items():
        what = _("what unit {code} reported for {listed} counts, and no row of it covers that time").format(
            code=code, listed=_listed(periods)
        )
        raise DeclarationError(
            path, _line_of(path, code), _("{what}: correct its valid_from and valid_to").format(what=what)
        )


def _listed(periods: Sequence[str]) -> str:
    more = f" and {len(periods) - _SHOWN} more" if len(periods) > _SHOWN else ""
    return ", ".join(periods[:_SHOWN]) + more


def _line_of(path: Path, code: str) -> int | None:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if line.startswith(f"{code},")), None)
