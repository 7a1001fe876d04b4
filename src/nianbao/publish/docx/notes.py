"""The footnotes of the Word document: a part of its own, with the two separators that Word expects in it."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part

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
