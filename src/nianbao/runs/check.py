"""check: the answer to files on the spot, against what the warehouse knows; nothing is loaded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from nianbao import clock
from nianbao.catalog import Project, load_project
from nianbao.errors import StoreError
from nianbao.intake.acknowledge import Marking, mark_workbooks
from nianbao.intake.answer.work import is_to_be_marked
from nianbao.intake.fetch.receive import receive
from nianbao.intake.fetch.sources import Found
from nianbao.intake.fetch.sources.own_files import MARKED
from nianbao.intake.take_in import facts_of, judge_deliveries
from nianbao.intake.worker.pool import ReaderPool
from nianbao.language import _
from nianbao.record import Archive
from nianbao.runs.receipts import compose_apart, receipt_writer
from nianbao.runs.sources import find_senders, place_in_sources
from nianbao.settings import Home
from nianbao.terms.delivery import Delivery
from nianbao.terms.receipt import Receipt
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import Connection, open_memory, open_present
from nianbao.warehouse.expectations import warm_up
from nianbao.warehouse.projection import Applied, apply_facts, frames_of
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema

_AT_ONCE = 200
_CHUNK = 1 << 20
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Checked:
    """What would become of a file: its receipt, and the marked workbook if one was asked for."""

    path: Path
    receipt: Receipt
    marked: Path | None
    is_known: bool = False
    """Whether the same bytes were received before: then it is the receipt that they got."""

    @property
    def is_taken(self) -> bool:
        """Whether every form in it would be accepted, or is."""
        lines = self.receipt.submissions
        return bool(lines or self.receipt.unchanged) and all(line.decision.is_loaded for line in lines)


def check_files(
    project_path: Path, home: Home, paths: Sequence[Path], mark: bool, progress: Progress | None = None
) -> Iterator[Checked]:
    """Check files as if they had just arrived; with `mark`, the marked workbooks are written beside them.

    Raises:
        StoreError: a file cannot be read.
        BusyError: a run is writing to the warehouse.
    """
    project = load_project(project_path)
    for path in paths:
        _require_readable(path)
    warm_up()
    with (
        _past(project, home) as past,
        tempfile.TemporaryDirectory(prefix="nianbao-") as folder,
        ReaderPool(project_path) as pool,
    ):
        archive = Archive(Path(folder))
        for start in range(0, len(paths), _AT_ONCE):
            some = paths[start : start + _AT_ONCE]
            first = ledger.count_received(past) + start + 1
            deliveries = receive_all(project, past, home, archive, some, first)
            told: dict[str, Receipt] = {}
            for apart in _with_bytes_apart(deliveries):

                def report(done: int, before: int = start + len(told)) -> None:
                    if progress:
                        progress(before + done, len(paths))

                receipts = _answer(project, past, archive, pool, apart, report)
                told |= {delivery.delivery_id: receipt for delivery, receipt in zip(apart, receipts, strict=True)}
            receipts = [told[delivery.delivery_id] for delivery in deliveries]
            fresh = {delivery.delivery_id for delivery in deliveries}
            for checked in _mark(archive, pool, some, receipts, mark):
                yield replace(checked, is_known=checked.receipt.delivery_id not in fresh)


def _answer(
    project: Project,
    past: Connection,
    archive: Archive,
    pool: ReaderPool,
    deliveries: Sequence[Delivery],
    report: Callable[[int], None],
) -> list[Receipt]:
    """The receipts of deliveries, told from a ledger that is forgotten afterwards.

    For bytes that came before it is the receipt that they got; it says when.
    """
    taken = judge_deliveries(past, project, archive, pool, deliveries, report)
    first = {each.delivery.delivery_id: each.duplicate_of or each.delivery.delivery_id for each in taken.came}
    scratch = open_memory()
    try:
        create_schema(scratch, project)
        facts = frames_of(facts_of(taken), "")
        apply_facts(scratch, project, Applied(facts, [], dict.fromkeys(facts, ""), clock.now()))
        told = _receipts(project, scratch, past, [delivery.delivery_id for delivery in deliveries])
        told |= _receipts(project, past, past, [each for each in first.values() if each not in told])
        return [told[first[each.delivery_id]] for each in deliveries]
    finally:
        scratch.close()


def _receipts(project: Project, answered: Connection, past: Connection, ids: Sequence[str]) -> dict[str, Receipt]:
    answers = ledger.answers(answered, ids)
    writer = receipt_writer(project, answers, answered, past)
    return {answer.delivery_id: compose_apart(writer, answer)[0] for answer in answers}


def _mark(
    archive: Archive, pool: ReaderPool, paths: Sequence[Path], receipts: Sequence[Receipt], mark: bool
) -> Iterator[Checked]:
    wanted = [number for number, receipt in enumerate(receipts) if mark and is_to_be_marked(receipt)]
    targets = [path.with_name(path.name + MARKED) for path in paths]
    jobs = [(str(n), Marking(receipts[n], archive.checked(receipts[n].sha256), targets[n])) for n in wanted]
    marked = {int(key) for key in mark_workbooks(pool, jobs, {})}
    for number, (path, receipt) in enumerate(zip(paths, receipts, strict=True)):
        if number in marked:
            receipt = replace(receipt, marked_workbook=targets[number].name)
        yield Checked(path, receipt, targets[number] if number in marked else None)


def _with_bytes_apart(deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
    """Deliveries in groups within which no two have the same bytes: each file has an answer of its own."""
    groups: list[dict[str, Delivery]] = []
    for delivery in deliveries:
        group = next((group for group in groups if delivery.sha256 not in group), None)
        if group is None:
            groups.append(group := {})
        group[delivery.sha256] = delivery
    return [list(group.values()) for group in groups]


def _require_readable(path: Path) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        _("it cannot be read: {strerror}").format(strerror=error.strerror), str(path), _("name a file that exists")
    )


def receive_all(
    project: Project, past: Connection, home: Home, archive: Archive, paths: Sequence[Path], first: int
) -> list[Delivery]:
    """Files as if they had just been sent from where they lie: what lies in a unit's place must be of that unit."""
    places = [place_in_sources(project, home, path) for path in paths]
    senders = find_senders(project, past, places)
    return [
        _receive(
            archive, path, Found(name, 0, _now_ns(), origin=origin, sender=senders.sender_of(origin, name)), number
        )
        for number, (path, (origin, name)) in enumerate(zip(paths, places, strict=True), start=first)
    ]


def _receive(archive: Archive, path: Path, place: Found, number: int) -> Delivery:
    """A file as if it had just been sent, in an archive that is forgotten afterwards."""
    try:
        with path.open("rb") as file:
            found = place._replace(size=path.stat().st_size)
            delivery = receive(archive, found, iter(lambda: file.read(_CHUNK), b""), number)
    except OSError as error:
        raise _unreadable(path, error) from error
    if delivery is None:
        raise StoreError(
            _("it changed while it was read"), str(path), _("close it in the other program and check again")
        )
    return delivery


def _now_ns() -> int:
    return int(clock.now().replace(tzinfo=clock.ZONE).timestamp()) * 1_000_000_000


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
