"""Reads what a sample year is made from: totals, weights and seasons under samples/<year>/."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from nianbao.errors import DeclarationError
from nianbao.language import _

COLUMNS = "part,key,field,period,kind,total,whom,weight,along,season,within,jitter,step,least,note".split(",")


class TotalKind(StrEnum):
    """How the cells of a total come about."""

    FLOW = "flow"
    STOCK = "stock"
    EACH = "each"
    NEAR = "near"
    DERIVED = "derived"
    SPLIT = "split"
    ROW_ABOVE = "row_above"


class Place(NamedTuple):
    """A series of answers: a field of a part, for a ledger with given rows also the row's key."""

    form: str
    part: str
    key: str
    field: str


@dataclass(frozen=True)
class Total:
    """One line of totals/GHnn.csv; samples/<year>/README.md says what its columns mean."""

    place: Place
    period: str
    kind: TotalKind
    total: Decimal
    whom: tuple[str, ...]
    weight: str
    along: str
    season: str
    within: str
    jitter: int
    step: Decimal
    least: Decimal
    path: Path
    line: int

    def fail(self, message: str) -> DeclarationError:
        """The error for this line."""
        return DeclarationError(self.path, self.line, f"{self.place.field}: {message}")


@dataclass(frozen=True)
class Scales:
    """The relative sizes of units (a column each) and the shares of the year's periods (a row each)."""

    weights: dict[str, dict[str, int]]
    seasons: dict[str, dict[str, int]]

    def weight(self, column: str, unit_code: str) -> int:
        """The weight of a unit; without a column every unit weighs the same."""
        return self.weights[column].get(unit_code, 0) if column else 1

    def share(self, season: str, suffix: str) -> int:
        """The share of a period; without a season every period has the same."""
        return self.seasons[season].get(suffix, 0) if season else 100


def read_totals(folder: Path) -> list[Total]:
    """All totals, form by form, in the order in which they stand.

    Raises:
        DeclarationError: a line has an unknown kind or a number that is none.
    """
    return [total for path in sorted(folder.glob("*.csv")) for total in _read_form(path)]


def read_scales(folder: Path) -> Scales:
    """The weights and seasons of a sample year; both are whole numbers."""
    seasons = {row.pop("season"): _numbers(row) for _, row in rows_of(folder / "seasons.csv")}
    weights: dict[str, dict[str, int]] = {}
    for name in ("units.csv", "counties.csv"):
        for _line, row in rows_of(folder / name):
            unit_code, _zh = row.pop("unit_code"), row.pop("zh")
            for column, weight in _numbers(row).items():
                weights.setdefault(column, {})[unit_code] = weight
    return Scales(weights, seasons)


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their line numbers; lines that begin with # are comments."""
    with path.open(encoding="utf-8", newline="") as file:
        numbered = [(number, line) for number, line in enumerate(file, start=1) if not line.startswith("#")]
    reader = csv.DictReader((line for _, line in numbered), strict=True)
    for (number, _line), row in zip(numbered[1:], reader, strict=True):
        if None in row or None in row.values():
            raise DeclarationError(path, number, _("the row has not as many values as the header"))
        yield number, row


def _read_form(path: Path) -> Iterator[Total]:
    for line, row in rows_of(path):
        if list(row) != COLUMNS:
            raise DeclarationError(path, 1, _("the header must be {COLUMNS}").format(COLUMNS=",".join(COLUMNS)))
        try:
            for key in row["key"].split() or [""]:
                yield _total(path, line, row, key)
        except (ValueError, InvalidOperation) as error:
            raise DeclarationError(path, line, f"{row['field']}: {error}") from error


def _total(path: Path, line: int, row: dict[str, str], key: str) -> Total:
    return Total(
        place=Place(path.stem, row["part"], key, row["field"]),
        period=row["period"],
        kind=TotalKind(row["kind"]),
        total=Decimal(row["total"] or 0),
        whom=tuple(row["whom"].split()),
        weight=row["weight"],
        along=row["along"],
        season=row["season"],
        within=row["within"],
        jitter=int(row["jitter"] or 0),
        step=Decimal(row["step"] or 1),
        least=Decimal(row["least"] or 0),
        path=path,
        line=line,
    )


def _numbers(row: dict[str, str]) -> dict[str, int]:
    return {name: int(text) for name, text in row.items() if text}
