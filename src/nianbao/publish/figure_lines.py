"""figures.csv: a line for every printed figure, written, and read again from releases of any age."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from nianbao.record.compare import Row
from nianbao.terms.document import PrintedFigure

COLUMNS = ("indicator_id", "year", "scope", "section", "value", "unit", "printed", "true_for", "bulletin_id", "zh",
           "reported", "asked")  # fmt: skip
_ONCE = {"indicator": "indicator_id", "period": "year", "coverage_reported": "reported", "coverage_expected": "asked"}
"""What columns were called in releases that keep their bytes."""


def figures_csv(figures: Iterable[PrintedFigure]) -> str:
    """The figures of an edition as CSV, one line per printed figure, each once."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
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
