"""Reads a Word document as what can be measured: sheets, paragraphs, tables, and what stands beside them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section, _Footer

from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.review.layout.block import MeasuredBlock, block, breaks_last, runs, text_of
from nianbao.review.layout.cascade import Cascade

LARGEST = 300 * 2**20
"""No report unpacks to more bytes than this."""

_PAGE_FIELD = re.compile(r"(?i)(?<!\w)PAGE(?!\w)")
_OUTSIDE = "outside"


@dataclass(frozen=True)
class PageNumber:
    """The paragraph with the page number at the foot of a page; in a frame it may stand outside by itself."""

    block: MeasuredBlock
    is_outside: bool


@dataclass(frozen=True)
class PaperSheet:
    """A section's page: lengths in millimetres, the grid in points; a page number where there is one."""

    number: int
    width: float
    height: float
    margins: dict[str, float]
    footer_distance: float
    grid: str
    line_pitch: float
    character_space: float
    odd: PageNumber | None
    even: PageNumber | None

    @property
    def is_landscape(self) -> bool:
        """Whether the page is wider than high."""
        return self.width > self.height


@dataclass(frozen=True)
class MeasuredTable:
    """A table: rows of (column, paragraphs of the cell), and the paragraphs since the table before."""

    number: int
    section: int
    rows: tuple[tuple[tuple[int, tuple[MeasuredBlock, ...]], ...], ...]
    width: float
    before: tuple[MeasuredBlock, ...]
    lines: dict[str, float]
    """The weight of its lines in points, by side."""

    @property
    def blocks(self) -> list[MeasuredBlock]:
        """All paragraphs in it."""
        return [each for row in self.rows for _, blocks in row for each in blocks]


@dataclass(frozen=True)
class Measured:
    """All of a document that the standard speaks about."""

    sheets: tuple[PaperSheet, ...]
    blocks: tuple[MeasuredBlock, ...]
    tables: tuple[MeasuredTable, ...]
    after_tables: tuple[MeasuredBlock, ...] = ()
    """The paragraphs after the last table."""
    asides: tuple[MeasuredBlock, ...] = ()
    """What stands in footnotes and text boxes."""
    contents: tuple[str, ...] | None = None
    """The entries of the table of contents, where there is one."""


def measure(path: Path) -> Measured:
    """Measure a document."""
    word = _open(path)
    cascade = Cascade(word.styles.element)
    blocks: list[MeasuredBlock] = []
    tables: list[MeasuredTable] = []
    starts = [section.start_type != WD_SECTION.CONTINUOUS for section in word.sections]
    section = number = since = 0
    is_new_page = False
    for element in _elements(word.element.body):
        if element.tag == qn("w:tbl"):
            tables.append(_table(element, cascade, len(tables) + 1, section, tuple(blocks[since:])))
            since, is_new_page = len(blocks), False
            continue
        number += 1
        each = block(element, cascade, number=number, section=section, follows_break=is_new_page)
        if each.text.strip():
            blocks.append(each)
            is_new_page = False
        is_new_page = is_new_page or breaks_last(element)
        if element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            section += 1
            is_new_page = is_new_page or starts[section]
    return Measured(
        tuple(_sheets(word, cascade)),
        tuple(blocks),
        tuple(tables),
        tuple(blocks[since:]),
        tuple(asides(word, cascade)),
        contents(word),
    )


def _open(path: Path) -> WordDocument:
    """The document; a file that is none is said to be none."""
    try:
        with zipfile.ZipFile(path) as package:
            if sum(part.file_size for part in package.infolist()) > LARGEST:
                raise UsageError(
                    _("the file unpacks to too much for a report"), str(path), _("give the issued document")
                )
        return docx.Document(str(path))
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:  # lxml's faults are syntax errors
        raise UsageError(_("this is no Word document"), str(path), _("save it as .docx in Word or WPS")) from error


def _elements(parent: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    """The paragraphs and tables of the body, also those in content controls."""
    for element in parent:
        if element.tag in {qn("w:p"), qn("w:tbl")}:
            yield element
        elif element.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")}:
            yield from _elements(element)


def _table(
    element: BaseOxmlElement, cascade: Cascade, number: int, section: int, before: tuple[MeasuredBlock, ...]
) -> MeasuredTable:
    """A table with the look of its cells."""
    style = element.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")
    name = "" if style is None else str(style.get(qn("w:val"), ""))
    rows = []
    for row in element.iterchildren(qn("w:tr")):
        cells, column = [], 0
        for cell in row.iter(qn("w:tc")):
            if next(cell.iterancestors(qn("w:tr"))) is not row:
                continue
            paragraphs = (block(each, cascade, section=section, table_style=name) for each in cell.findall(qn("w:p")))
            cells.append((column, tuple(each for each in paragraphs if each.text.strip())))
            span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
            column += 1 if span is None else int(span.get(qn("w:val"), "1"))
        rows.append(tuple(cells))
    columns = element.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")
    width = sum(float(column.get(qn("w:w"), "0")) for column in columns)
    return MeasuredTable(number, section, tuple(rows), width / 20 / 72 * 25.4, before, _lines(element))


def _lines(table: BaseOxmlElement) -> dict[str, float]:
    """The lines that a table says it has, or, as other programs save it, those of its first and last cells."""
    lines = _weights(table.find(f"{qn('w:tblPr')}/{qn('w:tblBorders')}"))
    cells = [_weights(each) for each in table.iter(qn("w:tcBorders"))]
    if not lines and cells:
        first, last = cells[0], cells[-1]
        between = last.get("top", first.get("bottom", 0))
        lines = {"top": first.get("top", 0), "bottom": last.get("bottom", 0), "insideH": between}
    return lines


def _weights(borders: BaseOxmlElement | None) -> dict[str, float]:
    """The weight of each line in points."""
    return {
        str(side.tag).rpartition("}")[2]: float(side.get(qn("w:sz"), "0")) / 8
        for side in (() if borders is None else borders)
        if side.get(qn("w:val")) not in {"nil", "none"}
    }


def _sheets(word: WordDocument, cascade: Cascade) -> Iterator[PaperSheet]:
    """The page of every section; a footer that a section does not have is that of the one before."""
    odd: PageNumber | None = None
    even: PageNumber | None = None
    differs = word.settings.odd_and_even_pages_header_footer
    for number, section in enumerate(word.sections, start=1):
        if not section.footer.is_linked_to_previous:
            odd = _page_number(section.footer, cascade)
        if not section.even_page_footer.is_linked_to_previous:
            even = _page_number(section.even_page_footer, cascade)
        yield _sheet(number, section, odd, even if differs else odd)


def _sheet(number: int, section: Section, odd: PageNumber | None, even: PageNumber | None) -> PaperSheet:
    """The page of a section."""
    grid = section._sectPr.find(qn("w:docGrid"))
    said = {} if grid is None else {key: grid.get(qn(f"w:{key}")) for key in ("type", "linePitch", "charSpace")}
    sides = {
        "上": section.top_margin,
        "左": section.left_margin,
        "右": section.right_margin,
        "下": section.bottom_margin,
    }
    return PaperSheet(
        number=number,
        width=section.page_width.mm if section.page_width else 0,
        height=section.page_height.mm if section.page_height else 0,
        margins={side: margin.mm if margin else 0 for side, margin in sides.items()},
        footer_distance=section.footer_distance.mm if section.footer_distance else 0,
        grid=said.get("type") or "default",
        line_pitch=float(said.get("linePitch") or 0) / 20,
        character_space=float(said.get("charSpace") or 0) / 4096,
        odd=odd,
        even=even,
    )


def _page_number(footer: _Footer, cascade: Cascade) -> PageNumber | None:
    """The paragraph of a footer that holds the page number, also in a frame or a text box."""
    for paragraph in footer._element.iter(qn("w:p")):
        own = {id(run) for run in runs(paragraph)}
        said = [str(each.text or "") for each in paragraph.iter(qn("w:instrText")) if id(each.getparent()) in own]
        said += [str(each.get(qn("w:instr"), "")) for each in paragraph.iterchildren(qn("w:fldSimple"))]
        if _PAGE_FIELD.search("".join(said)):
            frame = cascade.paragraph(paragraph).get("framePr", {})
            anchors = [each for above in paragraph.iterancestors("{*}anchor") for each in above.iter("{*}align")]
            is_outside = frame.get("xAlign") == _OUTSIDE or any(each.text == _OUTSIDE for each in anchors)
            return PageNumber(block(paragraph, cascade), is_outside)
    return None


_TOC = re.compile(r"\s*TOC\b")
_PAGE = re.compile(r"[\s.…·]*\d*\s*$")
_STYLE = re.compile(r"toc \d")


def asides(word: WordDocument, cascade: Cascade) -> Iterator[MeasuredBlock]:
    """The paragraphs of footnotes and text boxes that say something."""
    found: list[BaseOxmlElement] = list(word.element.body.iter(qn("w:txbxContent")))
    for relation in word.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES and not relation.is_external:
            found.append(parse_xml(relation.target_part.blob))
    for parent in found:
        for paragraph in parent.iter(qn("w:p")):
            each = block(paragraph, cascade)
            if each.text.strip():
                yield each


def contents(word: WordDocument) -> tuple[str, ...] | None:
    """The entries of the table of contents without their pages, or nothing where no field makes one."""
    said = [each for each in word.element.body.iter(qn("w:instrText")) if _TOC.match(str(each.text or ""))]
    simple = [each for each in word.element.body.iter(qn("w:fldSimple")) if _TOC.match(each.get(qn("w:instr"), ""))]
    if not said and not simple:
        return None
    styles = {each.style_id for each in word.styles if each.name and _STYLE.match(each.name.lower())}
    entries = (
        "".join(text_of(run) for run in runs(paragraph))
        for paragraph in word.element.body.iter(qn("w:p"))
        if paragraph.style in styles
    )
    return tuple(_PAGE.sub("", entry).strip() if " " in entry.strip() else entry.strip() for entry in entries)
