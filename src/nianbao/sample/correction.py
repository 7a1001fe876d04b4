"""A correction that a unit of the sample sends after the release: one amount of one workbook is put right."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from nianbao.catalog.project import Project
from nianbao.sample.make import plan_sample, write_planned
from nianbao.sample.planned import ON_TIME
from nianbao.terms.filled import Filled
from nianbao.terms.workbook_words import CORRECTION


@dataclass(frozen=True)
class LateCorrection:
    """Which workbook is corrected when, and in which cell of a first row: only the form of that cell is sent again."""

    unit_code: str
    period: str
    form: str
    part: str
    field: str
    sent_at: dt.datetime
    add: int = 0
    put: str = ""


def correct_after_release(project: Project, year: int, out: Path, late: LateCorrection) -> Path:
    """Write the corrected workbook of a unit, which sent it on time first, into the inbox."""
    sent = next(
        each
        for each in plan_sample(project, year)
        if (each.unit.code, each.period.code, each.story) == (late.unit_code, late.period, ON_TIME)
    )
    assert isinstance(sent.content, Filled)
    parts = sent.content.forms[late.form]
    first, *others = parts[late.part]
    was = first[late.field]
    corrected = was + late.add if isinstance(was, int | Decimal) else late.put
    content = replace(
        sent.content,
        forms={late.form: parts | {late.part: [first | {late.field: corrected}, *others]}},
        cover={**sent.content.cover, "status": CORRECTION, "filled_on": late.sent_at.date().isoformat()},
    )
    file = f"{sent.unit.short_zh}/{sent.unit.zh}-{sent.period.code}（更正）.xlsx"
    (written,) = write_planned(project, [replace(sent, sent_at=late.sent_at, file=file, content=content)], out)
    return written.path
