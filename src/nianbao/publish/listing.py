"""The printed figures as office files list them: each once, with all its wordings, and named after its unit."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from nianbao.terms.document import Document, PrintedFigure

WHOLE = "全部单位"


@dataclass(frozen=True)
class ListingLine:
    """One figure of the list: the figures that print it, differing in their wording only, and whose it is."""

    figures: tuple[PrintedFigure, ...]
    unit: str = ""

    @property
    def first(self) -> PrintedFigure:
        """The figure as it is printed first."""
        return self.figures[0]


def unit_names(document: Document) -> dict[str, str]:
    """The names of the units that contribute to any figure."""
    return {each.unit_code: each.zh for trace in document.traces.values() for each in trace.by_unit}


def lines_by_figure(document: Document) -> list[ListingLine]:
    """A line per figure of the whole federation; the parts of single units stand in the tables."""
    return [line for line in _lines(document, lambda figure: (figure.key, figure.scope)) if not line.unit]


def lines_by_section(document: Document) -> list[ListingLine]:
    """A line per figure and section, those of single units too."""
    return _lines(document, lambda figure: (figure.key, figure.scope, figure.section))


def _lines(document: Document, sort_of: Callable[[PrintedFigure], Hashable]) -> list[ListingLine]:
    """The figures together that are of a sort, in the order in which they are printed first; each wording once."""
    names = unit_names(document)
    sorts: dict[Hashable, dict[str, PrintedFigure]] = {}
    for figure in document.figures:
        sorts.setdefault(sort_of(figure), {}).setdefault(figure.text, figure)
    lines = (tuple(wordings.values()) for wordings in sorts.values())
    return [ListingLine(figures, names.get(figures[0].scope, "")) for figures in lines]
