"""What a clerk is told about files: the real check of a project without a warehouse, on a day within the deadline."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nianbao.catalog import Project
from nianbao.intake.answer.receipt_json import to_plain
from nianbao.runs.check import check_files
from nianbao.settings import Home
from tests.homes import clock_at

IN_TIME = "2022-01-09T10:00"


@dataclass(frozen=True)
class Told:
    """The answer to one file: what becomes of it, the decision about each form, the sentences of each code."""

    file: str
    outcome: str
    decisions: dict[str, str]
    sentences: dict[str, list[str]]

    def sentence(self, code: str) -> str:
        """The one sentence of a code."""
        (only,) = self.sentences[code]
        return only


def check(project: Project, files: Mapping[str, bytes], day: str = IN_TIME) -> list[Told]:
    """Check files by name, as if nothing had been received before; forms that are still to come are not mentioned."""
    with tempfile.TemporaryDirectory() as folder, clock_at(day):
        paths = [Path(folder, name) for name in files]
        for path, content in zip(paths, files.values(), strict=True):
            path.write_bytes(content)
        checked = list(check_files(project.path, Home(Path(folder, "home")), paths, mark=False))
    return [_told(to_plain(each.receipt)) for each in checked]


def _told(receipt: dict[str, object]) -> Told:
    submissions, findings = receipt["submissions"], receipt["findings"]
    assert isinstance(submissions, list) and isinstance(findings, list)
    sentences: dict[str, list[str]] = {}
    for finding in findings:
        if finding["code"] != "FORM_MISSING":
            sentences.setdefault(finding["code"], []).append(finding["sentence"])
    decisions = {each["form"]: each["decision"] for each in submissions}
    return Told(str(receipt["file"]), str(receipt["outcome"]), decisions, sentences)
