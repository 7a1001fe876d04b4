"""The one path of everything that a run writes: run → record → warehouse."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from nianbao import __version__, clock
from nianbao.record import Facts, Frame, Manifest, Run
from nianbao.record.manifest import run_id_of
from nianbao.record.record import keep_declarations
from nianbao.runs.receipts import compose_receipts
from nianbao.runs.workspace import Workspace
from nianbao.warehouse.connect import transaction
from nianbao.warehouse.projection import Applied, apply_facts, cells_by_period, frames_of, note_run

_NOT_YET = "R999999"
"""The run that something would be which is only looked at."""


@dataclass(frozen=True)
class Doing:
    """What a run is and who does it why; `answered` are the deliveries whose receipts it changes."""

    kind: str
    started_at: dt.datetime = field(default_factory=clock.now)
    actor: str | None = None
    because: str | None = None
    answered: Sequence[str] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)


def record_run(
    workspace: Workspace,
    doing: Doing,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    cells: Frame | None = None,
) -> Manifest:
    """Record the facts of a run, rows by kind and cells, and bring them into the warehouse.

    The manifest is the commit: killed before it nothing was done, killed behind it the next run brings the warehouse
    up to it. The receipts are composed from the warehouse as it will be, and recorded with the rest.

    Raises:
        OSError: the disk is full or may not be written; nothing was done.
    """
    record, connection, project = workspace.record, workspace.connection, workspace.project
    declarations = keep_declarations(record.archive, project.declared_files, project.listing)
    at = clock.now()
    with transaction(connection):
        facts, partitions = _bring_in(workspace, doing, rows, cells, at)
        manifest = record.append(
            Run(
                kind=doing.kind,
                started_at=doing.started_at,
                at=at,
                version=__version__,
                declarations=declarations,
                facts=facts,
                cells=partitions,
                actor=doing.actor,
                because=doing.because,
                summary=json.dumps(doing.summary, ensure_ascii=False, default=str),
            )
        )
        note_run(connection, manifest)
    return manifest


def imagine_run(copy: Workspace, rows: Mapping[str, Sequence[Mapping[str, Any]]], cells: Frame) -> None:
    """Bring facts into a copy of the warehouse as if a later run had recorded them."""
    facts = frames_of(rows, _NOT_YET)
    applied = Applied(facts, [cells], dict.fromkeys(facts, _NOT_YET), clock.now())
    with transaction(copy.connection):
        apply_facts(copy.connection, copy.project, applied)


class _Undone(Exception):
    """What was tried is taken back."""


def try_run(
    workspace: Workspace, doing: Doing, rows: Mapping[str, Sequence[Mapping[str, Any]]], cells: Frame | None = None
) -> None:
    """Do what `record_run` would, up to the commit, and take it back: whatever it would fail over is raised."""
    with suppress(_Undone), transaction(workspace.connection):
        _bring_in(workspace, doing, rows, cells, clock.now())
        raise _Undone


def _bring_in(
    workspace: Workspace,
    doing: Doing,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    cells: Frame | None,
    at: dt.datetime,
) -> tuple[dict[str, Frame], dict[str, Frame]]:
    """Bring the facts of the next run into the warehouse; they, the receipts among them, and its cells by period."""
    connection, project = workspace.connection, workspace.project
    run_id = run_id_of(workspace.record.last_number() + 1)
    facts = frames_of(rows, run_id)
    partitions = cells_by_period(cells, facts["submission"]) if cells is not None and "submission" in facts else {}

    def bring_in(tables: Facts) -> None:
        apply_facts(connection, project, Applied(tables, list(partitions.values()), dict.fromkeys(tables, run_id), at))

    bring_in(facts)
    if doing.answered:
        receipts = frames_of({"receipt": compose_receipts(project, connection, doing.answered)}, run_id)
        bring_in(receipts)
        facts |= receipts
    return facts, partitions
