"""rebuild: warehouse, tables and receipts made anew from the record alone; nothing is parsed, nothing judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from nianbao.errors import StoreError
from nianbao.language import _
from nianbao.record import Archive, Record
from nianbao.record.declarations import put_back_declarations
from nianbao.runs.answer import write_again
from nianbao.runs.build import build_tables
from nianbao.runs.releases import put_back_missing
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.warehouse import ledger


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild came to."""

    runs: int
    built: int
    receipts: int


def rebuild(home: Home) -> Rebuilt:
    """Delete the warehouse and make it anew, by the declarations of the last run, which the archive holds.

    Raises:
        BusyError: a run is writing.
        StoreError: nothing was recorded, or what was is damaged.
    """
    record = Record(Archive(home.archive))
    last = record.last_number()
    if not last:
        raise StoreError(
            _("nothing was recorded here"), str(home.archive), _("name the home whose archive is to be used")
        )
    with TemporaryDirectory(prefix="nianbao-") as folder:
        put_back_declarations(record.archive, record.manifest(last).declarations, Path(folder))
        with open_workspace(Path(folder), home, "rebuild", anew=True) as workspace:
            built = build_tables(workspace).models if ledger.has_accepted(workspace.connection) else []
            put_back_missing(workspace)
            return Rebuilt(last, len(built), len(write_again(workspace, ())))
