"""Keeps models and rules of a project as last made, so that a night on which nothing was declared parses no SQL.

Making the models takes most of an idle night: sqlglot parses every condition, formula and file of sql/. What comes out
follows from the declarations and from the program alone, so it is kept under the digest of both.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import nianbao
from nianbao.catalog import Project
from nianbao.settings import write_whole
from nianbao.terms.check import Condition, Rule
from nianbao.terms.finding import Severity
from nianbao.terms.span import Span
from nianbao.warehouse.models import Model

_Made = TypeVar("_Made", Model, Rule)


def keep_models(project: Project, path: Path, make: Callable[[Project], list[Model]]) -> list[Model]:
    """The models of a project: those kept at `path` where they are still its own, else made and kept there.

    The file may be deleted at any time; one that cannot be read or is another version's is made anew.
    """
    return _keep(project, path, _model, lambda: make(project))


def keep_rules(project: Project, path: Path) -> None:
    """Let a project have its rules as they are kept at `path`, where they are still its own; else keep them there."""
    project.take_rules(_keep(project, path, _rule, lambda: project.rules))


def _keep(
    project: Project, path: Path, read: Callable[[dict[str, Any]], _Made], make: Callable[[], Sequence[_Made]]
) -> list[_Made]:
    key = digest_of(project)
    try:
        content = json.loads(path.read_bytes())
        if content["key"] == key:
            return [read(each) for each in content["made"]]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    made = list(make())
    written = json.dumps({"key": key, "made": [asdict(each) for each in made]}, ensure_ascii=False, default=_written)
    if [read(each) for each in json.loads(written)["made"]] == made:  # a date in YAML, say, would come back as a text
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, written)
    return made


def _written(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(value)


def _model(kept: dict[str, Any]) -> Model:
    return Model(**kept | {"reads": frozenset(kept["reads"])})


def _rule(kept: dict[str, Any]) -> Rule:
    span = Span(*(dt.date.fromisoformat(kept["span"][end]) for end in ("since", "until")))
    comparisons = tuple(Condition(**each) for each in kept["comparisons"])
    return Rule(**kept | {"severity": Severity(kept["severity"]), "span": span, "comparisons": comparisons})


def digest_of(project: Project) -> str:
    """One digest of all that is declared and of the program that reads it."""
    return hashlib.sha256(f"{project.digest} {digest_of_program()}".encode()).hexdigest()


_PROGRAM = Path(nianbao.__file__).parent
_READ_BY_IT = {".py", ".csv", ".toml", ".sql", ".j2", ".css", ".js"}


@functools.cache
def digest_of_program(folder: Path = _PROGRAM) -> str:
    """One digest of source files and the tables among them: a version does not change while the code is worked on."""
    digest = hashlib.sha256(nianbao.__version__.encode())
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _READ_BY_IT):
        digest.update(path.read_bytes())
    return digest.hexdigest()
