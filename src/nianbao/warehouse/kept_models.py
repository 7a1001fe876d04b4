"""Keeps the models of a project as they were last made, so that a night on which nothing was declared parses no SQL.

Making them takes most of an idle night: sqlglot parses every condition, formula and file of sql/. What comes out
follows from the declarations and from the program alone, so it is kept under the digest of both.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import nianbao
from nianbao.catalog import Project
from nianbao.settings import write_whole
from nianbao.warehouse.models import Model


def keep_models(project: Project, path: Path, make: Callable[[Project], list[Model]]) -> list[Model]:
    """The models of a project: those kept at `path` where they are still its own, else made and kept there.

    The file may be deleted at any time; one that cannot be read or is another version's is made anew.
    """
    key = digest_of(project)
    kept = _read(path, key)
    if kept is None:
        kept = make(project)
        _write(path, key, kept)
    return kept


def _read(path: Path, key: str) -> list[Model] | None:
    try:
        content = json.loads(path.read_bytes())
        if content["key"] != key:
            return None
        return [Model(**each | {"reads": frozenset(each["reads"])}) for each in content["models"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, key: str, models: list[Model]) -> None:
    """Written aside and moved into place; a torn file would only be made anew, but none is left behind."""
    listed = [asdict(model) | {"reads": sorted(model.reads)} for model in models]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps({"key": key, "models": listed}, ensure_ascii=False))


def digest_of(project: Project) -> str:
    """One digest of all that is declared and of the program that reads it."""
    return hashlib.sha256(f"{project.digest} {digest_of_program(_PROGRAM)}".encode()).hexdigest()


_PROGRAM = Path(nianbao.__file__).parent
_READ_BY_IT = {".py", ".csv", ".toml", ".sql"}


@functools.cache
def digest_of_program(folder: Path) -> str:
    """One digest of source files and the tables among them: a version does not change while the code is worked on."""
    digest = hashlib.sha256(nianbao.__version__.encode())
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _READ_BY_IT):
        digest.update(path.read_bytes())
    return digest.hexdigest()
