"""The office of a sample year: what it writes into the blocks of a draft, in the draft's own Word document."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from nianbao.catalog.declared import Declared
from nianbao.publish.docx.protected import block_controls


@dataclass(frozen=True)
class OfficeText:
    """The paragraphs for one block of one report."""

    publication: str
    block_id: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class OfficeWriting:
    """What the office of a sample year writes, and as whom."""

    by: str
    texts: tuple[OfficeText, ...]


def read_office(folder: Path) -> OfficeWriting:
    """What stands in blocks.toml of a sample year.

    Raises:
        DeclarationError: it is malformed.
    """
    declared = Declared.from_toml(folder / "blocks.toml")
    writing = OfficeWriting(declared.text("written_by"), tuple(_texts(declared)))
    declared.done()
    return writing


def fill_blocks(draft: Path, writing: OfficeWriting, out: Path) -> Path:
    """A copy of a draft's Word document with the office's words in its blocks, as a person types them there."""
    word = docx.Document(str(draft))
    words = {(text.publication, text.block_id): text.paragraphs for text in writing.texts}
    for tag, control in block_controls(word):
        if paragraphs := words.get((tag.publication, tag.block_id)):
            _type(control, paragraphs)
    word.save(str(out))
    return out


def _texts(declared: Declared) -> Iterator[OfficeText]:
    for table in declared.tables("blocks", "block"):
        yield OfficeText(table.text("publication"), table.text("block"), table.texts("paragraphs"))
        table.done()


def _type(control: BaseOxmlElement, paragraphs: tuple[str, ...]) -> None:
    """Put paragraphs in the place of those of a content control, each looking like the first."""
    first, *others = control.iter(qn("w:p"))
    for other in others:
        other.getparent().remove(other)
    blank = copy.deepcopy(first)
    last = first
    for number, text in enumerate(paragraphs):
        if number:
            added = copy.deepcopy(blank)
            last.addnext(added)
            last = added
        _say(last, text)


def _say(paragraph: BaseOxmlElement, text: str) -> None:
    """Let a paragraph say this, in the look of its first run; a mark of a gap is wiped off."""
    run, *others = paragraph.iter(qn("w:r"))
    for other in others:
        other.getparent().remove(other)
    for mark in list(run.iter(qn("w:highlight"))):
        mark.getparent().remove(mark)
    first, *rest = run.iter(qn("w:t"))
    for each in rest:
        run.remove(each)
    first.text = text
