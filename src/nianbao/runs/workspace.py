"""What every run needs: the project, its home and the open warehouse; and how its steps are carried out."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from nianbao import __version__, clock
from nianbao.catalog import Project, load_project
from nianbao.catalog.roster_faults import refuse_lost_units
from nianbao.errors import NianbaoError, StoreError, UsageError
from nianbao.language import _
from nianbao.record import Archive, Record, Run
from nianbao.record.record import keep_declarations, put_back_declarations
from nianbao.runs.engine import engine_of_run
from nianbao.settings import Home
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import (
    DISK_FAULTS,
    NOT_BUILT,
    Connection,
    has_table,
    open_memory,
    open_present,
    open_writer,
    raise_interrupt,
    use_every_core,
)
from nianbao.warehouse.lock import ended_by_ctrl_c, keep_last_state, writer_lock
from nianbao.warehouse.models import built_from, remember_built
from nianbao.warehouse.projection import apply_runs, bring_up_to_date, refuse_other_record
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema, is_outdated

T = TypeVar("T")
Step = Callable[..., Any]
"""How a piece of a run is carried out: called as it is, or wrapped as a Prefect task."""


_REQUIRED = "roster"
"""The declarations of which it is known that they have every unit that ever reported."""


def at_once(name: str, work: Callable[..., T], *arguments: Any) -> T:
    """Carry out a step here and now."""
    return work(*arguments)


@dataclass(frozen=True)
class Workspace:
    """A project, its home and record, the open warehouse and the fingerprints of its reference tables, for one run.

    `is_writer` says that the run holds the writer's lock: only then may it change anything in the home.
    """

    project: Project
    home: Home
    record: Record
    connection: Connection
    reference: dict[str, str]
    is_writer: bool = False


@contextmanager
def open_workspace(project_path: Path, home: Home, purpose: str, anew: bool = False) -> Iterator[Workspace]:
    """Hold the writer's lock and the writer's file while a run lasts; `anew` deletes the warehouse before.

    What a killed run left is swept away, and the warehouse brought up to the last run that was recorded.

    Raises:
        UsageError: nobody has made a home there.
        BusyError: another run holds the lock.
        DeclarationError: a declared file is wrong, or a unit that reported is not in the roster any more.
        StoreError: the warehouse was written by a newer nianbao or is newer than the archive, what was recorded is
            damaged, or the disk is full or may not be written.
    """
    project = load_project(project_path)
    require_home(home)
    with _told_of_the_disk(home), writer_lock(home.path, purpose), engine_of_run():
        record = _open_record(home)
        keep_last_state(home)  # where the last run did not come to do it
        connection = open_warehouse(home, record, anew)
        try:
            _clear(home, record)
            create_schema(connection, project)
            bring_up_to_date(connection, project, record)
            require_units(project, connection, is_writer=True)
            reference = load_reference(connection, project, clock.now().date())
            workspace = Workspace(project, home, record, connection, reference, is_writer=True)
            try:
                with ended_by_ctrl_c(connection):
                    yield workspace
            except UsageError:
                raise  # nothing was begun
            except NianbaoError as error:
                _record_failure(workspace, purpose, error)
                raise
        finally:
            connection.close()
        with suppress(*DISK_FAULTS):  # the run is done; the next one asks for the room
            keep_last_state(home)


def require_home(home: Home) -> None:
    """Hold that a home was made on purpose: a mistyped --home is no new one.

    Raises:
        UsageError: nobody has made one there.
    """
    if not home.is_made:
        step = _("correct --home, or make one: nianbao init --home {path}").format(path=home.path)
        raise UsageError(_("there is no home at {path}").format(path=home.path), next_step=step)


def require_units(project: Project, connection: Connection, is_writer: bool = False) -> None:
    """Hold that everybody who ever reported is still in the roster; looked at again where a declaration changed.

    Raises:
        DeclarationError: a unit is missing there.
    """
    if built_from(connection, _REQUIRED) != project.digest:
        refuse_lost_units(project.path / "reference" / "units.csv", project.roster, ledger.reported(connection))
        if is_writer:
            remember_built(connection, _REQUIRED, project.digest, clock.now())


def open_warehouse(home: Home, record: Record, anew: bool = False) -> Connection:
    """The writer's file, once it is sure that it follows from this record; one that an older nianbao made makes place.

    Raises:
        StoreError: the record is older than the warehouse, or another; nothing was written.
    """
    if anew:
        for path in (home.warehouse, home.warehouse.with_name(f"{home.warehouse.name}.wal")):
            path.unlink(missing_ok=True)
    connection = open_writer(home.warehouse)
    try:
        if anew:
            use_every_core(connection)
        if is_outdated(connection):
            connection.close()
            return open_warehouse(home, record, anew=True)
        if has_table(connection, "ledger.run"):
            refuse_other_record(connection, record)
    except BaseException:
        connection.close()
        raise
    return connection


def _record_failure(workspace: Workspace, purpose: str, error: NianbaoError) -> None:
    """Keep that a run could not go on, and why; what it did until then is recorded already."""
    at = clock.now()
    summary = json.dumps({"failed": error.what, "exit_code": error.exit_code}, ensure_ascii=False)
    with suppress(*DISK_FAULTS, NianbaoError):  # where the disk is full the message must do
        declarations = keep_declarations(
            workspace.record.archive, workspace.project.declared_files, workspace.project.listing
        )
        workspace.record.append(Run(purpose, at, at, __version__, declarations, {}, summary=summary))


@contextmanager
def _told_of_the_disk(home: Home) -> Iterator[None]:
    """Say in words what the disk refuses; what was committed before stays, and the next run goes on from there."""
    try:
        yield
    except RuntimeError as error:
        raise_interrupt(error)
        raise
    except DISK_FAULTS as error:
        step = _(
            "make room or give the right to write there, and run again; where there is both, the warehouse is "
            "damaged: nianbao rebuild makes it anew from the archive"
        )
        raise StoreError(str(error), str(home.path), step) from error


def _open_record(home: Home) -> Record:
    """The record of a home.

    Raises:
        StoreError: the archive is one of an edition that kept no record.
    """
    if (home.archive / "index.jsonl").exists():
        step = _("move the archive, the warehouse and the outbox away, put the workbooks into the inbox and run again")
        raise StoreError(_("this archive is of an edition before the record"), str(home.archive), step)
    return Record(Archive(home.archive))


def _clear(home: Home, record: Record) -> None:
    """Take away what a killed run began: copies, tables of no run, editions, analysts' files, the link to them."""
    record.archive.clear()
    record.clear()
    for pattern in ("*/*/.writing-*", "*/*/.replaced-*", ".building-*", ".current-*"):
        for leftover in home.releases.glob(pattern):
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover)
            else:
                leftover.unlink()


@contextmanager
def open_workspace_as_of(home: Home, day: dt.date) -> Iterator[Workspace]:
    """The workspace as it was known at the end of a day, in memory, from the record alone; nothing on disk is touched.

    The project is the one declared then: that of the last run up to the day.

    Raises:
        UsageError: nothing had been received by then.
        StoreError: nothing was ever recorded, or what was is damaged.
    """
    record = Record(Archive(home.archive))
    if not record.last_number():
        raise StoreError(_("there is no warehouse yet"), str(home.archive), _("run nianbao nightly first"))
    manifests = list(record.scan(until=day))
    if not any("received" in manifest.facts for manifest in manifests):
        raise UsageError(
            _("nothing had been received by {day}").format(day=day), next_step=_("name a later day: nianbao runs")
        )
    connection = open_memory()
    with TemporaryDirectory(prefix="nianbao-") as folder:
        try:
            put_back_declarations(record.archive, manifests[-1].declarations, Path(folder))
            project = load_project(Path(folder))
            create_schema(connection, project)
            apply_runs(connection, project, record, manifests)
            yield Workspace(project, home, record, connection, load_reference(connection, project, day))
        finally:
            connection.close()


@contextmanager
def open_workspace_to_read(project_path: Path, home: Home) -> Iterator[Workspace]:
    """The workspace as the last run left it, for reading.

    Raises:
        StoreError: there is no warehouse yet, or it lacks a table that is asked for.
        BusyError: a run is writing.
    """
    connection = open_present(home.warehouse)
    try:
        project = load_project(project_path)
        require_units(project, connection)
        yield Workspace(project, home, Record(Archive(home.archive)), connection, {})
    except NOT_BUILT as error:
        said = str(error).splitlines()[0]
        raise StoreError(
            _("a table has not been built yet: {said}").format(said=said), str(home.warehouse), _("nianbao build")
        ) from error
    finally:
        connection.close()
