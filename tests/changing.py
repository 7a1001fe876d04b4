"""A sample in which the federation changes: declarations that are edited on a day, workbooks as they are sent."""

from __future__ import annotations

import datetime as dt
import shutil
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nianbao.catalog import load_project
from nianbao.catalog.shipped import copy_shared
from nianbao.errors import DeclarationError
from nianbao.sample.make import write_planned
from nianbao.sample.planned import read_planned


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
class Story:
    """What happens, in the order of time; what is reported meanwhile stands in the same folder."""

    folder: Path
    steps: tuple[Step, ...]

    def found(self, project: Path) -> None:
        """Write the declarations with which the federation begins."""
        shutil.copytree(self.folder / "base", project, dirs_exist_ok=True)
        copy_shared(project)

    def send(self, project: Path, inbox: Path, after: dt.date, until: dt.date) -> list[Path]:
        """Write the workbooks sent after one day and up to another, as blanks of the declarations in force."""
        declared = load_project(project)
        planned = read_planned(declared, self.folder)
        sent = [each for each in planned if after < each.sent_at.date() <= until]
        return [each.path for each in write_planned(declared, sent, inbox, planned)]


def declare(project: Path, edits: Iterable[Edit]) -> None:
    """Edit declared files, as an operator would.

    Raises:
        DeclarationError: what is to be replaced does not stand there, or more than once.
    """
    for edit in edits:
        path = project / edit.file
        text = path.read_text(encoding="utf-8")
        if edit.find and text.count(edit.find) != 1:
            raise DeclarationError(
                path,
                None,
                f"{edit.find[:40]!r} stands there {text.count(edit.find)} times",
            )
        path.write_text(text.replace(edit.find, edit.put) if edit.find else text + edit.put, encoding="utf-8")


def read_story(folder: Path) -> Story:
    """Read story.toml.

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
        return Story(folder, steps)
    except (KeyError, TypeError, ValueError) as error:
        raise DeclarationError(path, 1, str(error)) from error
