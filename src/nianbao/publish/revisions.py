"""revisions: what is printed otherwise than in a release, figure by figure, and whether what it said still holds."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from nianbao.publish.plain import exact_text
from nianbao.publish.release import figures_csv
from nianbao.statistics.noun import is_true_for
from nianbao.statistics.scopes import ALL
from nianbao.statistics.trace import figure_key
from nianbao.terms.document import Document, Revision
from nianbao.terms.release import Correction

_SHOWN = 24

Row = Mapping[str, str]
"""A line of figures.csv."""

Behind = Callable[[Row], tuple[Correction, ...]]
"""The corrections behind a printed figure that was issued."""


def with_revisions(document: Document, before: Path | None, behind: Behind = lambda was: ()) -> Document:
    """The document with what it changes against the release before: figures printed otherwise, by section."""
    if before is None:
        return document
    lines = (before / "figures.csv").read_text(encoding="utf-8").splitlines()
    now = figures_csv(document.figures).splitlines()
    revisions = tuple(revise(was, row, document.background.units, behind(was)) for was, row in changed_rows(lines, now))
    return dataclasses.replace(document, revisions=revisions)


def changed_rows(old: Iterable[str], new: Iterable[str]) -> Iterator[tuple[Row, Row | None]]:
    """The lines of a figures.csv that are printed otherwise in another, each with what is printed now, if anything is.

    Every wording is held against the same wording of the same place: indicator, period, scope and section.
    """
    now = _by_place(new)
    for place, rows in _by_place(old).items():
        for was, row in _pairs(rows, now.get(place, [])):
            if row is None or (was["value"], was["printed"]) != (row["value"], row["printed"]):
                yield was, row


def revise(was: Row, now: Row | None, units: Mapping[str, str], because: tuple[Correction, ...] = ()) -> Revision:
    """A changed line as it is told, with what is behind it: of what was issued it is said whether it is true now."""
    old = Decimal(was["value"]) if was["value"] else None
    place = (_name(was, units), int(was["period"]), was["section"])
    if now is None:
        return Revision(*place, _said(was), "不再印出", None, "", old, None, because)
    new = Decimal(now["value"]) if now["value"] else None
    key = figure_key(now["indicator"], int(now["period"]))
    return Revision(*place, _said(was), _said(now), _still_holds(was, now), key, old, new, because)


def changed_texts(old: Iterable[str], new: Iterable[str]) -> Iterator[tuple[Row | None, Row | None]]:
    """The texts of a texts.csv that are said otherwise in another, or not at all, then those that only the other has.

    What a unit says otherwise stands beside what it said under the same id and for the same period, in their order.
    """
    before, now = list(csv.DictReader(old)), list(csv.DictReader(new))
    said_before, said_now = ({row["text"] for row in rows} for rows in (before, now))
    fresh: dict[tuple[str, ...], list[Row]] = {}
    for row in now:
        if row["text"] not in said_before:
            fresh.setdefault(_speaker(row), []).append(row)
    for was in before:
        if was["text"] not in said_now:
            said = fresh.get(_speaker(was))
            yield was, said.pop(0) if said else None
    yield from ((None, row) for rows in fresh.values() for row in rows)


def _speaker(row: Row) -> tuple[str, ...]:
    return row["text_id"], row["unit_code"], row["period"]


def revise_text(was: Row | None, now: Row | None, year: int) -> Revision:
    """A changed text as it is told: which paragraph, whose, and how both begin."""
    told = was or now
    assert told, "one of the two is there"
    paragraph = told["key"].rpartition("-")[2]
    zh = f"{told['zh']}第{paragraph}段（{told['unit_zh']}）"
    said = _begin(was["text"]) if was else "未引用"
    return Revision(zh, year, told["section"], said, _begin(now["text"]) if now else "不再引用", False if was else None)


def _begin(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _pairs(old: list[Row], new: list[Row]) -> Iterator[tuple[Row, Row | None]]:
    """Each wording of a place beside what it is now: in their order, or by their text if their number changed."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
        return
    left, changed = list(new), []
    for row in old:
        same = next((now for now in left if now["printed"] == row["printed"]), None)
        if same is None:
            changed.append(row)
        else:
            left.remove(same)
            yield row, same
    for place, row in enumerate(changed):
        yield row, left[place] if place < len(left) else None


def _by_place(lines: Iterable[str]) -> dict[tuple[str, ...], list[Row]]:
    """The rows of a figures.csv by where they are printed: indicator, period, scope and section."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in csv.DictReader(lines):
        found.setdefault((row["indicator"], row["period"], row["scope"], row["section"]), []).append(row)
    return found


def _name(row: Row, units: Mapping[str, str]) -> str:
    scope = row["scope"]
    return row["zh"] if scope == ALL else f"{row['zh']}（{units.get(scope, scope)}）"


def _said(row: Row) -> str:
    """What is printed, with the exact value where that is another."""
    printed, value = row["printed"], row["value"]
    if not value or printed.startswith(value):
        return printed
    return f"{printed}（{exact_text(Decimal(value), row['unit'])}{row['unit']}）"


def _still_holds(was: Row, now: Row) -> bool | None:
    """Whether what was printed is true of the value now; unknown where the old release does not tell."""
    if not was.get("true_for") or not now["value"]:
        return None
    return is_true_for(was["true_for"], Decimal(now["value"]))
