"""What each page of an edition shows: all that its template gets, so that a page is known by the hash of that."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from nianbao.publish.plain import cause_notes, numbered_causes, revision_places
from nianbao.publish.site.completeness import completeness, draw_lines, irregular, matrix_name
from nianbao.publish.site.figure import FigureLeaf, FigurePage
from nianbao.publish.site.index_data import indicator_rows
from nianbao.publish.site.outline import Outline, leaf_name
from nianbao.terms.background import Background
from nianbao.terms.document import Document, PrintedFigure, PrintedText, Revision
from nianbao.warehouse.kept_models import digest_of_program

FIRST_PAGE = "index.html"
_WRITTEN_BY = ("jinja2", "vl-convert-python")


@dataclass(frozen=True)
class ShownPage:
    """A page: its file, its template, and all that it is made from."""

    name: str
    template: str
    shows: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The hash of all that it shows, and of the program that writes it."""
        return hashlib.sha256(repr((digest_of_program(), _versions(), self.template, self.shows)).encode()).hexdigest()


@cache
def _versions() -> list[str]:
    return [version(library) for library in _WRITTEN_BY]


@dataclass(frozen=True)
class Frame:
    """What the pages of an edition say in common, whatever they show."""

    title: str
    edition: str
    unfinished: str
    notices: tuple[str, ...]
    zh: str
    year: int
    is_whole: bool
    counted: str
    ranked_zh: str


def pages_of(
    document: Document, outline: Outline, pages: Sequence[FigurePage], downloads: Sequence[tuple[str, str]]
) -> Iterator[ShownPage]:
    """The pages of an edition, each with what it shows; what is only read for some is made when they are reached."""
    behind = document.background
    frame = Frame(
        document.title,
        document.edition,
        document.unfinished,
        document.notices,
        document.zh,
        document.year,
        document.is_whole,
        behind.counted,
        behind.ranked_zh,
    )
    numbers = {key: told.number for key, told in outline.told.items()}
    report = {
        "it": dataclasses.replace(document, traces={}, background=Background()),
        "titles": outline.titles,
        "printed": [(page.told, page.exact) for page in pages],
        "hrefs": {(it.key, it.scope): outline.href(it) for page in pages for it in page.told.printed},
        "numbers": numbers,
        "downloads": downloads,
    }
    yield _page(FIRST_PAGE, report)
    yield _page("indicators.html", {"it": frame, "rows": indicator_rows(outline)})
    texts, revisions = document.texts, document.revisions
    yield _page("texts.html", {"it": frame, "titles": _titles(outline, texts), "texts": texts})
    pages_there = {each.key for each in revisions if each.key in numbers}
    revised = {
        "placed": [*zip(revisions, revision_places(document), strict=True)], "revisions": revisions,
        "with_page": sorted(pages_there),
        "causes": numbered_causes(revisions), "notes": cause_notes(revisions),
    }  # fmt: skip
    yield _page("revisions.html", {"it": frame, **revised})
    yield from _of_completeness(document, frame)
    for page in pages:
        yield from _of_figure(page, frame, outline)


def _page(name: str, shows: Mapping[str, Any]) -> ShownPage:
    return ShownPage(name, f"{name}.j2", {"root": "", "here": name, **shows})


def _of_completeness(document: Document, frame: Frame) -> Iterator[ShownPage]:
    matrix, first = completeness(document.background), matrix_name(1)
    shared = {
        "it": frame, "root": "", "here": first, "as_of": document.as_of, "forms": document.background.forms,
        "columns": matrix.forms, "total": matrix.total, "counts": matrix.counts,
        "leaves": [(rows[0].zh, rows[-1].zh) for rows in matrix.leaves if rows],
    }  # fmt: skip
    for number, rows in enumerate(matrix.leaves, start=1):
        own = {"irregular": irregular(rows), "lines": draw_lines(rows, matrix.forms), "shown": len(rows)}
        yield ShownPage(matrix_name(number), f"{first}.j2", {**shared, "number": number, **own})


def _of_figure(page: FigurePage, frame: Frame, outline: Outline) -> Iterator[ShownPage]:
    """The page of a figure, and further leaves with more of its units."""
    alone = dataclasses.replace(page, leaves=())
    shared = {
        "it": frame, "root": "../", "here": "figure", "page": alone,
        "titles": _titles(outline, [page.figure, *page.told.whole]),
        "leaves": [_ends(leaf) for leaf in page.leaves],
    }  # fmt: skip
    for leaf in page.leaves:
        name = f"figures/{leaf_name(page.told.key, leaf.number)}"
        template = "figure.html.j2" if leaf.number == 1 else "leaf.html.j2"
        names = {code: outline.unit(code) for code in leaf.sources}
        yield ShownPage(name, template, {**shared, "leaf": leaf, "names": names})


def _titles(outline: Outline, printed: Iterable[PrintedFigure | PrintedText | Revision]) -> dict[str, str]:
    """The titles of the sections that print something."""
    return {each.section: outline.titles.get(each.section, each.section) for each in printed}


def _ends(leaf: FigureLeaf) -> tuple[str, str]:
    """The names of the first and the last unit of a leaf."""
    return (leaf.units[0].zh, leaf.units[-1].zh) if leaf.units else ("", "")
