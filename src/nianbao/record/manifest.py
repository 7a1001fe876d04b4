"""One run's manifest: who did what when by which declarations, its facts as rows with a kind, the tables beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.errors import StoreError
from nianbao.language import _

if TYPE_CHECKING:
    import polars as pl

    Frame = pl.DataFrame
    Facts = Mapping[str, pl.DataFrame]
    """Tables by the kind of their rows: delivery, submission, decision, finding, ruling, receipt, release …"""
else:  # polars takes half a second, which commands that only read need not wait
    Facts = Mapping
    Frame = object

FORMAT = 1
"""Every format that was ever written is read: a new one gets a reader of its own in `load`."""


@dataclass(frozen=True)
class KeptTable:
    """A Parquet file of a run: its path in the record, the SHA-256 of its bytes, how many rows it has."""

    path: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class Manifest:
    """A run that changed something.

    `declarations` is the digest under which the declared files of the run are kept, `previous` the SHA-256 of the
    manifest before it, None for the first. `tables` are the facts kept as Parquet by kind, `cells` those by period.
    """

    number: int
    kind: str
    started_at: dt.datetime
    at: dt.datetime
    version: str
    declarations: str
    actor: str | None
    because: str | None
    summary: str
    previous: str | None
    facts: Facts
    tables: Mapping[str, KeptTable]
    cells: Mapping[str, KeptTable]
    sha256: str

    @property
    def judges(self) -> bool:
        """Whether the run says what became of deliveries."""
        return "delivery" in self.facts or "delivery" in self.tables

    @property
    def says_anew(self) -> bool:
        """Whether the run says anew what earlier runs said."""
        return "anew" in self.facts or "anew" in self.tables

    @property
    def run_id(self) -> str:
        """`R000123`."""
        return run_id_of(self.number)


def run_id_of(number: int) -> str:
    """The id of the run of a number: `R000123`."""
    return f"R{number:06d}"


def dump(manifest: Manifest) -> bytes:
    """The bytes of a manifest; its own hash is not in them."""
    content = {
        "format": FORMAT,
        "run": manifest.number,
        "previous": manifest.previous,
        "nianbao": manifest.version,
        "declarations": manifest.declarations,
        "kind": manifest.kind,
        "started_at": manifest.started_at,
        "at": manifest.at,
        "actor": manifest.actor,
        "because": manifest.because,
        "summary": json.loads(manifest.summary),
        "facts": {
            kind: {"columns": frame.columns, "rows": frame.rows()} for kind, frame in sorted(manifest.facts.items())
        },
        "tables": {kind: vars(table) for kind, table in sorted(manifest.tables.items())},
        "cells": {period: vars(table) for period, table in sorted(manifest.cells.items())},
    }
    return json.dumps(content, ensure_ascii=False, default=str).encode() + b"\n"


def load(content: bytes, where: str, with_facts: bool = True) -> Manifest:
    """The manifest that some bytes hold, if wanted without its facts.

    Raises:
        StoreError: they are damaged, or of a format that this nianbao does not know.
    """
    try:
        data = json.loads(content)
        found = data["format"]
        if found != FORMAT:
            what = _("the run was recorded in format {found}; this nianbao knows formats up to {FORMAT}").format(
                found=found, FORMAT=FORMAT
            )
            raise StoreError(what, where, _("install the newer nianbao"))
        return Manifest(
            number=data["run"],
            kind=data["kind"],
            started_at=dt.datetime.fromisoformat(data["started_at"]),
            at=dt.datetime.fromisoformat(data["at"]),
            version=data["nianbao"],
            declarations=data["declarations"],
            actor=data["actor"],
            because=data["because"],
            summary=json.dumps(data["summary"], ensure_ascii=False),
            previous=data["previous"],
            facts={
                kind: frame_of(table["columns"], table["rows"]) for kind, table in data["facts"].items() if with_facts
            },
            tables={kind: KeptTable(**table) for kind, table in data["tables"].items()},
            cells={period: KeptTable(**table) for period, table in data["cells"].items()},
            sha256=hashlib.sha256(content).hexdigest(),
        )
    except (ValueError, LookupError, TypeError) as error:
        step = _("put the file back from a backup of the archive; nianbao verify looks at all")
        raise StoreError(_("the manifest of a run is damaged: {error}").format(error=error), where, step) from error


def frame_of(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> pl.DataFrame:
    """Rows as a table: whole numbers and truth values stay what they are, everything else is text as `str` has it."""
    import polars as pl  # takes half a second, which commands that only read need not wait

    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pl.DataFrame([_series(name, column) for name, column in zip(columns, values, strict=True)])


def _series(name: str, values: Sequence[Any]) -> pl.Series:
    import polars as pl

    kinds = {type(value) for value in values if value is not None}
    if kinds == {int}:
        return pl.Series(name, values, dtype=pl.Int64)
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)
