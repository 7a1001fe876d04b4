"""The Word file around the text: its page after GB/T 9704, its footnotes and properties, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Mm

from nianbao.publish.docx.style_parts import fonts_xml, settings_xml, styles_xml
from nianbao.publish.docx.text import Text
from nianbao.publish.plain import edition_line, plain, universal
from nianbao.publish.typeset.look import LINE
from nianbao.terms.document import Document

_EARLIEST = dt.datetime(1980, 1, 1)
_KEPT = {RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES}
_KEPT_BY_DOCUMENT = {RELATIONSHIP_TYPE.STYLES, RELATIONSHIP_TYPE.SETTINGS}


def new_word_document() -> WordDocument:
    """An empty Word document with the project's own styles, fonts and settings, and nothing else."""
    word = docx.Document()
    for rels, kept in ((word.part.package.rels, _KEPT), (word.part.rels, _KEPT_BY_DOCUMENT)):
        for key in [key for key, rel in rels.items() if rel.reltype not in kept]:
            del rels[key]
    _replace(word.styles.element, styles_xml())
    _replace(word.settings.element, settings_xml())
    fonts = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, fonts_xml().encode(), word.part.package)
    word.part.relate_to(fonts, RELATIONSHIP_TYPE.FONT_TABLE)
    return word


def describe(word: WordDocument, document: Document) -> None:
    """Fill in the properties; the day in them is that of the data, and no person is named."""
    properties = word.core_properties
    moment = universal(document.as_of)
    properties.title, properties.subject = plain(document.title), plain(document.zh)
    properties.comments, properties.category = plain(edition_line(document)), plain(document.issuer)
    properties.author = properties.last_modified_by = ""
    properties.created = properties.modified = moment
    properties.language, properties.version = "zh-CN", plain(document.edition)


def to_bytes(word: WordDocument, moment: dt.datetime) -> bytes:
    """The file, with the moment of the data as the time of every part."""
    saved, fixed = io.BytesIO(), io.BytesIO()
    word.save(saved)
    stamp = max(universal(moment), _EARLIEST).timetuple()[:6]
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(name))
    return fixed.getvalue()


def _replace(element: BaseOxmlElement, xml: str) -> None:
    """Put the content of an element in place of what stands in another."""
    for old in list(element):
        element.remove(old)
    element.extend(list(parse_xml(xml)))


_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SEPARATORS = (("separator", -1), ("continuationSeparator", 0))


def add_footnotes(word: WordDocument, notes: Sequence[str]) -> None:
    """Add the part with the footnotes."""
    written = [*(_separator(kind, number) for kind, number in _SEPARATORS)]
    written += [_footnote(text, number) for number, text in enumerate(notes, start=1)]
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:footnotes xmlns:w="{_NAMESPACE}">{"".join(written)}</w:footnotes>'
    )
    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, xml.encode(), word.part.package)
    word.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _separator(kind: str, number: int) -> str:
    return f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'


def _footnote(text: str, number: int) -> str:
    mark = '<w:r><w:rPr><w:rStyle w:val="NoteMark"/></w:rPr><w:footnoteRef/></w:r>'
    said = f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve"> {escape(text)}</w:t></w:r>'
    paragraph = f'<w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>{mark}{said}</w:p>'
    return f'<w:footnote w:id="{number}">{paragraph}</w:footnote>'


TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(34.9), Mm(28), Mm(26)
"""The bottom is a tenth of a millimetre short of 35: 22 lines of 29 points are a hair more than 225 mm."""


def set_up_page(text: Text, unfinished: str) -> None:
    """Set A4, margins, grid and footers of the only section, and over every page what an unfinished year says."""
    section = text.word.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = TOP, BOTTOM, LEFT, RIGHT
    section.header_distance, section.footer_distance, section.gutter = Mm(15), Mm(22), Mm(0)
    _set_grid(section)
    for footer, style in ((section.footer, "OddPage"), (section.even_page_footer, "EvenPage")):
        paragraph = footer.paragraphs[0]
        paragraph._p.style = style
        text.run(paragraph, "— ")
        text.field(paragraph, "PAGE", "1")
        text.run(paragraph, " —")
    for header in (section.header, section.even_page_header) if unfinished else ():
        paragraph = header.paragraphs[0]
        paragraph._p.style = "FootnoteText"
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        text.run(paragraph, unfinished)


def _set_grid(section: Section) -> None:
    """Lay lines on the grid; the 28 characters come from the tracking of the styles.

    A grid of characters too (linesAndChars) would set every number in steps of a whole character in LibreOffice.
    """
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(LINE * 20))
    properties.append(grid)
