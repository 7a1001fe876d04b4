"""revisions: what is printed otherwise than in a release, figure by figure, and whether what it said still holds."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from nianbao.publish.plain import exact_text
from nianbao.publish.release import figures_csv
from nianbao.record import Frame
from nianbao.statistics.noun import is_true_for
from nianbao.statistics.scopes import ALL
from nianbao.statistics.trace import figure_key
from nianbao.terms.document import Document, Revision
from nianbao.terms.release import Correction

_SHOWN = 24
_PLACE = ("indicator", "period", "scope", "section")
_SPEAKER = ("text_id", "unit_code", "period")

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

    Every wording is held against the same wording of the same place: indicator, period, scope and section. A wording
    is known by its text, else by its place among those that are left.
    """
    before, now = list(csv.DictReader(old)), list(csv.DictReader(new))
    one, other = _frame(before, [*_PLACE, "printed"]), _frame(now, [*_PLACE, "printed"])
    same = _pair(one, other, [*_PLACE, "printed"]).drop_nulls()
    left = one.join(same, on="line", how="anti"), other.join(same, left_on="line", right_on="line_now", how="anti")
    pairs = same.vstack(_pair(*left, _PLACE)).drop_nulls("line")
    for line, line_now in pairs.sort("line").iter_rows():
        was, row = before[line], None if line_now is None else now[line_now]
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
    one, other = _frame(before, [*_SPEAKER, "text"]), _frame(now, [*_SPEAKER, "text"])
    pairs = _pair(one.join(other, on="text", how="anti"), other.join(one, on="text", how="anti"), _SPEAKER)
    for line, line_now in pairs.sort("line", "line_now", nulls_last=True).iter_rows():
        yield None if line is None else before[line], None if line_now is None else now[line_now]


def _frame(rows: Sequence[Row], columns: Sequence[str]) -> Frame:
    """Some columns of lines as a table, each with its number."""
    import polars as pl  # takes half a second, which an edition without one before it need not wait

    schema = dict.fromkeys(columns, pl.String())
    return pl.DataFrame({name: [row[name] for row in rows] for name in columns}, schema).with_row_index("line")


def _pair(one: Frame, other: Frame, keys: Sequence[str]) -> Frame:
    """The numbers of lines with the same keys beside each other, in their order; null where one has no other."""
    import polars as pl

    first, second = (each.with_columns(nth=pl.int_range(pl.len()).over(keys)) for each in (one, other))
    return first.join(second, on=[*keys, "nth"], how="full", suffix="_now").select("line", "line_now")


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
