"""check: the answer to files on the spot, against what the warehouse knows; nothing is loaded."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nianbao import clock
from nianbao.catalog import Project, load_project
from nianbao.errors import StoreError
from nianbao.intake.acknowledge import MARKED, mark_workbooks
from nianbao.intake.answer.work import is_to_be_marked
from nianbao.intake.examine import examine
from nianbao.intake.fetch import Archive
from nianbao.intake.reader_pool import ReaderPool
from nianbao.intake.sources import Found
from nianbao.intake.take_in import ledger_rows
from nianbao.runs.answer import receipt_writer
from nianbao.settings import Home
from nianbao.terms.delivery import Decision, Delivery
from nianbao.terms.source import LOCAL_INBOX
from nianbao.warehouse import ledger
from nianbao.warehouse.as_of import open_present
from nianbao.warehouse.connect import Connection, open_memory
from nianbao.warehouse.expectations import warm_up
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema

_AT_ONCE = 200
_CHUNK = 1 << 20
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Checked:
    """What would become of a file: its receipt, and the marked workbook if one was asked for."""

    path: Path
    receipt: dict[str, Any]
    marked: Path | None

    @property
    def is_taken(self) -> bool:
        """Whether every form in it would be accepted."""
        decisions = [Decision(item["decision"]) for item in self.receipt["submissions"]]
        return bool(decisions) and all(decision.counts for decision in decisions)


def check_files(
    project_path: Path, home: Home, paths: Sequence[Path], mark: bool, progress: Progress | None = None
) -> Iterator[Checked]:
    """Check files as if they had just arrived; with `mark`, the marked workbooks are written beside them.

    Raises:
        StoreError: a file cannot be read.
        BusyError: a run is writing to the warehouse.
    """
    project = load_project(project_path)
    warm_up()
    with (
        _past(project, home) as past,
        tempfile.TemporaryDirectory(prefix="nianbao-") as folder,
        ReaderPool(project_path) as pool,
    ):
        archive = Archive(Path(folder))
        for start in range(0, len(paths), _AT_ONCE):
            some = paths[start : start + _AT_ONCE]
            deliveries = [_receive(archive, path, start + number) for number, path in enumerate(some, start=1)]

            def report(done: int, before: int = start) -> None:
                if progress:
                    progress(before + done, len(paths))

            receipts = _examine(project, past, archive, pool, deliveries, report)
            yield from _mark(archive, pool, some, receipts, mark)


def _examine(
    project: Project,
    past: Connection,
    archive: Archive,
    pool: ReaderPool,
    deliveries: Sequence[Delivery],
    report: Callable[[int], None],
) -> list[dict[str, Any]]:
    """The receipts of deliveries, told from a ledger that is forgotten afterwards."""
    examined = examine(past, project, archive, pool, deliveries, report, again=True)
    scratch = open_memory()
    try:
        create_schema(scratch, project)
        ledger.record(scratch, ledger_rows(deliveries, "", examined))
        answers = ledger.answers(scratch, [delivery.delivery_id for delivery in deliveries])
        writer = receipt_writer(project, answers, scratch, past)
        return [writer.compose(answer) for answer in answers]
    finally:
        scratch.close()


def _mark(
    archive: Archive, pool: ReaderPool, paths: Sequence[Path], receipts: list[dict[str, Any]], mark: bool
) -> Iterator[Checked]:
    wanted = [number for number, receipt in enumerate(receipts) if mark and is_to_be_marked(receipt)]
    targets = [path.with_name(path.name + MARKED) for path in paths]
    jobs = ((receipts[n], archive.path_of(receipts[n]["sha256"]), targets[n]) for n in wanted)
    marked = {wanted[position] for position in mark_workbooks(pool, jobs)}
    for number, (path, receipt) in enumerate(zip(paths, receipts, strict=True)):
        if number in marked:
            receipt["marked_workbook"] = targets[number].name
        yield Checked(path, receipt, targets[number] if number in marked else None)


def _receive(archive: Archive, path: Path, number: int) -> Delivery:
    """A file as if it had just been sent, in an archive that is forgotten afterwards."""
    try:
        with path.open("rb") as file:
            found = Found(path.name, path.stat().st_size, time.time_ns(), origin=LOCAL_INBOX)
            delivery = archive.receive(found, iter(lambda: file.read(_CHUNK), b""), number)
    except OSError as error:
        raise StoreError(f"it cannot be read: {error.strerror}", str(path), "name a file that exists") from error
    if delivery is None:
        raise StoreError("it changed while it was read", str(path), "close it in the other program and check again")
    return delivery


@contextmanager
def _past(project: Project, home: Home) -> Iterator[Connection]:
    """The warehouse to read from; without one an empty one, so that only what lies in the files is checked."""
    if home.warehouse.exists():
        connection = open_present(home.warehouse)
    else:
        connection = open_memory()
        create_schema(connection, project)
        load_reference(connection, project, clock.now().date())
    try:
        yield connection
    finally:
        connection.close()
