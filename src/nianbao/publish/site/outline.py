"""The figures of a document as the site knows them: one page for each key, with all that is printed of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from nianbao.publish.plain import section_titles, unit_names
from nianbao.terms.document import Document, Paragraph, PrintedFigure

UNITS_A_LEAF = 100
"""So many units stand on the page of a figure; the next ones on a further leaf, and so on."""


def leaf_name(key: str, number: int) -> str:
    """The file of a leaf of a figure: `warmth_funds-2021.html`, then `warmth_funds-2021.2.html`."""
    return f"{key}.html" if number == 1 else f"{key}.{number}.html"


@dataclass
class Told:
    """All printings of one key: of the whole, each wording of a section once, and of single units."""

    key: str
    number: int
    whole: list[PrintedFigure] = field(default_factory=list)
    parts: dict[str, PrintedFigure] = field(default_factory=dict)

    @property
    def first(self) -> PrintedFigure:
        """The figure as it is printed first, that of the whole if it is printed at all."""
        return self.printed[0]

    @property
    def printed(self) -> list[PrintedFigure]:
        """Every one of them, those of the whole first."""
        return [*self.whole, *self.parts.values()]


class Outline:
    """The figures by key in reading order, the titles of the sections and the names of the units."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.titles = section_titles(document)
        self._contributors = unit_names(document)
        self.units = {**document.background.units, **self._contributors}
        self._places: dict[str, dict[str, int]] = {}
        self.told: dict[str, Told] = {}
        seen = set()
        for figure in [*_printed(document), *document.figures]:
            said = (figure.key, figure.scope, figure.section, figure.text)
            if said in seen:
                continue
            seen.add(said)
            told = self.told.setdefault(figure.key, Told(figure.key, len(self.told) + 1))
            if self.is_of_unit(figure):
                told.parts.setdefault(figure.scope, figure)
            else:
                told.whole.append(figure)

    def is_of_unit(self, figure: PrintedFigure) -> bool:
        """Whether the figure is one unit's part, as in a row of a table, and not that of the whole federation."""
        return figure.scope in self._contributors

    def href(self, figure: PrintedFigure) -> str:
        """Where a printed figure leads to: its page, one unit's part to the line of the unit on its leaf."""
        if not self.is_of_unit(figure):
            return f"figures/{quote(leaf_name(figure.key, 1))}"
        return (
            f"figures/{quote(leaf_name(figure.key, self.leaf_of(figure.key, figure.scope)))}#unit-{quote(figure.scope)}"
        )

    def leaf_of(self, key: str, unit: str) -> int:
        """The leaf of a figure on which a unit stands."""
        if key not in self._places:
            trace = self.document.traces.get(key)
            self._places[key] = {each.unit_code: at for at, each in enumerate(trace.by_unit)} if trace else {}
        return self._places[key].get(unit, 0) // UNITS_A_LEAF + 1

    def unit(self, code: str) -> str:
        """A unit's name, or its code where it has none."""
        return self.units.get(code, code)


def _printed(document: Document) -> Iterator[PrintedFigure]:
    """Every figure of the text and the tables, in reading order."""
    for section in document.sections:
        yield from (piece for paragraph in section.paragraphs for piece in _figures_in(paragraph))
        cells = (cell for table in section.tables for _, row in table.rows for cell in row)
        yield from (cell.figure for cell in cells if cell.figure)


def _figures_in(paragraph: Paragraph) -> Iterator[PrintedFigure]:
    return (piece for piece in paragraph if isinstance(piece, PrintedFigure))
