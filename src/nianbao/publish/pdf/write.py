"""Hands the report to Typst: the page is a template, all that the report says is data for it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from nianbao.publish.pdf.content import content_of, texts_by_style
from nianbao.publish.pdf.fonts import ChosenFonts, choose
from nianbao.publish.plain import edition_line, universal
from nianbao.publish.typeset import lay_out, lay_out_issue
from nianbao.publish.typeset.block import Block, notes_in
from nianbao.publish.typeset.look import BY_ID, HEITI, KAITI, LOOKS, XIAOBIAOSONG, Look
from nianbao.publish.typeset.page_layout import PageLayout, PlaceOnPage, let_text_go_on
from nianbao.terms.document import Document

STROKES = {HEITI: 0.035, XIAOBIAOSONG: 0.045, KAITI: 0.018}
"""How much darker, in parts of a character, a heading is drawn that has no face of its own."""


@dataclass(frozen=True)
class Imprint:
    """What a PDF says of itself; `unfinished` stands on top of every page."""

    title: str
    keywords: tuple[str, ...]
    issuer: str
    as_of: dt.datetime
    unfinished: str = ""


class Press:
    """Sets one document after another with fonts that are read once; the same blocks give the same bytes.

    A character that no font has stands as 〔缺字U+20BB7〕: what a unit wrote must not stop a release, nor become a box.
    """

    def __init__(self, fonts: ChosenFonts | None = None) -> None:
        self._fonts = fonts or choose()
        self._compiler: Any = None

    def print(self, blocks: Sequence[Block], about: Imprint, path: Path) -> None:
        """Write blocks as a PDF."""
        given = self._given(blocks, about)
        floating: set[int] = set()
        whole: set[int] = set()
        noting = [number for number, block in enumerate(blocks) for _ in range(notes_in(block))]
        while True:  # each round settles at least one chart, table or paragraph for good
            places, notes, _ = self._compile(given, about, path)
            late = set(_without_room(places, floating))
            parted = {each for each, (mark, note) in zip(noting, notes, strict=True) if mark != note}
            if not late and parted <= whole:
                return
            floating |= late
            whole |= parted
            given |= {"floating": json.dumps(sorted(floating)), "whole": json.dumps(sorted(whole))}

    def lay_out_in_line(self, blocks: Sequence[Block], about: Imprint) -> PageLayout:
        """How the blocks lie on the pages of Word, where nothing floats: in an order by which the text goes on."""
        given = self._given(blocks, about)
        order = list(range(len(blocks)))
        while True:  # text only ever comes forward
            places, _, headings = self._compile(given | {"order": json.dumps(order)}, about)
            following = let_text_go_on(order, places, blocks)
            if following == order:
                return PageLayout(dict(enumerate(headings, start=1)), order)
            order = following

    def _given(self, blocks: Sequence[Block], about: Imprint) -> dict[str, str]:
        """All that the template reads: the data, and what a round settles."""
        families, missing = self._fonts.fallback(_characters(about, blocks, self._fonts))
        data = {
            "title": about.title,
            "keywords": list(about.keywords),
            "issuer": about.issuer,
            "unfinished": about.unfinished,
            "moment": universal(about.as_of).timetuple()[:6],
            "looks": {look.id: _look(look, self._fonts) for look in LOOKS},
            "fallback": families,
            "blocks": [content_of(block) for block in blocks],
        }
        said = _named(json.dumps(data, ensure_ascii=False), missing)
        order = json.dumps(list(range(len(blocks))))
        return {"data": said, "floating": "[]", "whole": "[]", "order": order}

    def _compile(
        self, given: dict[str, str], about: Imprint, path: Path | None = None
    ) -> tuple[list[PlaceOnPage], list[tuple[int, int]], list[int]]:
        """A round: the places of blocks, the pages of each footnote (its mark, itself) and those of headings."""
        moment = universal(about.as_of).replace(tzinfo=dt.UTC)
        with as_file(files(__package__)) as folder:
            compiler = self._ready(folder, given)
            compiler.compile(output=path, format="pdf", timestamp=moment, sys_inputs=given)
            (laid_out,) = json.loads(compiler.query("<laid-out>", field="value"))
        return [PlaceOnPage(*each) for each in laid_out["places"]], laid_out["notes"], laid_out["pages"]

    def _ready(self, folder: Path, given: dict[str, str]) -> Any:
        """The compiler, which reads the fonts when it is made."""
        if self._compiler is None:
            import typst

            self._compiler = typst.Compiler(
                folder / "page.typ", root=folder, font_paths=self._fonts.fonts, sys_inputs=given
            )
        return self._compiler


def write(document: Document, path: Path, fonts: ChosenFonts | None = None) -> PageLayout:
    """Write the report as a PDF, and tell how its Word document is to lie; the same report gives the same bytes."""
    keywords = (document.zh, edition_line(document))
    about = Imprint(document.title, keywords, document.issuer, document.as_of, document.unfinished)
    return _write(lay_out(document), about, path, fonts)


def write_issue(documents: Sequence[Document], path: Path, fonts: ChosenFonts | None = None) -> PageLayout:
    """Write the reports of one issue as one PDF, as `write` does one report."""
    first = documents[0]
    keywords = tuple(f"{each.zh} {edition_line(each)}" for each in documents)
    as_of, unfinished = (
        max(each.as_of for each in documents),
        next((e.unfinished for e in documents if e.unfinished), ""),
    )
    about = Imprint(first.bulletin or first.title, keywords, first.issuer, as_of, unfinished)
    return _write([block for _, part in lay_out_issue(documents) for block in part], about, path, fonts)


def _write(blocks: Sequence[Block], about: Imprint, path: Path, fonts: ChosenFonts | None) -> PageLayout:
    press = Press(fonts)
    press.print(blocks, about, path)
    return press.lay_out_in_line(blocks, about)


def _without_room(places: Iterable[PlaceOnPage], floating: set[int]) -> Iterator[int]:
    """The first chart or table that has no room where it is spoken of, and those after it on that page.

    They may not come before it. `places` are, in the order of the report, the pages on which a block ends or on which
    a whole chart or table, or a long one, begins.
    """
    here, late, waiting = 1, 0, 0
    for block, what, page, _ in places:
        if what == "whole" and block in floating:
            waiting = max(waiting, page)
        elif what == "whole" and page < waiting:  # it has room only because one before it had none
            yield block
        elif what == "whole" and (page > here if not late else here == late):
            late = here
            yield block
        elif what == "end" and block not in floating:
            if late and page > late:
                return
            here = page


def _named(text: str, missing: Iterable[str]) -> str:
    """The text with the code points of these characters instead of the characters."""
    return text.translate({ord(character): f"〔缺字U+{ord(character):04X}〕" for character in missing})


def stroke_of(look: Look, chosen: ChosenFonts) -> float:
    """How much darker than its face the letters of a style are drawn: none where the style has a face of its own."""
    return 0.0 if chosen.is_told_apart(look.font) else STROKES.get(look.font, 0.0)


def _look(look: Look, chosen: ChosenFonts) -> dict[str, Any]:
    """A style as the template reads it."""
    face, latin = chosen.faces[look.font], chosen.faces[look.latin]
    return {
        "face": face.family,
        "weight": face.weight,
        "stroke": stroke_of(look, chosen),
        "latin": latin.family if latin is not face else "",
        "size": look.size,
        "tracking": look.tracking,
        "align": look.align,
        "line": look.line,
        "before": look.before,
        "after": look.after,
        "first": look.first_chars,
        "hanging": look.hanging_chars,
        "left": look.left_chars,
        "right": look.right_chars,
        "colour": look.colour or "000000",
        "sticky": look.keep_next,
        "page": look.new_page,
        "boxed": look.boxed,
    }


def _characters(about: Imprint, blocks: Iterable[Block], chosen: ChosenFonts) -> Mapping[str, set[str]]:
    """The characters that each official font must show."""
    characters: dict[str, set[str]] = {font: set() for font in chosen.faces}
    for style, text in (("FootnoteText", about.unfinished), *texts_by_style(blocks)):
        characters[BY_ID[style].font].update(text)
    return characters
