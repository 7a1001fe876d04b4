"""What is to be marked in a workbook: plain texts, so that they pass to the marking process as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nianbao.terms.finding import Severity

SIGN = "【审核意见】"
"""Begins every comment of ours, so that the next answer can take it away again."""


@dataclass(frozen=True)
class Mark:
    """A cell to be filled, and the comment it gets."""

    sheet: str
    cell: str
    severity: Severity
    comment: str


@dataclass(frozen=True)
class AnswerLine:
    """A row of the sheet 审核结果; a row with a key is open for an explanation.

    `sheets` is what is shown, `sheet` where the link leads.
    """

    severity: Severity
    severity_zh: str
    sheet: str
    sheets: str
    cell: str
    value: str
    expected: str
    opinion: str
    explanation: str
    key: str


@dataclass(frozen=True)
class Job:
    """Everything the marked workbook says; `file_name` is the one the workbook was sent under."""

    file_name: str
    title: str
    outcome: str
    guidance: tuple[str, ...]
    lines: tuple[AnswerLine, ...]
    marks: tuple[Mark, ...]

    def with_sheets(self, names: Mapping[str, str]) -> Job:
        """The same about a workbook whose sheets have other names."""
        lines = (replace(line, sheet=names.get(line.sheet, line.sheet)) for line in self.lines)
        marks = (replace(mark, sheet=names.get(mark.sheet, mark.sheet)) for mark in self.marks)
        return replace(self, lines=tuple(lines), marks=tuple(marks))


def dump_job(job: Job) -> str:
    """A job as one line of JSON."""
    return json.dumps(dataclasses.asdict(job), ensure_ascii=False, separators=(",", ":"))


def load_job(text: str) -> Job:
    """The job that `dump_job` wrote."""
    data = json.loads(text)
    return Job(
        data["file_name"],
        data["title"],
        data["outcome"],
        tuple(data["guidance"]),
        tuple(AnswerLine(**line | {"severity": Severity(line["severity"])}) for line in data["lines"]),
        tuple(Mark(**mark | {"severity": Severity(mark["severity"])}) for mark in data["marks"]),
    )
