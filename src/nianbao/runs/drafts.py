"""drafts: the pages that every night writes anew, of each year whose figures changed; whole drafts on demand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.publish.charts import keep_drawings
from nianbao.publish.release import Edition, write_edition, write_papers
from nianbao.publish.site.landing import OFFICE
from nianbao.publish.site.last import read_last
from nianbao.runs.editions import (
    describe_edition,
    folder_of,
    reported_years,
    sources_of,
    state_of_tables,
    write_analysts_file,
    year_asked,
)
from nianbao.runs.releases import MANIFEST, differing_files, put_back_missing
from nianbao.runs.shelf import refresh_office_page
from nianbao.runs.workspace import Step, Workspace, at_once
from nianbao.terms.document import DRAFT, Document
from nianbao.warehouse.connect import Connection, has_table
from nianbao.warehouse.kept_models import digest_of_program
from nianbao.warehouse.models import built_from, remember_built
from nianbao.warehouse.refresh import Change

_NOT_PRINTED = ("expectations/", "sql/", "reference/extensions.csv", "reference/calendar.csv", "reports/sign_off.toml")
"""What is declared and no report prints; what it does to the tables is seen in them."""


def refresh_drafts(
    workspace: Workspace, years: Sequence[int] = (), step: Step = at_once, changes: Mapping[str, Change | None] = {}
) -> list[Edition]:
    """Bring the drafts of years and the analysts' file up to date; unchanged ones are left alone.

    Without a year of every year of which anything counts: a correction to a printed year moves its draft and those
    after it, whatever came in meanwhile. `changes` is what the run's build changed in the tables.
    """
    put_back_missing(workspace)
    snapshot = write_analysts_file(workspace, step, changes)
    editions: list[Edition] = []
    reported = reported_years(workspace)
    for year in years or reported:
        editions += _refresh_year(workspace, year, snapshot, step)
    if any(each.is_new for each in editions) or not (workspace.home.path / OFFICE).exists():
        refresh_office_page(workspace)
    return editions


def _refresh_year(workspace: Workspace, year: int, snapshot: Path, step: Step) -> list[Edition]:
    connection, tables = workspace.connection, f"{state_of_tables(workspace)} {digest_of_program()}"
    targets = {code: folder_of(workspace, code, year) / DRAFT for code in workspace.project.publications}
    state, seen = "", f"drafts/{year}"
    if built_from(connection, seen) != tables or not all(target.exists() for target in targets.values()):
        state = state_of_year(workspace, year)
    documents: dict[str, Document] = {}
    editions = []
    for code, target in targets.items():
        name = f"draft/{code}/{year}"
        is_new = bool(state) and (built_from(connection, name) != state or not target.exists())
        if is_new:
            documents = documents or _documents(workspace, year, DRAFT, is_whole=False)
            write_edition(
                documents[code], workspace.project, target, {}, snapshot, step, keep_drawings(workspace.home.drawings)
            )
            remember_built(connection, name, state, clock.now())
        editions.append(
            describe_edition(
                workspace.project.publications[code], year, DRAFT, target, documents[code] if is_new else None
            )
        )
    if state:
        remember_built(connection, seen, tables, clock.now())
    return editions


def write_drafts(workspace: Workspace, year: int | None = None, publications: Sequence[str] = ()) -> list[Edition]:
    """Write drafts whole, in all formats and with every unit and cell; the next night that brings news takes that away.

    What lies there whole, as it was written, and would show the same is left.

    Raises:
        UsageError: a publication is not declared, or nothing was reported for the year.
    """
    declared = workspace.project.publications
    if unknown := set(publications) - declared.keys():
        way = _("name one of: {declared}").format(declared=", ".join(declared))
        raise UsageError(_("publication {unknown!r} is not declared").format(unknown=unknown.pop()), next_step=way)
    year = year_asked(workspace, year)
    snapshot, state = write_analysts_file(workspace, at_once), state_of_year(workspace, year)
    documents: dict[str, Document] = {}
    editions = []
    for code in publications or tuple(declared):
        target, whole = folder_of(workspace, code, year) / DRAFT, f"whole/{code}/{year}"
        is_new = built_from(workspace.connection, whole) != state or not _lies_whole(target, f"{code}-{year}.docx")
        if is_new:
            documents = documents or _documents(workspace, year, DRAFT)
            write_edition(documents[code], workspace.project, target, sources_of(workspace, year), snapshot, at_once)
            for name in (whole, f"draft/{code}/{year}"):
                remember_built(workspace.connection, name, state, clock.now())
        editions.append(describe_edition(declared[code], year, DRAFT, target, documents[code] if is_new else None))
    return editions


def _documents(workspace: Workspace, year: int, edition: str, is_whole: bool = True) -> dict[str, Document]:
    from nianbao.runs.documents import documents_of_year  # it brings sqlglot, which an idle night does not need

    return documents_of_year(workspace, year, edition, is_whole)


def _lies_whole(target: Path, paper: str) -> bool:
    """Whether a draft lies there in all formats, every file as it was written."""
    hashes = read_last(target / MANIFEST).hashes
    return paper in hashes and list(differing_files(target, hashes)) == [MANIFEST]


def write_draft_paper(workspace: Workspace, publication: str, year: int, folder: Path) -> Path:
    """Write the Word document of a draft as it would be now into a folder."""
    return write_papers(_documents(workspace, year, DRAFT)[publication], folder, at_once)


def state_of_year(workspace: Workspace, year: int) -> str:
    """Changes when anything that the reports of a year print could: what they rest on is of that year or before it."""
    files = workspace.project.declared_files.items()
    declared = hashlib.sha256()
    for name, content in files:
        if not name.startswith(_NOT_PRINTED):
            declared.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    printed = [declared.hexdigest(), digest_of_program(), *_content(workspace.connection, year)]
    return hashlib.sha256(" ".join(printed).encode()).hexdigest()


_PRINTED = {
    "indicator.value": "SELECT * FROM indicator.value WHERE year <= $year",
    "indicator.coverage": "SELECT * FROM indicator.coverage WHERE year <= $year",
    "core.submission": "SELECT * FROM core.submission WHERE year <= $year",
    "core.reporting": "SELECT * FROM core.reporting WHERE year <= $year",
    "mart.target": "SELECT * FROM mart.target WHERE year = $year",
    "ledger.block": "SELECT * FROM ledger.block WHERE year = $year",
    "ledger.ruling": "SELECT r.* FROM ledger.ruling AS r INNER JOIN ledger.explanation AS e "
    "ON r.explanation_id = e.explanation_id INNER JOIN ledger.submission AS s ON e.submission_id = s.submission_id "
    "WHERE s.year <= $year",
    "ledger.anew": "SELECT a.* FROM ledger.anew AS a INNER JOIN ledger.submission AS s "
    "ON a.submission_id = s.submission_id WHERE s.year <= $year",
}
"""What the reports of a year are made of, by table."""


def _content(connection: Connection, year: int) -> list[str]:
    found = []
    for table, query in _PRINTED.items():
        if has_table(connection, table):
            row = connection.execute(
                f"SELECT count(*), sum(CAST(hash(printed) AS HUGEINT)) FROM ({query}) AS printed", {"year": year}
            ).fetchone()
            found.append(f"{table}={row}")
    return found


def write_reports(workspace: Workspace, out: Path, year: int | None = None, step: Step = at_once) -> list[Edition]:
    """Write every publication into a folder of its own under `out`, without touching drafts, releases or the ledger."""
    year = year_asked(workspace, year)
    editions = []
    for code, document in _documents(workspace, year, "as_of").items():
        write_edition(document, workspace.project, out / code, sources_of(workspace, year), None, step)
        editions.append(describe_edition(workspace.project.publications[code], year, "as_of", out / code, document))
    return editions
