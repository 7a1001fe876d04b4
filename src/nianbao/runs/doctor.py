"""doctor: is everything there that a run needs?"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nianbao.catalog import Project, load_project
from nianbao.errors import NianbaoError
from nianbao.intake.fetch.sources import SourceStopped, open_source
from nianbao.intake.fetch.sources.folder import require_folder
from nianbao.language import _
from nianbao.notices.last_night import read_last_night
from nianbao.runs.rehearse import rehearse
from nianbao.runs.telling import tell_late
from nianbao.settings import Home
from nianbao.terms.source import FolderPlace, MailPlace

_NEEDED = (
    "duckdb",
    "great-expectations",
    "python-calamine",
    "xlsxwriter",
    "python-docx",
    "vl-convert-python",
    "sqlglot",
    "typst",
)
_FREE_BYTES = 1 << 30


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at."""

    what: str
    is_well: bool
    found: str
    next_step: str = ""
    is_declared: bool = False
    """Whether it is a declaration, that somebody wrote and must correct."""

    @property
    def label(self) -> str:
        """What was looked at, in the language of the reader."""
        kind, _space, name = self.what.partition(" ")
        kinds = {"channel": _("channel {name}"), "font": _("font {name}"), "source": _("source {name}")}
        labels = {
            "last night": _("last night"), "declared folders": _("declared folders"), "checks": _("checks"),
            "reports": _("reports"), "rules and models": _("rules and models"), "sources": _("sources"),
            "home": _("home"), "disk": _("disk"), "inbox": _("inbox"), "warehouse": _("warehouse"),
            "roster": _("roster"),
        }  # fmt: skip
        return kinds[kind].format(name=name) if name and kind in kinds else labels.get(self.what, self.what)


def examine(project_path: Path, home: Home) -> list[Diagnosis]:
    """Look at the program, the declared folders, the home and the warehouse."""
    return [
        *_program(), *_fonts(), *_declarations(project_path), *_sources(project_path, home), *_home(home),
        *_reported(project_path, home),
    ]  # fmt: skip


def examine_night(project_path: Path, home: Home, since: dt.timedelta, tells: bool) -> list[Diagnosis]:
    """Look whether a night ended well lately and whether the disk has room, in well under a second: for monitors."""
    night = read_last_night(home)
    step = _("look at the log of the night, then: nianbao nightly")
    answers = [*_room(home), Diagnosis("last night", night.is_good_within(since), night.zh, step)]
    if tells:
        told = tell_late(project_path, home, since, os.environ.get)
        answers += [Diagnosis(f"channel {each.source}", False, each.what, each.next_step) for each in told.alarms]
    return answers


def _program() -> Iterator[Diagnosis]:
    is_new = sys.version_info >= (3, 11)
    yield Diagnosis("Python", is_new, sys.version.split()[0], _("install Python 3.11 or newer"))
    for name in _NEEDED:
        try:
            yield Diagnosis(name, True, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Diagnosis(
                name, False, _("not installed"), _("pip install --no-deps --require-hashes -r requirements/run.txt")
            )


def _fonts() -> Iterator[Diagnosis]:
    """Which fonts the PDF gets; another one than the official font is no fault."""
    from nianbao.publish.pdf.fonts import BETTER, PACKAGED, choose, is_official

    for font, face in choose().faces.items():
        found = face.family if is_official(font, face) else _("{family} stands in").format(family=face.family)
        yield Diagnosis(
            f"font {font}",
            True,
            _("{found}; better: {BETTER}").format(found=found, BETTER=BETTER) if face.family == PACKAGED else found,
        )


def _declarations(path: Path) -> Iterator[Diagnosis]:
    """Whether everything declared can be read, and every rule and model evaluated: here on tables without rows."""
    yield _try("declared folders", lambda: _declared(load_project(path)), is_declared=True)
    try:
        project = load_project(path)
    except NianbaoError:
        return  # nothing else can be looked at
    yield _try("checks", lambda: _count(project, "rules", "reading_rules", "built_rules"), is_declared=True)
    yield _try("reports", lambda: _count(project, "indicators", "publications"), is_declared=True)
    try:
        broken = rehearse(project)
    except NianbaoError:
        return  # told as checks or reports
    for name, error in broken.items():
        yield Diagnosis(
            name, False, _told(error), error.next_step or _("correct the file that is named"), is_declared=True
        )
    if not broken:
        yield Diagnosis("rules and models", True, _("each evaluated once, on tables without rows"), is_declared=True)


def _declared(project: Project) -> str:
    counts = _count(project, "forms", "units", "contacts")
    return f"{counts}, {_('a quality rule')}" if project.quality else counts


def _count(project: Project, *names: str) -> str:
    said = {
        "forms": _("{number} forms"), "units": _("{number} units"), "contacts": _("{number} contacts"),
        "rules": _("{number} rules"), "reading_rules": _("{number} reading rules"),
        "built_rules": _("{number} built rules"), "indicators": _("{number} indicators"),
        "publications": _("{number} publications"),
    }  # fmt: skip
    return ", ".join(said[name].format(number=len(getattr(project, name))) for name in names)


def _sources(path: Path, home: Home) -> Iterator[Diagnosis]:
    """Whether the folder, the libraries and the secrets of every source are there; nothing is connected."""
    try:
        project = load_project(path)
    except NianbaoError:
        return  # told as declared folders
    try:
        declared = project.sources
    except NianbaoError as error:
        yield Diagnosis("sources", False, _told(error), error.next_step, is_declared=True)
        return
    for each in declared:
        try:
            open_source(each, home.path, os.environ.get).close()
            if isinstance(each.place, FolderPlace) and not (home.is_new and home.path / each.place.path == home.inbox):
                require_folder(home.path / each.place.path)
            yield Diagnosis(f"source {each.name}", True, _kind(each.place))
        except SourceStopped as stopped:
            yield Diagnosis(f"source {each.name}", False, stopped.what, stopped.next_step)


def _kind(place: object) -> str:
    """What a source is, in the language of the reader; what has no word of its own is called by its protocol."""
    return {FolderPlace: _("a folder"), MailPlace: _("a mailbox")}.get(
        type(place), type(place).__name__.removesuffix("Place").upper()
    )


def _no_home(home: Home) -> Diagnosis:
    path = home.path
    way_out = _("make one: nianbao init --home {path}").format(path=path)
    return Diagnosis("home", False, _("there is none at {path}").format(path=path), way_out)


def _home(home: Home) -> Iterator[Diagnosis]:
    if not home.is_made:
        yield _no_home(home)
        return
    is_writable = os.access(home.path, os.W_OK)
    yield Diagnosis("home", is_writable, str(home.path), _("give the user of the scheduler the right to write there"))
    yield from _room(home)
    yield Diagnosis(
        "inbox", True, str(home.inbox) if home.inbox.is_dir() else _("none yet; the first nightly makes it")
    )
    from nianbao.warehouse.connect import open_present

    if home.warehouse.exists():
        yield _try("warehouse", lambda: _deliveries(open_present(home.warehouse)))


def _room(home: Home) -> Iterator[Diagnosis]:
    if not home.is_made:
        yield _no_home(home)
        return
    free = shutil.disk_usage(home.path).free
    yield Diagnosis(
        "disk",
        free > _FREE_BYTES,
        _("{free} GiB free").format(free=free >> 30),
        _("make room: a run needs at least 1 GiB"),
    )


def _reported(path: Path, home: Home) -> Iterator[Diagnosis]:
    """Whether everybody who ever reported is still in the roster."""
    from nianbao.runs.workspace import open_workspace_to_read

    def look() -> str:
        with open_workspace_to_read(path, home) as workspace:
            return _("all {units} units, and everybody who reported is among them").format(
                units=len(workspace.project.units)
            )

    try:
        load_project(path)
    except NianbaoError:
        return  # told as declared folders
    if home.warehouse.exists():
        yield _try("roster", look, is_declared=True)


def _deliveries(connection: object) -> str:
    row = connection.execute("SELECT count(*) FROM ledger.delivery").fetchone()  # type: ignore[attr-defined]
    return _("{deliveries} deliveries").format(deliveries=row[0])


def _try(what: str, look: Callable[[], str], is_declared: bool = False) -> Diagnosis:
    try:
        return Diagnosis(what, True, look(), is_declared=is_declared)
    except NianbaoError as error:
        return Diagnosis(what, False, _told(error), error.next_step, is_declared)


def _told(error: NianbaoError) -> str:
    return f"{error.where}: {error.what}" if error.where else error.what
