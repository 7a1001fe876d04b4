"""What every run needs: the project, its home and the open warehouse; and how its steps are carried out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nianbao import clock
from nianbao.catalog import Project, load_project
from nianbao.catalog.roster_faults import refuse_lost_units
from nianbao.errors import StoreError
from nianbao.settings import Home
from nianbao.warehouse import ledger
from nianbao.warehouse.as_of import open_as_of, open_present
from nianbao.warehouse.connect import DISK_FAULTS, NOT_BUILT, Connection, open_writer
from nianbao.warehouse.lock import writer_lock
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema

T = TypeVar("T")
Step = Callable[..., Any]
"""How a piece of a run is carried out: called as it is, or wrapped as a Prefect task."""


def at_once(name: str, work: Callable[..., T], *arguments: Any) -> T:
    """Carry out a step here and now."""
    return work(*arguments)


@dataclass(frozen=True)
class House:
    """A project, its home, the open warehouse and the fingerprints of its reference tables, for one run.

    `is_writer` says that the run holds the writer's lock: only then may it change anything in the home.
    """

    project: Project
    home: Home
    connection: Connection
    reference: dict[str, str]
    is_writer: bool = False


@contextmanager
def open_house(project_path: Path, home: Home, purpose: str) -> Iterator[House]:
    """Hold the writer's lock and the writer's file while a run lasts.

    Raises:
        BusyError: another run holds the lock.
        DeclarationError: a declared file is wrong, or a unit that reported is not in the roster any more.
        StoreError: the warehouse was written by a newer nianbao, or the disk is full or may not be written.
    """
    project = load_project(project_path)
    with _told_of_the_disk(home), writer_lock(home.path, purpose):
        connection = open_writer(home.warehouse)
        try:
            create_schema(connection, project)
            require_units(project, connection)
            reference = load_reference(connection, project, clock.now().date())
            yield House(project, home, connection, reference, is_writer=True)
        finally:
            connection.close()


def require_units(project: Project, connection: Connection) -> None:
    """Hold that everybody who ever reported is still in the roster.

    Raises:
        DeclarationError: a unit is missing there.
    """
    refuse_lost_units(project.path / "reference" / "units.csv", project.roster, ledger.reported(connection))


@contextmanager
def _told_of_the_disk(home: Home) -> Iterator[None]:
    """Say in words what the disk refuses; what was committed before stays, and the next run goes on from there."""
    try:
        yield
    except DISK_FAULTS as error:
        step = "make room or give the right to write there, and run again"
        raise StoreError(str(error), str(home.path), step) from error


@contextmanager
def open_house_as_of(project_path: Path, home: Home, day: dt.date) -> Iterator[House]:
    """The house as it was known at the end of a day, in memory; nothing on disk is touched.

    Raises:
        StoreError: there is no warehouse yet.
        BusyError: a run is writing.
    """
    project = load_project(project_path)
    connection, leaves = open_as_of(home.warehouse, project, day)
    try:
        yield House(project, home, connection, leaves)
    finally:
        connection.close()


@contextmanager
def open_house_to_read(project_path: Path, home: Home) -> Iterator[House]:
    """The house as the last run left it, for reading.

    Raises:
        StoreError: there is no warehouse yet, or it lacks a table that is asked for.
        BusyError: a run is writing.
    """
    connection = open_present(home.warehouse)
    try:
        project = load_project(project_path)
        require_units(project, connection)
        yield House(project, home, connection, {})
    except NOT_BUILT as error:
        said = str(error).splitlines()[0]
        raise StoreError(f"a table has not been built yet: {said}", str(home.warehouse), "nianbao compile") from error
    finally:
        connection.close()
