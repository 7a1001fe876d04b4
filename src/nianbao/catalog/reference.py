"""Reads the lists kept by hand: codes and accounts, the places of a map of tiles; and the rule of quality notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path

from nianbao.catalog.declared import Declared, read_csv
from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.codes import Code
from nianbao.terms.quality import Measure, QualityRule

CODE_COLUMNS = "list,code,zh,en,parent,level,kind,valid_from,valid_to".split(",")
ACCOUNT_COLUMNS = "chart,account_code,zh,en,side,parent,level,valid_from,valid_to".split(",")
TILE_COLUMNS = "unit_code,tile_row,tile_column".split(",")

Codes = dict[str, dict[str, Code]]


def read_codes(codes_path: Path, accounts_path: Path) -> Codes:
    """Every code list by name; the charts of accounts are the list `accounts`.

    Raises:
        DeclarationError: a code or a Chinese label stands twice in a list, or a day is malformed.
    """
    lists: Codes = {}
    for line, row in read_csv(codes_path, CODE_COLUMNS):
        code = Code(
            row["list"], row["code"], row["zh"], row["en"], row["parent"], row["level"], row["kind"],
            *_days(codes_path, line, row),
        )  # fmt: skip
        own = lists.setdefault(code.list, {})
        if code.code in own or any(other.zh == code.zh for other in own.values()):
            raise DeclarationError(
                codes_path,
                line,
                _("{code} or its label stands twice in the list {list}").format(code=code.code, list=code.list),
            )
        own[code.code] = code
    accounts = lists.setdefault("accounts", {})
    for line, row in read_csv(accounts_path, ACCOUNT_COLUMNS):
        account = Code(
            "accounts", row["account_code"], row["zh"], row["en"], row["parent"], row["level"], row["side"],
            *_days(accounts_path, line, row),
        )  # fmt: skip
        # The same account may stand in two charts; the key keeps both, the code is what is filled in.
        accounts[f"{row['chart']}/{account.code}"] = account
    return lists


def read_tiles(path: Path, units: Collection[str]) -> dict[str, tuple[int, int]]:
    """Where units lie on a map of tiles, row and column counted from 1; nothing where there is no such file.

    Raises:
        DeclarationError: a unit is unknown or stands twice, a place is no number from 1 on, or two lie in one place.
    """
    found: dict[str, tuple[int, int]] = {}
    for line, row in read_csv(path, TILE_COLUMNS) if path.exists() else ():
        code, *given = (row[name] for name in TILE_COLUMNS)
        if code not in units:
            raise DeclarationError(path, line, _("unit {code!r} is not in units.csv").format(code=code))
        if not all(each.isascii() and each.isdecimal() and int(each) for each in given):
            raise DeclarationError(
                path,
                line,
                _("row and column of {code} are {given}; count them from 1").format(
                    code=code, given=" and ".join(given)
                ),
            )
        place = int(given[0]), int(given[1])
        if code in found or place in found.values():
            raise DeclarationError(
                path, line, _("{code} stands twice, or another unit lies in its place").format(code=code)
            )
        found[code] = place
    return found


def _days(path: Path, line: int, row: dict[str, str]) -> tuple[dt.date | None, dt.date | None]:
    """The days from and to which a row is valid; an empty one is open."""
    try:
        first, last = (dt.date.fromisoformat(text) if text else None for text in (row["valid_from"], row["valid_to"]))
    except ValueError as error:
        raise DeclarationError(path, line, str(error)) from error
    return first, last


QUALITY = "quality.toml"


def read_quality(path: Path) -> QualityRule | None:
    """The rule; without the file there is none, and no notice.

    Raises:
        DeclarationError: a measure is unknown or stands twice, a ranking one is not shown, or smallest is below 1.
    """
    if not path.exists():
        return None
    declared = Declared.from_toml(path)
    shown, rank = _measures(declared, "shown"), _measures(declared, "rank")
    smallest = declared.integer("smallest")
    declared.done()
    if hidden := [each for each in rank if each not in shown]:
        raise declared.fail(
            _("{hidden} ranks and is not shown: who is ranked must see by what").format(hidden=hidden[0]), "rank"
        )
    if smallest < 1:
        raise declared.fail(_("smallest must be 1 or more"), "smallest")
    return QualityRule(shown, rank, smallest)


def _measures(declared: Declared, key: str) -> tuple[Measure, ...]:
    names = declared.texts(key)
    if wrong := [name for name in names if name not in set(Measure)]:
        raise declared.fail(
            _("{key}: {wrong!r} is none of: {Measure}").format(key=key, wrong=wrong[0], Measure=", ".join(Measure)),
            wrong[0],
        )
    if not names or len(set(names)) < len(names):
        raise declared.fail(_("{key} must name at least one measure, and each once").format(key=key), key)
    return tuple(Measure(name) for name in names)
