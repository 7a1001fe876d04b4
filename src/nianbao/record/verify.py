"""verify: the record held against itself: the chain of runs, their tables, and all bytes that they name."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from nianbao.errors import StoreError
from nianbao.language import _
from nianbao.record.manifest import Manifest
from nianbao.record.record import Record

NAMING = {"received": "sha256", "release_file": "sha256"}
"""The kinds of facts that name bytes of the archive, and the column that does."""


@dataclass(frozen=True)
class Damage:
    """Something that is not what was recorded: what, where, and what helps."""

    what: str
    where: str
    next_step: str


@dataclass
class Looked:
    """How much has been looked at so far."""

    runs: int = 0
    tables: int = 0
    files: int = 0


def verify_record(
    record: Record,
    looked: Looked,
    progress: Callable[[int, int], None] = lambda done, all_: None,
    seen: set[str] | None = None,
    until: int | None = None,
) -> Iterator[Damage]:
    """Everything that is gone, damaged or out of order; a broken chain ends the look, as what follows is unsure.

    `looked` is counted up; `progress` is told of runs; `seen` takes up the hashes that the runs name, and runs after
    number `until` are left alone, with what they have written so far.
    """
    seen = set() if seen is None else seen
    named: set[str] = set()
    last = record.last_number() if until is None else until
    try:
        for manifest in itertools.takewhile(lambda each: each.number <= last, record.scan()):
            named |= {table.path for table in (*manifest.tables.values(), *manifest.cells.values())}
            yield from _verify_tables(record, manifest, looked)
            yield from _verify_bytes(record, _named(record, manifest, seen), seen, looked)
            looked.runs += 1
            progress(looked.runs, last)
    except StoreError as error:
        yield Damage(error.what, error.where, error.next_step)
        return
    for path in record.strays(named) if until is None else ():
        yield Damage(_("no run recorded this file"), str(path), _("move it out of the archive; nothing reads it"))


def _verify_tables(record: Record, manifest: Manifest, looked: Looked) -> Iterator[Damage]:
    for table in (*manifest.tables.values(), *manifest.cells.values()):
        looked.tables += 1
        if fault := record.fault_of(table):
            yield Damage(f"{manifest.run_id}: {fault}", table.path, _("put it back from a backup of the archive"))


def _named(record: Record, manifest: Manifest, seen: Collection[str]) -> Iterator[str]:
    """The hashes of the bytes that a run names: declarations, deliveries, files of releases."""
    if manifest.declarations not in seen:
        yield manifest.declarations
        if not record.archive.fault_of(manifest.declarations):
            yield from json.loads(record.archive.read(manifest.declarations)).values()
    for kind, column in NAMING.items():
        if kind in manifest.facts:
            yield from manifest.facts[kind][column]
        elif kind in manifest.tables and not record.fault_of(manifest.tables[kind]):
            yield from record.table(manifest.tables[kind])[column]


def _verify_bytes(record: Record, hashes: Iterator[str], seen: set[str], looked: Looked) -> Iterator[Damage]:
    for sha256 in hashes:
        if sha256 not in seen:
            seen.add(sha256)
            looked.files += 1
            if fault := record.archive.fault_of(sha256):
                yield Damage(fault, str(record.archive.path_of(sha256)), _("put it back from a backup of the archive"))
