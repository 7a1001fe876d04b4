"""The traces of a document as one compact JSON text for the page: repeated strings are written once and numbered."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from decimal import Decimal
from itertools import groupby

from nianbao.publish.plain import exact_text
from nianbao.terms.document import Document, Paragraph, PrintedFigure, Trace
from nianbao.terms.figure import TracedCell
from nianbao.terms.period import Period

_SHA_SHOWN = 12
# What a word in the printed wording promises about the exact value.
_MEANINGS = {
    "多": "“多”：准确数大于印出的数，不到下一个同位数。",
    "余": "“余”：准确数大于印出的数，不到下一个同位数。",
    "近": "“近”：准确数略小于印出的数，相差不超过5%。",
    "约": "“约”：准确数与印出的数相差不超过5%。",
    "以上": "“以上”：准确数不小于印出的数。",
    "超": "“超”：准确数大于印出的数。",
}


class Numbered(dict[Hashable, int]):
    """Distinct things in the order of their first use; looking one up gives its number."""

    def __missing__(self, thing: Hashable) -> int:
        self[thing] = len(self)
        return self[thing]


class TraceData:
    """Everything the page shows about where its figures come from."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.titles = {section.id: section.title for section in document.sections}
        self.figures = list(_distinct_figures(document))
        self.names = {each.unit_code: each.zh for trace in document.traces.values() for each in trace.by_unit}
        self._indicator_zh = {figure.indicator_id: figure.zh for figure in self.figures}
        self._units, self._periods, self._files, self._sheets = Numbered(), Numbered(), Numbered(), Numbered()
        self._sources, self._cells, self._absent = Numbered(), Numbered(), Numbered()

    def is_of_unit(self, figure: PrintedFigure) -> bool:
        """Whether the figure is one unit's part, as in a row of a table, and not that of the whole federation."""
        return figure.scope in self.names

    def lines(self) -> list[tuple[str, list[PrintedFigure]]]:
        """The list of figures: a line per figure and section with its wordings there, named where its key comes first.

        One unit's part has no line of its own; it is found under the figure of the whole.
        """
        lines: dict[tuple[str, str], list[PrintedFigure]] = {}
        keys = {figure.key for figure in self.figures if not self.is_of_unit(figure)}
        for figure in self.figures:
            if not self.is_of_unit(figure):
                lines.setdefault((figure.key, figure.section), []).append(figure)
            elif figure.key not in keys:
                keys.add(figure.key)
                lines[figure.key, figure.section] = [figure]
        named: set[str] = set()
        result = []
        for (key, _), figures in lines.items():
            result.append(("" if key in named else f"trace-{key}", figures))
            named.add(key)
        return result

    def missing(self, figure: PrintedFigure) -> tuple[str, ...]:
        """The names of the units that have not reported."""
        return tuple(self.names.get(unit, unit) for unit in figure.coverage.missing)

    def to_json(self) -> str:
        """The JSON text, safe inside a script element."""
        printed: dict[str, list[PrintedFigure]] = {key: [] for key in self.document.traces}
        for figure in self.figures:
            printed.setdefault(figure.key, []).append(figure)
        entries = {key: self._entry(key, figures) for key, figures in printed.items()}
        tables = {
            "units": [[code, self.names.get(str(code), str(code))] for code in self._units],
            "periods": [_period_zh(str(code)) for code in self._periods],
            "files": list(self._files),
            "sheets": list(self._sheets),
            "sources": list(self._sources),
            "cells": list(self._cells),
            "absent": list(self._absent),
            "figures": entries,
        }
        text = json.dumps(tables, ensure_ascii=False, separators=(",", ":"))
        return text.replace("<", r"\u003c").replace("\u2028", r"\u2028").replace("\u2029", r"\u2029")

    def _entry(self, key: str, figures: list[PrintedFigure]) -> dict[str, object]:
        """One figure: what it says, how it is computed, who reported, and the numbers of its cells."""
        trace = self.document.traces.get(key) or Trace(key, (), (), ())
        entry: dict[str, object] = {
            "operands": [[operand, self._operand_zh(operand)] for operand in trace.operands],
            "units": [[self._units[each.unit_code], _plain(each.value)] for each in trace.by_unit],
            "cells": self._runs_by_indicator(trace, figures[0].indicator_id if figures else ""),
        }
        if figures:
            whole = [figure for figure in figures if not self.is_of_unit(figure)]
            parts = {figure.scope: figure for figure in figures if self.is_of_unit(figure)}
            first, coverage = (whole or figures)[0], figures[0].coverage
            entry |= {
                "zh": first.zh,
                "year": first.year,
                "value": exact_text(first.value) if whole else "",
                "unit": first.unit,
                "definition": first.definition,
                "printed": [
                    [each.text, each.section, self.titles.get(each.section, ""), meaning(each.text)] for each in whole
                ],
                "parts": [[self._units[scope], exact_text(part.value)] for scope, part in parts.items()],
                "reported": coverage.reported,
                "expected": coverage.expected,
                "missing": self._absent[self.missing(first)],
            }
        return entry

    def _operand_zh(self, key: str) -> str:
        """What an operand is called; one that is printed nowhere may be known by its id alone."""
        indicator, _, year = key.rpartition("-")
        return f"{self._indicator_zh.get(indicator, indicator)}（{year}年）"

    def _runs_by_indicator(self, trace: Trace, own: str) -> list[tuple[str, list[int]]]:
        """The figure's cells as runs of consecutive numbers, apart for each indicator of a formula."""
        groups: dict[str, list[int]] = {}
        for cell in trace.cells:
            groups.setdefault(cell.indicator_id, []).append(self._cells[self._cell(cell)])
        return [
            ("" if indicator == own else self._indicator_zh.get(indicator, indicator), runs(numbers))
            for indicator, numbers in groups.items()
        ]

    def _cell(self, cell: TracedCell) -> Hashable:
        """A cell's source, address and text; its value only when that is not what the text says anyway."""
        file = self._files[(cell.file, cell.sha256[:_SHA_SHOWN])]
        place = (self._units[cell.unit_code], self._periods[cell.period], cell.submission_id)
        source = self._sources[(*place, file, self._sheets[cell.sheet])]
        value = _plain(cell.value) if isinstance(cell.value, Decimal) else cell.value
        said = cell.text.strip().replace(",", "")
        return (source, cell.cell, cell.text) if value in (said, None) else (source, cell.cell, cell.text, value)


def meaning(text: str) -> str:
    """What the wording of a printed figure promises about its exact value; nothing for a plain number."""
    return next((sentence for word, sentence in _MEANINGS.items() if word in text), "")


def runs(numbers: list[int]) -> list[int]:
    """Numbers as pairs of first number and length: 4, 5, 6, 9 is 4, 3, 9, 1."""
    pairs: list[int] = []
    for _, run in groupby(enumerate(numbers), key=lambda item: item[1] - item[0]):
        members = [number for _, number in run]
        pairs += [members[0], len(members)]
    return pairs


def _distinct_figures(document: Document) -> Iterator[PrintedFigure]:
    """The document's figures, then those that stand only in its text or tables; each wording of a section once."""
    seen = set()
    for figure in [*document.figures, *_printed(document)]:
        said = (figure.key, figure.scope, figure.section, figure.text)
        if said not in seen:
            seen.add(said)
            yield figure


def _printed(document: Document) -> Iterator[PrintedFigure]:
    """Every figure of the text and the tables, in reading order."""
    for section in document.sections:
        yield from (piece for paragraph in section.paragraphs for piece in _figures_in(paragraph))
        cells = (cell for table in section.tables for _, row in table.rows for cell in row)
        yield from (cell.figure for cell in cells if cell.figure)


def _figures_in(paragraph: Paragraph) -> Iterator[PrintedFigure]:
    return (piece for piece in paragraph if isinstance(piece, PrintedFigure))


def _plain(value: Decimal | None) -> str | None:
    """A value in plain digits without trailing zeros after the point."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _period_zh(code: str) -> str:
    try:
        return Period.parse(code).zh
    except ValueError:
        return code
