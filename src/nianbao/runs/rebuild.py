"""rebuild, backup, restore: a home made anew from the record alone, which is kept in one file."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from nianbao.errors import StoreError, UsageError
from nianbao.language import _
from nianbao.record import Archive, Record
from nianbao.record.record import put_back_declarations
from nianbao.record.verify import Looked, verify_record
from nianbao.runs.answer import write_again
from nianbao.runs.build import build_tables
from nianbao.runs.releases import put_back_missing
from nianbao.runs.workspace import open_workspace
from nianbao.settings import SAMPLE_MARK, Home
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


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds: runs, files, and how many bytes it has."""

    runs: int
    files: int
    size: int


def back_up(home: Home, target: Path) -> BackedUp:
    """Write what was recorded into a new file, each piece compared with its hash; a run may write meanwhile.

    What no run names yet is not in it: it is a copy as of the last run that was recorded when it began.

    Raises:
        UsageError: the file is there already.
        StoreError: nothing was recorded, or what was is damaged; there is no file then.
    """
    if target.exists():
        raise UsageError(
            _("{path} is there already").format(path=target), next_step=_("name a file that is not there yet")
        )
    record = Record(Archive(home.archive))
    last = record.last_number()
    if not last:
        raise StoreError(_("nothing was recorded here"), str(home.archive), _("name the home that is to be kept"))
    begun = target.with_name(f".writing-{target.name}")
    files = 0
    try:
        with tarfile.open(begun, "w") as tar:
            for path in _pieces(home, record, last):
                tar.add(path, str(path.relative_to(home.path)), recursive=False)
                files += 1
        begun.replace(target)
    finally:
        begun.unlink(missing_ok=True)
    return BackedUp(last, files, target.stat().st_size)


def restore_home(source: Path, home: Home) -> Rebuilt:
    """Make a home from a backup: unpacked aside, held against its hashes, moved into place, and rebuilt.

    Raises:
        UsageError: there is something at that place already.
        StoreError: the file is no backup, or something in it is not what was recorded; nothing is made then.
    """
    if home.path.exists() and (not home.path.is_dir() or any(home.path.iterdir())):
        raise UsageError(
            _("{path} is there already").format(path=home.path), next_step=_("name a folder that is empty or not there")
        )
    begun = home.path.with_name(f".restoring-{home.path.name}")
    shutil.rmtree(begun, ignore_errors=True)
    try:
        begun.mkdir(parents=True)
        _unpack(source, begun)
        if home.path.exists():
            home.path.rmdir()
        begun.replace(home.path)
    finally:
        shutil.rmtree(begun, ignore_errors=True)
    for folder in (home.inbox, home.outbox):
        folder.mkdir(exist_ok=True)
    return rebuild(home)


def _pieces(home: Home, record: Record, last: int) -> Iterator[Path]:
    """Every file that belongs to the first runs, the bytes before the manifests that name them."""
    seen: set[str] = set()
    looked = Looked()
    for damage in verify_record(record, looked, until=last, seen=seen):
        raise StoreError(damage.what, damage.where, damage.next_step)
    yield from (record.archive.path_of(sha256) for sha256 in sorted(seen))
    for number in range(1, last + 1):
        yield from record.files_of(number)
    also = (home.inbox / SAMPLE_MARK, home.told, home.last_night)
    yield from (path for path in also if path.exists())


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source, "r:") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise StoreError(
            _("this is no backup that can be read: {error}").format(error=error), str(source), _("use another backup")
        ) from error
    record = Record(Archive(folder / "archive"))
    for damage in verify_record(record, Looked()):
        raise StoreError(damage.what, str(source), _("use another backup"))
    if not record.last_number():
        raise StoreError(_("nothing was recorded here"), str(source), _("use another backup"))
