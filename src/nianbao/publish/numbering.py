"""Numbers of headings, tables and charts as a publication declares them, and the references to these in the text.

What a year leaves out leaves no gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile
from typing import TypeVar

from nianbao.publish.references import refer_to_shown
from nianbao.statistics.numerals import characters
from nianbao.terms.document import Label, PrintedChart, PrintedSection, PrintedTable
from nianbao.terms.publication import ABOVE, IN_CHARACTERS, IN_DIGITS, Numbering

Shown = TypeVar("Shown", PrintedTable, PrintedChart)


def number_sections(
    sections: Iterable[PrintedSection], numbering: Numbering, without: Iterable[str] = ()
) -> tuple[PrintedSection, ...]:
    """Sections with their headings, tables and charts numbered; those `without` a number, by id, keep their titles."""
    numberer, plain = _Numberer(numbering), frozenset(without)
    return tuple(numberer.section(each, each.id not in plain) for each in sections)


class _Numberer:
    """Counts headings of each level under the one above, tables and charts under the outermost numbered heading."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._headings = [0] * len(numbering.headings)
        self._shown: Counter[tuple[str, str]] = Counter()

    def section(self, section: PrintedSection, is_numbered: bool) -> PrintedSection:
        pattern, title = self._numbering.headings[section.level], section.title
        self._headings[section.level + 1 :] = [0] * len(self._headings[section.level + 1 :])
        if pattern and title and is_numbered:
            self._headings[section.level] += 1
            above = ".".join(self._above(section.level))
            title = _label(pattern, self._headings[section.level], above).text + title
        tables = tuple(self._shown_as(table, self._numbering.tables) for table in section.tables)
        charts = tuple(self._shown_as(chart, self._numbering.charts) for chart in section.charts)
        return refer_to_shown(replace(section, title=title, tables=tables, charts=charts))

    def _above(self, level: int) -> list[str]:
        """The numbers of the headings over one, from the outermost level that is numbered."""
        numbered = zip(self._numbering.headings[:level], self._headings[:level], strict=True)
        return [str(number) for pattern, number in numbered if pattern]

    def _shown_as(self, shown: Shown, pattern: str) -> Shown:
        above = next(iter(self._above(len(self._headings))), "0") if ABOVE in pattern else ""
        self._shown[pattern, above] += 1
        return replace(shown, label=_label(pattern, self._shown[pattern, above], above))


def _label(pattern: str, number: int, above: str) -> Label:
    pattern = pattern.replace(ABOVE, above)
    lead = "".join(takewhile(lambda character: character != IN_DIGITS[0], pattern))
    placed = pattern[len(lead) : len(lead) + len(IN_DIGITS)]
    said = characters(number) if placed == IN_CHARACTERS else str(number)
    return Label(lead, said, pattern[len(lead) + len(placed) :])
