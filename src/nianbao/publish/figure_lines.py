"""figures.csv: a line for every printed figure, written, read from releases of any age, and compared."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from nianbao.publish.datapackage import names_of
from nianbao.publish.plain import exact_text
from nianbao.record.compare import Pair, Row, pair_lines, pair_others
from nianbao.statistics.noun import is_true_for
from nianbao.statistics.scopes import ALL
from nianbao.terms.document import Document, PrintedFigure, Revision
from nianbao.terms.figure import figure_key
from nianbao.terms.release import Correction

_ONCE = {"indicator": "indicator_id", "period": "year", "coverage_reported": "reported", "coverage_expected": "asked"}
"""What columns were called in releases that keep their bytes."""


def figures_csv(figures: Iterable[PrintedFigure]) -> str:
    """The figures of an edition as CSV, one line per printed figure, each once."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names_of("figures"))
    seen = set()
    for figure in figures:
        value = "" if figure.value is None else format(figure.value, "f")
        row = (
            figure.indicator_id, figure.year, figure.scope, figure.section, value, figure.unit,
            figure.text, figure.true_for, figure.bulletin_id, figure.zh,
            figure.coverage.reported, figure.coverage.expected,
        )  # fmt: skip
        if row not in seen:
            seen.add(row)
            writer.writerow(row)
    return text.getvalue()


def read_figure_lines(lines: Iterable[str], renamed: Mapping[str, str]) -> list[Row]:
    """The lines of a figures.csv by the names of today: of its columns, and of indicators that were `renamed`."""
    rows = [{_ONCE.get(name, name): value for name, value in row.items()} for row in csv.DictReader(lines)]
    return [row | {"indicator_id": renamed.get(row["indicator_id"], row["indicator_id"])} for row in rows]


_SHOWN = 24
_GOES_ON = frozenset("0123456789.万亿多余")
"""What makes another number of one that a wording begins with."""

_PLACE = ("indicator_id", "year", "scope", "section")
_SPEAKER = ("text_id", "unit_code", "period")

NOTHING: Mapping[str, str] = MappingProxyType({})

Behind = Callable[[Row], tuple[Correction, ...]]
"""The corrections behind a printed figure that was issued."""


def with_revisions(
    document: Document, before: Path | None, behind: Behind = lambda was: (), renamed: Mapping[str, str] = NOTHING
) -> Document:
    """The document with what it changes against the release before: figures printed otherwise, by section."""
    if before is None:
        return document
    lines = (before / "figures.csv").read_text(encoding="utf-8").splitlines()
    now = figures_csv(document.figures).splitlines()
    revisions = tuple(
        revise(was, row, document.background.units, behind(was)) for was, row in changed_rows(lines, now, renamed)
    )
    return dataclasses.replace(document, revisions=revisions)


def changed_rows(
    old: Iterable[str], new: Iterable[str], renamed: Mapping[str, str] = NOTHING
) -> Iterator[tuple[Row, Row | None]]:
    """The lines of a figures.csv that are printed otherwise in another, each with what is printed now, if anything is.

    Every wording is held against the same wording of the same place: indicator, year, scope and section. A wording
    is known by its text, else by its place among those that are left; an indicator by the ids it was `renamed` from.
    """
    before, now = read_figure_lines(old, renamed), read_figure_lines(new, renamed)
    for was, row in pair_lines(before, now, _PLACE, "printed"):
        if was and (row is None or (was["value"], was["printed"]) != (row["value"], row["printed"])):
            yield was, row


def revise(was: Row, now: Row | None, units: Mapping[str, str], because: tuple[Correction, ...] = ()) -> Revision:
    """A changed line as it is told, with what is behind it: of what was issued it is said whether it is true now."""
    old = Decimal(was["value"]) if was["value"] else None
    place = (_name(was, units), int(was["year"]), was["section"])
    if now is None:
        return Revision(*place, _said(was), "不再印出", None, "", old, None, because)
    new = Decimal(now["value"]) if now["value"] else None
    key = figure_key(now["indicator_id"], int(now["year"]))
    return Revision(*place, _said(was), _said(now), _still_holds(was, now), key, old, new, because)


def changed_texts(old: Iterable[str], new: Iterable[str]) -> Iterator[Pair]:
    """The texts of a texts.csv that are said otherwise in another, or not at all, then those that only the other has.

    What a unit says otherwise stands beside what it said under the same id and for the same period, in their order.
    """
    return pair_others(list(csv.DictReader(old)), list(csv.DictReader(new)), _SPEAKER, "text")


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
    after = printed.replace(",", "").removeprefix(value)
    if not value or (after != printed.replace(",", "") and after[:1] not in _GOES_ON):
        return printed
    return f"{printed}（{exact_text(Decimal(value), row['unit'])}{row['unit']}）"


def _still_holds(was: Row, now: Row) -> bool | None:
    """Whether what was printed is true of the value now; unknown where the old release does not tell."""
    if not was.get("true_for") or not now["value"]:
        return None
    return is_true_for(was["true_for"], Decimal(now["value"]))
