"""The file around the Word document: its parts, its properties, and the same bytes for the same report."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import docx
from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement

from nianbao.publish.docx.style_parts import fonts_xml, settings_xml, styles_xml
from nianbao.publish.plain import edition_line, plain, universal
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
