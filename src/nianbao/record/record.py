"""Appends runs to the record and reads them back; the manifest, moved into place last, is the commit."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.errors import StoreError
from nianbao.language import _
from nianbao.record.archive import Archive, settle_new
from nianbao.record.manifest import Facts, KeptTable, Manifest, dump, load, run_id_of

if TYPE_CHECKING:
    import polars as pl

MOST_ROWS = 10_000
"""A table with more rows in one run lies beside the manifest as Parquet."""

_RUN = re.compile(r"R\d{6,}")
_SCRATCH = ".writing-"


@dataclass(frozen=True)
class Run:
    """A run that is to be recorded; `cells` are by period, `summary` is JSON."""

    kind: str
    started_at: dt.datetime
    at: dt.datetime
    version: str
    declarations: str
    facts: Facts
    cells: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    actor: str | None = None
    because: str | None = None
    summary: str = "{}"


class Record:
    """The runs under `archive/record/`: manifests by year, cells by period; what no manifest names does not exist."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self._folder = archive.folder / "record"

    def last_number(self) -> int:
        """The number of the last run, 0 when there is none."""
        return max(self._paths(), default=0)

    def manifest(self, number: int) -> Manifest:
        """The manifest of a run.

        Raises:
            StoreError: it is gone or damaged.
        """
        path = self._paths().get(number)
        if path is None:
            raise StoreError(
                _("the manifest of run {run_id_of} is gone").format(run_id_of=run_id_of(number)),
                str(self._folder),
                _way_back(),
            )
        return load(path.read_bytes(), str(path))

    def sha256_of(self, number: int) -> str | None:
        """The hash of a run's manifest, None where there is none; nothing else is read."""
        path = self._paths().get(number)
        return hashlib.sha256(path.read_bytes()).hexdigest() if path else None

    def headers(self) -> Iterator[Manifest]:
        """Every run in its order without its facts: who did what when."""
        for _number, path in sorted(self._paths().items()):
            yield load(path.read_bytes(), str(path), with_facts=False)

    def scan(self, after: int = 0, until: dt.date | None = None) -> Iterator[Manifest]:
        """The runs after a number in their order, if wanted only those made by the end of a day.

        A run dated ahead of those that follow it was made before them, whatever its clock said.

        Raises:
            StoreError: a manifest is gone or damaged, or does not follow the one before it.
        """
        paths = self._paths()
        before = self.sha256_of(after)
        ahead: list[Manifest] = []
        for number in range(after + 1, max(paths, default=0) + 1):
            if number not in paths:
                raise StoreError(
                    _("the manifest of run {run_id_of} is gone").format(run_id_of=run_id_of(number)),
                    str(self._folder),
                    _way_back(),
                )
            manifest = load(paths[number].read_bytes(), str(paths[number]))
            if (manifest.previous, manifest.number) != (before, number):
                raise StoreError(
                    _("the run does not follow the one recorded before it"), str(paths[number]), _way_back()
                )
            before = manifest.sha256
            ahead.append(manifest)
            if until is None or manifest.at.date() <= until:
                yield from ahead
                ahead = []

    def append(self, run: Run) -> Manifest:
        """Record a run: its tables first, its manifest last; all of it is durable when this returns.

        Raises:
            OSError: the disk is full or may not be written; then nothing was recorded.
        """
        number = self.last_number() + 1
        large = {kind: frame for kind, frame in run.facts.items() if frame.height > MOST_ROWS}
        manifest = Manifest(
            number=number,
            kind=run.kind,
            started_at=run.started_at,
            at=run.at,
            version=run.version,
            declarations=run.declarations,
            actor=run.actor,
            because=run.because,
            summary=run.summary,
            previous=self.sha256_of(number - 1),
            facts={kind: frame for kind, frame in run.facts.items() if kind not in large and frame.height},
            tables={kind: self._keep(f"tables/{kind}", number, frame) for kind, frame in large.items()},
            cells={
                period: self._keep(f"cells/period={period}", number, frame)
                for period, frame in run.cells.items()
                if frame.height
            },
            sha256="",
        )
        content = dump(manifest)
        folder = self._folder / f"{run.at:%Y}"
        folder.mkdir(parents=True, exist_ok=True)
        self.archive.settle()
        kept = [self._folder / table.path for table in (*manifest.tables.values(), *manifest.cells.values())]
        named = [*kept, *sorted({path.parent for path in kept}), self._folder]
        settle_new(folder / f"{run_id_of(number)}.json", content, folder / f"{_SCRATCH}{run_id_of(number)}", named)
        return replace(manifest, sha256=hashlib.sha256(content).hexdigest())

    def facts(self, manifest: Manifest) -> dict[str, pl.DataFrame]:
        """All facts of a run by kind, those kept as Parquet too.

        Raises:
            StoreError: a table of it is gone or damaged.
        """
        return {**manifest.facts, **{kind: self.table(table) for kind, table in manifest.tables.items()}}

    def table(self, kept: KeptTable) -> pl.DataFrame:
        """A table that a manifest names, its bytes compared.

        Raises:
            StoreError: it is gone or damaged.
        """
        import polars as pl

        content = self._content_of(kept)
        if isinstance(content, str):
            raise StoreError(content, str(self._folder / kept.path), _way_back())
        return pl.read_parquet(io.BytesIO(content))

    def fault_of(self, kept: KeptTable) -> str:
        """What is wrong with a table that a manifest names, nothing when it is what was written."""
        content = self._content_of(kept)
        return content if isinstance(content, str) else ""

    def strays(self, named: Collection[str]) -> Iterator[Path]:
        """The files of the record that are neither manifests nor tables that a manifest names.

        What belongs to the next run is being written, or cleared by it.
        """
        known = {path.relative_to(self._folder).as_posix() for path in self._paths().values()} | set(named)
        next_run = run_id_of(self.last_number() + 1)
        for path in sorted(self._folder.rglob("*")):
            is_begun = path.name.startswith(_SCRATCH) or path.stem == next_run
            if path.is_file() and not is_begun and path.relative_to(self._folder).as_posix() not in known:
                yield path

    def clear(self) -> None:
        """Sweep away what a killed run began and no manifest names."""
        next_run = run_id_of(self.last_number() + 1)
        for pattern in (f"cells/*/{next_run}.parquet", f"tables/*/{next_run}.parquet", f"*/{_SCRATCH}*"):
            for leftover in self._folder.glob(pattern):
                leftover.unlink()

    def path_of(self, number: int) -> Path:
        """Where the manifest of a run lies."""
        return self._paths()[number]

    def files_of(self, number: int) -> Iterator[Path]:
        """The files of a run under `record/`: its tables, and last its manifest."""
        manifest = self.manifest(number)
        yield from (self._folder / table.path for table in (*manifest.tables.values(), *manifest.cells.values()))
        yield self.path_of(number)

    def _paths(self) -> dict[int, Path]:
        """The manifests by their numbers; a copy that somebody made beside one is none."""
        found = self._folder.glob("[0-9][0-9][0-9][0-9]/R*.json")
        return {int(path.stem[1:]): path for path in sorted(found, reverse=True) if _RUN.fullmatch(path.stem)}

    def _content_of(self, kept: KeptTable) -> bytes | str:
        """The bytes of a table, or what is wrong with them."""
        try:
            content = (self._folder / kept.path).read_bytes()
        except FileNotFoundError:
            return _("a table of the record is gone")
        except OSError as error:
            return _("a table of the record cannot be read: {strerror}").format(strerror=error.strerror)
        if hashlib.sha256(content).hexdigest() != kept.sha256:
            return _("a table of the record is not what was written: its bytes have changed")
        return content

    def _keep(self, place: str, number: int, frame: pl.DataFrame) -> KeptTable:
        path = self._folder / place / f"{run_id_of(number)}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        target = io.BytesIO()
        frame.write_parquet(target, compression="zstd")
        content = target.getvalue()
        path.write_bytes(content)
        return KeptTable(f"{place}/{path.name}", hashlib.sha256(content).hexdigest(), frame.height)


def _way_back() -> str:
    return _("put the file back from a backup of the archive; nianbao verify looks at all")


def keep_declarations(archive: Archive, files: Mapping[str, bytes], listing: bytes) -> str:
    """Keep declared files by their paths, and the listing of their hashes; its own hash is their digest."""
    digest = hashlib.sha256(listing).hexdigest()
    if not archive.path_of(digest).exists():  # the listing is kept last: where it is, the files are
        for content in files.values():
            archive.keep_bytes(content)
        archive.settle()
        archive.keep_bytes(listing)
    return digest


def put_back_declarations(archive: Archive, digest: str, folder: Path) -> None:
    """Write the declared files of a digest into a folder, as they were.

    Raises:
        StoreError: one of them is gone from the archive, or damaged.
    """
    listing = json.loads(archive.read(digest))
    for name, sha256 in listing.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise StoreError(
                _("a declared file would lie outside its folder: {name}").format(name=name),
                str(archive.path_of(digest)),
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive.read(sha256))
