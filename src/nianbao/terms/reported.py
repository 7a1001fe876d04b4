"""What was said in words: texts that units reported, and blocks that the office wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ReportedText:
    """One text as it stands in its cell, with who reported it, when and where."""

    text_id: str
    text: str
    unit_code: str
    unit_zh: str
    period: str
    said_on: dt.date
    submission_id: str
    file: str
    sha256: str
    sheet: str
    cell: str


@dataclass(frozen=True)
class WrittenBlock:
    """The paragraphs that the office wrote for a place of one publication and year; the last that was taken over."""

    paragraphs: tuple[str, ...]
    by: str
    written_on: dt.date


@dataclass(frozen=True)
class Reported:
    """The texts of a year by the id of the declared text, and the office blocks by their id."""

    texts: Mapping[str, tuple[ReportedText, ...]] = field(default_factory=dict)
    blocks: Mapping[str, WrittenBlock] = field(default_factory=dict)
