"""impact: what of which releases a workbook would move, figures and quoted texts, tried in a copy that is forgotten."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from nianbao import clock
from nianbao.catalog import Project, load_project
from nianbao.intake.take_in import facts_of, judge_deliveries
from nianbao.intake.worker.pool import ReaderPool
from nianbao.publish.figure_lines import changed_rows, changed_texts, figures_csv, revise, revise_text
from nianbao.publish.release import texts_csv
from nianbao.record import Archive, Record
from nianbao.record.compare import Row
from nianbao.runs.check import receive_all
from nianbao.runs.corrections import FIGURES, TEXTS, lines_of
from nianbao.runs.documents import documents_of_year
from nianbao.runs.recording import imagine_run
from nianbao.runs.rejudge import build_if_possible
from nianbao.runs.workspace import Workspace
from nianbao.settings import Home
from nianbao.terms.document import Impact
from nianbao.terms.period import Period
from nianbao.terms.release import Release
from nianbao.warehouse import issued, ledger
from nianbao.warehouse.connect import open_present, open_writer
from nianbao.warehouse.reference import load_reference


def find_impact(project_path: Path, home: Home, paths: Sequence[Path], periods: Sequence[str]) -> list[Impact]:
    """What workbooks of these periods, taken in together, would move in the last releases; nothing is written.

    Only a year that a release prints, as its own or as the one before it, can move; where there is none nothing is
    tried.

    Raises:
        BusyError: a run is writing to the warehouse.
    """
    if not paths or not home.warehouse.exists():
        return []
    project = load_project(project_path)
    with tempfile.TemporaryDirectory(prefix="nianbao-") as folder, _copy(project, home, Path(folder)) as copy:
        years = {project.year_of(Period.parse(period)) for period in periods}
        releases = [each for each in issued.last_finished(copy.connection) if years & {each.year, each.year - 1}]
        if not releases:
            return []
        build_if_possible(copy)
        before = _printed(copy, releases)
        _take_in(copy, home, paths)
        build_if_possible(copy)
        after = _printed(copy, releases)
        archive = Archive(home.archive)
        return [
            impact
            for release in releases
            if release in before and release in after
            for impact in _moved(copy, release, _issued(copy, archive, release), before[release], after[release])
        ]


@contextmanager
def _copy(project: Project, home: Home, folder: Path) -> Iterator[Workspace]:
    """A workspace over a copy of the warehouse as the last run left it."""
    reading = open_present(home.warehouse)  # nobody writes to the file while it is held and copied
    try:
        query = "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
        ((path,),) = reading.execute(query).fetchall()
        place = Home(folder)
        shutil.copyfile(path, place.warehouse)
    finally:
        reading.close()
    connection = open_writer(place.warehouse)
    try:
        reference = load_reference(connection, project, clock.now().date())
        yield Workspace(project, place, Record(Archive(place.archive)), connection, reference)
    finally:
        connection.close()


def _take_in(copy: Workspace, home: Home, paths: Sequence[Path]) -> None:
    connection, project, archive = copy.connection, copy.project, copy.record.archive
    first = ledger.count_received(connection) + 1
    deliveries = receive_all(project, connection, home, archive, paths, first)
    with ReaderPool(project.path) as pool:
        taken = judge_deliveries(connection, project, archive, pool, deliveries)
    imagine_run(copy, facts_of(taken), taken.cells)


class _Printed(NamedTuple):
    """What an edition prints, line by line: its figures, and the texts that it quotes."""

    figures: list[str]
    texts: list[str]


def _printed(copy: Workspace, releases: Sequence[Release]) -> dict[Release, _Printed]:
    """What the publications of some releases print as the copy stands."""
    documents = {
        year: documents_of_year(copy, year, "release", is_whole=False) for year in {each.year for each in releases}
    }
    return {
        each: _Printed(
            figures_csv(document.figures).splitlines(keepends=True), texts_csv(document.texts).splitlines(keepends=True)
        )
        for each in releases
        for document in [documents[each.year].get(each.publication)]
        if document
    }


def _issued(copy: Workspace, archive: Archive, release: Release) -> _Printed:
    files = {each.path: each.sha256 for each in issued.release_files(copy.connection, release)}
    figures, texts = (lines_of(archive.checked(files[name]) if name in files else None) for name in (FIGURES, TEXTS))
    return _Printed(figures, texts)


def _moved(copy: Workspace, release: Release, printed: _Printed, before: _Printed, after: _Printed) -> Iterator[Impact]:
    """What a release prints and would not be printed any more for these workbooks alone, and what it would quote."""
    yield from _moved_figures(copy, release, printed.figures, before.figures, after.figures)
    today = [revise_text(*each, release.year) for each in changed_texts(printed.texts, before.texts)]
    for each in changed_texts(printed.texts, after.texts):
        if (revision := revise_text(*each, release.year)) not in today:
            yield Impact(release, revision, None, None, is_material=True)  # words have no size


def _moved_figures(
    copy: Workspace, release: Release, printed: list[str], before: list[str], after: list[str]
) -> Iterator[Impact]:
    units = {code: unit.short_zh for code, unit in copy.project.units.items()}
    renamed = copy.project.renamed_indicators
    today = {_key(was): (was, row) for was, row in changed_rows(printed, before, renamed)}
    for was, row in changed_rows(printed, after, renamed):
        now = today[_key(was)][1] if _key(was) in today else was
        if row == now:
            continue
        revision = revise(was, row, units)
        old, new = _value(now), _value(row)
        change = None if old is None or new is None else new - old
        percent = change / abs(old) * 100 if change is not None and old else None
        material = copy.project.sign_off.is_material(was["unit"], change, percent)
        yield Impact(release, revision, change, percent, material)


def _key(was: Row) -> tuple[str, ...]:
    return was["indicator_id"], was["year"], was["scope"], was["section"], was["printed"]


def _value(row: Row | None) -> Decimal | None:
    return Decimal(row["value"]) if row and row["value"] else None


def tell_impact(impact: Sequence[Impact]) -> list[Mapping[str, object]]:
    """The same for programs."""
    return [
        {
            "release": each.release.name, "zh": each.revision.zh, "year": each.revision.year,
            "section": each.revision.section, "printed": each.revision.before, "would_print": each.revision.after,
            "still_holds": each.revision.before_holds, "change": each.change, "percent": each.percent,
            "is_material": each.is_material,
        }
        for each in impact
    ]  # fmt: skip
