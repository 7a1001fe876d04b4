"""A sample in which the federation changes: declarations that are edited on a day, workbooks as they are sent."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from nianbao.catalog import load_project
from nianbao.catalog.shipped import copy_shared
from nianbao.clock import ZONE
from nianbao.errors import DeclarationError
from nianbao.intake.blank import write_workbook
from nianbao.terms.filled import Filled
from nianbao.terms.period import Period
from nianbao.terms.submission import Value
from nianbao.terms.workbook_words import FIRST


class StepKind(StrEnum):
    """What happens at a step: the declarations change, a night passes, what is finished is issued."""

    DECLARE = "declare"
    NIGHT = "night"
    ISSUE = "issue"


@dataclass(frozen=True)
class Edit:
    """A change of a declared file: `put` in place of `find`, which stands there once, or at its end."""

    file: str
    put: str
    find: str = ""


@dataclass(frozen=True)
class Step:
    """One step of the story."""

    at: dt.datetime
    does: StepKind
    why: str = ""
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class SentWorkbook:
    """One line of reported.csv: a workbook with the numbers of one form."""

    sent_on: dt.date
    unit_code: str
    form: str
    period: Period
    status: str
    values: dict[str, Value]


@dataclass(frozen=True)
class Story:
    """What happens, in the order of time, and what is reported meanwhile."""

    folder: Path
    steps: tuple[Step, ...]
    reported: tuple[SentWorkbook, ...]

    def found(self, project: Path) -> None:
        """Write the declarations with which the federation begins."""
        shutil.copytree(self.folder / "base", project, dirs_exist_ok=True)
        copy_shared(project)

    def send(self, project: Path, inbox: Path, after: dt.date, until: dt.date) -> list[Path]:
        """Write the workbooks sent after one day and up to another, as blanks of the declarations in force."""
        return list(self._send(project, inbox, after, until))

    def _send(self, project: Path, inbox: Path, after: dt.date, until: dt.date) -> Iterator[Path]:
        declared = load_project(project)
        for each in self.reported:
            unit = declared.roster.unit_in(each.unit_code, each.period)
            if not after < each.sent_on <= until or unit is None:
                continue
            note = "" if each.status == FIRST else f"（{each.status}）"
            path = inbox / each.unit_code / f"{unit.zh}-{each.period}{note}.xlsx"
            path.parent.mkdir(parents=True, exist_ok=True)
            cover = {"status": each.status, "filled_on": each.sent_on.isoformat()}
            filled = Filled({each.form: {"main": [each.values]}}, cover=cover, only=True)
            write_workbook(path, declared, unit, each.period, filled)
            stamp = dt.datetime.combine(each.sent_on, dt.time(10), ZONE).timestamp()
            os.utime(path, (stamp, stamp))
            yield path


def declare(project: Path, edits: Iterable[Edit]) -> None:
    """Edit declared files, as an operator would.

    Raises:
        DeclarationError: what is to be replaced does not stand there, or more than once.
    """
    for edit in edits:
        path = project / edit.file
        text = path.read_text(encoding="utf-8")
        if edit.find and text.count(edit.find) != 1:
            raise DeclarationError(path, None, f"{edit.find[:40]!r} stands there {text.count(edit.find)} times")
        path.write_text(text.replace(edit.find, edit.put) if edit.find else text + edit.put, encoding="utf-8")


def read_story(folder: Path) -> Story:
    """Read story.toml and reported.csv.

    Raises:
        DeclarationError: a step lacks a key or has one too many.
    """
    path = folder / "story.toml"
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        steps = tuple(
            Step(
                step["at"], StepKind(step["does"]), step.get("why", ""),
                tuple(Edit(**edit) for edit in step.get("edits", ())),
            )
            for step in told["steps"]
        )  # fmt: skip
        return Story(folder, steps, tuple(_read_reported(folder / "reported.csv")))
    except (KeyError, TypeError, ValueError) as error:
        raise DeclarationError(path, 1, str(error)) from error


def _read_reported(path: Path) -> Iterator[SentWorkbook]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            sent_on, unit, form = dt.date.fromisoformat(row.pop("sent_on")), row.pop("unit_code"), row.pop("form")
            period, status = Period.parse(row.pop("period")), row.pop("status")
            values: dict[str, Value] = {name: _number(text) for name, text in row.items() if text}
            yield SentWorkbook(sent_on, unit, form, period, status, values)


def _number(text: str) -> int | Decimal:
    return Decimal(text) if "." in text else int(text)
