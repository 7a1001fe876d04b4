"""Drafts for tests: the project's own report as a Word document, and pieces of one put together by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from nianbao.catalog import Project
from nianbao.publish import docx as report
from nianbao.publish.compose import compose
from nianbao.review.draft.verdicts import CheckedDraft, NumberVerdict
from nianbao.statistics.claims import Claims
from nianbao.statistics.figures import Figures
from nianbao.terms.publication import ANNEXES
from tests.review.marked import YEAR

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000" + "01f15c4890000000d4944415478da63fcffff3f030005fe02fe"
    "a72d1d2b0000000049454e44ae426082"
)


def write_report(project: Project, figures: Figures, code: str, path: Path) -> Path:
    """One of the project's publications as the Word document that leaders edit."""
    moment = dt.datetime(2022, 1, 26, 10, 0)
    document = compose(project.publications[code], Claims(figures, {}), YEAR, "draft", moment, ())
    report.write(replace(document, annexes=ANNEXES), path, lambda chart: PIXEL)
    return path


def edit(word: WordDocument, key: str, text: str) -> None:
    """Type another text into the first content control of a figure."""
    for control in word.element.body.iter(qn("w:sdt")):
        tag = control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
        if tag is not None and tag.get(qn("w:val")) == key:
            texts = list(control.iter(qn("w:t")))
            texts[0].text = text
            return
    raise AssertionError(f"no figure {key}")


def verdicts(checked: list[CheckedDraft]) -> dict[str, list[NumberVerdict]]:
    """The numbers that do not agree, with what they were found to be."""
    return {one.number.text: one.verdicts for one in checked if not one.agrees}
