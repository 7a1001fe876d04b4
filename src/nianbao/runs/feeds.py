"""feeds: which figures of which releases the cells of a submission are counted in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.publish.figure_lines import read_figure_lines
from nianbao.runs.workspace import Workspace
from nianbao.settings import Home
from nianbao.statistics.scopes import ALL
from nianbao.statistics.trace import fed_by
from nianbao.terms.figure import TracedCell
from nianbao.terms.period import Period
from nianbao.warehouse.connect import rows_of


@dataclass(frozen=True)
class Printed:
    """Where an issued release prints a figure, and how."""

    publication: str
    edition: str
    section: str
    text: str


@dataclass(frozen=True)
class Fed:
    """A figure that a cell is counted in, and where releases that rest on the submission print it."""

    cell: TracedCell
    indicator_id: str
    year: int
    printed: tuple[Printed, ...]


@dataclass(frozen=True)
class Feeds:
    """What a submission feeds: figures as the tables stand, and every release that rests on it.

    `in_force` is the submission that counts now for its unit, form and period; "" when none does.
    """

    submission_id: str
    in_force: str
    fed: tuple[Fed, ...]
    releases: tuple[str, ...]


def feeds(workspace: Workspace, submission_id: str, cell: str | None = None) -> Feeds:
    """The figures and releases that a submission, or one cell of it, feeds.

    Raises:
        UsageError: there is no such submission, or no such cell in it that is counted.
    """
    known = rows_of(
        workspace.connection,
        "SELECT sent.unit_code, sent.form_code, sent.period, coalesce(current.submission_id, '') AS in_force "
        "FROM ledger.submission AS sent LEFT JOIN core.submission AS current "
        "ON sent.unit_code = current.unit_code AND sent.form_code = current.form_code AND sent.period = current.period "
        "WHERE sent.submission_id = ?",
        [submission_id],
    )
    if not known:
        step = _("nianbao explain names them; a submission is unit-period-form-number: U100-2021Q4-A01-1")
        raise UsageError(
            _("there is no submission {submission_id!r}").format(submission_id=submission_id), next_step=step
        )
    (row,) = known
    year = workspace.project.year_of(Period.parse(row["period"]))
    traced = fed_by(workspace.connection, workspace.project, row["form_code"], year, submission_id)
    kept = [(each, figures) for each, figures in traced if cell in (None, each.cell)]
    if cell is not None and traced and not kept:
        counted = ", ".join(list(dict.fromkeys(each.cell for each, _ in traced))[:8])
        step = _("counted are, for example: {counted}").format(counted=counted)
        raise UsageError(
            _("cell {cell} of {submission_id} is not counted").format(cell=cell, submission_id=submission_id),
            next_step=step,
        )
    holding = workspace.connection.execute(
        "SELECT DISTINCT submission_id FROM raw.cell WHERE came_in = $1", [submission_id]
    ).fetchall()
    ids = {submission_id, *(row[0] for row in holding)}
    renamed = workspace.project.renamed_indicators
    printed, releases = _printed(workspace.home, ids, (ALL, row["unit_code"]), renamed)
    fed = tuple(Fed(each, *figure, tuple(printed.get(figure, ()))) for each, figures in kept for figure in figures)
    return Feeds(submission_id, row["in_force"], fed, tuple(releases))


def _printed(
    home: Home, submission_ids: Set[str], scopes: tuple[str, ...], renamed: Mapping[str, str]
) -> tuple[dict[tuple[str, int], list[Printed]], list[str]]:
    """What the releases that rest on a submission print of these scopes, by figure; and their names.

    They may rest on a supplement that took its rows over.
    """
    printed: dict[tuple[str, int], list[Printed]] = {}
    releases = []
    for folder in _releases(home):
        manifest = json.loads((folder / "manifest.json").read_bytes())
        if submission_ids.isdisjoint(manifest["submissions"]):
            continue
        releases.append(f"{manifest['publication']} {manifest['year']} {manifest['edition']}")
        lines = (folder / "figures.csv").read_text(encoding="utf-8").splitlines()
        for row in read_figure_lines(lines, renamed):
            if row["scope"] in scopes:
                place = Printed(manifest["publication"], manifest["edition"], row["section"], row["printed"])
                printed.setdefault((row["indicator_id"], int(row["year"])), []).append(place)
    return printed, releases


def _releases(home: Home) -> Iterator[Path]:
    """The folders of the issued releases, the first one first."""
    folders = (path.parent for path in home.releases.glob("*/*/r[0-9]*/manifest.json"))
    yield from sorted(folders, key=lambda folder: (folder.parent, int(folder.name[1:])))
