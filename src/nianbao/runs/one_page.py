"""onepager: pages of key figures of each release that holds, and of every unit in it, from what it was issued with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from nianbao.errors import StoreError, UsageError
from nianbao.language import _
from nianbao.publish.one_page import Ground, page_of_publication, pages_of_units, write_list, write_pages
from nianbao.publish.plain import day_zh, edition_zh
from nianbao.publish.site.landing import PAGES, one_page_folder
from nianbao.runs.documents import say_unfinished
from nianbao.runs.shelf import break_before, over_all, refresh_shelves, shelves_of
from nianbao.runs.workspace import Workspace
from nianbao.statistics.figures import read_figures
from nianbao.terms.publication import Publication
from nianbao.terms.release import Release
from nianbao.warehouse.connect import NOT_BUILT, open_reader
from nianbao.warehouse.released import ANALYSTS_FILE, read_planned, read_unit_records


def write_one_pages(
    workspace: Workspace,
    year: int | None = None,
    publications: Sequence[str] = (),
    report: Callable[[int, int], None] | None = None,
) -> dict[str, list[Path]]:
    """Write what is missing of the pages of a year, of every released one if none is named; returns it by release.

    Raises:
        UsageError: nothing of the year was released that holds, or no publication of it declares key figures.
        StoreError: a release lies there without what it was issued with, or from a version that did not hold it yet.
    """
    holding = [shelf for shelf in shelves_of(workspace) if shelf.holds]
    chosen = [
        (publication, shelf.current.release)
        for shelf in holding
        for publication in [workspace.project.publications.get(shelf.publication)]
        if year in (None, shelf.year) and publication and publication.key_figures
        and (not publications or publication.code in publications)
    ]  # fmt: skip
    if not chosen:
        raise UsageError(
            _("no release of {year} holds that has key figures").format(year=year or _("any year")),
            next_step=_("declare key_figures in its publication.toml, and issue it: nianbao preview, sign, publish"),
        )
    written = {release.name: _write(workspace, publication, release, report) for publication, release in chosen}
    refresh_shelves(workspace)
    return written


def _write(
    workspace: Workspace, publication: Publication, release: Release, report: Callable[[int, int], None] | None
) -> list[Path]:
    """The pages of one release."""
    home, project = workspace.home, workspace.project
    file = home.path / release.path / ANALYSTS_FILE
    if not file.exists():
        step = _("nianbao release restore puts it back")
        raise StoreError(_("the release lies without its analysts' file"), str(file), step)
    changed = break_before(workspace, release.year)
    connection = open_reader(file)
    try:
        ground = Ground(
            read_figures(connection, project, summed=publication.key_figures),
            publication,
            release.year,
            f"{publication.zh}{release.year}年{edition_zh(release.edition)}，{day_zh(release.issued_at)}发布",
            read_planned(connection, release.year),
            read_unit_records(connection, release.year),
            f"{release.year}年与上年不是同一范围：{changed}。" if changed else "",
            say_unfinished(connection, release.year) if release.is_unfinished else "",
        )
    except NOT_BUILT as error:
        raise StoreError(
            _("the release is of a version without {error}").format(error=error), str(file), _("issue it anew")
        ) from error
    finally:
        connection.close()
    over = over_all(workspace, [release.year])
    folder = home.releases / PAGES / one_page_folder(publication.code, release)
    pages = [page_of_publication(ground), *pages_of_units(ground)]
    written = write_pages(pages, folder, over, release.issued_at, report)
    write_list(pages, folder, over, ground)
    return written
