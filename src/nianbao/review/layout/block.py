"""A paragraph as it looks: its pieces with font and size, where it stands, how high its lines are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from nianbao.review.layout.cascade import Cascade, Properties, font_of, is_on, number_of

_SKIPPED = {qn("w:del"), qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SHOWN = 12
_SINGLE = 24 * 10
"""Single spacing, in the twentieths that an automatic height is written in."""
_DEFAULT_SIZE = 10.0


@dataclass(frozen=True)
class Piece:
    """A run of text as it looks; a font that is not named is empty."""

    text: str
    font: str
    latin: str
    size: float
    tracking: float
    is_red: bool = False

    @property
    def is_chinese(self) -> bool:
        """Whether there is a Chinese character in it."""
        return bool(_CHINESE.search(self.text))


@dataclass(frozen=True)
class MeasuredBlock:
    """A paragraph as it looks: indents in characters, the height of its lines in points or in lines of the grid."""

    number: int
    section: int
    style: str
    pieces: tuple[Piece, ...]
    align: str
    first: float
    left: float
    right: float
    line: float
    is_line_fixed: bool
    snaps: bool
    starts_page: bool = False
    before: float = 0
    after: float = 0
    borders: dict[str, tuple[str, float]] = field(default_factory=dict)
    """The lines around it: by side the colour, and weight with distance in points."""

    @property
    def text(self) -> str:
        """All of its text."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def depth(self) -> float:
        """How high it is, in points, on one line; a line that is not fixed is a fifth higher than its letters."""
        frame = sum(depth for side, (_, depth) in self.borders.items() if side in {"top", "bottom"})
        line = self.line if self.is_line_fixed else self.line * self.main.size * 1.2
        return self.before + line + self.after + frame

    @property
    def has_red_line(self) -> bool:
        """Whether there is a red line under it."""
        return is_red(self.borders.get("bottom", ("", 0))[0])

    @property
    def main(self) -> Piece:
        """Its longest piece."""
        return max(self.pieces, key=lambda piece: len(piece.text))

    @property
    def where(self) -> str:
        """Its number and first characters."""
        text = " ".join(self.text.split())
        return f"第{self.number}段“{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}”"


def block(
    element: BaseOxmlElement, cascade: Cascade, *, number: int = 0, section: int = 0, table_style: str = "",
    follows_break: bool = False,
) -> MeasuredBlock:  # fmt: skip
    """Measure a paragraph."""
    properties = cascade.paragraph(element)
    pieces = tuple(_pieces(element, cascade, table_style))
    size = max(pieces, key=lambda piece: len(piece.text)).size if pieces else _DEFAULT_SIZE
    rule = properties.get("spacing", {}).get("lineRule", "auto")
    line, is_fixed = number_of(properties, "spacing", "line"), rule in {"exact", "atLeast"}
    return MeasuredBlock(
        number=number,
        section=section,
        style=cascade.style_name(element),
        pieces=pieces,
        align={"start": "left", "end": "right"}.get(jc := properties.get("jc", {}).get("val", "left"), jc),
        first=_indent(properties, "firstLine", size) - _indent(properties, "hanging", size),
        left=_indent(properties, "left", size),
        right=_indent(properties, "right", size),
        line=(line or 0) / 20 if is_fixed else (_SINGLE if line is None else line) / _SINGLE,
        is_line_fixed=is_fixed,
        snaps=is_on(properties, "snapToGrid", default=True),
        before=(number_of(properties, "spacing", "before") or 0) / 20,
        after=(number_of(properties, "spacing", "after") or 0) / 20,
        borders=cascade.borders(element),
        starts_page=follows_break or is_on(properties, "pageBreakBefore") or _breaks_first(element),
    )


def runs(paragraph: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    """The runs of a paragraph that are there to stay; not those of a text box in it."""
    for run in paragraph.iter(qn("w:r")):
        above = []
        for parent in run.iterancestors():
            if parent is paragraph:
                break
            above.append(parent.tag)
        if not _SKIPPED.intersection(above) and qn("w:txbxContent") not in above:
            yield run


def text_of(run: BaseOxmlElement) -> str:
    """The text of a run; a tab or line break is a space."""
    spaces = {qn("w:br"), qn("w:tab"), qn("w:cr")}
    return "".join(str(each.text or "") if each.tag == qn("w:t") else " " * (each.tag in spaces) for each in run)


def breaks_last(paragraph: BaseOxmlElement) -> bool:
    """Whether nothing of a paragraph stands behind a page break in it."""
    parts = list(_parts(paragraph))
    return "page" in parts and not "".join(parts[len(parts) - parts[::-1].index("page") :]).strip()


def _breaks_first(paragraph: BaseOxmlElement) -> bool:
    """Whether a page break stands before all text of a paragraph."""
    parts = [part for part in _parts(paragraph) if part.strip()]
    return parts[:1] == ["page"]


def _parts(paragraph: BaseOxmlElement) -> Iterator[str]:
    """The texts of a paragraph (as a mark) and its page breaks, in order."""
    for run in runs(paragraph):
        for each in run:
            if each.tag == qn("w:br") and each.get(qn("w:type")) == "page":
                yield "page"
            elif each.tag == qn("w:t") and (each.text or "").strip():
                yield "text"


def _pieces(paragraph: BaseOxmlElement, cascade: Cascade, table_style: str) -> Iterator[Piece]:
    """The runs of a paragraph that show something."""
    for run in runs(paragraph):
        text = text_of(run)
        if not text:
            continue
        properties = cascade.run(run, paragraph, table_style)
        size = number_of(properties, "sz")
        yield Piece(
            text,
            font_of(properties, "eastAsia"),
            font_of(properties, "ascii"),
            _DEFAULT_SIZE if size is None else size / 2,
            (number_of(properties, "spacing") or 0) / 20,
            is_red(properties.get("color", {}).get("val", "")),
        )


def is_red(colour: str) -> bool:
    """Whether a colour is a red such as that of a red head."""
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", colour):
        return False
    red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
    return red >= 0xB0 and max(green, blue) <= 0x50


def _indent(properties: Properties, side: str, size: float) -> float:
    """An indent in characters of the paragraph; one said in characters comes before one said in points."""
    characters = number_of(properties, "ind", f"{side}Chars")
    return characters / 100 if characters else (number_of(properties, "ind", side) or 0) / 20 / size
