"""A correction that a unit of the sample sends after the release: one amount of one workbook is put right."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, replace
from pathlib import Path

from nianbao.catalog.project import Project
from nianbao.clock import ZONE
from nianbao.intake.blank import write_workbook
from nianbao.sample.deliveries import ON_TIME
from nianbao.sample.events import Change, changed
from nianbao.sample.make import plan_sample
from nianbao.terms.filled import Filled
from nianbao.terms.workbook_words import CORRECTION


@dataclass(frozen=True)
class LateCorrection:
    """Which workbook is corrected when, and in which cell: only the form of that cell is sent again."""

    unit_code: str
    period: str
    change: Change
    sent_at: dt.datetime


def correct_after_release(project: Project, year: int, seed: int, out: Path, late: LateCorrection) -> Path:
    """Write the corrected workbook of a unit, which sent it on time first, into the inbox."""
    sent = next(
        each
        for each in plan_sample(project, year, seed)
        if (each.unit.code, each.period.code, each.story) == (late.unit_code, late.period, ON_TIME)
    )
    assert isinstance(sent.content, Filled)
    corrected = changed(sent.content, (late.change,))
    content = replace(
        corrected,
        forms={late.change.form: corrected.forms[late.change.form]},
        cover={**corrected.cover, "status": CORRECTION, "filled_on": late.sent_at.date().isoformat()},
    )
    path = out / sent.unit.short_zh / f"{sent.unit.zh}-{sent.period.code}（更正）.xlsx"
    write_workbook(path, project, sent.unit, sent.period, content)
    moment = late.sent_at.replace(tzinfo=ZONE).timestamp()
    os.utime(path, (moment, moment))
    return path
