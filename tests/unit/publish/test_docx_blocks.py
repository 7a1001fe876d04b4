"""The Word document is protected: an office block may be filled in, everything else is sealed."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from nianbao.publish.docx import write
from nianbao.publish.docx.protected import SEAL, blocks_of, hash_of, protected_paragraphs
from nianbao.terms.document import Document, PrintedBlock, ToWrite
from tests.unit.publish.synthetic import document
from tests.unit.publish.test_docx import picture

DAY = dt.date(2022, 2, 10)
WRITTEN = tuple(
    PrintedBlock(f"block-导语-{number}", "导语", "W1", text, "办公室", DAY)
    for number, text in enumerate(("各位委员：", "现将工作报告如下。"), start=1)
)


@pytest.fixture
def report() -> Document:
    """A report that opens with a block of two paragraphs and ends with a gap."""
    made = document()
    first, *rest = made.sections
    own = replace(first, paragraphs=(*((block,) for block in WRITTEN), *first.paragraphs), level=1)
    last = replace(rest[-1], paragraphs=(*rest[-1].paragraphs, (ToWrite("【待补写：致谢】", False, "致谢"),)))
    return replace(made, sections=(own, *rest[:-1], last))


def test_S2_blocks_are_the_only_places_to_fill_in(report: Document, tmp_path: Path) -> None:
    """S2: the document is protected, each block a control with its id and year, each figure's control locked."""
    write(report, tmp_path / "a.docx", picture)
    word = docx.Document(str(tmp_path / "a.docx"))
    assert word.settings.element.find(qn("w:documentProtection")).get(qn("w:edit")) == "forms"
    found = {tag.block_id: (tag.year, texts) for tag, texts in blocks_of(word)}
    assert found == {
        "导语": (report.year, ("各位委员：", "现将工作报告如下。")),
        "致谢": (report.year, ("【待补写：致谢】",)),
    }
    locks = [
        (control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}"), control.find(f"{qn('w:sdtPr')}/{qn('w:lock')}"))
        for control in word.element.body.iter(qn("w:sdt"))
    ]
    tagged = [(tag.get(qn("w:val")), lock) for tag, lock in locks if tag is not None]
    figures = [lock for tag, lock in tagged if not tag.startswith("block:")]
    assert figures and all(lock.get(qn("w:val")) == "sdtContentLocked" for lock in figures)


def test_S2_the_seal_is_broken_by_any_other_word(report: Document, tmp_path: Path) -> None:
    """S2: what is written in a block leaves the seal whole; a changed word anywhere else breaks it."""
    write(report, tmp_path / "a.docx", picture)
    word = docx.Document(str(tmp_path / "a.docx"))
    sealed = word.core_properties.identifier
    for text in word.element.body.iter(qn("w:t")):
        if text.text == "现将工作报告如下。":
            text.text = "另一句话。"
    assert SEAL + hash_of(protected_paragraphs(word)) == sealed
    titled = [text for text in word.element.body.iter(qn("w:t")) if text.text == report.sections[1].title]
    titled[-1].text = "别的标题"  # the first stands in the contents, which Word makes anew
    assert SEAL + hash_of(protected_paragraphs(word)) != sealed
