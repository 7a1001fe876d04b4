"""verify: everything that is kept, held against the hashes that were recorded; what is damaged is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nianbao.errors import BusyError, NianbaoError, StoreError
from nianbao.language import _
from nianbao.record import Archive, Record
from nianbao.record.verify import Damage, Looked, verify_record
from nianbao.runs.releases import altered_files, recorded_releases
from nianbao.runs.signatures import verify_signatures
from nianbao.settings import Home
from nianbao.warehouse.connect import open_present
from nianbao.warehouse.projection import refuse_other_record
from nianbao.warehouse.snapshot import CURRENT, altered_since


@dataclass
class Verified:
    """What was looked at, and what is not as it was recorded."""

    looked: Looked = field(default_factory=Looked)
    releases: int = 0
    signatures: int = 0
    damages: list[Damage] = field(default_factory=list)


def verify_home(home: Home, progress: Callable[[int, int], None] = lambda done, all_: None) -> Verified:
    """Look at the chain of runs, their tables and bytes, releases, who signed them, analysts' files and warehouse."""
    record = Record(Archive(home.archive))
    verified = Verified()
    verified.damages += verify_record(record, verified.looked, progress)
    if not verified.damages:  # the record itself says which releases there are
        for release, files in recorded_releases(record):
            verified.releases += 1
            for name in altered_files(home, release, files):
                place, step = str(home.path / release.path / name), f"nianbao release restore {release.name}"
                verified.damages.append(
                    Damage(
                        _("{release} is not what was issued: {name}").format(release=release.name, name=name),
                        place,
                        step,
                    )
                )
        for found in verify_signatures(record):
            if isinstance(found, Damage):
                verified.damages.append(found)
            else:
                verified.signatures += 1
    verified.damages += [*_verify_analysts_files(home), *_verify_warehouse(home, record)]
    return verified


def _verify_analysts_files(home: Home) -> Iterator[Damage]:
    step = _("delete it with its .sha256; the next nightly writes it anew")
    for path in sorted(home.releases.glob("nianbao-*.duckdb")):
        noted = path.with_name(f"{path.name}.sha256")
        if not noted.exists() or altered_since(noted):
            yield Damage(_("the analysts' file is not what was published"), str(path), step)
    current = home.releases / CURRENT
    if current.is_symlink() and not current.exists():
        yield Damage(_("the analysts' file is gone"), str(current), _("run nianbao nightly: it is written anew"))


def _verify_warehouse(home: Home, record: Record) -> Iterator[Damage]:
    if not home.warehouse.exists():
        return
    try:
        connection = open_present(home.warehouse)
    except BusyError:
        return  # a run is writing; it has looked itself
    except NianbaoError as error:
        yield Damage(error.what, error.where, error.next_step)
        return
    try:
        refuse_other_record(connection, record)
    except StoreError as error:
        yield Damage(error.what, error.where, error.next_step)
    finally:
        connection.close()
